"""A role in the invented world that one administrator asked for and that waits for the other."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from exchange.actions import roles
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
