"""The skills vocabulary, claims and endorsements."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.skills import (
    Endorsement,
    Level,
    Skill,
    SkillClaim,
    SkillRequirement,
    endorsed_elsewhere,
    endorsement_rings,
    may_endorse,
    parse_level,
    read_vocabulary,
    vocabulary,
)

HEADER = "# A vocabulary, version 7.2\ncode,label,group,broader,aliases,esco_uri,sensitive\n"


def test_shipped_vocabulary_has_its_size_groups_and_version() -> None:
    shipped = vocabulary()
    assert shipped.version == "2026.1"
    assert 110 <= len(shipped.skills) <= 140
    assert len(shipped.groups) == 9
    assert sum(len(shipped.in_group(group)) for group in shipped.groups) == len(shipped.skills)


def test_shipped_links_are_esco_skills_and_each_is_used_once() -> None:
    links = [skill.esco_uri for skill in vocabulary().skills if skill.esco_uri]
    assert len(links) >= 25
    assert len(set(links)) == len(links)
    assert all(link.startswith("http://data.europa.eu/esco/skill/") for link in links)


def test_a_skill_is_found_by_code_alias_and_label_in_any_case() -> None:
    shipped = vocabulary()
    for name in ("ctf-design", "CTF design", "Capture the Flag", " ctf_design "):
        assert shipped.get(name).code == "ctf-design"
    assert shipped.find("basket weaving") is None
    with pytest.raises(KeyError, match="basket weaving"):
        shipped.get("basket weaving")


def test_a_merged_skill_answers_to_its_old_code() -> None:
    merged = read_vocabulary(HEADER + "transcript-review,Transcript review,Evaluation,,log-reading|traj-01,,\n")
    assert merged.get("traj-01").code == merged.get("log-reading").code == "transcript-review"
    assert merged.version == "7.2"


def test_siblings_share_a_broader_skill_or_are_broader_or_narrower() -> None:
    shipped = vocabulary()
    near = shipped.siblings("ctf-design")
    assert near == {"cyber-ranges", "cyber-exercises"}
    assert "ctf-design" in shipped.siblings("cyber-exercises")
    assert shipped.siblings("lang-fr") == frozenset()


@given(st.sampled_from(vocabulary().skills))
def test_being_siblings_is_mutual(skill: Skill) -> None:
    assert all(skill.code in vocabulary().siblings(other) for other in vocabulary().siblings(skill.code))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("code,label\n", "first line"),
        ("# version 1\ncode,label\n", "columns"),
        (HEADER + "a,A,G,,,\nb,A,G,,,,\n", "names both"),
        (HEADER + "a,A,G,missing,,,\n", "not in the vocabulary"),
        (HEADER + "a,,G,,,,\n", "a label"),
        (HEADER + "a,A,G,,,,yes,more\n", "no cell too many"),
    ],
)
def test_a_broken_vocabulary_is_refused_with_a_sentence(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_vocabulary(text)


def test_levels_are_read_by_number_and_name() -> None:
    assert parse_level(" Expert ") is Level.EXPERT
    assert parse_level("2") is Level.WORKING
    with pytest.raises(ValueError, match="“5” is not a level"):
        parse_level("5")


def test_a_requirement_has_a_positive_weight() -> None:
    with pytest.raises(ValueError, match="more than 0"):
        SkillRequirement("debate", Level.WORKING, weight=0)


def test_nobody_endorses_themselves_or_twice() -> None:
    claim = SkillClaim("debate", Level.WORKING, endorsements=(Endorsement(2, 9, date(2026, 1, 5)),))
    assert not may_endorse(1, 1, claim)
    assert not may_endorse(2, 1, claim)
    assert may_endorse(3, 1, claim)


def test_only_another_institute_counts_as_elsewhere() -> None:
    claim = SkillClaim("debate", Level.WORKING, endorsements=(Endorsement(2, 9, date(2026, 1, 5)),))
    assert endorsed_elsewhere(claim, 4)
    assert not endorsed_elsewhere(claim, 9)
    unknown = SkillClaim("debate", Level.WORKING, endorsements=(Endorsement(2, None, date(2026, 1, 5)),))
    assert not endorsed_elsewhere(unknown, 9)


def test_rings_are_the_circles_of_endorsement() -> None:
    pairs = [(1, 2), (2, 3), (3, 1), (4, 5), (5, 4), (6, 1), (3, 7)]
    assert endorsement_rings(pairs) == (frozenset({1, 2, 3}), frozenset({4, 5}))
    assert endorsement_rings([(1, 2), (2, 3)]) == ()
