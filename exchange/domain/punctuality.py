"""How far each institute is behind, or ahead, with the tasks of its secondments: medians, never one task alone.

Tasks of security officers and of the person are left out: they would say something about one person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Protocol

from exchange.domain.checklists import Owner, Task
from exchange.domain.secondment_facts import FINAL, SecondmentFacts

FEWEST = 5  # of fewer tasks no median is told


class Kept(Protocol):
    """A secondment's checklist with as much of the secondment as says whose the tasks are."""

    @property
    def facts(self) -> SecondmentFacts: ...
    @property
    def tasks(self) -> tuple[Task, ...]: ...


@dataclass(frozen=True, slots=True)
class Punctuality:
    """Of one institute: tasks done, by how many days late in the median (early is below nought), and overdue now.

    ``late`` is None where too few tasks are done.
    """

    institute_id: int
    done: int
    late: int | None
    overdue: int


def by_institute(kept: Iterable[Kept], today: date) -> tuple[Punctuality, ...]:
    """Every institute that has had a task to do by today, the latest in the median first."""
    late: dict[int, list[int]] = {}
    overdue: dict[int, int] = {}
    for one in kept:
        sides = {Owner.HOME: one.facts.home_id, Owner.HOST: one.facts.host_id}
        for task in one.tasks:
            institute = sides.get(task.template.owner)
            if institute is None:
                continue
            if task.done_on is not None:
                late.setdefault(institute, []).append((task.done_on - task.due_on).days)
            elif task.overdue(today) and one.facts.state not in FINAL:
                overdue[institute] = overdue.get(institute, 0) + 1
    found = (
        Punctuality(ident, len(days), round(median(days)) if len(days) >= FEWEST else None, overdue.get(ident, 0))
        for ident in sorted(late.keys() | overdue.keys())
        for days in (late.get(ident, []),)
    )
    return tuple(sorted(found, key=lambda one: (one.late is None, -(one.late or 0), one.institute_id)))
