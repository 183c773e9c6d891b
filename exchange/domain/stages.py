"""How long secondments stay in each state before they begin, by institute: medians, never one secondment alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from statistics import median

from exchange.domain.punctuality import FEWEST
from exchange.domain.secondment_facts import State

# Those in which somebody has something to decide. Once it is ready it waits for its first day, which says nothing.
STAGES = (State.DRAFT, State.NOMINATED, State.ACCEPTED, State.AGREEMENT, State.CLEARANCE)


@dataclass(frozen=True, slots=True)
class Step:
    """One move of a secondment, with the institutes it is between and when it was proposed."""

    secondment_id: int
    home_id: int
    host_id: int
    proposed_at: datetime
    source: State
    target: State
    at: datetime


@dataclass(frozen=True, slots=True)
class Stages:
    """Of one institute, the days in the median in each of ``STAGES``; None where too few have passed it."""

    institute_id: int
    days: tuple[int | None, ...]


def by_institute(steps: Iterable[Step]) -> tuple[Stages, ...]:
    """Every institute that secondments went from or to, as far as they have left a state; steps in their order."""
    known: dict[int, dict[State, list[float]]] = {}
    for _, moves in groupby(steps, key=lambda step: step.secondment_id):
        for step, days in _passed(moves):
            for institute in (step.home_id, step.host_id):
                known.setdefault(institute, {}).setdefault(step.source, []).append(days)
    return tuple(
        Stages(ident, tuple(_median(known[ident].get(state, ())) for state in STAGES)) for ident in sorted(known)
    )


def _passed(moves: Iterator[Step]) -> Iterator[tuple[Step, float]]:
    """Each state that was left, with the days spent in it. A note does not leave it, and sent back it counts again."""
    since: datetime | None = None
    for step in moves:
        since = since or step.proposed_at
        if step.target is not step.source:
            if step.source in STAGES:
                yield step, (step.at - since).total_seconds() / 86_400
            since = step.at


def _median(days: Iterable[float]) -> int | None:
    known = list(days)
    return round(median(known)) if len(known) >= FEWEST else None
