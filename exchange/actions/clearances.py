"""Keeping clearances: a security officer records, renews, stops and confirms those of their own institute's people.

Every act appends a record that supersedes the one before. What was done is for security officers to read; the person
is told that something changed, and nothing more.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from exchange.actions.writing import Work, refuse, writing
from exchange.domain import access, clearance_records
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.domain.clearance_records import Terms
from exchange.domain.clearance_schemes import BY_KEY, Level
from exchange.domain.verdict import Refusal
from exchange.store import clearances as store
from exchange.store.clearances import Clearance, ClearanceStatus
from exchange.store.people import Person

STOPS = (ClearanceStatus.SUSPENDED, ClearanceStatus.WITHDRAWN, ClearanceStatus.LAPSED)
_VERBS = {
    ClearanceStatus.SUSPENDED: "clearance:suspend",
    ClearanceStatus.WITHDRAWN: "clearance:withdraw",
    ClearanceStatus.LAPSED: "clearance:lapse",
}
NOT_YOURS = "There is nothing here, or it is not yours to see."
CHANGED = "The record of your clearance has changed. Your security officer can tell you more."


def record(session: Session, actor: Actor, person_id: int, level_key: str, terms: Terms, *, now: datetime) -> int:
    """Add a clearance that the person was granted and return the record's id.

    Raises:
        Refused: not a person of the actor's institute, the actor themself, or the record makes no sense.
    """
    with writing(session, actor, "clearance:record", now=now) as work:
        person = _holder(work, person_id)
        level = _level(level_key)
        if any(row.current and row.record.level == level.code for row in store.history_of(session, person_id)):
            raise refuse(Refusal.CONFLICT, f"{level.name} is recorded already: renew that record instead.")
        _require_sense(level, terms, now.date())
        return _append(work, person, level, terms, ClearanceStatus.ACTIVE, None, "recorded")


def renew(session: Session, actor: Actor, ident: int, terms: Terms, *, now: datetime) -> int:
    """Grant the same level anew: after a review, after a suspension, or after it was withdrawn.

    Raises:
        Refused: not found, superseded meanwhile, or the record makes no sense.
    """
    with writing(session, actor, "clearance:renew", now=now) as work:
        before, person = _current(work, ident)
        level = _level(f"{before.scheme}:{before.level}")
        _require_sense(level, terms, now.date(), after=before.granted_on)
        return _append(work, person, level, terms, ClearanceStatus.ACTIVE, before, "renewed")


def stop(session: Session, actor: Actor, ident: int, status: ClearanceStatus, since: date, *, now: datetime) -> int:
    """Suspend or withdraw a clearance, or note that it lapsed, from a day on.

    Raises:
        Refused: not found, superseded meanwhile, or stopped in this way already.
    """
    if status not in STOPS:
        raise ValueError(f"A clearance is not stopped by {status}.")
    with writing(session, actor, _VERBS[status], now=now) as work:
        before, person = _current(work, ident)
        if before.status is status:
            raise refuse(Refusal.CONFLICT, f"The record says already that it is {status.value}.")
        faults = clearance_records.day_faults(since, now.date(), after=before.granted_on)
        if faults:
            raise refuse(Refusal.INVALID, *faults)
        terms = clearance_records.stopped(_terms(before), since)
        level = _level(f"{before.scheme}:{before.level}")
        return _append(work, person, level, terms, status, before, f"marked as {status.value}")


def confirm(session: Session, actor: Actor, ident: int, *, now: datetime) -> int:
    """Say that the record still holds as it stands; answers rest on confirmations that are not old.

    Raises:
        Refused: not found, superseded meanwhile, or not active.
    """
    with writing(session, actor, "clearance:confirm", now=now) as work:
        before, person = _current(work, ident)
        if before.status is not ClearanceStatus.ACTIVE:
            raise refuse(Refusal.CONFLICT, "Only an active clearance is confirmed: grant it again first.")
        level = _level(f"{before.scheme}:{before.level}")
        return _append(work, person, level, _terms(before), before.status, before, "confirmed", tell=False)


def _holder(work: Work, person_id: int) -> Person:
    """The person, if an institute of the actor's office employs them today; nobody keeps their own record."""
    work.subject("clearance", None, work.actor.institute_id)
    within = access.reach(work.actor, Permission.CLEARANCES_EDIT) or frozenset()
    found = store.holder_of(work.session, person_id, within, work.now.date())
    if found is None:
        raise refuse(Refusal.NOT_FOUND, NOT_YOURS)
    person, institute_id = found
    work.subject("clearance", None, institute_id)
    work.require(access.decide(work.actor, Permission.CLEARANCES_EDIT, institute_id))
    if person.id == work.actor.person_id:
        raise refuse(Refusal.FORBIDDEN, "This is your own clearance: a colleague keeps its record.")
    return person


def _current(work: Work, ident: int) -> tuple[Clearance, Person]:
    before = work.session.get(Clearance, ident)
    if before is None:
        work.subject("clearance", None, work.actor.institute_id)
        raise refuse(Refusal.NOT_FOUND, NOT_YOURS)
    person = _holder(work, before.person_id)
    if not store.is_current(work.session, ident):
        raise refuse(Refusal.CONFLICT, "A later record of this clearance stands already. Look again.")
    return before, person


def _append(
    work: Work,
    person: Person,
    level: Level,
    terms: Terms,
    status: ClearanceStatus,
    before: Clearance | None,
    did: str,
    *,
    tell: bool = True,
) -> int:
    row = Clearance(
        person_id=person.id,
        scheme=level.scheme.code,
        level=level.code,
        status=status,
        granted_on=terms.granted_on,
        review_due_on=terms.review_due_on,
        expires_on=terms.expires_on,
        continuous_vetting=terms.continuous_vetting,
        caveats=list(terms.caveats),
        sponsor=terms.sponsor,
        confirmed_by_id=work.actor.person_id,
        confirmed_at=work.now,
        supersedes_id=before.id if before else None,
    )
    work.session.add(row)
    try:
        work.session.flush()
    except IntegrityError as error:
        raise refuse(Refusal.CONFLICT, "A later record of this clearance stands already. Look again.") from error
    work.subject("clearance", row.id, *work.about[2])
    if tell:
        work.notify(person.id, CHANGED, "/notices")
    work.record(
        f"{work.actor.name} {did} a clearance of {person.full_name} ({level.key}).",
        {"before": _written(before) if before else {}, "after": _written(row)},
    )
    return row.id


def _require_sense(level: Level, terms: Terms, today: date, *, after: date | None = None) -> None:
    faults = clearance_records.faults(level, terms, today, after=after)
    if faults:
        raise refuse(Refusal.INVALID, *faults)


def _level(key: str) -> Level:
    level = BY_KEY.get(key)
    if level is None:
        raise refuse(Refusal.INVALID, "Choose a level of one of the schemes.")
    return level


def _terms(row: Clearance) -> Terms:
    return Terms(
        row.granted_on, row.review_due_on, row.expires_on, row.continuous_vetting, tuple(row.caveats), row.sponsor
    )


def _written(row: Clearance) -> dict[str, str]:
    days = {"from": row.granted_on, "review_due_on": row.review_due_on, "expires_on": row.expires_on}
    return {
        "status": row.status.value,
        **{name: day.isoformat() for name, day in days.items() if day is not None},
        "caveats": ", ".join(row.caveats),
        "sponsor": row.sponsor,
    }
