"""Which stays are allowed at all, for each person and opening, before anybody competes for a seat.

A *slot* is a (person, opening, start week) with the shortest and longest stay allowed from that start; every length
between is allowed too, because each rule only ever cuts the end of a stay. The rules are applied in the order of
``CHECKS``; the funnel counts, for each person, the openings that each check removed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from exchange.scheduling.index import Bools, Index, Ints
from exchange.scheduling.problem import NO_LIMIT

CHECKS = (
    "own institute",
    "skills",
    "clearance level",
    "common time",
    "rules of eligibility",
    "lead time",
    "clearance ends",
    "length",
    "start day or closed weeks",
    "eligible",
)


@dataclass(frozen=True, slots=True)
class Slots:
    """Sorted by (candidate, opening, start). ``pair_*`` describe the distinct pairs; ``pair`` points into them."""

    pair: Ints
    start: Ints
    shortest: Ints
    longest: Ints
    pair_candidate: Ints
    pair_opening: Ints
    funnel: Ints  # [candidates, len(CHECKS)]


@dataclass(frozen=True, slots=True)
class _Openings:
    """Per opening and week: may a stay start, and where must a stay that started then end at the latest."""

    inside: Bools
    may_start: Bools
    must_end: Ints
    need: Ints
    clearance: Ints
    shortest: Ints
    longest: Ints


def _openings(index: Index, skills: dict[str, int]) -> _Openings:
    count, span = len(index.openings), index.span
    inside = np.zeros((count, span), dtype=bool)
    may_start = np.zeros((count, span), dtype=bool)
    must_end = np.zeros((count, span), dtype=np.int64)
    need = np.zeros((count, len(skills)), dtype=np.int64)
    for k, opening in enumerate(index.openings):
        host = index.institutes[index.host[k]]
        first, after = opening.window
        closed = {week for week in host.closed if first <= week < after}
        inside[k, max(first, 0) : after] = True
        starts = [w for w in opening.start_weeks if max(first, 0) <= w < after and w not in closed]
        may_start[k, [w for w in starts if w not in host.no_arrival]] = True
        stops = sorted(closed | {after})
        must_end[k] = np.array([*stops, 0])[np.searchsorted(stops, np.arange(span))]
        for skill, level in opening.need.items():
            need[k, skills[skill]] = level
    return _Openings(
        inside,
        may_start,
        must_end,
        need,
        clearance=np.array([o.min_clearance for o in index.openings], dtype=np.int64),
        shortest=np.array([o.min_weeks for o in index.openings], dtype=np.int64),
        longest=np.array([o.max_weeks for o in index.openings], dtype=np.int64),
    )


def _availability_end(windows: tuple[tuple[int, int], ...], span: int) -> Ints:
    """For each week the end of the (longest) availability window that holds it, or 0."""
    end = np.zeros(span, dtype=np.int64)
    for first, after in windows:
        inside = slice(max(first, 0), min(after, span))
        end[inside] = np.maximum(end[inside], after)
    return end


def _ruled_end(index: Index, number: int, chosen: Ints) -> Ints:
    """For each opening and start, by when the rules outside the round end a stay of this person; 0: there is none."""
    eligible, person = index.problem.eligible, index.candidates[number].id
    if eligible is None:
        return np.full((1, index.span), NO_LIMIT, dtype=np.int64)
    end = np.zeros((len(chosen), index.span), dtype=np.int64)
    for row, k in enumerate(chosen.tolist()):
        for first, after, last in eligible.get((person, index.openings[k].id), ()):
            end[row, first:after] = last
    return end


def _slots_of(index: Index, openings: _Openings, number: int, skills: Ints, funnel: Ints) -> tuple[Ints, ...] | None:
    """The slots of one person as (opening, start, shortest, longest), and the person's row of the funnel."""
    person, weeks = index.candidates[number], np.arange(index.span)
    own = index.host == index.home[number]
    skilled = (skills >= openings.need).all(axis=1)
    cleared = person.clearance >= openings.clearance
    funnel[:3] = own.sum(), (~own & ~skilled).sum(), (~own & skilled & ~cleared).sum()
    chosen = np.flatnonzero(~own & skilled & cleared)
    if not len(chosen):
        return None
    end = _availability_end(person.availability, index.span)
    weeks = np.flatnonzero((end > 0) & (weeks >= person.earliest_start) & (weeks <= person.latest_start))
    end, here = end[weeks], np.ix_(chosen, weeks)
    lead = np.array([person.lead_weeks.get(institute.id, 0) for institute in index.institutes], dtype=np.int64)
    guarded = openings.clearance[chosen] > 0
    allowed = openings.inside[here]
    steps = [allowed.any(axis=1)]
    ruled_end = _ruled_end(index, number, chosen)[:, weeks]
    allowed &= ruled_end > weeks[None, :]
    steps.append(allowed.any(axis=1))
    allowed &= weeks[None, :] >= index.problem.now + lead[index.host[chosen]][:, None]
    steps.append(allowed.any(axis=1))
    allowed &= (weeks < person.clearance_ends)[None, :] | ~guarded[:, None]
    steps.append(allowed.any(axis=1))
    last = np.minimum(np.minimum(end[None, :], openings.must_end[here]), ruled_end)
    last = np.where(guarded[:, None], np.minimum(last, person.clearance_ends), last)
    shortest = np.maximum(person.min_weeks, openings.shortest[chosen])[:, None]
    longest = np.minimum(np.minimum(person.max_weeks, openings.longest[chosen])[:, None], last - weeks[None, :])
    allowed &= longest >= shortest
    steps.append(allowed.any(axis=1))
    allowed &= openings.may_start[here]
    steps.append(allowed.any(axis=1))
    counts = [len(chosen), *(int(step.sum()) for step in steps)]
    funnel[3:-1] = -np.diff(counts)
    funnel[-1] = counts[-1]
    row, start = np.nonzero(allowed)
    return chosen[row], weeks[start], shortest[row, 0], longest[row, start]


def eligible_slots(index: Index) -> Slots:
    """Every slot of the round, before confirmed placements are taken into account."""
    names = sorted({s for row in (*index.candidates, *index.openings) for s in _skill_names(row)})
    skills = {name: k for k, name in enumerate(names)}
    openings = _openings(index, skills)
    funnel = np.zeros((len(index.candidates), len(CHECKS)), dtype=np.int64)
    parts: list[tuple[npt.NDArray[np.int32], ...]] = []
    for number, person in enumerate(index.candidates):
        levels = np.zeros(len(skills), dtype=np.int64)
        for skill, level in person.skills.items():
            levels[skills[skill]] = level
        found = _slots_of(index, openings, number, levels, funnel[number])
        if found is not None and len(found[0]):
            parts.append((np.full(len(found[0]), number, dtype=np.int32), *(part.astype(np.int32) for part in found)))
    if not parts:
        nothing = np.zeros(0, dtype=np.int64)
        return Slots(nothing, nothing, nothing, nothing, nothing, nothing, funnel)
    candidate, opening, start, shortest, longest = (
        np.concatenate(column).astype(np.int64) for column in zip(*parts, strict=True)
    )
    new_pair = np.ones(len(candidate), dtype=bool)
    new_pair[1:] = (candidate[1:] != candidate[:-1]) | (opening[1:] != opening[:-1])
    return Slots(np.cumsum(new_pair) - 1, start, shortest, longest, candidate[new_pair], opening[new_pair], funnel)


def _skill_names(row: object) -> tuple[str, ...]:
    return tuple(getattr(row, "skills", None) or getattr(row, "need", None) or ())
