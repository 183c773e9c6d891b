"""Rounds for tests, and a checker of answers that shares no code with the engine."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from hypothesis import strategies as st

from exchange.domain.skills import Level
from exchange.matching.answer import Answer, team_figures
from exchange.matching.problem import LendingBudget, Opening, Pair, Person, Problem, Requirement

PERIODS = 3


def broken_rules(problem: Problem, chosen: tuple[tuple[int, int], ...]) -> list[str]:
    """Every rule that a choice breaks, in words; a rule may be broken by no more than what is confirmed breaks it."""
    people = {person.id: person for person in problem.people}
    openings = {opening.id: opening for opening in problem.openings}
    listed = {(pair.person_id, pair.opening_id): pair for pair in problem.pairs}
    fixed = [key for key, pair in listed.items() if pair.confirmed]
    faults = [f"{key} may not be chosen" for key in chosen if key not in listed]
    faults += [f"{key} is confirmed but not chosen" for key in fixed if key not in chosen]
    if len(set(chosen)) != len(chosen):
        faults.append("a pair is chosen twice")

    loads, before = _loads(people, openings, chosen), _loads(people, openings, fixed)
    limits = _limits(problem)
    for key, load in loads.items():
        limit = limits.get(key, float("inf"))
        if load > max(limit, before.get(key, 0)) + 1e-6:
            faults.append(f"{key}: {load} exceeds {limit}")
    return faults


def _loads(
    people: dict[int, Person], openings: dict[int, Opening], keys: Iterable[tuple[int, int]]
) -> dict[tuple[str, int, int], float]:
    load: dict[tuple[str, int, int], float] = defaultdict(float)
    for person_id, opening_id in keys:
        person, opening = people[person_id], openings[opening_id]
        load["capacity", person_id, 0] += 1
        load["team", person_id, opening.team_id] += 1
        load["heads", opening_id, 0] += 1
        load["institute", opening_id, person.institute_id] += 1
        load["lent", person.institute_id, 0] += opening.share * len(opening.periods)
        for period in opening.periods:
            load["time", person_id, period] += opening.share
    return load


def _limits(problem: Problem) -> dict[tuple[str, int, int], float]:
    limits: dict[tuple[str, int, int], float] = {}
    for person in problem.people:
        limits["capacity", person.id, 0] = person.capacity
        for period, free in enumerate(person.availability):
            limits["time", person.id, period] = free
        for opening in problem.openings:
            limits["team", person.id, opening.team_id] = 1
            if opening.from_one_institute is not None:
                limits["institute", opening.id, person.institute_id] = opening.from_one_institute
    for opening in problem.openings:
        limits["heads", opening.id, 0] = opening.heads
    for budget in problem.budgets:
        limits["lent", budget.institute_id, 0] = budget.amount
    return limits


def missing(problem: Problem, chosen: tuple[tuple[int, int], ...]) -> dict[tuple[int, int | None], int]:
    """What each opening lacks: heads under None, requirements under their place."""
    people = {person.id: person for person in problem.people}
    found: dict[tuple[int, int | None], int] = {}
    for opening in problem.openings:
        team = [people[person] for person, taken in chosen if taken == opening.id]
        found[opening.id, None] = max(0, opening.heads - len(team))
        for place, asked in enumerate(opening.requirements):
            able = 0
            for person in team:
                if asked.skill is not None:
                    able += any(skill == asked.skill and level >= (asked.level or 0) for skill, level in person.skills)
                elif asked.mark is not None:
                    able += asked.mark in person.marks
                else:
                    able += person.institute_id == asked.institute_id
            found[opening.id, place] = max(0, asked.heads - able)
    return {key: number for key, number in found.items() if number}


def value(problem: Problem, chosen: tuple[tuple[int, int], ...]) -> float:
    """The objective of a choice, from its definition."""
    listed = {(pair.person_id, pair.opening_id): pair for pair in problem.pairs}
    openings = {opening.id: opening for opening in problem.openings}
    total = sum(listed[key].affinity + problem.incumbent_bonus * listed[key].incumbent for key in chosen)
    for (opening_id, place), number in missing(problem, chosen).items():
        opening = openings[opening_id]
        total -= number * (opening.head_penalty if place is None else opening.requirements[place].penalty)
    return total


def check(problem: Problem, answer: Answer) -> None:
    """Assert that an answer keeps every rule and says the truth about itself."""
    assert broken_rules(problem, answer.chosen) == []
    said = {(short.opening_id, short.requirement): short.missing for short in answer.shortfalls}
    assert said == missing(problem, answer.chosen)
    assert abs(answer.value - value(problem, answer.chosen)) < 1e-6
    assert answer.bound >= answer.value - 1e-6


def choices(problem: Problem) -> Iterator[tuple[tuple[int, int], ...]]:
    """Every choice that breaks no rule; only for a dozen pairs."""
    keys = [(pair.person_id, pair.opening_id) for pair in problem.pairs]
    for size in range(len(keys) + 1):
        for chosen in itertools.combinations(keys, size):
            if not broken_rules(problem, chosen):
                yield chosen


def best_by_trying_all(problem: Problem) -> float:
    """The best value over every choice."""
    return max(value(problem, chosen) for chosen in choices(problem))


def price(problem: Problem, chosen: tuple[tuple[int, int], ...]) -> float:
    """What is missing, at its prices."""
    openings = {opening.id: opening for opening in problem.openings}
    return sum(
        number * (openings[ident].head_penalty if place is None else openings[ident].requirements[place].penalty)
        for (ident, place), number in missing(problem, chosen).items()
    )


def worst_mean(problem: Problem, chosen: tuple[tuple[int, int], ...]) -> float:
    """The mean affinity of the worst-off team."""
    listed = {(pair.person_id, pair.opening_id): pair.affinity for pair in problem.pairs}
    return min(team.mean for team in team_figures(problem, {key: listed[key] for key in chosen}))


@st.composite
def problems(draw: st.DrawFn, *, most_people: int = 4, most_openings: int = 3, most_pairs: int = 9) -> Problem:
    """Small rounds in which every rule can bind."""
    shares = st.sampled_from([0.0, 0.3, 0.5, 1.0])
    people = tuple(
        Person(
            number,
            draw(st.integers(1, 2)),
            draw(st.integers(0, 2)),
            tuple(draw(shares) for _ in range(PERIODS)),
            tuple((skill, Level(draw(st.integers(1, 4)))) for skill in draw(st.sets(st.sampled_from("ab")))),
            frozenset(draw(st.sets(st.sampled_from(["cleared", "french"])))),
        )
        for number in range(1, draw(st.integers(1, most_people)) + 1)
    )
    requirement = st.one_of(
        st.builds(
            lambda skill, level, heads: Requirement("a skill", heads, skill=skill, level=level),
            st.sampled_from("ab"),
            st.sampled_from(Level),
            st.integers(1, 2),
        ),
        st.just(Requirement("cleared", mark="cleared")),
        st.builds(lambda institute: Requirement("an institute", institute_id=institute), st.integers(1, 2)),
    )
    openings = tuple(
        Opening(
            number,
            draw(st.integers(1, 2)),
            draw(st.integers(1, 3)),
            draw(st.sampled_from([0.3, 0.5, 1.0])),
            tuple(sorted(draw(st.sets(st.integers(0, PERIODS - 1), min_size=1)))),
            tuple(draw(st.lists(requirement, max_size=2))),
            draw(st.sampled_from([None, 1, 2])),
        )
        for number in range(1, draw(st.integers(1, most_openings)) + 1)
    )
    every = [(person.id, opening.id) for person in people for opening in openings]
    kept = draw(st.permutations(every))[: draw(st.integers(0, most_pairs))]
    pairs = tuple(
        Pair(
            person,
            opening,
            draw(st.integers(1, 99)) / 100,
            incumbent=draw(st.booleans()),
            confirmed=draw(st.integers(0, 7)) == 0,
        )
        for person, opening in kept
    )
    budgets = tuple(
        LendingBudget(institute, draw(st.sampled_from([0.5, 2.0]))) for institute in draw(st.sets(st.integers(1, 2)))
    )
    return Problem(people, openings, pairs, budgets)


def seats(answer: Answer) -> Counter[int]:
    """How many people each opening got."""
    return Counter(opening for _, opening in answer.chosen)
