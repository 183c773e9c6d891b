"""What a search page is made of: what was asked for, the filters with their counts, the lines of the people found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from exchange.domain.people import OPEN_TO_WORDS, OpenTo
from exchange.domain.periods import Period, add_months
from exchange.domain.skills import Skill, vocabulary
from exchange.store.institutes import InstituteRow
from exchange.store.search import Asked, Found, Hit, Sort
from exchange.store.search_index import Facet, skill_stems
from exchange.store.search_words import Query, sentence
from exchange.web.wording import current_reader, written_date

MOST_CHOICES = 12  # of a filter; the commonest ones, and whatever is ticked
MOST_CHIPS = 8
FREE_MONTHS = 3
MONTHS_AHEAD = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """A value to filter by: its box, its words, and how many people ticking it would show."""

    value: str
    words: str
    count: int
    ticked: bool


@dataclass(frozen=True, slots=True)
class Chip:
    words: str
    hit: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A hit with what its line says. ``about`` is the sentence in which a word was found."""

    hit: Hit
    institute: InstituteRow | None
    chips: tuple[Chip, ...]
    more: int
    expertise: tuple[str, ...]
    about: str


def filters(asked: Asked, found: Found, known: Iterable[InstituteRow]) -> list[tuple[str, str, list[Choice]]]:
    """The filters that have any choice: title, name in the address, choices."""
    offered = (
        ("Institute", "home", _institute_choices(asked, found, known)),
        ("Expertise", "skill", _skill_choices(asked, found)),
        ("Open to", "open", _open_choices(asked, found)),
    )
    return [one for one in offered if one[2]]


def months(today: date) -> list[tuple[str, str]]:
    """The months from which somebody may be free, as (value, words)."""
    first = today.replace(day=1)
    starts = [add_months(first, ahead) for ahead in range(1, MONTHS_AHEAD + 1)]
    return [(f"{start:%Y-%m}", written_date(start, current_reader(), "month_year")) for start in starts]


def _free(text: str) -> Period | None:
    """Three months from the first of the month that was typed; None for what is no month."""
    try:
        start = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return Period(start, add_months(start, FREE_MONTHS) - timedelta(days=1)) if start.year < 9000 else None


def asked_for(known: Iterable[InstituteRow], values: MultiDict[str, str] | None = None) -> Asked:
    """What the address (or a form's ``values``) asks for; values that mean nothing are left out."""
    args = request.args if values is None else values
    by_code = {institute.code: institute.id for institute in known}
    open_to = {kind.value: kind for kind in OpenTo}
    page = args.get("page", "1")
    return Asked(
        text=args.get("q", "").strip(),
        institutes=frozenset(by_code[code] for code in args.getlist("home") if code in by_code),
        skills=frozenset(skill.code for code in args.getlist("skill") if (skill := vocabulary().find(code))),
        open_to=frozenset(open_to[value] for value in args.getlist("open") if value in open_to),
        free=_free(args.get("free", "")),
        only=frozenset(int(ident) for ident in args.get("new", "").split(",") if _is_number(ident)),
        sort=Sort.NAME if args.get("sort") == Sort.NAME.value else Sort.BEST,
        page=int(page) if _is_number(page) and len(page) < 6 else 1,
    )


def chosen(asked: Asked, groups: Iterable[tuple[str, str, list[Choice]]]) -> list[tuple[str, str]]:
    """Every filter that is set, in words, with the address of the search without it."""
    found = [
        (choice.words, without(name, choice.value))
        for _, name, choices in groups
        for choice in choices
        if choice.ticked
    ]
    if asked.free:
        words = f"Free from {written_date(asked.free.start, current_reader(), 'month_year')}"
        found.append((words, without("free", request.args["free"])))
    return found


def without(name: str, value: str) -> str:
    """The address of the search without one of the things that it asks for."""
    values = {
        key: [one for one in ones if (key, one) != (name, value)] for key, ones in request.args.lists() if key != "page"
    }
    return url_for("people.index", **values)  # type: ignore[arg-type]  # lists are repeated keys


def respelt(words: str) -> str:
    """The address of the search with other words."""
    values = {key: ones for key, ones in request.args.lists() if key not in {"page", "q"}}
    return url_for("people.index", q=words, **values)  # type: ignore[arg-type]  # lists are repeated keys


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _institute_choices(asked: Asked, found: Found, known: Iterable[InstituteRow]) -> list[Choice]:
    choices = [
        Choice(
            one.code,
            one.short_name,
            found.counts.get((Facet.INSTITUTE.value, str(one.id)), 0),
            one.id in asked.institutes,
        )
        for one in known
    ]
    return [choice for choice in choices if choice.count or choice.ticked]


def _skill_choices(asked: Asked, found: Found) -> list[Choice]:
    """The commonest skills among the people found, and the ticked ones."""
    counted = {value: count for (kind, value), count in found.counts.items() if kind == Facet.SKILL.value}
    common = sorted(counted, key=lambda code: (-counted[code], code))[:MOST_CHOICES]
    codes = [*common, *sorted(asked.skills - set(common))]
    return [Choice(code, _skill(code).label, counted.get(code, 0), code in asked.skills) for code in codes]


def _open_choices(asked: Asked, found: Found) -> list[Choice]:
    choices = [
        Choice(
            kind.value,
            OPEN_TO_WORDS[kind],
            found.counts.get((Facet.OPEN_TO.value, kind.value), 0),
            kind in asked.open_to,
        )
        for kind in OpenTo
    ]
    return [choice for choice in choices if choice.count or choice.ticked]


def shown_hit(hit: Hit, query: Query, asked: Asked, institute: InstituteRow | None) -> Shown:
    skills = [_skill(code) for code, _ in hit.skills]
    hits = {skill.code for skill in skills if skill.code in asked.skills or _is_meant(skill, query)}
    first = sorted(skills, key=lambda skill: skill.code not in hits)
    return Shown(
        hit=hit,
        institute=institute,
        chips=tuple(Chip(skill.label, skill.code in hits) for skill in first[:MOST_CHIPS]),
        more=max(0, len(skills) - MOST_CHIPS),
        expertise=tuple(skill.label for skill in skills if _is_meant(skill, query))[:3],
        about=sentence(hit.about, query) if query else "",
    )


@cache
def _skill(code: str) -> Skill:
    return vocabulary().get(code)


def _is_meant(skill: Skill, query: Query) -> bool:
    return not skill_stems(skill.code).isdisjoint(query.stems)
