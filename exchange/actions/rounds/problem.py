"""From the records to the solver's problem. People and openings go in under names that its sentences can use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from math import ceil

from sqlalchemy.orm import Session

from exchange.actions.affinity import IndexCache
from exchange.domain import clearances
from exchange.domain.clearances import Answer, Need
from exchange.domain.periods import Period, gaps, shared
from exchange.domain.policy_seeds import SEED_BOOK
from exchange.domain.round_settings import RoundSettings, Weeks, first_monday
from exchange.domain.skills import Level, SkillRequirement
from exchange.matching.affinity import AffinityIndex
from exchange.matching.profiles import Need as TextNeed
from exchange.matching.scores import score_people
from exchange.scheduling.problem import Balance, Candidate, Institute, Objective, Placement, Problem, Team
from exchange.scheduling.problem import Opening as Seat
from exchange.store import institutes as institute_store
from exchange.store import matches as match_store
from exchange.store import round_facts as store
from exchange.store.institutes import InstituteRow
from exchange.store.matches import Considered
from exchange.store.openings import Opening, StartRule
from exchange.store.round_facts import Stay
from exchange.store.rounds import ExchangeRound

ENOUGH_MONEY = 10**9  # budgets are not kept yet: no institute's budget binds
MOST_POINTS = 20  # per week, for an affinity of 1
ACCESS = "access asked for"  # the name under which a clearance is a yes or no, and nothing more


@dataclass(frozen=True, slots=True)
class Keys:
    """The problem's names and the records behind them."""

    people: Mapping[str, int]
    openings: Mapping[str, int]

    def to_json(self) -> dict[str, dict[str, int]]:
        return {"people": dict(self.people), "openings": dict(self.openings)}


@dataclass(frozen=True, slots=True)
class _Records:
    weeks: Weeks
    settings: RoundSettings
    today: date
    institutes: Mapping[int, InstituteRow]
    people: Mapping[int, Considered]
    openings: Mapping[Opening, dict[str, int]]
    stays: tuple[Stay, ...]
    names: Mapping[int, str]
    seats: Mapping[int, str]
    claims: Mapping[int, Mapping[str, int]]


def build(
    session: Session, cache: IndexCache, row: ExchangeRound, *, locks: Iterable[Placement], today: date
) -> tuple[Problem, Keys]:
    """The round as the records stand today; ``locks`` are placements that the coordinator keeps."""
    records = _load(session, row, today)
    confirmed = (*_confirmed(records), *locks)
    problem = Problem(
        weeks=row.weeks,
        now=max(0, ((today - row.starts_on).days + 6) // 7),
        objective=Objective(),
        institutes=tuple(_institute(one, records) for one in records.institutes.values()),
        teams=tuple(_team(one, records) for one in records.institutes.values()),
        candidates=_candidates(session, records, confirmed),
        openings=tuple(_seat(opening, skills, records) for opening, skills in records.openings.items()),
        points=_points(session, cache, records),
        balance=_balance(records),
        confirmed=tuple(sorted(set(confirmed))),
    )
    people = {name: ident for ident, name in records.names.items()}
    return problem, Keys(people, {name: ident for ident, name in records.seats.items()})


def _load(session: Session, row: ExchangeRound, today: date) -> _Records:
    settings = RoundSettings.read(row.settings)
    weeks = Weeks(row.starts_on, row.weeks)
    taking_part = frozenset(settings.institutes)
    known = institute_store.all_institutes(session)
    people = {
        ident: who for ident, who in match_store.considered(session, today).items() if who.institute_id in taking_part
    }
    openings = store.openings(session, taking_part, weeks.window)
    claims = match_store.claims(session)
    return _Records(
        weeks=weeks,
        settings=settings,
        today=today,
        institutes={ident: one for ident, one in known.items() if ident in taking_part},
        people=people,
        openings=openings,
        stays=tuple(store.stays(session, weeks.first)),
        names=_distinct({ident: who.name for ident, who in people.items()}),
        seats=_distinct({opening.id: opening.title for opening in openings}),
        claims={ident: {claim.skill: int(claim.level) for claim in held} for ident, held in claims.items()},
    )


def _distinct(names: Mapping[int, str]) -> dict[int, str]:
    """The same names, a number behind those that are taken: two people may have one name."""
    taken: set[str] = set()
    found = {}
    for ident in sorted(names):
        name, number = names[ident], 2
        while name in taken:
            name, number = f"{names[ident]} ({number})", number + 1
        taken.add(name)
        found[ident] = name
    return found


def _institute(one: InstituteRow, records: _Records) -> Institute:
    return Institute(
        id=one.short_name,
        budget=ENOUGH_MONEY,
        desks=(records.settings.desks,) * records.weeks.count,
        no_arrival=(),
        closed=(),
        host_week_cost=0,
        home_week_cost=0,
        travel_cost=0,
    )


def _team(one: InstituteRow, records: _Records) -> Team:
    staff = sum(who.institute_id == one.id for who in records.people.values())
    return Team(one.short_name, one.short_name, max(1, ceil(staff * records.settings.team_share)))


def _candidates(session: Session, records: _Records, confirmed: Iterable[Placement]) -> tuple[Candidate, ...]:
    employed = store.employments(session, records.weeks.window)
    absent = store.absences(session, records.weeks.window)
    here = {(placement.candidate, placement.opening) for placement in confirmed}
    busy: dict[int, list[Period]] = {}
    for stay in records.stays:
        if (records.names.get(stay.person_id), records.seats.get(stay.opening_id or 0)) not in here:
            busy.setdefault(stay.person_id, []).append(stay.period)
    return tuple(
        _candidate(who, records, employed.get(ident, []), absent.get(ident, []) + busy.get(ident, []))
        for ident, who in records.people.items()
    )


def _candidate(who: Considered, records: _Records, employed: list[Period], away: list[Period]) -> Candidate:
    settings, weeks = records.settings, records.weeks
    free = [day for stretch in shared(employed, [weeks.window]) for day in gaps(stretch, away)]
    windows = [weeks.whole_weeks(stretch) for stretch in free]
    met, ends = _access(who, records)
    return Candidate(
        id=records.names[who.person_id],
        institute=records.institutes[who.institute_id].short_name,
        team=records.institutes[who.institute_id].short_name,
        skills={**records.claims.get(who.person_id, {}), **met},
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


def _lead_weeks(who: Considered, host: InstituteRow, records: _Records) -> int:
    """Weeks until somebody can start there: agreement, or sponsorship and permission, whichever is longer."""
    if host.id == who.institute_id:
        return 0
    chains = [("lead.eligibility", "lead.agreement")]
    if host.country != records.institutes[who.institute_id].country:
        chains.append(("lead.sponsorship", "lead.permission"))
    return ceil(max(sum(SEED_BOOK.number(key, records.today) for key in chain) for chain in chains) / 7)


def _access(who: Considered, records: _Records) -> tuple[dict[str, int], int]:
    """What access the person has, as a yes or no for each that is asked, and the first week it no longer holds."""
    met: dict[str, int] = {}
    ends = records.weeks.count
    for need in sorted({opening.clearance_asked for opening in records.openings if opening.clearance_asked}):
        answer = clearances.meets(who.clearances, _need(need), records.weeks.window, records.today)
        if answer.answer is Answer.MEETS:
            met[f"{ACCESS} ({_host_words(need, records)})"] = 1
            if answer.until is not None:
                ends = min(ends, records.weeks.touched_weeks(Period(records.weeks.first, answer.until))[1])
    return met, ends


def _need(level: str) -> Need:
    return clearances.need_of(level, "")


def _host_words(level: str, records: _Records) -> str:
    """Which hosts ask for it: the level itself is named to nobody here."""
    hosts = {opening.host_institute_id for opening in records.openings if opening.clearance_asked == level}
    return ", ".join(sorted(records.institutes[host].short_name for host in hosts))


def _seat(opening: Opening, skills: Mapping[str, int], records: _Records) -> Seat:
    asked = dict(skills)
    if opening.clearance_asked:
        asked[f"{ACCESS} ({_host_words(opening.clearance_asked, records)})"] = 1
    window = records.weeks.whole_weeks(Period(opening.opens_on, opening.closes_on))
    return Seat(
        id=records.seats[opening.id],
        institute=records.institutes[opening.host_institute_id].short_name,
        window=window if window[1] > window[0] else (window[0], window[0] + 1),
        need=asked,
        min_clearance=1 if opening.clearance_asked else 0,
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


def _points(session: Session, cache: IndexCache, records: _Records) -> dict[tuple[str, str], int]:
    """Points per week for each pair, from the affinity; at least one, so that going is worth more than staying."""
    index, _ = cache.current(session)
    places = {int(person): place for place, person in enumerate(index.people)}
    points = {}
    for opening, skills in records.openings.items():
        scores = _scores(index, opening, skills, records.today)
        for ident, who in records.people.items():
            if who.institute_id != opening.host_institute_id:
                affinity = scores[places[ident]] if ident in places else 0.0
                points[records.names[ident], records.seats[opening.id]] = 1 + round(MOST_POINTS * affinity)
    return points


def _scores(index: AffinityIndex, opening: Opening, skills: Mapping[str, int], today: date) -> list[float]:
    asked = tuple(SkillRequirement(skill, Level(level)) for skill, level in skills.items())
    need = TextNeed(f"{opening.title}. {opening.description}", asked)
    return [float(value) for value in score_people(index, need, today=today).affinity]


def _balance(records: _Records) -> tuple[Balance, ...]:
    """One row for each pair. Confirmed stays count through their placements; what is over before is not counted."""
    names = [records.institutes[ident].short_name for ident in sorted(records.institutes)]
    return tuple(Balance(one, other, records.settings.tolerance_weeks, 0) for one, other in combinations(names, 2))


def _confirmed(records: _Records) -> tuple[Placement, ...]:
    """The holding secondments on this round's openings, as placements that no plan moves."""
    found = []
    for stay in records.stays:
        if stay.person_id in records.names and stay.opening_id is not None and stay.opening_id in records.seats:
            start, end = records.weeks.touched_weeks(stay.period)
            if end > start:
                found.append(
                    Placement(records.names[stay.person_id], records.seats[stay.opening_id], start, end - start)
                )
    return tuple(found)
