"""Prepare a run in a process of its own: ``python -m exchange.jobs.preparing OUT.json``, the order on its input.

Reading the records and asking the rules about everybody takes seconds of computing; in a process of its own it keeps
neither pages nor the worker's other jobs waiting, can be stopped at once, and may not take all of the memory. The
order comes by the input because it holds the database's address, which may hold a password.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from exchange.actions.affinity import IndexCache
from exchange.actions.rounds import preparing as rounds
from exchange.actions.teams import runs as teams
from exchange.scheduling.child import Child
from exchange.store.engine import open_engine

PREPARE = {"round": rounds.prepare, "team": teams.prepare}


@dataclass(frozen=True, slots=True)
class Order:
    """Which run to prepare (a key of ``PREPARE``, and its id), from which database, as of which day.

    ``data`` is the folder of the index of everybody's profiles; without it people are compared by words alone.
    """

    kind: str
    run_id: int
    database_url: str
    data: str | None
    today: str
    memory_mb: int


def start(order: Order, folder: Path) -> Child:
    """Start it; returns at once. What it makes is ``read`` afterwards."""
    path = folder / "prepared.json"
    command = [sys.executable, "-m", "exchange.jobs.preparing", str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE)  # noqa: S603 - our own module
    assert process.stdin is not None
    with process.stdin as pipe:
        pipe.write(json.dumps(asdict(order)).encode())
    return Child(process, path)


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m exchange.jobs.preparing", description="Prepare one run.")
    parser.add_argument("prepared", type=Path)
    path: Path = parser.parse_args(arguments).prepared
    order = Order(**json.load(sys.stdin))
    cap = order.memory_mb << 20
    resource.setrlimit(resource.RLIMIT_AS, (cap, cap))
    cache = IndexCache(Path(order.data) if order.data is not None else None)
    engine = open_engine(order.database_url)
    try:
        with Session(engine) as session:
            prepared = PREPARE[order.kind](session, order.run_id, cache, today=date.fromisoformat(order.today))
    except MemoryError:
        reason = f"Reading the records needed more than the {order.memory_mb} MB it may use: make it smaller."
        prepared = {"faults": [reason]}
    finally:
        engine.dispose()
    part = path.with_suffix(".part")
    part.write_text(json.dumps(prepared), encoding="utf-8")
    part.replace(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
