"""Policy rows: looked up as of a day, the local row first, and whom a change would hit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from exchange.domain.periods import Period
from exchange.domain.policies import (
    PolicyBook,
    PolicyMissingError,
    PolicyRule,
    PolicySubject,
    Unit,
    affected,
    book_faults,
)
from exchange.domain.policy_seeds import ROUTES, SEED_BOOK, SEEDS

TODAY = date(2026, 6, 1)
OLD = PolicyRule("cap.nist_associate", Decimal(36), Unit.MONTHS, jurisdiction="US", valid_to=date(2026, 9, 30))
NEW = PolicyRule("cap.nist_associate", Decimal(12), Unit.MONTHS, jurisdiction="US", valid_from=date(2026, 10, 1))


def subject(secondment_id: int, start: date, end: date, **changes: object) -> PolicySubject:
    base = PolicySubject(secondment_id, Period(start, end), "GB", "US", frozenset({"nist_associate"}), started=True)
    return replace(base, **changes)  # type: ignore[arg-type]


def test_the_seeds_are_sound_and_say_where_they_come_from() -> None:
    assert book_faults(SEEDS) == ()
    assert all(rule.source_url.startswith("http") or rule.note for rule in SEEDS)
    assert {rule.key.removeprefix("cap.") for rule in SEEDS if rule.key.startswith("cap.")} == set(ROUTES)


def test_a_row_holds_on_its_days_only() -> None:
    book = PolicyBook((OLD, NEW))
    assert book.number("cap.nist_associate", date(2026, 9, 30), "US") == 36
    assert book.number("cap.nist_associate", date(2026, 10, 1), "US") == 12
    with pytest.raises(PolicyMissingError, match="add one"):
        book.rule("cap.nist_associate", TODAY, "GB")


def test_the_countrys_row_goes_before_the_one_for_everywhere() -> None:
    assert SEED_BOOK.number("lead.vetting.4", TODAY, "GB") == 95
    assert SEED_BOOK.number("lead.vetting.4", TODAY, "KE") == 120
    assert SEED_BOOK.amount("fte.warn", TODAY) == Decimal("0.9")


def test_two_rows_for_the_same_days_are_a_fault() -> None:
    assert book_faults([OLD, NEW]) == ()
    assert "two rows" in book_faults([OLD, replace(NEW, valid_from=date(2026, 9, 30))])[0]
    assert "before it begins" in book_faults([replace(NEW, valid_to=date(2026, 1, 1))])[0]
    assert "no number from nought up" in book_faults([replace(NEW, value=Decimal(-1))])[0]
    assert "no number from nought up" in book_faults([replace(NEW, value=Decimal("NaN"))])[0]


def test_who_is_affected_before_a_shorter_cap_takes_effect() -> None:
    stays = [
        subject(1, date(2026, 3, 1), date(2027, 6, 30)),  # in place, fifteen months and more
        subject(2, date(2026, 3, 1), date(2027, 2, 28)),  # exactly twelve
        subject(3, date(2024, 3, 1), date(2026, 9, 30)),  # over before the rule begins
        subject(4, date(2026, 3, 1), date(2027, 6, 30), routes=frozenset({"j1_research_scholar"})),
        subject(5, date(2026, 3, 1), date(2027, 6, 30), host_country="FR", home_country="GB"),
        subject(6, date(2024, 1, 1), date(2026, 5, 31)),  # over today
    ]
    hit = affected(None, NEW, stays, TODAY)
    assert [one.secondment_id for one in hit] == [1]
    assert "possible until 28 February 2027 (12 months)" in hit[0].sentence


def test_a_longer_cap_frees_and_a_changed_one_says_both() -> None:
    stays = [subject(1, date(2026, 3, 1), date(2027, 6, 30))]
    assert "No longer in breach" in affected(NEW, replace(NEW, value=Decimal(24)), stays, TODAY)[0].sentence
    assert "Until now" in affected(NEW, replace(NEW, value=Decimal(6)), stays, TODAY)[0].sentence
    assert affected(NEW, NEW, stays, TODAY) == ()
    assert affected(None, None, stays, TODAY) == ()


def test_a_retroactive_change_hits_those_in_place() -> None:
    backdated = replace(NEW, valid_from=date(2020, 1, 1))
    assert affected(None, backdated, [subject(1, date(2026, 3, 1), date(2027, 6, 30))], TODAY)


def test_a_longer_lead_time_hits_only_those_not_yet_started() -> None:
    lead = PolicyRule("lead.visit", Decimal(90), Unit.DAYS)
    stays = [
        subject(1, date(2026, 7, 1), date(2027, 1, 1), started=False),
        subject(2, date(2026, 7, 1), date(2027, 1, 1)),
        subject(3, date(2026, 12, 1), date(2027, 6, 1), started=False),
    ]
    assert [one.secondment_id for one in affected(None, lead, stays, TODAY)] == [1]


def test_days_are_counted_as_days() -> None:
    longest = PolicyRule("stay.max_days", Decimal(100), Unit.DAYS)
    hundred = subject(1, date(2026, 7, 1), date(2026, 10, 8))
    assert affected(None, longest, [hundred], TODAY) == ()
    assert affected(None, longest, [replace(hundred, period=Period(date(2026, 7, 1), date(2026, 10, 9)))], TODAY)


def test_other_rows_change_reports_and_not_plans() -> None:
    other = PolicyRule("balance.tolerance_months", Decimal(1), Unit.MONTHS)
    assert affected(None, other, [subject(1, date(2026, 7, 1), date(2027, 1, 1))], TODAY) == ()


def test_the_book_after_a_change() -> None:
    book = PolicyBook((OLD,))
    assert book.replaced(OLD, NEW).rules == (NEW,)
    assert book.replaced(None, NEW).rules == (OLD, NEW)
    assert book.replaced(OLD, None).rules == ()
