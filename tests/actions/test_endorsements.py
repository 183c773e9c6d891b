"""Vouching for skills: whose, by whom, what it is worth, and what stays within an institute."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from exchange.actions import endorsements, profiles
from exchange.actions.affinity import IndexCache
from exchange.actions.profiles import Claim
from exchange.actions.writing import Refused
from exchange.domain.people import Visibility
from exchange.domain.skills import Level, SkillRequirement, endorsement_rings, vocabulary
from exchange.domain.verdict import Refusal
from exchange.matching.profiles import Need
from exchange.matching.ranking import rank
from exchange.store.profiles import ClaimRow, profile
from exchange.store.search import Asked, find
from exchange.store.skills import SkillClaim
from tests.cast import ACTOR, NOW, PERSON, TODAY, UK, US

SKILL = "red-teaming"


def claim(session: Session, key: str, **values: object) -> None:
    given = {"skill": SKILL, "level": Level.WORKING, **values}
    profiles.claim_skill(session, ACTOR[key], Claim(**given), now=NOW, today=TODAY)  # type: ignore[arg-type]


def endorse(session: Session, key: str, whose: str, code: str = SKILL) -> None:
    endorsements.endorse(session, ACTOR[key], PERSON[whose], code, now=NOW)


def claims(session: Session, key: str) -> list[ClaimRow]:
    found = profile(session, PERSON[key], today=TODAY)
    assert found is not None
    return list(found.claims)


def test_another_institute_counts_for_more_and_the_order_shows_it(session: Session) -> None:
    for key in ("ada", "tomas"):
        claim(session, key)
    endorse(session, "uk_lead", "ada")
    endorse(session, "us_lead", "tomas")
    assert claims(session, "ada")[0].elsewhere(UK) == 0
    endorse(session, "us_lead", "ada")
    assert claims(session, "ada")[0].elsewhere(UK) == 1
    assert claims(session, "tomas")[0].elsewhere(US) == 0
    need = Need("", (SkillRequirement(SKILL, Level.EXPERT),))
    best = rank(IndexCache().current(session), need, limit=2).people
    assert [one.person_id for one in best] == [PERSON["ada"], PERSON["tomas"]]
    assert best[0].skill > best[1].skill


def test_nobody_vouches_for_themselves_or_twice(session: Session) -> None:
    claim(session, "ada")
    with pytest.raises(Refused, match="Nobody can endorse a skill of their own"):
        endorse(session, "ada", "ada")
    endorse(session, "tomas", "ada")
    with pytest.raises(Refused, match="already"):
        endorse(session, "tomas", "ada")
    endorsements.take_back(session, ACTOR["tomas"], PERSON["ada"], SKILL, now=NOW)
    assert claims(session, "ada")[0].endorsers == ()


@pytest.mark.parametrize(
    "values",
    [{"skill": "uplift-studies"}, {"visibility": Visibility.INSTITUTE}, {"visibility": Visibility.HIDDEN}],
    ids=["restricted", "institute", "hidden"],
)
def test_a_claim_that_is_not_seen_is_in_no_search_no_match_and_not_vouched_for(
    session: Session, values: dict[str, object]
) -> None:
    claim(session, "ada", **values)
    code = str(values.get("skill", SKILL))
    with pytest.raises(Refused) as refusal:
        endorse(session, "tomas", "ada", code)
    assert refusal.value.verdict.refusal is Refusal.NOT_FOUND
    assert find(session, Asked(skills=frozenset({code})), own={UK}).total == 0
    assert find(session, Asked(text=vocabulary().get(code).label), own={US}).total == 0
    index = IndexCache().current(session)
    assert not len(index.skills.person)


def test_a_higher_level_begins_without_endorsements(session: Session) -> None:
    claim(session, "ada")
    endorse(session, "tomas", "ada")
    claim(session, "ada", evidence="https://example.org/report")
    assert len(claims(session, "ada")[0].endorsers) == 1
    claim(session, "ada", level=Level.EXPERT)
    assert claims(session, "ada")[0].endorsers == ()


def test_a_ring_is_seen_from_any_of_its_members(session: Session) -> None:
    ring = ("ada", "tomas", "uk_lead")
    for key in ring:
        claim(session, key)
    for giver, taker in zip(ring, (*ring[1:], ring[0]), strict=True):
        endorse(session, giver, taker)
    for key in ring:
        found = profile(session, PERSON[key], today=TODAY)
        assert found is not None
        assert endorsement_rings(found.endorsed) == (frozenset(PERSON[one] for one in ring),)


def test_a_claim_under_an_older_code_is_found_and_changed_under_the_new_one(session: Session) -> None:
    skill = next(one for one in vocabulary().skills if one.aliases and not one.sensitive)
    session.add(SkillClaim(person_id=PERSON["ada"], skill=skill.aliases[0], level=2, confirmed_on=TODAY))
    session.commit()
    profiles.confirm_skills(session, ACTOR["ada"], now=NOW, today=TODAY)
    assert find(session, Asked(skills=frozenset({skill.code})), own={US}).total == 1
    claim(session, "ada", skill=skill.label, level=Level.EXPERT)
    assert [(one.skill, one.level) for one in claims(session, "ada")] == [(skill.aliases[0], 4)]
    need = Need("", (SkillRequirement(skill.code, Level.EXPERT),))
    best = rank(IndexCache().current(session), need, limit=1).people[0]
    assert (best.person_id, best.skills[0].meeting.value) == (PERSON["ada"], "met")
