"""Work that needs a researcher: open seats of their institute's workstreams, best fit first, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from exchange.actions.affinity import IndexCache
from exchange.domain.skills import Level, SkillRequirement, vocabulary
from exchange.matching.fits import Fit, fits
from exchange.matching.profiles import Need, strength_advice
from exchange.matching.skill_fit import Meeting
from exchange.store import matches as store
from exchange.store.matches import OpenSeat
from exchange.store.need_texts import words_of_seat
from exchange.store.search_index import is_public

SHOWN = 4
NEAR = 0.5  # standard deviations above how alike any two texts are
STALE = timedelta(days=180)  # a claim is confirmed twice a year


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A seat and why: a sentence."""

    seat: OpenSeat
    reason: str


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What a researcher's dashboard says. ``stale`` claims want confirming; ``advice`` is "" for a strong profile."""

    seats: tuple[Suggestion, ...]
    stale: int
    advice: str


def for_researcher(
    session: Session, cache: IndexCache, person_id: int, institute_id: int, *, today: date
) -> Suggestions:
    """The seats that fit somebody of an institute, and what their profile lacks."""
    read = store.mine(session, person_id, institute_id, today=today, stale_before=today - STALE)
    needs = [(_need(seat), cache.recall(_text(seat))) for seat in read.seats]
    found = fits(cache.current(session), person_id, needs, today=today) or []
    good = [(fit, seat) for fit, seat in zip(found, read.seats, strict=False) if _is_good(fit, seat)]
    best = sorted(good, key=lambda pair: (-pair[0].total, pair[1].requirement_id))
    distinct = {seat.workstream_id: (fit, seat) for fit, seat in reversed(best)}  # the best seat of each workstream
    shown = sorted(distinct.values(), key=lambda pair: (-pair[0].total, pair[1].requirement_id))[:SHOWN]
    documents = cache.documents(session, [fit.document_id for fit, _ in shown if fit.document_id is not None])
    titles = {ident: text.title for ident, text in documents.items()}
    return Suggestions(
        tuple(Suggestion(seat, _reason(fit, titles.get(fit.document_id or 0, ""))) for fit, seat in shown),
        read.stale,
        strength_advice(read.abstracts),
    )


def _text(seat: OpenSeat) -> str:
    return words_of_seat(seat.title, seat.area, seat.role, seat.strand, seat.description)


def _need(seat: OpenSeat) -> Need:
    """As in a ranking of everybody: skills that are restricted do not count."""
    asked = [SkillRequirement(code, Level(level), 3.0 if must else 1.0) for code, level, must in seat.skills]
    return Need(_text(seat), tuple(one for one in asked if is_public(one.skill)))


def _is_good(fit: Fit, seat: OpenSeat) -> bool:
    return fit.text >= NEAR or (bool(seat.skills) and fit.skill >= 0.5)


def _reason(fit: Fit, title: str) -> str:
    met = [vocabulary().get(one.requirement.skill).label for one in fit.skills if one.meeting is Meeting.MET]
    parts = []
    if fit.skills:
        named = f" ({', '.join(met[:3])})" if met else ""
        parts.append(f"You have {len(met)} of {len(fit.skills)} skills asked for{named}.")
    if title and fit.text >= NEAR:
        parts.append(f"Nearest to it: “{title}”.")
    return " ".join(parts)
