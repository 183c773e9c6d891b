"""Why somebody is not placed: not eligible (with the nearest opening), or blocked (by what, by whom, what it takes).

Everything follows from the round, the plan and the prices the plan carries; nothing is solved again. All of a round's
unplaced people are explained in well under a second at a few hundred people.
"""

from __future__ import annotations

import numpy as np

from exchange.scheduling.columns import Columns
from exchange.scheduling.eligibility import CHECKS
from exchange.scheduling.index import Bools, Floats, Ints
from exchange.scheduling.limits import Model, purse_costs
from exchange.scheduling.model import build_model
from exchange.scheduling.obstacles import nearest_opening
from exchange.scheduling.occupancy import Occupancy
from exchange.scheduling.plan import Plan
from exchange.scheduling.pricelist import price_vector
from exchange.scheduling.pricing import Pricer, build_tables
from exchange.scheduling.problem import Placement, Problem
from exchange.scheduling.reasons import Bill, Change, Kind, Reason, Rival, Stay
from exchange.scheduling.rows import build_rows

RIVALS = 3


class Explainer:
    """Explains the people that one plan leaves out. ``bound`` is the bound on new placements that ``prices`` prove."""

    def __init__(self, model: Model, new: Ints, prices: Floats, bound: float) -> None:
        self.model, self.index, self.catalogue = model, model.index, model.catalogue
        self.prices, self.bound = prices, bound
        self.rows = build_rows(model)
        self.tables = build_tables(self.rows, prices)
        self.score = Pricer(model, self.rows, stride=10**6).score(prices, 0.0)
        self.state = Occupancy(model)
        self.state.place_all(new)
        self.placed = self.catalogue.columns(new)

    def reason(self, candidate: str) -> Reason:
        """The reason for one person who has no placement."""
        number = self.index.candidate_number[candidate]
        funnel = dict(zip(CHECKS, self.catalogue.funnel[number].tolist(), strict=True))
        theirs = self.catalogue.slots_of(number)
        slots = np.arange(theirs.start, theirs.stop)
        if not len(slots):
            return self._not_eligible(candidate, funnel)
        every = self.catalogue.within(slots, self.catalogue.longest[slots])
        columns = _worth_having(every)
        blocked = self._blocks(slots, columns)
        count = np.sum(list(blocked.values()), axis=0)
        least = np.flatnonzero(count == count.min())
        nearest = int(least[columns.value[least].argmax()])
        names = tuple(name for name, mask in blocked.items() if mask[nearest])
        changes = self._changes(columns, blocked, count)
        # In their best stay the bound falls by what its reduced value lacks to zero; in any other by more.
        loss = max(0.0, self.state.value - self.bound - min(0.0, float(self.score(every).max())))
        return Reason(
            Kind.BLOCKED if names else Kind.FREE,
            self._sentence(columns, nearest, names, changes),
            funnel,
            best=self._stay(columns, int(columns.value.argmax())),
            blocks=names,
            changes=changes,
            lost_to=self._rivals(columns, int(columns.value.argmax()), blocked),
            bill=self._bill(columns),
            least_loss=round(loss, 3),
        )

    def _not_eligible(self, candidate: str, funnel: dict[str, int]) -> Reason:
        person = self.index.candidates[self.index.candidate_number[candidate]]
        nearest = nearest_opening(self.index.problem, person)
        if nearest is None:
            return Reason(Kind.NOT_ELIGIBLE, "No other institute has an opening in this round.", funnel)
        opening, found = nearest
        why = "; ".join(row.sentence for row in found) or "a confirmed placement takes the time"
        return Reason(
            Kind.NOT_ELIGIBLE, f"No opening is open to them. The nearest is {opening}: {why}.", funnel, opening, found
        )

    def _stay(self, columns: Columns, at: int) -> Stay:
        opening = self.index.openings[int(columns.opening[at])].id
        return Stay(opening, int(columns.start[at]), int(columns.weeks[at]), int(columns.value[at]))

    def _blocks(self, slots: Ints, columns: Columns) -> dict[str, Bools]:
        """For each kind of limit, which of the columns it stands against."""
        slot = np.searchsorted(self.catalogue.first, columns.number, side="right") - 1 - slots[0]
        return {name: columns.weeks > longest[slot] for name, longest in self.state.longest_by_limit(slots)}

    def _missing(self, columns: Columns, limit: str) -> Ints:
        """How much of a limit each column is short of (seats, desks and quotas: one)."""
        short = np.ones(len(columns), dtype=np.int64)
        if limit in {"home budget", "host budget"}:
            short[:] = 0
            for purse in range(len(self.state.purses)):
                cost = purse_costs(self.index, columns, purse)[limit == "host budget"]
                np.maximum(short, np.where(cost > 0, cost - self.state.purses[purse], 0), out=short)
        if limit == "balance":
            row = self.index.pair_row[columns.home, columns.host]
            move = self.index.pair_sign[columns.home, columns.host] * columns.weeks
            over = np.maximum(move - self.state.high[row], self.state.low[row] - move)
            short = np.where(row >= 0, over, 0)
        return short

    def _changes(self, columns: Columns, blocked: dict[str, Bools], count: Ints) -> tuple[Change, ...]:
        """For each limit that alone stands against some stay: the smallest change that lets the person in."""
        found = []
        for limit, mask in blocked.items():
            alone = np.flatnonzero(mask & (count == 1))
            if not len(alone):
                continue
            short = self._missing(columns, limit)[alone]
            at = int(alone[np.lexsort((-columns.value[alone], short))[0]])
            stay, amount = self._stay(columns, at), int(short.min())
            found.append(
                Change(limit, amount, stay, f"{self._amount(columns, at, limit, amount)} would do for {_said(stay)}.")
            )
        return tuple(found)

    def _amount(self, columns: Columns, at: int, limit: str, amount: int) -> str:
        home = self.index.institutes[int(columns.home[at])].id
        host = self.index.institutes[int(columns.host[at])].id
        opening = self.index.openings[int(columns.opening[at])].id
        return {
            "seat": f"One more seat at {opening}",
            "desk": f"One more visitor desk at {host}",
            "away": f"One more person away from the team {self.index.teams[int(columns.team[at])].id}",
            "home budget": f"{amount} more in the budget of {home}",
            "host budget": f"{amount} more in the budget of {host}",
            "balance": f"{amount} more weeks of tolerance between {home} and {host}",
            "person": "One more placement for the person",
        }[limit]

    def _sentence(self, columns: Columns, at: int, names: tuple[str, ...], changes: tuple[Change, ...]) -> str:
        stay = self._stay(columns, at)
        if not names:
            return f"{_said(stay)} would fit, but is worth {stay.value}."
        if changes:
            return f"Blocked by {changes[0].limit}. {changes[0].sentence}"
        return f"Blocked by {' and '.join(names)} together; the least blocked stay is {_said(stay)}."

    def _rivals(self, columns: Columns, at: int, blocked: dict[str, Bools]) -> tuple[Rival, ...]:
        """Who holds what the person's best stay needs, the least valuable first."""
        placed, turnover = self.placed, self.index.turnover
        start, end, opening = columns.start[at], columns.end[at], columns.opening[at]
        together = (placed.start < end) & (start < placed.end)
        holds = np.zeros(len(placed), dtype=bool)
        if blocked["seat"][at]:
            seat = (placed.start < end + turnover[opening]) & (start < placed.end + turnover[placed.opening])
            holds |= (placed.opening == opening) & seat
        if blocked["desk"][at]:
            holds |= (placed.host == columns.host[at]) & together
        if blocked["away"][at]:
            holds |= (placed.team == columns.team[at]) & together
        if blocked["home budget"][at]:
            holds |= (placed.home == columns.home[at]) | (placed.host == columns.home[at])
        if blocked["host budget"][at]:
            holds |= (placed.home == columns.host[at]) | (placed.host == columns.host[at])
        if blocked["balance"][at]:
            holds |= (placed.home == columns.home[at]) & (placed.host == columns.host[at])
        which = np.flatnonzero(holds)
        order = which[np.lexsort((placed.number[which], placed.value[which]))][:RIVALS]
        return tuple(
            Rival(
                self.index.candidates[int(placed.candidate[k])].id,
                self._stay(placed, int(k)),
                int(placed.value[k] - columns.value[at]),
            )
            for k in order
        )

    def _bill(self, columns: Columns) -> Bill:
        """The bill of the stay with the best reduced value; the items are rounded so that they sum exactly."""
        at = int(self.score(columns).argmax())
        one = columns.take(np.array([at]))
        items = {name: round(amount, 2) for name, amount in self._items(one).items()}
        items = {name: amount for name, amount in items.items() if amount}
        stay = self._stay(columns, at)
        return Bill(stay, items, round(stay.value - sum(items.values()), 2))

    def _items(self, one: Columns) -> dict[str, float]:
        items = dict.fromkeys(("seat", "desk", "away", "rest"), 0.0)
        for use in self.rows.uses(one):
            for key, start, end in zip(use.key.tolist(), use.start.tolist(), use.end.tolist(), strict=True):
                first = use.base + key * self.rows.span
                items[use.family] += float(self.prices[first + start : first + end].sum())
        money = self.prices[self.rows.base["purse"] :]
        costs = [purse_costs(self.index, one, purse) for purse in range(self.rows.keys["purse"])]
        items["home budget"] = sum(float(money[k] * home[0]) for k, (home, _) in enumerate(costs))
        items["host budget"] = sum(float(money[k] * host[0]) for k, (_, host) in enumerate(costs))
        items["balance"] = float(self.tables.balance[one.home[0], one.host[0]] * one.weeks[0])
        return items


def _worth_having(columns: Columns) -> Columns:
    """The stays that would add to the plan, or all where none does: nobody is helped by room for a worthless stay."""
    adding = columns.value > 0
    return columns.take(adding) if adding.any() else columns


def _said(stay: Stay) -> str:
    return f"{stay.opening} from week {stay.start} for {stay.weeks} week{'s' if stay.weeks != 1 else ''}"


def column_numbers(model: Model, placements: tuple[Placement, ...]) -> Ints:
    """The column numbers of the placements that are not confirmed (those without a column are left out)."""
    index, confirmed = model.index, set(model.index.problem.confirmed)
    numbers = [
        model.catalogue.number_of(
            index.candidate_number[p.candidate], index.opening_number[p.opening], p.start, p.weeks
        )
        for p in placements
        if p not in confirmed
    ]
    return np.array(sorted(number for number in numbers if number is not None), dtype=np.int64)


def placements_of(model: Model, numbers: Ints) -> tuple[Placement, ...]:
    """The confirmed placements and those of the columns, sorted."""
    columns = model.catalogue.columns(numbers)
    people, openings = model.index.candidates, model.index.openings
    new = [
        Placement(people[int(c)].id, openings[int(o)].id, int(start), int(weeks))
        for c, o, start, weeks in zip(columns.candidate, columns.opening, columns.start, columns.weeks, strict=True)
    ]
    return tuple(sorted((*model.index.problem.confirmed, *new)))


def explain(problem: Problem, plan: Plan, candidate: str) -> Reason:
    """Why one person is not in the plan."""
    model = build_model(problem)
    prices = price_vector(build_rows(model), plan.prices)
    return Explainer(model, column_numbers(model, plan.placements), prices, plan.priced_bound).reason(candidate)
