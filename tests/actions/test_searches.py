"""Kept searches: whoever is new is told of once, and only if the owner may find them."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions import profiles, searches
from exchange.actions.profiles import Profile, Written
from exchange.actions.writing import Refused
from exchange.domain.people import Visibility
from exchange.store.notices import Notice
from exchange.store.people import Person
from exchange.store.search import Asked
from tests.cast import ACTOR, NOW, PERSON

KAYAKS = Asked(text="kayaks")


def write(session: Session, key: str, title: str = "Kayaks in storms") -> None:
    profiles.add_publication(session, ACTOR[key], Written(title), now=NOW)


def show(session: Session, key: str, visibility: Visibility) -> None:
    version = session.get_one(Person, PERSON[key]).version
    profiles.edit(session, ACTOR[key], Profile(version, "", frozenset(), "", visibility), now=NOW)


def told(session: Session) -> list[str]:
    searches.tell(session, now=NOW)
    return list(session.scalars(select(Notice.text).where(Notice.person_id == PERSON["ada"]).order_by(Notice.id)))


def test_each_new_person_is_told_of_once(session: Session) -> None:
    write(session, "tomas")
    searches.save(session, ACTOR["ada"], "“kayaks”", KAYAKS, now=NOW)
    assert told(session) == []
    write(session, "us_lead")
    write(session, "us_hr")
    assert told(session) == ["New for your search “kayaks”: Benjamin Thorne, Naomi Feldman."]
    write(session, "tomas", "More kayaks")
    assert len(told(session)) == 1


def test_a_notice_leads_to_whoever_is_new(session: Session) -> None:
    ident = searches.save(session, ACTOR["ada"], "kayaks", KAYAKS, now=NOW)
    write(session, "us_lead")
    told(session)
    write(session, "tomas")
    write(session, "us_hr")
    told(session)
    paths = session.scalars(select(Notice.path).where(Notice.person_id == PERSON["ada"]).order_by(Notice.id)).all()
    new = ",".join(str(one) for one in sorted((PERSON["tomas"], PERSON["us_hr"])))
    assert paths == [f"/people/{PERSON['us_lead']}", f"/people/searches/{ident}?new={new}"]


def test_who_comes_back_is_not_new_and_oneself_never_is(session: Session) -> None:
    searches.save(session, ACTOR["ada"], "kayaks", KAYAKS, now=NOW)
    write(session, "ada")
    write(session, "tomas")
    assert len(told(session)) == 1
    show(session, "tomas", Visibility.HIDDEN)
    show(session, "tomas", Visibility.NETWORK)
    assert len(told(session)) == 1


@pytest.mark.parametrize("visibility", [Visibility.HIDDEN, Visibility.INSTITUTE])
def test_nobody_is_told_of_somebody_they_do_not_find(session: Session, visibility: Visibility) -> None:
    searches.save(session, ACTOR["ada"], "kayaks", KAYAKS, now=NOW)
    show(session, "tomas", visibility)
    write(session, "tomas")
    assert told(session) == []
    show(session, "tomas", Visibility.NETWORK)
    assert told(session) == ["New for your search kayaks: Tomas Rivera."]


def test_a_search_for_everybody_is_refused_and_others_searches_stay(session: Session) -> None:
    with pytest.raises(Refused, match="Search for something"):
        searches.save(session, ACTOR["ada"], "", Asked(), now=NOW)
    ident = searches.save(session, ACTOR["ada"], "kayaks", KAYAKS, now=NOW)
    with pytest.raises(Refused, match="no such search"):
        searches.remove(session, ACTOR["tomas"], ident, now=NOW)
    searches.remove(session, ACTOR["ada"], ident, now=NOW)
    write(session, "tomas")
    assert told(session) == []


def test_there_is_an_end_to_searches(session: Session) -> None:
    for number in range(searches.MOST_KEPT):
        searches.save(session, ACTOR["ada"], f"{number}", KAYAKS, now=NOW)
    with pytest.raises(Refused, match="Remove one first"):
        searches.save(session, ACTOR["ada"], "one more", KAYAKS, now=NOW)
