"""The one way to write: a transaction in which nobody else writes, with the audit record of what was done inside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.domain.actors import Actor
from exchange.domain.audit import Entry, Outcome
from exchange.domain.verdict import Refusal, Verdict, no
from exchange.store import audit
from exchange.store.engine import begin_write
from exchange.store.notices import Notice, OutgoingMail
from exchange.store.people import MailChoice, Person, PersonStatus


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """An action did not happen; ``verdict.reasons`` say why, as sentences for people."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(" ".join(verdict.reasons))
        self.verdict = verdict


class MissingRecordError(RuntimeError):
    """A writing unit ended without an audit record: a fault of ours, and nothing was committed."""


def refuse(kind: Refusal, *reasons: str) -> Refused:
    """The exception to raise for a refusal with these reasons."""
    return Refused(no(kind, *reasons))


@dataclass
class Work:
    """What an action does inside its transaction."""

    session: Session
    actor: Actor
    now: datetime
    verb: str
    records: int = 0
    about: tuple[str, int | None, tuple[int, ...]] = field(default=("", None, ()))

    def subject(self, kind: str, ident: int | None, *institutes: int | None) -> None:
        """Say what this is about, so that a refusal is recorded against it too."""
        self.about = (kind, ident, tuple(sorted({i for i in institutes if i is not None})))

    def require(self, verdict: Verdict) -> None:
        if not verdict.allowed:
            raise Refused(verdict)

    def record(self, summary: str, detail: dict[str, Any] | None = None) -> None:
        """Write the audit record of what was done to the subject."""
        audit.append(self.session, self._entry(Outcome.DONE, summary, detail or {}))
        self.records += 1

    def require_record(self) -> None:
        if not self.records:
            raise MissingRecordError(f"{self.verb} recorded nothing.")

    def notify(self, person_id: int, text: str, path: str, key: str | None = None) -> bool:
        """Leave a notice, and mail as the person chose. False when a notice with this key was left before."""
        if key is not None and self.session.scalar(select(Notice.id).where(Notice.key == key)) is not None:
            return False
        person = self.session.get_one(Person, person_id)
        self.session.add(Notice(person_id=person_id, text=text, path=path, key=key, created_at=self.now))
        if person.mail is MailChoice.AT_ONCE and person.status is PersonStatus.ACTIVE:
            body = f"{text}\n\nOpen Exchange to see more: {path}\n"
            self.session.add(
                OutgoingMail(
                    person_id=person_id, address=person.email, subject=text[:200], body=body, created_at=self.now
                )
            )
        return True

    def _entry(self, outcome: Outcome, summary: str, detail: dict[str, Any]) -> Entry:
        kind, ident, institutes = self.about
        return Entry(
            at=self.now,
            actor_id=self.actor.person_id,
            actor_name=self.actor.name,
            verb=self.verb,
            outcome=outcome.value,
            subject_kind=kind,
            subject_id=ident,
            institutes=institutes,
            summary=summary,
            detail=detail,
        )


@contextmanager
def writing(session: Session, actor: Actor, verb: str, *, now: datetime) -> Iterator[Work]:
    """Run one use-case: commit it with its record, or leave nothing but the record that it was refused.

    Raises:
        Refused: the use-case was not allowed; a record of the refusal was committed.
        MissingRecordError: nothing was recorded; nothing was committed.
    """
    begin_write(session)
    work = Work(session, actor, now, verb)
    try:
        yield work
        work.require_record()
        session.commit()
    except Refused as refusal:
        with bookkeeping(session):  # it undoes what was done so far, then keeps the record alone
            audit.append(session, work._entry(Outcome.REFUSED, str(refusal), {}))  # noqa: SLF001 - its own module
        raise
    except BaseException:
        session.rollback()
        raise


@contextmanager
def bookkeeping(session: Session) -> Iterator[None]:
    """A write that is no change of any record: leases, last-seen stamps, the progress of a run. Not audited."""
    begin_write(session)
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
