"""What a slip of the keyboard may have meant, out of the words of the skills vocabulary.

The vocabulary is public. The words of profiles are not looked through: a correction must not tell of a profile that the
reader may not find.
"""

from __future__ import annotations

from functools import cache

from exchange.domain.skills import vocabulary
from exchange.store.search_words import Query, stem, words

NEAR_ENOUGH = 0.5  # of the two-letter pieces of two words, how many they share
SHORTEST = 4  # letters of a word that is worth correcting
MOST_CORRECTED = 6


def corrected(query: Query) -> str:
    """The words as they may have been meant; "" where there is nothing to correct."""
    typed = [*query.typed]
    for place, word in enumerate(typed[:MOST_CORRECTED]):
        if len(word) >= SHORTEST and stem(word) not in _stems():
            typed[place] = _nearest(word) or word
    return " ".join(typed) if tuple(typed) != query.typed else ""


def _nearest(word: str) -> str:
    """The word of the vocabulary with most pieces in common; "" where none is near. The shorter one of two as near."""
    pieces = _pieces(word)
    likeness, _, best = max(
        (len(pieces & others) / len(pieces | others), -len(known), known) for known, others in _known().items()
    )
    return best if likeness >= NEAR_ENOUGH else ""


def _pieces(word: str) -> frozenset[str]:
    """Two letters each; the blanks around a word make its first and last letters count for more."""
    padded = f" {word} "
    return frozenset(padded[at : at + 2] for at in range(len(padded) - 1))


@cache
def _known() -> dict[str, frozenset[str]]:
    names = (name for skill in vocabulary().skills if not skill.sensitive for name in (skill.label, *skill.aliases))
    return {word: _pieces(word) for name in names for word in words(name) if len(word) >= SHORTEST}


@cache
def _stems() -> frozenset[str]:
    return frozenset(stem(word) for word in _known())
