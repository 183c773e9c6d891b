"""How a run of a solver is said, whatever it solves: its status in words, and how far it is."""

from __future__ import annotations

from exchange.store.runs import RunStatus

RUNNING = frozenset({RunStatus.WAITING, RunStatus.PREPARING, RunStatus.RUNNING})
STATUS_WORDS = {
    RunStatus.WAITING: ("Waiting for the worker", "proposed"),
    RunStatus.PREPARING: ("Preparing", "active"),
    RunStatus.RUNNING: ("Running", "active"),
    RunStatus.DONE: ("Done", "good"),
    RunStatus.STOPPED: ("Stopped", "plain"),
    RunStatus.FAILED: ("Failed", "bad"),
    RunStatus.INTERRUPTED: ("Interrupted", "bad"),
}


def percent(status: RunStatus, seconds_so_far: float, seconds: int) -> int:
    """How much of its time a run has used; 100 when it is over."""
    return min(99, round(100 * seconds_so_far / max(1, seconds))) if status in RUNNING else 100
