"""Columns: one column is one possible placement (person, opening, start week, weeks).

A round of 3,000 people has eight million of them, so they are not stored: column number ``first[slot] + k`` is the
stay of ``shortest[slot] + k`` weeks in that slot. Only the few that a step works with are written out, as
``Columns``. (Column numbers therefore order columns by person, opening, start and length.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exchange.scheduling.eligibility import Slots
from exchange.scheduling.index import Bools, Index, Ints, Small


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns written out, one array entry each; ``end`` is the first week after the stay."""

    number: Ints
    candidate: Ints
    opening: Ints
    start: Ints
    weeks: Ints
    value: Ints
    end: Ints
    home: Ints
    host: Ints
    team: Ints

    def __len__(self) -> int:
        return len(self.number)

    def take(self, which: Ints | Bools) -> Columns:
        """The chosen columns, by position or mask."""
        return Columns(*(getattr(self, name)[which] for name in self.__dataclass_fields__))


@dataclass(frozen=True, slots=True)
class Keeping:
    """A bonus for staying near a published plan, per slot: where the person's published stay at the opening was.

    ``start`` is -1 where there was none. An identical stay earns ``same``, another one at the opening earns ``opening``
    less ``per_week`` for each week that start and length differ.
    """

    start: Ints
    weeks: Ints
    same: int
    opening: int
    per_week: int

    def bonus(self, slot: Ints | Small, start: Ints | Small, weeks: Ints | Small) -> Ints:
        """The bonus of stays, by slot, start and length."""
        known = self.start[slot] >= 0
        moved = np.abs(start - self.start[slot]) + np.abs(weeks - self.weeks[slot])
        near = np.maximum(self.opening - self.per_week * moved, 0)
        return np.where(known, np.where(moved == 0, self.same, near), 0)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All columns of a round, implicitly. ``candidate_slots[c]`` is where the slots of person c begin."""

    index: Index
    candidate: Ints
    opening: Ints
    pair: Ints
    start: Ints
    shortest: Ints
    longest: Ints
    points: Ints
    first: Ints
    candidate_slots: Ints
    funnel: Ints
    keeping: Keeping | None = None

    @property
    def size(self) -> int:
        """The number of columns."""
        return int(self.first[-1])

    def slots_of(self, candidate: int) -> slice:
        """The slots of one person."""
        return slice(int(self.candidate_slots[candidate]), int(self.candidate_slots[candidate + 1]))

    def values(self, slot: Ints, weeks: Ints) -> Ints:
        """The objective value of stays, by slot and length (with the bonus for staying near a published plan)."""
        weight, index = self.index.problem.objective, self.index
        person, start = self.candidate[slot], self.start[slot]
        value: Ints = self.points[slot] * weeks + weight.placement
        value -= weight.per_week_off_preferred_length * np.abs(weeks - index.preferred[person])
        value -= weight.per_week_after_earliest_start * np.maximum(start - index.earliest[person], 0)
        if self.keeping is not None:
            value += self.keeping.bonus(slot, start, weeks)
        return value

    def columns(self, numbers: Ints) -> Columns:
        """Write out the columns with these numbers."""
        slot = np.searchsorted(self.first, numbers, side="right") - 1
        return self._written_out(numbers, slot, self.shortest[slot] + numbers - self.first[slot])

    def _written_out(self, numbers: Ints, slot: Ints, weeks: Ints) -> Columns:
        index = self.index
        person, opening, start = self.candidate[slot], self.opening[slot], self.start[slot]
        return Columns(
            numbers,
            person,
            opening,
            start,
            weeks,
            self.values(slot, weeks),
            start + weeks,
            index.home[person],
            index.host[opening],
            index.team[person],
        )

    def within(self, slots: Ints, longest: Ints) -> Columns:
        """All columns of the slots up to the given lengths (slots with ``longest < shortest`` give none)."""
        count = np.maximum(longest - self.shortest[slots] + 1, 0)
        slot = np.repeat(slots, count)
        step = np.arange(len(slot)) - np.repeat(np.cumsum(count) - count, count)
        return self._written_out(self.first[slot] + step, slot, self.shortest[slot] + step)

    def number_of(self, candidate: int, opening: int, start: int, weeks: int) -> int | None:
        """The number of one column, or None where the stay is not allowed."""
        slots = self.slots_of(candidate)
        found = np.flatnonzero((self.opening[slots] == opening) & (self.start[slots] == start))
        if not len(found):
            return None
        slot = slots.start + int(found[0])
        if not self.shortest[slot] <= weeks <= self.longest[slot]:
            return None
        return int(self.first[slot] + weeks - self.shortest[slot])


def build_catalogue(index: Index, slots: Slots) -> Catalogue:
    """The catalogue of the slots that are left once confirmed placements have taken the people's time."""
    candidate, opening = slots.pair_candidate[slots.pair], slots.pair_opening[slots.pair]
    longest, keep = _beside_confirmed(index, slots, candidate)
    candidate, opening, start = candidate[keep], opening[keep], slots.start[keep]
    shortest, longest = slots.shortest[keep], longest[keep]
    points = index.problem.points
    of_pair = [
        points.get((index.candidates[c].id, index.openings[o].id), 0)
        for c, o in zip(slots.pair_candidate.tolist(), slots.pair_opening.tolist(), strict=True)
    ]
    return Catalogue(
        index,
        candidate,
        opening,
        slots.pair[keep],
        start,
        shortest,
        longest,
        points=np.array(of_pair, dtype=np.int64)[slots.pair[keep]],
        first=np.concatenate([[0], np.cumsum(longest - shortest + 1)]).astype(np.int64),
        candidate_slots=np.searchsorted(candidate, np.arange(len(index.candidates) + 1)).astype(np.int64),
        funnel=slots.funnel,
    )


def _beside_confirmed(index: Index, slots: Slots, candidate: Ints) -> tuple[Ints, Bools]:
    """Shorten or drop slots so that people rest between a confirmed placement and a new one, and keep their count."""
    longest, keep = slots.longest.copy(), np.ones(len(slots.start), dtype=bool)
    left = {k: person.max_placements for k, person in enumerate(index.candidates)}
    for placement in index.problem.confirmed:
        number = index.candidate_number[placement.candidate]
        left[number] -= 1
        theirs, rest = candidate == number, int(index.rest[number])
        before = theirs & (slots.start < placement.end + rest)
        longest[before] = np.minimum(longest[before], placement.start - rest - slots.start[before])
    for number, count in left.items():
        if count <= 0:
            keep[candidate == number] = False
    return longest, keep & (longest >= slots.shortest)
