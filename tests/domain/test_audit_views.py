"""Who reads which record, and what of it."""

from dataclasses import replace
from datetime import UTC, datetime

from exchange.domain.actors import SYSTEM
from exchange.domain.audit import Entry
from exchange.domain.audit_views import HIDDEN_VALUE, WITHHELD, Change, as_read, changes, view_of
from tests.cast import ACTOR, UK, US

EDIT = Entry(
    at=datetime(2026, 11, 21, tzinfo=UTC),
    actor_id=3,
    actor_name="Hannah Stein",
    verb="person:edit",
    outcome="done",
    subject_kind="person",
    subject_id=1,
    institutes=(UK,),
    summary="Ada Lindqvist was edited.",
    detail={"changed": {"citizenships": [["GB"], ["GB", "SE"]], "languages": [["en"], ["en", "sv"]]}},
)
CLEARED = replace(
    EDIT,
    verb="clearance:record",
    subject_kind="clearance",
    summary="SC was recorded.",
    detail={"after": {"level": "SC"}},
)
SIGNED_IN = replace(EDIT, verb="session:open", detail={})


def test_a_coordinator_reads_what_concerns_the_own_institute() -> None:
    assert view_of(ACTOR["uk_hr"]).opens(EDIT)
    assert not view_of(ACTOR["us_hr"]).opens(EDIT)
    assert view_of(ACTOR["us_hr"]).opens(replace(EDIT, institutes=(UK, US)))


def test_a_coordinator_does_not_find_records_about_clearances() -> None:
    assert not view_of(ACTOR["uk_hr"]).opens(CLEARED)
    assert not view_of(ACTOR["uk_hr"]).opens(replace(CLEARED, verb="import:clearances", subject_kind="import"))


def test_a_security_officer_reads_the_security_events_of_the_own_institute_only() -> None:
    officer, other = view_of(ACTOR["uk_security"]), view_of(ACTOR["us_security"])
    assert (officer.opens(CLEARED), officer.opens(SIGNED_IN), officer.opens(EDIT)) == (True, True, False)
    assert not any(other.opens(each) for each in (CLEARED, SIGNED_IN, EDIT))
    assert as_read(CLEARED, officer) == CLEARED


def test_the_whole_trail_is_read_without_what_clearances_are_about() -> None:
    for key in ("director", "auditor"):
        view = view_of(ACTOR[key])
        assert view.opens(CLEARED)
        read = as_read(CLEARED, view)
        assert (read.summary, read.detail, read.subject_id) == (WITHHELD, {}, None)
        assert (read.actor_name, read.verb, read.at) == (CLEARED.actor_name, CLEARED.verb, CLEARED.at)


def test_nationality_is_read_by_the_coordinators_of_the_institute_alone() -> None:
    assert as_read(EDIT, view_of(ACTOR["uk_hr"])) == EDIT
    read = as_read(EDIT, view_of(ACTOR["auditor"]))
    assert read.detail["changed"] == {"citizenships": HIDDEN_VALUE, "languages": [["en"], ["en", "sv"]]}
    assert "SE" not in str(read)


def test_nobody_else_opens_anything() -> None:
    for key in ("ada", "uk_lead", "admin"):
        assert not any(view_of(ACTOR[key]).opens(each) for each in (EDIT, CLEARED, SIGNED_IN))
    assert view_of(SYSTEM).opens(EDIT)


def test_details_are_put_as_before_and_after() -> None:
    detail = {
        "before": {"zone": "Europe/London", "same": 1},
        "after": {"zone": "Asia/Tokyo", "same": 1, "remote": True},
        "changed": {"languages": [["en"], ["en", "sv"]]},
        "from": "draft",
        "to": "nominated",
        "reason": "",
    }
    assert changes(detail) == (
        Change("zone", "Europe/London", "Asia/Tokyo"),
        Change("remote", "", "yes"),
        Change("languages", "en", "en, sv"),
        Change("state", "draft", "nominated"),
    )
