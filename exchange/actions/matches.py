"""Who fits a need, each with the reasons. Nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from exchange.actions.affinity import IndexCache
from exchange.domain import clearances
from exchange.domain.clearances import Need as AccessNeed
from exchange.domain.eligibility import Check, Finding, Reader, Report, Result
from exchange.domain.eligibility_checks import seat_access, working_time
from exchange.domain.periods import Period, spoken
from exchange.domain.seats import SeatNeed, failed_openly
from exchange.domain.skills import Level, SkillRequirement, language, vocabulary
from exchange.matching.affinity import NOBODY, AffinityIndex
from exchange.matching.profiles import Need
from exchange.matching.ranking import Affinity, rank
from exchange.store import matches as store
from exchange.store import seat_facts, team_facts
from exchange.store.institutes import Institute
from exchange.store.matches import Considered, Text
from exchange.store.need_texts import seat_text
from exchange.store.search_index import is_public
from exchange.store.seat_facts import SeatAsked
from exchange.store.workstreams import RequirementRow, WorkstreamPage

SHOWN = 20
DEFAULT_LENGTH = timedelta(days=180)  # of a need that names no days, when clearances are asked about
MUST_WEIGHT = 3.0  # a skill that one must have counts three times in the order; lacking it rules nobody out here


@dataclass(frozen=True, slots=True)
class Match:
    """One person and the reasons.

    ``access`` is a sentence of the kind "meets what is asked until …", or "" where nothing is asked; ``blocks`` is what
    else stands in the way of the seat, as everybody may read it.
    """

    who: Considered
    affinity: Affinity
    documents: tuple[tuple[Text, float], ...]  # the publications that speak for it, with their shares
    access: str
    blocks: tuple[str, ...]


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
    judged = _judge(session, page, requirement, people, Period(start, end), today)
    open_to = [ident for ident, found in judged.items() if not _barred(found)]
    index = cache.current(session)
    ranking = rank(index, Need(text, skills), need_vector=cache.read(text), today=today, among=open_to, limit=SHOWN)
    shown = (document.document_id for one in ranking.people for document in one.documents)
    texts = cache.documents(session, shown)
    lacking = _lacking(session, page, requirement, [one.person_id for one in ranking.people], start)
    return Matched(
        matches=tuple(
            _match(people, affinity, texts, judged[affinity.person_id], lacking.get(affinity.person_id, ()))
            for affinity in ranking.people
        ),
        unavailable=tuple(who for ident, who in people.items() if ident not in set(open_to)),
        considered=len(people),
        notes=(
            *ranking.notes,
            *_short_note(row.description),
            *_unread_note(index),
            *_restricted_note(requirement),
            *_window_note(requirement, row.starts_on, row.ends_on),
            *_few_note(requirement.heads, len(open_to)),
        ),
    )


def _short_note(description: str) -> tuple[str, ...]:
    if description.strip():
        return ()
    return ("The workstream has no description: people are compared with its title and the role alone.",)


def _window_note(requirement: RequirementRow, first: date | None, last: date | None) -> tuple[str, ...]:
    """Days on which nobody could work: those of the seat and of the workstream do not go together."""
    starts, ends = requirement.starts_on or first, requirement.ends_on or last
    if starts is None or ends is None or starts <= ends:
        return ()
    return (
        f"The seat has an empty window: it starts on {spoken(starts)} and ends on {spoken(ends)}. Change its days.",
    )


def _few_note(heads: int, people: int) -> tuple[str, ...]:
    if heads <= people or not people:
        return ()
    return (
        f"{heads} people are asked for, and only {people} can be considered. Invite another institute, or ask less.",
    )


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


def _judge(
    session: Session,
    page: WorkstreamPage,
    requirement: RequirementRow,
    people: Mapping[int, Considered],
    days: Period,
    today: date,
) -> dict[int, tuple[Finding, ...]]:
    """What the rules of eligibility find about each of them in this seat, as everybody may read it.

    The access is one finding, whatever is asked; where nothing is asked there is none.
    """
    row, homes = page.workstream, {ident: who.institute_id for ident, who in people.items()}
    lead = row.lead_institute_id
    records = seat_facts.load(session, homes, {lead}, today)
    level = clearances.need_of(requirement.clearance_asked or row.clearance_asked, records.country(lead))
    need = AccessNeed(level.country, level.rank, citizenships=frozenset(requirement.citizenships))
    asks = bool(level.rank or need.citizenships)
    seat = SeatAsked(lead, row.id, days, requirement.share, need)
    judged = {}
    for ident in people:
        facts = records.facts(ident, seat)
        findings = (working_time(facts), *(seat_access(facts) if asks else ()))
        judged[ident] = Report(findings, today).redacted(Reader.OTHER).findings
    return judged


def _lacking(
    session: Session, page: WorkstreamPage, requirement: RequirementRow, ids: Sequence[int], start: date
) -> dict[int, tuple[str, ...]]:
    """Who speaks none of the languages, or shares too few hours of the day with the leading institute."""
    if not (requirement.languages or requirement.overlap_hours):
        return {}
    need = SeatNeed(
        Period(start, start),
        languages=tuple((code, language(code)) for code in requirement.languages),
        overlap_hours=requirement.overlap_hours or 0,
        zone=session.get_one(Institute, page.workstream.lead_institute_id).zone,
    )
    return {ident: failed_openly(person, need) for ident, person in team_facts.speakers(session, ids).items()}


def _barred(findings: tuple[Finding, ...]) -> bool:
    """Whether the access is certainly not there. Time is a matter of talking."""
    return any(finding.check is Check.ACCESS and finding.result is Result.FAIL for finding in findings)


def _match(
    people: Mapping[int, Considered],
    affinity: Affinity,
    texts: Mapping[int, Text],
    findings: tuple[Finding, ...],
    lacking: tuple[str, ...],
) -> Match:
    documents = tuple(
        (texts[document.document_id], document.share) for document in affinity.documents if document.share > 0
    )
    access = next((finding.reason for finding in findings if finding.check is Check.ACCESS), "")
    blocks = tuple(f.reason for f in findings if f.check is not Check.ACCESS and f.result is Result.FAIL)
    return Match(people[affinity.person_id], affinity, documents, access, (*lacking, *blocks))
