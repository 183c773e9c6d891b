"""What coordinators and the person record for a stay: permissions, papers, waivers of failed checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions import fetching
from exchange.actions.writing import Work, refuse, writing
from exchange.domain import eligibility as rules
from exchange.domain import papers as paper_rules
from exchange.domain.actors import Actor, Role
from exchange.domain.eligibility import SECURITY_CHECKS, Check, Result
from exchange.domain.papers import AHEAD, PAPERS, PaperKind
from exchange.domain.periods import Period, spoken
from exchange.domain.policy_seeds import ROUTE_COUNTRY, ROUTES
from exchange.domain.secondment_facts import FINAL, Audience
from exchange.domain.verdict import Refusal
from exchange.store import institutes, secondment_facts, secondments
from exchange.store.papers import StayPaper, Waiver
from exchange.store.permissions import StayPermission
from exchange.store.secondments import Found

COORDINATORS = (Audience.HOME_HR, Audience.HOST_HR)


@dataclass(frozen=True, slots=True)
class Permit:
    """A permission to stay and work as typed; of its document only the last four characters."""

    route: str
    period: Period
    document_last4: str = ""
    conditions: str = ""


def record_permission(session: Session, actor: Actor, secondment_id: int, permit: Permit, *, now: datetime) -> int:
    """Record a permission to stay and work in the host's country.

    Raises:
        Refused: not found, not a coordinator of either side, or the route is for another country.
    """
    with writing(session, actor, "permission:record", now=now) as work:
        found = fetching.secondment(work, secondment_id)
        _require_coordinator(work, found)
        country = institutes.all_institutes(session)[found.secondment.host_institute_id].country
        if permit.route not in ROUTES:
            raise refuse(Refusal.INVALID, "Choose the route of the permission.")
        if ROUTE_COUNTRY.get(permit.route, country) != country:
            raise refuse(Refusal.INVALID, f"{ROUTES[permit.route]} is for work in another country: choose another.")
        row = StayPermission(
            person_id=found.secondment.person_id,
            country=country,
            route=permit.route,
            starts_on=permit.period.start,
            ends_on=permit.period.end,
            conditions=permit.conditions,
            document_last4=permit.document_last4,
            recorded_by_id=actor.person_id,
            recorded_at=now,
        )
        session.add(row)
        session.flush()
        _done(work, found, "a permission to stay and work")
        return row.id


def end_permission(
    session: Session, actor: Actor, secondment_id: int, permission_id: int, since: date, *, now: datetime
) -> None:
    """Record that a permission was withdrawn or given up from a day on; the one before stays on record.

    Raises:
        Refused: not found, not a coordinator's, ended already, or the day lies outside it.
    """
    with writing(session, actor, "permission:end", now=now) as work:
        found = fetching.secondment(work, secondment_id)
        _require_coordinator(work, found)
        before = session.get(StayPermission, permission_id)
        if before is None or before.person_id != found.secondment.person_id:
            raise refuse(Refusal.NOT_FOUND, "There is no such permission, or it is not yours to see.")
        followed = session.scalar(select(StayPermission.id).where(StayPermission.supersedes_id == permission_id))
        if before.withdrawn or followed is not None:
            raise refuse(Refusal.CONFLICT, "This permission has ended already.")
        if since not in Period(before.starts_on, before.ends_on):
            raise refuse(Refusal.INVALID, f"Choose a day from {spoken(before.starts_on)} to {spoken(before.ends_on)}.")
        session.add(
            StayPermission(
                person_id=before.person_id,
                country=before.country,
                route=before.route,
                starts_on=since,
                ends_on=before.ends_on,
                withdrawn=True,
                recorded_by_id=actor.person_id,
                recorded_at=now,
                supersedes_id=before.id,
            )
        )
        _done(work, found, "the end of a permission")


def record_paper(
    session: Session, actor: Actor, secondment_id: int, kind: PaperKind, day: date, *, note: str = "", now: datetime
) -> None:
    """Record that a paper was seen, given or signed; the latest of a kind counts.

    Raises:
        Refused: not found, not this actor's to record, or the day makes no sense for it.
    """
    with writing(session, actor, "paper:record", now=now) as work:
        found = fetching.secondment(work, secondment_id)
        row = found.secondment
        _require_open(found)
        work.require(paper_rules.may_record(kind, actor, row.person_id, row.home_institute_id, row.host_institute_id))
        if kind not in AHEAD and day > now.date():
            raise refuse(Refusal.INVALID, f"{spoken(day)} has not come yet: record it on the day.")
        session.add(
            StayPaper(
                secondment_id=secondment_id,
                kind=kind,
                day=day,
                note=note,
                recorded_by_id=actor.person_id,
                recorded_at=now,
            )
        )
        _done(work, found, f"“{PAPERS[kind][0].lower()}”")


def waive(
    session: Session, actor: Actor, secondment_id: int, check: Check, *, reason: str, until: date, now: datetime
) -> None:
    """Let a secondment go on in spite of a failed check, until a day.

    Raises:
        Refused: not found, not this actor's to waive, without a reason, or the check does not fail.
    """
    verb = "clearance:waive" if check in SECURITY_CHECKS else "waiver:grant"
    with writing(session, actor, verb, now=now) as work:
        found = fetching.secondment(work, secondment_id)
        row = found.secondment
        _require_open(found)
        if not rules.may_waive(check, actor, row.home_institute_id, row.host_institute_id, row.person_id):
            raise refuse(Refusal.FORBIDDEN, "This check is waived by the office that answers for it, never one's own.")
        if not reason.strip():
            raise refuse(Refusal.INVALID, "Give the reason: whoever reads the record later needs it.")
        if until < now.date():
            raise refuse(Refusal.INVALID, f"{spoken(until)} is over: choose a day to come.")
        report = secondment_facts.load(session, found, now.date(), actor).report
        if report.of(check).result is not Result.FAIL:
            raise refuse(Refusal.CONFLICT, "The check does not fail: there is nothing to waive.")
        assert actor.person_id is not None  # the system waives nothing
        session.add(
            Waiver(
                secondment_id=secondment_id,
                check_code=check.value,
                reason=reason.strip(),
                until=until,
                granted_by_id=actor.person_id,
                granted_at=now,
            )
        )
        _done(work, found, "a waiver", subject=verb.partition(":")[0])


def _done(work: Work, found: Found, what: str, *, subject: str = "") -> None:
    row = found.secondment
    if subject:
        work.subject(subject, row.id, row.home_institute_id, row.host_institute_id)
    text = f"{work.actor.name} recorded {what} for {secondments.reference(row.id)} ({found.person.full_name})."
    fetching.tell(work, found, COORDINATORS, text)
    work.record(text)


def _require_open(found: Found) -> None:
    if found.secondment.state in FINAL:
        raise refuse(Refusal.CONFLICT, "This secondment is over: nothing more is recorded for it.")


def _require_coordinator(work: Work, found: Found) -> None:
    _require_open(found)
    row = found.secondment
    if row.person_id == work.actor.person_id:
        raise refuse(Refusal.FORBIDDEN, "This is your own secondment: a colleague records it.")
    sides = (row.home_institute_id, row.host_institute_id)
    if not any(work.actor.has(Role.HR_COORDINATOR, side) for side in sides):
        raise refuse(Refusal.FORBIDDEN, "An HR coordinator of the home or the host institute records this.")
