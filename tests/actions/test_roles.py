"""Roles and locks: who may change whose, and the roles that no single administrator can give."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from exchange.actions import accounts, enrolment, roles
from exchange.actions.writing import Refused
from exchange.domain.accounts import GUARDED, LINK_LASTS
from exchange.domain.actors import SYSTEM, Actor, Grant, Role
from exchange.domain.verdict import Refusal
from exchange.store.accounts import RoleRequest, SignInLink, roles_of, waiting
from exchange.store.audit import AuditEvent
from exchange.store.notices import Notice
from exchange.store.people import Person, RoleGrant
from exchange.store.sessions import SignInSession
from tests.cast import ACTOR, NOW, PASSWORD, PERSON, UK, US, email_of

ADMIN = ACTOR["admin"]
ADA = PERSON["ada"]
SECOND = Actor(PERSON["auditor"], "Lucas Meyer", US, frozenset({Grant(Role.ADMINISTRATOR)}))


@pytest.fixture(autouse=True)
def second(session: Session) -> None:
    """The auditor administers accounts too, so that there are two who can."""
    session.add(RoleGrant(person_id=PERSON["auditor"], role=Role.ADMINISTRATOR, granted_at=NOW))
    session.commit()


def held(session: Session, person_id: int = ADA) -> set[tuple[Role, int | None]]:
    return {(one.role, one.institute_id) for one in roles_of(session, person_id)}


def sign_in(session: Session, person_id: int = ADA) -> None:
    token = f"hash-{session.scalar(select(func.count()).select_from(SignInSession))}"
    session.add(SignInSession(token_hash=token, person_id=person_id, created_at=NOW, last_seen_at=NOW))
    session.commit()


def open_sessions(session: Session, person_id: int = ADA) -> int:
    query = select(func.count()).where(SignInSession.person_id == person_id, SignInSession.ended_at.is_(None))
    return int(session.execute(query).scalar_one())


def verbs(session: Session) -> list[tuple[str, str]]:
    return [(one.verb, one.outcome) for one in session.scalars(select(AuditEvent).order_by(AuditEvent.seq))]


def test_an_ordinary_role_is_held_at_once_and_begins_with_a_new_sign_in(session: Session) -> None:
    sign_in(session)
    assert roles.grant(session, ADMIN, ADA, Role.WORKSTREAM_LEAD, UK, now=NOW)
    assert held(session) == {(Role.RESEARCHER, UK), (Role.WORKSTREAM_LEAD, UK)}
    assert open_sessions(session) == 0
    assert verbs(session) == [("roles:grant", "done")]
    assert session.scalars(select(Notice.text)).all() == ["You are now workstream lead of UK-AISI."]


def test_a_role_for_the_programme_needs_no_institute_and_the_others_do(session: Session) -> None:
    assert roles.grant(session, ADMIN, ADA, Role.AUDITOR, UK, now=NOW)
    assert (Role.AUDITOR, None) in held(session)
    for institute in (None, 99):
        with pytest.raises(Refused, match="is held within an institute"):
            roles.grant(session, ADMIN, ADA, Role.HR_COORDINATOR, institute, now=NOW)


@pytest.mark.parametrize("role", sorted(GUARDED))
def test_a_guarded_role_waits_for_a_second_administrator(session: Session, role: Role) -> None:
    assert not roles.grant(session, ADMIN, ADA, role, UK, now=NOW)
    assert held(session) == {(Role.RESEARCHER, UK)}
    (one,) = waiting(session)
    assert (one.person_id, one.role, one.asked_by_name) == (ADA, role, "Sofia Conti")
    asked = session.scalars(select(Notice.person_id)).all()
    assert asked == [PERSON["auditor"]]
    with pytest.raises(Refused, match="You asked for this role yourself"):
        roles.confirm(session, ADMIN, one.id, now=NOW)
    assert held(session) == {(Role.RESEARCHER, UK)}
    assert roles.confirm(session, SECOND, one.id, now=NOW) == ADA
    assert role in {found for found, _ in held(session)}
    assert waiting(session) == []
    with pytest.raises(Refused, match="decided already"):
        roles.confirm(session, SECOND, one.id, now=NOW)
    assert verbs(session) == [
        ("roles:grant", "done"),
        ("roles:confirm", "refused"),
        ("roles:confirm", "done"),
        ("roles:confirm", "refused"),
    ]


def test_whoever_gets_a_guarded_role_cannot_be_the_second(session: Session) -> None:
    roles.grant(session, ADMIN, PERSON["auditor"], Role.SECURITY_OFFICER, US, now=NOW)
    with pytest.raises(Refused, match="your own account"):
        roles.confirm(session, SECOND, waiting(session)[0].id, now=NOW)


def test_a_guarded_role_can_be_turned_down_and_asked_for_again(session: Session) -> None:
    roles.grant(session, ADMIN, ADA, Role.SECURITY_OFFICER, UK, now=NOW)
    with pytest.raises(Refused, match="asked for already"):
        roles.grant(session, SECOND, ADA, Role.SECURITY_OFFICER, UK, now=NOW)
    roles.turn_down(session, SECOND, waiting(session)[0].id, now=NOW)
    assert held(session) == {(Role.RESEARCHER, UK)}
    assert not roles.grant(session, SECOND, ADA, Role.SECURITY_OFFICER, UK, now=NOW)
    assert len(waiting(session)) == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE role_request SET decided_by_id = asked_by_id, decided_at = asked_at",
        "UPDATE role_request SET decided_by_id = 3",
        """INSERT INTO role_request (person_id, role, institute_id, asked_by_id, asked_at, confirmed)
        SELECT person_id, role, institute_id, asked_by_id, asked_at, confirmed FROM role_request""",
    ],
)
@pytest.mark.parametrize("role", sorted(GUARDED))
def test_the_database_itself_wants_two_people_and_one_open_request(session: Session, role: Role, change: str) -> None:
    roles.grant(session, ADMIN, ADA, role, UK, now=NOW)
    with pytest.raises(DBAPIError):
        session.execute(text(change))
    session.rollback()
    assert session.scalars(select(RoleRequest.decided_at)).all() == [None]


def test_the_command_line_needs_no_second(session: Session) -> None:
    assert roles.grant(session, SYSTEM, ADA, Role.ADMINISTRATOR, None, now=NOW)
    assert (Role.ADMINISTRATOR, None) in held(session)


def test_a_role_is_taken_back_and_what_was_open_ends(session: Session) -> None:
    sign_in(session)
    (grant,) = roles_of(session, ADA)
    roles.revoke(session, ADMIN, ADA, grant.id, now=NOW)
    assert held(session) == set()
    assert open_sessions(session) == 0
    with pytest.raises(Refused, match="does not hold this role any more"):
        roles.revoke(session, ADMIN, ADA, grant.id, now=NOW)


def test_a_grant_is_revoked_only_of_the_person_it_belongs_to(session: Session) -> None:
    (grant,) = roles_of(session, PERSON["tomas"])
    with pytest.raises(Refused):
        roles.revoke(session, ADMIN, ADA, grant.id, now=NOW)
    assert held(session, PERSON["tomas"]) == {(Role.RESEARCHER, US)}


def test_nobody_changes_the_own_account(session: Session) -> None:
    own = PERSON["admin"]
    (grant,) = roles_of(session, own)
    for act in (
        lambda: roles.grant(session, ADMIN, own, Role.AUDITOR, None, now=NOW),
        lambda: roles.revoke(session, ADMIN, own, grant.id, now=NOW),
        lambda: roles.lock(session, ADMIN, own, now=NOW),
        lambda: accounts.make_link(session, ADMIN, own, now=NOW),
    ):
        with pytest.raises(Refused):
            act()
    assert held(session, own) == {(Role.ADMINISTRATOR, None)}


@pytest.mark.parametrize("key", sorted(set(ACTOR) - {"admin"}))
def test_only_administrators_change_accounts(session: Session, key: str) -> None:
    actor = ACTOR[key]
    other = PERSON["tomas"] if key != "tomas" else ADA
    (grant,) = roles_of(session, other)
    for act in (
        lambda: roles.grant(session, actor, other, Role.AUDITOR, None, now=NOW),
        lambda: roles.revoke(session, actor, other, grant.id, now=NOW),
        lambda: roles.lock(session, actor, other, now=NOW),
        lambda: roles.confirm(session, actor, 1, now=NOW),
        lambda: accounts.make_link(session, actor, other, now=NOW),
        lambda: enrolment.enrol(session, actor, enrolment.Newcomer("n@example.org", "N"), now=NOW),
    ):
        with pytest.raises(Refused) as raised:
            act()
        assert raised.value.verdict.refusal is Refusal.FORBIDDEN
    assert {outcome for _, outcome in verbs(session)} == {"refused"}


def test_a_locked_account_signs_in_no_more_until_it_is_unlocked(session: Session) -> None:
    accounts.set_password(session, ADA, PASSWORD, now=NOW)
    accounts.sign_in(session, email_of("ada"), PASSWORD, address="192.0.2.1", now=NOW)
    roles.lock(session, ADMIN, ADA, now=NOW)
    assert open_sessions(session) == 0
    with pytest.raises(Refused, match="do not belong together"):  # no word that the account is locked
        accounts.sign_in(session, email_of("ada"), PASSWORD, address="192.0.2.1", now=NOW)
    with pytest.raises(Refused, match="locked already"):
        roles.lock(session, ADMIN, ADA, now=NOW)
    roles.unlock(session, ADMIN, ADA, now=NOW)
    assert accounts.sign_in(session, email_of("ada"), PASSWORD, address="192.0.2.1", now=NOW)


def test_a_link_lets_its_owner_choose_a_password_once(session: Session) -> None:
    token, expires_at = accounts.make_link(session, ADMIN, ADA, now=NOW)
    assert expires_at == NOW + LINK_LASTS
    stored = session.scalars(select(SignInLink.token_hash)).all()
    assert token not in stored
    with pytest.raises(Refused, match="at least 15 characters"):
        accounts.use_link(session, token, "short", now=NOW)
    accounts.use_link(session, token, PASSWORD, now=NOW)
    assert accounts.sign_in(session, email_of("ada"), PASSWORD, address="192.0.2.1", now=NOW)
    with pytest.raises(Refused, match="does not work"):
        accounts.use_link(session, token, "another long password", now=NOW)
    assert token not in " ".join(session.scalars(select(AuditEvent.summary)))


@pytest.mark.parametrize("spoil", ["late", "newer", "locked", "wrong"])
def test_a_link_that_is_late_replaced_or_of_a_locked_account_does_nothing(session: Session, spoil: str) -> None:
    token, expires_at = accounts.make_link(session, ADMIN, ADA, now=NOW)
    if spoil == "newer":
        accounts.make_link(session, ADMIN, ADA, now=NOW)
    if spoil == "locked":
        roles.lock(session, ADMIN, ADA, now=NOW)
    with pytest.raises(Refused, match="does not work"):
        accounts.use_link(
            session,
            token if spoil != "wrong" else f"{token}x",
            PASSWORD,
            now=expires_at if spoil == "late" else NOW + timedelta(minutes=1),
        )
    assert session.get_one(Person, ADA).password_hash is None


@pytest.mark.parametrize("key", ["uk_security", "auditor"])
def test_no_link_opens_an_account_with_a_guarded_role(session: Session, key: str) -> None:
    with pytest.raises(Refused, match="No link is made for security officers and administrators"):
        accounts.make_link(session, ADMIN, PERSON[key], now=NOW)


def test_two_can_confirm_at_once_and_one_does(session: Session) -> None:
    roles.grant(session, ADMIN, ADA, Role.SECURITY_OFFICER, UK, now=NOW)
    roles.grant(session, SYSTEM, PERSON["tomas"], Role.ADMINISTRATOR, None, now=NOW)
    third = Actor(PERSON["tomas"], "Tomas Rivera", US, frozenset({Grant(Role.ADMINISTRATOR)}))
    request = waiting(session)[0].id
    roles.confirm(session, SECOND, request, now=NOW)
    with pytest.raises(Refused, match="decided already"):
        roles.confirm(session, third, request, now=NOW)
    assert held(session) == {(Role.RESEARCHER, UK), (Role.SECURITY_OFFICER, UK)}
