"""Who fits a need, each with the reasons. Nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from exchange.actions.affinity import IndexCache
from exchange.domain import clearances
from exchange.domain.clearances import Answer
from exchange.domain.periods import Period
from exchange.domain.skills import Level, SkillRequirement, vocabulary
from exchange.matching.affinity import NOBODY, AffinityIndex
from exchange.matching.profiles import Need
from exchange.matching.ranking import Affinity, rank
from exchange.store import matches as store
from exchange.store.matches import Considered, Text
from exchange.store.need_texts import seat_text
from exchange.store.search_index import is_public
from exchange.store.workstreams import RequirementRow, WorkstreamPage

SHOWN = 20
DEFAULT_LENGTH = timedelta(days=180)  # of a need that names no days, when clearances are asked about
MUST_WEIGHT = 3.0  # a skill that one must have counts three times in the order; lacking it rules nobody out here


@dataclass(frozen=True, slots=True)
class Match:
    """One person and the reasons. ``clearance`` is a sentence of the kind "meets what is asked until …", or ""."""

    who: Considered
    affinity: Affinity
    documents: tuple[tuple[Text, float], ...]  # the publications that speak for it, with their shares
    clearance: str


@dataclass(frozen=True, slots=True)
class Matched:
    """The best people; ``unavailable`` ones do not meet what is asked and are not named with any reason."""

    matches: tuple[Match, ...]
    unavailable: tuple[Considered, ...]
    considered: int
    notes: tuple[str, ...]


def for_requirement(
    session: Session, cache: IndexCache, page: WorkstreamPage, requirement: RequirementRow, *, today: date
) -> Matched:
    """Who fits a seat of a workstream, best first, out of the people of the institutes that take part."""
    row = page.workstream
    asked = requirement.clearance_asked or row.clearance_asked
    text = seat_text(row, requirement.role, requirement.strand)
    skills = tuple(
        SkillRequirement(s.skill, Level(s.level), MUST_WEIGHT if s.must else 1.0)
        for s in requirement.skills
        if is_public(s.skill)
    )
    start = max(today, requirement.starts_on or row.starts_on or today)
    end = max(start, requirement.ends_on or row.ends_on or start + DEFAULT_LENGTH)
    everybody = store.considered(session, today)
    taking_part = page.partners | {row.lead_institute_id}
    people = {ident: who for ident, who in everybody.items() if who.institute_id in taking_part}
    answers = {ident: _meets(who, asked, Period(start, end), today) for ident, who in people.items()}
    open_to = [ident for ident, answer in answers.items() if answer is None or answer.answer is not Answer.DOES_NOT]
    index = cache.current(session)
    ranking = rank(index, Need(text, skills), need_vector=cache.read(text), today=today, among=open_to, limit=SHOWN)
    shown = (document.document_id for one in ranking.people for document in one.documents)
    texts = cache.documents(session, shown)
    return Matched(
        matches=tuple(_match(people, affinity, texts, answers[affinity.person_id]) for affinity in ranking.people),
        unavailable=tuple(who for ident, who in people.items() if ident not in set(open_to)),
        considered=len(people),
        notes=(*ranking.notes, *_short_note(row.description), *_unread_note(index), *_restricted_note(requirement)),
    )


def _short_note(description: str) -> tuple[str, ...]:
    if description.strip():
        return ()
    return ("The workstream has no description: people are compared with its title and the role alone.",)


def _unread_note(index: AffinityIndex) -> tuple[str, ...]:
    """How far the language model is, while it reads."""
    unread, all_of_them = len(index.unread), int((index.owner != NOBODY).sum())
    if not unread or unread == all_of_them:
        return ()
    return (f"The language model has yet to read {unread:,} of {all_of_them:,} documents; those count by their words.",)


def _restricted_note(requirement: RequirementRow) -> tuple[str, ...]:
    restricted = [vocabulary().get(s.skill).label for s in requirement.skills if not is_public(s.skill)]
    if not restricted:
        return ()
    who = " and ".join(restricted)
    note = (
        f"{who}: who has this is known within each institute only, so it does not count here. Ask the home institute."
    )
    return (note,)


def _meets(who: Considered, asked: str | None, period: Period, today: date) -> clearances.Meets | None:
    if asked is None:
        return None
    need = clearances.need_of(asked, "")
    return clearances.meets(who.clearances, need, period, today)


def _match(
    people: Mapping[int, Considered], affinity: Affinity, texts: Mapping[int, Text], answer: clearances.Meets | None
) -> Match:
    documents = tuple(
        (texts[document.document_id], document.share) for document in affinity.documents if document.share > 0
    )
    return Match(people[affinity.person_id], affinity, documents, str(answer) if answer is not None else "")
