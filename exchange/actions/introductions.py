"""Asking to be introduced to somebody, and their answer. Whoever may not see a profile cannot ask for it either."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions.writing import Work, refuse, writing
from exchange.domain.access import Permission, may
from exchange.domain.actors import Actor
from exchange.domain.people import may_see_profile
from exchange.domain.verdict import Refusal
from exchange.store import people
from exchange.store.introductions import Introduction, IntroductionState, between
from exchange.store.people import Person

LONGEST_WORDS = 1_000
PAUSE = timedelta(days=90)  # after a no, before the same person may be asked again


def ask(session: Session, actor: Actor, person_id: int, words: str, *, now: datetime) -> int:
    """Ask to be introduced to somebody; returns the introduction's id.

    Raises:
        Refused: not visible to the actor, oneself, asked already, answered no lately, or no words.
    """
    with writing(session, actor, "introduction:ask", now=now) as work:
        work.subject("person", person_id, actor.institute_id)
        asker_id = _asker(actor)
        standing = people.standing_of(session, person_id, now.date())
        if standing is None or not standing.active or not may_see_profile(actor, standing):
            raise refuse(Refusal.NOT_FOUND, "There is nobody here, or they are not yours to see.")
        if person_id == asker_id:
            raise refuse(Refusal.INVALID, "This is you. Ask to be introduced to somebody else.")
        said = _checked(words, "Say in a sentence or two what you would like to talk about.")
        _require_free(session, asker_id, person_id, now)
        row = Introduction(asker_id=asker_id, person_id=person_id, words=said, asked_at=now)
        session.add(row)
        session.flush()
        ident = row.id
        person = session.get_one(Person, person_id)
        work.subject("introduction", ident, actor.institute_id, standing.institute_id)
        work.record(f"{actor.name} asked to be introduced to {person.full_name}.")
        work.notify(
            person_id, f"{actor.name} asks to be introduced to you.", f"/introductions/{ident}", f"introduction:{ident}"
        )
    return ident


def answer(session: Session, actor: Actor, ident: int, *, accept: bool, words: str = "", now: datetime) -> None:
    """Say yes or no to an introduction one was asked for, with a word if one likes.

    Raises:
        Refused: nobody asked the actor this, or it has been answered or withdrawn.
    """
    with writing(session, actor, "introduction:answer", now=now) as work:
        row = _found(work, ident, "person_id")
        _require_open(row)
        if len(words) > LONGEST_WORDS:
            raise refuse(Refusal.INVALID, f"The answer has {len(words):,} characters; {LONGEST_WORDS:,} is the most.")
        row.state = IntroductionState.ACCEPTED if accept else IntroductionState.DECLINED
        row.answer, row.answered_at = words.strip(), now
        asker = session.get_one(Person, row.asker_id)
        done = "accepted" if accept else "declined"
        work.record(f"{actor.name} {done} the introduction that {asker.full_name} asked for.")
        work.notify(
            row.asker_id,
            f"{actor.name} {done} your request to be introduced.",
            f"/introductions/{ident}",
            f"introduction:{ident}:answer",
        )


def withdraw(session: Session, actor: Actor, ident: int, *, now: datetime) -> None:
    """Take back what one asked, while it is not answered.

    Raises:
        Refused: the actor asked no such thing, or it has been answered.
    """
    with writing(session, actor, "introduction:withdraw", now=now) as work:
        row = _found(work, ident, "asker_id")
        _require_open(row)
        row.state, row.answered_at = IntroductionState.WITHDRAWN, now
        work.record(f"{actor.name} withdrew the request to be introduced.")


def _asker(actor: Actor) -> int:
    if actor.person_id is None or not may(actor, Permission.INTRODUCTIONS_ASK):
        raise refuse(Refusal.FORBIDDEN, "Your role does not ask for introductions.")
    return actor.person_id


def _found(work: Work, ident: int, whose: str) -> Introduction:
    """The introduction, if it is the actor's in this way; to everybody else it does not exist."""
    work.subject("introduction", ident, work.actor.institute_id)
    mine = _asker(work.actor)
    row = work.session.get(Introduction, ident)
    if row is None or getattr(row, whose) != mine:
        raise refuse(Refusal.NOT_FOUND, "There is nothing here, or it is not yours to see.")
    return row


def _require_open(row: Introduction) -> None:
    if row.state is not IntroductionState.ASKED:
        raise refuse(Refusal.CONFLICT, f"This request was {row.state.value} already.")


def _require_free(session: Session, asker_id: int, person_id: int, now: datetime) -> None:
    """Nobody is asked twice at a time, or again soon after a no."""
    for row in session.scalars(select(Introduction).where(between(asker_id, person_id))):
        if row.state is IntroductionState.ASKED:
            whom = "You have asked already" if row.asker_id == asker_id else "They have asked you"
            raise refuse(Refusal.CONFLICT, f"{whom}, and there is no answer yet: see Introductions.")
        if row.state is IntroductionState.ACCEPTED:
            raise refuse(Refusal.CONFLICT, "You two have been introduced already.")
        declined = row.state is IntroductionState.DECLINED and row.asker_id == asker_id
        if declined and row.answered_at is not None and now - row.answered_at < PAUSE:
            raise refuse(Refusal.CONFLICT, "They declined lately. Wait three months before you ask again.")


def _checked(words: str, missing: str) -> str:
    said = words.strip()
    if not said:
        raise refuse(Refusal.INVALID, missing)
    if len(said) > LONGEST_WORDS:
        raise refuse(Refusal.INVALID, f"This has {len(said):,} characters; {LONGEST_WORDS:,} is the most. Shorten it.")
    return said
