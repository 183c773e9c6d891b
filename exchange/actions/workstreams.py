"""Workstreams and joint testing exercises, and what they require."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from exchange.actions import publishing
from exchange.actions.writing import Work, refuse, writing
from exchange.domain import access
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.domain.clearance_schemes import BY_KEY
from exchange.domain.periods import spoken
from exchange.domain.skills import vocabulary
from exchange.domain.verdict import Refusal
from exchange.store.allocations import Allocation
from exchange.store.institutes import Institute
from exchange.store.workstreams import (
    Publication,
    Requirement,
    RequirementSkill,
    Strand,
    Workstream,
    WorkstreamKind,
    WorkstreamPartner,
)

MOST_HEADS = 100


@dataclass(frozen=True, slots=True)
class WorkstreamTerms:
    """A workstream as typed. ``partners`` are the institutes that take part besides the leading one."""

    code: str
    title: str
    kind: WorkstreamKind
    area: str
    description: str
    lead_institute_id: int
    lead_person_id: int | None
    partners: frozenset[int]
    starts_on: date | None = None
    ends_on: date | None = None
    clearance_asked: str | None = None
    languages: tuple[str, ...] = ()
    model_label: str = ""
    report_on: date | None = None
    publication: Publication = Publication.NONE


@dataclass(frozen=True, slots=True)
class RequirementTerms:
    """What is needed as typed. ``skills`` are (code, level 1 to 4, must); ``share`` is of full working time."""

    role: str
    heads: int
    share: Decimal
    skills: tuple[tuple[str, int, bool], ...]
    starts_on: date | None = None
    ends_on: date | None = None
    site_id: int | None = None
    clearance_asked: str | None = None
    languages: tuple[str, ...] = ()
    strand: str = ""
    citizenships: tuple[str, ...] = ()  # countries, one of which is enough; empty for no rule
    overlap_hours: int | None = None
    from_each: tuple[int, ...] = ()
    most_from_one: int | None = None


def create(session: Session, actor: Actor, terms: WorkstreamTerms, *, now: datetime) -> int:
    """Add a workstream and return its id.

    Raises:
        Refused: not the actor's institute, the code is taken, or the terms make no sense.
    """
    with writing(session, actor, "workstream:create", now=now) as work:
        work.subject("workstream", None, terms.lead_institute_id, *terms.partners)
        work.require(access.decide(actor, Permission.WORKSTREAMS_EDIT, terms.lead_institute_id))
        _require_sense(session, terms, None)
        row = Workstream(version=1)
        _apply(row, terms)
        session.add(row)
        session.flush()
        _set_partners(session, row.id, terms)
        work.subject("workstream", row.id, terms.lead_institute_id, *terms.partners)
        work.record(f"{actor.name} made the workstream {terms.title}.", {"code": terms.code})
        return row.id


def edit(session: Session, actor: Actor, ident: int, terms: WorkstreamTerms, *, version: int, now: datetime) -> None:
    """Change a workstream.

    Raises:
        Refused: not found, not the actor's, changed since ``version`` was read, or the terms make no sense.
    """
    with writing(session, actor, "workstream:edit", now=now) as work:
        row = _fetched(work, ident)
        if row.version != version:
            raise refuse(Refusal.CONFLICT, "Somebody else has changed this workstream since you opened it. Look again.")
        work.require(access.decide(actor, Permission.WORKSTREAMS_EDIT, terms.lead_institute_id))
        _require_sense(session, terms, ident)
        before = {"title": row.title, "starts_on": str(row.starts_on or ""), "ends_on": str(row.ends_on or "")}
        _apply(row, terms)
        session.flush()
        _set_partners(session, ident, terms)
        publishing.publish_workstream(session, ident, now)
        work.record(f"{actor.name} changed the workstream {terms.title}.", {"before": before})


def put_requirement(
    session: Session, actor: Actor, workstream_id: int, ident: int | None, terms: RequirementTerms, *, now: datetime
) -> int:
    """Add what a workstream needs, or (with ``ident``) change it; returns the requirement's id.

    Raises:
        Refused: not found, not the actor's, or the terms make no sense.
    """
    with writing(session, actor, "requirement:put", now=now) as work:
        workstream = _fetched(work, workstream_id)
        row = _requirement(session, workstream_id, ident) if ident is not None else Requirement()
        _require_requirement_sense(session, workstream, ident, terms)
        row.workstream_id = workstream_id
        row.role, row.heads, row.share = terms.role, terms.heads, terms.share
        row.starts_on, row.ends_on, row.site_id = terms.starts_on, terms.ends_on, terms.site_id
        row.clearance_asked, row.languages = terms.clearance_asked, list(terms.languages)
        row.citizenships, row.overlap_hours = sorted(set(terms.citizenships)), terms.overlap_hours
        row.from_each, row.most_from_one = sorted(set(terms.from_each)), terms.most_from_one
        row.strand_id = _strand(session, workstream, terms.strand)
        session.add(row)
        session.flush()
        session.execute(delete(RequirementSkill).where(RequirementSkill.requirement_id == row.id))
        session.add_all(
            RequirementSkill(requirement_id=row.id, skill=skill, level=level, must=must)
            for skill, level, must in terms.skills
        )
        work.record(
            f"{actor.name} set what {workstream.title} needs: {terms.heads} for {terms.role}.",
            {"skills": [list(skill) for skill in terms.skills]},
        )
        return row.id


def remove_requirement(session: Session, actor: Actor, workstream_id: int, ident: int, *, now: datetime) -> None:
    """Take a requirement away.

    Raises:
        Refused: not found, not the actor's, or people are allocated to it.
    """
    with writing(session, actor, "requirement:remove", now=now) as work:
        workstream = _fetched(work, workstream_id)
        row = _requirement(session, workstream_id, ident)
        if session.scalar(select(Allocation.id).where(Allocation.requirement_id == ident).limit(1)) is not None:
            raise refuse(Refusal.CONFLICT, "People are allocated to this requirement: end their allocations first.")
        work.record(f"{actor.name} removed {row.role} from what {workstream.title} needs.")
        session.delete(row)


def _fetched(work: Work, ident: int) -> Workstream:
    row = work.session.get(Workstream, ident)
    if row is None:
        work.subject("workstream", ident)
        raise refuse(Refusal.NOT_FOUND, "There is no such workstream.")
    work.subject("workstream", ident, row.lead_institute_id)
    if not access.decide(work.actor, Permission.WORKSTREAMS_EDIT, row.lead_institute_id).allowed:
        raise refuse(Refusal.FORBIDDEN, "Only a workstream lead of the leading institute changes a workstream.")
    return row


def _requirement(session: Session, workstream_id: int, ident: int) -> Requirement:
    row = session.get(Requirement, ident)
    if row is None or row.workstream_id != workstream_id:
        raise refuse(Refusal.NOT_FOUND, "There is no such requirement in this workstream.")
    return row


def _apply(row: Workstream, terms: WorkstreamTerms) -> None:
    row.code, row.title, row.kind, row.area = terms.code, terms.title, terms.kind, terms.area
    row.description = terms.description
    row.lead_institute_id, row.lead_person_id = terms.lead_institute_id, terms.lead_person_id
    row.starts_on, row.ends_on, row.clearance_asked = terms.starts_on, terms.ends_on, terms.clearance_asked
    row.languages, row.model_label = list(terms.languages), terms.model_label
    row.report_on, row.publication = terms.report_on, terms.publication


def _set_partners(session: Session, ident: int, terms: WorkstreamTerms) -> None:
    session.execute(delete(WorkstreamPartner).where(WorkstreamPartner.workstream_id == ident))
    others = terms.partners - {terms.lead_institute_id}
    session.add_all(WorkstreamPartner(workstream_id=ident, institute_id=institute) for institute in sorted(others))


def _strand(session: Session, workstream: Workstream, title: str) -> int | None:
    """The strand of this title, made when it is new; none where no title is given."""
    if not title:
        return None
    found = session.scalar(select(Strand.id).where(Strand.workstream_id == workstream.id, Strand.title == title))
    if found is not None:
        return found
    strand = Strand(workstream_id=workstream.id, title=title, lead_institute_id=workstream.lead_institute_id)
    session.add(strand)
    session.flush()
    return strand.id


def _require_sense(session: Session, terms: WorkstreamTerms, ident: int | None) -> None:
    faults = _dates_and_clearance(terms.starts_on, terms.ends_on, terms.clearance_asked)
    if not terms.title.strip() or not terms.code.strip():
        faults.append("A workstream needs a code and a title.")
    taken = session.scalar(select(Workstream.id).where(Workstream.code == terms.code))
    if taken is not None and taken != ident:
        faults.append(f"The code {terms.code} is taken: choose another.")
    known = set(session.scalars(select(Institute.id)))
    if terms.publication is Publication.PUBLISHED and terms.report_on is None:
        faults.append("A report that is published has a date: give it.")
    if not {terms.lead_institute_id, *terms.partners} <= known:
        faults.append("One of the institutes is not known: choose from the list.")
    if faults:
        raise refuse(Refusal.INVALID, *faults)


def _require_requirement_sense(
    session: Session, workstream: Workstream, ident: int | None, terms: RequirementTerms
) -> None:
    faults = _dates_and_clearance(terms.starts_on, terms.ends_on, terms.clearance_asked)
    faults += _outside(workstream, terms)
    if not terms.role.strip():
        faults.append("Name the role that is needed.")
    if not 1 <= terms.heads <= MOST_HEADS:
        faults.append(f"The number of people is between 1 and {MOST_HEADS}.")
    if not 0 < terms.share <= 1:
        faults.append("The share of their time is above 0 and at most 1.")
    faults += [
        f"“{skill}” is not in the skills vocabulary." for skill, _, _ in terms.skills if not vocabulary().find(skill)
    ]
    if len({skill for skill, _, _ in terms.skills}) < len(terms.skills):
        faults.append("The same skill stands twice: keep one of them.")
    faults += _team_faults(session, workstream, terms)
    twin = session.scalar(
        select(Requirement.id).where(Requirement.workstream_id == workstream.id, Requirement.role == terms.role)
    )
    if twin is not None and twin != ident:
        faults.append(f"{workstream.title} already needs “{terms.role}”: change that one instead.")
    if faults:
        raise refuse(Refusal.INVALID, *faults)


def _outside(workstream: Workstream, terms: RequirementTerms) -> list[str]:
    """Days on which there is no such work: a seat begins and ends while the workstream lasts."""
    first, last = workstream.starts_on, workstream.ends_on
    faults = []
    if first and any(day and day < first for day in (terms.starts_on, terms.ends_on)):
        faults.append(f"The work begins on {spoken(first)}: nobody is needed before that day.")
    if last and any(day and day > last for day in (terms.starts_on, terms.ends_on)):
        faults.append(f"The work ends on {spoken(last)}: nobody is needed after that day.")
    return faults


def _team_faults(session: Session, workstream: Workstream, terms: RequirementTerms) -> list[str]:
    """What makes no sense about the people of a role taken together."""
    faults = []
    if terms.overlap_hours is not None and not 1 <= terms.overlap_hours <= 8:
        faults.append("The shared hours are between 1 and 8, or none.")
    if any(len(code) != 2 or not code.isalpha() for code in terms.citizenships):
        faults.append("Write citizenships as two letters each, such as GB, US.")
    partners = select(WorkstreamPartner.institute_id).where(WorkstreamPartner.workstream_id == workstream.id)
    taking_part = {workstream.lead_institute_id, *session.scalars(partners)}
    if not set(terms.from_each) <= taking_part:
        faults.append("Somebody is asked of an institute that does not take part: let it take part first.")
    if len(set(terms.from_each)) > terms.heads:
        faults.append(f"{len(set(terms.from_each))} institutes cannot each send somebody for {terms.heads} seats.")
    if terms.most_from_one is not None and terms.most_from_one < 1:
        faults.append("One institute may send at least 1, or leave the field empty.")
    return faults


def _dates_and_clearance(starts_on: date | None, ends_on: date | None, clearance: str | None) -> list[str]:
    faults = []
    if starts_on and ends_on and ends_on < starts_on:
        faults.append("The last day is before the first day: correct one of them.")
    if clearance and clearance not in BY_KEY:
        faults.append("There is no such clearance level: choose one from the list.")
    return faults
