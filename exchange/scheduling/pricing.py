"""Pricing: what every column is worth once it pays the going price for what it uses.

Given a price for each row, the *reduced value* of a column is its value minus the prices of what it uses. All columns
of the round are priced in one sweep of array operations: the prices of a key are summed over the weeks once, so that
any stay costs a difference of two sums, whatever its length.

The sweep also gives the Lagrangian bound (Geoffrion, *Lagrangean relaxation for integer programming*, 1974): for any
prices >= 0, the prices times the limits plus, for each person, the best reduced value (as often as the person may
be placed) is a proven upper bound on the value of every plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from exchange.scheduling.columns import Columns
from exchange.scheduling.index import Floats, Ints, Small
from exchange.scheduling.limits import Model
from exchange.scheduling.rows import RowSpace

Length = npt.NDArray[np.int16]
BLOCK = 60_000  # columns priced at a time: the working arrays stay in the processor's cache


@dataclass(frozen=True, slots=True)
class Tables:
    """Prices summed over the weeks before, one row per key: a stay costs the sum at its end minus that at its start.

    By opening (seat, desk and the host's purse; at the end the seat is kept for its turnover), team, person at rest,
    home purse. ``travel[i, week]`` is paid once, ``balance[i, j]`` per week.
    """

    host_start: Floats
    host_end: Floats
    away: Floats
    rest: Floats
    home: Floats
    travel: Floats
    balance: Floats


@dataclass(frozen=True, slots=True)
class Priced:
    """One sweep: the bound, each person's best reduced value (0 where none pays), and columns worth adding."""

    bound: float
    best: Floats
    chosen: Ints


def _sums(prices: Floats) -> Floats:
    """Prefix sums over the weeks with a leading zero, one row per key."""
    table = np.zeros((prices.shape[0], prices.shape[1] + 1))
    np.cumsum(prices, axis=1, out=table[:, 1:])
    return table


def purse_prices(rows: RowSpace, prices: Floats) -> Floats:
    """The price of one unit of money, [institute, week]: the sum over the purses that cover the week."""
    index = rows.index
    purses, per_week = index.purses, np.zeros((len(index.institutes), rows.span))
    for k, price in enumerate(prices[rows.base["purse"] : rows.base["purse"] + rows.keys["purse"]]):
        per_week[purses.institute[k], purses.first[k] : purses.after[k]] += price
    return per_week


def balance_prices(rows: RowSpace, prices: Floats) -> Floats:
    """The price of a week from institute i at institute j, [i, j] (negative where it mends the balance)."""
    row, sign = rows.index.pair_row, rows.index.pair_sign
    of_rows = np.append(prices[rows.base["balance"] :], 0.0)
    priced: Floats = of_rows[row] * sign
    return priced


def build_tables(rows: RowSpace, prices: Floats) -> Tables:
    """The sums for one vector of prices over the row space."""
    index = rows.index

    def grid(family: str) -> Floats:
        return prices[rows.grid(family)].reshape(rows.keys[family], rows.span)

    money = purse_prices(rows, prices)
    desk = _sums(grid("desk") + money * index.host_cost[:, None])[index.host]
    seat = _sums(grid("seat"))
    given_back = np.minimum(np.arange(rows.span + 1)[None, :] + index.turnover[:, None], rows.span)
    rest = np.concatenate([np.zeros((1, rows.span + 1)), _sums(grid("rest"))])
    return Tables(
        host_start=seat + desk,
        host_end=np.take_along_axis(seat, given_back, axis=1) + desk,
        away=_sums(grid("away")),
        rest=rest,
        home=_sums(money * index.home_cost[:, None]),
        travel=money * index.travel[:, None],
        balance=balance_prices(rows, prices),
    )


class Pricer:
    """Prices the columns of a model; with ``stride`` 4 only every fourth length of each slot (the coarse pass)."""

    def __init__(self, model: Model, rows: RowSpace, stride: int = 1) -> None:
        self.model, self.rows, self.stride = model, rows, stride
        catalogue = model.catalogue
        self.catalogue = catalogue
        counts = (catalogue.longest - catalogue.shortest) // stride + 1
        self.first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self.slot = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        step = np.arange(len(self.slot)) - np.repeat(self.first[:-1], counts)
        self.weeks = (np.repeat(catalogue.shortest, counts) + stride * step).astype(np.int16)
        new_pair = np.ones(len(counts), dtype=bool)
        new_pair[1:] = catalogue.pair[1:] != catalogue.pair[:-1]
        self.pair_first = np.append(self.first[:-1][new_pair], self.first[-1])
        self.pair_person = catalogue.candidate[new_pair]
        self.placements = model.limits.placements
        index, person, width = model.index, catalogue.candidate, rows.span + 1

        def small(values: Ints) -> Small:
            return values.astype(np.int32)

        self._start, self._preferred = small(catalogue.start), small(index.preferred[person])
        self._host_row, self._team_row = small(catalogue.opening * width), small(index.team[person] * width)
        self._home_row, self._rest = small(index.home[person] * width), small(index.rest[person])
        self._rest_row = small((rows.rest_key[person] + 1) * width)
        self._off_length = index.problem.objective.per_week_off_preferred_length
        self._blocks = self._cut_blocks()

    def _cut_blocks(self) -> list[tuple[int, int]]:
        """Ranges of pairs with about BLOCK columns each."""
        total, pairs = int(self.first[-1]), len(self.pair_first) - 1
        marks = np.searchsorted(self.pair_first, np.arange(BLOCK, total, BLOCK))
        cuts = np.unique(np.concatenate([[0], marks, [pairs]]))
        return [(int(a), int(b)) for a, b in pairwise(cuts)]

    def numbers(self, positions: Ints) -> Ints:
        """Column numbers of positions in the sweep."""
        slot = self.slot[positions]
        numbers: Ints = self.catalogue.first[slot] + self.weeks[positions] - self.catalogue.shortest[slot]
        return numbers

    def _slot_terms(self, tables: Tables) -> tuple[Floats, Floats]:
        """Per slot: what does not depend on the length, and what each further week adds."""
        catalogue, index = self.catalogue, self.model.index
        person, opening, start = catalogue.candidate, catalogue.opening, catalogue.start
        home, host, team = index.home[person], index.host[opening], index.team[person]
        weight = index.problem.objective
        fixed = weight.placement - weight.per_week_after_earliest_start * np.maximum(start - index.earliest[person], 0)
        fixed = fixed + tables.host_start[opening, start] + tables.away[team, start] + tables.home[home, start]
        fixed += tables.rest[self.rows.rest_key[person] + 1, start]
        fixed -= tables.travel[home, start]
        return fixed, catalogue.points - tables.balance[home, host]

    def value_blocks(self, prices: Floats) -> Iterator[tuple[slice, Floats]]:
        """The reduced value of every column of the sweep, without the person's own price, part by part."""
        tables = build_tables(self.rows, prices)
        fixed, slope = self._slot_terms(tables)
        for part in self._column_blocks():
            yield part, self._reduced(tables, fixed, slope, self.slot[part], self.weeks[part])

    def score(self, prices: Floats, value_share: float) -> Callable[[Columns], Floats]:
        """A score for greedy insertion: the reduced value plus a share of the plain value."""
        tables = build_tables(self.rows, prices)
        fixed, slope = self._slot_terms(tables)

        def scored(columns: Columns) -> Floats:
            slot = np.searchsorted(self.catalogue.first, columns.number, side="right") - 1
            reduced = self._reduced(tables, fixed, slope, slot.astype(np.int32), columns.weeks.astype(np.int16))
            return reduced + value_share * columns.value

        return scored

    def _column_blocks(self) -> Iterator[slice]:
        for first, after in self._blocks:
            yield slice(int(self.pair_first[first]), int(self.pair_first[after]))

    def _reduced(self, tables: Tables, fixed: Floats, slope: Floats, slot: Small, length: Length) -> Floats:
        weeks = length.astype(np.int32)
        end = self._start[slot] + weeks
        value: Floats = fixed[slot] + slope[slot] * weeks
        value -= self._off_length * np.abs(weeks - self._preferred[slot])
        value -= tables.host_end.ravel()[self._host_row[slot] + end]
        value -= tables.away.ravel()[self._team_row[slot] + end]
        value -= tables.home.ravel()[self._home_row[slot] + end]
        if self.rows.keys["rest"]:
            at_home = np.minimum(end + self._rest[slot], self.rows.span)
            value -= tables.rest.ravel()[self._rest_row[slot] + at_home]
        if self.catalogue.keeping is not None:
            value += self.catalogue.keeping.bonus(slot, self._start[slot], weeks)
        return value

    def sweep(
        self,
        prices: Floats,
        person_price: Floats,
        per_person: int,
        known: frozenset[int] | set[int],
        longest: Ints | None = None,
    ) -> Priced:
        """Price everything once, or only stays up to ``longest`` weeks per slot (the bound then holds for those only).

        ``chosen`` holds, for each person, the best column of up to ``per_person`` openings whose reduced value is above
        the person's own price, except columns already ``known``.
        """
        tables = build_tables(self.rows, prices)
        fixed, slope = self._slot_terms(tables)
        best = np.zeros(len(self.pair_first) - 1)
        for (first, after), part in zip(self._blocks, self._column_blocks(), strict=True):
            value = self._reduced(tables, fixed, slope, self.slot[part], self.weeks[part])
            if longest is not None:
                value[self.weeks[part] > longest[self.slot[part]]] = -np.inf
            best[first:after] = np.maximum.reduceat(value, self.pair_first[first:after] - part.start)
        of_person = np.zeros(len(person_price))
        np.maximum.at(of_person, self.pair_person, best)
        hopeful = np.flatnonzero(best > person_price[self.pair_person] + 1e-6)
        hopeful = self._first_per_person(
            hopeful[np.lexsort((-best[hopeful], self.pair_person[hopeful]))], 3 * per_person
        )
        at = self._best_positions(tables, fixed, slope, hopeful, longest)
        numbers = self.numbers(at)
        fresh = np.array([number not in known for number in numbers.tolist()], dtype=bool)
        chosen = numbers[fresh][self._ranks(hopeful[fresh]) < per_person]
        return Priced(self._bound(prices, of_person), of_person, chosen)

    def _best_positions(self, tables: Tables, fixed: Floats, slope: Floats, pairs: Ints, longest: Ints | None) -> Ints:
        """Where in the sweep the best column of each of these pairs is (the first of equals)."""
        low = self.pair_first[pairs]
        count = self.pair_first[pairs + 1] - low
        begins = np.cumsum(count) - count
        position = np.repeat(low - begins, count) + np.arange(count.sum())
        value = self._reduced(tables, fixed, slope, self.slot[position], self.weeks[position])
        if longest is not None:
            value[self.weeks[position] > longest[self.slot[position]]] = -np.inf
        best = np.maximum.reduceat(value, begins) if len(pairs) else value
        top = np.flatnonzero(value == np.repeat(best, count))
        found: Ints = position[top[np.searchsorted(top, begins)]] if len(pairs) else position
        return found

    def _ranks(self, pairs: Ints) -> Ints:
        """Each pair's place among its person's (pairs sorted by person)."""
        person = self.pair_person[pairs]
        ranks: Ints = np.arange(len(person)) - np.searchsorted(person, person)
        return ranks

    def _first_per_person(self, pairs: Ints, count: int) -> Ints:
        return pairs[self._ranks(pairs) < count]

    def _bound(self, prices: Floats, best: Floats) -> float:
        rows = self.rows
        limit = np.where(prices > 0, rows.upper, np.where(np.isinf(rows.lower), 0.0, rows.lower))
        return float(limit @ prices + self.placements @ best)
