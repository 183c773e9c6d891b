"""Granting and revoking roles, and locking accounts. Some roles need a second administrator (``domain.accounts``)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions.writing import Work, refuse, writing
from exchange.domain.access import Permission, decide
from exchange.domain.accounts import GUARDED, may_change, may_confirm
from exchange.domain.actors import PROGRAMME_WIDE, Actor, Role
from exchange.domain.verdict import Refusal
from exchange.store import accounts, sessions
from exchange.store.accounts import RoleRequest
from exchange.store.institutes import Institute
from exchange.store.people import Person, RoleGrant


def grant(
    session: Session, actor: Actor, person_id: int, role: Role, institute_id: int | None, *, now: datetime
) -> bool:
    """Give a person a role, within an institute unless it is one for the whole programme.

    Returns:
        True when the role is held from now on, False when it waits for a second administrator.

    Raises:
        Refused: not the actor's to do, no such person or institute, or the role is held or asked for already.
    """
    with writing(session, actor, "roles:grant", now=now) as work:
        person = _person(work, person_id)
        work.require(may_change(actor, person_id))
        within = _within(session, role, institute_id)
        work.subject("person", person_id, within)
        _require_new(session, person, role, within)
        if role in GUARDED and actor.person_id is not None:
            session.add(
                RoleRequest(
                    person_id=person_id,
                    role=role,
                    institute_id=within,
                    asked_by_id=actor.person_id,
                    asked_at=now,
                )
            )
            work.record(f"{actor.name} asked that {person.full_name} be {_named(session, role, within)}.")
            for other in accounts.administrators(session):
                if other not in {actor.person_id, person_id}:
                    text = f"{actor.name} asks you to confirm a role of {person.full_name}: {_words(role)}."
                    work.notify(other, text, f"/accounts/{person_id}")
            return False
        _give(work, person, role, within)
    return True


def confirm(session: Session, actor: Actor, request_id: int, *, now: datetime) -> int:
    """As the second administrator, give the role that another asked for. Returns the person's id.

    Raises:
        Refused: nothing like that waits, or the actor asked for it or gets it.
    """
    with writing(session, actor, "roles:confirm", now=now) as work:
        request = _waiting(work, request_id)
        work.require(may_confirm(actor, person_id=request.person_id, asked_by_id=request.asked_by_id))
        person = session.get_one(Person, request.person_id)
        _require_new(session, person, request.role, request.institute_id, asked=False)
        request.decided_by_id, request.decided_at, request.confirmed = actor.person_id, now, True
        _give(work, person, request.role, request.institute_id)
        return request.person_id


def turn_down(session: Session, actor: Actor, request_id: int, *, now: datetime) -> int:
    """Not give a role that another administrator asked for. Returns the person's id.

    Raises:
        Refused: nothing like that waits, or the actor asked for it or would get it.
    """
    with writing(session, actor, "roles:turn-down", now=now) as work:
        request = _waiting(work, request_id)
        work.require(may_confirm(actor, person_id=request.person_id, asked_by_id=request.asked_by_id))
        person = session.get_one(Person, request.person_id)
        request.decided_by_id, request.decided_at = actor.person_id, now
        named = _named(session, request.role, request.institute_id)
        work.record(f"{actor.name} turned down that {person.full_name} be {named}.")
        work.notify(request.asked_by_id, f"{actor.name} turned down a role of {person.full_name}.", "/accounts")
        return request.person_id


def revoke(session: Session, actor: Actor, person_id: int, grant_id: int, *, now: datetime) -> None:
    """Take a role from a person; whatever they are signed in to ends.

    Raises:
        Refused: not the actor's to do, or the person does not hold this role.
    """
    with writing(session, actor, "roles:revoke", now=now) as work:
        person = _person(work, person_id)
        work.require(may_change(actor, person_id))
        held = session.scalars(
            select(RoleGrant).where(RoleGrant.id == grant_id, RoleGrant.person_id == person_id)
        ).one_or_none()
        if held is None:
            raise refuse(Refusal.CONFLICT, f"{person.full_name} does not hold this role any more.")
        work.subject("person", person_id, held.institute_id)
        named = _named(session, held.role, held.institute_id)
        session.delete(held)
        sessions.end_all(session, person_id, now)
        work.record(f"{person.full_name} is no longer {named}.", {"role": held.role.value})


def lock(session: Session, actor: Actor, person_id: int, *, now: datetime) -> None:
    """Keep a person from signing in, and end whatever they are signed in to.

    Raises:
        Refused: not the actor's to do, or the account is locked already.
    """
    with writing(session, actor, "accounts:lock", now=now) as work:
        person = _person(work, person_id)
        work.require(may_change(actor, person_id))
        if person.locked_at is not None:
            raise refuse(Refusal.CONFLICT, "This account is locked already.")
        person.locked_at = now
        sessions.end_all(session, person_id, now)
        work.record(f"The account of {person.full_name} was locked.")


def unlock(session: Session, actor: Actor, person_id: int, *, now: datetime) -> None:
    """Let a person sign in again.

    Raises:
        Refused: not the actor's to do, or the account is not locked.
    """
    with writing(session, actor, "accounts:unlock", now=now) as work:
        person = _person(work, person_id)
        work.require(may_change(actor, person_id))
        if person.locked_at is None:
            raise refuse(Refusal.CONFLICT, "This account is not locked.")
        person.locked_at = None
        work.record(f"The account of {person.full_name} was unlocked.")


def _person(work: Work, person_id: int) -> Person:
    """The person, and the permission to look after accounts: administrators act across the programme."""
    work.subject("person", person_id)
    work.require(decide(work.actor, Permission.ROLES_GRANT))
    person = work.session.get(Person, person_id)
    if person is None:
        raise refuse(Refusal.NOT_FOUND, "There is no such account.")
    return person


def _waiting(work: Work, request_id: int) -> RoleRequest:
    work.subject("person", None)
    work.require(decide(work.actor, Permission.ROLES_GRANT))
    request = work.session.get(RoleRequest, request_id)
    if request is None:
        raise refuse(Refusal.NOT_FOUND, "There is no such request.")
    work.subject("person", request.person_id, request.institute_id)
    if request.decided_at is not None:
        raise refuse(Refusal.CONFLICT, "This was decided already. Load the page again to see how it stands.")
    return request


def _within(session: Session, role: Role, institute_id: int | None) -> int | None:
    if role in PROGRAMME_WIDE:
        return None
    if institute_id is None or session.get(Institute, institute_id) is None:
        raise refuse(Refusal.INVALID, f"The role {_words(role)} is held within an institute: choose which.")
    return institute_id


def _require_new(session: Session, person: Person, role: Role, within: int | None, *, asked: bool = True) -> None:
    if any((held.role, held.institute_id) == (role, within) for held in accounts.roles_of(session, person.id)):
        raise refuse(Refusal.CONFLICT, f"{person.full_name} holds this role already.")
    waits = accounts.waiting(session, person.id) if asked else []
    if any((one.role, one.institute_id) == (role, within) for one in waits):
        raise refuse(Refusal.CONFLICT, "This role was asked for already and waits for a second administrator.")


def _give(work: Work, person: Person, role: Role, within: int | None) -> None:
    """The role is held from now on. A new role begins with a new sign-in, like every change of privilege."""
    work.session.add(RoleGrant(person_id=person.id, role=role, institute_id=within, granted_at=work.now))
    sessions.end_all(work.session, person.id, work.now)
    named = _named(work.session, role, within)
    work.record(f"{person.full_name} was made {named}.", {"role": role.value})
    work.notify(person.id, f"You are now {named}.", "/account")


def _named(session: Session, role: Role, within: int | None) -> str:
    where = session.get_one(Institute, within).code if within is not None else ""
    return f"{_words(role)} of {where}" if where else f"{_words(role)} of the programme"


def _words(role: Role) -> str:
    return role.value.replace("_", " ")
