"""The timeline's drawing: groups of people and open seats, bars with what they mean, and how many are away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from flask import url_for

from exchange.domain import attention
from exchange.domain.periods import Period, add_months
from exchange.domain.secondment_facts import BEFORE_ARRIVAL, FINAL, OVER, State
from exchange.store.holidays import Holiday
from exchange.store.institutes import InstituteRow
from exchange.store.timeline import SeatRow, StayRow
from exchange.web import board as timeline
from exchange.web.board import Bar, Board, Group, Load, Row
from exchange.web.wording import counted, current_reader, state_words, written_date

SETTLED = FINAL | OVER | {State.SUSPENDED, State.CLOSING}  # their days are not moved on a timeline
SEAT_UIDS = 10**9  # bars of open seats are numbered from here: bars of stays have the numbers of their secondments


@dataclass(frozen=True, slots=True)
class More:
    """That not all is shown: how much is, and the words and address of the link to more."""

    shown: str
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the board needs to know besides its rows. ``movable`` are the secondments the reader may move."""

    known: Mapping[int, InstituteRow]
    today: date
    group: str
    proposed: bool
    movable: frozenset[int]
    days_off: Sequence[Holiday]

    def board(
        self,
        first: date,
        months: int,
        shown: Sequence[StayRow],
        everybody: Sequence[StayRow],
        seats: Sequence[SeatRow],
        more: More | None,
    ) -> Board:
        """The ``shown`` stays by group; ``everybody`` counts in the strip of who is away. ``more``: not all seats."""
        return timeline.board(
            "Timeline of secondments",
            self._groups(shown, seats, more),
            first_month=first,
            months=months,
            today=self.today,
            loads=self._loads(first, months, everybody),
            marks=self._marks(shown),
        )

    def _groups(self, shown: Sequence[StayRow], seats: Sequence[SeatRow], more: More | None) -> list[Group]:
        if self.group == "workstream":
            found = self._by_workstream(shown, seats)
            return [Group(f"Open seats, {more.shown}", (), more=(more.words, more.url)), *found] if more else found
        groups = [self._open_seats(seats, more)] if seats else []
        homes = self.group == "home"
        idents = {stay.home_id if homes else stay.host_id for stay in shown}
        for ident in sorted(idents, key=lambda ident: self.known[ident].code):
            one = self.known[ident]
            stays = [stay for stay in shown if (stay.home_id if homes else stay.host_id) == ident]
            label = f"{one.short_name} {'sends' if homes else 'receives'}"
            groups.append(Group(label, self._people(stays), one.code))
        return groups

    def _open_seats(self, seats: Sequence[SeatRow], more: More | None) -> Group:
        rows = tuple(self._seat_row(seat) for seat in seats)
        return (
            Group(f"Open seats, {more.shown}", rows, more=(more.words, more.url)) if more else Group("Open seats", rows)
        )

    def _by_workstream(self, shown: Sequence[StayRow], seats: Sequence[SeatRow]) -> list[Group]:
        """Each workstream with its open seats first; what belongs to none comes last."""
        titles = sorted({stay.workstream_title for stay in shown} | {seat.workstream_title for seat in seats})
        groups = []
        for title in sorted(titles, key=lambda title: (not title, title)):
            free = tuple(self._seat_row(seat) for seat in seats if seat.workstream_title == title)
            people = self._people([stay for stay in shown if stay.workstream_title == title])
            groups.append(Group(title or "No workstream", free + people))
        return groups

    def _people(self, stays: Sequence[StayRow]) -> tuple[Row, ...]:
        by_person: dict[int, list[StayRow]] = {}
        for stay in stays:
            by_person.setdefault(stay.person_id, []).append(stay)
        return tuple(
            Row(
                theirs[0].person_name,
                tuple(self._bar(stay) for stay in theirs),
                "",
                self.known[theirs[0].home_id].code,
                marks=_marks_name(theirs),
            )
            for theirs in by_person.values()
        )

    def _bar(self, stay: StayRow) -> Bar:
        host, (words, kind) = self.known[stay.host_id], state_words(stay.state)
        reader = current_reader()
        days = f"{written_date(stay.starts_on, reader)} to {written_date(stay.ends_on, reader)}"
        moves = stay.id in self.movable
        return Bar(
            uid=stay.id,
            label=stay.opening_title or stay.workstream_title or f"To {host.short_name}",
            first=stay.starts_on,
            last=stay.ends_on,
            kind="active" if kind == "bad" else kind or "done",
            url=url_for("secondments.show", ident=stay.id),
            said=f"{stay.person_name} to {host.short_name}, {days}, {words.lower()}.",
            attention=self._attention(stay),
            move_url=url_for("timeline.move", ident=stay.id) if moves else "",
            check_url=url_for("timeline.check", ident=stay.id) if moves else "",
            version=str(stay.version),
        )

    def _attention(self, stay: StayRow) -> str:
        if stay.state is State.SUSPENDED:
            return "It is suspended."
        if stay.state in BEFORE_ARRIVAL and stay.starts_on <= self.today:
            return "The first day has passed and the person has not arrived."
        return ""

    def _seat_row(self, seat: SeatRow) -> Row:
        host = self.known[seat.host_id]
        free = counted(seat.free, "open seat")
        bar = Bar(
            uid=SEAT_UIDS + seat.id,
            label=f"{free}: {seat.title}",
            first=seat.opens_on,
            last=seat.closes_on,
            kind="draft",
            url=url_for("openings.show", ident=seat.id),
            said=f"{seat.title} at {host.short_name}, {free} of {seat.seats}.",
        )
        return Row(seat.title, (bar,), "", host.code)

    def _loads(self, first: date, months: int, stays: Iterable[StayRow]) -> list[Load]:
        """How many people of each home institute are away in each month."""
        counted_states = attention.COUNTED | (BEFORE_ARRIVAL if self.proposed else frozenset())
        starts = [add_months(first, ahead) for ahead in range(months + 1)]
        periods = [Period(start, after - timedelta(days=1)) for start, after in pairwise(starts)]
        away = [stay for stay in stays if stay.state in counted_states]
        return [
            Load(
                self.known[home].short_name,
                tuple(len({s.person_id for s in away if s.home_id == home and s.period.overlaps(m)}) for m in periods),
                self.known[home].code,
            )
            for home in sorted({stay.home_id for stay in away}, key=lambda ident: self.known[ident].code)
        ]

    def _marks(self, shown: Sequence[StayRow]) -> dict[str, list[date]]:
        """The holidays of both sites, by the institutes of a row."""
        by_person: dict[int, list[StayRow]] = {}
        for stay in shown:
            by_person.setdefault(stay.person_id, []).append(stay)
        found: dict[str, list[date]] = {}
        for theirs in by_person.values():
            concerned = _concerned(theirs)
            found[_marks_name(theirs)] = sorted({one.day for one in self.days_off if one.institute_id in concerned})
        return found


def _concerned(stays: Iterable[StayRow]) -> set[int]:
    return {ident for stay in stays for ident in (stay.home_id, stay.host_id)}


def _marks_name(stays: Iterable[StayRow]) -> str:
    """A name for the institutes of a row, of digits and dashes: it becomes a class."""
    return "-".join(str(ident) for ident in sorted(_concerned(stays)))
