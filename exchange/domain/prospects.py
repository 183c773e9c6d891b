"""On which weeks a stay that is only planned could begin, and how long it could last.

Nothing is ruled here: a stay is possible when none of the checks of eligibility fails and everything that must be done
before it - vetting, recognition, visit, permission, agreement - can be done in time. What is not known yet is no bar,
as long as there is time to find it out. Asking about every start and length would take a round of two hundred people
minutes, so starts between two days on which some record changes are asked about together.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import chain, pairwise

from exchange.domain.caps import chains_of, earliest_start
from exchange.domain.eligibility import Reader, Report, Result
from exchange.domain.eligibility_checks import CHECKS
from exchange.domain.eligibility_facts import EligibilityFacts
from exchange.domain.periods import DAY, OPEN_END, Period
from exchange.domain.round_settings import Weeks

TOO_SOON = "There is too little time for all that must be done before the start."


@dataclass(frozen=True, slots=True)
class Spell:
    """A stay that starts in one of the weeks ``[first, after)`` may last to the week before ``end``."""

    first: int
    after: int
    end: int

    def to_json(self) -> list[int]:
        return [self.first, self.after, self.end]


def hindrance(facts: EligibilityFacts, reader: Reader) -> str:
    """Why the stay is not possible on its days, as the reader may know it; empty when it is."""
    failed = tuple(found for check in CHECKS if (found := check(facts)).result is Result.FAIL)
    if failed:
        return Report(failed, facts.today).redacted(reader).findings[0].reason
    return "" if _in_time(facts) else TOO_SOON


def possible(facts: EligibilityFacts) -> bool:
    """Whether nothing rules the stay out on its days."""
    return not any(check(facts).result is Result.FAIL for check in CHECKS) and _in_time(facts)


def spells(facts: EligibilityFacts, weeks: Weeks) -> tuple[Spell, ...]:
    """Every start and length of the round's weeks that is possible; the days of ``facts`` do not matter."""

    @cache
    def end_of(start: int) -> int:
        """The first week that no stay from this start can reach any more; 0 where none is possible."""

        def fails(length: int) -> bool:
            return not possible(_on(facts, weeks.stay(start, length)))

        longest = weeks.count - start
        if not fails(longest):
            return weeks.count
        if fails(1):
            return 0
        return start + bisect_left(range(1, longest), True, key=fails)

    found: list[Spell] = []
    for one in chain.from_iterable(_alike(end_of, *run) for run in pairwise(_turning_weeks(facts, weeks))):
        if found and (found[-1].after, found[-1].end) == (one.first, one.end):
            found[-1] = replace(found[-1], after=one.after)
        else:
            found.append(one)
    return tuple(found)


def _alike(end_of: Callable[[int], int], first: int, after: int) -> Iterator[Spell]:
    """The starts of ``[first, after)``, in runs with the same end.

    Between two turning weeks a later start never ends earlier and is never impossible where an earlier one is possible,
    so equal ends at both ends of a run are equal throughout.
    """
    end = end_of(first)
    if end == end_of(after - 1):
        if end:
            yield Spell(first, after, end)
    else:
        middle = (first + after) // 2
        yield from _alike(end_of, first, middle)
        yield from _alike(end_of, middle, after)


def _on(facts: EligibilityFacts, period: Period) -> EligibilityFacts:
    return replace(facts, stay=replace(facts.stay, period=period))


def _in_time(facts: EligibilityFacts) -> bool:
    return facts.period.start >= earliest_start(chains_of(facts), facts.today).day


def _turning_weeks(facts: EligibilityFacts, weeks: Weeks) -> list[int]:
    """The starts from which on something may be otherwise than for the start before, and the week after the last."""
    everything = range(weeks.count + 1)
    stay = facts.stay
    if stay.legal_basis or stay.recognitions or stay.visits or facts.candidate.declared_on:
        return list(everything)  # limits that count from the start: ask about each
    days = [(day - weeks.first).days for day in _turning_days(facts)]
    inside = {week for day in days for week in (day // 7, -(-day // 7))}  # a change in mid-week cuts that week off too
    return sorted({0, weeks.count, *(week for week in inside if week in everything)})


def _turning_days(facts: EligibilityFacts) -> Iterator[date]:
    """The days on which a record or a number of policy begins to hold, or holds no more."""
    person = facts.candidate
    periods = [one.period for one in person.permissions]
    periods += [one.period for one in person.employments or ()]
    periods += [one.period for one in person.commitments]
    for period in (*periods, *(rule.validity for rule in facts.book.rules)):
        yield period.start
        yield _after(period.end)
    for employment in person.employments or ():
        yield _after(employment.probation_ends_on or OPEN_END)
    for clearance in person.clearances:
        yield clearance.granted_on
        yield _after(clearance.review_due_on or OPEN_END)
        yield _after(clearance.expires_on or OPEN_END)
    if facts.offer.window is not None:
        yield facts.offer.window.start
        yield _after(facts.offer.window.end)


def _after(day: date) -> date:
    return day if day == OPEN_END else day + DAY
