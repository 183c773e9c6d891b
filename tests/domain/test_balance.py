"""The ledger of person-weeks between two institutes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from exchange.domain.balance import Exchanged, Flow, PairBalance, Tolerance, ledger, reciprocity, tolerance_of, weeks
from exchange.domain.periods import Period
from exchange.domain.policy_seeds import SEED_BOOK
from exchange.domain.secondment_facts import State

TODAY = date(2026, 6, 7)
TEN_WEEKS = Period(date(2026, 5, 4), date(2026, 7, 12))  # five weeks up to today, five ahead
ENTRY = Exchanged(1, 1, 2, TEN_WEEKS, Decimal(1), State.ACTIVE)


@pytest.mark.parametrize(
    ("state", "done", "planned"),
    [
        (State.ACTIVE, 5, 5),
        (State.SUSPENDED, 5, 5),
        (State.NOMINATED, 0, 10),
        (State.READY, 0, 10),
        (State.DRAFT, 0, 0),
        (State.DECLINED, 0, 0),
        (State.WITHDRAWN, 0, 0),
        (State.CANCELLED, 0, 0),
        (State.LAPSED, 0, 0),
    ],
)
def test_what_counts(state: State, done: int, planned: int) -> None:
    flow = weeks(replace(ENTRY, state=state), TODAY)
    assert [flow.done, flow.planned] == [Decimal(done), Decimal(planned)]


def test_what_is_over_is_done_and_half_time_counts_half() -> None:
    closed = replace(ENTRY, state=State.CLOSED, period=Period(date(2026, 1, 5), date(2026, 2, 1)))
    assert weeks(closed, TODAY) == Flow(Decimal(4), Decimal(0), 1)
    assert weeks(replace(closed, host_fte=Decimal("0.5")), TODAY).done == 2


def test_the_ledger_of_pairs() -> None:
    back = replace(ENTRY, secondment_id=2, home_id=2, host_id=1, state=State.ACCEPTED)
    other = replace(ENTRY, secondment_id=3, home_id=3, host_id=1)
    pairs = ledger([ENTRY, back, other], TODAY)
    assert [(pair.first_id, pair.second_id, pair.surplus) for pair in pairs] == [
        (1, 3, Decimal(-10)),
        (1, 2, Decimal(0)),
    ]
    out, into = pairs[1].seen_from(2)
    assert (out.planned, into.done, into.people) == (Decimal(10), Decimal(5), 1)
    assert ledger([replace(ENTRY, state=State.DECLINED)], TODAY) == ()


def test_a_fiscal_year_counts_its_own_days() -> None:
    year = Period(date(2026, 4, 1), date(2026, 5, 17))
    (pair,) = ledger([ENTRY], TODAY, within=year)
    assert pair.first_to_second.total == 2
    assert ledger([ENTRY], TODAY, within=Period(date(2030, 1, 1), date(2030, 12, 31))) == ()


@pytest.mark.parametrize(
    ("out", "into", "uneven"),
    [(100, 100, False), (100, 73, True), (100, 74, False), (20, 0, False), (27, 0, True), (1000, 810, False)],
)
def test_rule_26_both_in_proportion_and_in_months(out: int, into: int, uneven: bool) -> None:
    pair = PairBalance(1, 2, Flow(planned=Decimal(out)), Flow(done=Decimal(into)))
    assert bool(reciprocity(pair)) is uneven


def test_rule_26_uses_the_pairs_own_tolerance() -> None:
    pair = PairBalance(1, 2, Flow(planned=Decimal(20)), Flow())
    assert reciprocity(pair) == ()
    strict = reciprocity(pair, Tolerance(per_cent=Decimal(10), months=Decimal(1)))
    assert strict[0].rule == 26
    assert "4.6 person-months" in strict[0].sentence


def test_rule_26_the_tolerance_is_the_policy_rows() -> None:
    assert tolerance_of(SEED_BOOK, TODAY) == Tolerance()


def test_a_day_is_counted_once() -> None:
    entry = replace(ENTRY, period=Period(TODAY, TODAY + timedelta(days=6)))
    flow = weeks(entry, TODAY)
    assert flow.total == 1
    assert flow.done == Decimal(1) / 7
