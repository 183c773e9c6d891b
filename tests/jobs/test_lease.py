"""One of several workers holds the clock, and a dead one is replaced within ten seconds."""

from datetime import datetime, timedelta

import pytest

from exchange.actions import leases
from exchange.jobs.lease import LENGTH, NAME, RENEWED_EVERY, Leadership
from tests.cast import NOW
from tests.engines import Database


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, time: timedelta) -> None:
        self.now += time


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_only_one_of_two_workers_holds_the_lease(database: Database, clock: Clock) -> None:
    first, second = (Leadership(database.session, clock) for _ in range(2))
    assert first.renew()
    assert not second.renew()
    assert (first.holds(), second.holds()) == (True, False)


def test_the_holder_keeps_it_by_renewing(database: Database, clock: Clock) -> None:
    first, second = (Leadership(database.session, clock) for _ in range(2))
    for _ in range(20):
        assert first.renew()
        assert not second.renew()
        clock.pass_(RENEWED_EVERY)


def test_a_killed_holder_is_replaced_within_ten_seconds(database: Database, clock: Clock) -> None:
    killed, other = (Leadership(database.session, clock) for _ in range(2))
    killed.renew()
    waited = timedelta(0)
    while not other.renew():
        clock.pass_(RENEWED_EVERY)
        waited += RENEWED_EVERY
    assert waited <= timedelta(seconds=10)
    assert timedelta(seconds=10) >= LENGTH + RENEWED_EVERY


def test_a_worker_frozen_past_the_end_no_longer_holds(database: Database, clock: Clock) -> None:
    frozen = Leadership(database.session, clock)
    frozen.renew()
    clock.pass_(LENGTH)
    assert not frozen.holds()


def test_whoever_stops_gives_the_lease_back_at_once(database: Database, clock: Clock) -> None:
    first, second = (Leadership(database.session, clock) for _ in range(2))
    first.renew()
    first.give_up()
    assert not first.holds()
    assert second.renew()


def test_giving_up_leaves_the_lease_of_another_alone(database: Database, clock: Clock) -> None:
    first, second = (Leadership(database.session, clock) for _ in range(2))
    first.renew()
    second.give_up()
    with database.session() as session:
        assert not leases.take(session, NAME, "a third", length=LENGTH, now=clock())
