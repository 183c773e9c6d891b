"""The shared limits as arrays, and what is left of them once some placements are fixed.

Confirmed placements stand even where they break a limit: what is left of that limit is then nothing (never less), so
that no new placement makes it worse and the run goes on; ``checker.py`` names the break.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from exchange.scheduling.columns import Catalogue, Columns
from exchange.scheduling.index import Index, Ints

UNLIMITED = 10**6


@dataclass(frozen=True, slots=True)
class Limits:
    """What may still be used: seats[opening, week], desks[institute, week], away[team, week], purses, net balance.

    ``balance_low <= sum of signed weeks of the new placements <= balance_high``; ``placements[c]`` per person.
    """

    seats: Ints
    desks: Ints
    away: Ints
    purses: Ints
    balance_low: Ints
    balance_high: Ints
    placements: Ints

    def less(self, index: Index, columns: Columns) -> Limits:
        """What is left when the columns are placed as well (may go below zero)."""
        seats, desks, away = self.seats.copy(), self.desks.copy(), self.away.copy()
        for o, h, t, start, end in zip(
            columns.opening.tolist(),
            columns.host.tolist(),
            columns.team.tolist(),
            columns.start.tolist(),
            columns.end.tolist(),
            strict=True,
        ):
            seats[o, start : end + int(index.turnover[o])] -= 1
            desks[h, start:end] -= 1
            away[t, start:end] -= 1
        net = signed_weeks(index, columns, len(self.balance_low))
        used = np.bincount(columns.candidate, minlength=len(self.placements))
        return Limits(
            seats,
            desks,
            away,
            self.purses - spending(index, columns),
            self.balance_low - net,
            self.balance_high - net,
            self.placements - used,
        )

    def never_negative(self) -> Limits:
        """The same where nothing is overdrawn: overdrawn limits count as used up, an unbalanced pair as it stands."""
        return replace(
            self,
            seats=np.maximum(self.seats, 0),
            desks=np.maximum(self.desks, 0),
            away=np.maximum(self.away, 0),
            purses=np.maximum(self.purses, 0),
            placements=np.maximum(self.placements, 0),
        )


def purse_costs(index: Index, columns: Columns, purse: int) -> tuple[Ints, Ints]:
    """What each column costs one purse, as (home's share, host's share); zero for other institutes' people."""
    purses = index.purses
    owner, first, after = int(purses.institute[purse]), int(purses.first[purse]), int(purses.after[purse])
    weeks = np.maximum(np.minimum(columns.end, after) - np.maximum(columns.start, first), 0)
    starts = (columns.start >= first) & (columns.start < after)
    home = np.where(columns.home == owner, index.travel[owner] * starts + index.home_cost[owner] * weeks, 0)
    host = np.where(columns.host == owner, index.host_cost[owner] * weeks, 0)
    return home, host


def spending(index: Index, columns: Columns) -> Ints:
    """What the columns cost each purse in total."""
    totals = [sum(int(part.sum()) for part in purse_costs(index, columns, k)) for k in range(len(index.purses.amount))]
    return np.array(totals, dtype=np.int64)


def signed_weeks(index: Index, columns: Columns, rows: int) -> Ints:
    """Person-weeks sent minus received, per balance row."""
    net = np.zeros(rows, dtype=np.int64)
    row = index.pair_row[columns.home, columns.host]
    inside = row >= 0
    np.add.at(net, row[inside], (index.pair_sign[columns.home, columns.host] * columns.weeks)[inside])
    return net


def confirmed_columns(index: Index) -> Columns:
    """The confirmed placements as columns, allowed or not; they have no column number (-1)."""
    rows = index.problem.confirmed
    person = np.array([index.candidate_number[row.candidate] for row in rows], dtype=np.int64)
    opening = np.array([index.opening_number[row.opening] for row in rows], dtype=np.int64)
    start = np.array([row.start for row in rows], dtype=np.int64)
    weeks = np.array([row.weeks for row in rows], dtype=np.int64)
    nothing = np.zeros(len(rows), dtype=np.int64)
    return Columns(
        nothing - 1,
        person,
        opening,
        start,
        weeks,
        nothing,
        start + weeks,
        index.home[person],
        index.host[opening],
        index.team[person],
    )


def full_limits(index: Index) -> Limits:
    """The limits of the round with nobody placed."""
    span, problem = index.span, index.problem
    desks = np.full((len(index.institutes), span), UNLIMITED, dtype=np.int64)
    for k, institute in enumerate(index.institutes):
        desks[k, : problem.weeks] = institute.desks[: problem.weeks]
    seats = np.array([opening.seats for opening in index.openings], dtype=np.int64)
    away = np.array([team.max_away for team in index.teams], dtype=np.int64)
    history = np.array([row.history_weeks for row in problem.balance], dtype=np.int64)
    tolerance = np.array([row.tolerance_weeks for row in problem.balance], dtype=np.int64)
    return Limits(
        np.repeat(seats[:, None], span, axis=1),
        desks,
        np.repeat(away[:, None], span, axis=1),
        index.purses.amount.copy(),
        -tolerance - history,
        tolerance - history,
        np.array([candidate.max_placements for candidate in index.candidates], dtype=np.int64),
    )


def open_limits(index: Index) -> Limits:
    """What the confirmed placements leave for new ones."""
    return full_limits(index).less(index, confirmed_columns(index)).never_negative()


@dataclass(frozen=True, slots=True)
class Model:
    """What every step of the search works on: the columns and the limits they compete for."""

    index: Index
    catalogue: Catalogue
    limits: Limits
