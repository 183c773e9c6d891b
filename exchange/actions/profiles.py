"""A person's own profile: what they say of themselves, can do, have written, and are open to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from exchange.actions.writing import Work, refuse, writing
from exchange.domain.access import Permission, may
from exchange.domain.actors import Actor
from exchange.domain.people import OpenTo, Visibility
from exchange.domain.skills import Level, Skill, vocabulary
from exchange.domain.verdict import Refusal
from exchange.store import people, search_index
from exchange.store.people import Person, PersonOpenTo
from exchange.store.publications import Publication, title_digest
from exchange.store.skills import Endorsement, SkillClaim, Wish

LONGEST_ABOUT = 5_000
LONGEST_OPEN_TO = 1_000
LONGEST_ABSTRACT = 20_000


@dataclass(frozen=True, slots=True)
class Profile:
    """What people say of themselves. ``version`` is the one they saw when they began to write."""

    version: int
    about: str
    open_to: frozenset[OpenTo]
    open_to_words: str
    visibility: Visibility
    languages: tuple[str, ...] = ()
    latin_name: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A skill by its code, alias or label, at a level; ``evidence`` is a link or a reference."""

    skill: str
    level: Level
    last_used_on: date | None = None
    evidence: str = ""
    wish: Wish = Wish.NONE
    visibility: Visibility = Visibility.NETWORK


@dataclass(frozen=True, slots=True)
class Written:
    """A publication as its author types it."""

    title: str
    abstract: str = ""
    year: int | None = None
    venue: str = ""


def edit(session: Session, actor: Actor, profile: Profile, *, now: datetime) -> None:
    """Say who one is, what one would take on next, and who finds it.

    Raises:
        Refused: too long, or changed elsewhere since (conflict).
    """
    with _own(session, actor, "profile:edit", now) as (work, person):
        if person.version != profile.version:
            raise refuse(Refusal.CONFLICT, "Your profile was changed elsewhere while you were writing.")
        _require_length("The text about you", profile.about, LONGEST_ABOUT)
        _require_length("What you are open to", profile.open_to_words, LONGEST_OPEN_TO)
        before = person.visibility
        person.about, person.open_to = profile.about.strip(), profile.open_to_words.strip()
        person.visibility, person.languages = profile.visibility, list(profile.languages)
        person.latin_name = profile.latin_name.strip() or None
        session.execute(delete(PersonOpenTo).where(PersonOpenTo.person_id == person.id))
        session.add_all(PersonOpenTo(person_id=person.id, kind=kind) for kind in sorted(profile.open_to))
        detail = {"visibility": [before.value, profile.visibility.value]} if before is not profile.visibility else {}
        work.record(f"{person.full_name} edited the own profile.", detail)


def claim_skill(session: Session, actor: Actor, claim: Claim, *, now: datetime, today: date) -> str:
    """Say that one has a skill, or say it anew; either confirms it today. Returns the skill's code.

    Whoever vouched for a lower level has not vouched for a higher one: raising it begins without endorsements.

    Raises:
        Refused: the vocabulary has no such skill, or it was last used after today.
    """
    with _own(session, actor, "profile:skill", now) as (work, person):
        skill = vocabulary().find(claim.skill)
        if skill is None:
            raise refuse(Refusal.INVALID, f"“{claim.skill}” is not in the skills vocabulary. Choose one from the list.")
        if claim.last_used_on is not None and claim.last_used_on > today:
            raise refuse(Refusal.INVALID, "The skill was last used on a day that is still to come. Check the date.")
        _require_length("The evidence", claim.evidence, 500)
        row = _claim_row(session, person.id, skill)
        before = row.level if row else None
        if row is None:
            row = SkillClaim(person_id=person.id, skill=skill.code)
            session.add(row)
        if before is not None and claim.level > before:
            lower = Endorsement.person_id == person.id, Endorsement.skill == row.skill
            session.execute(delete(Endorsement).where(*lower))
        row.level, row.last_used_on, row.evidence = int(claim.level), claim.last_used_on, claim.evidence.strip()
        row.wish, row.confirmed_on, row.visibility = claim.wish, today, claim.visibility
        work.record(
            f"{person.full_name} claims {skill.label} at level {int(claim.level)}.",
            {"skill": skill.code, "level": [before, int(claim.level)]},
        )
    return skill.code


def _claim_row(session: Session, person_id: int, skill: Skill) -> SkillClaim | None:
    """The claim of a skill, be it under a code that the skill had before it was merged or renamed."""
    codes = (skill.code, *skill.aliases)
    claims = select(SkillClaim).where(SkillClaim.person_id == person_id, SkillClaim.skill.in_(codes))
    return session.scalars(claims.order_by(SkillClaim.skill != skill.code)).first()


def confirm_skills(session: Session, actor: Actor, *, now: datetime, today: date) -> int:
    """Say that all one's claims still hold; how many there are."""
    with _own(session, actor, "profile:skill", now) as (work, person):
        rows = session.scalars(select(SkillClaim).where(SkillClaim.person_id == person.id)).all()
        for row in rows:
            row.confirmed_on = today
        work.record(f"{person.full_name} confirmed {len(rows)} skills.")
    return len(rows)


def remove_skill(session: Session, actor: Actor, code: str, *, now: datetime) -> None:
    """Take a claim back.

    Raises:
        Refused: there is no such claim.
    """
    with _own(session, actor, "profile:skill", now) as (work, person):
        row = session.get(SkillClaim, (person.id, code))
        if row is None:
            raise refuse(Refusal.NOT_FOUND, "You claim no such skill.")
        session.delete(row)
        work.record(f"{person.full_name} no longer claims {code}.")


def add_publication(session: Session, actor: Actor, written: Written, *, now: datetime) -> int:
    """Add a publication, or correct the one with the same title; returns its id.

    Raises:
        Refused: no title, too long, or a year that cannot be.
    """
    with _own(session, actor, "profile:publication", now) as (work, person):
        title = " ".join(written.title.split())
        if not title:
            raise refuse(Refusal.INVALID, "A publication needs a title.")
        _require_length("The title", title, 1_000)
        _require_length("The abstract", written.abstract, LONGEST_ABSTRACT)
        if written.year is not None and not 1900 <= written.year <= now.year + 2:
            raise refuse(Refusal.INVALID, f"A publication of {written.year} cannot be. Check the year.")
        digest = title_digest(title)
        row = session.scalars(
            select(Publication).where(Publication.person_id == person.id, Publication.digest == digest)
        ).one_or_none()
        if row is None:
            row = Publication(person_id=person.id, digest=digest, added_at=now)
            session.add(row)
        row.title, row.abstract = title, written.abstract.strip()
        row.year, row.venue = written.year, written.venue.strip()[:300]
        session.flush()
        ident = row.id
        work.record(f"{person.full_name} added the publication “{title[:200]}”.")
    return ident


def remove_publication(session: Session, actor: Actor, publication_id: int, *, now: datetime) -> None:
    """Remove a publication of one's own.

    Raises:
        Refused: there is no such publication.
    """
    with _own(session, actor, "profile:publication", now) as (work, person):
        row = session.get(Publication, publication_id)
        if row is None or row.person_id != person.id:
            raise refuse(Refusal.NOT_FOUND, "You have no such publication.")
        session.delete(row)
        work.record(f"{person.full_name} removed the publication “{row.title[:200]}”.")


@contextmanager
def _own(session: Session, actor: Actor, verb: str, now: datetime) -> Iterator[tuple[Work, Person]]:
    """Write on one's own profile; afterwards search knows of it."""
    with writing(session, actor, verb, now=now) as work:
        person_id = actor.person_id
        if person_id is None or not may(actor, Permission.PROFILE_EDIT):
            raise refuse(Refusal.FORBIDDEN, "Your role has no profile to edit.")
        standing = people.standing_of(session, person_id, now.date())
        work.subject("person", person_id, standing.institute_id if standing else None)
        yield work, session.get_one(Person, person_id)
        search_index.refresh(session, [person_id], day=now.date())


def _require_length(what: str, text: str, longest: int) -> None:
    if len(text) > longest:
        raise refuse(Refusal.INVALID, f"{what} has {len(text):,} characters; {longest:,} is the most. Shorten it.")
