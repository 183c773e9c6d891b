"""Charts: what is drawn is what the table says, nothing is loud or lost, and words cannot break out of the drawing."""

from __future__ import annotations

from datetime import date, timedelta
from xml.etree.ElementTree import Element

import defusedxml.ElementTree as Xml
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.web.charts import (
    Bar,
    Chart,
    Link,
    Node,
    Series,
    Stretch,
    bars,
    columns,
    day_strip,
    network,
    top_of_scale,
)
from exchange.web.drawing import number
from exchange.web.hues import HUES
from exchange.web.networks import MARGIN_X, laid_out
from exchange.web.wording import Reader
from tests.web.gallery import create_gallery, drawings

MONTHS = ("Sept", "Oct", "Nov")
NASTY = '</text><script>alert("x")</script>&'
VALUES = st.floats(min_value=0, max_value=1e6, allow_nan=False)


def parsed(chart: Chart) -> Element:
    tree: Element = Xml.fromstring(str(chart.svg))
    return tree


def boxes(tree: Element) -> list[Element]:
    """The boxes that mean something, in the order of drawing."""
    return [node for node in tree.iter("rect") if "mark-box" in node.get("class", "")]


def words(tree: Element) -> list[str]:
    return ["".join(node.itertext()) for node in tree.iter("text")]


@pytest.fixture(scope="module")
def every_kind() -> list[Chart]:
    with create_gallery().test_request_context("/charts"):
        return drawings()


def test_every_chart_is_sound_and_says_what_it_is(every_kind: list[Chart]) -> None:
    for chart in every_kind:
        tree = parsed(chart)
        ids = [node.get("id", "") for node in tree.iter() if node.get("id")]
        assert tree.get("role") == "img"
        assert set(tree.get("aria-labelledby", "").split()) <= set(ids)
        assert tree.findtext("title") == chart.title
        assert tree.findtext("desc")


def test_charts_on_one_page_share_no_id(every_kind: list[Chart]) -> None:
    ids = [node.get("id", "") for chart in every_kind for node in parsed(chart).iter() if node.get("id")]
    assert sorted(set(ids)) == sorted(ids)


def test_every_pattern_a_chart_uses_is_in_it(every_kind: list[Chart]) -> None:
    for chart in every_kind:
        tree = parsed(chart)
        patterns = {f"url(#{node.get('id')})" for node in tree.iter("pattern")}
        assert {node.get("fill") for node in boxes(tree)} - {None} == patterns


def test_the_table_has_the_figures_that_are_drawn() -> None:
    chart = columns("Away", MONTHS, [Series("UK", (1, 2, 0), "uk"), Series("US", (3, 0, 5), "us")], uid="c")
    assert chart.heads == ("Month", ("UK", "num"), ("US", "num"))
    assert chart.rows == (("Sept", 1, 3), ("Oct", 2, 0), ("Nov", 0, 5))
    hints = [box.findtext("title") for box in boxes(parsed(chart))]
    assert hints == ["Sept: UK 1", "Sept: US 3", "Oct: UK 2", "Nov: US 5"]  # nothing is drawn for nought
    assert parsed(chart).findtext("desc") == "4 in Sept, at most 5 in Nov, 5 in Nov."


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=12))
def test_columns_are_as_tall_as_their_values_and_stay_inside(pairs: list[tuple[float, float]]) -> None:
    series = [Series("UK", tuple(a for a, _ in pairs), "uk"), Series("US", tuple(b for _, b in pairs), "us")]
    tree = parsed(columns("Away", [str(i) for i in range(len(pairs))], series, uid="c", height=230))
    highest = top_of_scale(max(a + b for a, b in pairs))
    drawn = sum(float(box.get("height", 0)) for box in boxes(tree))
    assert drawn == pytest.approx(sum(a + b for a, b in pairs) / highest * (230 - 38), abs=0.1 * len(pairs) + 0.1)
    assert all(10 - 0.11 <= float(box.get("y", 0)) <= 202 for box in boxes(tree))


@given(st.floats(min_value=0.001, max_value=1e9))
def test_a_scale_holds_its_values_without_waste(value: float) -> None:
    top = top_of_scale(value)
    assert value <= top
    assert top == 4 or value > top / 2.01
    assert (top / 4).is_integer()  # people are counted in whole numbers


def test_labels_that_would_touch_are_left_out() -> None:
    long = [f"Week {i} of the year" for i in range(40)]
    tree = parsed(columns("Weeks", long, [Series("UK", (1,) * 40)], uid="c", width=460))
    assert 0 < len([text for text in words(tree) if text.startswith("Week")]) <= 4


@pytest.mark.parametrize(("values", "message"), [((1, 2), "2 values for 3 labels"), ((1, -2, 3), "negative")])
def test_figures_that_cannot_be_stacked_are_refused(values: tuple[float, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        columns("Away", MONTHS, [Series("UK", values)], uid="c")


def test_no_figures_are_still_a_chart() -> None:
    assert parsed(columns("Away", MONTHS, [], uid="c")).findtext("desc") == "No figures."
    assert columns("Away", (), [], uid="c").rows == ()
    assert bars("Seats", [], uid="b", heads=("Workstream", "Seats")).rows == ()
    assert network("Nobody", [], [], uid="n").rows == ()


def test_bars_are_measured_against_the_fullest_or_the_given_whole() -> None:
    rows = [Bar("Control", 2, "us"), Bar("Standards", 4)]
    heads = ("Workstream", "Seats")
    half, whole = (float(box.get("width", 0)) for box in boxes(parsed(bars("Seats", rows, uid="b", heads=heads))))
    assert half == pytest.approx(whole / 2, abs=0.1)
    _, part = boxes(parsed(bars("Seats", rows, uid="b", heads=heads, full=8)))
    assert float(part.get("width", 0)) == pytest.approx(whole / 2, abs=0.1)


def test_a_long_label_is_shortened_in_the_drawing_and_whole_in_the_table() -> None:
    label = "A workstream with a name that nobody could ever fit beside a bar"
    chart = bars("Seats", [Bar(label, 2)], uid="b", heads=("Workstream", "Seats"))
    assert any(text.endswith("…") for text in words(parsed(chart)))
    assert chart.rows == ((label, 2),)


def test_words_cannot_break_out_of_a_drawing() -> None:
    reader, day = Reader(), date(2027, 1, 5)
    stretch = Stretch(NASTY, day, day)
    charts = [
        columns(NASTY, [NASTY], [Series(NASTY, (1,), "us")], uid="c"),
        bars(NASTY, [Bar(NASTY, 1)], uid="b", heads=(NASTY, NASTY), unit=NASTY),
        network(NASTY, [Node("a", NASTY)], [], uid="n"),
        day_strip(NASTY, [stretch], uid="s", first=day, last=day, today=day, reader=reader),
    ]
    for chart in charts:
        tree = parsed(chart)
        assert list(tree.iter("script")) == []
        assert tree.findtext("title") == NASTY


def test_the_same_network_is_always_drawn_the_same() -> None:
    nodes = [Node(name, name, "uk", centre=not i) for i, name in enumerate(("a", "b", "c", "d"))]
    links = [Link("a", "b"), Link("a", "c", 9), Link("c", "d", 0)]
    one, two = (network("Joined", nodes, links, uid="n") for _ in range(2))
    assert one.svg == two.svg
    assert [line.get("class") for line in parsed(one).iter("line")] == ["edge e1", "edge e3", "edge e1"]
    assert one.rows == (("a", "b", 1), ("a", "c", 9), ("c", "d", 0))


@given(
    st.integers(min_value=1, max_value=9),
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 3)), max_size=12),
)
def test_nodes_stand_apart_and_inside(count: int, joined: list[tuple[int, int, int]]) -> None:
    keys = [f"k{i}" for i in range(count)]
    links = [(f"k{a}", f"k{b}", weight) for a, b, weight in joined if a < b < count]
    places = laid_out(keys, links, 460, 340)
    assert list(places) == keys
    assert all(MARGIN_X - 0.01 <= x <= 460.01 - MARGIN_X and 0 <= y <= 340 for x, y in places.values())
    assert len({(round(x), round(y)) for x, y in places.values()}) == count


def test_a_strip_shows_days_in_proportion_and_cuts_what_lies_outside() -> None:
    first = date(2027, 1, 1)
    chart = day_strip(
        "Clearance",
        [
            Stretch("Held", first - timedelta(days=30), first + timedelta(days=9), "uk"),
            Stretch("Lapsed", first + timedelta(days=50), first + timedelta(days=400), "us"),
            Stretch("Long ago", date(2020, 1, 1), date(2020, 2, 1), "plum"),
        ],
        uid="s",
        first=first,
        last=first + timedelta(days=99),
        today=first + timedelta(days=200),
        reader=Reader(),
        width=500,
    )
    tree = parsed(chart)
    drawn = [(float(box.get("x", -1)), float(box.get("width", -1))) for box in boxes(tree)]
    assert drawn == [(0, 50), (250, 250)]
    assert list(tree.iter("line")) == []  # today is not among the days
    assert chart.rows[0] == ("Held", "2 Dec 2026", "10 Jan 2027")
    assert [entry.words for entry in chart.key] == ["Held", "Lapsed", "Long ago"]


def test_a_strip_that_ends_before_it_begins_is_refused() -> None:
    day = date(2027, 1, 1)
    with pytest.raises(ValueError, match="before it begins"):
        day_strip("x", [], uid="s", first=day, last=day - timedelta(days=1), today=day, reader=Reader())


def test_every_hue_has_its_own_fill() -> None:
    fills = set()
    for hue in HUES:
        chart = columns("One", ["a"], [Series("s", (1,), hue)], uid="c")
        tile = ["".join(sorted(node.attrib.values())) for node in parsed(chart).iter("pattern") for node in node]
        fills.add("|".join(tile))
    assert len(fills) == len(HUES)  # the first is solid: no pattern at all


@pytest.mark.parametrize(("value", "words"), [(3, "3"), (3.5, "3.5"), (1204, "1,204"), (0.125, "0.12"), (100, "100")])
def test_figures_in_drawings(value: float, words: str) -> None:
    assert number(value) == words
