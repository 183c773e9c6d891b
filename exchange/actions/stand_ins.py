"""Who of the home institute could stand in for a suspended stay, best fit first. Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from sqlalchemy.orm import Session

from exchange.actions.affinity import IndexCache
from exchange.domain import stand_ins as rules
from exchange.domain.caps import chains_of, earliest_start
from exchange.domain.periods import Period
from exchange.domain.skills import Level, SkillRequirement
from exchange.matching.profiles import Need
from exchange.matching.ranking import rank
from exchange.store import eligibility, matches, standing_states
from exchange.store.eligibility import Recorded, Subject
from exchange.store.matches import Considered
from exchange.store.need_texts import opening_text, words_of_seat
from exchange.store.openings import skills_of
from exchange.store.search_index import is_public
from exchange.store.secondments import Found

LOOKED_AT = 100  # the nearest colleagues whose eligibility is asked about
SHOWN = 8
VETTED = frozenset({"vetting"})  # whoever is proposed holds what is asked already


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody who could go on with the work from ``start`` on; ``meets`` is all that is said of their access."""

    who: Considered
    meets: str
    start: date
    met: int  # how many of the skills asked for


@dataclass(frozen=True, slots=True)
class StandIns:
    """``suspended``: whether the stay is, by today. ``days`` remain of it, None when it is over."""

    suspended: bool
    days: Period | None
    people: tuple[StandIn, ...] = ()
    considered: int = 0
    skills: int = 0


def for_stay(session: Session, cache: IndexCache, found: Found, *, today: date) -> StandIns:
    """Colleagues of whoever is suspended who meet what is asked on the days that remain."""
    row = found.secondment
    days = Period(max(today, row.starts_on), row.ends_on) if today <= row.ends_on else None
    need = _need(session, found)
    colleagues = {
        ident: who
        for ident, who in matches.considered(session, today).items()
        if who.institute_id == row.home_institute_id and ident != row.person_id
    }
    vector = cache.recall(need.text)
    index = cache.current(session)
    nearest = rank(index, need, need_vector=vector, today=today, among=list(colleagues), limit=LOOKED_AT).people
    left = eligibility.subject_of(row)
    asked = {one.person_id: _subject(left, one.person_id, days or row.period) for one in nearest}
    recorded = eligibility.load_all(session, [left, *asked.values()], today)
    suspended = standing_states.stands_suspended(row, recorded.facts(left))
    if not suspended or days is None:
        return StandIns(suspended, days)
    met = {one.person_id: sum(1 for fit in one.skills if fit.part >= 1) for one in nearest}
    people = tuple(
        StandIn(colleagues[ident], meets, start, met[ident])
        for ident, meets, start in islice(_cleared(recorded, left, asked), SHOWN)
    )
    return StandIns(suspended, days, people, len(nearest), len(need.skills))


def _need(session: Session, found: Found) -> Need:
    """What the seat says of its work: its opening, or the workstream alone."""
    opening, work = found.opening, found.workstream
    if opening is not None:
        skills = tuple(
            SkillRequirement(code, Level(level)) for code, level in skills_of(session, opening.id) if is_public(code)
        )
        return Need(opening_text(opening.title, opening.description), skills)
    if work is not None:
        return Need(words_of_seat(work.title, work.area, "", "", work.description))
    return Need(found.secondment.purpose)


def _subject(left: Subject, person_id: int, days: Period) -> Subject:
    """The same seat on the days that remain, for somebody else."""
    return Subject(
        person_id=person_id,
        home_id=left.home_id,
        host_id=left.host_id,
        period=days,
        opening_id=left.opening_id,
        workstream_id=left.workstream_id,
        site_id=left.site_id,
        mode=left.mode,
        host_share=left.host_share,
        legal_basis=left.legal_basis,
    )


def _cleared(recorded: Recorded, left: Subject, asked: dict[int, Subject]) -> Iterator[tuple[int, str, date]]:
    """Those who meet what is asked, in the order given, with the sentence that says so and when they could begin."""
    of_left = recorded.facts(left)
    for ident, subject in asked.items():
        facts = recorded.facts(subject)
        chains = chains_of(facts, done=VETTED)
        start = max(facts.period.start, earliest_start(chains, facts.today).day)
        answer = rules.answer(facts, of_left) if start <= facts.period.end else None
        if answer is not None:
            yield ident, answer.reason, start
