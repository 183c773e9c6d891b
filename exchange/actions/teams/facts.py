"""The records that seats are filled from, loaded once: people, what the filters look at, and what is left of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from exchange.domain import clearances
from exchange.domain.eligibility_checks import seat_access
from exchange.domain.periods import DAY, Period, spoken
from exchange.domain.round_settings import Weeks
from exchange.domain.seats import Failed, Load, SeatNeed, SeatPerson, failed, free_share
from exchange.domain.skills import Level, language, vocabulary
from exchange.store import allocations as allocation_store
from exchange.store import institutes as institute_store
from exchange.store import matches as match_store
from exchange.store import round_facts, seat_facts, team_facts
from exchange.store import workstreams as workstream_store
from exchange.store.allocations import AllocationStatus, Seat
from exchange.store.institutes import InstituteRow
from exchange.store.matches import Considered
from exchange.store.seat_facts import SeatAsked, SeatRecords
from exchange.store.workstreams import RequirementRow, WorkstreamPage

NOTHING = "There is no seat to fill: say first what the work needs."
DEFAULT_LENGTH = timedelta(days=180)  # of a seat in standing work, which names no days
LONGEST = timedelta(weeks=156)  # what lies beyond three years from today is not planned
LONG_LEAVE = 28  # days; shorter leave is everybody's and stands in nobody's way


@dataclass(frozen=True, slots=True)
class Role:
    """A requirement with its workstream and the days it asks for. ``heads`` are those to be found among the visible."""

    page: WorkstreamPage
    row: RequirementRow
    period: Period
    heads: int

    @property
    def taking_part(self) -> frozenset[int]:
        return self.page.partners | {self.page.workstream.lead_institute_id}


@dataclass(frozen=True, slots=True)
class Records:
    """Everything as it stands today."""

    today: date
    roles: tuple[Role, ...]
    weeks: Weeks
    institutes: Mapping[int, InstituteRow]
    people: Mapping[int, Considered]
    persons: Mapping[int, SeatPerson]
    access: SeatRecords
    free: Mapping[int, tuple[float, ...]]
    seats: tuple[Seat, ...]
    notes: tuple[str, ...]


def load(session: Session, workstreams: tuple[int, ...], today: date) -> Records:
    """The records that matter for these workstreams; ``notes`` say which of their roles are left out, and why."""
    found, notes = roles_of(session, workstreams, today)
    taking_part = frozenset().union(*(role.taking_part for role in found))
    everybody = match_store.considered(session, today)
    people = {ident: who for ident, who in everybody.items() if who.institute_id in taking_part}
    seats = tuple(allocation_store.seats(session, today))
    roles = [role for one in found if (role := _without_hidden(one, seats, people)).heads > 0]
    weeks = _weeks(roles, today)
    return Records(
        today=today,
        roles=tuple(roles),
        weeks=weeks,
        institutes=institute_store.all_institutes(session),
        people=people,
        persons=_persons(session, people),
        access=seat_facts.load(session, {ident: who.institute_id for ident, who in people.items()}, taking_part, today),
        free=_free(session, people, weeks, seats, roles),
        seats=seats,
        notes=tuple(notes),
    )


def need_of(role: Role, records: Records) -> SeatNeed:
    """What a seat asks of everybody in it."""
    row, stream = role.row, role.page.workstream
    lead = records.institutes[stream.lead_institute_id]
    asked = clearances.need_of(row.clearance_asked or stream.clearance_asked, lead.country)
    words = vocabulary()
    return SeatNeed(
        period=role.period,
        must=tuple((s.skill, words.get(s.skill).label, Level(s.level)) for s in row.skills if s.must),
        languages=tuple((code, language(code)) for code in row.languages),
        overlap_hours=row.overlap_hours or 0,
        zone=lead.zone,
        access=clearances.Need(asked.country, asked.rank, citizenships=frozenset(row.citizenships)),
    )


def verdict(person_id: int, role: Role, records: Records) -> Failed:
    """Which filters of the role somebody does not pass."""
    need, lead = need_of(role, records), role.page.workstream
    asked = SeatAsked(lead.lead_institute_id, lead.id, role.period, role.row.share, need.access)
    access = seat_access(records.access.facts(person_id, asked))
    return failed(records.persons[person_id], need, access)


def roles_of(session: Session, workstreams: tuple[int, ...], today: date) -> tuple[list[Role], list[str]]:
    """What these workstreams ask for, and in ``notes`` which roles are left out, and why."""
    roles, notes = [], []
    pages = (workstream_store.page(session, ident) for ident in workstreams)
    for page in (page for page in pages if page is not None):
        for row in page.requirements:
            stream = page.workstream
            start = max(today, row.starts_on or stream.starts_on or today)
            end = row.ends_on or stream.ends_on or start + DEFAULT_LENGTH
            name = f"“{row.role}” of {stream.title}"
            if end < today:
                notes.append(f"{name} is over since {spoken(end)}: its seats are left out.")
            elif end < start:
                notes.append(
                    f"{name} has an empty window: it starts on {spoken(start)} and ends on {spoken(end)}. "
                    "Change its days; its seats are left out."
                )
            elif start > today + LONGEST:
                notes.append(f"{name} starts more than three years from now: its seats are left out.")
            else:
                roles.append(Role(page, row, Period(start, min(end, today + LONGEST)), row.heads))
    return roles, notes


def _without_hidden(role: Role, seats: tuple[Seat, ...], people: Mapping[int, Considered]) -> Role:
    """The role with fewer heads where somebody is confirmed whose profile the network no longer sees."""
    hidden = sum(
        seat.requirement_id == role.row.id
        and seat.status is AllocationStatus.CONFIRMED
        and seat.person_id not in people
        for seat in seats
    )
    return replace(role, heads=role.heads - hidden)


def _weeks(roles: list[Role], today: date) -> Weeks:
    first = min((role.period.start for role in roles), default=today)
    last = max((role.period.end for role in roles), default=today)
    monday = first - timedelta(days=first.weekday())
    return Weeks(monday, (last - monday).days // 7 + 1)


def _persons(session: Session, people: Mapping[int, Considered]) -> dict[int, SeatPerson]:
    spoken_by = team_facts.languages_and_zones(session)
    claims = match_store.claims(session)
    return {
        ident: SeatPerson(
            skills={claim.skill: claim.level for claim in claims.get(ident, ())},
            languages=spoken_by[ident][0],
            zone=spoken_by[ident][1],
        )
        for ident in people
    }


def _free(
    session: Session, people: Mapping[int, Considered], weeks: Weeks, seats: tuple[Seat, ...], roles: list[Role]
) -> dict[int, tuple[float, ...]]:
    """What each person has left in each week, beside what this round decides anew."""
    planned = {role.row.id for role in roles}
    streams = {role.page.workstream.id for role in roles}
    employed = team_facts.employments(session, weeks.window)
    away = round_facts.absences(session, weeks.window)
    taken: dict[int, list[Load]] = {}
    for seat in seats:
        if seat.status is AllocationStatus.CONFIRMED and seat.requirement_id not in planned:
            load = Load(Period(seat.starts_on, seat.ends_on), float(seat.share))
            taken.setdefault(seat.person_id, []).append(load)
    for stay in team_facts.stays(session, weeks.window):
        if stay.workstream_id not in streams:  # whoever is seconded to this very work has their time for it
            taken.setdefault(stay.person_id, []).append(stay.load)
    return {
        ident: _by_week(weeks, employed.get(ident, []), taken.get(ident, []), away.get(ident, [])) for ident in people
    }


def _by_week(weeks: Weeks, employed: list[Load], taken: list[Load], away: list[Period]) -> tuple[float, ...]:
    """Most people have the same in every week: only weeks in which something begins or ends are looked at anew."""
    long = tuple(stretch for stretch in away if stretch.days >= LONG_LEAVE)
    edges = {0}
    for period in (*(load.period for load in (*employed, *taken)), *long):
        start, end = weeks.touched_weeks(period)
        edges |= {start, start + 1, max(0, end - 1), end}
    found: list[float] = []
    for week in range(weeks.count):
        if week in edges:
            days = Period(weeks.monday(week), weeks.monday(week + 1) - 3 * DAY)
            found.append(free_share(tuple(employed), tuple(taken), long, days))
        else:
            found.append(found[-1])
    return tuple(found)
