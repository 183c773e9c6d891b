"""What the affinity is computed from: people with their documents and skills, and the needs they may fit."""

from __future__ import annotations

from dataclasses import dataclass

from exchange.domain.skills import SkillClaim, SkillRequirement

DOCUMENT_LIMIT = 20  # the newest documents of a person that count
STRONG_PROFILE = 12  # below this many documents the affinity is measurably weaker (loss .300 with 1, .208 with 12)


@dataclass(frozen=True, slots=True)
class Document:
    """One thing a person wrote or did: ``text`` is the title and the abstract, or about 200 words of free text."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class PersonProfile:
    """``documents`` are newest first; the first 20 count. ``home`` tells endorsements from elsewhere apart.

    ``version`` tells states of the profile apart; the index keeps it and asks nothing of it.
    """

    id: int
    documents: tuple[Document, ...] = ()
    claims: tuple[SkillClaim, ...] = ()
    home_institute_id: int | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Need:
    """What a workstream, an opening or a searcher asks for. Either part may be empty."""

    text: str = ""
    skills: tuple[SkillRequirement, ...] = ()


def strength_advice(documents: int) -> str:
    """What would make a profile with this many documents stronger, as a sentence; "" when nothing is missing."""
    if documents >= STRONG_PROFILE:
        return ""
    if documents == 0:
        return f"There are no documents yet. Add about {STRONG_PROFILE} publications with their abstracts."
    missing = STRONG_PROFILE - documents
    return f"There are {documents} of {STRONG_PROFILE} documents. Add {missing} more with their abstracts."


def strength_note(documents: int) -> str:
    """The same about somebody else's profile, for a reader who cannot add to it."""
    if documents >= STRONG_PROFILE:
        return ""
    if documents == 0:
        return "There are no documents yet, so that skills alone say who fits."
    held = "is 1 document" if documents == 1 else f"are {documents} documents"
    return f"There {held}; a match is surest with {STRONG_PROFILE} or more."
