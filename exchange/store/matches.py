"""What matching reads: everybody's documents and skills at once, and who may be considered for a need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from exchange.domain import clearances as rules
from exchange.domain.people import Visibility
from exchange.domain.skills import Level, SkillClaim
from exchange.store import skills
from exchange.store.audit import AuditEvent
from exchange.store.clearances import Clearance, in_domain
from exchange.store.people import Employment, Person, PersonStatus
from exchange.store.publications import Publication
from exchange.store.skills import Wish

_TOUCHES_PROFILES = ("person", "import", "world")


@dataclass(frozen=True, slots=True)
class Text:
    id: int
    person_id: int
    title: str
    abstract: str
    year: int | None


@dataclass(frozen=True, slots=True)
class Considered:
    """Somebody who may be considered: works on the day, and shows the profile to the network."""

    person_id: int
    name: str
    institute_id: int
    title: str
    clearances: tuple[rules.Clearance, ...]


def stamp(session: Session) -> int:
    """A number that grows with every change of a profile: the newest audit record about people."""
    newest = select(func.max(AuditEvent.seq)).where(
        AuditEvent.subject_kind.in_(_TOUCHES_PROFILES),
        AuditEvent.verb.not_like("session:%"),
        AuditEvent.verb.not_like("account:%"),
    )
    return session.scalar(newest) or 0


def texts(session: Session) -> list[Text]:
    """Every publication, each person's newest first."""
    rows = session.execute(
        select(
            Publication.id, Publication.person_id, Publication.title, Publication.abstract, Publication.year
        ).order_by(Publication.person_id, func.coalesce(Publication.year, 0).desc(), Publication.id.desc())
    )
    return [Text(*row) for row in rows]


def claims(session: Session) -> dict[int, list[SkillClaim]]:
    """Every person's skills."""
    found: dict[int, list[SkillClaim]] = {}
    for row in session.scalars(select(skills.SkillClaim).order_by(skills.SkillClaim.person_id)):
        claim = SkillClaim(
            skill=row.skill,
            level=Level(row.level),
            last_used=row.last_used_on,
            wants_to_use=row.wish is Wish.USE,
            wants_to_learn=row.wish is Wish.LEARN,
        )
        found.setdefault(row.person_id, []).append(claim)
    return found


def considered(session: Session, today: date) -> dict[int, Considered]:
    """Everybody who may be considered today, with their clearances, in one statement."""
    rows = session.execute(
        select(Person.id, Person.full_name, Employment.institute_id, Employment.title, Clearance)
        .join(Employment, Employment.person_id == Person.id)
        .outerjoin(Clearance, Clearance.person_id == Person.id)
        .where(
            Person.status == PersonStatus.ACTIVE,
            Person.visibility == Visibility.NETWORK,
            Employment.starts_on <= today,
            or_(Employment.ends_on.is_(None), Employment.ends_on >= today),
        )
        .order_by(Person.id, Clearance.id)
    )
    names: dict[int, tuple[str, int, str]] = {}
    held: dict[int, dict[int, rules.Clearance]] = {}
    for ident, name, institute_id, title, clearance in rows:
        names[ident] = (name, institute_id, title)
        if clearance is not None:
            held.setdefault(ident, {})[clearance.id] = in_domain(clearance)
    return {ident: Considered(ident, *who, tuple(held.get(ident, {}).values())) for ident, who in names.items()}
