"""The same round, seed and amount of work give the same bytes in two processes, whatever the hash seed."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest

from exchange.scheduling.problem import Problem, write_problem

# Without the proof by enumeration the small round goes through dives, branch and bound and neighbourhoods as well.
WITHOUT_PROOF = """
import sys
from exchange.scheduling import portfolio, run
portfolio.EXACT_UP_TO = 0
sys.exit(run.main(sys.argv[1:]))
"""


def _plan_in_a_process(folder: Path, problem: Path, hash_seed: str) -> bytes:
    plan = folder / f"plan-{hash_seed}.json"
    options = ["--reproducible", "--rounds", "6", "--seconds", "600", "--seed", "3"]
    command = [sys.executable, "-c", WITHOUT_PROOF, str(problem), str(plan), *options]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    return plan.read_bytes()


@pytest.mark.parametrize("budgets", [1, 3], ids=["money binds", "seats bind"])
def test_two_processes_give_the_same_bytes(tmp_path: Path, reference: Problem, budgets: int) -> None:
    richer = tuple(dataclasses.replace(row, budget=row.budget * budgets) for row in reference.institutes)
    write_problem(dataclasses.replace(reference, institutes=richer), tmp_path / "round.json")
    first, second = (_plan_in_a_process(tmp_path, tmp_path / "round.json", seed) for seed in ("1", "2"))
    assert first == second
    assert b'"stopped_by": "cpu"' not in first
