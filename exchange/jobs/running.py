"""``exchange worker``: a process that does nothing but run the clock."""

from __future__ import annotations

import signal
from threading import Event

from exchange.jobs.scheduler import Scheduler


def run(scheduler: Scheduler) -> None:
    """Run until SIGTERM or SIGINT, then let the running jobs end and give the lease back."""
    told_to_stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: told_to_stop.set())
    scheduler.start()
    told_to_stop.wait()
    scheduler.stop()
