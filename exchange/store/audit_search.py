"""Finding records of the audit trail: by who, what and when, within what the reader may find."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Integer, Select, and_, cast, exists, func, not_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from exchange.domain.audit import Entry
from exchange.domain.audit_views import RESTRICTED, SECURITY_EVENTS, AuditView
from exchange.store.audit import AuditEvent, entry_of


@dataclass(frozen=True, slots=True)
class Facets:
    """``since`` counts, ``until`` does not. ``verb`` is a verb or, ending in a colon, all verbs of a resource."""

    who: str = ""
    verb: str = ""
    outcome: str = ""
    subject: tuple[str, int] | None = None
    since: datetime | None = None
    until: datetime | None = None


def newest(
    session: Session, view: AuditView, facets: Facets, *, limit: int, before: int | None = None
) -> list[tuple[int, Entry]]:
    """The newest records before a number, newest first."""
    query = _found(session, view, facets).order_by(AuditEvent.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditEvent.seq < before)
    return [(event.seq, entry_of(event)) for event in session.execute(query).scalars()]


def oldest_first(session: Session, view: AuditView, facets: Facets, *, limit: int) -> Iterator[tuple[int, Entry]]:
    """The records as they were written, streamed."""
    query = _found(session, view, facets).order_by(AuditEvent.seq).limit(limit)
    for event in session.execute(query.execution_options(yield_per=1000)).scalars():
        yield event.seq, entry_of(event)


def verbs(session: Session, view: AuditView) -> list[str]:
    """The verbs that occur in what the reader may find."""
    query = select(AuditEvent.verb).where(_open_to(session, view)).distinct().order_by(AuditEvent.verb)
    return list(session.scalars(query))


def _found(session: Session, view: AuditView, facets: Facets) -> Select[AuditEvent]:
    query = select(AuditEvent).where(_open_to(session, view))
    if facets.who:
        query = query.where(AuditEvent.actor_name.icontains(facets.who, autoescape=True))
    if facets.verb.endswith(":"):
        query = query.where(AuditEvent.verb.startswith(facets.verb, autoescape=True))
    elif facets.verb:
        query = query.where(AuditEvent.verb == facets.verb)
    if facets.outcome:
        query = query.where(AuditEvent.outcome == facets.outcome)
    if facets.subject is not None:
        kind, ident = facets.subject
        # A record whose subject is withheld from the reader must not be found by it.
        told = or_(not_(_restricted()), _concerns(session, view.secures))
        query = query.where(AuditEvent.subject_kind == kind, AuditEvent.subject_id == ident, told)
    if facets.since is not None:
        query = query.where(AuditEvent.at >= facets.since)
    if facets.until is not None:
        query = query.where(AuditEvent.at < facets.until)
    return query


def _open_to(session: Session, view: AuditView) -> ColumnElement[bool]:
    """``AuditView.opens`` as a condition of SQL; a test holds the two against each other."""
    if view.whole:
        return true()
    security = or_(_restricted(), _begins(AuditEvent.verb, SECURITY_EVENTS))
    return or_(
        and_(not_(_restricted()), _concerns(session, view.coordinates)),
        and_(security, _concerns(session, view.secures)),
    )


def _restricted() -> ColumnElement[bool]:
    return or_(_begins(AuditEvent.verb, RESTRICTED), _begins(AuditEvent.subject_kind, RESTRICTED))


def _begins(column: InstrumentedAttribute[str], beginnings: tuple[str, ...]) -> ColumnElement[bool]:
    return or_(*(column.startswith(beginning, autoescape=True) for beginning in beginnings))


def _concerns(session: Session, institutes: frozenset[int]) -> ColumnElement[bool]:
    """Whether the record's list of institutes names one of these."""
    postgres = session.get_bind().dialect.name == "postgresql"
    each = func.json_array_elements_text if postgres else func.json_each
    listed = each(AuditEvent.institutes).table_valued("value")
    return exists(select(1).select_from(listed).where(cast(listed.c.value, Integer).in_(institutes)))
