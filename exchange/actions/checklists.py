"""Saying of a task that it is done, with what shows it, and taking that back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from exchange.actions import fetching
from exchange.actions.writing import Work, refuse, writing
from exchange.domain import checklists as rules
from exchange.domain.actors import Actor
from exchange.domain.checklists import Task
from exchange.domain.verdict import Refusal
from exchange.store import secondment_facts as facts_of
from exchange.store import secondments
from exchange.store.checklists import ChecklistItem
from exchange.store.secondment_facts import Life
from exchange.store.secondments import Secondment


def tick(session: Session, actor: Actor, ident: int, key: str, *, evidence: str = "", now: datetime) -> None:
    """Record that a task is done.

    Raises:
        Refused: not found, not the actor's, done already, or it needs something written down.
    """
    with writing(session, actor, "checklist:tick", now=now) as work:
        row, life, task = _fetched(work, ident, key)
        work.require(rules.may_tick(task, life.facts, actor, evidence, now.date()))
        assert actor.person_id is not None  # the system holds no seat at a checklist
        written = evidence.strip()
        session.add(
            ChecklistItem(
                secondment_id=ident, key=key, done_on=now.date(), done_by_id=actor.person_id, evidence=written
            )
        )
        if key == rules.ACCESS_REMOVED:
            row.access_removed_at = now
        elif key == rules.OUTCOME:
            row.outcome = written
        work.record(_summary(actor, "did", task, ident), {"task": key})


def untick(session: Session, actor: Actor, ident: int, key: str, *, now: datetime) -> None:
    """Record that a task was not done after all.

    Raises:
        Refused: not found, not the actor's, or open already.
    """
    with writing(session, actor, "checklist:untick", now=now) as work:
        row, life, task = _fetched(work, ident, key)
        work.require(rules.may_untick(task, life.facts, actor))
        session.delete(session.get_one(ChecklistItem, (ident, key)))
        if key == rules.ACCESS_REMOVED:
            row.access_removed_at = None
        elif key == rules.OUTCOME:
            row.outcome = ""
        work.record(_summary(actor, "opened again", task, ident), {"task": key})


def _fetched(work: Work, ident: int, key: str) -> tuple[Secondment, Life, Task]:
    found = fetching.secondment(work, ident)
    life = facts_of.load(work.session, found, work.now.date(), work.actor)
    task = next((task for task in life.tasks if task.key == key), None)
    if task is None:
        raise refuse(Refusal.NOT_FOUND, "There is no such task on this checklist.")
    return found.secondment, life, task


def _summary(actor: Actor, did: str, task: Task, ident: int) -> str:
    return f"{actor.name} {did} a task of {secondments.reference(ident)}: {task.template.title}."
