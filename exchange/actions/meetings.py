"""Meetings of workstreams and joint testing sessions, entered by those who lead one side of the work."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from exchange.actions import publishing
from exchange.actions.writing import Work, refuse, writing
from exchange.domain import access
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.domain.meetings import Change, MeetingKind, Occasion, Repeats
from exchange.domain.verdict import Refusal
from exchange.feeds.entries import repetition
from exchange.store.institutes import Site
from exchange.store.meetings import Meeting, MeetingChange
from exchange.store.workstreams import Workstream, WorkstreamPartner


@dataclass(frozen=True, slots=True)
class MeetingTerms:
    """A meeting as typed; its times are by the clock of the site."""

    kind: MeetingKind
    title: str
    site_id: int
    occasion: Occasion
    description: str = ""
    location: str = ""
    call_url: str = ""


def put(
    session: Session,
    actor: Actor,
    workstream_id: int,
    ident: int | None,
    terms: MeetingTerms,
    *,
    version: int | None = None,
    now: datetime,
) -> int:
    """Enter a meeting of a workstream, or (with ``ident``) change it; returns its id.

    Occurrences that the new rule no longer has lose what was different about them.

    Raises:
        Refused: not the actor's work, changed since ``version`` was read, or the terms make no sense.
    """
    with writing(session, actor, "meeting:put", now=now) as work:
        workstream = _workstream(work, workstream_id)
        row = _found(session, workstream_id, ident, version) if ident is not None else _new(work, workstream_id)
        site = session.get(Site, terms.site_id)
        if site is None:
            raise refuse(Refusal.INVALID, "There is no such site: choose one from the list.")
        if faults := terms.occasion.faults():
            raise refuse(Refusal.INVALID, *faults)
        before = {} if ident is None else _shown(row)
        _apply(row, terms, site)
        session.add(row)
        session.flush()
        _drop_changes_without_slot(session, row, terms.occasion)
        _publish(work, row.id)
        work.record(
            f"{actor.name} {'changed' if ident else 'entered'} {row.title} ({workstream.title}).",
            {"before": before, "after": _shown(row)},
        )
        return row.id


def cancel(session: Session, actor: Actor, ident: int, *, now: datetime) -> None:
    """Cancel a meeting, or a series from its first to its last occurrence. Calendars show it as cancelled for a while.

    Raises:
        Refused: not found, not the actor's, or cancelled already.
    """
    with writing(session, actor, "meeting:cancel", now=now) as work:
        row = _editable(work, ident)
        row.cancelled_on = now.date()
        _publish(work, ident)
        work.record(f"{actor.name} cancelled {row.title}.")


def change_one(session: Session, actor: Actor, ident: int, change: Change, *, now: datetime) -> None:
    """Move or cancel one occurrence of a series; a change without any difference puts it back as the series has it.

    Raises:
        Refused: not found, not the actor's, no such occurrence, or the new time makes no sense.
    """
    with writing(session, actor, "meeting:change-one", now=now) as work:
        row = _editable(work, ident)
        if change.slot not in _slots(row):
            raise refuse(Refusal.NOT_FOUND, f"{row.title} has no occurrence on {change.slot:%d %B %Y}.")
        session.execute(
            delete(MeetingChange).where(MeetingChange.meeting_id == ident, MeetingChange.slot == change.slot)
        )
        if change != Change(change.slot):
            session.add(MeetingChange(meeting_id=ident, **asdict(change)))
        row.version += 1
        _publish(work, ident)
        word = "cancelled" if change.cancelled_on else "changed"
        work.record(f"{actor.name} {word} {row.title} of {change.slot:%d %B %Y}.")


def _workstream(work: Work, ident: int) -> Workstream:
    row = work.session.get(Workstream, ident)
    if row is None:
        work.subject("workstream", ident)
        raise refuse(Refusal.NOT_FOUND, "There is no such workstream.")
    sides = sides_of(work.session, row)
    work.subject("meeting", None, *sides)
    if not access.decide(work.actor, Permission.MEETINGS_EDIT, *sides).allowed:
        raise refuse(Refusal.FORBIDDEN, "Only a workstream lead of an institute that takes part enters its meetings.")
    return row


def sides_of(session: Session, workstream: Workstream) -> tuple[int, ...]:
    """The institutes that lead a workstream or take part in it."""
    partners = session.scalars(
        select(WorkstreamPartner.institute_id).where(WorkstreamPartner.workstream_id == workstream.id)
    )
    return (workstream.lead_institute_id, *partners)


def _new(work: Work, workstream_id: int) -> Meeting:
    return Meeting(
        public_id=uuid4(),
        workstream_id=workstream_id,
        created_at=work.now,
        created_by_id=work.actor.person_id,
        version=1,
    )


def _found(session: Session, workstream_id: int, ident: int, version: int | None) -> Meeting:
    row = session.get(Meeting, ident)
    if row is None or row.workstream_id != workstream_id:
        raise refuse(Refusal.NOT_FOUND, "There is no such meeting.")
    if row.version != version:
        raise refuse(Refusal.CONFLICT, "Somebody else has changed this meeting since you opened it. Look again.")
    if row.cancelled_on is not None:
        raise refuse(Refusal.CONFLICT, "This meeting was cancelled; enter a new one instead.")
    return row


def _editable(work: Work, ident: int) -> Meeting:
    row = work.session.get(Meeting, ident)
    if row is None:
        work.subject("meeting", ident)
        raise refuse(Refusal.NOT_FOUND, "There is no such meeting.")
    _workstream(work, row.workstream_id)
    if row.cancelled_on is not None:
        raise refuse(Refusal.CONFLICT, "This meeting was cancelled already.")
    return row


def _publish(work: Work, ident: int) -> None:
    try:
        publishing.publish_meeting(work, ident)
    except ValueError as fault:
        raise refuse(Refusal.INVALID, str(fault)) from fault


def _apply(row: Meeting, terms: MeetingTerms, site: Site) -> None:
    occasion = terms.occasion
    alone = occasion.repeats is Repeats.NEVER
    row.kind, row.title, row.description = terms.kind, terms.title.strip(), terms.description
    row.location, row.call_url = terms.location, terms.call_url
    row.site_id, row.zone = site.id, site.zone
    row.day, row.begins, row.ends = occasion.day, occasion.begins, occasion.ends
    row.repeats, row.every = occasion.repeats, 1 if alone else occasion.every
    row.weekdays = list(occasion.weekdays) if occasion.repeats is Repeats.WEEKLY else []
    row.last_day = None if alone else occasion.last_day


def _occasion(row: Meeting) -> Occasion:
    return Occasion(row.day, row.begins, row.ends, row.repeats, row.every, tuple(row.weekdays), row.last_day)


def _slots(row: Meeting) -> frozenset[date]:
    rule = repetition(_occasion(row))
    return frozenset(rule.days(row.day)) if rule else frozenset()


def _drop_changes_without_slot(session: Session, row: Meeting, occasion: Occasion) -> None:
    try:
        slots = _slots(row)
    except ValueError as fault:
        raise refuse(Refusal.INVALID, str(fault)) from fault
    for change in session.scalars(select(MeetingChange).where(MeetingChange.meeting_id == row.id)).all():
        if change.slot not in slots or occasion.repeats is Repeats.NEVER:
            session.delete(change)


def _shown(row: Meeting) -> dict[str, str]:
    when = f"{row.day} {row.begins:%H:%M} to {row.ends:%H:%M} {row.zone}"
    return {"title": row.title, "when": when, "repeats": row.repeats.value, "until": str(row.last_day or "")}
