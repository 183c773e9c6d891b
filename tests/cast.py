"""The fixed cast: two institutes that exchange people, a third that looks on, and one person for every role.

``NOW`` is the instant at which all tests happen unless they say otherwise: Saturday 21 November 2026, 09:30 UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from exchange.domain.actors import Actor, Grant, Role
from exchange.store.institutes import Institute, Site
from exchange.store.people import Employment, Person, RoleGrant

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TODAY = NOW.date()
PASSWORD = "correct horse battery staple"

UK, US, JP = 1, 2, 3
LONDON, WASHINGTON, TOKYO = 1, 2, 3

R = Role
# key, id, name, institute, role
PEOPLE: tuple[tuple[str, int, str, int, Role], ...] = (
    ("ada", 1, "Ada Lindqvist", UK, R.RESEARCHER),
    ("tomas", 2, "Tomas Rivera", US, R.RESEARCHER),
    ("uk_hr", 3, "Hannah Stein", UK, R.HR_COORDINATOR),
    ("us_hr", 4, "Benjamin Thorne", US, R.HR_COORDINATOR),
    ("uk_lead", 5, "Priya Raman", UK, R.WORKSTREAM_LEAD),
    ("us_lead", 6, "Naomi Feldman", US, R.WORKSTREAM_LEAD),
    ("uk_security", 7, "Rhys Bevan", UK, R.SECURITY_OFFICER),
    ("us_security", 8, "Jordan Blake", US, R.SECURITY_OFFICER),
    ("director", 9, "Imogen Achebe", UK, R.PROGRAMME_DIRECTOR),
    ("auditor", 10, "Lucas Meyer", US, R.AUDITOR),
    ("admin", 11, "Sofia Conti", UK, R.ADMINISTRATOR),
    ("jp_hr", 12, "佐藤 美咲", JP, R.HR_COORDINATOR),
    ("uk_hr_2", 13, "Owen Pryce", UK, R.HR_COORDINATOR),
    ("us_hr_2", 14, "Marisol Vega", US, R.HR_COORDINATOR),
)
PERSON = {key: ident for key, ident, _, _, _ in PEOPLE}
PROGRAMME = frozenset({R.PROGRAMME_DIRECTOR, R.AUDITOR, R.ADMINISTRATOR})
ACTOR: dict[str, Actor] = {
    key: Actor(ident, name, institute, frozenset({Grant(role, None if role in PROGRAMME else institute)}))
    for key, ident, name, institute, role in PEOPLE
}


def email_of(key: str) -> str:
    return f"{key.replace('_', '.')}@example.org"


def bring_in(session: Session) -> None:
    """Add institutes, sites and the cast. Nobody has a password: tests open sessions directly."""
    session.add_all(
        (
            Institute(
                id=UK,
                code="UK-AISI",
                country="GB",
                name="AI Security Institute",
                short_name="UK AISI",
                zone="Europe/London",
            ),
            Institute(
                id=US,
                code="US-CAISI",
                country="US",
                name="Center for AI Standards and Innovation",
                short_name="US CAISI",
                zone="America/New_York",
                fiscal_year_month=10,
            ),
            Institute(
                id=JP, code="JP-AISI", country="JP", name="AI Safety Institute", short_name="JP AISI", zone="Asia/Tokyo"
            ),
        )
    )
    session.flush()
    session.add_all(
        (
            Site(
                id=LONDON,
                institute_id=UK,
                name="London",
                zone="Europe/London",
                holiday_country="GB",
                holiday_subdivision="ENG",
            ),
            Site(id=WASHINGTON, institute_id=US, name="Washington DC", zone="America/New_York", holiday_country="US"),
            Site(id=TOKYO, institute_id=JP, name="Tokyo", zone="Asia/Tokyo", holiday_country="JP"),
        )
    )
    zones = {UK: "Europe/London", US: "America/New_York", JP: "Asia/Tokyo"}
    sites = {UK: LONDON, US: WASHINGTON, JP: TOKYO}
    for key, ident, name, institute, role in PEOPLE:
        session.add(
            Person(
                id=ident,
                public_id=UUID(int=ident),
                full_name=name,
                email=email_of(key),
                zone=zones[institute],
                locale="en_US" if institute == US else "en_GB",
                created_at=NOW,
            )
        )
        session.flush()
        session.add(
            Employment(
                person_id=ident,
                institute_id=institute,
                site_id=sites[institute],
                title=role.value.replace("_", " ").capitalize(),
                fte=Decimal(1),
                starts_on=date(2024, 1, 1),
            )
        )
        grant = None if role in PROGRAMME else institute
        session.add(RoleGrant(person_id=ident, role=role, institute_id=grant, granted_at=NOW))
    session.flush()
    _start_numbers_after_the_cast(session)


def _start_numbers_after_the_cast(session: Session) -> None:
    """PostgreSQL counts ids by itself and has not seen the ones written here."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in ("institute", "site", "person"):
        session.connection().exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
        )
