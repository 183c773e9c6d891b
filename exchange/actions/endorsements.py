"""Vouching for a colleague's skill. From another institute it counts for more; nobody vouches for themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions.writing import Work, refuse, writing
from exchange.domain import skills as rules
from exchange.domain.access import Permission, may
from exchange.domain.actors import Actor
from exchange.domain.people import Standing, claim_is_seen, may_see_profile
from exchange.domain.skills import Level, vocabulary
from exchange.domain.verdict import Refusal
from exchange.store import people, search_index
from exchange.store.people import Person
from exchange.store.skills import Endorsement, SkillClaim


def endorse(session: Session, actor: Actor, person_id: int, code: str, *, now: datetime) -> None:
    """Vouch for a claim that one may see.

    Raises:
        Refused: no such claim to this actor, the actor's own, or endorsed by them already.
    """
    with writing(session, actor, "skill:endorse", now=now) as work:
        endorser_id = _endorser(actor)
        claim = _claim(work, person_id, code)
        given = session.scalars(
            select(Endorsement).where(Endorsement.person_id == person_id, Endorsement.skill == claim.skill)
        )
        known = tuple(rules.Endorsement(one.endorser_id, one.institute_id, one.given_on) for one in given)
        fact = rules.SkillClaim(claim.skill, Level(claim.level), endorsements=known)
        work.require(rules.may_endorse(endorser_id, person_id, fact))
        session.add(
            Endorsement(
                person_id=person_id,
                skill=claim.skill,
                endorser_id=endorser_id,
                institute_id=actor.institute_id,
                given_on=now.date(),
            )
        )
        person, label = session.get_one(Person, person_id), _label(claim.skill)
        work.record(f"{actor.name} vouches for {person.full_name}: {label}.", {"skill": claim.skill})
        work.notify(person_id, f"{actor.name} vouches for your skill {label}.", f"/people/{person_id}")
        search_index.refresh(session, [person_id], day=now.date())


def take_back(session: Session, actor: Actor, person_id: int, code: str, *, now: datetime) -> None:
    """No longer vouch for a claim.

    Raises:
        Refused: the actor does not vouch for it.
    """
    with writing(session, actor, "skill:endorse", now=now) as work:
        claim = _claim(work, person_id, code)
        row = session.get(Endorsement, (person_id, claim.skill, _endorser(actor)))
        if row is None:
            raise refuse(Refusal.NOT_FOUND, "You do not vouch for this skill.")
        session.delete(row)
        work.record(f"{actor.name} no longer vouches for {_label(claim.skill)}.", {"skill": claim.skill})
        search_index.refresh(session, [person_id], day=now.date())


def _endorser(actor: Actor) -> int:
    if actor.person_id is None or not may(actor, Permission.SKILL_ENDORSE):
        raise refuse(Refusal.FORBIDDEN, "Your role does not vouch for skills.")
    return actor.person_id


def _claim(work: Work, person_id: int, code: str) -> SkillClaim:
    """The claim, if the actor may see both the profile and the claim."""
    standing = people.standing_of(work.session, person_id, work.now.date())
    home = standing.institute_id if standing else None
    work.subject("person", person_id, work.actor.institute_id, home)
    row = work.session.get(SkillClaim, (person_id, code))
    if standing is None or row is None or not _sees(work.actor, standing, row):
        raise refuse(Refusal.NOT_FOUND, "There is nothing here, or it is not yours to see.")
    return row


def _sees(actor: Actor, standing: Standing, row: SkillClaim) -> bool:
    restricted = not search_index.is_public(row.skill)
    return may_see_profile(actor, standing) and claim_is_seen(actor, standing, row.visibility, restricted=restricted)


def _label(code: str) -> str:
    skill = vocabulary().find(code)
    return skill.label if skill else code
