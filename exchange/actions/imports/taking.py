"""Bringing a file, looking at what it would do, and taking in its good rows: one transaction, one audit record."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from exchange.actions.imports.planning import Effect, Plan
from exchange.actions.imports.reading import PERMISSIONS, Options, plan_file
from exchange.actions.writing import Work, bookkeeping, refuse, writing
from exchange.domain.access import may
from exchange.domain.actors import Actor
from exchange.domain.verdict import Refusal
from exchange.files.limits import FileRefused, check_size
from exchange.store import imports
from exchange.store.imports import ImportFile, ImportKind

KEPT = timedelta(days=2)  # a file that nobody takes in
LONGEST_NAME = 200
WORDS = {
    ImportKind.PEOPLE: "people",
    ImportKind.PUBLICATIONS: "publications",
    ImportKind.WORKSTREAMS: "workstreams",
    ImportKind.OPENINGS: "openings",
    ImportKind.CLEARANCES: "clearances",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of an import: how many rows were new, changed, the same, and how many stayed out."""

    new: int
    changed: int
    same: int
    left_out: int


def upload(
    session: Session, actor: Actor, kind: ImportKind, name: str, content: bytes, options: Options, *, now: datetime
) -> int:
    """Keep a file until its owner has looked at it; nothing of it goes in yet. Returns the file's id.

    Raises:
        Refused: the role does not import this kind, or the file is empty or too large.
    """
    with writing(session, actor, "import:upload", now=now) as work:
        work.subject("import", None, actor.institute_id)
        _require_permission(actor, kind)
        try:
            check_size(content)
        except FileRefused as refused:
            raise refuse(Refusal.INVALID, str(refused)) from refused
        assert actor.person_id is not None  # the system has no need to look first
        row = ImportFile(
            kind=kind,
            name=name[-LONGEST_NAME:] or "file",
            content=content,
            options=options.stored(),
            created_by_id=actor.person_id,
            created_at=now,
        )
        session.add(row)
        session.flush()
        ident = row.id
        work.subject("import", ident, actor.institute_id)
        work.record(f"{actor.name} brought a file of {WORDS[kind]}.", {"sha256": hashlib.sha256(content).hexdigest()})
    return ident


def read_differently(session: Session, actor: Actor, ident: int, options: Options, *, now: datetime) -> None:
    """Say how a file is to be read: the order of its dates, the meaning of its columns, whose publications they are.

    Raises:
        Refused: there is no such file of the actor's, or it has been taken in.
    """
    del now  # nothing of it is recorded: the file has not gone in
    with bookkeeping(session):
        row = _own(session, actor, ident)
        row.options = options.stored()


def take_in(session: Session, actor: Actor, ident: int, *, now: datetime) -> Taken:
    """Take in the good rows of a file that was looked at. The file itself is not kept any longer.

    Raises:
        Refused: there is no such file of the actor's, it has been taken in, it cannot be read, or no row is good.
    """
    with writing(session, actor, "import:take", now=now) as work:
        work.subject("import", ident, actor.institute_id)
        row = _own(session, actor, ident)
        _require_permission(actor, row.kind)
        taken = _take(work, row.kind, row.name, row.content, Options.restored(row.options), now.date())
        row.taken_at, row.content = now, b""
        row.result = {"new": taken.new, "changed": taken.changed, "same": taken.same, "left_out": taken.left_out}
    return taken


def import_file(
    session: Session, actor: Actor, kind: ImportKind, name: str, content: bytes, options: Options, *, now: datetime
) -> Taken:
    """Take in the good rows of a file at once, as the command line does.

    Raises:
        Refused: the role does not import this kind, the file cannot be read, or no row of it is good.
    """
    with writing(session, actor, "import:take", now=now) as work:
        work.subject("import", None, actor.institute_id)
        _require_permission(actor, kind)
        return _take(work, kind, name, content, options, now.date())


def preview(session: Session, actor: Actor, kind: ImportKind, content: bytes, options: Options, *, today: date) -> Plan:
    """What a file would do; nothing is written.

    Raises:
        FileRefused: the file cannot be read at all.
    """
    return plan_file(session, actor, kind, content, options, today)


def forget_old(session: Session, *, now: datetime) -> None:
    """Throw away files that nobody has taken in, with what they say of people."""
    with bookkeeping(session):
        session.execute(delete(ImportFile).where(ImportFile.taken_at.is_(None), ImportFile.created_at < now - KEPT))


def _take(work: Work, kind: ImportKind, name: str, content: bytes, options: Options, today: date) -> Taken:
    try:
        plan = plan_file(work.session, work.actor, kind, content, options, today)
    except FileRefused as refused:
        raise refuse(Refusal.INVALID, str(refused)) from refused
    if not plan.steps:
        raise refuse(Refusal.INVALID, "No row of the file can go in. Correct the rows named and bring it again.")
    written = [(step, step.apply(work.session, work.now)) for step in plan.steps if step.effect is not Effect.SAME]
    plan.finish(work.session, sorted({ident for _, ident in written}), work.now)
    taken = Taken(plan.count(Effect.NEW), plan.count(Effect.CHANGED), plan.count(Effect.SAME), plan.bad)
    kind_of_subject, ident, institutes = work.about
    affected = frozenset(institutes).union(*(step.institutes for step, _ in written))
    work.subject(kind_of_subject, ident, *affected)
    work.record(
        f"{work.actor.name} imported {WORDS[kind]}: {taken.new} new, {taken.changed} changed, {taken.same} the same, "
        f"{taken.left_out} left out.",
        {
            "kind": kind.value,
            "sha256": hashlib.sha256(content).hexdigest(),
            "file": name[-LONGEST_NAME:],
            "rows": [[step.source, step.row, step.effect.value, ident] for step, ident in written],
        },
    )
    return taken


def _require_permission(actor: Actor, kind: ImportKind) -> None:
    if not may(actor, PERMISSIONS[kind]):
        raise refuse(Refusal.FORBIDDEN, f"Your role does not import {WORDS[kind]}. Ask a colleague whose role does.")


def _own(session: Session, actor: Actor, ident: int) -> ImportFile:
    row = imports.find(session, ident, owner=actor.person_id)
    if row is None:
        raise refuse(Refusal.NOT_FOUND, "There is no such file of yours.")
    if row.taken_at is not None:
        raise refuse(Refusal.CONFLICT, "This file has been taken in already. Bring it again to import it again.")
    return row
