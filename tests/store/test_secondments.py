"""What the database refuses by itself, whatever code asks it: one person at two places on the same day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from exchange.domain.secondment_facts import State
from exchange.store.secondments import HOLDING
from tests.cast import JP, NOW, PERSON, UK, US
from tests.engines import Database

ADA, TOMAS = PERSON["ada"], PERSON["tomas"]
FIRST, LAST = date(2027, 2, 1), date(2027, 7, 30)
INSERT = text(
    "INSERT INTO secondment (public_id, person_id, home_institute_id, host_institute_id, mode, starts_on, ends_on,"
    " host_share, legal_basis, purpose, state, state_since, phased_access, outcome, created_at, version)"
    " VALUES (:public_id, :person, :home, :host, :mode, :starts_on, :ends_on, 1, '', '', :state, :starts_on, '', '',"
    " :at, 1)"
)


def insert(
    database: Database,
    starts_on: date = FIRST,
    ends_on: date = LAST,
    *,
    state: State = State.ACCEPTED,
    mode: str = "in_person",
    person: int = ADA,
    host: int = US,
) -> None:
    """One row, past every action and every model."""
    ident = uuid4()
    with database.engine.begin() as connection:
        connection.execute(
            INSERT,
            {
                "public_id": ident if database.dialect == "postgresql" else ident.hex,
                "person": person,
                "home": UK,
                "host": host,
                "mode": mode,
                "starts_on": str(starts_on),
                "ends_on": str(ends_on),
                "state": state.value,
                "at": NOW.isoformat(sep=" "),
            },
        )


def count(database: Database) -> int:
    with database.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM secondment")).scalar_one())


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        (FIRST, LAST),
        (LAST, date(2027, 9, 1)),
        (date(2027, 1, 1), FIRST),
        (date(2027, 3, 1), date(2027, 3, 1)),
        (date(2027, 1, 1), date(2028, 1, 1)),
    ],
    ids=["the same days", "its last day", "its first day", "one day inside", "all around it"],
)
def test_two_stays_in_person_on_one_day_are_refused(database: Database, starts_on: date, ends_on: date) -> None:
    insert(database)
    with pytest.raises(DBAPIError, match="secondment_no_overlap"):
        insert(database, starts_on, ends_on, host=JP)
    assert count(database) == 1


def test_stays_that_only_touch_are_kept(database: Database) -> None:
    insert(database)
    insert(database, date(2027, 7, 31), date(2027, 12, 1), host=JP)
    insert(database, date(2026, 12, 1), date(2027, 1, 31), host=JP)
    assert count(database) == 3


def test_a_remote_stay_and_another_persons_stay_are_kept(database: Database) -> None:
    insert(database)
    insert(database, mode="remote", host=JP)
    insert(database, person=TOMAS, host=JP)
    assert count(database) == 3


@pytest.mark.parametrize("state", State)
def test_exactly_the_states_that_hold_a_person_count(database: Database, state: State) -> None:
    """The migration writes the states out; here they are compared with those of the code."""
    insert(database, state=state)
    if state in HOLDING:
        with pytest.raises(DBAPIError, match="secondment_no_overlap"):
            insert(database, host=JP)
    else:
        insert(database, host=JP)


@pytest.mark.parametrize("change", ["starts_on = '2027-07-01'", "state = 'accepted'", "mode = 'in_person'"])
def test_moving_a_stay_onto_another_is_refused_too(database: Database, change: str) -> None:
    insert(database)
    if "starts_on" in change:
        insert(database, date(2027, 8, 1), date(2027, 12, 1), host=JP)
    elif "state" in change:
        insert(database, state=State.DRAFT, host=JP)
    else:
        insert(database, mode="remote", host=JP)
    move = text(f"UPDATE secondment SET {change} WHERE host_institute_id = {JP}")
    with database.engine.begin() as connection, pytest.raises(DBAPIError, match="secondment_no_overlap"):
        connection.execute(move)


def test_two_at_once_cannot_both_take_the_person(database: Database) -> None:
    """Eight transactions insert a stay on the same days at the same moment."""
    together = Barrier(8)

    def attempt(_: int) -> bool:
        together.wait()
        try:
            insert(database)
        except DBAPIError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(attempt, range(8)))
    assert (sum(done), count(database)) == (1, 1)


@pytest.mark.parametrize(
    ("column", "value"), [("ends_on", "2027-01-31"), ("host_institute_id", str(UK)), ("host_share", "0")]
)
def test_a_stay_needs_its_days_in_order_two_institutes_and_a_share(database: Database, column: str, value: str) -> None:
    insert(database)
    with database.engine.begin() as connection, pytest.raises(DBAPIError, match="ck_secondment"):
        connection.execute(text(f"UPDATE secondment SET {column} = '{value}'"))
