"""People as their institute keeps them: who they are, where they are employed, when they are away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions import publishing
from exchange.actions.writing import Work, refuse, writing
from exchange.domain.access import Permission, decide
from exchange.domain.actors import Actor, Grant, Role
from exchange.domain.people import Employed, may_employ, may_see_profile, reading_locale
from exchange.domain.periods import Period
from exchange.domain.verdict import Refusal
from exchange.store import people, search_index
from exchange.store.institutes import Institute, Site
from exchange.store.people import Absence, Employment, EmploymentKind, Person, PersonStatus, RoleGrant

NOBODY = "There is no such person, or the profile is not yours to see."
LONGEST_ABSENCE = timedelta(days=731)


@dataclass(frozen=True, slots=True)
class Post:
    """An employment. ``fte`` is the share of full time, above 0 and up to 1; both days are included."""

    institute_id: int
    title: str
    starts_on: date
    ends_on: date | None = None
    fte: Decimal = Decimal(1)
    kind: EmploymentKind = EmploymentKind.PERMANENT
    site_id: int | None = None


@dataclass(frozen=True, slots=True)
class Details:
    """Who a person is. The name is one text, as the person writes it; ``latin_name`` is a transcription."""

    full_name: str
    email: str
    latin_name: str = ""
    code: str = ""
    zone: str = ""
    languages: tuple[str, ...] = ()


def add(session: Session, actor: Actor, details: Details, post: Post, *, now: datetime) -> int:
    """Bring in a person with their employment, as a researcher of the institute, and return the id.

    Raises:
        Refused: not the actor's institute, the address or code is another person's, or something is missing.
    """
    with writing(session, actor, "person:create", now=now) as work:
        work.subject("person", None, post.institute_id)
        work.require(decide(actor, Permission.PERSON_EDIT, post.institute_id))
        institute = session.get(Institute, post.institute_id)
        if institute is None:
            raise refuse(Refusal.INVALID, "There is no such institute. Choose one from the list.")
        person = Person(public_id=uuid4(), email="", zone="", full_name="", created_at=now)
        person.locale = reading_locale(institute.country)
        _set_details(work, person, details, default_zone=institute.zone)
        session.add(person)
        session.flush()
        session.add(_employment(work, person.id, post))
        session.add(
            RoleGrant(person_id=person.id, role=Role.RESEARCHER, institute_id=post.institute_id, granted_at=now)
        )
        search_index.refresh(session, [person.id], day=now.date())
        ident = person.id
        work.subject("person", ident, post.institute_id)
        work.record(f"{person.full_name} was added to {institute.short_name}.")
    return ident


def edit(
    session: Session, actor: Actor, person_id: int, details: Details, *, version: int, has_left: bool, now: datetime
) -> None:
    """Correct who a person is. ``version`` is the one the editor saw.

    Raises:
        Refused: somebody else has changed the person since (conflict), or as for ``add``.
    """
    with writing(session, actor, "person:edit", now=now) as work:
        person, institute = _kept(work, person_id, Permission.PERSON_EDIT)
        if person.version != version:
            raise refuse(Refusal.CONFLICT, f"{person.full_name} was changed by somebody else while you were editing.")
        before = _written(person)
        _set_details(work, person, details, default_zone=person.zone)
        person.status = PersonStatus.LEFT if has_left else PersonStatus.ACTIVE
        search_index.refresh(session, [person.id], day=now.date())
        publishing.publish_people(session, [person.id], now)
        after = _written(person)
        changed = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
        work.subject("person", person.id, institute)
        work.record(f"{person.full_name} was edited.", {"changed": changed})


def record_employment(session: Session, actor: Actor, person_id: int, post: Post, *, now: datetime) -> int:
    """Record where somebody is employed from some day on; an open employment at the same institute ends the day before.

    Raises:
        Refused: not the actor's institute, or it does not fit beside the other employments.
    """
    with writing(session, actor, "person:employ", now=now) as work:
        work.subject("person", person_id, post.institute_id)
        work.require(decide(actor, Permission.PERSON_EDIT, post.institute_id))
        person = _visible(work, person_id)
        rows = session.scalars(select(Employment).where(Employment.person_id == person_id)).all()
        for row in rows:
            if row.institute_id == post.institute_id and row.ends_on is None and row.starts_on < post.starts_on:
                row.ends_on = post.starts_on - timedelta(days=1)
        others = [Employed(row.institute_id, row.starts_on, row.ends_on, row.fte) for row in rows]
        employment = _employment(work, person_id, post)
        work.require(may_employ(Employed(post.institute_id, post.starts_on, post.ends_on, post.fte), others))
        session.add(employment)
        search_index.refresh(session, [person_id], day=now.date())
        ident = employment.id
        work.record(f"{person.full_name} is employed as {post.title or 'staff'} from {post.starts_on.isoformat()}.")
    return ident


def end_employment(session: Session, actor: Actor, employment_id: int, ends_on: date, *, now: datetime) -> None:
    """Set the last day of an employment.

    Raises:
        Refused: not the actor's institute, or the day is before the first.
    """
    with writing(session, actor, "person:employ", now=now) as work:
        employment = session.get(Employment, employment_id)
        if employment is None:
            raise refuse(Refusal.NOT_FOUND, NOBODY)
        work.subject("person", employment.person_id, employment.institute_id)
        work.require(decide(actor, Permission.PERSON_EDIT, employment.institute_id))
        if ends_on < employment.starts_on:
            raise refuse(Refusal.INVALID, "The last day is before the first. Correct one of them.")
        employment.ends_on = ends_on
        search_index.refresh(session, [employment.person_id], day=now.date())
        person = session.get_one(Person, employment.person_id)
        work.record(f"The employment of {person.full_name} ends on {ends_on.isoformat()}.")


def add_absence(
    session: Session, actor: Actor, person_id: int, starts_on: date, ends_on: date, *, now: datetime
) -> int:
    """Record days on which a person is away; one's own, or those of the institute's people.

    Raises:
        Refused: not the actor's to record, out of order, too long, or overlapping one that stands.
    """
    with writing(session, actor, "absence:add", now=now) as work:
        person, _ = _kept(work, person_id, Permission.ABSENCE_EDIT)
        if ends_on < starts_on:
            raise refuse(Refusal.INVALID, "The last day is before the first. Correct one of them.")
        if ends_on - starts_on > LONGEST_ABSENCE:
            raise refuse(
                Refusal.INVALID, "That is more than two years. Check the years, or end the employment instead."
            )
        wanted = Period(starts_on, ends_on)
        for _, standing in people.absences_of(session, person_id, since=starts_on):
            if standing.overlaps(wanted):
                raise refuse(Refusal.CONFLICT, f"An absence stands already for {standing}. Remove that one first.")
        absence = Absence(person_id=person_id, starts_on=starts_on, ends_on=ends_on)
        session.add(absence)
        session.flush()
        ident = absence.id
        work.record(f"{person.full_name} is away for {wanted}.")
    return ident


def remove_absence(session: Session, actor: Actor, absence_id: int, *, now: datetime) -> int:
    """Remove an absence and return whose it was.

    Raises:
        Refused: not the actor's to remove.
    """
    with writing(session, actor, "absence:remove", now=now) as work:
        absence = session.get(Absence, absence_id)
        if absence is None:
            raise refuse(Refusal.NOT_FOUND, "There is no such absence.")
        person, _ = _kept(work, absence.person_id, Permission.ABSENCE_EDIT)
        days = Period(absence.starts_on, absence.ends_on)
        session.delete(absence)
        ident = person.id
        work.record(f"{person.full_name} is no longer marked as away for {days}.")
    return ident


def _visible(work: Work, person_id: int) -> Person:
    standing = people.standing_of(work.session, person_id, work.now.date())
    if standing is None or not may_see_profile(work.actor, standing):
        raise refuse(Refusal.NOT_FOUND, NOBODY)
    return work.session.get_one(Person, person_id)


def _kept(work: Work, person_id: int, permission: Permission) -> tuple[Person, int | None]:
    """A person whom the actor may write about: themselves where the permission allows, or their institute's people."""
    standing = people.standing_of(work.session, person_id, work.now.date())
    if standing is None or not may_see_profile(work.actor, standing):
        raise refuse(Refusal.NOT_FOUND, NOBODY)
    work.subject("person", person_id, standing.institute_id)
    if permission is Permission.PERSON_EDIT or work.actor.person_id != person_id:
        keeper = work.actor if work.actor.is_system else _as_coordinator(work.actor)
        work.require(decide(keeper, permission, *filter(None, [standing.institute_id])))
    return work.session.get_one(Person, person_id), standing.institute_id


def _as_coordinator(actor: Actor) -> Actor:
    """The actor with nothing but the roles that look after other people: a researcher records only their own days."""
    kept = frozenset(Grant(g.role, g.institute_id) for g in actor.grants if g.role is Role.HR_COORDINATOR)
    return Actor(actor.person_id, actor.name, actor.institute_id, kept)


def _set_details(work: Work, person: Person, details: Details, *, default_zone: str) -> None:
    name, email, code = details.full_name.strip(), details.email.strip().lower(), details.code.strip() or None
    zone = details.zone.strip() or default_zone
    if not name:
        raise refuse(Refusal.INVALID, "A person needs a name.")
    if email.count("@") != 1 or email.startswith("@") or email.endswith("@") or " " in email:
        raise refuse(Refusal.INVALID, f"“{details.email}” is not an e-mail address. Write it like name@example.org.")
    if zone not in available_timezones():
        raise refuse(Refusal.INVALID, f"There is no time zone “{zone}”. Write it like Europe/London.")
    _require_unused(work, person, email=email, code=code)
    person.full_name, person.latin_name = name, details.latin_name.strip() or None
    person.email, person.code, person.zone = email, code, zone
    person.languages = list(details.languages)


def _require_unused(work: Work, person: Person, *, email: str, code: str | None) -> None:
    """Refuse an address or code that somebody else has, in words that do not tell whose it is."""
    for column, value, what in ((Person.email, email, "address"), (Person.code, code, "staff code")):
        if value is None:
            continue
        with work.session.no_autoflush:
            holder = work.session.scalar(select(Person.id).where(column == value))
        if holder is not None and holder != person.id:
            raise refuse(Refusal.CONFLICT, f"The {what} {value} is another person's already. Check it.")


def _employment(work: Work, person_id: int, post: Post) -> Employment:
    if post.ends_on is not None and post.ends_on < post.starts_on:
        raise refuse(Refusal.INVALID, "The last day of the employment is before the first. Correct one of them.")
    if not 0 < post.fte <= 1:
        raise refuse(Refusal.INVALID, "The share of full time is above 0 and up to 1, such as 0.8.")
    if post.site_id is not None:
        site = work.session.get(Site, post.site_id)
        if site is None or site.institute_id != post.institute_id:
            raise refuse(Refusal.INVALID, "That site is not one of this institute's. Choose another.")
    return Employment(
        person_id=person_id,
        institute_id=post.institute_id,
        site_id=post.site_id,
        title=post.title.strip(),
        kind=post.kind,
        fte=post.fte,
        starts_on=post.starts_on,
        ends_on=post.ends_on,
    )


def _written(person: Person) -> dict[str, str]:
    return {
        "name": person.full_name,
        "latin name": person.latin_name or "",
        "email": person.email,
        "code": person.code or "",
        "zone": person.zone,
        "languages": ", ".join(person.languages),
        "status": person.status.value,
    }
