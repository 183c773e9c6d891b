"""Changing a number of the rules: a new row from a day on; the row before ends the day before, and stays on record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions.writing import Work, refuse, writing
from exchange.domain import access
from exchange.domain import policies as rules
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.domain.periods import DAY, OPEN_END, spoken
from exchange.domain.policies import OF_PAIRS, PAIR, Affected, PolicyRule, pair_of
from exchange.domain.policy_titles import title
from exchange.domain.verdict import Refusal, no
from exchange.store import institutes
from exchange.store import policies as store
from exchange.store.policies import PolicyRow

MOST = Decimal(100_000)


@dataclass(frozen=True, slots=True)
class Change:
    """The new value of a row from a day on, with where it comes from."""

    key: str
    jurisdiction: str
    value: Decimal
    valid_from: date
    source_url: str = ""
    note: str = ""


def look(session: Session, change: Change, *, today: date) -> tuple[Affected, ...]:
    """Which secondments the change would hit or free.

    Raises:
        Refused: there is no such row, or the change makes no sense.
    """
    before, after = _both(session, change, today)
    return rules.affected(before, after, store.subjects(session), today)


def put(session: Session, actor: Actor, change: Change, *, now: datetime) -> int:
    """Make the change and return how many secondments it concerns.

    Raises:
        Refused: not a programme director, no such row, or the change makes no sense.
    """
    with writing(session, actor, "policy:change", now=now) as work:
        work.subject("policy", None)
        if not access.may(actor, Permission.POLICIES_EDIT):
            work.require(no(Refusal.FORBIDDEN, "A programme director changes the numbers of the rules."))
        before, after = _both(session, change, now.date())
        hit = rules.affected(before, after, store.subjects(session), now.date())
        if before.jurisdiction == after.jurisdiction:
            _end(work, before, change.valid_from)
        session.add(_row(after, now))
        session.flush()
        work.record(
            f"{actor.name} changed “{title(change.key)}” ({change.key}, {change.jurisdiction}) to {after} "
            f"from {spoken(change.valid_from)}.",
            {"before": {"value": str(before)}, "after": {"value": str(after)}, "secondments": len(hit)},
        )
        return len(hit)


def _both(session: Session, change: Change, today: date) -> tuple[PolicyRule, PolicyRule]:
    """The row that holds on the day, and the one that would follow it."""
    before, until = _before(session, change)
    faults = []
    if change.valid_from <= today:
        faults.append("A change begins tomorrow at the earliest: what was judged by the old number stays as it was.")
    if not change.value.is_finite() or not 0 <= change.value <= MOST:
        faults.append("The value is a number from nought up.")
    if change.valid_from == before.valid_from:
        faults.append(f"A change from {spoken(change.valid_from)} is recorded already: choose another day.")
    if not change.source_url.startswith("https://") and not change.note.strip():
        faults.append("Say where the number comes from: an address that begins with https://, or a note.")
    if faults:
        raise refuse(Refusal.INVALID, *faults)
    after = PolicyRule(
        change.key,
        change.value,
        before.unit,
        before.severity,
        change.jurisdiction,
        change.valid_from,
        until,
        change.source_url,
        change.note,
    )
    return before, after


def _before(session: Session, change: Change) -> tuple[PolicyRule, date]:
    """What holds on the day of the change, and the last day of what follows it.

    A pair of institutes without a number of its own has the general one, which goes on for all others.
    """
    book = store.book(session)
    own = [rule for rule in book.rules if (rule.key, rule.jurisdiction) == (change.key, change.jurisdiction)]
    before = next((rule for rule in own if change.valid_from in rule.validity), None)
    if before is not None:
        return before, before.valid_to
    general = book.find(change.key, change.valid_from) if _is_pair(session, change) else None
    if general is None:
        raise refuse(Refusal.NOT_FOUND, "There is no such rule on that day.")
    later = [rule.valid_from for rule in own if rule.valid_from > change.valid_from]
    return replace(general, valid_from=date.min), min(later) - DAY if later else OPEN_END


def _is_pair(session: Session, change: Change) -> bool:
    """Whether the change is of a number that two institutes may agree, for two that there are."""
    known = institutes.ids_by_code(session)
    one, _, other = change.jurisdiction.partition(PAIR)
    return change.key in OF_PAIRS and one in known and other in known and change.jurisdiction == pair_of(one, other)


def _end(work: Work, before: PolicyRule, valid_from: date) -> None:
    """End the row that held; a seed is copied first, so that what held before stays on record."""
    start = None if before.valid_from == date.min else before.valid_from
    where = [PolicyRow.key == before.key, PolicyRow.jurisdiction == before.jurisdiction]
    where.append(PolicyRow.valid_from.is_(None) if start is None else PolicyRow.valid_from == start)
    row = work.session.scalar(select(PolicyRow).where(*where))
    if row is None:
        row = _row(before, work.now)
        work.session.add(row)
    row.valid_to = valid_from - DAY


def _row(rule: PolicyRule, now: datetime) -> PolicyRow:
    return PolicyRow(
        key=rule.key,
        jurisdiction=rule.jurisdiction,
        value=rule.value,
        unit=rule.unit.value,
        severity=rule.severity,
        valid_from=None if rule.valid_from == date.min else rule.valid_from,
        valid_to=None if rule.valid_to == OPEN_END else rule.valid_to,
        source_url=rule.source_url,
        note=rule.note,
        changed_at=now,
    )
