"""Two keys under fire: many clicks at once, SQL past the application, people with a seat on either side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from exchange.actions import agreements, secondments
from exchange.actions.writing import Refused
from exchange.domain.actors import Actor, Role
from exchange.domain.agreements import Decision
from exchange.domain.secondment_facts import Side, State, Verb
from exchange.domain.verdict import Refusal
from exchange.store.agreements import AgreementVersion, Approval
from exchange.store.audit import AuditEvent
from exchange.store.notices import Notice
from exchange.store.secondments import Secondment, SecondmentMove
from tests.cast import ACTOR, NOW, PERSON, UK, US
from tests.engines import Database
from tests.lives import add_agreed, add_stay, content, hire

HR = Role.HR_COORDINATOR
SECONDMENTS, CLICKS = 60, 8


@pytest.fixture
def both_hats(session: Session) -> Actor:
    return hire(session, "Two Hats", UK, (HR, UK), (HR, US))


def pending(session: Session, **columns: Any) -> tuple[int, str]:  # noqa: ANN401 - columns of many kinds
    """A secondment whose first version, proposed by the home coordinator, awaits approval."""
    ident = add_stay(session, State.AGREEMENT, **columns)
    put = content(session.get_one(Secondment, ident))
    agreements.propose(session, ACTOR["uk_hr"], put, now=NOW)
    return ident, put.hash


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(CLICKS) as pool:
        yield pool


def at_once(threads: ThreadPoolExecutor, clicks: list[Callable[[], str]]) -> list[str]:
    """Start all at the same instant, each in a thread of its own, and give what became of each."""
    gate = Barrier(len(clicks))

    def one(click: Callable[[], str]) -> str:
        gate.wait()
        return click()

    return list(threads.map(one, clicks))


def test_sixty_secondments_take_eight_clicks_at_once(
    database: Database, session: Session, threads: ThreadPoolExecutor, both_hats: Actor
) -> None:
    chance = Random(60)
    approvers = [ACTOR[key] for key in ("uk_hr", "uk_hr_2", "us_hr", "us_hr_2")] + [both_hats]
    people = [hire(session, f"Secondee {number}", UK, (Role.RESEARCHER, UK)) for number in range(SECONDMENTS)]
    waiting = [(*pending(session, person_id=who.person_id or 0), who) for who in people]
    for ident, seen, who in waiting:
        seats = [(side, actor) for actor in approvers for side in (Side.HOME, Side.HOST)]
        seats += [(side, who) for side in Side if side is not Side.SYSTEM]
        chosen = [chance.choice(seats) for _ in range(CLICKS - 2)] + [(Side.PERSON, who), (Side.HOST, both_hats)]
        outcomes = at_once(threads, [_click(database, ident, seen, *each) for each in chosen])
        assert outcomes.count("approved") == len(_approvals(session, ident))
        _require_two_keys(session, ident, who)
    _none_is_stuck(session, waiting)


def _click(database: Database, ident: int, seen: str, side: Side, who: Actor) -> Callable[[], str]:
    def click() -> str:
        with database.session() as own:
            try:
                agreements.decide(own, who, ident, side, Decision.APPROVE, seen_hash=seen, now=NOW)
            except Refused as refused:
                return str(refused.verdict.refusal)
            return "approved"

    return click


def _approvals(session: Session, ident: int) -> list[Approval]:
    session.rollback()
    versions = select(AgreementVersion.id).where(AgreementVersion.secondment_id == ident)
    return list(session.scalars(select(Approval).where(Approval.version_id.in_(versions))))


def _require_two_keys(session: Session, ident: int, secondee: Actor) -> None:
    given = _approvals(session, ident)
    sides = Counter(one.side for one in given)
    assert all(times == 1 for times in sides.values()), f"approved twice: {sides}"
    by = {one.side: one.person_id for one in given}
    assert PERSON["uk_hr"] not in by.values(), "the proposer approved"
    assert by.get(Side.PERSON) in {None, secondee.person_id}
    assert secondee.person_id not in {by.get(Side.HOME), by.get(Side.HOST)}, "the beneficiary approved"
    assert len(set(by.values())) == len(by), "one person turned two keys"


def _none_is_stuck(session: Session, waiting: list[tuple[int, str, Actor]]) -> None:
    """Whoever is still missing approves, and every secondment moves on."""
    spare = {Side.HOME: hire(session, "Spare Home", UK, (HR, UK)), Side.HOST: hire(session, "Spare Host", US, (HR, US))}
    for ident, seen, who in waiting:
        have = {one.side for one in _approvals(session, ident)}
        for side, actor in (spare | {Side.PERSON: who}).items():
            if side not in have:
                agreements.decide(session, actor, ident, side, Decision.APPROVE, seen_hash=seen, now=NOW)
        secondments.move(session, ACTOR["us_hr_2"], ident, Verb.CONCLUDE, now=NOW)
        assert session.get_one(Secondment, ident, populate_existing=True).state is State.CLEARANCE


def test_one_move_clicked_eight_times_happens_once(
    database: Database, session: Session, threads: ThreadPoolExecutor
) -> None:
    ident = add_stay(session, State.ACCEPTED)

    def click() -> str:
        with database.session() as own:
            try:
                secondments.move(own, ACTOR["us_hr"], ident, Verb.PREPARE, now=NOW)
            except Refused as refused:
                return str(refused.verdict.refusal)
            return "moved"

    outcomes = at_once(threads, [click] * CLICKS)
    session.rollback()
    assert sorted(outcomes) == sorted(["moved", *[str(Refusal.CONFLICT)] * (CLICKS - 1)])
    assert len(session.scalars(select(SecondmentMove).where(SecondmentMove.secondment_id == ident)).all()) == 1
    done = select(AuditEvent).where(AuditEvent.verb == Verb.PREPARE.value, AuditEvent.outcome == "done")
    assert len(session.scalars(done).all()) == 1
    told = session.scalars(select(Notice.person_id).where(Notice.path == f"/secondments/{ident}")).all()
    assert len(told) == len(set(told)) > 0


def test_whoever_moved_for_one_institute_approves_for_no_other(session: Session, both_hats: Actor) -> None:
    """The hands that count are those of moves too, not of approvals alone."""
    ident = add_stay(session, State.NOMINATED)
    hosts_key = hire(session, "Only Host", US, (HR, US))
    secondments.move(session, hosts_key, ident, Verb.ACCEPT, now=NOW)
    secondments.move(session, ACTOR["uk_hr"], ident, Verb.PREPARE, now=NOW)
    put = content(session.get_one(Secondment, ident))
    agreements.propose(session, ACTOR["uk_hr"], put, now=NOW)
    promoted = Actor(hosts_key.person_id, hosts_key.name, UK, both_hats.grants)
    with pytest.raises(Refused, match="acted for the other institute") as raised:
        agreements.decide(session, promoted, ident, Side.HOME, Decision.APPROVE, seen_hash=put.hash, now=NOW)
    assert raised.value.verdict.refusal is Refusal.FORBIDDEN


def test_whoever_holds_both_seats_is_recorded_on_the_side_they_act_for(session: Session, both_hats: Actor) -> None:
    ident = add_stay(session, State.ACCEPTED)
    secondments.move(session, both_hats, ident, Verb.PREPARE, now=NOW)
    secondments.move(session, both_hats, ident, Verb.SEND_BACK, reason="Later.", now=NOW)
    sides = set(session.scalars(select(SecondmentMove.side).where(SecondmentMove.secondment_id == ident)))
    assert len(sides) == 1


RAW = """INSERT INTO approval (version_id, side, institute_id, person_id, decision, sha256, reason, decided_at)
    VALUES (:version, :side, :institute, :person, :decision, :sha, '', :at)"""


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"person": PERSON["uk_hr"]}, "two_keys_own_proposal"),
        ({"person": PERSON["ada"]}, "two_keys_own_secondment"),
        ({"side": "person", "institute": None}, "two_keys_own_secondment"),
        ({"sha": "0" * 64}, "two_keys_same_text"),
        ({"side": "host", "institute": UK}, "two_keys_institute"),
        ({"side": "host", "institute": US, "person": "host again"}, "version_side|version_id, approval.side"),
        ({"person": "the host's hand"}, "two_keys_both_sides|version_person"),
        ({"decision": "perhaps"}, "decision"),
        ({"version": 999_999}, "two_keys_same_text|two_keys_institute"),
    ],
)
def test_raw_sql_turns_no_key_it_may_not(session: Session, changes: dict[str, object], constraint: str) -> None:
    ident, seen = pending(session)
    agreements.decide(session, ACTOR["us_hr"], ident, Side.HOST, Decision.APPROVE, seen_hash=seen, now=NOW)
    version = session.scalar(select(AgreementVersion.id).where(AgreementVersion.secondment_id == ident))
    good: dict[str, object] = {
        "version": version,
        "side": "home",
        "institute": UK,
        "person": PERSON["uk_hr_2"],
        "decision": "approve",
        "sha": seen,
        "at": NOW.isoformat(),
    }
    names = {"host again": PERSON["us_hr_2"], "the host's hand": PERSON["us_hr"]}
    bad = good | {key: names.get(str(value), value) for key, value in changes.items()}
    with pytest.raises(DBAPIError, match=constraint):
        session.execute(text(RAW), bad)
    session.rollback()
    session.execute(text(RAW), good)
    session.commit()


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE secondment SET ends_on = '2020-01-01' WHERE id = :id", "order"),
        ("UPDATE secondment SET host_institute_id = home_institute_id WHERE id = :id", "two_institutes"),
        ("UPDATE secondment SET host_share = 1.5 WHERE id = :id", "host_share"),
        ("UPDATE secondment SET state = 'somewhere' WHERE id = :id", "state"),
        ("UPDATE agreement_version SET sha256 = 'x' WHERE secondment_id = :id", "append-only"),
        ("DELETE FROM agreement_version WHERE secondment_id = :id", "append-only"),
        ("UPDATE approval SET decision = 'send_back'", "append-only"),
        ("DELETE FROM approval", "append-only"),
        ("UPDATE audit_event SET summary = 'nothing happened'", "append-only"),
        ("DELETE FROM audit_event", "append-only"),
        ("DELETE FROM secondment WHERE id = :id", "FOREIGN KEY|foreign key"),
    ],
)
def test_raw_sql_meets_every_constraint(session: Session, statement: str, constraint: str) -> None:
    ident = add_agreed(session, State.CLEARANCE)
    with pytest.raises(DBAPIError, match=constraint):
        session.execute(text(statement), {"id": ident} if ":id" in statement else {})
    session.rollback()


def test_a_version_number_is_given_once(session: Session) -> None:
    ident = add_agreed(session, State.CLEARANCE)
    put = content(session.get_one(Secondment, ident))
    again = AgreementVersion(
        secondment_id=ident, number=1, content=put.canonical().decode(), sha256=put.hash, created_at=NOW
    )
    session.add(again)
    with pytest.raises(DBAPIError, match=r"secondment_id"):
        session.flush()
    session.rollback()


def test_an_agreed_version_is_what_its_hash_says(session: Session) -> None:
    """Changing what is agreed makes another hash, so an approval cannot be carried over."""
    ident = add_agreed(session, State.CLEARANCE)
    put = content(session.get_one(Secondment, ident))
    longer = content(session.get_one(Secondment, ident), end=put.end + timedelta(days=1))
    assert put.hash != longer.hash
    assert content(session.get_one(Secondment, ident)).hash == put.hash
