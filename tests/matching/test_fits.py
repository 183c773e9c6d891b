"""One person's fits are the figures that a ranking of everybody gives them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.skills import Level, SkillClaim, SkillRequirement, vocabulary
from exchange.matching.affinity import build_index
from exchange.matching.fits import fits
from exchange.matching.profiles import Document, Need, PersonProfile
from exchange.matching.scores import score_people

TODAY = date(2026, 11, 21)
WORDS = ("agent", "sandbox", "virus", "score", "model", "risk", "salt")
CODES = [skill.code for skill in vocabulary().skills[:6]]
texts = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)
claims = st.lists(st.sampled_from(CODES), max_size=3, unique=True)


def person(ident: int, written: list[str], codes: list[str]) -> PersonProfile:
    documents = tuple(Document(ident * 10 + place, text) for place, text in enumerate(written))
    return PersonProfile(ident, documents, tuple(SkillClaim(code, Level.WORKING) for code in codes))


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.lists(texts, max_size=4), claims), min_size=2, max_size=4),
    st.tuples(texts, claims),
    st.integers(0, 2**16),
    st.booleans(),
)
def test_the_figures_are_those_of_a_ranking(
    people: list[tuple[list[str], list[str]]], asked: tuple[str, list[str]], seed: int, by_meaning: bool
) -> None:
    chance = np.random.default_rng(seed)
    profiles = [person(ident, *one) for ident, one in enumerate(people, start=1)]
    vectors = {
        document.id: unit(chance) for profile in profiles for document in profile.documents if chance.random() < 0.7
    }
    index = build_index(profiles[:1], vectors).with_people(profiles[1:], vectors)  # in two segments
    need = Need(asked[0], tuple(SkillRequirement(code, Level.EXPERT) for code in asked[1]))
    vector = unit(chance) if by_meaning else None
    everybody = score_people(index, need, need_vector=vector, today=TODAY)
    for place, ident in enumerate(index.people.tolist()):
        found = fits(index, ident, [(need, vector)], today=TODAY)
        assert found is not None
        assert found[0].total == pytest.approx(float(everybody.total[place]), abs=1e-4)
        assert found[0].skill == pytest.approx(float(everybody.skill[place]), abs=1e-5)


def test_whoever_is_not_in_the_index_has_no_fits() -> None:
    assert fits(build_index([]), 1, [(Need("agents"), None)]) is None


def unit(chance: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    vector = chance.normal(size=8).astype(np.float32)
    return vector / np.linalg.norm(vector)
