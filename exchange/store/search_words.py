"""Words as search knows them: without case and accents, stemmed where they are English.

Both engines index what is made here, so that they find the same. Letters that Unicode does not take apart (ł, ø, ß) are
spelt out, and Chinese and Japanese characters stand alone, as those scripts put no blanks between words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

import Stemmer

MOST_WORDS = 12  # of a query; whoever pastes a page searches for its beginning
LONGEST_QUERY = 200

_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "ħ": "h", "ŋ": "n"}
)
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
_COMMON = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "by",
        "can",
        "do",
        "does",
        "for",
        "from",
        "has",
        "have",
        "how",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "of",
        "on",
        "or",
        "our",
        "so",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "will",
        "with",
        "you",
        "your",
    ]
)
_stemmer = Stemmer.Stemmer("english", 0)  # no cache of its own: it grows without bound and is not shared


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked for. ``typed`` are the words as folded text, ``stems`` what is looked for in their place."""

    typed: tuple[str, ...] = ()
    stems: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.stems)

    @property
    def is_common(self) -> bool:
        """Whether there are none but the commonest words, which no text is found by."""
        return bool(self.typed) and _COMMON.issuperset(self.typed)


def fold(text: str) -> str:
    """The text without case and accents."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(_LETTERS)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The stem of a folded word; words of other alphabets stay as they are."""
    return str(_stemmer.stemWord(word)) if word.isascii() and word.isalpha() else word


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return _WORD.findall(fold(text))


def stems(text: str) -> list[str]:
    """The stems of a text without the commonest words, in order."""
    return [stem(word) for word in words(text) if word not in _COMMON]


def read_query(text: str) -> Query:
    """What a person typed. The commonest words count only where there is no other."""
    typed = tuple(dict.fromkeys(words(text[:LONGEST_QUERY])))[:MOST_WORDS]
    telling = tuple(word for word in typed if word not in _COMMON) or typed
    return Query(telling, tuple(dict.fromkeys(stem(word) for word in telling)))


def mark(text: str, query: Query) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is a word that was asked for."""
    rest = 0
    for found in _WORD.finditer(text):
        if _asked_for(found[0], query):
            if rest < found.start():
                yield text[rest : found.start()], False
            yield found[0], True
            rest = found.end()
    if rest < len(text):
        yield text[rest:], False


def found_in(text: str, query: Query) -> frozenset[str]:
    """The words of the query that stand in the text; in scripts without stems, anywhere in it."""
    folded = fold(text)
    return frozenset(typed for typed in query.typed if _stands(typed, folded))


def beginnings(query: Query) -> list[str]:
    """How the words that were asked for begin, and every other form of them."""
    return [_shared(typed) for typed in query.typed]


def seem_in(begun: list[str], title: str, abstract: str) -> tuple[int, int]:
    """How many words of a query seem to stand in a folded text, and in its title: a quick look, by how they begin."""
    in_title = anywhere = 0
    for beginning in begun:
        if beginning in title:
            in_title += 1
            anywhere += 1
        elif beginning in abstract:
            anywhere += 1
    return anywhere, in_title


def sentence(text: str, query: Query, longest: int = 160) -> str:
    """The sentence with the most words of the query, cut where it is long; "" where none has any."""
    sentences = text.replace("\n", " ").split(". ")
    held, best = max(((len(found_in(one, query)), one) for one in sentences), key=itemgetter(0))
    if not held:
        return ""
    return best.strip() if len(best) <= longest else f"{best.strip()[: longest - 1]}…"


def _stands(typed: str, folded: str) -> bool:
    beginning = _shared(typed)
    if beginning not in folded:
        return False
    if not typed.isascii():
        return True
    root = stem(typed)
    for found in _begun(beginning).finditer(folded):
        inside = found.start() > 0 and _WORD.match(folded[found.start() - 1])
        if not inside and (found[0] == typed or stem(found[0]) == root):
            return True
    return False


@lru_cache(maxsize=1024)
def _begun(beginning: str) -> re.Pattern[str]:
    """What begins like this, to the end of the word. Letters first: that is looked for fastest."""
    return re.compile(rf"{re.escape(beginning)}\w*")


def _asked_for(word: str, query: Query) -> bool:
    folded, root = _forms(word)
    return root in query.stems or folded in query.typed


@lru_cache(maxsize=65_536)
def _forms(word: str) -> tuple[str, str]:
    """A word as it stands in a text: folded, and its stem."""
    folded = fold(word)
    return folded, stem(folded)


@lru_cache(maxsize=1024)
def _shared(typed: str) -> str:
    """How every word with the same stem begins: what the word and its stem have in common."""
    root = stem(typed)
    same = 0
    while same < min(len(root), len(typed)) and root[same] == typed[same]:
        same += 1
    return typed[:same] or typed
