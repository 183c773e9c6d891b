"""The filters of a seat, hours that places share, and what is left of somebody's time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.clearances import Clearance, ClearanceStatus, Need, need_of
from exchange.domain.eligibility import Finding
from exchange.domain.eligibility_checks import seat_access
from exchange.domain.eligibility_facts import CandidateFacts, EligibilityFacts, OfferFacts, StayFacts
from exchange.domain.periods import Period
from exchange.domain.policy_seeds import SEED_BOOK
from exchange.domain.recognitions import Instrument, Recognition, RecognitionStatus
from exchange.domain.seats import (
    NOT_AVAILABLE,
    Failed,
    Load,
    SeatNeed,
    SeatPerson,
    failed,
    free_share,
    shared_hours,
    speaks,
)
from exchange.domain.skills import Level

TODAY = date(2026, 11, 21)
PERIOD = Period(date(2027, 2, 1), date(2027, 5, 28))
ASKED = SeatNeed(PERIOD)
HELD = Clearance(1, "UKSV:SC", ClearanceStatus.ACTIVE, date(2024, 1, 1), date(2030, 1, 1), confirmed_on=TODAY)


def access(
    need: SeatNeed,
    *held: Clearance,
    citizenships: frozenset[str] | None = None,
    decisions: tuple[Recognition, ...] = (),
) -> tuple[Finding, ...]:
    """What the rules of eligibility find for somebody of the American institute at a British one."""
    facts = EligibilityFacts(
        CandidateFacts(7, citizenships=citizenships, clearances=held),
        OfferFacts(1, "GB", need.access),
        StayFacts(need.period, 2, "US", recognitions=decisions),
        SEED_BOOK,
        TODAY,
    )
    return seat_access(facts)


def test_what_the_host_has_recognised_opens_the_work() -> None:
    need = replace(ASKED, access=need_of("UKSV:SC", "GB"))
    secret = replace(HELD, level="US:SECRET")
    granted = Recognition(
        5, HELD.id, "GB", Instrument.NOTES_1961, 3, frozenset(), PERIOD, RecognitionStatus.GRANTED, decided_by=9
    )
    assert not failed(SeatPerson(), need, access(need, secret, decisions=(granted,))).any
    for less in (
        replace(granted, rank=1),
        replace(granted, status=RecognitionStatus.PENDING),
        replace(granted, period=Period(PERIOD.start, date(2027, 4, 30))),
    ):
        assert failed(SeatPerson(), need, access(need, secret, decisions=(less,))).guarded, less


def test_a_seat_that_asks_for_nothing_is_open_to_everybody() -> None:
    assert not failed(SeatPerson(), ASKED, ()).any


@pytest.mark.parametrize(
    ("level", "passes"), [(Level.WORKING, False), (Level.PRACTITIONER, True), (Level.EXPERT, True)]
)
def test_a_skill_that_one_must_have(level: Level, passes: bool) -> None:
    need = replace(ASKED, must=(("debate", "Debate", Level.PRACTITIONER),))
    assert failed(SeatPerson(skills={"debate": level}), need, ()).any is not passes


def test_one_of_the_languages_is_enough_and_a_claimed_one_counts() -> None:
    need = replace(ASKED, languages=(("ja", "Japanese"), ("ta", "Tamil")))
    assert failed(SeatPerson(languages=frozenset({"en"})), need, ()).any
    assert not failed(SeatPerson(languages=frozenset({"ja"})), need, ()).any
    assert not failed(SeatPerson(skills={"lang-ta": Level.WORKING}), need, ()).any
    assert not speaks(SeatPerson(skills={"lang-ta": Level.AWARENESS}), "ta")


@pytest.mark.parametrize(
    ("one", "other", "day", "hours"),
    [
        ("Europe/London", "Europe/London", date(2027, 2, 1), 8),
        ("Europe/London", "America/New_York", date(2027, 2, 1), 3),
        ("Europe/London", "America/New_York", date(2027, 3, 16), 4),  # New York has changed its clocks, London has not
        ("Europe/London", "Asia/Tokyo", date(2027, 2, 1), 0),
        ("America/Los_Angeles", "Asia/Tokyo", date(2027, 2, 1), 1),  # 17 hours apart are 7 the other way
        ("Europe/London", "Asia/Kolkata", date(2027, 2, 1), 2.5),
    ],
)
def test_hours_of_the_working_day(one: str, other: str, day: date, hours: float) -> None:
    assert shared_hours(one, other, day) == hours
    assert shared_hours(other, one, day) == hours


@pytest.mark.parametrize(
    ("change", "passes"),
    [
        ({}, True),
        ({"review_due_on": date(2027, 3, 1)}, False),  # within the seat's days
        ({"confirmed_on": date(2026, 1, 1)}, False),  # too long ago to be certain
        ({"status": ClearanceStatus.LAPSED}, False),
        ({"level": "US:SECRET"}, False),  # nobody has recognised it
    ],
)
def test_a_clearance_is_a_certain_yes_on_every_day_or_no(change: dict[str, object], passes: bool) -> None:
    need = replace(ASKED, access=need_of("UKSV:SC", "GB"))
    held = replace(HELD, **change)  # type: ignore[arg-type]
    assert failed(SeatPerson(), need, access(need, held)).any is not passes


@pytest.mark.parametrize(
    ("held", "passes"), [({"GB"}, True), ({"FR", "GB"}, True), ({"FR"}, False), (set(), False), (None, False)]
)
def test_the_citizenship_rule(held: set[str] | None, passes: bool) -> None:
    need = replace(ASKED, access=Need("GB", 0, citizenships=frozenset({"GB", "US"})))
    citizenships = None if held is None else frozenset(held)
    assert failed(SeatPerson(), need, access(need, citizenships=citizenships)).any is not passes


def test_which_guarded_test_failed_is_not_told_to_everybody() -> None:
    cleared = replace(ASKED, access=need_of("UKSV:SC", "GB"))
    british = replace(ASKED, access=Need("GB", 0, citizenships=frozenset({"GB"})))
    clearance = failed(SeatPerson(), cleared, access(cleared))
    citizenship = failed(SeatPerson(), british, access(british))
    assert clearance.guarded != citizenship.guarded
    assert clearance.for_everybody == citizenship.for_everybody == (NOT_AVAILABLE,)
    assert Failed(("Said.",), ("Guarded.",)).for_everybody == ("Said.", NOT_AVAILABLE)


WEEK = Period(date(2027, 2, 1), date(2027, 2, 5))


@pytest.mark.parametrize(
    ("employed", "taken", "away", "free"),
    [
        ((), (), (), 0),
        ((Load(Period(date(2020, 1, 1)), 1.0),), (), (), 1),
        ((Load(Period(date(2020, 1, 1)), 0.8),), (Load(WEEK, 0.3),), (), 0.5),
        ((Load(Period(date(2020, 1, 1)), 0.5),), (Load(WEEK, 0.7),), (), 0),
        ((Load(Period(date(2020, 1, 1), date(2027, 2, 3)), 1.0),), (), (), 0),  # ends within the week
        ((Load(Period(date(2027, 2, 3)), 1.0),), (), (), 0),  # begins within it
        ((Load(Period(date(2020, 1, 1)), 1.0),), (), (Period(date(2027, 2, 5), date(2027, 3, 30)),), 0),
        ((Load(Period(date(2020, 1, 1)), 1.0),), (Load(Period(date(2027, 2, 3), date(2027, 2, 3)), 0.4),), (), 0.6),
    ],
)
def test_what_is_left_in_a_week(
    employed: tuple[Load, ...], taken: tuple[Load, ...], away: tuple[Period, ...], free: float
) -> None:
    assert free_share(employed, taken, away, WEEK) == free


DAYS = st.integers(0, 20).map(lambda day: date(2027, 1, 25).replace(day=1).toordinal() + 20 + day)


@given(st.lists(st.tuples(DAYS, DAYS, st.sampled_from([0.2, 0.5, 1.0])), max_size=5))
def test_what_is_left_is_that_of_the_fullest_day(drawn: list[tuple[int, int, float]]) -> None:
    taken = tuple(
        Load(Period(date.fromordinal(min(one, other)), date.fromordinal(max(one, other))), share)
        for one, other, share in drawn
    )
    always = (Load(Period(date(2020, 1, 1)), 1.0),)
    each_day = [1.0 - sum(load.share for load in taken if day in load.period) for day in WEEK]
    assert free_share(always, taken, (), WEEK) == pytest.approx(max(0.0, min(each_day)), abs=1e-3)
