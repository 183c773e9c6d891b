"""The facts on which a secondment's next move is decided, and who is told of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.domain import access, agreements, checklists, eligibility_checks
from exchange.domain.access import Permission
from exchange.domain.access_strip import Strip, lanes_of, lapse_on, strip
from exchange.domain.actors import Actor, Role
from exchange.domain.agreements import AgreementContent
from exchange.domain.checklists import Task
from exchange.domain.eligibility import Reader, Report, reader_of, with_waivers
from exchange.domain.eligibility_facts import EligibilityFacts
from exchange.domain.secondment_facts import Audience, SecondmentFacts, Side, State, Verb
from exchange.store import agreements as agreement_store
from exchange.store import checklists as checklist_store
from exchange.store import eligibility
from exchange.store import secondments as store
from exchange.store.agreements import StoredVersion
from exchange.store.eligibility import Grounds
from exchange.store.openings import OpeningStatus
from exchange.store.people import Person, PersonStatus, RoleGrant
from exchange.store.secondments import Found, MoveRow, Scope, Secondment

_ROLES = {
    Audience.HOME_HR: (Side.HOME, Role.HR_COORDINATOR),
    Audience.HOST_HR: (Side.HOST, Role.HR_COORDINATOR),
    Audience.HOME_SECURITY: (Side.HOME, Role.SECURITY_OFFICER),
    Audience.HOST_SECURITY: (Side.HOST, Role.SECURITY_OFFICER),
}


def scope_of(actor: Actor) -> Scope:
    """Whose secondments the actor may know of. A researcher or a lead: their own and those of workstreams they lead."""
    within = access.reach(actor, Permission.SECONDMENTS_SEE)
    if within is None:
        return Scope(None, None)
    offices = actor.institutes(Role.HR_COORDINATOR) | actor.institutes(Role.SECURITY_OFFICER)
    return Scope(offices, actor.person_id)


@dataclass(frozen=True, slots=True)
class Life:
    """A secondment's facts and what they were drawn from: agreement versions and moves, oldest first, and tasks.

    ``report`` is whole: redact it for the reader before it is shown.
    """

    facts: SecondmentFacts
    versions: tuple[StoredVersion, ...]
    moves: tuple[MoveRow, ...]
    grounds: Grounds
    report: Report
    strip: Strip
    tasks: tuple[Task, ...]

    @property
    def eligible(self) -> EligibilityFacts:
        return self.grounds.facts

    @property
    def agreement(self) -> tuple[agreements.AgreementVersion, ...]:
        """The versions as the rules take them."""
        return tuple(version.domain for version in self.versions)


def load(session: Session, found: Found, today: date, actor: Actor | None = None) -> Life:
    """The facts of one secondment as of today, in five statements. What blocks a move is worded for the actor.

    Eligibility is judged on the days that stand: the secondment's own, or those of a newer version of the agreement
    that all have agreed and that is still to be taken over.
    """
    row, opening = found.secondment, found.opening
    versions = tuple(agreement_store.versions_of(session, row.id))
    moves = tuple(store.moves_of(session, row.id))
    tasks = checklist_store.of_secondment(session, row.id)
    standing = agreements.standing([version.domain for version in versions])
    agreed = standing.in_force.content if standing.in_force else None
    coming = _to_take_over(row, versions, moves)
    grounds = eligibility.load(session, eligibility.subject_of(row, coming.period if coming else None), today)
    report = with_waivers(eligibility_checks.report(grounds.facts), grounds.waivers)
    days = strip(grounds.facts.period, lanes_of(grounds.facts, agreed.period if agreed else None))
    facts = SecondmentFacts(
        state=row.state,
        person_id=row.person_id,
        home_id=row.home_institute_id,
        host_id=row.host_institute_id,
        period=row.period,
        quiet_since=row.state_since,
        lead_ids=_leads(found),
        home_hands=_hands(Side.HOME, moves, versions),
        host_hands=_hands(Side.HOST, moves, versions),
        consented=row.consented_at is not None,
        released=row.released_at is not None,
        supported=row.supported_at is not None,
        opening_open=opening is None or (opening.status is OpeningStatus.OPEN and opening.closes_on >= today),
        seats_left=store.seats_left(session, row, opening.seats) if opening and row.state is State.NOMINATED else 1,
        agreed=agreed.period if agreed else None,
        version_agreed=coming.number if coming else row.version_in_force,
        version_in_force=row.version_in_force,
        agreement_pending=standing.pending is not None,
        awaited=standing.awaited,
        proposed_by_id=standing.pending.proposed_by if standing.pending else None,
        blocks=report.blocks(_reader(actor, row)),
        open_tasks=checklists.gate_blocks(tasks),
        access_covered=days.opens(),
        lapse=lapse_on(days, grounds.facts, bool(row.phased_access)),
        phased_access=row.phased_access,
        access_removed=row.access_removed_at is not None,
        outcome_recorded=bool(row.outcome),
    )
    return Life(facts, versions, moves, grounds, report, days, tasks)


def receivers(session: Session, found: Found, audiences: Iterable[Audience]) -> set[int]:
    """The people behind these audiences who still work here."""
    wanted, row = set(audiences), found.secondment
    people = {row.person_id} if Audience.PERSON in wanted else set()
    if Audience.LEAD in wanted:
        people |= _leads(found)
    institutes = {Side.HOME: row.home_institute_id, Side.HOST: row.host_institute_id}
    for audience in wanted & set(_ROLES):
        side, role = _ROLES[audience]
        people |= set(
            session.scalars(
                select(RoleGrant.person_id)
                .join(Person, Person.id == RoleGrant.person_id)
                .where(
                    RoleGrant.role == role,
                    RoleGrant.institute_id == institutes[side],
                    Person.status == PersonStatus.ACTIVE,
                )
            )
        )
    return people


def _to_take_over(
    row: Secondment, versions: Iterable[StoredVersion], moves: Iterable[MoveRow]
) -> AgreementContent | None:
    """The version all have agreed whose terms the secondment has not taken over; an early end voids older ones."""
    ended = max((move.at for move in moves if move.verb is Verb.END_EARLY), default=None)
    agreed = [one for one in versions if one.domain.mutual and one.domain.content.number > (row.version_in_force or 0)]
    newest = max(agreed, key=lambda one: one.domain.content.number, default=None)
    if newest is None or (ended is not None and newest.created_at <= ended):
        return None
    return newest.domain.content


def _reader(actor: Actor | None, row: Secondment) -> Reader:
    if actor is None:
        return Reader.OTHER
    return reader_of(actor, row.person_id, row.home_institute_id, row.host_institute_id)


def _leads(found: Found) -> frozenset[int]:
    lead = found.workstream.lead_person_id if found.workstream else None
    return frozenset({lead} if lead is not None else ())


def _hands(side: Side, moves: Iterable[MoveRow], versions: Iterable[StoredVersion]) -> frozenset[int]:
    """Who has already acted for this side, by moves and by approvals."""
    moved = {move.person_id for move in moves if move.side is side and move.person_id is not None}
    approved = {a.person_id for version in versions for a in version.domain.approvals if a.side is side}
    return frozenset(moved | approved)
