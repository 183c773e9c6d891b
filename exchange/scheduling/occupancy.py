"""What a plan under construction leaves, and how long a stay from each slot could still be.

Every limit turns into a longest stay: a used-up seat, desk or quota ends the stay at the first full week, a purse at
the week its money runs out, a balance at its tolerance, another placement at the rest before it. So what fits is found
slot by slot, without looking at columns.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from exchange.scheduling.columns import Columns
from exchange.scheduling.index import Bools, Ints
from exchange.scheduling.limits import Limits, Model, signed_weeks, spending

FOREVER = 10**6


class Occupancy:
    """A set of placed columns with what they leave; placing and removing keep it up to date."""

    def __init__(self, model: Model) -> None:
        limits = model.limits
        self.model, self.index = model, model.index
        self.seats, self.desks, self.away = limits.seats.copy(), limits.desks.copy(), limits.away.copy()
        self.purses = limits.purses.copy()
        self.low, self.high = limits.balance_low.copy(), limits.balance_high.copy()
        self.left = limits.placements.copy()
        self.placed: dict[int, list[int]] = {}
        self.value = 0
        self._note_full()

    @property
    def numbers(self) -> Ints:
        """The placed columns, in order."""
        return np.array(sorted(n for theirs in self.placed.values() for n in theirs), dtype=np.int64)

    def balanced(self) -> bool:
        """Whether every balance row is within its tolerance."""
        return bool((self.low <= 0).all() and (self.high >= 0).all())

    def limits(self) -> Limits:
        """What is left, as limits."""
        return Limits(self.seats, self.desks, self.away, self.purses, self.low, self.high, self.left)

    def place(self, number: int) -> None:
        """Place one column (it must fit)."""
        column = self.model.catalogue.columns(np.array([number]))
        self._change(column, 1)
        self.placed.setdefault(int(column.candidate[0]), []).append(number)

    def remove(self, number: int) -> None:
        """Take one placed column out again."""
        column = self.model.catalogue.columns(np.array([number]))
        self._change(column, -1)
        person = int(column.candidate[0])
        self.placed[person].remove(number)
        if not self.placed[person]:
            del self.placed[person]

    def place_all(self, numbers: Ints) -> None:
        """Place several columns."""
        columns = self.model.catalogue.columns(numbers)
        seat_end = columns.end + self.index.turnover[columns.opening]
        for grid, key, end in (
            (self.seats, columns.opening, seat_end),
            (self.desks, columns.host, columns.end),
            (self.away, columns.team, columns.end),
        ):
            for row, first, after in zip(key.tolist(), columns.start.tolist(), end.tolist(), strict=True):
                grid[row, first:after] -= 1
        self._note_full()
        self._pay(columns, 1)
        np.subtract.at(self.left, columns.candidate, 1)
        for person, number in zip(columns.candidate.tolist(), numbers.tolist(), strict=True):
            self.placed.setdefault(person, []).append(number)

    def _note_full(self) -> None:
        self._full_seat, self._full_desk, self._full_team = (
            _next_full(self.seats),
            _next_full(self.desks),
            _next_full(self.away),
        )

    def _pay(self, columns: Columns, sign: int) -> None:
        self.purses -= sign * spending(self.index, columns)
        net = sign * signed_weeks(self.index, columns, len(self.low))
        self.low -= net
        self.high -= net
        self.value += sign * int(columns.value.sum())

    def _change(self, column: Columns, sign: int) -> None:
        o, h, t = int(column.opening[0]), int(column.host[0]), int(column.team[0])
        start, end = int(column.start[0]), int(column.end[0])
        self.seats[o, start : end + int(self.index.turnover[o])] -= sign
        self.desks[h, start:end] -= sign
        self.away[t, start:end] -= sign
        self._full_seat[o] = _next_full(self.seats[o : o + 1])[0]
        self._full_desk[h] = _next_full(self.desks[h : h + 1])[0]
        self._full_team[t] = _next_full(self.away[t : t + 1])[0]
        self._pay(column, sign)
        self.left[column.candidate[0]] -= sign

    def fits(self, columns: Columns, *, balance: bool = True) -> Bools:
        """Which of the columns could each be placed now (``balance=False``: if others made up for the balance)."""
        slots = np.searchsorted(self.model.catalogue.first, columns.number, side="right") - 1
        distinct, back = np.unique(slots, return_inverse=True)
        fitting: Bools = columns.weeks <= self.longest_fitting(distinct, balance=balance)[back]
        return fitting

    def longest_fitting(self, slots: Ints, *, balance: bool = True) -> Ints:
        """For each slot the longest stay that still fits (below the slot's shortest: none does)."""
        longest: Ints = self.model.catalogue.longest[slots].copy()
        for family, allowed in self.longest_by_limit(slots):
            if family != "balance" or balance:
                np.minimum(longest, allowed, out=longest)
        return longest

    def longest_by_limit(self, slots: Ints) -> Iterator[tuple[str, Ints]]:
        """For each kind of limit the longest stay that it alone allows in each slot."""
        catalogue, index = self.model.catalogue, self.index
        person, opening, start = catalogue.candidate[slots], catalogue.opening[slots], catalogue.start[slots]
        home, host, team = index.home[person], index.host[opening], index.team[person]
        yield "seat", self._full_seat[opening, start] - index.turnover[opening] - start
        yield "desk", self._full_desk[host, start] - start
        yield "away", self._full_team[team, start] - start
        yield "home budget", self._money_weeks(start, home, self.index.home_cost, self.index.travel)
        yield "host budget", self._money_weeks(start, host, self.index.host_cost, np.zeros_like(self.index.travel))
        row, sign = index.pair_row[home, host], index.pair_sign[home, host]
        room = np.where(sign > 0, np.append(self.high, FOREVER)[row], -np.append(self.low, -FOREVER)[row])
        yield "balance", np.where(row >= 0, room, FOREVER)
        longest = np.where(self.left[person] > 0, FOREVER, 0)
        self._shorten_to_rest(longest, person, start)
        yield "person", longest

    def _money_weeks(self, start: Ints, payer: Ints, weekly: Ints, once: Ints) -> Ints:
        """The weeks that each payer's purses allow from each start; ``once`` is paid in the start's own week.

        Weeks before a purse's first week are free of it; weeks inside cost; those after it are free again.
        """
        purses, longest = self.index.purses, np.full(len(start), FOREVER, dtype=np.int64)
        for purse, owner in enumerate(purses.institute.tolist()):
            which = np.flatnonzero(payer == owner)
            first, after = int(purses.first[purse]), int(purses.after[purse])
            begin = start[which]
            left = self.purses[purse] - once[owner] * ((begin >= first) & (begin < after))
            cost = int(weekly[owner])
            weeks = left // cost if cost else np.where(left >= 0, FOREVER, -1)
            inside = np.maximum(begin, first)
            cut = (begin < after) & (weeks < after - inside)
            longest[which] = np.minimum(longest[which], np.where(cut, inside - begin + weeks, FOREVER))
        return longest

    def _shorten_to_rest(self, longest: Ints, person: Ints, start: Ints) -> None:
        """Keep the weeks at home between two placements of the people who already have one."""
        placed_already = self.left < self.model.limits.placements
        theirs = np.flatnonzero((self.index.several & placed_already)[person])
        for number in np.unique(person[theirs]).tolist():
            for placed in self.placed.get(number, ()):
                column, rest = self.model.catalogue.columns(np.array([placed])), int(self.index.rest[number])
                before = theirs[(person[theirs] == number) & (start[theirs] < int(column.end[0]) + rest)]
                longest[before] = np.minimum(longest[before], int(column.start[0]) - rest - start[before])


def _next_full(left: Ints) -> Ints:
    """For each key and week the first week from then on with nothing left (FOREVER: none)."""
    weeks = np.where(left <= 0, np.arange(left.shape[1]), FOREVER)
    return np.minimum.accumulate(weeks[:, ::-1], axis=1)[:, ::-1]
