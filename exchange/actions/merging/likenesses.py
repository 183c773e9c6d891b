"""Records that look like one person, for whoever looks after the people of an institute. Reading only.

Of other institutes only profiles that the reader may see are compared, and what they have in common is not said: an
address is its owner's to give.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from exchange.domain.actors import Actor
from exchange.domain.merging import mailbox, name_key
from exchange.domain.people import may_see_profile
from exchange.store import merging as store
from exchange.store.merging import MergeState, PersonMerge

MOST = 20  # that a page names


@dataclass(frozen=True, slots=True)
class Likely:
    """Two records; the first is of the reader's institute. ``request`` waits for an answer about them."""

    mine_id: int
    mine: str
    other_id: int
    other: str
    other_institute_id: int | None
    request: PersonMerge | None = None


def likely(session: Session, actor: Actor, within: frozenset[int], day: date) -> list[Likely]:
    """Pairs of the same name, in any spelling, with a publication or the part before the @ of an address in common.

    What waits for an answer comes first. What was answered with no is not shown again.
    """
    asked = store.asked_about(session)
    here = store.names(session, day)
    seen = {
        row.standing.person_id: row
        for row in here
        if may_see_profile(actor, row.standing)
        or any(row.standing.person_id in pair and one.state is MergeState.ASKED for pair, one in asked.items())
    }
    by_name: dict[str, list[int]] = {}
    for ident, row in seen.items():
        for key in name_key(row.name, row.latin_name):
            by_name.setdefault(key, []).append(ident)
    mine = {ident for ident, row in seen.items() if row.standing.institute_id in within}
    pairs = {
        (one, other) if one in mine else (other, one)
        for group in by_name.values()
        for one in group
        for other in group
        if one < other and {one, other} & mine
    }
    waits = {pair: one for pair, one in asked.items() if one.state is MergeState.ASKED and pair <= seen.keys()}
    open_pairs = {pair for pair in pairs if frozenset(pair) not in asked}
    shared = store.publications_shared(session, open_pairs)
    alike = {
        pair
        for pair in open_pairs
        if tuple(sorted(pair)) in shared or mailbox(seen[pair[0]].email) == mailbox(seen[pair[1]].email)
    }
    found = [_likely(one.stays_id, one.goes_id, mine, seen, one) for pair, one in waits.items() if pair & mine]
    found += [_likely(*pair, mine, seen, None) for pair in sorted(alike)]
    return found[:MOST]


def _likely(one: int, other: int, mine: set[int], seen: dict[int, store.Named], request: PersonMerge | None) -> Likely:
    first, second = (one, other) if one in mine else (other, one)
    return Likely(first, seen[first].name, second, seen[second].name, seen[second].standing.institute_id, request)
