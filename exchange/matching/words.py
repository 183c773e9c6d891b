"""Text to terms: lower-cased words without the commonest ones, stemmed, single and in pairs.

A term is known by the CRC-32 of its stems: an index of millions of word pairs then needs no strings. Of eight million
terms about one in five hundred shares its number with another, which is far below the noise of the measure.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
import Stemmer

if TYPE_CHECKING:
    import numpy.typing as npt

MOST_COUNTED = 255  # a term's count is kept in one byte

# Words that join other words. They carry no subject, and would fill the list of common terms that people read.
JOINING_WORDS = frozenset(
    """
    a about after all also an and any are as at be because been before being between both but by can could did
    do does each either for from had has have having he her here his how however i if in into is it its itself
    may might more most must my neither no nor not of on once one only or other our out over own same she
    should since so some such than that the their them then there these they this those through thus to too
    under until up upon us use used using very via was we were what when where whether which while who whom
    whose why will with within without would yet you your
    """.split()  # noqa: SIM905 - one word a line would fill the page
)

# Words that count, as the constants of the affinity were measured with them, but that tell a reader nothing.
_TELLING_NOTHING = frozenset(
    """
    above across against along among around behind below beside beyond despite during except inside like near off
    outside per toward towards unlike versus
    """.split()  # noqa: SIM905 - one word a line would fill the page
)

# Chinese and Japanese characters stand alone, as those scripts put no blanks between words; pairs then act as words.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True)
class TermCounts:
    """The distinct terms of a text: ``keys`` uint32 [n] in rising order, ``counts`` uint8 [n]."""

    keys: npt.NDArray[np.uint32]
    counts: npt.NDArray[np.uint8]


def phrases(text: str) -> list[list[str]]:
    """The words that carry meaning, in compatibility form and lower case: runs between joining words, in order."""
    runs: list[list[str]] = [[]]
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        if word not in JOINING_WORDS:
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    return runs if runs[-1] else runs[:-1]


def count_terms(text: str) -> TermCounts:
    """Count the stems of a text, single and in pairs. A pair never spans a joining word."""
    counted = Counter(key for run in phrases(text) for key in _keys(_terms(_stems(run))))
    keys = np.fromiter(counted.keys(), np.uint32, len(counted))
    counts = np.minimum(np.fromiter(counted.values(), np.int64, len(counted)), MOST_COUNTED).astype(np.uint8)
    order = np.argsort(keys)
    return TermCounts(keys[order], counts[order])


def looks_english(text: str) -> bool:
    """Whether a text may be English: most letters are Latin, and a longer text has some English joining words."""
    letters = [letter for letter in text if letter.isalpha()]
    latin = sum(letter < "\u0250" for letter in letters)
    if latin < 0.7 * len(letters):
        return False
    found = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    joining = sum(word in JOINING_WORDS for word in found)
    return len(found) < 20 or joining >= 0.08 * len(found)


def spellings(text: str) -> dict[int, str]:
    """The terms of a text as a reader knows them: term key to the words as first written there, in lower case."""
    found: dict[int, str] = {}
    for run in phrases(text):
        for key, spelling in zip(_keys(_terms(_stems(run))), _terms(run), strict=True):
            found.setdefault(key, spelling)
    return found


def tells(spelling: str) -> bool:
    """Whether a common term says anything to a reader who asks why two texts are alike."""
    return _TELLING_NOTHING.isdisjoint(spelling.split())


def _terms(run: list[str]) -> list[str]:
    return run + [f"{first} {second}" for first, second in pairwise(run)]


def _keys(terms: list[str]) -> list[int]:
    return [crc32(term.encode()) for term in terms]


def _stems(run: list[str]) -> list[str]:
    stemmed: list[str] = _stemmer().stemWords(run)
    return stemmed


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")
