"""Which limits hold the plan back, and what one more unit of each would be worth at most.

The prices come from the linear relaxation: near the current limits, one more unit raises the bound by its price. That
is a guide for negotiation, not a promise for the plan (units are whole and the plan is not the relaxation).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from exchange.scheduling.plan import Plan


@dataclass(frozen=True, slots=True)
class Binding:
    """One limit: per unit, what more of it is worth. Seats, desks and quotas are summed over the weeks they bind in.

    ``first_week`` and ``last_week`` are the weeks concerned (None for whole budgets and balances).
    """

    kind: str
    key: str
    worth: float
    first_week: int | None
    last_week: int | None
    sentence: str


_SAID = {
    "seat": "One more seat at {key} from week {first} to {last} is worth up to {worth:.0f}.",
    "desk": "One more visitor desk at {key} from week {first} to {last} is worth up to {worth:.0f}.",
    "away": "One more person away from the team {key} from week {first} to {last} is worth up to {worth:.0f}.",
    "rest": "Fewer weeks at home for {key} are worth up to {worth:.0f}.",
    "budget": "One more unit in the budget of {key} is worth up to {worth:.2f}.",
    "balance": "One more week of tolerance between {key} is worth up to {worth:.2f}.",
}


def binding_limits(plan: Plan) -> tuple[Binding, ...]:
    """The limits with a price, the most valuable first."""
    weeks: dict[tuple[str, str], list[int]] = defaultdict(list)
    worth: dict[tuple[str, str], float] = defaultdict(float)
    for price in plan.prices:
        weeks[price.kind, price.key].append(price.week)
        worth[price.kind, price.key] += abs(price.amount)
    found = []
    for (kind, key), amount in worth.items():
        known = [week for week in weeks[kind, key] if week >= 0]
        first, last = (min(known), max(known)) if known else (None, None)
        name = key.replace("/", " and ") if kind == "balance" else key
        sentence = _SAID[kind].format(key=name, first=first, last=last, worth=amount)
        found.append(Binding(kind, key, amount, first, last, sentence))
    return tuple(sorted(found, key=lambda row: (-row.worth, row.kind, row.key)))
