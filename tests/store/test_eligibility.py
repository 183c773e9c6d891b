"""What eligibility is judged on, read for many pairs at once: the same as for each alone, in one statement."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.orm import Session

from exchange.actions import clearances, recognitions
from exchange.domain.agreements import Mode
from exchange.domain.clearance_records import Terms
from exchange.domain.eligibility import Check
from exchange.domain.eligibility_checks import report
from exchange.domain.periods import Period
from exchange.domain.recognitions import Instrument, RecognitionStatus
from exchange.domain.secondment_facts import State
from exchange.store.allocations import Allocation, AllocationStatus
from exchange.store.eligibility import Subject, load, load_all, subject_of
from exchange.store.people import Citizenship, Employment
from exchange.store.secondments import Secondment
from exchange.store.skills import SkillClaim
from exchange.store.workstreams import Requirement, Workstream
from tests.cast import ACTOR, JP, NOW, PERSON, TODAY, TOKYO, UK, US, WASHINGTON
from tests.lives import FIRST, LAST, add_stay
from tests.rounds import opening

DAYS = Period(FIRST, LAST)


@pytest.fixture
def subjects(session: Session) -> list[Subject]:
    """People of three institutes, seats with and without conditions, stays with and without decisions."""
    stream = Workstream(code="W1", title="Elicitation", lead_institute_id=US, clearance_asked="US:SECRET")
    session.add(stream)
    session.flush()
    role = Requirement(workstream_id=stream.id, role="Evaluator", heads=2, share=Decimal("0.5"))
    session.add_all([role, Citizenship(person_id=PERSON["ada"], country="GB")])
    session.add(SkillClaim(person_id=PERSON["ada"], skill="debate", level=3, confirmed_on=TODAY))
    session.add(
        Employment(person_id=PERSON["ada"], institute_id=UK, title="Before", fte=Decimal("0.5"), starts_on=TODAY)
    )
    session.flush()
    session.add(
        Allocation(
            requirement_id=role.id, person_id=PERSON["ada"], status=AllocationStatus.CONFIRMED, share=Decimal("0.5"),
            starts_on=FIRST, ends_on=LAST, institute_id=UK, created_at=NOW,
        )
    )  # fmt: skip
    session.commit()
    terms = Terms(TODAY - timedelta(days=30), review_due_on=LAST + timedelta(days=99))
    held = clearances.record(session, ACTOR["uk_security"], PERSON["ada"], "UKSV:SC", terms, now=NOW)
    stay, over = add_stay(session, State.ACCEPTED), add_stay(session, State.CLOSED, FIRST - timedelta(days=400), TODAY)
    decision = recognitions.Decision(held, Instrument.NOTES_1961, RecognitionStatus.GRANTED, 3, DAYS)
    recognitions.decide(session, ACTOR["us_security"], stay, decision, now=NOW)
    plain = opening(session, US, "US-1")
    asking = opening(session, US, "US-2", clearance_asked="US:SECRET", workstream_id=stream.id, skills=(("debate", 3),))
    found = [subject_of(session.get_one(Secondment, ident)) for ident in (stay, over)]
    homes = {"ada": UK, "tomas": US, "uk_lead": UK, "jp_hr": JP}
    for key, home in homes.items():
        for host, seat, place, mode in (
            (US, plain, WASHINGTON, Mode.IN_PERSON), (US, asking, None, Mode.REMOTE), (JP, None, TOKYO, Mode.IN_PERSON),
        ):  # fmt: skip
            found.append(Subject(PERSON[key], home, host, DAYS, seat, stream.id if seat else None, place, mode))
    return found


def test_one_pair_is_read_as_many_are(session: Session, subjects: list[Subject]) -> None:
    seen: list[str] = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda _c, _k, statement, *_: seen.append(statement))
    together = load_all(session, subjects, TODAY)
    judged = [together.grounds(one) for one in subjects]
    assert len(seen) == 1
    assert judged == [load(session, one, TODAY) for one in subjects]
    assert len({repr(report(one.facts)) for one in judged}) > len(subjects) // 2, "the subjects hardly differ"
    of_stay = judged[0].facts
    assert of_stay.stay.recognitions
    assert of_stay.candidate.clearances
    assert [one.label for one in of_stay.candidate.commitments] == ["EX-0002", "Elicitation"]

    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.sampled_from(range(len(subjects))), min_size=1))
    def whoever_is_asked_about_with_them(which: list[int]) -> None:
        some = load_all(session, [subjects[k] for k in which], TODAY)
        assert [some.grounds(subjects[k]) for k in which] == [judged[k] for k in which]

    whoever_is_asked_about_with_them()


def test_a_holiday_of_the_hosts_site_on_either_end_is_said(session: Session) -> None:
    days = Period(date(2027, 5, 31), date(2027, 12, 25))  # Memorial Day, Christmas Day
    for mode, many in ((Mode.IN_PERSON, 2), (Mode.REMOTE, 1)):  # the last day is a Saturday too, wherever one works
        subject = Subject(PERSON["ada"], UK, US, days, None, None, WASHINGTON, mode)
        warnings = report(load(session, subject, TODAY).facts).of(Check.WINDOW).warnings
        assert len(warnings) == many, warnings
        at_a_holiday = any("31 May 2027, is a holiday at the host's site" in one for one in warnings)
        assert at_a_holiday == (mode is Mode.IN_PERSON)
