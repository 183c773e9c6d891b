"""What a site is built for: the most sensitive work that may be done there, in the ranks of its country."""

from __future__ import annotations

RANK_WORDS: dict[int, str] = {
    0: "Unclassified work only",
    1: "Sensitive work that is not classified",
    2: "Work as far as what its country calls confidential",
    3: "Work as far as what its country calls secret",
    4: "Work as far as what its country calls top secret",
}
NOT_RECORDED = "Not recorded"


def built_for(rank: int | None) -> str:
    """In words, what a site of this rank is built for."""
    return NOT_RECORDED if rank is None else RANK_WORDS[rank]
