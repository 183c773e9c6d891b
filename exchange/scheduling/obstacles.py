"""Why a person may not go to an opening at all, and which opening is nearest: rule by rule, with the exact shortfall.

Each rule about time is relaxed by itself, week by week, until a stay is possible; that many weeks are missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from exchange.scheduling.problem import Candidate, Institute, Opening, Problem
from exchange.scheduling.reasons import Obstacle

FARTHEST = 80  # weeks a rule is relaxed by before it is given up as the only obstacle


def _longest_from(problem: Problem, start: int, person: Candidate, opening: Opening, host: Institute) -> int:
    """The longest stay from one start week that availability, window, clearance, rules and closed weeks allow."""
    ends = [after for first, after in person.availability if first <= start < after]
    if not ends or not opening.window[0] <= start < opening.window[1]:
        return 0
    end = min(max(ends), opening.window[1], *(week for week in host.closed if week >= start), 10**9)
    end = min(end, problem.latest_end(person.id, opening.id, start))
    if opening.min_clearance > 0:
        end = min(end, person.clearance_ends)
    return min(end - start, person.max_weeks, opening.max_weeks)


def _possible(problem: Problem, person: Candidate, opening: Opening, host: Institute, *, any_day: bool = False) -> bool:
    shortest = max(person.min_weeks, opening.min_weeks)
    first = max(person.earliest_start, opening.window[0], problem.now + person.lead_weeks.get(host.id, 0))
    for start in range(first, min(person.latest_start + 1, opening.window[1])):
        allowed = any_day or (start in opening.start_weeks and start not in host.no_arrival)
        if allowed and _longest_from(problem, start, person, opening, host) >= shortest:
            return True
    return False


def _fixed_rules(person: Candidate, opening: Opening) -> Iterator[Obstacle]:
    for skill, level in sorted(opening.need.items()):
        held = person.skills.get(skill, 0)
        if held < level:
            yield Obstacle("skills", f"{skill} level {held}, {level} needed", level - held)
    if person.clearance < opening.min_clearance:
        sentence = f"clearance level {person.clearance}, {opening.min_clearance} needed"
        yield Obstacle("clearance level", sentence, opening.min_clearance - person.clearance)
    shortest, longest = max(person.min_weeks, opening.min_weeks), min(person.max_weeks, opening.max_weeks)
    if shortest > longest:
        sentence = (
            f"the person stays {person.min_weeks} to {person.max_weeks} weeks, "
            f"the opening asks for {opening.min_weeks} to {opening.max_weeks}"
        )
        yield Obstacle("length", sentence, shortest - longest)


def _wider(person: Candidate, weeks: int) -> Candidate:
    start = replace(person, earliest_start=person.earliest_start - weeks, latest_start=person.latest_start + weeks)
    return replace(start, availability=tuple((max(0, a - weeks), b + weeks) for a, b in person.availability))


def _timed_rules(problem: Problem, person: Candidate, opening: Opening, host: Institute) -> Iterator[Obstacle]:
    lead = person.lead_weeks.get(host.id, 0)

    def missing(relaxed: Callable[[int], Candidate], most: int) -> int | None:
        return next((k for k in range(1, most + 1) if _possible(problem, relaxed(k), opening, host)), None)

    weeks = missing(lambda k: replace(person, clearance_ends=person.clearance_ends + k), FARTHEST)
    if weeks is not None:
        sentence = f"the clearance ends in week {person.clearance_ends}; {weeks} more weeks are needed"
        yield Obstacle("clearance ends", sentence, weeks)
    weeks = missing(lambda k: replace(person, lead_weeks={**person.lead_weeks, host.id: lead - k}), lead)
    if weeks is not None:
        yield Obstacle("lead time", f"visa and vetting take {lead} weeks; {weeks} fewer would do", weeks)
    weeks = missing(
        lambda k: replace(person, earliest_start=person.earliest_start - k, latest_start=person.latest_start + k),
        FARTHEST,
    )
    if weeks is not None:
        window = f"{person.earliest_start} to {person.latest_start}"
        yield Obstacle("start window", f"the start must be in weeks {window}; {weeks} weeks wider would do", weeks)
    else:
        weeks = missing(lambda k: _wider(person, k), FARTHEST)
        if weeks is not None:
            yield Obstacle("availability", f"{weeks} more available weeks on either side would do", weeks)
    if _possible(problem, person, opening, host, any_day=True):
        yield Obstacle("start day", "no permitted start day lies in the weeks both are free", None)


def obstacles(problem: Problem, person: Candidate, opening: Opening) -> tuple[Obstacle, ...]:
    """What keeps the person from the opening in an empty plan; empty where a stay is allowed."""
    host = next(row for row in problem.institutes if row.id == opening.institute)
    if person.institute == opening.institute:
        return (Obstacle("own institute", "the opening is at the person's own institute", None),)
    found = list(_fixed_rules(person, opening))
    if ruled := problem.barred.get((person.id, opening.id)):
        found.append(Obstacle("eligibility", ruled[:1].lower() + ruled[1:].removesuffix("."), None))
    if any(row.rule in {"length", "eligibility"} for row in found):
        return tuple(found)
    if not _possible(problem, person, opening, host):
        timed = list(_timed_rules(problem, person, opening, host))
        both = f"available {list(person.availability)}, opening {list(opening.window)}: more than one rule fails"
        found += timed or [Obstacle("common time", both, None)]
    return tuple(found)


def nearest_opening(problem: Problem, person: Candidate) -> tuple[str, tuple[Obstacle, ...]] | None:
    """The opening elsewhere with the fewest and smallest obstacles."""
    best: tuple[tuple[int, int, str], tuple[Obstacle, ...]] | None = None
    for opening in problem.openings:
        if opening.institute == person.institute:
            continue
        found = obstacles(problem, person, opening)
        rank = (len(found), sum(row.amount if row.amount is not None else 9 for row in found), opening.id)
        if best is None or rank < best[0]:
            best = (rank, found)
    return (best[0][2], best[1]) if best is not None else None
