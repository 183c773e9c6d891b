"""The life of a secondment: one table of moves, and the answer to "may this actor make this move today?".

Every move names its states, its verb (which the audit trail records), who may make it, what must hold, and who is told.
Wherever something can be approved it can be sent back with a reason. Eligibility is no state: it is a report that is
always current, and its blocks reach the moves through ``SecondmentFacts.blocks``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from exchange.domain import secondment_guards as guards
from exchange.domain.actors import Actor, Role
from exchange.domain.periods import spoken
from exchange.domain.secondment_facts import (
    BEFORE_ARRIVAL,
    FINAL,
    ON_SITE,
    Audience,
    EndReason,
    Seat,
    SecondmentFacts,
    Side,
    State,
    SuspensionCode,
    Verb,
)
from exchange.domain.secondment_guards import DEFAULT_TIMING, Asked, Guard, Timing
from exchange.domain.verdict import YES, Refusal, Verdict, no

HOME_HR = Seat(Side.HOME, Role.HR_COORDINATOR)
HOST_HR = Seat(Side.HOST, Role.HR_COORDINATOR)
HOST_LEAD = Seat(Side.HOST, Role.WORKSTREAM_LEAD)
HOME_SECURITY = Seat(Side.HOME, Role.SECURITY_OFFICER)
HOST_SECURITY = Seat(Side.HOST, Role.SECURITY_OFFICER)
PERSON = Seat(Side.PERSON)
SYSTEM = Seat(Side.SYSTEM)
BOTH_HR = (HOME_HR, HOST_HR)
APPROVERS = (*BOTH_HR, PERSON)  # of an agreement
SECURITY = (HOST_SECURITY, HOME_SECURITY)

A = Audience
EVERYBODY = (A.PERSON, A.HOME_HR, A.HOST_HR, A.LEAD)
WITH_SWAP = (*EVERYBODY, A.SWAP_PARTNER)
WITH_SECURITY = (*EVERYBODY, A.HOME_SECURITY, A.HOST_SECURITY)
QUIETLY = (A.HOME_HR, A.HOST_HR, A.HOME_SECURITY, A.HOST_SECURITY)


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table. ``approves``: nobody who acted for one institute makes this move for the other."""

    source: State
    verb: Verb
    target: State
    who: tuple[Seat, ...]
    needs: tuple[Guard, ...] = ()
    tells: tuple[Audience, ...] = EVERYBODY
    approves: bool = False
    reason: bool = False


@dataclass(frozen=True, slots=True)
class OpenMove:
    """A move the actor may make from here, with what still stands in its way (an allowed verdict when nothing does)."""

    move: Move
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class GuardAnswer:
    """One guard of a move, by its name, with what is missing; nothing is missing when it is open."""

    name: str
    missing: tuple[str, ...]


def _approval(source: State, verb: Verb, target: State, who: tuple[Seat, ...], *needs: Guard) -> Move:
    return Move(source, verb, target, who, needs, approves=True)


def _note(state: State, verb: Verb, who: Seat, needs: Guard, tells: tuple[Audience, ...]) -> Move:
    """A fact recorded in passing; the state stays."""
    return Move(state, verb, state, (who,), (needs,), tells, approves=who is not PERSON)


def _back(source: State, target: State, *who: Seat) -> Move:
    return Move(source, Verb.SEND_BACK, target, who, reason=True)


def _exits(verb: Verb, target: State, who: tuple[Seat, ...], *sources: State) -> tuple[Move, ...]:
    return tuple(Move(source, verb, target, who, tells=WITH_SWAP, reason=True) for source in sources)


S = State
AMENDMENT_NEEDS = (guards.newer_version_agreed, guards.not_over, guards.checks_open)
MOVES: tuple[Move, ...] = (
    # Nomination
    _note(S.DRAFT, Verb.CONSENT, PERSON, guards.consent_missing, (A.HOME_HR,)),
    _note(S.DRAFT, Verb.RELEASE, HOME_HR, guards.release_missing, (A.PERSON,)),
    _approval(
        S.DRAFT,
        Verb.NOMINATE,
        S.NOMINATED,
        (HOME_HR, PERSON),
        guards.consent_given,
        guards.released,
        guards.checks_open,
    ),
    _note(S.NOMINATED, Verb.SUPPORT, HOST_LEAD, guards.support_missing, (A.HOST_HR,)),
    _approval(
        S.NOMINATED,
        Verb.ACCEPT,
        S.ACCEPTED,
        (HOST_HR,),
        guards.lead_supports,
        guards.opening_open,
        guards.seat_free,
        guards.checks_open,
    ),
    # Agreement
    Move(S.ACCEPTED, Verb.PREPARE, S.AGREEMENT, BOTH_HR, (guards.checks_open,)),
    Move(
        S.AGREEMENT,
        Verb.CONCLUDE,
        S.CLEARANCE,
        (SYSTEM, *BOTH_HR),
        (guards.agreement_mutual, guards.checks_open),
        WITH_SECURITY,
    ),
    # Clearance, recognition, visit, permission
    _approval(
        S.CLEARANCE,
        Verb.CLEAR,
        S.READY,
        (HOST_SECURITY,),
        guards.agreement_in_force,
        guards.access_covered,
        guards.tasks_done,
        guards.checks_open,
    ),
    _approval(
        S.READY,
        Verb.ARRIVE,
        S.ACTIVE,
        (HOST_HR,),
        guards.arrival_due,
        guards.agreement_in_force,
        guards.access_restored,
        guards.tasks_done,
    ),
    *(
        Move(s, Verb.AMEND, S.CLEARANCE, (SYSTEM, *BOTH_HR), AMENDMENT_NEEDS, WITH_SECURITY)
        for s in (S.CLEARANCE, S.READY)
    ),
    # Under way
    *(
        Move(s, Verb.SUSPEND, S.SUSPENDED, (*SECURITY, SYSTEM), tells=WITH_SECURITY, reason=True)
        for s in (S.ACTIVE, S.CLOSING)
    ),
    Move(S.SUSPENDED, Verb.RESUME, S.ACTIVE, SECURITY, (guards.access_restored,), WITH_SECURITY, approves=True),
    *(Move(s, Verb.AMEND, S.ACTIVE, (SYSTEM, *BOTH_HR), AMENDMENT_NEEDS, WITH_SECURITY) for s in (S.ACTIVE, S.CLOSING)),
    *(
        Move(s, Verb.BEGIN_CLOSING, S.CLOSING, (SYSTEM, *BOTH_HR), (guards.closing_due,))
        for s in (S.ACTIVE, S.SUSPENDED, S.ENDED_EARLY)
    ),
    *(
        Move(
            s,
            Verb.END_EARLY,
            S.ENDED_EARLY,
            BOTH_HR,
            (guards.stay_begun, guards.before_last_day),
            WITH_SECURITY,
            reason=True,
        )
        for s in (S.ACTIVE, S.SUSPENDED, S.CLOSING)
    ),
    # The end
    _approval(
        S.CLOSING,
        Verb.COMPLETE,
        S.COMPLETED,
        (HOST_HR,),
        guards.last_day_come,
        guards.access_removed,
        guards.tasks_done,
    ),
    _approval(S.COMPLETED, Verb.CLOSE, S.CLOSED, (HOME_HR,), guards.outcome_recorded, guards.tasks_done),
    # Back for correction
    _back(S.NOMINATED, S.DRAFT, HOST_HR, HOST_LEAD),
    _back(S.ACCEPTED, S.NOMINATED, *BOTH_HR),
    _back(S.AGREEMENT, S.ACCEPTED, *BOTH_HR),
    _back(S.CLEARANCE, S.AGREEMENT, HOST_SECURITY, *BOTH_HR),
    _back(S.READY, S.CLEARANCE, *SECURITY, HOST_HR),
    _back(S.COMPLETED, S.CLOSING, HOME_HR),
    # Out
    *_exits(Verb.WITHDRAW, S.WITHDRAWN, (PERSON, HOME_HR), S.DRAFT, S.NOMINATED, S.ACCEPTED, S.AGREEMENT, S.CLEARANCE),
    *_exits(Verb.DECLINE, S.DECLINED, (HOST_HR, HOST_LEAD), S.NOMINATED, S.ACCEPTED, S.AGREEMENT),
    *_exits(Verb.CANCEL, S.CANCELLED, BOTH_HR, S.CLEARANCE, S.READY),
    *(
        Move(s, Verb.LAPSE, S.LAPSED, (SYSTEM,), (guards.forgotten,), WITH_SWAP)
        for s in (S.DRAFT, S.NOMINATED, S.ACCEPTED, S.AGREEMENT, S.CLEARANCE, S.READY)
    ),
)

BY_SOURCE_AND_VERB: dict[tuple[State, Verb], Move] = {(move.source, move.verb): move for move in MOVES}
CODES: dict[Verb, type[SuspensionCode | EndReason]] = {Verb.SUSPEND: SuspensionCode, Verb.END_EARLY: EndReason}


def seats(facts: SecondmentFacts, actor: Actor, move: Move) -> tuple[Seat, ...]:
    """The seats from which the actor may make the move; on one's own secondment only the seat of the person counts."""
    own = actor.person_id is not None and actor.person_id == facts.person_id
    return tuple(seat for seat in move.who if facts.sits(actor, seat) and (not own or seat.side is Side.PERSON))


def acting_seat(facts: SecondmentFacts, actor: Actor, move: Move) -> Seat | None:
    """The seat from which the actor makes the move, None when there is none.

    Whoever holds seats on both sides acts for the one they have acted for before; for an approving move, never for the
    other.
    """
    held = seats(facts, actor, move)
    free = tuple(seat for seat in held if not _acted_for_the_other_side(facts, actor, seat))
    return next(iter(free or (() if move.approves else held)), None)


def decide(
    facts: SecondmentFacts, verb: Verb, actor: Actor, today: date, *, reason: str = "", timing: Timing = DEFAULT_TIMING
) -> Verdict:
    """Whether the actor may do this today, or every reason why not, each naming what would open it.

    ``reason`` is free text for a sending back or an exit, and a code (``SuspensionCode``, ``EndReason``) for a
    suspension or an early end.
    """
    elsewhere = [move for move in MOVES if move.verb is verb and seats(facts, actor, move)]
    if not elsewhere:
        return no(Refusal.FORBIDDEN, _for_whom(facts, verb, actor))
    move = BY_SOURCE_AND_VERB.get((facts.state, verb))
    if move is None:
        return no(Refusal.CONFLICT, _not_from_here(facts.state, verb))
    if not seats(facts, actor, move):
        return no(Refusal.FORBIDDEN, _for_whom(facts, verb, actor))
    if acting_seat(facts, actor, move) is None:
        return no(
            Refusal.FORBIDDEN,
            "You have acted for the other institute in this secondment: a colleague must act for this one.",
        )
    if move.reason and (fault := _reason_fault(verb, reason)):
        return no(Refusal.INVALID, fault)
    return _guarded(facts, move, today, timing)


def moves_open(
    facts: SecondmentFacts, actor: Actor, today: date, *, timing: Timing = DEFAULT_TIMING
) -> tuple[OpenMove, ...]:
    """The moves that are the actor's to make from here, in the table's order, each with what stands in its way."""
    return tuple(
        OpenMove(move, _guarded(facts, move, today, timing))
        for move in MOVES
        if move.source is facts.state and acting_seat(facts, actor, move) is not None
    )


def guard_answers(
    facts: SecondmentFacts, move: Move, today: date, *, timing: Timing = DEFAULT_TIMING
) -> tuple[GuardAnswer, ...]:
    """Every guard of the move in the table's order, open ones included: what a page lists beside the button."""
    asked = Asked(move.verb, today, timing)
    return tuple(GuardAnswer(guard.__name__, guard(facts, asked)) for guard in move.needs)


def effective_state(facts: SecondmentFacts) -> State:
    """The state as it stands today: an access that does not cover today suspends at once, recorded or not."""
    return State.SUSPENDED if facts.state in ON_SITE and facts.lapse is not None else facts.state


def told(move: Move, reason: str = "") -> tuple[Audience, ...]:
    """To whom the notice goes. A quiet end is told to coordinators and security officers only."""
    if move.verb is Verb.END_EARLY and reason in {r.value for r in EndReason if r.quiet}:
        return QUIETLY
    return move.tells


def ball(facts: SecondmentFacts) -> tuple[Seat, ...]:
    """Whose turn it is; empty while the stay simply goes on and when everything is over."""
    if facts.state is State.DRAFT and not facts.consented:
        return (PERSON,)
    if facts.state is State.NOMINATED and facts.lead_ids and not facts.supported:
        return (HOST_LEAD,)
    approving = tuple(seat for seat in APPROVERS if seat.side in facts.awaited)
    if facts.state is State.AGREEMENT and approving:
        return approving
    usual = {
        State.DRAFT: (HOME_HR,),
        State.NOMINATED: (HOST_HR,),
        State.ACCEPTED: BOTH_HR,
        State.AGREEMENT: BOTH_HR,
        State.CLEARANCE: (HOST_SECURITY,),
        State.READY: (HOST_HR,),
        State.SUSPENDED: SECURITY,
        State.ENDED_EARLY: BOTH_HR,
        State.CLOSING: (HOST_HR,),
        State.COMPLETED: (HOME_HR,),
    }.get(facts.state, ())
    return tuple(dict.fromkeys((*usual, *approving)))


def arrival_day(facts: SecondmentFacts, day: date, today: date, *, timing: Timing = DEFAULT_TIMING) -> Verdict:
    """Whether the arrival may be recorded as of ``day``: it may be back-dated into the stay, never post-dated."""
    if day > today:
        return no(Refusal.INVALID, f"{spoken(day)} has not come yet: record the arrival on the day or after it.")
    reasons = guards.arrival_due(facts, Asked(Verb.ARRIVE, day, timing))
    return no(Refusal.INVALID, *reasons) if reasons else YES


def early_end_day(facts: SecondmentFacts, day: date) -> Verdict:
    """Whether the stay may end early on ``day``; before its first day it is cancelled instead."""
    if day < facts.period.start:
        return no(Refusal.INVALID, f"The stay begins on {spoken(facts.period.start)}: choose a later last day.")
    if day >= facts.period.end:
        return no(Refusal.INVALID, f"The stay ends on {spoken(facts.period.end)} anyway: choose an earlier last day.")
    return YES


def may_edit(facts: SecondmentFacts) -> Verdict:
    """Whether dates and terms may be changed in place (rule 25): never once both institutes have agreed."""
    if facts.state in FINAL:
        return no(Refusal.CONFLICT, f"This secondment is {facts.state}: it is kept as it is.")
    if facts.agreed is None and facts.state in BEFORE_ARRIVAL:
        return YES
    return no(Refusal.CONFLICT, "Both institutes have agreed to these terms: propose a new version of the agreement.")


def _guarded(facts: SecondmentFacts, move: Move, today: date, timing: Timing) -> Verdict:
    answers = guard_answers(facts, move, today, timing=timing)
    reasons = [reason for answer in answers for reason in answer.missing]
    return no(Refusal.CONFLICT, *reasons) if reasons else YES


def _acted_for_the_other_side(facts: SecondmentFacts, actor: Actor, seat: Seat) -> bool:
    return actor.person_id in facts.other_hands(seat.side)


def _reason_fault(verb: Verb, reason: str) -> str:
    codes = CODES.get(verb)
    if codes is None:
        return "" if reason.strip() else "Give a reason: the others need it to know what to do."
    if reason in set(codes):
        return ""
    return f"Choose one of these reasons: {', '.join(code.value.replace('_', ' ') for code in codes)}."


def _for_whom(facts: SecondmentFacts, verb: Verb, actor: Actor) -> str:
    if actor.person_id is not None and actor.person_id == facts.person_id:
        return "This is your own secondment: somebody else at the institute must do this."
    here = BY_SOURCE_AND_VERB.get((facts.state, verb))
    who = here.who if here else tuple(dict.fromkeys(s for move in MOVES if move.verb is verb for s in move.who))
    return f"This is for {' or '.join(str(seat) for seat in who)}."


def _not_from_here(state: State, verb: Verb) -> str:
    if state in FINAL:
        return f"This secondment is {state}: nothing more can be done to it."
    sources = dict.fromkeys(move.source.value.replace("_", " ") for move in MOVES if move.verb is verb)
    return (
        f"This secondment is {state.value.replace('_', ' ')}; that is possible only while it is {' or '.join(sources)}."
    )
