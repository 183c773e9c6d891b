"""Terms and likeness by shared words."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.matching.lexical import index_documents, join_indexes
from exchange.matching.words import count_terms, looks_english, phrases, spellings

ABSTRACTS = (
    "Jailbreaking attacks on language models and how classifiers resist them",
    "Reverse engineering of firmware for industrial control systems",
    "Sparse autoencoders reveal circuits in language models",
    "",
)
texts = st.text(alphabet="abc .,", max_size=40)


def test_joining_words_end_a_phrase_and_are_dropped() -> None:
    assert phrases("The safety of language models, and of agents") == [["safety"], ["language", "models"], ["agents"]]


def test_pairs_do_not_span_joining_words() -> None:
    assert set(spellings("models of language").values()) == {"models", "language"}
    assert "language models" in spellings("language models").values()


def test_stems_make_forms_of_a_word_one_term() -> None:
    assert count_terms("jailbreaking").keys == count_terms("Jailbreaks").keys


def test_scripts_without_blanks_are_cut_into_characters() -> None:
    assert phrases("言語モデル") == [["言", "語", "モ", "デ", "ル"]]


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("We study the limits of agents", True),
        ("virology synthesis screening", True),
        (
            "Wir untersuchen die Grenzen von Agenten und wie sie sich in langen Aufgaben verhalten, wenn niemand " * 2,
            False,
        ),
        ("言語モデルの評価", False),
    ],
)
def test_english_is_told_from_other_languages(text: str, english: bool) -> None:
    assert looks_english(text) is english


def test_likeness_is_the_cosine_of_sublinear_weights() -> None:
    index = index_documents([count_terms("fuzzing fuzzing kernels"), count_terms("kernels")])
    likeness = index.likeness(index.query(count_terms("kernels")))
    common, rare = 1.0, 1.0 + math.log(3 / 2)
    # In the first document: kernels, and fuzzing twice, the pairs "fuzzing fuzzing" and "fuzzing kernels" once each.
    weights = [common, (1 + math.log(2)) * rare, rare, rare]
    assert likeness[0] == pytest.approx(common / math.hypot(*weights), rel=1e-5)
    assert likeness[1] == pytest.approx(1.0, rel=1e-5)


def test_a_text_is_most_like_itself_and_unlike_an_empty_one() -> None:
    index = index_documents([count_terms(text) for text in ABSTRACTS])
    for row, text in enumerate(ABSTRACTS[:3]):
        likeness = index.likeness(index.query(count_terms(text)))
        assert likeness[row] == pytest.approx(1.0, rel=1e-5)
        assert int(np.argmax(likeness)) == row
        assert likeness[3] == 0


def test_shared_terms_add_up_to_the_likeness() -> None:
    index = index_documents([count_terms(text) for text in ABSTRACTS])
    query = index.query(count_terms("Circuits of language models under attack"))
    shared = index.shared_terms(query, [0, 2])
    likeness = index.likeness(query)
    for row in (0, 2):
        assert sum(shared[row].values()) == pytest.approx(float(likeness[row]), rel=1e-5)
    spelt = spellings("Circuits of language models under attack")
    assert {spelt[key] for key in shared[2]} == {"circuits", "language", "models", "language models"}


@given(st.lists(texts, min_size=1, max_size=8), st.lists(texts, min_size=1, max_size=8), st.data())
def test_joining_parts_equals_indexing_what_is_kept(first: list[str], second: list[str], data: st.DataObject) -> None:
    kept = [np.array(data.draw(st.lists(st.booleans(), min_size=len(p), max_size=len(p)))) for p in (first, second)]
    parts = [index_documents([count_terms(text) for text in part]) for part in (first, second)]
    joined = join_indexes(parts, kept)
    left = [
        text for part, keep in zip((first, second), kept, strict=True) for text, k in zip(part, keep, strict=True) if k
    ]
    whole = index_documents([count_terms(text) for text in left])
    query = count_terms("abc ab ca b")
    np.testing.assert_allclose(joined.likeness(joined.query(query)), whole.likeness(whole.query(query)), rtol=1e-5)
