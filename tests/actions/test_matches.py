"""Who fits a seat: the same fit as where teams are filled, and a sensible answer to needs that make little sense."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from exchange.actions import matches
from exchange.actions.affinity import IndexCache
from exchange.actions.matches import Match, Matched
from exchange.actions.writing import Refused
from exchange.domain.people import Visibility
from exchange.matching.skill_fit import Meeting
from exchange.store import workstreams
from exchange.store.people import Person
from exchange.store.skills import SkillClaim
from tests.cast import PERSON, TODAY
from tests.teams import a_need, a_stream, filled, give_profiles, problem_of, stands_on

GERMAN = (
    "Aufgaben für Agenten mit Werkzeugen über lange Zeit, ihre Gerüste, die Bewertung der Ergebnisse, "
    "der Vergleich mit Menschen, und wie weit sich die Ergebnisse auf andere Aufgaben übertragen lassen."
)


@pytest.fixture(autouse=True)
def profiles(session: Session) -> None:
    give_profiles(session)


def who_fits(session: Session, stream: int) -> Matched:
    page = workstreams.page(session, stream)
    assert page is not None
    return matches.for_requirement(session, IndexCache(), page, page.requirements[0], today=TODAY)


def by_key(matched: Matched, key: str) -> Match:
    return next(one for one in matched.matches if one.who.person_id == PERSON[key])


def test_the_fit_is_that_with_which_teams_are_filled(session: Session) -> None:
    stream = a_stream(session)
    a_need(session, stream, strand="Long tasks", skills=(("agent-scaffolds", 3, True), ("uplift-studies", 2, False)))
    fits = {pair.person_id: pair.affinity for pair in problem_of(session, filled(session, stream).id).pairs}
    shown = {one.who.person_id: one.affinity.affinity for one in who_fits(session, stream).matches}
    assert fits == {ident: pytest.approx(shown[ident], abs=1e-6) for ident in fits}
    assert PERSON["ada"] in fits


def test_a_level_that_nobody_has_is_named_for_each_and_hides_nobody(session: Session) -> None:
    stream = a_stream(session)
    a_need(session, stream, skills=(("agent-scaffolds", 4, True),))
    found = who_fits(session, stream)
    assert [one.who.person_id for one in found.matches[:2]] == [PERSON["ada"], PERSON["tomas"]]
    assert {one.affinity.skills[0].meeting for one in found.matches} == {Meeting.BELOW, Meeting.MISSING}


def test_somebody_without_documents_is_shown_with_what_would_help(session: Session) -> None:
    stream = a_stream(session)
    a_need(session, stream)
    nothing_written = by_key(who_fits(session, stream), "us_lead")
    assert nothing_written.documents == ()
    assert "document" in nothing_written.affinity.strength
    assert by_key(who_fits(session, stream), "ada").documents


@pytest.mark.parametrize(
    ("work", "need", "note"),
    [
        ({}, {"heads": 90}, "90 people are asked for, and only"),
        ({"description": ""}, {}, "has no description"),
        ({"title": "Agenten", "description": GERMAN}, {"role": "Gutachter"}, "does not look English"),
    ],
)
def test_what_makes_little_sense_is_said_and_people_are_ranked_all_the_same(
    session: Session, work: dict[str, object], need: dict[str, object], note: str
) -> None:
    stream = a_stream(session, **work)
    a_need(session, stream, **need)
    found = who_fits(session, stream)
    assert any(note in one for one in found.notes), found.notes
    assert {PERSON["ada"], PERSON["tomas"]} <= {one.who.person_id for one in found.matches}


def test_a_window_that_the_work_has_left_behind_is_said(session: Session) -> None:
    stream = a_stream(session)
    with pytest.raises(Refused, match="nobody is needed after that day"):
        a_need(session, stream, starts_on=date(2027, 7, 1))
    stands_on(session, a_need(session, stream), starts_on=date(2027, 7, 1))
    found = who_fits(session, stream)
    assert any("empty window: it starts on 1 July 2027 and ends on 28 May 2027" in note for note in found.notes)
    assert {PERSON["ada"], PERSON["tomas"]} <= {one.who.person_id for one in found.matches}


def test_a_seat_that_is_in_order_has_none_of_these_notes(session: Session) -> None:
    stream = a_stream(session)
    a_need(session, stream)
    assert all("shared words only" in note for note in who_fits(session, stream).notes)


def test_a_language_and_shared_hours_that_somebody_lacks_are_in_the_way(session: Session) -> None:
    stream = a_stream(session)
    a_need(session, stream, languages=("ja",), overlap_hours=6)
    session.get_one(Person, PERSON["ada"]).languages = ["en", "ja"]
    claimed = SkillClaim(person_id=PERSON["tomas"], skill="lang-ja", level=3, confirmed_on=TODAY)
    session.add(claimed)
    session.commit()
    found = who_fits(session, stream)
    nothing = "Speaks none of the languages asked for: Japanese."
    assert by_key(found, "ada").blocks == ()
    assert nothing not in by_key(found, "tomas").blocks
    assert any("hours of the working day" in block for block in by_key(found, "tomas").blocks)
    assert nothing in by_key(found, "us_lead").blocks
    claimed.visibility = Visibility.INSTITUTE
    session.commit()
    assert nothing in by_key(who_fits(session, stream), "tomas").blocks, "what few may see decides nothing here"
