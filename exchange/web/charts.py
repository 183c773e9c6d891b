"""Charts drawn on the server, without script: stacked columns, bars, a network of people, a strip of days.

Each has a title, a description in words, and the same figures as rows of a table; the macro ``m.chart`` shows all
three. Sizes are in units of the drawing, which is scaled to the width of its place; the default suits half a page.
``uid`` is unique on the page.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from exchange.web.drawing import BRAND, LETTER_WIDTH, Drawing, number, swatch
from exchange.web.networks import laid_out
from exchange.web.wording import Reader, written_date

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from markupsafe import Markup

STRIP_HEIGHT: Final = 20
LANE_WIDTH: Final = 640  # of the drawing, which is stretched to its place


@dataclass(frozen=True, slots=True)
class Key:
    """A line of the key: a swatch and what it stands for."""

    swatch: Markup
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, and what it shows as a table. ``heads`` name the columns: words, or (words, "num") over figures."""

    title: str
    svg: Markup
    heads: tuple[str | tuple[str, str], ...]
    rows: tuple[tuple[str | float, ...], ...]
    key: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one kind, one to a label. ``hue`` comes from ``exchange.web.hues.hue``, or is ``brand``."""

    name: str
    values: tuple[float, ...]
    hue: str = BRAND


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: float
    hue: str = BRAND


@dataclass(frozen=True, slots=True)
class Node:
    """A person in a network. ``centre`` is the one the network is about."""

    key: str
    label: str
    hue: str = BRAND
    centre: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """What joins two nodes; ``weight`` 1, 2, or more is drawn thin, medium or thick."""

    one: str
    other: str
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of a strip, the first and the last included, and what they are."""

    words: str
    first: date
    last: date
    hue: str = BRAND


def columns(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    uid: str,
    of: str = "Month",
    description: str = "",
    width: float = 460,
    height: float = 230,
) -> Chart:
    """Stacked columns, one to a label; ``of`` says what the labels are.

    Raises:
        ValueError: when a series has not one value to each label, or a negative one.
    """
    _require_matching(labels, series)
    totals = [sum(one.values[i] for one in series) for i in range(len(labels))]
    drawing = Drawing(uid, width, height)
    frame = _Frame(left=36, top=10, right=width - 6, bottom=height - 28, highest=top_of_scale(max(totals, default=0)))
    _draw_scale(drawing, frame)
    step = (frame.right - frame.left) / max(1, len(labels))
    longest = max((len(label) for label in labels), default=1)
    every = math.ceil((longest + 1) * LETTER_WIDTH / step)  # labels that would touch are left out
    for i, label in enumerate(labels):
        centre = frame.left + step * (i + 0.5)
        _draw_stack(drawing, frame, centre, step * 0.62, [(one, label, one.values[i]) for one in series])
        if i % every == 0:
            drawing.text(centre, height - 9, label, anchor="middle")
    return Chart(
        title,
        drawing.finished(title, description or _spread(labels, totals)),
        (of, *((one.name, "num") for one in series)),
        tuple((label, *(one.values[i] for one in series)) for i, label in enumerate(labels)),
        tuple(Key(swatch(f"{uid}-key{i}", one.hue), one.name) for i, one in enumerate(series)),
    )


def bars(
    title: str,
    rows: Sequence[Bar],
    *,
    uid: str,
    heads: tuple[str, str],
    description: str = "",
    unit: str = "",
    full: float = 0,
    width: float = 460,
) -> Chart:
    """Horizontal bars. ``heads`` name the labels and the values; ``full`` is the value of a full bar, if any."""
    highest = max([full, *(row.value for row in rows)], default=0) or 1
    figures = [f"{number(row.value)}{unit}" for row in rows]
    left = min(width * 0.46, 12 + LETTER_WIDTH * max((len(row.label) for row in rows), default=1))
    length = width - left - 14 - LETTER_WIDTH * max((len(figure) for figure in figures), default=1)
    drawing = Drawing(uid, width, 28 * len(rows) + 8)
    for i, (row, figure) in enumerate(zip(rows, figures, strict=True)):
        y = 4 + 28 * i
        size = length * row.value / highest
        drawing.text(left - 10, y + 17, _shortened(row.label, left - 12), "lab", "end")
        drawing.ground("track", left, y + 4, length, 16)
        if size:
            drawing.box(row.hue, left, y + 4, size, 16, f"{row.label}: {figure}")
        drawing.text(left + size + 7, y + 17, figure, "val")
    said = "; ".join(f"{row.label} {figure}" for row, figure in zip(rows, figures, strict=True))
    svg = drawing.finished(title, description or said or "No figures.")
    return Chart(title, svg, (heads[0], (heads[1], "num")), tuple((row.label, row.value) for row in rows))


def network(
    title: str,
    nodes: Sequence[Node],
    links: Sequence[Link],
    *,
    uid: str,
    description: str = "",
    width: float = 460,
    height: float = 340,
) -> Chart:
    """Who is joined to whom. The same nodes and links always give the same drawing."""
    places = laid_out([n.key for n in nodes], [(k.one, k.other, k.weight) for k in links], width, height)
    drawing = Drawing(uid, width, height, "net")
    for link in links:
        drawing.line(f"edge e{min(max(link.weight, 1), 3)}", places[link.one], places[link.other])
    for node in nodes:
        x, y = places[node.key]
        drawing.disc(node.hue, x, y, 11 if node.centre else 8, "me" if node.centre else "")
        drawing.text(x, y + 25, node.label, "node", "middle")
    named = {node.key: node.label for node in nodes}
    return Chart(
        title,
        drawing.finished(title, description or f"{len(nodes)} people and {len(links)} links between them."),
        ("Person", "Joined to", ("Strength", "num")),
        tuple((named[link.one], named[link.other], link.weight) for link in links),
    )


def day_strip(
    title: str,
    stretches: Sequence[Stretch],
    *,
    uid: str,
    first: date,
    last: date,
    today: date,
    reader: Reader,
    width: float = 460,
) -> Chart:
    """When something holds: stretches on one line of days from ``first`` to ``last``, with today marked.

    Raises:
        ValueError: when the strip ends before it begins.
    """
    drawing = Drawing(uid, width, 62, "strip")
    days = _Days(first, last, width)
    _draw_stretches(drawing, days, stretches, 18, reader)
    if first <= today <= last:
        drawing.line("today", (days.middle(today), 13), (days.middle(today), 43))
        drawing.text(min(max(days.middle(today), 18), width - 18), 10, "Today", "lab", "middle")
    drawing.text(0, 56, written_date(first, reader))
    drawing.text(width, 56, written_date(last, reader), anchor="end")
    return _strip_chart(title, drawing, stretches, reader)


def day_lane(
    title: str, stretches: Sequence[Stretch], *, uid: str, first: date, last: date, today: date, reader: Reader
) -> Chart:
    """A strip without words, as wide as its place, to stand below others over the same days.

    Raises:
        ValueError: when the strip ends before it begins.
    """
    days = _Days(first, last, LANE_WIDTH)
    drawing = Drawing(uid, LANE_WIDTH, STRIP_HEIGHT, "strip lane", stretched=True)
    _draw_stretches(drawing, days, stretches, 0, reader)
    if first <= today <= last:
        drawing.line("today", (days.middle(today), 0), (days.middle(today), STRIP_HEIGHT))
    return _strip_chart(title, drawing, stretches, reader)


def top_of_scale(value: float) -> float:
    """The end of a scale of four even whole steps that holds ``value``, such as 4, 8, 12, 20, 40, 60, 80, 100, 200."""
    if value <= 4:
        return 4
    power = 10 ** math.floor(math.log10(value))
    ends = (step * power for step in (1, 2, 4, 6, 8, 10, 12))
    return next(float(end) for end in ends if value <= end and end % 4 == 0)


@dataclass(frozen=True, slots=True)
class _Days:
    """Days laid side by side over a width."""

    first: date
    last: date
    width: float

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("The strip ends before it begins: give its first day first.")

    @property
    def _day(self) -> float:
        return self.width / ((self.last - self.first).days + 1)

    def left(self, day: date) -> float:
        """Where the day begins, within the strip."""
        return min(self.width, max(0, (day - self.first).days * self._day))

    def middle(self, day: date) -> float:
        return ((day - self.first).days + 0.5) * self._day


def _draw_stretches(drawing: Drawing, days: _Days, stretches: Sequence[Stretch], top: float, reader: Reader) -> None:
    drawing.ground("free", 0, top, days.width, STRIP_HEIGHT)
    for one in stretches:
        left, right = days.left(one.first), days.left(one.last + timedelta(days=1))
        if right > left:
            said = f"{one.words}: {written_date(one.first, reader)} to {written_date(one.last, reader)}"
            drawing.box(one.hue, left, top, right - left, STRIP_HEIGHT, said)


def _strip_chart(title: str, drawing: Drawing, stretches: Sequence[Stretch], reader: Reader) -> Chart:
    rows = tuple((one.words, written_date(one.first, reader), written_date(one.last, reader)) for one in stretches)
    said = "; ".join(f"{words}: {start} to {end}" for words, start, end in rows)
    svg = drawing.finished(title, said or "Nothing in these days.")
    names: dict[str, str] = {}
    for one in stretches:
        names.setdefault(one.hue, one.words)
    key = tuple(Key(swatch(f"{drawing.uid}-key{i}", hue), words) for i, (hue, words) in enumerate(names.items()))
    return Chart(title, svg, ("What", "First day", "Last day"), rows, key)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where the columns stand, in units of the drawing, and the value at the top."""

    left: float
    top: float
    right: float
    bottom: float
    highest: float


def _require_matching(labels: Sequence[str], series: Sequence[Series]) -> None:
    for one in series:
        if len(one.values) != len(labels):
            raise ValueError(f"“{one.name}” has {len(one.values)} values for {len(labels)} labels: give one to each.")
        if any(value < 0 for value in one.values):
            raise ValueError(f"“{one.name}” has a negative value, which a stack cannot show.")


def _draw_scale(drawing: Drawing, frame: _Frame) -> None:
    for quarter in range(5):
        y = frame.bottom - (frame.bottom - frame.top) * quarter / 4
        drawing.line("gridline" if quarter else "axis", (frame.left, y), (frame.right, y))
        drawing.text(frame.left - 7, y + 4, number(frame.highest * quarter / 4), anchor="end")


def _draw_stack(
    drawing: Drawing, frame: _Frame, centre: float, width: float, values: Sequence[tuple[Series, str, float]]
) -> None:
    floor = frame.bottom
    for one, label, value in values:
        size = (frame.bottom - frame.top) * value / frame.highest
        floor -= size
        if size:
            drawing.box(one.hue, centre - width / 2, floor, width, size, f"{label}: {one.name} {number(value)}")


def _spread(labels: Sequence[str], totals: Sequence[float]) -> str:
    """What the columns say, in a sentence: where they begin, peak and end."""
    if not any(totals):
        return "No figures."
    peak = totals.index(max(totals))
    return (
        f"{number(totals[0])} in {labels[0]}, at most {number(totals[peak])} in {labels[peak]}, "
        f"{number(totals[-1])} in {labels[-1]}."
    )


def _shortened(label: str, width: float) -> str:
    fit = int(width / LETTER_WIDTH)
    return label if len(label) <= fit else f"{label[: fit - 1].rstrip()}…"
