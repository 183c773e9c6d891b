"""The independent checker: every rule of the round in straight loops over the plain records.

It shares nothing with the solver but the records themselves, so that a mistake in the one is found by the other. A
confirmed placement was agreed by people: the rules for single placements are not held against it, the shared limits
are. A broken limit that the confirmed placements break by themselves is marked ``inherited``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from exchange.scheduling.problem import Candidate, Institute, Opening, Placement, Problem


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: its name, a sentence, the placements concerned, and for a limit by how much it is broken.

    ``subject`` names the limit (institute, opening and week, pair …); ``inherited``: broken by what was confirmed.
    """

    rule: str
    sentence: str
    placements: tuple[Placement, ...] = ()
    subject: tuple[str, ...] = ()
    excess: int = 0
    inherited: bool = False


def _single(problem: Problem, placement: Placement, person: Candidate, opening: Opening) -> Iterator[str]:
    """The names of the rules that one placement breaks by itself."""
    host = next(row for row in problem.institutes if row.id == opening.institute)
    start, end, weeks = placement.start, placement.end, placement.weeks
    rules = {
        "own institute": person.institute != opening.institute,
        "skills": all(person.skills.get(skill, 0) >= level for skill, level in opening.need.items()),
        "clearance level": person.clearance >= opening.min_clearance,
        "clearance ends": opening.min_clearance <= 0 or end <= person.clearance_ends,
        "eligibility": end <= problem.latest_end(person.id, opening.id, start),
        "availability": any(first <= start and end <= after for first, after in person.availability),
        "start window": person.earliest_start <= start <= person.latest_start,
        "lead time": start >= problem.now + person.lead_weeks.get(opening.institute, 0),
        "length": max(person.min_weeks, opening.min_weeks) <= weeks <= min(person.max_weeks, opening.max_weeks),
        "opening's window": opening.window[0] <= start and end <= opening.window[1],
        "start day": start in opening.start_weeks and start not in host.no_arrival,
        "closed weeks": not any(start <= week < end for week in host.closed),
    }
    yield from (name for name, kept in rules.items() if not kept)


def _placements(problem: Problem, plan: tuple[Placement, ...]) -> Iterator[Violation]:
    people, openings = {c.id: c for c in problem.candidates}, {o.id: o for o in problem.openings}
    confirmed = set(problem.confirmed)
    for placement in plan:
        if placement in confirmed:
            continue
        for rule in _single(problem, placement, people[placement.candidate], openings[placement.opening]):
            where = f"{placement.candidate} at {placement.opening}, week {placement.start} + {placement.weeks}"
            yield Violation(rule, f"{where} breaks the rule on {rule}.", (placement,))


def _people(problem: Problem, plan: tuple[Placement, ...]) -> Iterator[Violation]:
    theirs: dict[str, list[Placement]] = defaultdict(list)
    for placement in plan:
        theirs[placement.candidate].append(placement)
    for person in problem.candidates:
        stays = sorted(theirs[person.id], key=lambda placement: (placement.start, placement.end))
        if len(stays) > person.max_placements:
            sentence = f"{person.id} has {len(stays)} placements, {person.max_placements} allowed."
            yield Violation("placements per person", sentence, tuple(stays))
        for first, second in pairwise(stays):
            if second.start < first.end + person.weeks_home_between:
                sentence = f"{person.id} needs {person.weeks_home_between} weeks at home between two placements."
                yield Violation("time at home", sentence, (first, second))


def _week_by_week(problem: Problem, plan: tuple[Placement, ...]) -> Iterator[Violation]:
    people, openings = {c.id: c for c in problem.candidates}, {o.id: o for o in problem.openings}
    used: Counter[tuple[str, str, int]] = Counter()
    for placement in plan:
        opening = openings[placement.opening]
        used.update(("seat", opening.id, w) for w in range(placement.start, placement.end + opening.turnover_weeks))
        used.update(("desk", opening.institute, w) for w in range(placement.start, placement.end))
        used.update(("away", people[placement.candidate].team, w) for w in range(placement.start, placement.end))
    desks = {institute.id: institute.desks for institute in problem.institutes}
    away = {team.id: team.max_away for team in problem.teams}
    for (kind, key, week), count in sorted(used.items()):
        if kind == "seat":
            limit = openings[key].seats
        elif kind == "away":
            limit = away[key]
        else:
            limit = desks[key][week] if week < problem.weeks else count
        if count > limit:
            name = {"seat": f"The opening {key}", "desk": f"{key}", "away": f"The team {key}"}[kind]
            what = {"seat": "seats in use", "desk": "visitor desks in use", "away": "people away"}[kind]
            yield Violation(
                kind, f"{name} has {count} {what} in week {week}, {limit} allowed.", (), (key, str(week)), count - limit
            )


def _money(problem: Problem, plan: tuple[Placement, ...]) -> Iterator[Violation]:
    homes = {c.id: c.institute for c in problem.candidates}
    hosts = {o.id: o.institute for o in problem.openings}
    for institute in problem.institutes:
        spent = sum(_cost(institute, homes, hosts, row, 0, row.end) for row in plan)
        if spent > institute.budget:
            sentence = f"{institute.id} spends {spent}, {institute.budget} allowed."
            yield Violation("budget", sentence, (), (institute.id,), spent - institute.budget)
        for year in institute.budget_years:
            spent = sum(_cost(institute, homes, hosts, row, year.from_week, year.to_week) for row in plan)
            if spent > year.amount:
                weeks = f"weeks {year.from_week} to {year.to_week - 1}"
                sentence = f"{institute.id} spends {spent} in {weeks}, {year.amount} allowed."
                yield Violation("budget", sentence, (), (institute.id, str(year.from_week)), spent - year.amount)


def _cost(
    institute: Institute, homes: dict[str, str], hosts: dict[str, str], row: Placement, first: int, after: int
) -> int:
    """What one placement costs the institute in the weeks ``[first, after)``; travel is paid in the first week."""
    weeks = len([week for week in range(row.start, row.end) if first <= week < after])
    cost = 0
    if homes[row.candidate] == institute.id:
        cost += institute.home_week_cost * weeks + (institute.travel_cost if first <= row.start < after else 0)
    if hosts[row.opening] == institute.id:
        cost += institute.host_week_cost * weeks
    return cost


def _balances(problem: Problem, plan: tuple[Placement, ...]) -> Iterator[Violation]:
    homes = {c.id: c.institute for c in problem.candidates}
    hosts = {o.id: o.institute for o in problem.openings}
    sent: Counter[tuple[str, str]] = Counter()
    for placement in plan:
        sent[homes[placement.candidate], hosts[placement.opening]] += placement.weeks
    for row in problem.balance:
        a, b = row.from_institute, row.to_institute
        net = row.history_weeks + sent[a, b] - sent[b, a]
        if abs(net) > row.tolerance_weeks:
            sentence = f"Between {a} and {b} the balance is {net} person-weeks, {row.tolerance_weeks} allowed."
            yield Violation("balance", sentence, (), (a, b) if net > 0 else (b, a), abs(net) - row.tolerance_weeks)


def _all(problem: Problem, plan: tuple[Placement, ...]) -> Iterator[Violation]:
    for rules in (_placements, _people, _week_by_week, _money, _balances):
        yield from rules(problem, plan)


def check(problem: Problem, placements: Iterable[Placement]) -> tuple[Violation, ...]:
    """Every rule that the plan breaks; empty for a lawful plan. Names in the plan must be in the round."""
    plan = tuple(placements)
    found = []
    if len(set(plan)) < len(plan):
        found.append(Violation("twice", "The same placement is in the plan twice."))
    missing = sorted(set(problem.confirmed) - set(plan))
    found += [
        Violation("confirmed", f"The confirmed placement of {row.candidate} at {row.opening} is missing.", (row,))
        for row in missing
    ]
    before = {(v.rule, v.subject, v.placements): v.excess for v in _all(problem, problem.confirmed)}
    for violation in _all(problem, plan):
        known = before.get((violation.rule, violation.subject, violation.placements))
        found.append(replace(violation, inherited=known is not None and violation.excess <= known))
    return tuple(found)
