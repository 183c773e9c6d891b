"""More awkward cases of a secondment's life, each named as they were once listed: clearances, days, people, words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from exchange.actions import agreements, clearances, people, policies, recognitions, secondments
from exchange.actions.people import Details, Post
from exchange.actions.policies import Change
from exchange.actions.recognitions import Decision as Recognised
from exchange.actions.writing import Refused
from exchange.domain.clearance_records import Terms
from exchange.domain.eligibility import Check, Result
from exchange.domain.periods import Period
from exchange.domain.recognitions import Instrument, RecognitionStatus
from exchange.domain.secondment_facts import State, SuspensionCode, Verb
from exchange.domain.workdays import Anchor, Due, due_day
from exchange.store.clearances import ClearanceStatus, history_of
from exchange.store.institutes import Institute
from exchange.store.people import Citizenship, Person
from exchange.store.workstreams import Workstream
from exchange.web.wording import reader_in, written_instant
from tests.actions.test_edge_cases import ADA, DAY, STAY, life_of, row_of
from tests.cast import ACTOR, NOW, PERSON, TODAY, UK, US
from tests.clients import PageClient
from tests.lives import add_agreed, add_stay, approve_all, content

FIRST, LAST = TODAY - 30 * DAY, TODAY + 90 * DAY
TYPED = {
    "person": str(ADA),
    "host": str(US),
    "starts_on": "1 Feb 2027",
    "ends_on": "30 Jul 2027",
    "mode": "in_person",
    "host_share": "1",
}


@pytest.fixture
def secret(session: Session) -> int:
    """Ada at work in Washington that asks for what the United States call secret; she holds nothing yet."""
    work = Workstream(code="W-1", title="Cyber work", lead_institute_id=US, clearance_asked="US:SECRET")
    session.add(work)
    session.commit()
    return add_agreed(session, State.ACTIVE, FIRST, LAST, workstream_id=work.id)


def hold(session: Session, level: str, since: date = date(2025, 1, 6), **terms: object) -> int:
    given = Terms(since, **({"review_due_on": date(2034, 1, 5)} | terms))  # type: ignore[arg-type]  # of each field's kind
    return clearances.record(session, ACTOR["uk_security"], ADA, level, given, now=NOW)


def stop(session: Session, held: int, since: date = TODAY) -> None:
    clearances.stop(session, ACTOR["uk_security"], held, ClearanceStatus.WITHDRAWN, since, now=NOW)


def recognise(session: Session, ident: int, held: int, first: date = FIRST) -> None:
    decision = Recognised(held, Instrument.ASSURANCE, RecognitionStatus.GRANTED, 3, Period(first, LAST))
    recognitions.decide(session, ACTOR["us_security"], ident, decision, now=NOW)


def lapse(session: Session, ident: int, day: date = TODAY) -> SuspensionCode | None:
    return life_of(session, ident, day).facts.lapse


def test_review_due_on_the_last_day(session: Session, secret: int) -> None:
    hold(session, "US:SECRET", review_due_on=LAST)
    finding = life_of(session, secret).report.of(Check.CLEARANCE)
    assert (finding.result, finding.until) == (Result.PASS, LAST)
    assert "renewal begins by" in " ".join(finding.warnings)
    assert lapse(session, secret, LAST) is None


def test_us_record_without_expiry(session: Session, secret: int) -> None:
    held = hold(session, "US:SECRET", review_due_on=None)
    finding = life_of(session, secret).report.of(Check.CLEARANCE)
    assert (finding.result, finding.until) == (Result.PASS, None), "it is vetted continuously"
    terms = Terms(date(2025, 1, 6), continuous_vetting=False)
    clearances.renew(session, ACTOR["uk_security"], held, terms, now=NOW)
    assert life_of(session, secret).report.of(Check.CLEARANCE).result is Result.UNKNOWN, "no day is guessed"


def test_two_active_clearances_in_two_schemes(session: Session, secret: int) -> None:
    """A dual national is carried by the host's own; when that goes, the other opens nothing before it is decided on."""
    own = hold(session, "US:SECRET")
    other = hold(session, "UKSV:SC")
    report = life_of(session, secret).report
    assert report.of(Check.CLEARANCE).result is Result.PASS
    assert report.of(Check.RECOGNITION).result is Result.PASS, "nobody needs to recognise anything"
    stop(session, own)
    assert lapse(session, secret) is SuspensionCode.ACCESS
    recognise(session, secret, other)
    assert lapse(session, secret) is None


def test_revoked_then_re_granted(session: Session, secret: int) -> None:
    """In the host's own scheme it opens again at once; another country's needs the host's decision anew."""
    own = hold(session, "US:SECRET")
    stop(session, own, TODAY - DAY)
    assert lapse(session, secret) is SuspensionCode.ACCESS
    current = _newest(session)
    clearances.renew(session, ACTOR["uk_security"], current, Terms(TODAY, date(2034, 1, 5)), now=NOW)
    assert lapse(session, secret) is None
    stop(session, _newest(session))
    foreign = hold(session, "UKSV:SC", TODAY - 60 * DAY)
    recognise(session, secret, foreign)
    assert lapse(session, secret) is None
    stop(session, foreign, TODAY - DAY)
    again = clearances.renew(session, ACTOR["uk_security"], _newest(session), Terms(TODAY, date(2034, 1, 5)), now=NOW)
    row_of(session, secret).state = State.SUSPENDED
    session.commit()
    with pytest.raises(Refused, match="Access does not cover today"):
        secondments.move(session, ACTOR["us_security"], secret, Verb.RESUME, now=NOW)
    recognise(session, secret, again, TODAY)
    secondments.move(session, ACTOR["us_security"], secret, Verb.RESUME, now=NOW)


def _newest(session: Session) -> int:
    return max(row.record.id for row in history_of(session, ADA) if row.current)


@pytest.mark.parametrize(
    ("share", "status"), [("0,5", 303), ("0.5", 303), ("100", 422), ("-1", 422), ("NaN", 422), ("half", 422)]
)
def test_fte_as_100_or_with_a_comma_or_nan_or_negative(
    as_: Callable[[str], PageClient], share: str, status: int
) -> None:
    answer = as_("uk_hr").send("/secondments/new", TYPED | {"host_share": share})
    assert answer.status_code == status
    assert status == 303 or "0.05 and 1" in answer.text or "such as 0.5" in answer.text


def test_open_ended(as_: Callable[[str], PageClient]) -> None:
    for last in ("", "open", "9999-99-99"):
        assert as_("uk_hr").send("/secondments/new", TYPED | {"ends_on": last}).status_code == 422


def test_start_on_holiday_or_weekend_is_warned_of(session: Session) -> None:
    ident = add_stay(session, State.NOMINATED, date(2027, 7, 4), date(2027, 12, 24))  # a Sunday, and a holiday there
    warnings = [warning for one in life_of(session, ident).report.findings for warning in one.warnings]
    assert [text for text in warnings if "4 July 2027" in text and "at the host's site" in text]


def test_dst_gap_and_repeated_hour() -> None:
    """Days are civil days whatever the clocks do, and of the hour that comes twice both instants keep their order."""
    over = Period(date(2027, 3, 8), date(2027, 11, 12))  # three changes of clocks in London and Washington
    assert over.days == (over.end - over.start).days + 1 == 250
    assert due_day(Due(Anchor.START, 20, working=False), over) == date(2027, 3, 26), "the clocks change on the Sunday"
    london, washington = (reader_in(zone, "en_GB") for zone in ("Europe/London", "America/New_York"))
    for instant, there, here in (
        (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), "00:59 London", "27 Mar 2027, 20:59 Washington DC"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "02:00 London", "27 Mar 2027, 21:00 Washington DC"),
        (datetime(2027, 3, 14, 7, 0, tzinfo=UTC), "07:00 London", "14 Mar 2027, 03:00 Washington DC"),
        (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "01:30 London", "30 Oct 2027, 20:30 Washington DC"),
        (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), "01:30 London", "30 Oct 2027, 21:30 Washington DC"),
    ):
        assert there in written_instant(instant, london)
        assert written_instant(instant, washington).startswith(here)


def test_viewer_in_tokyo_sees_no_date_shift(as_: Callable[[str], PageClient], session: Session) -> None:
    ident = add_stay(session, State.ACCEPTED, date(2027, 2, 1), date(2027, 7, 30))
    session.get_one(Person, PERSON["director"]).zone = "Asia/Tokyo"
    session.commit()
    page = as_("director").get(f"/secondments/{ident}").text
    assert "2027-02-01" in page
    assert "2027-07-30" in page
    assert not [shifted for shifted in ("2027-01-31", "2027-02-02", "2027-07-31", "31 Jul 2027") if shifted in page]


def test_institute_renamed_keeps_what_was_agreed(session: Session) -> None:
    ident = add_agreed(session, State.ACTIVE, FIRST, LAST)
    before = [version.sha256 for version in life_of(session, ident).versions]
    session.get_one(Institute, US).name = "Centre of Another Name"
    session.get_one(Institute, US).short_name = "Another"
    session.commit()
    life = life_of(session, ident)
    assert [version.sha256 for version in life.versions] == before == [v.domain.content.hash for v in life.versions]
    assert life.facts.agreed == Period(FIRST, LAST)


def test_email_reused_makes_no_second_record_of_a_person(session: Session) -> None:
    twin = Details(full_name="Ada Lindqvist", email="ADA@example.org", zone="Europe/London")
    post = Post(UK, "Evaluator", date(2027, 1, 1))
    with pytest.raises(Refused, match="address"):
        people.add(session, ACTOR["uk_hr"], twin, post, now=NOW)


def test_citizenship_changed(session: Session) -> None:
    """A citizen of the host's country needs no permission; whoever is no more needs one again."""
    ident = add_agreed(session, State.ACTIVE, FIRST, LAST)
    session.add(Citizenship(person_id=ADA, country="US"))
    session.commit()
    assert "No permission is needed" in life_of(session, ident).report.of(Check.PERMISSION).reason
    session.execute(delete(Citizenship))
    session.commit()
    assert "The permission covers" in life_of(session, ident).report.of(Check.PERMISSION).reason
    assert lapse(session, ident) is None


def test_policy_changed_retroactively(session: Session) -> None:
    """Refused for days that have been judged; from tomorrow on it hits what is agreed later, not who is there."""
    ident = add_agreed(session, State.ACTIVE, FIRST, LAST)
    shorter = Change("cap.j1_research_scholar", "US", Decimal(1), FIRST, note="A ruling.")
    with pytest.raises(Refused, match="tomorrow at the earliest"):
        policies.put(session, ACTOR["director"], shorter, now=NOW)
    policies.put(session, ACTOR["director"], replace(shorter, valid_from=TODAY + DAY), now=NOW)
    assert life_of(session, ident, TODAY + 2 * DAY).report.of(Check.LEGAL_BASIS).result is Result.PASS
    assert lapse(session, ident, TODAY + 2 * DAY) is None
    later = secondments.propose(session, ACTOR["uk_hr"], STAY, now=NOW)
    assert life_of(session, later).report.of(Check.LEGAL_BASIS).result is Result.FAIL


def test_back_dated_arrival_leaves_the_agreed_days(session: Session) -> None:
    ident = add_agreed(session, State.READY, TODAY - 5 * DAY, LAST, phased_access="Public work first.")
    row_of(session, ident).state, row_of(session, ident).arrived_on = State.ACTIVE, TODAY - 3 * DAY
    session.commit()
    put = content(row_of(session, ident), 2, end=LAST + 30 * DAY)
    agreements.propose(session, ACTOR["uk_hr"], put, now=NOW)
    approve_all(session, ident, put)
    assert life_of(session, ident).eligible.period == Period(TODAY - 5 * DAY, LAST + 30 * DAY)


@pytest.mark.parametrize("typed", ["TOP SECRET matters", "work on NOFORN papers"])
def test_marking_words_typed_in_notes(as_: Callable[[str], PageClient], session: Session, typed: str) -> None:
    ident = add_stay(session, State.NOMINATED)
    client = as_("us_hr")
    for path, fields in (
        ("/secondments/new", TYPED | {"purpose": typed}),
        (f"/secondments/{ident}/move/send_back", {"reason": typed}),
        (f"/secondments/{ident}/tasks/supervisor", {"evidence": typed}),
    ):
        asked = client.send(path, fields)
        assert asked.status_code == 422, path
        assert "looks like a protective marking" in asked.text
        assert "Words in capitals here are no protective marking" in asked.text
    assert client.send("/secondments/new", TYPED | {"purpose": typed, "no_marking": "y"}).status_code == 303
