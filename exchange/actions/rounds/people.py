"""One person as the solver sees them: free weeks, skills, access as a yes or no, and how soon they could start."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

from exchange.actions.rounds.inputs import Records
from exchange.domain import clearances
from exchange.domain.clearances import Answer
from exchange.domain.periods import Period, gaps, shared
from exchange.domain.policy_seeds import SEED_BOOK
from exchange.scheduling.problem import Candidate
from exchange.store.institutes import InstituteRow
from exchange.store.matches import Considered

ACCESS = "access asked for"  # the name under which a clearance is a yes or no, and nothing more


def candidate(who: Considered, records: Records, busy: Iterable[tuple[int, int]]) -> Candidate:
    """The person, not free in the ``busy`` weeks (half-open) on top of their absences."""
    settings, weeks, ident = records.settings, records.weeks, who.person_id
    away = list(records.absent.get(ident, ()))
    away += [Period(weeks.monday(first), weeks.stay(first, after - first).end) for first, after in busy]
    free = [day for stretch in shared(records.employed.get(ident, ()), [weeks.window]) for day in gaps(stretch, away)]
    windows = [weeks.whole_weeks(stretch) for stretch in free]
    met, ends = _access(who, records)
    home = records.institutes[who.institute_id].short_name
    return Candidate(
        id=records.names[ident],
        institute=home,
        team=home,
        skills={**records.claims.get(ident, {}), **met},
        availability=tuple((start, end) for start, end in windows if end > start),
        earliest_start=0,
        latest_start=weeks.count - 1,
        min_weeks=settings.min_weeks,
        max_weeks=settings.max_weeks,
        preferred_weeks=settings.preferred_weeks,
        clearance=1 if met else 0,
        clearance_ends=ends,
        lead_weeks={one.short_name: _lead_weeks(who, one, records) for one in records.institutes.values()},
        max_placements=1,
        weeks_home_between=0,
    )


def host_words(level: str, records: Records) -> str:
    """Which hosts ask for it: the level itself is named to nobody here."""
    hosts = {opening.host_institute_id for opening in records.openings if opening.clearance_asked == level}
    return ", ".join(sorted(records.institutes[host].short_name for host in hosts))


def _lead_weeks(who: Considered, host: InstituteRow, records: Records) -> int:
    """Weeks until somebody can start there: agreement, or sponsorship and permission, whichever is longer."""
    if host.id == who.institute_id:
        return 0
    chains = [("lead.eligibility", "lead.agreement")]
    if host.country != records.institutes[who.institute_id].country:
        chains.append(("lead.sponsorship", "lead.permission"))
    return ceil(max(sum(SEED_BOOK.number(key, records.today) for key in chain) for chain in chains) / 7)


def _access(who: Considered, records: Records) -> tuple[dict[str, int], int]:
    """What access the person has, as a yes or no for each that is asked, and the first week it no longer holds."""
    met: dict[str, int] = {}
    ends = records.weeks.count
    for need in sorted({opening.clearance_asked for opening in records.openings if opening.clearance_asked}):
        answer = clearances.meets(who.clearances, clearances.need_of(need, ""), records.weeks.window, records.today)
        if answer.answer is Answer.MEETS:
            met[f"{ACCESS} ({host_words(need, records)})"] = 1
            if answer.until is not None:
                ends = min(ends, records.weeks.touched_weeks(Period(records.weeks.first, answer.until))[1])
    return met, ends
