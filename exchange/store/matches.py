"""What matching reads: everybody's documents and skills at once, and who may be considered for a need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from exchange.domain.people import Visibility
from exchange.domain.skills import Endorsement, Level, SkillClaim
from exchange.store import skills
from exchange.store.allocations import Allocation
from exchange.store.audit import AuditEvent
from exchange.store.batches import gather
from exchange.store.institutes import Institute
from exchange.store.people import Employment, Person, PersonStatus
from exchange.store.publications import Publication
from exchange.store.search_index import SearchPerson, is_public
from exchange.store.skills import Wish
from exchange.store.workstreams import Requirement, RequirementSkill, Strand, Workstream, WorkstreamPartner

_TOUCHES_PROFILES = ("person", "import", "world")


@dataclass(frozen=True, slots=True)
class Text:
    id: int
    person_id: int
    title: str
    abstract: str
    year: int | None

    @property
    def words(self) -> str:
        """What is compared with a need. A change here changes every vector."""
        return f"{self.title}\n{self.abstract}"


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody as a list names them; the institute is None for whoever has none."""

    person_id: int
    name: str
    title: str
    institute_code: str | None
    institute_name: str | None


@dataclass(frozen=True, slots=True)
class PersonData:
    """A person as matching knows them. ``home_id`` is the institute that endorsements are compared with."""

    id: int
    version: int
    home_id: int | None
    texts: tuple[Text, ...]
    claims: tuple[SkillClaim, ...]


@dataclass(frozen=True, slots=True)
class Considered:
    """Somebody who may be considered: works on the day, and shows the profile to the network."""

    person_id: int
    name: str
    institute_id: int
    title: str


_NEWEST = (
    select(AuditEvent.seq)
    .where(
        AuditEvent.subject_kind.in_(_TOUCHES_PROFILES),
        AuditEvent.verb.not_like("session:%"),
        AuditEvent.verb.not_like("account:%"),
    )
    .order_by(AuditEvent.seq.desc())
    .limit(1)
)


def stamp(session: Session) -> int:
    """A number that grows with every change of a profile: the newest audit record about people."""
    return session.scalar(_NEWEST) or 0


def documents(session: Session, ids: Iterable[int]) -> dict[int, Text]:
    """Publications by their ids."""
    return {text.id: text for text in _texts(session, Publication.id.in_(list(ids)))}


def profiles(session: Session, ids: Sequence[int], versions: Mapping[int, int]) -> list[PersonData]:
    """What the affinity of these people is computed from, each one's newest publications first."""
    texts: dict[int, list[Text]] = defaultdict(list)
    for text in _texts(session, Publication.person_id.in_(ids)):
        texts[text.person_id].append(text)
    claims = _claims(session, ids)
    homes = _homes(session, ids)
    return [
        PersonData(ident, versions[ident], homes.get(ident), tuple(texts[ident]), tuple(claims[ident])) for ident in ids
    ]


def _texts(session: Session, which: ColumnElement[bool]) -> list[Text]:
    rows = session.execute(
        select(Publication.id, Publication.person_id, Publication.title, Publication.abstract, Publication.year)
        .where(which)
        .order_by(Publication.person_id, func.coalesce(Publication.year, 0).desc(), Publication.id.desc())
    )
    return [Text(*row) for row in rows]


def claims(session: Session) -> dict[int, list[SkillClaim]]:
    """Every person's skills, restricted ones too: for rules, not for pages."""
    found: dict[int, list[SkillClaim]] = defaultdict(list)
    for row in session.scalars(select(skills.SkillClaim).order_by(skills.SkillClaim.person_id)):
        found[row.person_id].append(_claim(row))
    return found


def _claims(session: Session, ids: Sequence[int]) -> dict[int, list[SkillClaim]]:
    """The skills that the whole network may know of: restricted ones never decide an order that others see."""
    endorsed: dict[tuple[int, str], list[Endorsement]] = defaultdict(list)
    for one in session.scalars(select(skills.Endorsement).where(skills.Endorsement.person_id.in_(ids))):
        endorsed[one.person_id, one.skill].append(Endorsement(one.endorser_id, one.institute_id, one.given_on))
    found: dict[int, list[SkillClaim]] = defaultdict(list)
    shown = select(skills.SkillClaim).where(
        skills.SkillClaim.person_id.in_(ids), skills.SkillClaim.visibility == Visibility.NETWORK
    )
    for row in session.scalars(shown.order_by(skills.SkillClaim.person_id, skills.SkillClaim.skill)):
        if not is_public(row.skill):
            continue
        claim = _claim(row, tuple(endorsed[row.person_id, row.skill]))
        found[row.person_id].append(claim)
    return found


def _claim(row: skills.SkillClaim, endorsements: tuple[Endorsement, ...] = ()) -> SkillClaim:
    return SkillClaim(
        skill=row.skill,
        level=Level(row.level),
        last_used=row.last_used_on,
        endorsements=endorsements,
        wants_to_use=row.wish is Wish.USE,
        wants_to_learn=row.wish is Wish.LEARN,
    )


def _homes(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """Where each works now, or worked last."""
    rows = session.execute(
        select(Employment.person_id, Employment.institute_id)
        .where(Employment.person_id.in_(ids))
        .order_by(Employment.starts_on, Employment.id)
    )
    return {row.person_id: row.institute_id for row in rows}


def named(session: Session, ids: Sequence[int], own: Collection[int]) -> dict[int, Named]:
    """Those of these people whom a reader of the ``own`` institutes finds, with where they work."""
    rows = session.execute(
        select(SearchPerson.person_id, Person.full_name, SearchPerson.job_title, Institute.code, Institute.short_name)
        .join(Person, Person.id == SearchPerson.person_id)
        .outerjoin(Institute, Institute.id == SearchPerson.institute_id)
        .where(
            SearchPerson.person_id.in_(ids),
            or_(Person.visibility == Visibility.NETWORK, SearchPerson.institute_id.in_(own)),
        )
    )
    return {ident: Named(ident, name, title, code, short) for ident, name, title, code, short in rows}


def considered(session: Session, today: date) -> dict[int, Considered]:
    """Everybody who may be considered today, in one statement."""
    rows = session.execute(
        select(Person.id, Person.full_name, Employment.institute_id, Employment.title)
        .join(Employment, Employment.person_id == Person.id)
        .where(
            Person.status == PersonStatus.ACTIVE,
            Person.visibility == Visibility.NETWORK,
            Employment.starts_on <= today,
            or_(Employment.ends_on.is_(None), Employment.ends_on >= today),
        )
        .order_by(Person.id)
    )
    return {row[0]: Considered(*row) for row in rows}


@dataclass(frozen=True, slots=True)
class OpenSeat:
    """A seat that still takes somebody, of a workstream in which certain institutes take part."""

    requirement_id: int
    workstream_id: int
    title: str
    area: str
    description: str
    lead_institute_id: int
    role: str
    strand: str
    heads: int
    filled: int
    skills: tuple[tuple[str, int, bool], ...]  # code, level, whether it is a must


@dataclass(frozen=True, slots=True)
class Mine:
    """What a researcher's own part of the dashboard is made of. ``stale`` claims were confirmed too long ago."""

    seats: tuple[OpenSeat, ...]
    stale: int
    abstracts: int


def mine(session: Session, person_id: int, institute_id: int, *, today: date, stale_before: date) -> Mine:
    """The open seats that concern an institute, and how a person's profile stands, in one statement."""
    filled = select(func.count()).where(Allocation.requirement_id == Requirement.id).scalar_subquery()
    takes_part = or_(
        Workstream.lead_institute_id == institute_id,
        Workstream.id.in_(
            select(WorkstreamPartner.workstream_id).where(WorkstreamPartner.institute_id == institute_id)
        ),
    )
    last_day = func.coalesce(Requirement.ends_on, Workstream.ends_on)
    open_ones = (takes_part, filled < Requirement.heads, or_(last_day.is_(None), last_day >= today))
    seats = (
        select(
            Requirement.id,
            Workstream.id,
            Workstream.title,
            Workstream.area,
            Workstream.description,
            Workstream.lead_institute_id,
            Requirement.role,
            func.coalesce(Strand.title, ""),
            Requirement.heads,
            filled,
        )
        .join(Workstream, Workstream.id == Requirement.workstream_id)
        .outerjoin(Strand, Strand.id == Requirement.strand_id)
        .where(*open_ones)
    )
    asked = select(
        RequirementSkill.requirement_id, RequirementSkill.skill, RequirementSkill.level, RequirementSkill.must
    )
    stale = select(skills.SkillClaim.skill).where(
        skills.SkillClaim.person_id == person_id, skills.SkillClaim.confirmed_on < stale_before
    )
    abstracts = select(Publication.id).where(Publication.person_id == person_id, Publication.abstract != "")
    read = gather(session, seats=seats, asked=asked, stale=stale, abstracts=abstracts)
    needed: dict[int, list[tuple[str, int, bool]]] = defaultdict(list)
    for requirement_id, *skill in sorted(read["asked"]):
        needed[requirement_id].append((skill[0], skill[1], skill[2]))
    found = (OpenSeat(*seat, skills=tuple(needed[seat[0]])) for seat in sorted(read["seats"]))  # type: ignore[misc]
    return Mine(tuple(found), len(read["stale"]), len(read["abstracts"]))
