"""Which state of a profile the matching index holds: a number that changes with what affinity is computed from."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import BigInteger, ForeignKey, delete, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from exchange.store.base import Base
from exchange.store.people import Person, PersonStatus


class ProfileVersion(Base):
    __tablename__ = "profile_version"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)


def store_versions(session: Session, versions: Mapping[int, int]) -> None:
    """Note the state of these people."""
    if not versions:
        return
    session.execute(delete(ProfileVersion).where(ProfileVersion.person_id.in_(versions)))
    session.execute(
        insert(ProfileVersion), [{"person_id": ident, "version": version} for ident, version in versions.items()]
    )


def versions(session: Session) -> dict[int, int]:
    """The state of everybody who is there, hidden or not; 0 for whoever was never indexed."""
    rows = session.execute(
        select(Person.id, func.coalesce(ProfileVersion.version, 0))
        .outerjoin(ProfileVersion, ProfileVersion.person_id == Person.id)
        .where(Person.status == PersonStatus.ACTIVE)
    )
    return {row[0]: row[1] for row in rows}
