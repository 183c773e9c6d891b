"""Who acts: a person or the system, with the roles granted to them, each within an institute where that applies."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    RESEARCHER = "researcher"
    WORKSTREAM_LEAD = "workstream_lead"
    HR_COORDINATOR = "hr_coordinator"
    SECURITY_OFFICER = "security_officer"
    PROGRAMME_DIRECTOR = "programme_director"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


# These see the whole programme; the others act within one institute.
PROGRAMME_WIDE = frozenset({Role.PROGRAMME_DIRECTOR, Role.AUDITOR, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Grant:
    """A role, within ``institute_id`` or (None) across the programme."""

    role: Role
    institute_id: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """``person_id`` is None for the system itself (the clock, the command line, the demo world)."""

    person_id: int | None
    name: str
    institute_id: int | None = None
    grants: frozenset[Grant] = frozenset()

    @property
    def is_system(self) -> bool:
        return self.person_id is None

    def has(self, role: Role, institute_id: int | None = None) -> bool:
        """Whether the role is held at all, or (with an institute) held there."""
        return any(g.role is role and (institute_id is None or g.institute_id == institute_id) for g in self.grants)

    def institutes(self, role: Role) -> frozenset[int]:
        """The institutes within which the role is held."""
        return frozenset(g.institute_id for g in self.grants if g.role is role and g.institute_id is not None)


SYSTEM = Actor(person_id=None, name="Exchange")
