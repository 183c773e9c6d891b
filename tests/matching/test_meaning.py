"""The middles of people's documents: after a change, the same as if they were made anew."""

from __future__ import annotations

import numpy as np
import pytest

from exchange.matching.affinity import AffinityIndex, build_index
from exchange.matching.meaning import Middles, middles
from exchange.matching.profiles import Document, PersonProfile

WIDTH = 16
CHANCE = np.random.default_rng(5)
VECTORS = {ident: one / np.linalg.norm(one) for ident, one in enumerate(CHANCE.normal(size=(900, WIDTH)).astype("f4"))}
ASKED = VECTORS.pop(0)


def person(ident: int, *documents: int, version: int = 1) -> PersonProfile:
    texts = tuple(Document(document, f"text {document}") for document in documents)
    return PersonProfile(ident, texts, version=version)


@pytest.fixture(scope="module")
def index() -> AffinityIndex:
    """Two hundred people, of whom every tenth has written nothing and every seventh something that nobody has read."""
    people = [
        person(ident, *(() if ident % 10 == 0 else range(ident * 4, ident * 4 + 3))) for ident in range(200, 0, -1)
    ]
    read = {ident: vector for ident, vector in VECTORS.items() if ident // 4 % 7}
    return build_index(people, read)


def agree(one: Middles, other: Middles) -> None:
    everybody = [*range(1, 204)]
    assert one.nearest(ASKED, 30) == other.nearest(ASKED, 30)
    assert one.ordered(everybody, ASKED) == other.ordered(everybody, ASKED)


def test_the_middle_is_that_of_the_documents_that_were_read(index: AffinityIndex) -> None:
    found = middles(index)
    mean = sum(VECTORS[document] for document in (20, 21, 22))
    assert found.people.tolist() == list(range(1, 201))
    assert found.vectors[4] == pytest.approx(mean / np.linalg.norm(mean), abs=1e-6)
    assert not found.vectors[9].any(), "who has written nothing"
    assert not found.vectors[6].any(), "of whom nothing was read"
    assert found.ordered([10, 7, 5], ASKED) == [5, 10, 7]


def test_few_changes_are_taken_in_beside_the_others(index: AffinityIndex) -> None:
    before = middles(index)
    changed = [person(5, 600, 601, version=2), person(203, 700)]
    grown = index.with_people(changed, VECTORS)
    after = middles(grown, before)
    assert after.vectors is before.vectors, "nobody else's middle was made anew"
    assert after.later is not None
    assert after.later.people.tolist() == [5, 203]
    agree(after, middles(grown))
    back = middles(grown.with_people([person(5, 20, 21, 22)], VECTORS), after)
    assert back.later is not None
    assert back.later.people.tolist() == [203]
    agree(back, middles(grown.with_people([person(5, 20, 21, 22)], VECTORS)))


def test_many_changes_make_all_anew(index: AffinityIndex) -> None:
    changed = [person(ident, 600 + ident, version=2) for ident in range(1, 20)]
    grown = index.with_people(changed, VECTORS)
    after = middles(grown, middles(index))
    assert after.later is None
    agree(after, middles(grown))


def test_of_nobody_nobody_is_near() -> None:
    nobody = middles(build_index(()))
    assert not nobody.any
    assert nobody.nearest(ASKED, 5) == []
    assert nobody.ordered([3, 1], ASKED) == [3, 1]


def test_the_first_text_that_is_read_is_found() -> None:
    unread = build_index([person(ident, ident) for ident in range(1, 101)])
    before = middles(unread)
    read = unread.with_people([person(7, 7, version=2)], {7: ASKED})
    after = middles(read, before)
    assert after.later is not None
    assert after.any
    assert after.nearest(ASKED, 5) == [7]
    assert after.ordered([3, 7], ASKED) == [7, 3]
