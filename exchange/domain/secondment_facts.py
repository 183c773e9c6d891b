"""The words of a secondment's life - states, verbs, seats - and the facts that its moves are decided on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from exchange.domain.actors import Actor, Role
from exchange.domain.periods import Period


class State(StrEnum):
    DRAFT = "draft"
    NOMINATED = "nominated"
    ACCEPTED = "accepted"
    AGREEMENT = "agreement"
    CLEARANCE = "clearance"  # clearance, recognition, visit and permission are being put in place
    READY = "ready"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSING = "closing"
    COMPLETED = "completed"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"  # by the person or the home institute, before the agreement is concluded
    DECLINED = "declined"  # by the host
    LAPSED = "lapsed"  # nobody moved it for too long
    CANCELLED = "cancelled"  # after the agreement, before arrival
    ENDED_EARLY = "ended_early"  # the stay is over before its day; closing follows


FINAL = frozenset({State.CLOSED, State.WITHDRAWN, State.DECLINED, State.LAPSED, State.CANCELLED})
ON_SITE = frozenset({State.ACTIVE, State.CLOSING})  # the person is at the host and uses its accesses
BEFORE_ARRIVAL = frozenset(
    {State.DRAFT, State.NOMINATED, State.ACCEPTED, State.AGREEMENT, State.CLEARANCE, State.READY}
)
# In these a secondment counts towards plans, balance and capacity.
PLANNED = frozenset({State.NOMINATED, State.ACCEPTED, State.AGREEMENT, State.CLEARANCE, State.READY})
UNDER_WAY = frozenset({State.ACTIVE, State.SUSPENDED, State.CLOSING})
OVER = frozenset({State.ENDED_EARLY, State.COMPLETED, State.CLOSED})


class Verb(StrEnum):
    """What may be done to a secondment; the values are the verbs of the audit trail."""

    CONSENT = "secondment:consent"
    RELEASE = "secondment:release"
    NOMINATE = "secondment:nominate"
    SUPPORT = "secondment:support"
    ACCEPT = "secondment:accept"
    PREPARE = "secondment:prepare"
    CONCLUDE = "secondment:conclude"
    CLEAR = "secondment:clear"
    ARRIVE = "secondment:arrive"
    SUSPEND = "secondment:suspend"
    RESUME = "secondment:resume"
    AMEND = "secondment:amend"
    BEGIN_CLOSING = "secondment:begin_closing"
    END_EARLY = "secondment:end_early"
    COMPLETE = "secondment:complete"
    CLOSE = "secondment:close"
    SEND_BACK = "secondment:send_back"
    WITHDRAW = "secondment:withdraw"
    DECLINE = "secondment:decline"
    LAPSE = "secondment:lapse"
    CANCEL = "secondment:cancel"


class Side(StrEnum):
    HOME = "home"
    HOST = "host"
    PERSON = "person"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Seat:
    """Who may make a move: a role at the home or the host institute, the person themself, or the system."""

    side: Side
    role: Role | None = None

    def __str__(self) -> str:
        if self.role is None:
            return "the person seconded" if self.side is Side.PERSON else "Exchange itself"
        return f"{_ROLE_WORDS[self.role]} of the {self.side} institute"


_ROLE_WORDS = {role: "a " + role.value.replace("_", " ") for role in Role} | {
    Role.HR_COORDINATOR: "an HR coordinator",
    Role.AUDITOR: "an auditor",
    Role.ADMINISTRATOR: "an administrator",
}


class Audience(StrEnum):
    """To whom a notice of a move goes."""

    PERSON = "person"
    HOME_HR = "home_hr"
    HOST_HR = "host_hr"
    HOME_SECURITY = "home_security"
    HOST_SECURITY = "host_security"
    LEAD = "lead"  # of the workstream
    SWAP_PARTNER = "swap_partner"  # the coordinators of the other half of a swap
    DIRECTOR = "director"


class EndReason(StrEnum):
    """Why a stay ends before its day. The quiet ones are told to coordinators and security officers only."""

    HOME_NEEDS = "home_needs"
    HOST_NEEDS = "host_needs"
    PERSONAL = "personal"
    WORK_FINISHED = "work_finished"
    EMPLOYMENT_ENDED = "employment_ended"
    PERMISSION_ENDED = "permission_ended"
    ILLNESS = "illness"
    DEATH = "death"

    @property
    def quiet(self) -> bool:
        return self in {EndReason.ILLNESS, EndReason.DEATH}


class SuspensionCode(StrEnum):
    """Why a stay is suspended. The code is all that a suspension ever records or tells.

    Everybody concerned reads it, so ``ACCESS`` does not say whether a clearance, its recognition or a visit is missing.
    """

    ACCESS = "access"
    PERMISSION = "permission"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Block:
    """An eligibility check or a rule that stands in the way of one verb, as a sentence the actor may read."""

    verb: Verb
    sentence: str


@dataclass(frozen=True, slots=True)
class SecondmentFacts:
    """All that decides a secondment's next move; days are civil dates.

    ``home_hands`` and ``host_hands`` are the people who have already acted for that side. ``blocks`` comes from the
    eligibility report, ``open_tasks`` names the unfinished tasks of each verb's gate, ``lapse`` is set when an access
    that today needs is not covered.
    """

    state: State
    person_id: int
    home_id: int
    host_id: int
    period: Period
    quiet_since: date
    lead_ids: frozenset[int] = frozenset()
    home_hands: frozenset[int] = frozenset()
    host_hands: frozenset[int] = frozenset()
    consented: bool = False
    released: bool = False
    supported: bool = False
    opening_open: bool = True
    seats_left: int = 1
    blocks: tuple[Block, ...] = ()
    open_tasks: tuple[Block, ...] = ()
    agreed: Period | None = None  # the dates of the agreement version that both institutes and the person approved
    version_agreed: int | None = None  # the number of that version
    version_in_force: int | None = None  # the number of the version whose terms the secondment has
    agreement_pending: bool = False  # a newer version awaits approvals
    awaited: frozenset[Side] = frozenset()  # the sides that have not approved the newest version
    proposed_by_id: int | None = None  # who proposed that version
    access_covered: bool = False
    phased_access: str = ""  # how the work begins without the missing access, as agreed and written down
    lapse: SuspensionCode | None = None
    access_removed: bool = False
    outcome_recorded: bool = False

    def institute_of(self, side: Side) -> int | None:
        return {Side.HOME: self.home_id, Side.HOST: self.host_id}.get(side)

    def other_hands(self, side: Side) -> frozenset[int]:
        """Who has acted for the institute across from this side: they turn no key here."""
        return {Side.HOME: self.host_hands, Side.HOST: self.home_hands}.get(side, frozenset())

    def sits(self, actor: Actor, seat: Seat) -> bool:
        """Whether the actor holds that seat; a workstream lead only for a workstream of their own."""
        if seat.side is Side.SYSTEM:
            return actor.is_system
        if actor.is_system:
            return False
        if seat.side is Side.PERSON:
            return actor.person_id == self.person_id
        if seat.role is None or not actor.has(seat.role, self.institute_of(seat.side)):
            return False
        return seat.role is not Role.WORKSTREAM_LEAD or actor.person_id in self.lead_ids
