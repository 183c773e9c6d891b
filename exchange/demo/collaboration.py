"""People of the invented world who find each other: introductions asked for, skills vouched for, a search kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions import endorsements, introductions, searches
from exchange.domain.actors import Actor
from exchange.domain.people import Visibility
from exchange.store.people import Person, actor_of, id_by_email
from exchange.store.search import Asked
from exchange.store.search_index import SearchPerson, is_public
from exchange.store.skills import SkillClaim

VOUCHING = ("lead@us-caisi.example", "lead@uk-aisi.example", "hr@uk-aisi.example")


def add_all(session: Session, *, now: datetime) -> None:
    """Let the US lead ask for the UK researcher, who asks for somebody in turn, and let some vouch for others."""
    researcher, lead = (_actor(session, f"{who}.example", now) for who in ("researcher@uk-aisi", "lead@us-caisi"))
    assert researcher.person_id is not None
    asked = "Your work on cyber ranges is near ours. Could we compare how we score partial progress?"
    introductions.ask(session, lead, researcher.person_id, asked, now=now)
    others = [ident for ident in _open_people(session) if ident not in {researcher.person_id, lead.person_id}]
    others_as_actors = (actor_of(session, ident, now.date()) for ident in reversed(others))
    elsewhere = next(actor for actor in others_as_actors if actor.institute_id == lead.institute_id)
    assert elsewhere.person_id is not None
    question = "How do you keep long tasks from leaking into training data?"
    ident = introductions.ask(session, researcher, elsewhere.person_id, question, now=now)
    introductions.answer(session, elsewhere, ident, accept=True, words="Gladly; write to me.", now=now)
    for email in VOUCHING:
        voucher = _actor(session, email, now)
        for person_id in [researcher.person_id, *others[:12]]:
            code = _first_claim(session, person_id)
            if code is not None and person_id != voucher.person_id:
                endorsements.endorse(session, voucher, person_id, code, now=now)
    searches.save(session, researcher, "“sandbagging”", Asked(text="sandbagging"), now=now)


def _actor(session: Session, email: str, now: datetime) -> Actor:
    ident = id_by_email(session, email)
    assert ident is not None
    return actor_of(session, ident, now.date())


def _open_people(session: Session) -> list[int]:
    """Whoever writes and is found by everybody."""
    return list(
        session.scalars(
            select(SearchPerson.person_id)
            .join(Person, Person.id == SearchPerson.person_id)
            .where(Person.visibility == Visibility.NETWORK, SearchPerson.publication_count > 0)
            .order_by(SearchPerson.person_id)
        )
    )


def _first_claim(session: Session, person_id: int) -> str | None:
    codes = session.scalars(
        select(SkillClaim.skill)
        .where(SkillClaim.person_id == person_id)
        .order_by(SkillClaim.level.desc(), SkillClaim.skill)
    )
    return next((code for code in codes if is_public(code)), None)
