"""The timeline board: rows of people, bars of days, laid out in hundredths of the width.

The page's security policy allows no style attributes, so ``Board.styles`` is all places as one style block, which
``templates/board.html`` puts under the page's nonce. Bars that share days in a row are drawn in lanes below each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LANE_REM: Final = 2.75  # the height of a lane; static/kit.css has the same


@dataclass(frozen=True, slots=True)
class Bar:
    """A secondment on the board, both days included. ``uid`` is unique on the board.

    ``kind`` is the kind of its tag (draft, proposed, confirmed, active, done); ``said`` is the sentence a screen reader
    hears after the label; ``attention`` says what needs attention, if anything. With ``move_url`` the bar can be moved:
    the new days are posted there as ``start`` and ``end``, with ``version``. With ``check_url`` the days are tried
    there first, and its answer's ``#move-checks`` is shown before the move is sent.
    """

    uid: int
    label: str
    first: date
    last: date
    kind: str
    url: str
    said: str
    attention: str = ""
    move_url: str = ""
    check_url: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A person (or an open seat) and their bars. ``institute_code`` gives the hue of their initials.

    ``marks`` names the board's marked days (holidays) that are drawn behind the bars.
    """

    label: str
    bars: tuple[Bar, ...]
    url: str = ""
    institute_code: str = ""
    marks: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under a heading; ``more`` are the words and address of a link to rows that are not shown."""

    label: str
    rows: tuple[Row, ...]
    institute_code: str = ""
    more: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """A number to each month, shown below the rows: how many people of an institute are away."""

    label: str
    numbers: tuple[int, ...]
    institute_code: str = ""


@dataclass(frozen=True, slots=True)
class Month:
    """A month and its place, in hundredths of the board's width."""

    first: date
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Placed:
    """A bar and its place: hundredths of the width, and its lane from 0. A clipped end lies outside the board."""

    bar: Bar
    left: float
    width: float
    lane: int
    clipped_left: bool
    clipped_right: bool


@dataclass(frozen=True, slots=True)
class PlacedRow:
    row: Row
    placed: tuple[Placed, ...]
    lanes: int


@dataclass(frozen=True, slots=True)
class PlacedGroup:
    group: Group
    rows: tuple[PlacedRow, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """All that ``templates/board.html`` draws. ``today`` is a place in hundredths, or None outside the board."""

    label: str
    first: date
    last: date
    months: tuple[Month, ...]
    groups: tuple[PlacedGroup, ...]
    loads: tuple[Load, ...]
    today: float | None
    marks: tuple[tuple[str, tuple[float, ...]], ...] = ()

    @property
    def heaviest(self) -> int:
        """The largest number of the loads, at least 1: the darkest shade."""
        return max((number for load in self.loads for number in load.numbers), default=0) or 1

    @property
    def styles(self) -> Markup:
        """The rules that put everything in its place. They hold numbers and our own ids only."""
        tallest = max((row.lanes for group in self.groups for row in group.rows), default=1)
        rules = (
            _month_lines(self.months),
            *(f".tl .m{i}{{left:{month.left}%;width:{month.width}%}}" for i, month in enumerate(self.months)),
            "" if self.today is None else f".tl{{--today:{self.today / 100:.5f}}}",
            *(_marks_rule(name, places) for name, places in self.marks),
            *(_bar_rule(one) for group in self.groups for row in group.rows for one in row.placed),
            *(f".tl .lanes-{n}{{min-height:{n * LANE_REM}rem}}" for n in range(2, tallest + 1)),
        )
        return Markup("".join(rules))  # noqa: S704  (numbers and ids only)


def board(
    label: str,
    groups: Iterable[Group],
    *,
    first_month: date,
    months: int,
    today: date,
    loads: Sequence[Load] = (),
    marks: Mapping[str, Sequence[date]] = MappingProxyType({}),
) -> Board:
    """Lay out a board of whole months. ``label`` names it to a screen reader.

    ``marks`` are days to mark behind bars, by a name of letters, digits and dashes.

    Raises:
        ValueError: when there is no month, or a load has not one number to each month.
    """
    if months < 1:
        raise ValueError("A board needs at least one month.")
    starts = [month_after(first_month, i) for i in range(months + 1)]
    if any(len(load.numbers) != months for load in loads):
        raise ValueError(f"A load needs one number to each of the {months} months.")
    window = _Window(starts[0], (starts[-1] - starts[0]).days)
    return Board(
        label=label,
        first=starts[0],
        last=starts[-1] - timedelta(days=1),
        months=tuple(
            Month(start, window.at(start), round(window.at(end) - window.at(start), 3))
            for start, end in pairwise(starts)
        ),
        groups=tuple(PlacedGroup(group, tuple(_placed_row(row, window) for row in group.rows)) for group in groups),
        loads=tuple(loads),
        today=window.at(today) if starts[0] <= today < starts[-1] else None,
        marks=tuple(
            (name, tuple(window.at(day) for day in days if starts[0] <= day < starts[-1]))
            for name, days in marks.items()
        ),
    )


def month_after(day: date, months: int) -> date:
    """The first day of the month that many months later."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


@dataclass(frozen=True, slots=True)
class _Window:
    first: date
    days: int

    def at(self, day: date) -> float:
        """Where a day begins, in hundredths of the width, kept inside the board."""
        return round(100 * min(max((day - self.first).days, 0), self.days) / self.days, 3)

    @property
    def end(self) -> date:
        return self.first + timedelta(days=self.days)


def _placed_row(row: Row, window: _Window) -> PlacedRow:
    """The bars that touch the board, each in the first lane that is free on its days."""
    lane_ends: list[date] = []
    placed = []
    for bar in sorted(row.bars, key=lambda bar: (bar.first, bar.last, bar.uid)):
        if bar.last < window.first or bar.first >= window.end:
            continue
        lane = next((i for i, end in enumerate(lane_ends) if end < bar.first), len(lane_ends))
        lane_ends[lane:] = [bar.last, *lane_ends[lane + 1 :]]
        placed.append(_placed(bar, lane, window))
    return PlacedRow(row, tuple(placed), max(1, len(lane_ends)))


def _placed(bar: Bar, lane: int, window: _Window) -> Placed:
    left = window.at(bar.first)
    after_last = bar.last if bar.last == date.max else bar.last + timedelta(days=1)
    return Placed(
        bar=bar,
        left=left,
        width=round(window.at(after_last) - left, 3),
        lane=lane,
        clipped_left=bar.first < window.first,
        clipped_right=bar.last >= window.end,
    )


def _marks_rule(name: str, places: Sequence[float]) -> str:
    """Thin ticks at these places, as one background."""
    if not places:
        return ""
    ticks = ",".join("linear-gradient(var(--edge) 0 0)" for _ in places)
    return f".tl .marks-{name}{{background-image:{ticks};background-position:{','.join(f'{at}% 0' for at in places)}}}"


def _bar_rule(one: Placed) -> str:
    lane = f";--lane:{one.lane}" if one.lane else ""
    return f"#bar-{one.bar.uid:d}{{left:{one.left}%;width:{one.width}%{lane}}}"


def _month_lines(months: Sequence[Month]) -> str:
    """A thin line at the start of each month, as one background: half the elements of a cell to each month and row."""
    lines = ",".join("linear-gradient(var(--line) 0 0)" for _ in months)
    places = ",".join(f"{month.left}% 0" for month in months)
    return f".tl-row .track{{background-image:{lines};background-position:{places}}}"
