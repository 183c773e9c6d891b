"""Slots for one person, the instant repair, the stability solve, and the difference between plans."""

import dataclasses
from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.scheduling.checker import check
from exchange.scheduling.compare import compare, compare_placements
from exchange.scheduling.effort import Options
from exchange.scheduling.plan import Plan
from exchange.scheduling.portfolio import solve
from exchange.scheduling.problem import Placement, Problem
from exchange.scheduling.replan import recommend, repair, stabilise

Maker = Callable[..., Problem]
quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_nothing_changes_when_nothing_changed(reference: Problem, reference_plan: Plan) -> None:
    published = reference_plan.placements
    for proposal in (repair(reference, published), stabilise(reference, published, Options(seconds=20.0))):
        assert proposal.placements == published
        assert proposal.diff.unchanged_share == 1.0
        assert proposal.value == reference_plan.value


def _slipped(problem: Problem, placement: Placement, weeks: int) -> Problem:
    """The round once a placement starts ``weeks`` later than published."""
    later = dataclasses.replace(placement, start=placement.start + weeks)
    return dataclasses.replace(problem, confirmed=(later,))


def test_a_slip_moves_little_and_the_stability_solve_is_no_worse(reference: Problem, reference_plan: Plan) -> None:
    published = reference_plan.placements
    now = _slipped(reference, published[0], 3)
    instant = repair(now, published)
    stable = stabilise(now, published, Options(seconds=20.0))
    for proposal in (instant, stable):
        assert all(violation.inherited for violation in check(now, proposal.placements))
        assert now.confirmed[0] in proposal.placements
        assert [move.before for move in proposal.diff.moved][:1] == [published[0]]
    assert instant.diff.unchanged_share >= 0.8


def test_a_closed_opening_drops_only_its_own(reference: Problem, reference_plan: Plan) -> None:
    closed = reference_plan.placements[0].opening
    now = dataclasses.replace(reference, openings=tuple(row for row in reference.openings if row.id != closed))
    proposal = repair(now, reference_plan.placements)
    assert not check(now, proposal.placements)
    assert {row.opening for row in proposal.diff.dropped} == {closed}


@given(seed=st.integers(0, 10**6))
@quick
def test_a_repair_of_any_round_is_lawful(make_round: Maker, seed: int) -> None:
    before = make_round(seed, confirmed=False)
    published = solve(before, Options(seconds=20.0)).placements
    now = make_round(seed + 1, confirmed=True)
    for proposal in (repair(now, published), stabilise(now, published, Options(seconds=20.0))):
        assert all(violation.inherited for violation in check(now, proposal.placements))
        assert set(now.confirmed) <= set(proposal.placements)


def test_recommended_stays_fit_beside_everybody_else(reference: Problem, reference_plan: Plan) -> None:
    for gone in reference_plan.placements:
        rest = tuple(row for row in reference_plan.placements if row != gone)
        without = dataclasses.replace(reference_plan, placements=rest)
        stays = recommend(reference, without, gone.candidate)
        assert stays[0].value >= 0
        assert len(stays) <= 5
        assert [stay.value for stay in stays] == sorted((stay.value for stay in stays), reverse=True)
        for stay in stays:
            added = Placement(gone.candidate, stay.opening, stay.start, stay.weeks)
            assert not check(reference, (*rest, added))


def test_a_difference_names_what_was_kept_moved_dropped_and_new() -> None:
    before = (Placement("A", "O", 1, 4), Placement("B", "O", 6, 4), Placement("C", "P", 1, 4))
    after = (Placement("A", "O", 1, 4), Placement("B", "O", 8, 4), Placement("D", "P", 1, 4))
    diff = compare_placements(before, after, 10, 12)
    assert diff.kept == before[:1]
    assert [(move.before, move.after) for move in diff.moved] == [(before[1], after[1])]
    assert (diff.dropped, diff.new) == (before[2:], after[2:])
    assert diff.unchanged_share == 1 / 3


def test_a_plan_compared_with_itself_is_all_kept(reference_plan: Plan) -> None:
    diff = compare(reference_plan, reference_plan)
    assert diff.kept == reference_plan.placements
    assert (diff.moved, diff.dropped, diff.new) == ((), (), ())
