"""From the records to the solver's problem. People and openings go in under names that its sentences can use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise
from math import ceil

from sqlalchemy.orm import Session

from exchange.actions.affinity import IndexCache
from exchange.actions.rounds.eligible import judge
from exchange.actions.rounds.inputs import Keys, Question, Records, load
from exchange.actions.rounds.people import candidate
from exchange.actions.rounds.standing import Standing, standing
from exchange.domain.periods import Period, add_months
from exchange.domain.round_settings import first_monday
from exchange.domain.skills import Level, SkillRequirement
from exchange.matching.affinity import AffinityIndex
from exchange.matching.profiles import Need as TextNeed
from exchange.matching.scores import score_people
from exchange.scheduling.problem import Balance, BudgetYear, Candidate, Institute, Objective, Placement, Problem, Team
from exchange.scheduling.problem import Opening as Seat
from exchange.store import round_facts
from exchange.store.institutes import InstituteRow
from exchange.store.need_texts import opening_text
from exchange.store.openings import Opening, StartRule

ENOUGH_MONEY = 10**9  # of an institute that is not bound by money
MOST_POINTS = 20  # per week, for an affinity of 1


def build(
    session: Session,
    cache: IndexCache | None,
    asked: Question,
    *,
    locks: Iterable[Placement] = (),
    free: frozenset[int] = frozenset(),
    left: frozenset[int] = frozenset(),
    today: date,
) -> tuple[Problem, Keys]:
    """The round as the records stand today.

    ``locks`` are placements that the coordinator keeps. The stays of ``free`` (ids of secondments) may be moved, and
    the people of ``left`` are out of this round. Without a ``cache`` nothing has points and no rule of eligibility is
    asked about, which is enough to check the limits of the round.
    """
    records = load(session, asked, today)
    stands = standing(records, [stay for stay in records.stays if stay.id not in free])
    wanted = _wanted_locks(stands, locks)
    eligible, barred = (None, {}) if cache is None else judge(session, records, round_facts.secondments(session, free))
    problem = Problem(
        weeks=asked.weeks.count,
        now=-((asked.weeks.first - today).days // 7),  # below nought before the round: lead times run from today
        objective=_objective(records),
        institutes=(*(_institute(one, records) for one in records.institutes.values()), *stands.institutes),
        teams=(*(_team(one, records) for one in records.institutes.values()), *stands.teams),
        candidates=(*_candidates(records, stands, left), *stands.candidates),
        openings=(*(_seat(opening, skills, records) for opening, skills in records.openings.items()), *stands.openings),
        points=_points(session, cache, records) if cache is not None else {},
        balance=_balance(records),
        confirmed=tuple(sorted({*stands.placements, *wanted})),
        eligible=eligible,
        barred=barred,
    )
    return problem, records.keys


def _wanted_locks(stands: Standing, locks: Iterable[Placement]) -> tuple[Placement, ...]:
    """The locks but for those of people who stand somewhere already: what was locked has been taken over since."""
    already = {placement.candidate for placement in stands.placements}
    return tuple(lock for lock in locks if lock.candidate not in already)


def _objective(records: Records) -> Objective:
    settings = records.settings
    return Objective(settings.placement_points, settings.off_length_points, settings.late_points)


def _institute(one: InstituteRow, records: Records) -> Institute:
    settings, weeks = records.settings, records.weeks
    money = dict(settings.budgets).get(one.id)
    days_off = records.holidays.get(one.id, frozenset())
    return Institute(
        id=one.short_name,
        budget=ENOUGH_MONEY,
        desks=(settings.desks,) * weeks.count,
        no_arrival=tuple(week for week in range(weeks.count) if weeks.monday(week) in days_off),
        closed=(),
        host_week_cost=settings.host_week_cost,
        home_week_cost=settings.home_week_cost,
        travel_cost=settings.travel_cost,
        budget_years=() if money is None else _budget_years(records, records.fiscal_months[one.id], money),
    )


def _budget_years(records: Records, month: int, money: int) -> tuple[BudgetYear, ...]:
    """The same sum for each fiscal year that the round touches; a week belongs to the year of its Monday."""
    weeks = records.weeks
    first = date(weeks.first.year - 1, month, 1)
    starts = [add_months(first, 12 * years) for years in range((weeks.window.end.year - first.year) + 2)]
    found = []
    for start, after in pairwise(starts):
        inside = [week for week in range(weeks.count) if start <= weeks.monday(week) < after]
        if inside:
            found.append(BudgetYear(inside[0], inside[-1] + 1, money))
    return tuple(found)


def _team(one: InstituteRow, records: Records) -> Team:
    staff = sum(who.institute_id == one.id for who in records.people.values())
    return Team(one.short_name, one.short_name, max(1, ceil(staff * records.settings.team_share)))


def _candidates(records: Records, stands: Standing, left: frozenset[int]) -> tuple[Candidate, ...]:
    """Everybody of the round. Who stands somewhere goes nowhere else, and who has left it is not free at all."""
    settled = {placement.candidate for placement in stands.placements}
    found = []
    for ident, who in records.people.items():
        one = candidate(who, records, stands.busy.get(ident, ()))
        found.append(replace(one, availability=()) if ident in left or one.id in settled else one)
    return tuple(found)


def _seat(opening: Opening, skills: Mapping[str, int], records: Records) -> Seat:
    window = records.weeks.whole_weeks(Period(opening.opens_on, opening.closes_on))
    return Seat(
        id=records.seats[opening.id],
        institute=records.institutes[opening.host_institute_id].short_name,
        window=window if window[1] > window[0] else (window[0], window[0] + 1),
        need=dict(skills),
        min_clearance=0,
        seats=opening.seats,
        min_weeks=opening.min_weeks,
        max_weeks=opening.max_weeks,
        start_weeks=tuple(
            week for week in range(records.weeks.count) if _may_start(opening, records.weeks.monday(week))
        ),
        turnover_weeks=0,
    )


def _may_start(opening: Opening, monday: date) -> bool:
    if opening.start_rule is StartRule.ANY_MONDAY:
        return True
    first = monday == first_monday(monday.replace(day=1))
    return first and (opening.start_rule is StartRule.FIRST_MONDAY_OF_MONTH or monday.month in {1, 4, 7, 10})


def _points(session: Session, cache: IndexCache, records: Records) -> dict[tuple[str, str], int]:
    """Points per week for each pair, from the affinity; at least one, so that going is worth more than staying."""
    index = cache.current(session)
    places = {int(person): place for place, person in enumerate(index.people)}
    points = {}
    for opening, skills in records.openings.items():
        scores = _scores(index, cache, opening, skills, records.today)
        for ident, who in records.people.items():
            if who.institute_id != opening.host_institute_id:
                affinity = scores[places[ident]] if ident in places else 0.0
                points[records.names[ident], records.seats[opening.id]] = 1 + round(MOST_POINTS * affinity)
    return points


def _scores(
    index: AffinityIndex, cache: IndexCache, opening: Opening, skills: Mapping[str, int], today: date
) -> list[float]:
    asked = tuple(SkillRequirement(skill, Level(level)) for skill, level in skills.items())
    need = TextNeed(opening_text(opening.title, opening.description), asked)
    scores = score_people(index, need, need_vector=cache.read(need.text), today=today)
    return [float(value) for value in scores.affinity]


def _balance(records: Records) -> tuple[Balance, ...]:
    """One row for each pair, from what it has exchanged before. Stays on the round's own days are placements in it."""
    history = {(pair.first_id, pair.second_id): round(pair.surplus) for pair in records.before}
    return tuple(
        Balance(
            records.institutes[one].short_name,
            records.institutes[other].short_name,
            records.settings.tolerance_weeks,
            history.get((one, other), 0),
        )
        for one, other in combinations(sorted(records.institutes), 2)
    )
