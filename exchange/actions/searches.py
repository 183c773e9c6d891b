"""Searches that people keep. Whoever comes to match later is told of once, and only if its owner may find them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exchange.actions.writing import refuse, writing
from exchange.domain.access import Permission, may
from exchange.domain.actors import SYSTEM, Actor
from exchange.domain.verdict import Refusal
from exchange.store import people
from exchange.store.id_sets import IdSet
from exchange.store.people import Person
from exchange.store.search import Asked, found_ids
from exchange.store.searches import SavedSearch, read, written

MOST_KEPT = 20
NAMED = 3
MOST_POINTED_TO = 20  # people in the address of a notice, which holds 200 letters


def save(session: Session, actor: Actor, name: str, asked: Asked, *, now: datetime) -> int:
    """Keep a search. Whom it finds now is known already; the owner hears of those to come. Returns its id.

    Raises:
        Refused: nothing is asked for, or too many are kept.
    """
    with writing(session, actor, "search:save", now=now) as work:
        work.subject("search", None, actor.institute_id)
        owner_id = actor.person_id
        if owner_id is None or not may(actor, Permission.PEOPLE_SEARCH):
            raise refuse(Refusal.FORBIDDEN, "Your role does not search for people.")
        if not (asked.text or asked.institutes or asked.skills or asked.open_to or asked.free):
            raise refuse(Refusal.INVALID, "Search for something first: everybody is not worth a notice.")
        kept = session.scalar(select(func.count()).where(SavedSearch.person_id == owner_id)) or 0
        if kept >= MOST_KEPT:
            raise refuse(Refusal.CONFLICT, f"You keep {kept} searches, and no more fit. Remove one first.")
        seen = found_ids(session, asked, own=_own(session, owner_id, now))
        row = SavedSearch(
            person_id=owner_id, name=name.strip()[:200], query=written(asked), seen=seen.dump(), created_at=now
        )
        session.add(row)
        session.flush()
        ident = row.id
        work.subject("search", ident, actor.institute_id)
        work.record(f"{actor.name} keeps a search.")
    return ident


def remove(session: Session, actor: Actor, ident: int, *, now: datetime) -> None:
    """Keep a search no longer.

    Raises:
        Refused: it is not the actor's.
    """
    with writing(session, actor, "search:remove", now=now) as work:
        work.subject("search", ident, actor.institute_id)
        row = session.get(SavedSearch, ident)
        if row is None or row.person_id != actor.person_id:
            raise refuse(Refusal.NOT_FOUND, "You keep no such search.")
        session.delete(row)
        work.record(f"{actor.name} no longer keeps a search.")


def tell(session: Session, *, now: datetime) -> int:
    """Tell the owners of all kept searches of whoever is new; how many were told."""
    told = 0
    for ident in session.scalars(select(SavedSearch.id).order_by(SavedSearch.id)).all():
        row = session.get_one(SavedSearch, ident)
        if _news(session, row, now):
            told += _tell(session, ident, now)
    return told


def _tell(session: Session, ident: int, now: datetime) -> int:
    with writing(session, SYSTEM, "search:tell", now=now) as work:
        row = session.get_one(SavedSearch, ident)
        news = _news(session, row, now)
        row.seen = (IdSet.load(row.seen) | IdSet.of(news)).dump()
        owner = session.get_one(Person, row.person_id)
        names = session.scalars(
            select(Person.full_name).where(Person.id.in_(news[:NAMED])).order_by(Person.full_name)
        ).all()
        more = f" and {len(news) - len(names)} more" if len(news) > len(names) else ""
        work.subject("search", ident)
        work.record(f"{owner.full_name} was told of {len(news)} new people for a kept search.")
        if news:
            text = f"New for your search {row.name}: {', '.join(names)}{more}."
            work.notify(row.person_id, text, _path(ident, news))
    return 1 if news else 0


def _path(ident: int, news: Sequence[int]) -> str:
    """Where a notice leads: to the person, or to the search with those who are new."""
    if len(news) == 1:
        return f"/people/{news[0]}"
    return f"/people/searches/{ident}?new={','.join(map(str, news[:MOST_POINTED_TO]))}"


def _news(session: Session, row: SavedSearch, now: datetime) -> Sequence[int]:
    """People who match now and were not there before. Somebody who left finds nobody."""
    standing = people.standing_of(session, row.person_id, now.date())
    if standing is None or not standing.active:
        return []
    found = found_ids(session, read(row.query), own=_own(session, row.person_id, now))
    fresh = found - IdSet.load(row.seen) - IdSet.of([row.person_id])
    return fresh.ids()


def _own(session: Session, person_id: int, now: datetime) -> frozenset[int]:
    """The institute that employs the owner, whose people they find where others do not."""
    standing = people.standing_of(session, person_id, now.date())
    return frozenset() if standing is None or standing.institute_id is None else frozenset({standing.institute_id})
