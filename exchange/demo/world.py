"""The invented world as a value: the same for the same day. All people in it are fictional."""

from __future__ import annotations

from datetime import date
from uuid import NAMESPACE_URL, UUID, uuid5

from exchange.actions.worlds import Job, Somebody, World
from exchange.demo.institutes import INSTITUTES
from exchange.demo.signins import SIGN_INS, SignIn


def build(today: date, password_hash: str) -> World:
    """Everybody and everything, with dates relative to ``today``; ``password_hash`` opens every sign-in."""
    return World(people=tuple(_signing_in(one, today, password_hash) for one in SIGN_INS))


def public_id(email: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"mailto:{email}")


def _signing_in(one: SignIn, today: date, password_hash: str) -> Somebody:
    institute = next(institute for institute in INSTITUTES if institute.code == one.institute)
    site = institute.sites[0]
    return Somebody(
        public_id=public_id(one.email),
        email=one.email,
        full_name=one.name,
        job=Job(one.institute, site.name, one.title, date(today.year - 2, 1, 8)),
        zone=site.zone,
        locale="en_US" if institute.country == "US" else "en_GB",
        password_hash=password_hash,
        roles=(one.role,),
    )
