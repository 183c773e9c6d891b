"""What a new record of a clearance must say. Records follow one another; none is ever changed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from exchange.domain.clearance_schemes import Level, ReviewKind
from exchange.domain.periods import add_months, spoken

# What a caveat limits. Other codes may be used: each scheme has its own, and only their equality is ever compared.
CAVEATS: dict[str, str] = {
    "COUNTRIES": "not for named countries or regions",
    "PROJECTS": "for named projects only",
    "NO-TRAVEL": "not for work abroad",
    "TEMPORARY": "temporary access",
    "NO-SCI": "no compartmented information",
}
_CAVEAT = re.compile(r"[A-Z0-9][A-Z0-9-]{1,29}")
MOST_CAVEATS = 10


@dataclass(frozen=True, slots=True)
class Terms:
    """What a record says besides whose it is and of which level."""

    granted_on: date
    review_due_on: date | None = None
    expires_on: date | None = None
    continuous_vetting: bool = True
    caveats: tuple[str, ...] = ()
    sponsor: str = ""


def caveats_in(text: str) -> tuple[str, ...]:
    """The codes in a text, between commas or blanks, in capitals and each once."""
    return tuple(dict.fromkeys(code for code in re.split(r"[,;\s]+", text.upper()) if code))


def faults(level: Level, terms: Terms, today: date, *, after: date | None = None) -> tuple[str, ...]:
    """What is wrong with a record that somebody types, as sentences. ``after`` is the day of the record it follows."""
    return (
        *day_faults(terms.granted_on, today, after=after),
        *_order_faults(terms),
        *_end_faults(level, terms),
        *_caveat_faults(terms.caveats),
    )


def day_faults(since: date, today: date, *, after: date | None = None) -> tuple[str, ...]:
    """What is wrong with the day from which a record stands."""
    if since > today:
        return (f"{spoken(since)} has not come yet: record it on the day.",)
    if after is not None and since < after:
        return (f"The record it follows is of {spoken(after)}: choose that day or a later one.",)
    return ()


def stopped(terms: Terms, since: date) -> Terms:
    """The terms of a record that says the clearance stopped; ends that lie before that day have no meaning any more."""

    def kept(day: date | None) -> date | None:
        return day if day is None or day >= since else None

    return replace(terms, granted_on=since, review_due_on=kept(terms.review_due_on), expires_on=kept(terms.expires_on))


def _order_faults(terms: Terms) -> list[str]:
    found = []
    for words, day in (("review", terms.review_due_on), ("expiry", terms.expires_on)):
        if day is not None and day < terms.granted_on:
            found.append(f"The {words}, {spoken(day)}, is before the day from which it stands: correct one of them.")
    return found


def _end_faults(level: Level, terms: Terms) -> list[str]:
    ends = {ReviewKind.REVIEW: terms.review_due_on, ReviewKind.EXPIRY: terms.expires_on}
    if level.review_kind not in ends:
        return []
    word = "review" if level.review_kind is ReviewKind.REVIEW else "expiry"
    end = ends[level.review_kind]
    if end is None:
        return [f"{level.name} has a day of {word}: enter it."]
    longest = max((months for months in (level.months, level.contractor_months) if months), default=None)
    if longest is None or end <= add_months(terms.granted_on, longest):
        return []
    last = add_months(terms.granted_on, longest)
    return [f"{level.name} has its {word} after {longest} months at most, by {spoken(last)}: correct the day."]


def _caveat_faults(caveats: tuple[str, ...]) -> list[str]:
    wrong = [code for code in caveats if not _CAVEAT.fullmatch(code)]
    found = [f"“{code[:40]}” is no caveat code: use capital letters, digits and hyphens." for code in wrong[:3]]
    if len(caveats) > MOST_CAVEATS:
        found.append(f"A record has {MOST_CAVEATS} caveats at most.")
    return found
