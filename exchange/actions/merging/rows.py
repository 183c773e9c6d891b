"""Moving everything that one record of a person has to another, row by row where both have the same.

What is history stays as it was written: the audit trail, the moves and approvals of secondments and the agreements name
the record that acted. What only one may have stands as the record that stays has it.
"""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import and_, delete, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from exchange.domain.actors import Role
from exchange.domain.merging import same_employment
from exchange.domain.people import Employed
from exchange.store.accounts import RoleRequest, SignInLink
from exchange.store.allocations import Allocation
from exchange.store.calendars import CalendarLink
from exchange.store.clearances import Clearance, ClearanceStatus, history_of
from exchange.store.introductions import Introduction
from exchange.store.invitations import Invitation
from exchange.store.notices import Notice
from exchange.store.people import Absence, Citizenship, Employment, Person, PersonOpenTo, PersonStatus, RoleGrant
from exchange.store.permissions import StayPermission
from exchange.store.publications import Publication
from exchange.store.searches import SavedSearch
from exchange.store.secondments import Secondment
from exchange.store.sessions import SignInSession
from exchange.store.skills import Endorsement, SkillClaim
from exchange.store.workstreams import Workstream

Recorded = TypeVar("Recorded", Clearance, StayPermission)

# Columns that simply name the other record from now on.
PLAIN: tuple[InstrumentedAttribute[int] | InstrumentedAttribute[int | None], ...] = (
    Secondment.person_id,
    Allocation.person_id,
    Absence.person_id,
    CalendarLink.owner_id,
    Introduction.asker_id,
    Introduction.person_id,
    Notice.person_id,
    SavedSearch.person_id,
    Workstream.lead_person_id,
    Employment.line_manager_id,
    Person.merged_into_id,
)


def move_all(session: Session, stays: Person, goes: Person) -> None:
    """Give ``stays`` what ``goes`` has. Nothing of it may be a conflict."""
    two = (stays.id, goes.id)
    session.execute(delete(Introduction).where(Introduction.asker_id.in_(two), Introduction.person_id.in_(two)))
    _employments(session, *two)
    _claims(session, *two)
    _clearances(session, *two)
    _permissions(session, *two)
    for key in (Publication.digest, Invitation.meeting_id, Citizenship.country, PersonOpenTo.kind):
        _unless_there(session, key, *two)
    _roles(session, *two)
    for column in PLAIN:
        session.execute(update(column.class_).where(column == goes.id).values({column.key: stays.id}))
    session.execute(
        update(Employment).where(Employment.line_manager_id == Employment.person_id).values(line_manager_id=None)
    )
    _what_they_say(stays, goes)
    _end_account(session, goes)


def _unless_there(session: Session, key: InstrumentedAttribute[object], stays: int, goes: int) -> None:
    """Move the rows of a table in which one person has each key once; those that both have are dropped."""
    table = key.class_
    held = select(key).where(table.person_id == stays)
    session.execute(delete(table).where(table.person_id == goes, key.in_(held)))
    session.execute(update(table).where(table.person_id == goes).values(person_id=stays))


def _employments(session: Session, stays: int, goes: int) -> None:
    """Those that both have are one, as the record that stays has it."""
    rows = session.scalars(select(Employment).where(Employment.person_id.in_((stays, goes)))).all()
    kept = [_employed(row) for row in rows if row.person_id == stays]
    for row in rows:
        if row.person_id == goes and same_employment(_employed(row), kept):
            session.delete(row)
        elif row.person_id == goes:
            row.person_id = stays
    session.flush()


def _employed(row: Employment) -> Employed:
    return Employed(row.institute_id, row.starts_on, row.ends_on, row.fte)


def _claims(session: Session, stays: int, goes: int) -> None:
    """Claims with those who vouch for them, and what the record that goes vouches for."""
    held = set(session.scalars(select(SkillClaim.skill).where(SkillClaim.person_id == stays)))
    columns = [column for column in SkillClaim.__table__.columns if column.key != "person_id"]
    moved = session.execute(select(*columns).where(SkillClaim.person_id == goes, SkillClaim.skill.not_in(held)))
    rows = [{**row, "person_id": stays} for row in moved.mappings()]
    if rows:
        session.execute(insert(SkillClaim), rows)
        skills = [row["skill"] for row in rows]
        mine = and_(Endorsement.person_id == goes, Endorsement.skill.in_(skills))
        session.execute(update(Endorsement).where(mine).values(person_id=stays))
    session.execute(delete(SkillClaim).where(SkillClaim.person_id == goes))
    for row in session.scalars(select(Endorsement).where(Endorsement.endorser_id == goes)).all():
        if session.get(Endorsement, (row.person_id, row.skill, stays)) is not None:
            session.delete(row)
        else:
            row.endorser_id = stays
    session.flush()


def _clearances(session: Session, stays: int, goes: int) -> None:
    """Carry over what stands. Records are never changed: the person who stays gets one that follows on the old one.

    Where both have a level, the one that was stopped stands, and nothing is cleared that was not before.
    """
    kept = {(row.record.scheme, row.record.level): row.record for row in history_of(session, stays) if row.current}
    for old in [row.record for row in history_of(session, goes) if row.current]:
        mine = kept.get((old.scheme, old.level))
        if mine is None:
            session.add(_carried(old, stays, follows=old.id))
        elif mine.status is ClearanceStatus.ACTIVE and old.status is not ClearanceStatus.ACTIVE:
            session.add(_carried(old, stays, follows=mine.id))
    session.flush()


def _permissions(session: Session, stays: int, goes: int) -> None:
    """Permissions to stay are records that are never changed either."""
    later = aliased(StayPermission)
    standing = (
        select(StayPermission)
        .outerjoin(later, later.supersedes_id == StayPermission.id)
        .where(StayPermission.person_id == goes, later.id.is_(None))
    )
    session.add_all([_carried(old, stays, follows=old.id) for old in session.scalars(standing).all()])
    session.flush()


def _carried(old: Recorded, person_id: int, *, follows: int) -> Recorded:
    """The same record of another person; who recorded it and when stays as it was."""
    same = {column.key: getattr(old, column.key) for column in type(old).__table__.columns}
    return type(old)(**{**same, "id": None, "person_id": person_id, "supersedes_id": follows})


def _roles(session: Session, stays: int, goes: int) -> None:
    """The role of a researcher comes along; nothing else may be there."""
    mine = select(RoleGrant.institute_id).where(RoleGrant.person_id == stays, RoleGrant.role == Role.RESEARCHER)
    held = set(session.scalars(mine))
    for grant in session.scalars(select(RoleGrant).where(RoleGrant.person_id == goes)).all():
        if grant.institute_id in held:
            session.delete(grant)
        else:
            grant.person_id = stays
    session.flush()


def _what_they_say(stays: Person, goes: Person) -> None:
    """What the record that stays does not say is taken from the other."""
    stays.latin_name = stays.latin_name or goes.latin_name
    stays.about, stays.open_to = stays.about or goes.about, stays.open_to or goes.open_to
    stays.languages = list(dict.fromkeys((*stays.languages, *goes.languages)))


def _end_account(session: Session, goes: Person) -> None:
    """Nobody signs in as the record that went."""
    for table in (SignInSession, SignInLink):
        session.execute(delete(table).where(table.person_id == goes.id))
    session.execute(delete(RoleRequest).where(RoleRequest.person_id == goes.id, RoleRequest.decided_at.is_(None)))
    goes.password_hash, goes.status = None, PersonStatus.LEFT
