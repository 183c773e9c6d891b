"""What a host decides on a foreign clearance for one secondment, and the visit requests it rides on.

Coordinators are told that something was decided, never what: they read on the page whether access covers the stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions import fetching
from exchange.actions.writing import Work, refuse, writing
from exchange.domain import recognitions as rules
from exchange.domain.actors import Actor, Role
from exchange.domain.periods import Period, spoken
from exchange.domain.recognitions import Instrument, RecognitionStatus, VisitKind
from exchange.domain.secondment_facts import FINAL, Audience
from exchange.domain.verdict import Refusal
from exchange.store import clearances, institutes, policies
from exchange.store import secondments as secondment_store
from exchange.store.clearances import Clearance, ClearanceStatus
from exchange.store.recognitions import Recognition, VisitRequest
from exchange.store.secondments import Found

TOLD = (Audience.HOME_HR, Audience.HOST_HR, Audience.HOME_SECURITY, Audience.HOST_SECURITY)


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision as typed. ``rank`` is what it opens at the host, in the host's own ranks."""

    clearance_id: int
    instrument: Instrument
    status: RecognitionStatus
    rank: int
    period: Period
    programmes: tuple[str, ...] = ()
    conditions: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """A request for visit as typed."""

    kind: VisitKind
    programme: str
    site_ids: frozenset[int]
    period: Period
    submitted_on: date


def decide(session: Session, actor: Actor, secondment_id: int, decision: Decision, *, now: datetime) -> int:
    """Record what the host decides; a later decision on the same clearance supersedes the one before.

    Raises:
        Refused: not found, not the host's security officer, or the decision opens more than its instrument can.
    """
    with writing(session, actor, "recognition:decide", now=now) as work:
        found = fetching.secondment(work, secondment_id)
        _require_open(found)
        host = institutes.all_institutes(session)[found.secondment.host_institute_id]
        typed = rules.Recognition(
            secondment_id=secondment_id,
            clearance_id=decision.clearance_id,
            host_country=host.country,
            instrument=decision.instrument,
            rank=decision.rank,
            programmes=frozenset(decision.programmes),
            period=decision.period,
            status=decision.status,
            decided_by=actor.person_id,
            conditions=decision.conditions,
        )
        programme_end = found.workstream.ends_on if found.workstream else None
        work.require(rules.may_decide(typed, actor, host.id, found.secondment.person_id, programme_end))
        _require_clearance(session, found, decision)
        row = _row(typed, _standing(session, secondment_id, decision.clearance_id), now)
        session.add(row)
        session.flush()
        reference = secondment_store.reference(secondment_id)
        fetching.tell(work, found, TOLD, f"A decision on access for {reference} is recorded.")
        work.record(
            f"{actor.name} recorded a decision on access for {reference} ({found.person.full_name}).",
            {"status": decision.status.value, "instrument": decision.instrument.value, "days": str(decision.period)},
        )
        return row.id


def submit_visit(session: Session, actor: Actor, secondment_id: int, visit: Visit, *, now: datetime) -> int:
    """Record a request for visit that was submitted.

    Raises:
        Refused: not found, not a security officer of either side, or the request is over one of its limits.
    """
    with writing(session, actor, "visit:submit", now=now) as work:
        found = fetching.secondment(work, secondment_id)
        _require_open(found)
        _require_office(actor, found.secondment.home_institute_id, found.secondment.host_institute_id)
        host = institutes.all_institutes(session)[found.secondment.host_institute_id]
        request = rules.VisitRequest(
            kind=visit.kind,
            countries=frozenset({host.country}),
            programmes=frozenset({visit.programme} - {""}),
            site_ids=visit.site_ids,
            person_ids=frozenset({found.secondment.person_id}),
            period=visit.period,
            submitted_on=visit.submitted_on,
        )
        faults = list(rules.visit_faults(request, rules.visit_limits_of(policies.book(session), now.date())))
        if visit.submitted_on > now.date():
            faults.append(f"{spoken(visit.submitted_on)} has not come yet: record the request when it is submitted.")
        if faults:
            raise refuse(Refusal.INVALID, *faults)
        row = VisitRequest(
            secondment_id=secondment_id,
            kind=visit.kind,
            country=host.country,
            programme=visit.programme,
            site_ids=sorted(visit.site_ids),
            starts_on=visit.period.start,
            ends_on=visit.period.end,
            submitted_on=visit.submitted_on,
            recorded_by_id=actor.person_id,
            recorded_at=now,
        )
        session.add(row)
        session.flush()
        _recorded(work, found, "a visit request")
        return row.id


def decide_visit(
    session: Session,
    actor: Actor,
    secondment_id: int,
    visit_id: int,
    *,
    granted: bool,
    conditions: str = "",
    now: datetime,
) -> None:
    """Record what became of a request for visit.

    Raises:
        Refused: not found, not a security officer of the host, or decided already.
    """
    with writing(session, actor, "visit:decide", now=now) as work:
        found = fetching.secondment(work, secondment_id)
        row = session.get(VisitRequest, visit_id)
        if row is None or row.secondment_id != secondment_id:
            raise refuse(Refusal.NOT_FOUND, "There is no such visit request, or it is not yours to see.")
        _require_office(actor, found.secondment.host_institute_id)
        if row.granted is not None:
            raise refuse(Refusal.CONFLICT, "This request is decided already: submit another one.")
        row.granted, row.decided_on, row.conditions = granted, now.date(), conditions
        _recorded(work, found, "the answer to a visit request")


def _recorded(work: Work, found: Found, what: str) -> None:
    reference = secondment_store.reference(found.secondment.id)
    fetching.tell(work, found, TOLD, f"Something about access for {reference} is recorded.")
    work.record(f"{work.actor.name} recorded {what} for {reference} ({found.person.full_name}).")


def _require_open(found: Found) -> None:
    if found.secondment.state in FINAL:
        raise refuse(Refusal.CONFLICT, "This secondment is over: nothing more is recorded for it.")


def _require_office(actor: Actor, *institutes_concerned: int) -> None:
    if not any(actor.has(Role.SECURITY_OFFICER, one) for one in institutes_concerned):
        raise refuse(Refusal.FORBIDDEN, "A security officer of the institute concerned records this.")


def _require_clearance(session: Session, found: Found, decision: Decision) -> None:
    """A decision is on a clearance that its person holds now, and ends with it at the latest."""
    clearance = session.get(Clearance, decision.clearance_id)
    if clearance is None or clearance.person_id != found.secondment.person_id:
        raise refuse(Refusal.INVALID, "Choose one of the person's clearances.")
    if decision.status is not RecognitionStatus.GRANTED:
        return
    if clearance.status is not ClearanceStatus.ACTIVE or not clearances.is_current(session, clearance.id):
        raise refuse(Refusal.INVALID, "This clearance does not stand any more: choose another one.")
    if clearance.expires_on is not None and decision.period.end > clearance.expires_on:
        raise refuse(
            Refusal.INVALID,
            f"The clearance is valid until {spoken(clearance.expires_on)}: the decision cannot last longer.",
        )


def _standing(session: Session, secondment_id: int, clearance_id: int) -> int | None:
    """The decision on this clearance that no later one supersedes."""
    rows = session.execute(
        select(Recognition.id, Recognition.supersedes_id)
        .where(Recognition.secondment_id == secondment_id, Recognition.clearance_id == clearance_id)
        .order_by(Recognition.id)
    ).all()
    followed = {before for _, before in rows}
    return next((ident for ident, _ in reversed(rows) if ident not in followed), None)


def _row(decision: rules.Recognition, before: int | None, now: datetime) -> Recognition:
    assert decision.decided_by is not None  # the verdict allows security officers only
    return Recognition(
        secondment_id=decision.secondment_id,
        clearance_id=decision.clearance_id,
        host_country=decision.host_country,
        instrument=decision.instrument,
        rank=decision.rank,
        programmes=sorted(decision.programmes),
        starts_on=decision.period.start,
        ends_on=decision.period.end,
        status=decision.status,
        conditions=decision.conditions,
        decided_by_id=decision.decided_by,
        decided_at=now,
        supersedes_id=before,
    )
