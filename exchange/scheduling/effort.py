"""How much work a run may do, who may stop it, and what it has reached so far.

*Fast* runs count CPU seconds of the process. *Reproducible* runs decide everything by counts (rounds, simplex
iterations, branch-and-bound nodes) and look at the clock only as a safety net; a run that hit the net says so in
``stopped_by`` and is the only kind that may differ between two machines.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from exchange.scheduling.index import Ints
from exchange.scheduling.problem import Placement


class StoppedBy(StrEnum):
    """Why the search ended."""

    PROOF = "proof"  # nothing better exists
    GAP = "gap"  # the wanted gap was reached
    WORK = "work"  # a reproducible run's rounds were used up
    CPU = "cpu"  # the CPU seconds were used up
    USER = "user"  # somebody stopped it


KEPT_FOR_REPORT = 0.04


@dataclass(frozen=True, slots=True)
class Options:
    """``seconds`` are CPU seconds; ``rounds`` (reproducible mode) is the number of improvement rounds.

    ``gap`` ends the run once reached (0.005 is half a per cent; 0 runs on until proof or the end).
    """

    seconds: float = 30.0
    gap: float = 0.0
    seed: int = 1
    reproducible: bool = False
    rounds: int = 40


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of a run, for people: what it is doing, after how many CPU seconds, and how far it has come.

    ``placements`` is the whole plan where this step found a better one, else None.
    """

    phase: str
    seconds: float
    value: int | None
    bound: float | None
    gap: float | None
    placements: tuple[Placement, ...] | None = None


def relative_gap(value: int, bound: float) -> float:
    """(bound - value) / |bound|, never negative; 0 where both are 0."""
    return max(0.0, bound - value) / max(1.0, abs(bound))


class Run:
    """The state of one run: the best plan, the best bound, the clock."""

    def __init__(
        self,
        options: Options,
        on_progress: Callable[[Progress], None] | None,
        should_stop: Callable[[], bool] | None,
        clock: Callable[[], float] = time.process_time,
    ) -> None:
        self.options = options
        self._on_progress, self._should_stop, self._clock = on_progress, should_stop, clock
        self._begun = clock()
        self.best: Ints | None = None
        self.value: int | None = None
        self.bound = float("inf")
        self.phase = "reading"
        self.stopped_by: StoppedBy | None = None
        self.confirmed_value = 0
        self.describe: Callable[[Ints], tuple[Placement, ...]] | None = None

    def spent(self) -> float:
        """CPU seconds since the run began."""
        return self._clock() - self._begun

    def left(self) -> float:
        """CPU seconds left for the search; the rest of the effort is for checking and explaining the plan."""
        return (1 - KEPT_FOR_REPORT) * self.options.seconds - self.spent()

    def over(self) -> bool:
        """Whether to stop now; remembers why."""
        if self.stopped_by is None:
            if self._should_stop is not None and self._should_stop():
                self.stopped_by = StoppedBy.USER
            elif self.left() <= 0:
                self.stopped_by = StoppedBy.CPU
        return self.stopped_by is not None

    def settled(self) -> bool:
        """Whether the plan is proven best or good enough."""
        if self.value is None or self.bound == float("inf"):
            return False
        if self.value >= self.bound:
            self.stopped_by = StoppedBy.PROOF
        elif relative_gap(self.value, self.bound) <= self.options.gap:
            self.stopped_by = StoppedBy.GAP
        return self.stopped_by in {StoppedBy.PROOF, StoppedBy.GAP}

    def offer(self, numbers: Ints, value: int) -> bool:
        """Keep the plan if it is better; returns whether it was."""
        if self.value is not None and value <= self.value:
            return False
        self.best, self.value = np.sort(numbers), value
        self.report(self.best)
        return True

    def prove(self, bound: float) -> None:
        """Keep the bound if it is tighter. Values are whole numbers, so the bound is rounded down."""
        rounded = float(np.floor(bound + 1e-6))
        if rounded < self.bound:
            self.bound = rounded
            self.report()

    def enter(self, phase: str) -> None:
        """Say what is being done now."""
        self.phase = phase
        self.report()

    def report(self, plan: Ints | None = None) -> None:
        """Tell the listener where the run stands, with the plan where it is new."""
        if self._on_progress is None:
            return
        known = self.value is not None and self.bound != float("inf")
        self._on_progress(
            Progress(
                self.phase,
                round(self.spent(), 3),
                self.value,
                self.bound if self.bound != float("inf") else None,
                relative_gap(self.value, self.bound) if known and self.value is not None else None,
                self.describe(plan) if plan is not None and self.describe is not None else None,
            )
        )
