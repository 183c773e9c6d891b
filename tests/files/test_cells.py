"""What one cell may say: every type's accepted forms, and the sentence for what is not accepted."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.skills import Level
from exchange.files.cells import (
    SkillAsked,
    choice,
    decimal,
    email,
    integer,
    items,
    line,
    prose,
    share,
    skills,
    without_controls,
    zone,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = [
    "X",
    "Ng",
    "O'Brien-Smith, Jr.",
    "Suharto",
    "Björk Guðmundsdóttir",
    "María José Carreño Quiñones de la Cruz",
    "محمد بن سلمان",
    "יִצְחָק",
    "Nguyễn Thị Minh Khai",
    "e\u0301va z\u0323\u0302",  # combining marks stay combining marks
    "李小龍",
    "👩🏽\u200d🔬 Ada",
    "'s-Gravenhage",
    "=Ann",
    "n" * 300,
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_stays_as_its_bearer_writes_it(name: str) -> None:
    assert line(300)(name) == name
    assert line(300)(f"  {name}\u00a0\n") == name


def test_a_line_keeps_its_inner_blanks_but_not_its_line_breaks() -> None:
    assert line(300)("Ann  Lee\r\n of  York\tA") == "Ann  Lee of  York A"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("n" * 301, "has 301 characters; 300 is the most"),
        ("A\x07nn", "control character (U+0007)"),
        ("A\x00nn", "control character (U+0000)"),
        ("A\ud800nn", "control character (U+D800)"),
        ("#REF!", "spreadsheet's error message"),
        (" #N/A ", "spreadsheet's error message"),
    ],
)
def test_a_text_nobody_meant_is_refused(text: str, sentence: str) -> None:
    assert sentence in said(line(300), text)


def test_prose_keeps_its_lines() -> None:
    assert prose(" one\r\n\r\ntwo ") == "one\n\ntwo"


def test_control_characters_can_be_left_out_of_what_nobody_typed() -> None:
    assert without_controls("A\x07\x98n\ud835n\n") == "Ann\n"


@pytest.mark.parametrize("text", ["a@b.org", " Ann.Lee+x@Example.ORG ", "ann@münchen.example", "用户@例子.example"])
def test_an_address_is_kept_in_lower_case(text: str) -> None:
    assert email(text) == text.strip().lower()


@pytest.mark.parametrize(
    "text",
    [
        "ann",
        "ann@",
        "@b.org",
        "a@b",
        "a b@c.org",
        "a@b@c.org",
        "Ann <a@b.org>",
        "a@b.org, c@d.org",
        "a@b..org",
        "a\n@b.org",
    ],
)
def test_what_is_no_single_address_is_refused(text: str) -> None:
    assert said(email, text).endswith("Write one address, like name@example.org.")
    assert said(email, "a" * 250 + "@b.org")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", "1"),
        ("1.0", "1"),
        ("0,5", "0.5"),
        (" 0.5 ", "0.5"),
        ("50%", "0.5"),
        ("12,5 %", "0.125"),
        ("-3", "-3"),
        ("+2", "2"),
    ],
)
def test_numbers_are_read_with_point_comma_and_per_cent(text: str, value: str) -> None:
    assert decimal(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["NaN", "inf", "1e3", "1.234,5", "1,234.5", "٣", "half", "1/2", "0x1", "--1", ".5", "1" * 40]
)
def test_what_only_looks_like_a_number_is_refused(text: str) -> None:
    assert said(decimal, text).endswith("Write it like 0.5, 0,5 or 50%.")


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", "1"), ("100%", "1"), ("0,8", "0.8"), ("80 %", "0.8"), ("0.333333333", "0.333"), ("0.001", "0.001")],
)
def test_a_share_is_above_nothing_and_up_to_full_time(text: str, value: str) -> None:
    assert share(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("100", "Write 1 for full time, 0.5 for half, or 100%."),
        ("80", "or 80%"),
        ("1.01", "more than full time"),
        ("120%", "more than full time"),
        ("0", "more than 0"),
        ("-0.5", "more than 0"),
        ("0.0001", "more than 0"),
        ("NaN", "not a number"),
    ],
)
def test_a_share_outside_that_is_refused_with_what_to_write(text: str, sentence: str) -> None:
    assert sentence in said(share, text)


def test_whole_numbers_stay_within_their_bounds() -> None:
    assert integer(1, 100)(" 3 ") == 3
    assert integer(1, 100)("3.0") == 3
    assert said(integer(1, 100), "0") == "0 is outside 1 to 100."
    assert "not a whole number" in said(integer(1, 100), "3.5")
    assert "not a whole number" in said(integer(1, 100), "three")


def test_a_choice_is_found_whatever_its_case_and_punctuation() -> None:
    read = choice({"Any Monday": 1, "First Monday of the month": 2})
    assert read("any_monday") == 1
    assert read("FIRST MONDAY OF THE MONTH") == 2
    assert said(read, "Tuesday") == "“Tuesday” is not one of: Any Monday, First Monday of the month."


def test_a_list_is_split_at_commas_semicolons_and_lines() -> None:
    assert items(40)("en, fr;de\nen,, ") == ("en", "fr", "de")
    assert "2 is the most" in said(items(40, most=2), "a,b,c")


def test_skills_carry_a_level_and_whether_they_are_a_must() -> None:
    assert skills("Task design:3 must; red-teaming : working, inspect:1") == (
        SkillAsked("task-design", Level.PRACTITIONER, must=True),
        SkillAsked("red-teaming", Level.WORKING),
        SkillAsked("inspect", Level.AWARENESS),
    )


@pytest.mark.parametrize("text", ["red-teaming", "red-teaming:", ":3", "red-teaming:3 maybe", "red-teaming 3"])
def test_a_skill_without_a_level_is_refused(text: str) -> None:
    assert "a level from 1 (awareness) to 4 (expert)" in said(skills, text)


@pytest.mark.parametrize("text", ["red-teaming:5", "red-teaming:0", "red-teaming:high", "red-teaming:9999"])
def test_a_level_of_skill_is_one_of_four(text: str) -> None:
    assert "Use one of: 1 (awareness)" in said(skills, text)


def test_an_unknown_skill_is_refused_with_near_ones() -> None:
    assert said(skills, "red-teeming:2").endswith("The nearest is red-teaming.")
    assert said(skills, "zzz:2") == "“zzz” is not in the skills vocabulary. Choose one from the list of skills."


def test_a_skill_asked_for_twice_is_refused() -> None:
    assert "twice" in said(skills, "Red teaming:2; red-teaming:3")


def test_a_time_zone_goes_by_its_name() -> None:
    assert zone(" europe/london ") == "Europe/London"
    assert zone("America/New York") == "America/New_York"
    assert "like Europe/London" in said(zone, "London")
    assert "like Europe/London" in said(zone, "../../etc/passwd")


READERS: list[Callable[[str], Any]] = [
    prose,
    line(300),
    email,
    decimal,
    share,
    integer(0, 9),
    choice({"a": 1}),
    items(40),
    skills,
    zone,
]


@settings(deadline=None)
@given(st.text(alphabet=st.characters()), st.sampled_from(READERS))
def test_any_text_is_a_value_or_a_sentence(text: str, read: Callable[[str], Any]) -> None:
    try:
        read(text)
    except ValueError as refused:
        assert str(refused).endswith(".")  # noqa: PT017 - both outcomes are right; the sentence is what is tested


def said(read: Callable[[str], object], text: str) -> str:
    """The sentence with which the text is refused."""
    with pytest.raises(ValueError, match=r"\.$") as refused:
        read(text)
    return str(refused.value)
