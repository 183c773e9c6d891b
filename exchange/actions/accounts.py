"""Signing in and out, and passwords.

Passwords are hashed with Argon2id at the OWASP setting (19 MiB, 2 passes, 1 lane). At most two hashes run at a time in
a process, so that a flood of sign-ins cannot take all memory and both cores. An unknown address costs the same time as
a wrong password.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache
from threading import BoundedSemaphore
from zoneinfo import available_timezones

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from exchange.actions.writing import bookkeeping, refuse, writing
from exchange.domain.access import Permission, decide
from exchange.domain.accounts import LINK_LASTS, may_make_link
from exchange.domain.actors import SYSTEM, Actor
from exchange.domain.verdict import Refusal
from exchange.store.accounts import SignInLink, live_link, roles_of
from exchange.store.digests import job_of
from exchange.store.jobs import JobRun
from exchange.store.people import MailChoice, Person, PersonStatus
from exchange.store.sessions import SignInSession, SignInThrottle, end_all

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=8)
TOUCH_EVERY = timedelta(minutes=1)
WINDOW = timedelta(seconds=60)
FAILURES_PER_ACCOUNT = 5
FAILURES_PER_ADDRESS = 30
SHORTEST_PASSWORD = 15  # NIST SP 800-63B-4: single-factor passwords have at least 15 characters
LONGEST_PASSWORD = 200

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_hashing = BoundedSemaphore(2)


def token_hash(token: str) -> str:
    """What is stored of a session's token."""
    return hashlib.sha256(b"exchange-session\0" + token.encode()).hexdigest()


def sign_in(session: Session, email: str, password: str, *, address: str, now: datetime) -> str:
    """Open a session and return its token, which exists nowhere else.

    Raises:
        Refused: too many failures within a minute, or address and password do not belong together.
    """
    folded = email.strip().lower()
    keys = {f"account:{folded}"[:100]: FAILURES_PER_ACCOUNT, f"address:{address}"[:100]: FAILURES_PER_ADDRESS}
    _take_try(session, keys, now)
    person = session.scalars(select(Person).where(Person.email == folded)).one_or_none()
    fits = _verify(person.password_hash if person else None, password)
    if person is None or not fits or person.status is not PersonStatus.ACTIVE or person.locked_at is not None:
        with writing(session, SYSTEM, "session:open", now=now) as work:
            work.subject("person", person.id if person else None)
            raise refuse(Refusal.INVALID, "The e-mail address and the password do not belong together.")
    person_id, name = person.id, person.full_name
    token = secrets.token_urlsafe(32)
    with writing(session, Actor(person_id, name), "session:open", now=now) as work:
        work.subject("person", person_id)
        _give_back(session, keys)
        session.add(SignInSession(token_hash=token_hash(token), person_id=person_id, created_at=now, last_seen_at=now))
        work.record(f"{name} signed in.")
    return token


def sign_out(session: Session, actor: Actor, token: str, *, now: datetime) -> None:
    """End the session of this token; the cookie is dead from now on wherever it is."""
    with writing(session, actor, "session:close", now=now) as work:
        work.subject("person", actor.person_id)
        row = session.scalars(select(SignInSession).where(SignInSession.token_hash == token_hash(token))).one_or_none()
        if row is not None and row.ended_at is None:
            row.ended_at = now
        work.record(f"{actor.name} signed out.")


def touch(session: Session, session_id: int, *, now: datetime) -> None:
    """Note that a session was used."""
    with bookkeeping(session):
        session.get_one(SignInSession, session_id).last_seen_at = now


def change_password(session: Session, actor: Actor, old: str, new: str, *, token: str, now: datetime) -> None:
    """Set a new password; every other session of the person ends.

    Raises:
        Refused: the present password is wrong, or the new one too short, too long or the person's own name or address.
    """
    person = session.get_one(Person, actor.person_id)
    if not _verify(person.password_hash, old):
        raise refuse(Refusal.INVALID, "The present password is not right.")
    require_good_password(new, person.email, person.full_name)
    hashed = hash_password(new)
    with writing(session, actor, "account:password", now=now) as work:
        work.subject("person", actor.person_id)
        session.get_one(Person, actor.person_id).password_hash = hashed
        end_all(session, person.id, now, but=token_hash(token))
        work.record(f"{actor.name} changed the password; other sessions ended.")


def set_password(session: Session, person_id: int, password: str, *, now: datetime) -> None:
    """Set a person's password from the command line or the demo world; all their sessions end."""
    person = session.get_one(Person, person_id)
    require_good_password(password, person.email, person.full_name)
    hashed = hash_password(password)
    with writing(session, SYSTEM, "account:password", now=now) as work:
        work.subject("person", person_id)
        person = session.get_one(Person, person_id)
        person.password_hash = hashed
        end_all(session, person_id, now)
        work.record(f"The password of {person.full_name} was set.")


def make_link(session: Session, actor: Actor, person_id: int, *, now: datetime) -> tuple[str, datetime]:
    """Make a link with which a person chooses a password; earlier ones stop working.

    Returns:
        Its token, which exists nowhere else, and when it stops working.

    Raises:
        Refused: not the actor's to do, no such account, or one that cannot sign in or whose role takes two people.
    """
    with writing(session, actor, "accounts:link", now=now) as work:
        work.subject("person", person_id)
        work.require(decide(actor, Permission.ACCOUNTS_EDIT))
        person = session.get(Person, person_id)
        if person is None or actor.person_id is None:
            raise refuse(Refusal.NOT_FOUND, "There is no such account.")
        work.require(may_make_link(actor, person_id, (held.role for held in roles_of(session, person_id))))
        if person.status is not PersonStatus.ACTIVE or person.locked_at is not None:
            raise refuse(Refusal.CONFLICT, "Nobody can sign in with this account. Unlock it first.")
        earlier = update(SignInLink).where(SignInLink.person_id == person_id, SignInLink.used_at.is_(None))
        session.execute(earlier.values(expires_at=now))
        token, expires_at = secrets.token_urlsafe(32), now + LINK_LASTS
        session.add(
            SignInLink(
                person_id=person_id,
                token_hash=link_hash(token),
                made_by_id=actor.person_id,
                created_at=now,
                expires_at=expires_at,
            )
        )
        work.record(f"{actor.name} made a link with which {person.full_name} chooses a password.")
    return token, expires_at


def use_link(session: Session, token: str, password: str, *, now: datetime) -> None:
    """Spend a link: its person has this password from now on.

    Raises:
        Refused: the link cannot be used, or the password is too short, too long or the person's own name or address.
    """
    hashed = hash_password(password[: LONGEST_PASSWORD + 1])
    with writing(session, SYSTEM, "account:password", now=now) as work:
        link = live_link(session, link_hash(token), now)
        if link is None:
            raise refuse(Refusal.CONFLICT, "This link does not work: it was used, is too old, or was replaced.")
        work.subject("person", link.person_id)
        person = session.get_one(Person, link.person_id)
        require_good_password(password, person.email, person.full_name)
        person.password_hash, link.used_at = hashed, now
        end_all(session, person.id, now)
        work.record(f"{person.full_name} chose a password with a link.")


def link_hash(token: str) -> str:
    """What is stored of a link's token."""
    return hashlib.sha256(b"exchange-link\0" + token.encode()).hexdigest()


def hash_password(password: str) -> str:
    with _hashing:
        return _hasher.hash(password)


def _verify(stored: str | None, password: str) -> bool:
    with _hashing:
        try:
            fits = _hasher.verify(stored or _hash_of_nobody(), password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False
    return fits and stored is not None


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash(secrets.token_hex())


def require_good_password(password: str, email: str, name: str) -> None:
    """Refuse a password that is too short, too long, or the person's own name or address."""
    if len(password) < SHORTEST_PASSWORD:
        raise refuse(
            Refusal.INVALID, f"A password has at least {SHORTEST_PASSWORD} characters. Several words are easy."
        )
    if len(password) > LONGEST_PASSWORD:
        raise refuse(Refusal.INVALID, f"A password has at most {LONGEST_PASSWORD} characters.")
    if password.strip().lower() in {email, name.lower()}:
        raise refuse(Refusal.INVALID, "Your own name or address is no password. Choose something else.")


def _take_try(session: Session, keys: dict[str, int], now: datetime) -> None:
    """Count a try as failed before it is made, so that no number of tries at once is more than the limit."""
    with bookkeeping(session):
        for key, limit in keys.items():
            row = session.get(SignInThrottle, key)
            if row is None:
                session.add(SignInThrottle(key=key, window_started_at=now, failures=1))
            elif now - row.window_started_at >= WINDOW:
                row.window_started_at, row.failures = now, 1
            elif row.failures >= limit:
                raise refuse(Refusal.CONFLICT, "Too many tries. Wait a minute, then sign in again.")
            else:
                row.failures += 1


def _give_back(session: Session, keys: dict[str, int]) -> None:
    """A try that was right is no failure."""
    for row in session.scalars(select(SignInThrottle).where(SignInThrottle.key.in_(keys))):
        row.failures = max(0, row.failures - 1)


def change_language(session: Session, actor: Actor, *, locale: str, zone: str, now: datetime) -> None:
    """Set in whose words and in which zone a person reads the pages.

    Raises:
        Refused: there is no such time zone.
    """
    if zone not in available_timezones():
        raise refuse(
            Refusal.INVALID, f"There is no time zone “{zone}”. Write it like Europe/London or America/New_York."
        )
    with writing(session, actor, "account:language", now=now) as work:
        work.subject("person", actor.person_id)
        person = session.get_one(Person, actor.person_id)
        before = {"locale": person.locale, "zone": person.zone}
        person.locale, person.zone = locale, zone
        work.record(
            f"{actor.name} changed language and zone.", {"before": before, "after": {"locale": locale, "zone": zone}}
        )


def change_mail(session: Session, actor: Actor, choice: MailChoice, *, now: datetime) -> None:
    """Set how a person is told by mail. A digest begins with what comes after the choice: the rest was told before."""
    assert actor.person_id is not None  # a signed-in person
    with writing(session, actor, "account:mail", now=now) as work:
        work.subject("person", actor.person_id)
        person = session.get_one(Person, actor.person_id)
        before = person.mail
        if choice is MailChoice.DIGEST and before is not MailChoice.DIGEST:
            session.merge(JobRun(job=job_of(actor.person_id), slot=now.isoformat(timespec="minutes"), ran_at=now))
        person.mail = choice
        work.record(f"{actor.name} changed how they get mail.", {"before": before.value, "after": choice.value})
