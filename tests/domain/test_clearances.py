"""Clearances day by day: three meanings of an end, recognition across borders, and who sees what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.actors import SYSTEM, Actor, Grant, Role
from exchange.domain.clearance_schemes import LEVELS, SCHEMES, ReviewKind, level_named
from exchange.domain.clearances import (
    Answer,
    CitizenshipRule,
    Clearance,
    ClearanceStatus,
    Meets,
    Need,
    Sight,
    citizenship_answer,
    coverage,
    lapsed,
    meets,
    need_of,
    sight,
)
from exchange.domain.periods import Period
from exchange.domain.recognitions import Instrument, Recognition, RecognitionStatus

TODAY = date(2026, 6, 1)
STAY = Period(date(2026, 9, 1), date(2027, 2, 26))
SECRET_GB = need_of("UKSV:SC", "GB")
SECRET_US = Need("US", 3)
SC = Clearance(
    id=1,
    level="UKSV:SC",
    status=ClearanceStatus.ACTIVE,
    granted_on=date(2020, 1, 1),
    review_due_on=date(2030, 1, 1),
    confirmed_on=TODAY,
)
GRANTED = Recognition(
    secondment_id=5,
    clearance_id=1,
    host_country="US",
    instrument=Instrument.NOTES_1961,
    rank=3,
    programmes=frozenset({"safeguards"}),
    period=STAY,
    status=RecognitionStatus.GRANTED,
)


def answer(*records: Clearance, need: Need = SECRET_GB, decisions: tuple[Recognition, ...] = ()) -> Meets:
    return meets(records, need, STAY, TODAY, recognitions=decisions)


def test_every_country_of_the_network_has_a_scheme() -> None:
    assert {scheme.country for scheme in SCHEMES.values()} == {
        "GB", "US", "AU", "CA", "JP", "SG", "KR", "KE", "FR", "EU",
    }  # fmt: skip


def test_levels_are_named_once_and_the_confirmed_ones_have_a_source() -> None:
    assert len({level.key for level in LEVELS}) == len(LEVELS)
    assert all(level.source for level in LEVELS if level.confirmed)
    assert all(0 <= level.rank <= 4 for level in LEVELS)
    assert {level.review_kind for level in LEVELS} == set(ReviewKind)


def test_an_unknown_level_is_refused_with_those_that_exist() -> None:
    with pytest.raises(ValueError, match="UKSV:DV"):
        level_named("UKSV:XX")
    with pytest.raises(ValueError, match="AGSVA"):
        level_named("MARS:1")


def test_nothing_asked_is_met_by_everybody() -> None:
    assert answer(need=need_of(None, "US")) == Meets(Answer.MEETS)
    assert answer(need=need_of("", "US")).throughout


def test_a_review_kind_meets_until_the_review_and_is_then_unknown() -> None:
    assert answer(SC) == Meets(Answer.MEETS, date(2030, 1, 1))
    soon = answer(replace(SC, review_due_on=date(2026, 12, 31)))
    assert soon == Meets(Answer.MEETS, date(2026, 12, 31), Answer.UNKNOWN)
    assert not soon.throughout
    assert str(soon) == "Meets what is asked until 31 December 2026"


def test_a_review_due_on_the_last_day_covers_that_day() -> None:
    assert answer(replace(SC, review_due_on=STAY.end)).throughout
    assert not answer(replace(SC, review_due_on=STAY.end - timedelta(days=1))).throughout


def test_an_expiry_ends_it_for_certain() -> None:
    nv1 = Clearance(2, "AGSVA:NV1", ClearanceStatus.ACTIVE, date(2020, 1, 1), None, STAY.start, confirmed_on=TODAY)
    assert answer(nv1, need=Need("AU", 3)) == Meets(Answer.MEETS, STAY.start, Answer.DOES_NOT)


def test_continuous_vetting_has_no_end() -> None:
    secret = Clearance(3, "US:SECRET", ClearanceStatus.ACTIVE, date(2019, 5, 1), confirmed_on=TODAY)
    assert answer(secret, need=SECRET_US) == Meets(Answer.MEETS)
    assert answer(replace(secret, continuous_vetting=False), need=SECRET_US).answer is Answer.UNKNOWN


def test_what_is_tied_to_a_role_is_unknown_until_the_sponsor_gives_a_day() -> None:
    enhanced = replace(SC, level="UKSV:eSC", review_due_on=None)
    assert answer(enhanced).answer is Answer.UNKNOWN
    assert answer(replace(enhanced, review_due_on=STAY.end)).throughout


def test_a_missing_review_date_is_unknown_and_not_guessed() -> None:
    assert answer(replace(SC, review_due_on=None)).answer is Answer.UNKNOWN


def test_an_old_confirmation_is_unknown() -> None:
    assert answer(replace(SC, confirmed_on=TODAY - timedelta(days=90))).answer is Answer.MEETS
    assert answer(replace(SC, confirmed_on=TODAY - timedelta(days=91))).answer is Answer.UNKNOWN
    assert answer(replace(SC, confirmed_on=None)).answer is Answer.UNKNOWN


@pytest.mark.parametrize("status", [ClearanceStatus.LAPSED, ClearanceStatus.SUSPENDED, ClearanceStatus.WITHDRAWN])
def test_what_is_not_active_does_not_meet(status: ClearanceStatus) -> None:
    assert answer(replace(SC, status=status)).answer is Answer.DOES_NOT


def test_vetting_under_way_is_unknown_and_no_record_at_all_too() -> None:
    assert answer(replace(SC, status=ClearanceStatus.APPLIED)).answer is Answer.UNKNOWN
    assert answer().answer is Answer.UNKNOWN


def test_a_lower_level_does_not_meet_a_higher_need() -> None:
    assert answer(SC, need=need_of("UKSV:DV", "GB")).answer is Answer.DOES_NOT
    assert answer(replace(SC, level="UKSV:DV")).throughout


def test_withdrawn_and_granted_again() -> None:
    withdrawn = Clearance(2, "UKSV:SC", ClearanceStatus.WITHDRAWN, date(2026, 9, 15), supersedes=1)
    assert answer(SC, withdrawn) == Meets(Answer.MEETS, date(2026, 9, 14), Answer.DOES_NOT)
    again = replace(SC, id=3, granted_on=date(2026, 10, 1), supersedes=2)
    found = coverage([SC, withdrawn, again], SECRET_GB, STAY, TODAY)
    assert found.covered == (
        Period(STAY.start, date(2026, 9, 14)),
        Period(date(2026, 10, 1), STAY.end),
    )
    assert found.unknown == ()


def test_a_caveat_that_the_work_excludes_rules_the_clearance_out() -> None:
    limited = replace(SC, caveats=frozenset({"NO-CYBER"}))
    assert answer(limited).throughout
    assert answer(limited, need=replace(SECRET_GB, excluded_caveats=frozenset({"NO-CYBER"}))).answer is Answer.DOES_NOT


def test_rank_is_never_carried_across_a_border() -> None:
    top = replace(SC, level="UKSV:DV")
    assert answer(top, need=SECRET_US).answer is Answer.UNKNOWN
    assert answer(top, need=SECRET_US, decisions=(replace(GRANTED, status=RecognitionStatus.REFUSED),)).answer is (
        Answer.DOES_NOT
    )


def test_a_granted_recognition_opens_what_it_says_for_as_long_as_it_says() -> None:
    assert answer(SC, need=SECRET_US, decisions=(GRANTED,)) == Meets(Answer.MEETS, STAY.end)
    half = replace(GRANTED, period=Period(STAY.start, date(2026, 11, 30)))
    assert answer(SC, need=SECRET_US, decisions=(half,)) == Meets(Answer.MEETS, date(2026, 11, 30), Answer.DOES_NOT)
    assert answer(SC, need=SECRET_US, decisions=(replace(GRANTED, rank=2),)).answer is Answer.DOES_NOT
    elsewhere = replace(GRANTED, host_country="CA")
    assert answer(SC, need=SECRET_US, decisions=(elsewhere,)).answer is Answer.UNKNOWN


def test_a_recognition_ends_with_its_clearance() -> None:
    ending = replace(SC, expires_on=date(2026, 10, 31))
    assert answer(ending, need=SECRET_US, decisions=(GRANTED,)).until == date(2026, 10, 31)


def test_a_renewal_keeps_the_recognition_and_a_fresh_grant_after_withdrawal_does_not() -> None:
    renewed = replace(SC, id=2, granted_on=date(2026, 10, 1), supersedes=1)
    assert answer(SC, renewed, need=SECRET_US, decisions=(GRANTED,)).throughout
    withdrawn = Clearance(2, "UKSV:SC", ClearanceStatus.WITHDRAWN, date(2026, 9, 15), supersedes=1)
    again = replace(SC, id=3, granted_on=date(2026, 10, 1), supersedes=2)
    found = coverage([SC, withdrawn, again], SECRET_US, STAY, TODAY, recognitions=(GRANTED,))
    assert found.covered == (Period(STAY.start, date(2026, 9, 14)),)


def test_a_dual_national_meets_with_either_of_two_clearances() -> None:
    american = Clearance(9, "US:SECRET", ClearanceStatus.ACTIVE, date(2019, 5, 1), confirmed_on=TODAY)
    assert answer(SC, american, need=SECRET_US) == Meets(Answer.MEETS)
    assert answer(SC, american, need=SECRET_GB).until == date(2030, 1, 1)


def test_answers_in_words_name_no_level() -> None:
    assert str(Meets(Answer.MEETS)) == "Meets what is asked"
    assert str(Meets(Answer.DOES_NOT)) == "Does not meet what is asked"
    assert str(Meets(Answer.UNKNOWN)) == "Unknown"


def test_a_lapse_counts_from_the_next_day_and_not_knowing_suspends_nobody() -> None:
    ending = replace(SC, review_due_on=None, expires_on=TODAY)
    assert not lapsed([ending], SECRET_GB, TODAY)
    assert lapsed([replace(ending, confirmed_on=TODAY)], SECRET_GB, TODAY + timedelta(days=1))
    assert not lapsed([replace(SC, review_due_on=TODAY - timedelta(days=1))], SECRET_GB, TODAY)
    assert not lapsed([], need_of(None, "GB"), TODAY)


@given(
    st.lists(
        st.builds(
            Clearance,
            id=st.integers(1, 4),
            level=st.sampled_from([level.key for level in LEVELS]),
            status=st.sampled_from(ClearanceStatus),
            granted_on=st.dates(date(2024, 1, 1), date(2027, 1, 1)),
            review_due_on=st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1)),
            expires_on=st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1)),
            confirmed_on=st.none() | st.just(TODAY),
            supersedes=st.none() | st.integers(1, 4),
        ),
        max_size=4,
        unique_by=lambda record: record.id,
    ),
    st.integers(1, 4),
)
def test_sure_and_unknown_days_never_overlap_and_no_foreign_level_is_ever_sure(
    records: list[Clearance], rank: int
) -> None:
    found = coverage(records, Need("US", rank), STAY, TODAY)
    assert not any(a.overlaps(b) for a in found.covered for b in found.unknown)
    if not any(level_named(record.level).country == "US" for record in records):
        assert found.covered == ()


@pytest.mark.parametrize(
    ("held", "rule", "expected"),
    [
        (frozenset({"GB"}), CitizenshipRule.ANY, Answer.MEETS),
        (frozenset({"GB", "IE"}), CitizenshipRule.ANY, Answer.MEETS),
        (frozenset({"GB", "IE"}), CitizenshipRule.ALL, Answer.DOES_NOT),
        (frozenset({"GB", "US"}), CitizenshipRule.ALL, Answer.MEETS),
        (frozenset({"IE"}), CitizenshipRule.ANY, Answer.DOES_NOT),
        (frozenset(), CitizenshipRule.ANY, Answer.DOES_NOT),
        (frozenset(), CitizenshipRule.ALL, Answer.DOES_NOT),
        (None, CitizenshipRule.ANY, Answer.UNKNOWN),
    ],
)
def test_citizenships(held: frozenset[str] | None, rule: CitizenshipRule, expected: Answer) -> None:
    need = Need("GB", 0, citizenships=frozenset({"GB", "US"}), citizenship_rule=rule)
    assert citizenship_answer(held, need) is expected
    assert citizenship_answer(held, Need("GB", 0)) is Answer.MEETS


def officer(role: Role, institute: int | None, person_id: int = 50) -> Actor:
    return Actor(person_id, "Somebody", institute, frozenset({Grant(role, institute)}))


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        (officer(Role.SECURITY_OFFICER, 1), Sight.FULL),
        (officer(Role.SECURITY_OFFICER, 2), Sight.CONFIRMATION),
        (officer(Role.SECURITY_OFFICER, 3), Sight.NOTHING),
        (officer(Role.RESEARCHER, 1, person_id=7), Sight.STATUS),
        (officer(Role.RESEARCHER, 1), Sight.NOTHING),
        (officer(Role.HR_COORDINATOR, 1), Sight.VERDICT),
        (officer(Role.HR_COORDINATOR, 2), Sight.VERDICT),
        (officer(Role.WORKSTREAM_LEAD, 2), Sight.VERDICT),
        (officer(Role.HR_COORDINATOR, 3), Sight.NOTHING),
        (officer(Role.PROGRAMME_DIRECTOR, None), Sight.NOTHING),
        (officer(Role.ADMINISTRATOR, None), Sight.NOTHING),
        (officer(Role.AUDITOR, None), Sight.NOTHING),
        (SYSTEM, Sight.NOTHING),
    ],
)
def test_who_sees_how_much(actor: Actor, expected: Sight) -> None:
    assert sight(actor, person_id=7, home_id=1, host_ids=frozenset({2})) is expected
