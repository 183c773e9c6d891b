"""Rounds for the tests: tiny random ones that can be searched by hand, and the small reference round."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from exchange.scheduling.effort import Options
from exchange.scheduling.plan import Plan
from exchange.scheduling.portfolio import solve
from exchange.scheduling.problem import (
    Balance,
    BudgetYear,
    Candidate,
    Institute,
    Objective,
    Opening,
    Placement,
    Problem,
    Team,
    read_problem,
)

WEEKS = 9
REFERENCE = Path(__file__).parent / "data" / "S1-seed1.json.gz"


def _institute(rng: random.Random, name: str) -> Institute:
    budget = rng.randint(10, 60)
    halves = (BudgetYear(0, 5, rng.randint(8, 40)), BudgetYear(5, WEEKS + 4, rng.randint(8, 40)))
    return Institute(
        id=name,
        budget=budget,
        desks=tuple(rng.choice([1, 1, 2]) for _ in range(WEEKS)),
        no_arrival=tuple(sorted(rng.sample(range(WEEKS), rng.choice([0, 1])))),
        closed=tuple(sorted(rng.sample(range(WEEKS), rng.choice([0, 0, 1])))),
        host_week_cost=1,
        home_week_cost=2,
        travel_cost=5,
        budget_years=halves if rng.random() < 0.3 else (),
    )


def _person(rng: random.Random, name: str, home: str, team: str, institutes: list[str]) -> Candidate:
    first = rng.randint(0, 3)
    after = rng.randint(first + 3, WEEKS)
    shortest = rng.randint(1, 3)
    return Candidate(
        id=name,
        institute=home,
        team=team,
        skills={"evals": rng.randint(0, 2)},
        availability=((first, after),),
        earliest_start=first,
        latest_start=after - 1,
        min_weeks=shortest,
        max_weeks=shortest + rng.randint(0, 2),
        preferred_weeks=shortest,
        clearance=rng.randint(0, 2),
        clearance_ends=rng.randint(4, WEEKS + 4),
        lead_weeks={institute: rng.randint(0, 2) for institute in institutes},
        max_placements=rng.choice([1, 1, 2]),
        weeks_home_between=rng.randint(0, 2),
    )


def _opening(rng: random.Random, name: str, host: str) -> Opening:
    first = rng.randint(0, 3)
    after = rng.randint(first + 3, WEEKS)
    shortest = rng.randint(1, 2)
    return Opening(
        id=name,
        institute=host,
        window=(first, after),
        need={"evals": rng.randint(0, 1)},
        min_clearance=rng.choice([0, 0, 1]),
        seats=rng.choice([1, 1, 2]),
        min_weeks=shortest,
        max_weeks=shortest + rng.randint(0, 3),
        start_weeks=tuple(range(first, after, rng.choice([1, 2]))),
        turnover_weeks=rng.choice([0, 1]),
    )


def random_round(seed: int, *, confirmed: bool = True) -> Problem:
    """Four people, three openings, two institutes, nine weeks; sometimes with a confirmed placement."""
    rng = random.Random(seed)
    institutes = ["I0", "I1"]
    people = tuple(_person(rng, f"C{k}", institutes[k % 2], f"T{k % 2}", institutes) for k in range(4))
    openings = tuple(_opening(rng, f"O{k}", institutes[k % 2]) for k in range(3))
    locked: tuple[Placement, ...] = ()
    if confirmed and rng.random() < 0.4:
        locked = (Placement("C0", "O1", rng.randint(0, 5), rng.randint(1, 3)),)
    return Problem(
        weeks=WEEKS,
        now=0,
        objective=Objective(placement=rng.choice([0, 10, 30]), per_week_off_preferred_length=4),
        institutes=tuple(_institute(rng, name) for name in institutes),
        teams=(Team("T0", "I0", rng.choice([1, 2])), Team("T1", "I1", rng.choice([1, 2]))),
        candidates=people,
        openings=openings,
        points={(p.id, o.id): rng.randint(0, 12) for p in people for o in openings if p.institute != o.institute},
        balance=(Balance("I0", "I1", rng.randint(0, 4), rng.randint(-2, 2)),),
        confirmed=locked,
    )


@pytest.fixture(scope="session")
def make_round() -> Callable[..., Problem]:
    return random_round


@pytest.fixture(scope="session")
def reference_path() -> Path:
    return REFERENCE


@pytest.fixture(scope="session")
def reference() -> Problem:
    return read_problem(REFERENCE)


@pytest.fixture(scope="session")
def reference_plan(reference: Problem) -> Plan:
    return solve(reference, Options(seconds=60.0))
