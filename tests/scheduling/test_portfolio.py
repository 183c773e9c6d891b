"""The whole search against brute force on tiny rounds, and on the small reference round."""

import dataclasses
import itertools
import random
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from exchange.scheduling.checker import check
from exchange.scheduling.effort import Options, Progress, StoppedBy
from exchange.scheduling.model import build_model
from exchange.scheduling.plan import Plan, Status, plan_from_json, plan_text, plan_to_json
from exchange.scheduling.portfolio import solve
from exchange.scheduling.pricelist import proven_bound
from exchange.scheduling.problem import Placement, Problem, plan_value
from exchange.scheduling.reasons import Kind

Maker = Callable[..., Problem]
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def lawful_alone(problem: Problem, placement: Placement) -> bool:
    shared = {"seat", "desk", "away", "budget", "balance", "confirmed", "time at home", "placements per person"}
    return all(violation.rule in shared for violation in check(problem, (*problem.confirmed, placement)))


def imbalance(problem: Problem, plan: tuple[Placement, ...]) -> int:
    return sum(violation.excess for violation in check(problem, plan) if violation.rule == "balance")


def best_by_hand(problem: Problem) -> int | None:
    """The best value over every set of placements that the checker accepts (None: it accepts none).

    A balance that history or confirmed placements have upset is mended first, as far as it can be.
    """
    every = [
        Placement(person.id, opening.id, start, weeks)
        for person in problem.candidates
        for opening in problem.openings
        for start in range(problem.weeks)
        for weeks in range(1, 7)
    ]
    lawful = [placement for placement in every if lawful_alone(problem, placement)]
    of_person = {person.id: [p for p in lawful if p.candidate == person.id] for person in problem.candidates}
    choices = []
    for person in problem.candidates:
        theirs = of_person[person.id]
        sets: list[tuple[Placement, ...]] = [(), *((placement,) for placement in theirs)]
        if person.max_placements > 1:
            sets += list(itertools.combinations(theirs, 2))
        kept = [chosen for chosen in sets if not _personal(problem, chosen)]
        choices.append(kept)
    best: tuple[int, int] | None = None
    for parts in itertools.product(*choices):
        plan = (*problem.confirmed, *itertools.chain.from_iterable(parts))
        rank = (-imbalance(problem, plan), plan_value(problem, plan))
        if (best is None or rank > best) and all(violation.inherited for violation in check(problem, plan)):
            best = rank
    return best[1] if best is not None else None


def _personal(problem: Problem, chosen: tuple[Placement, ...]) -> bool:
    rules = {"time at home", "placements per person", "twice"}
    return any(v.rule in rules and not v.inherited for v in check(problem, (*problem.confirmed, *chosen)))


def small(problem: Problem) -> Problem:
    """Short stays only, so that brute force ends."""
    people = tuple(dataclasses.replace(p, max_weeks=min(p.max_weeks, p.min_weeks + 1)) for p in problem.candidates[:3])
    confirmed = tuple(p for p in problem.confirmed if p.candidate in {person.id for person in people})
    return dataclasses.replace(problem, candidates=people, confirmed=confirmed)


@given(seed=st.integers(0, 10**6))
@quick
def test_the_plan_is_the_best_that_brute_force_finds(make_round: Maker, seed: int) -> None:
    problem = small(make_round(seed))
    plan = solve(problem, Options(seconds=30.0))
    by_hand = best_by_hand(problem)
    assert all(violation.inherited for violation in check(problem, plan.placements))
    assert plan.bound >= plan.value
    if by_hand is not None:
        assert (plan.value, plan.status) == (by_hand, Status.OPTIMAL)


def _roomy(problem: Problem, limit: str) -> Problem:
    """The round without one of its limits."""
    weeks = problem.weeks
    change: dict[str, dict[str, object]] = {
        "seats": {"openings": tuple(dataclasses.replace(o, seats=9) for o in problem.openings)},
        "desks": {"institutes": tuple(dataclasses.replace(i, desks=(9,) * weeks) for i in problem.institutes)},
        "teams": {"teams": tuple(dataclasses.replace(t, max_away=9) for t in problem.teams)},
        "budgets": {"institutes": tuple(dataclasses.replace(i, budget=999) for i in problem.institutes)},
        "budget years": {"institutes": tuple(dataclasses.replace(i, budget_years=()) for i in problem.institutes)},
        "balance": {"balance": ()},
        "rest": {"candidates": tuple(dataclasses.replace(c, weeks_home_between=0) for c in problem.candidates)},
        "confirmed": {"confirmed": ()},
    }
    return dataclasses.replace(problem, **change[limit])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("limit", "seed"),
    [
        ("seats", 90),
        ("desks", 30),
        ("teams", 338),
        ("budgets", 12),
        ("budget years", 10),
        ("balance", 6),
        ("rest", 33),
        ("confirmed", 1),
    ],
)
def test_brute_force_agrees_where_this_limit_decides(make_round: Maker, limit: str, seed: int) -> None:
    problem = small(make_round(seed))
    tight, loose = (solve(row, Options(seconds=30.0)) for row in (problem, _roomy(problem, limit)))
    assert plan_value(problem, tight.placements) != plan_value(problem, loose.placements)
    assert (tight.value, tight.status) == (best_by_hand(problem), Status.OPTIMAL)


@given(seed=st.integers(0, 10**6))
@quick
def test_people_and_openings_in_another_order_give_the_same_value(make_round: Maker, seed: int) -> None:
    problem = make_round(seed)
    rng = random.Random(seed)
    shuffled = dataclasses.replace(
        problem,
        candidates=tuple(rng.sample(problem.candidates, len(problem.candidates))),
        openings=tuple(rng.sample(problem.openings, len(problem.openings))),
        institutes=tuple(rng.sample(problem.institutes, len(problem.institutes))),
    )
    options = Options(seconds=30.0, reproducible=True)
    assert solve(problem, options).placements == solve(shuffled, options).placements


@given(seed=st.integers(0, 10**6))
@quick
def test_one_more_seat_never_lowers_the_proven_best(make_round: Maker, seed: int) -> None:
    problem = make_round(seed, confirmed=False)
    roomier = dataclasses.replace(
        problem, openings=tuple(dataclasses.replace(o, seats=o.seats + 1) for o in problem.openings)
    )
    before, after = solve(problem, Options(seconds=30.0)), solve(roomier, Options(seconds=30.0))
    assert after.value >= before.value


@given(seed=st.integers(0, 10**6))
@quick
def test_the_prices_in_the_plan_prove_its_bound_again(make_round: Maker, seed: int) -> None:
    problem = make_round(seed, confirmed=False)
    plan = solve(problem, Options(seconds=30.0))
    assume(not plan.warnings)  # a balance that cannot be kept is mended first: the prices are those of the mended limit
    again = proven_bound(build_model(problem), plan.prices)
    assert abs(again - plan.priced_bound) < 1e-6
    assert again >= plan.value - 1e-6


@given(seed=st.integers(0, 10**6))
@example(seed=227)  # a worthless stay would fit while the one worth having is blocked
@quick
def test_everybody_left_out_has_a_reason_with_what_stands_in_the_way(make_round: Maker, seed: int) -> None:
    problem = make_round(seed)
    plan = solve(problem, Options(seconds=30.0))
    placed = {placement.candidate for placement in plan.placements}
    assert set(plan.unplaced) == {person.id for person in problem.candidates} - placed
    for reason in plan.unplaced.values():
        assert reason.sentence
        if reason.bill is not None:
            total = reason.bill.stay.value - sum(reason.bill.items.values())
            assert abs(total - reason.bill.net) < 0.005
        if reason.kind is Kind.FREE and reason.best is not None:
            assert reason.best.value <= 0


def test_the_reference_round_is_solved_to_its_known_best(reference_plan: Plan) -> None:
    assert (reference_plan.value, reference_plan.bound, reference_plan.status) == (9297, 9297, Status.OPTIMAL)
    assert reference_plan.stopped_by is StoppedBy.PROOF
    assert sum(reference_plan.score.values()) == reference_plan.value
    assert sum(row.value for row in reference_plan.institutes) == reference_plan.value


def test_a_plan_survives_its_json(reference_plan: Plan) -> None:
    assert plan_from_json(plan_to_json(reference_plan)) == reference_plan


def test_a_reproducible_run_gives_the_same_bytes_twice(reference: Problem) -> None:
    options = Options(seconds=60.0, reproducible=True, rounds=5)
    assert plan_text(solve(reference, options)) == plan_text(solve(reference, options))


def test_the_bound_only_falls_and_the_value_only_rises(reference: Problem) -> None:
    seen: list[Progress] = []
    solve(reference, Options(seconds=60.0), on_progress=seen.append)
    values = [step.value for step in seen if step.value is not None]
    bounds = [step.bound for step in seen if step.bound is not None]
    assert values == sorted(values)
    assert bounds == sorted(bounds, reverse=True)


def test_a_stopped_run_hands_out_the_plan_it_has(reference: Problem) -> None:
    plan = solve(reference, Options(seconds=60.0), should_stop=lambda: True)
    assert plan.stopped_by is StoppedBy.USER
    assert plan.placements
    assert plan.bound >= plan.value
    assert not check(reference, plan.placements)


def test_a_warm_start_is_not_lost(reference: Problem, reference_plan: Plan) -> None:
    plan = solve(reference, Options(seconds=60.0), warm=reference_plan.placements, should_stop=lambda: True)
    assert plan.value == reference_plan.value
