"""Every number that a rule uses, as a dated row with its source: looked up as of a day, never hard-wired.

Rows are edited, not code: a change of law is a new row from its day on. Before it takes effect, ``affected`` shows whom
it would hit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from exchange.domain.periods import OPEN_END, Period, last_day_of, spoken

ANYWHERE = "*"


PAIR = "+"  # between the codes of two institutes for which a number holds
OF_PAIRS = frozenset({"balance.tolerance_per_cent", "balance.tolerance_months"})  # what two institutes may agree


def pair_of(one: str, other: str) -> str:
    """Two institutes by their codes, as a jurisdiction; the order in which they are given does not matter."""
    return PAIR.join(sorted((one, other)))


class Severity(StrEnum):
    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


class Unit(StrEnum):
    DAYS = "days"
    WORKING_DAYS = "working days"
    MONTHS = "months"
    YEARS = "years"
    SHARE = "of full time"
    PER_CENT = "per cent"
    COUNT = "in number"


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """One number. ``jurisdiction`` is a country (GB), a pair of institutes (``pair_of``), or ``*`` for everywhere."""

    key: str
    value: Decimal
    unit: Unit
    severity: Severity = Severity.BLOCK
    jurisdiction: str = ANYWHERE
    valid_from: date = date.min
    valid_to: date = OPEN_END
    source_url: str = ""
    note: str = ""

    @property
    def validity(self) -> Period:
        return Period(self.valid_from, self.valid_to)

    def __str__(self) -> str:
        value = f"{self.value.normalize():f}"
        return value if self.unit is Unit.COUNT else f"{value} {self.unit}"


class PolicyMissingError(LookupError):
    """No row holds for the key on that day."""


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """All rows. A row for the country, or for the pair, goes before one for everywhere."""

    rules: tuple[PolicyRule, ...]
    _by_key: dict[str, list[PolicyRule]] = field(init=False, repr=False, compare=False)  # a plan asks a million times

    def __post_init__(self) -> None:
        by_key: dict[str, list[PolicyRule]] = {}
        for rule in self.rules:
            by_key.setdefault(rule.key, []).append(rule)
        object.__setattr__(self, "_by_key", by_key)

    def find(self, key: str, day: date, jurisdiction: str = ANYWHERE) -> PolicyRule | None:
        standing = [rule for rule in self._by_key.get(key, ()) if rule.valid_from <= day <= rule.valid_to]
        local = [rule for rule in standing if rule.jurisdiction == jurisdiction]
        everywhere = [rule for rule in standing if rule.jurisdiction == ANYWHERE]
        return next(iter(local or everywhere), None)

    def rule(self, key: str, day: date, jurisdiction: str = ANYWHERE) -> PolicyRule:
        found = self.find(key, day, jurisdiction)
        if found is None:
            raise PolicyMissingError(f"No policy row {key} holds on {spoken(day)} for {jurisdiction}: add one.")
        return found

    def number(self, key: str, day: date, jurisdiction: str = ANYWHERE) -> int:
        """A whole number: days, months, people."""
        return int(self.rule(key, day, jurisdiction).value)

    def amount(self, key: str, day: date, jurisdiction: str = ANYWHERE) -> Decimal:
        return self.rule(key, day, jurisdiction).value

    def replaced(self, before: PolicyRule | None, after: PolicyRule | None) -> PolicyBook:
        """The book after a change: a row added (no ``before``), dropped (no ``after``) or exchanged."""
        kept = tuple(rule for rule in self.rules if rule != before)
        return PolicyBook((*kept, after) if after else kept)


def book_faults(rules: Sequence[PolicyRule]) -> tuple[str, ...]:
    """What makes a lookup ambiguous or meaningless, as sentences."""
    faults = [
        f"{rule.key} ends on {spoken(rule.valid_to)}, before it begins: correct the days."
        for rule in rules
        if rule.valid_to < rule.valid_from
    ]
    faults += [
        f"{rule.key} is no number from nought up: correct it."
        for rule in rules
        if not rule.value.is_finite() or rule.value < 0
    ]
    sound = [rule for rule in rules if rule.valid_to >= rule.valid_from]
    for position, rule in enumerate(sound):
        for other in sound[position + 1 :]:
            same = (rule.key, rule.jurisdiction) == (other.key, other.jurisdiction)
            if same and rule.validity.overlaps(other.validity):
                faults.append(f"{rule.key} has two rows for {rule.jurisdiction} on the same days: end one of them.")
    return tuple(faults)


@dataclass(frozen=True, slots=True)
class PolicySubject:
    """A secondment as a policy change sees it. ``routes`` are its legal basis and immigration route."""

    secondment_id: int
    period: Period
    home_country: str
    host_country: str
    routes: frozenset[str]
    started: bool


@dataclass(frozen=True, slots=True)
class Affected:
    secondment_id: int
    sentence: str


def affected(
    before: PolicyRule | None, after: PolicyRule | None, secondments: Iterable[PolicySubject], today: date
) -> tuple[Affected, ...]:
    """Whom a change of one row would hit: stays it cuts short or frees, and starts it makes too soon.

    It answers for longest stays (``cap.*`` and ``stay.max_days``) and lead times (``lead.*``); other rows change what
    is reported, not what is planned.
    """
    changed = after or before
    if changed is None:
        return ()
    found = []
    for subject in secondments:
        if subject.period.end < today or not _concerns(changed, subject):
            continue
        was, becomes = _breach(before, subject, today), _breach(after, subject, today)
        if becomes and not was:
            found.append(Affected(subject.secondment_id, becomes))
        elif was and not becomes:
            found.append(Affected(subject.secondment_id, f"No longer in breach: {was}"))
        elif was and becomes and was != becomes:
            found.append(Affected(subject.secondment_id, f"{becomes} Until now: {was}"))
    return tuple(found)


def _concerns(rule: PolicyRule, subject: PolicySubject) -> bool:
    kind, _, route = rule.key.partition(".")
    if kind == "cap" and route not in subject.routes:
        return False
    return rule.jurisdiction in {ANYWHERE, subject.host_country, subject.home_country}


def _breach(rule: PolicyRule | None, subject: PolicySubject, today: date) -> str:
    """What the row has against the secondment as planned; nothing outside the row's days."""
    if rule is None or not rule.validity.overlaps(subject.period):
        return ""
    start, end = subject.period.start, subject.period.end
    if rule.key.startswith("cap.") or rule.key == "stay.max_days":
        last = last_day_of(start, int(rule.value)) if rule.unit is Unit.MONTHS else _after(start, int(rule.value) - 1)
        return f"Planned until {spoken(end)}, possible until {spoken(last)} ({rule})." if end > last else ""
    if rule.key.startswith("lead.") and not subject.started:
        soonest = _after(today, int(rule.value))
        return f"Planned from {spoken(start)}, possible from {spoken(soonest)} ({rule})." if start < soonest else ""
    return ""


def _after(day: date, days: int) -> date:
    return day + timedelta(days=days)
