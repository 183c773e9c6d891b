"""What the digests of those who chose them have not told yet. When the last one went out, its job's slot says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import String, cast, func, literal, select
from sqlalchemy.orm import Session

from exchange.store.jobs import JobRun
from exchange.store.notices import Notice
from exchange.store.people import MailChoice, Person, PersonStatus


@dataclass(frozen=True, slots=True)
class Untold:
    """What a digest has to tell somebody, the oldest first."""

    person_id: int
    address: str
    zone: str
    oldest_at: datetime
    texts: tuple[str, ...]


def job_of(person_id: int) -> str:
    """The name under which somebody's digests take their slots."""
    return f"digest:{person_id}"


def untold(session: Session, since: datetime) -> list[Untold]:
    """Everybody who chose a digest, with their unread notices from ``since`` on that none has told of yet."""
    job = literal("digest:").concat(cast(Person.id, String))
    told = select(func.max(JobRun.ran_at)).where(JobRun.job == job).correlate(Person).scalar_subquery()
    rows = session.execute(
        select(Person.id, Person.email, Person.zone, Notice.created_at, Notice.text)
        .join(Notice, Notice.person_id == Person.id)
        .where(
            Person.mail == MailChoice.DIGEST,
            Person.status == PersonStatus.ACTIVE,
            Notice.read_at.is_(None),
            Notice.created_at > func.coalesce(told, since),
            Notice.created_at > since,
        )
        .order_by(Person.id, Notice.created_at, Notice.id)
    )
    found: list[Untold] = []
    for (ident, address, zone), notices in groupby(rows, key=lambda row: (row[0], row[1], row[2])):
        news = list(notices)
        found.append(Untold(ident, address, zone, news[0][3], tuple(notice[4] for notice in news)))
    return found
