"""One person as the solver sees them: free weeks, skills and lengths. What the rules allow is in ``eligible.py``."""

from __future__ import annotations

from collections.abc import Iterable

from exchange.actions.rounds.inputs import Records
from exchange.domain.periods import Period, gaps
from exchange.scheduling.problem import Candidate
from exchange.store.matches import Considered


def candidate(who: Considered, records: Records, busy: Iterable[tuple[int, int]]) -> Candidate:
    """The person, not free in the ``busy`` weeks (half-open), nor when they are away or proposed elsewhere."""
    settings, weeks, ident = records.settings, records.weeks, who.person_id
    away = [*records.absent.get(ident, ()), *records.proposed.get(ident, ())]
    away += [Period(weeks.monday(first), weeks.stay(first, after - first).end) for first, after in busy]
    free = gaps(weeks.window, away)
    windows = [weeks.whole_weeks(stretch) for stretch in free]
    home = records.institutes[who.institute_id].short_name
    return Candidate(
        id=records.names[ident],
        institute=home,
        team=home,
        skills=records.claims.get(ident, {}),
        availability=tuple((start, end) for start, end in windows if end > start),
        earliest_start=0,
        latest_start=weeks.count - 1,
        min_weeks=settings.min_weeks,
        max_weeks=settings.max_weeks,
        preferred_weeks=settings.preferred_weeks,
        clearance=0,
        clearance_ends=weeks.count,
        lead_weeks={},
        max_placements=1,
        weeks_home_between=0,
    )
