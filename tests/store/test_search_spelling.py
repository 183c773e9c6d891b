"""A misspelt word is offered as the vocabulary has it; what is right, short or far from everything stays."""

from __future__ import annotations

import pytest

from exchange.store.search_spelling import corrected
from exchange.store.search_words import read_query


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("chemestry", "chemistry"),
        ("jailbrek agnts", "jailbreaks agents"),
        ("evalution of elicitaton", "evaluation elicitation"),
        ("red teaming", ""),
        ("evaluations", ""),
        ("zzzzzz", ""),
        ("qwz", ""),
        ("Lindqvist", ""),
        ("日本語", ""),
        ("", ""),
    ],
)
def test_words_are_corrected_by_the_vocabulary_alone(typed: str, right: str) -> None:
    assert corrected(read_query(typed)) == right
