"""The host's decision on a foreign clearance, and the limits of visit requests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from exchange.domain.actors import Actor, Grant, Role
from exchange.domain.periods import Period
from exchange.domain.policy_seeds import SEED_BOOK
from exchange.domain.recognitions import (
    DEFAULT_VISIT_LIMITS,
    Instrument,
    Recognition,
    VisitKind,
    VisitRequest,
    consent_missing,
    limited_access_faults,
    may_decide,
    visit_faults,
    visit_limits_of,
    visit_renewal_day,
    visit_window,
)
from exchange.domain.verdict import Refusal

STAY = Period(date(2026, 9, 1), date(2027, 2, 26))
LIMITED = Recognition(5, 1, "US", Instrument.LIMITED_ACCESS, 3, frozenset({"safeguards"}), STAY)


def officer(institute: int, person_id: int = 21) -> Actor:
    return Actor(person_id, "Officer", institute, frozenset({Grant(Role.SECURITY_OFFICER, institute)}))


def test_only_the_hosts_security_officer_decides_and_never_on_themself() -> None:
    assert may_decide(LIMITED, officer(2), 2, 7, STAY.end)
    assert may_decide(LIMITED, officer(1), 2, 7, STAY.end).refusal is Refusal.FORBIDDEN
    assert may_decide(LIMITED, officer(2, person_id=7), 2, 7, STAY.end).refusal is Refusal.FORBIDDEN
    coordinator = Actor(9, "C", 2, frozenset({Grant(Role.HR_COORDINATOR, 2)}))
    assert may_decide(LIMITED, coordinator, 2, 7, STAY.end).refusal is Refusal.FORBIDDEN


@pytest.mark.parametrize(
    ("change", "programme_end", "says"),
    [
        ({"rank": 4}, STAY.end, "SECRET at most"),
        ({"programmes": frozenset({"a", "b"})}, STAY.end, "exactly one programme"),
        ({"programmes": frozenset[str]()}, STAY.end, "exactly one programme"),
        ({}, STAY.end - timedelta(days=1), "ends on 25 February 2027"),
        ({}, None, "record the programme's last day"),
    ],
)
def test_rule_14_limited_access(change: dict[str, object], programme_end: date | None, says: str) -> None:
    decision: Recognition = replace(LIMITED, **change)  # type: ignore[arg-type]
    assert says in limited_access_faults(decision, programme_end)[0]
    assert may_decide(decision, officer(2), 2, 7, programme_end).refusal is Refusal.INVALID
    assert limited_access_faults(replace(decision, instrument=Instrument.NOTES_1961), programme_end) == ()


REQUEST = VisitRequest(
    VisitKind.RECURRING,
    frozenset({"US"}),
    frozenset({"safeguards"}),
    frozenset({1}),
    frozenset({7}),
    Period(date(2026, 9, 1), date(2027, 8, 31)),
    submitted_on=date(2026, 6, 3),
)


def test_rule_15_a_request_within_every_limit() -> None:
    assert REQUEST.period.days == 365
    assert visit_faults(REQUEST) == ()
    assert visit_faults(replace(REQUEST, person_ids=frozenset(range(30)), site_ids=frozenset(range(30)))) == ()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"period": Period(date(2026, 9, 1), date(2027, 9, 1))}, "365 days at most, this one 366"),
        ({"person_ids": frozenset(range(31))}, "30 people at most, this one 31"),
        ({"site_ids": frozenset(range(31))}, "30 sites at most, this one 31"),
        ({"person_ids": frozenset[int]()}, "add at least one"),
        ({"countries": frozenset({"US", "CA"})}, "one country"),
        ({"programmes": frozenset({"a", "b"})}, "one programme"),
        ({"submitted_on": date(2026, 6, 2)}, "90 days ahead at most"),
    ],
)
def test_rule_15_each_limit(change: dict[str, object], says: str) -> None:
    faults = visit_faults(replace(REQUEST, **change))  # type: ignore[arg-type]
    assert len(faults) == 1
    assert says in faults[0]


def test_rule_15_when_to_submit_and_when_to_renew() -> None:
    assert visit_window(date(2026, 9, 1)) == date(2026, 6, 3)
    year = Period(date(2026, 9, 1), date(2027, 8, 31))
    assert visit_renewal_day(year) is None
    assert visit_renewal_day(Period(year.start, date(2027, 9, 1))) == date(2027, 7, 1)


def test_rule_15_the_limits_are_the_policy_rows() -> None:
    assert visit_limits_of(SEED_BOOK, STAY.start) == DEFAULT_VISIT_LIMITS
    rule = SEED_BOOK.rule("visit.max_people", STAY.start)
    stricter = visit_limits_of(SEED_BOOK.replaced(rule, replace(rule, value=Decimal(10))), STAY.start)
    assert "10 people at most" in visit_faults(replace(REQUEST, person_ids=frozenset(range(11))), stricter)[0]


def test_rule_20_third_country_information() -> None:
    three = frozenset({"US", "GB", "CA"})
    assert "written consent" in consent_missing(three, third_country_information=True, originator_consents=False)
    assert not consent_missing(three, third_country_information=True, originator_consents=True)
    assert not consent_missing(three, third_country_information=False, originator_consents=False)
    assert not consent_missing(frozenset({"US", "GB"}), third_country_information=True, originator_consents=False)
