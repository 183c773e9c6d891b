"""What those who sign in to the invented world have done: asked for a role that waits, read what they were told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from exchange.actions import notices, roles
from exchange.demo.signins import SIGN_INS
from exchange.demo.works import Places
from exchange.domain.actors import Role
from exchange.store.people import actor_of, id_by_email


def ask_for_a_role(session: Session, places: Places, *, now: datetime) -> None:
    """The UK's administrator asks that its second coordinator be its security officer too."""
    administrator = next(one for one in SIGN_INS if one.role is Role.ADMINISTRATOR)
    deputy = next(one for one in SIGN_INS if one.handle == "hr2" and one.institute == administrator.institute)
    asker, candidate = id_by_email(session, administrator.email), id_by_email(session, deputy.email)
    assert asker is not None  # both are among the sign-ins, which were brought in first
    assert candidate is not None
    actor = actor_of(session, asker, now.date())
    roles.grant(session, actor, candidate, Role.SECURITY_OFFICER, places.institutes[deputy.institute], now=now)


def read_notices(session: Session, *, now: datetime) -> None:
    """Whoever can sign in has read what they were told so far."""
    for one in SIGN_INS:
        reader = id_by_email(session, one.email)
        assert reader is not None  # all were brought in first
        notices.read_all(session, actor_of(session, reader, now.date()), now=now)
