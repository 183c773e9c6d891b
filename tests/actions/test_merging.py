"""Two records of one person made one: who decides, what moves, what stands in the way, and what nobody learns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exchange.actions import agreements, clearances, people, publishing
from exchange.actions.merging import likenesses
from exchange.actions.merging import requests as merging
from exchange.actions.people import Details, Post
from exchange.actions.writing import Refused
from exchange.domain.actors import Role
from exchange.domain.agreements import Decision
from exchange.domain.audit import verify
from exchange.domain.clearance_records import Terms
from exchange.domain.people import Visibility
from exchange.domain.secondment_facts import Side, State
from exchange.domain.verdict import Refusal
from exchange.store import audit
from exchange.store import people as people_store
from exchange.store.agreements import AgreementVersion, versions_of
from exchange.store.audit import AuditEvent
from exchange.store.calendars import CalendarItem
from exchange.store.clearances import Clearance, ClearanceStatus, history_of
from exchange.store.notices import Notice
from exchange.store.people import Absence, Citizenship, Employment, Person, PersonStatus, RoleGrant, id_by_email
from exchange.store.permissions import StayPermission
from exchange.store.publications import Publication
from exchange.store.search_index import SearchPerson
from exchange.store.secondments import Secondment, reference
from exchange.store.skills import Endorsement, SkillClaim
from tests.cast import ACTOR, JP, NOW, PERSON, TODAY, UK, US, email_of
from tests.lives import FIRST, LAST, add_stay, content

HR, OTHER_HR = ACTOR["uk_hr"], ACTOR["us_hr"]
ADA, TOMAS = PERSON["ada"], PERSON["tomas"]
LEFT_ON = TODAY - timedelta(days=21)


def twin(session: Session, at: int = UK, name: str = "Lindqvist, ADA", address: str = "ada@people.example") -> int:
    """Another record of Ada, by a coordinator of that institute; at another one she begins the day after she left."""
    actor = HR if at == UK else OTHER_HR
    if at != UK:
        job = session.scalars(select(Employment).where(Employment.person_id == ADA)).one()
        people.end_employment(session, HR, job.id, LEFT_ON, now=NOW)
    post = Post(at, "Research scientist", LEFT_ON + timedelta(days=1))
    return people.add(session, actor, Details(name, address), post, now=NOW)


def told(session: Session, key: str) -> list[str]:
    return list(session.scalars(select(Notice.text).where(Notice.person_id == PERSON[key])))


def refused(act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as raised:
        act()
    return raised.value


def test_an_institute_makes_its_own_two_records_one_and_everything_moves(session: Session) -> None:
    other = twin(session)
    stay = add_stay(session, State.AGREEMENT, person_id=other)
    publishing.publish_everything(session, NOW)
    uids = set(session.scalars(select(CalendarItem.uid).where(CalendarItem.secondment_id == stay)))
    add_records(session, other)
    before = session.scalar(select(func.count()).select_from(AuditEvent)) or 0
    assert merging.ask(session, HR, ADA, other, now=NOW)

    session.expire_all()
    assert session.get_one(Secondment, stay).person_id == ADA
    assert set(session.scalars(select(CalendarItem.uid).where(CalendarItem.secondment_id == stay))) == uids
    assert len(uids) > 0
    for table, many in (
        (StayPermission, 1),
        (Publication, 2),
        (SkillClaim, 2),
        (Absence, 1),
        (Citizenship, 2),
        (Employment, 1),
    ):
        assert session.scalar(select(func.count()).where(table.person_id == ADA)) == many, table
        left = session.scalar(select(func.count()).where(table.person_id == other))
        assert left == (table is StayPermission), "what is never changed stays, and a record follows on it"
    assert session.get(Endorsement, (ADA, "debate", TOMAS)) is not None
    assert session.get(Endorsement, (TOMAS, "agent-scaffolds", ADA)) is not None
    gone = session.get_one(Person, other)
    assert (gone.merged_into_id, gone.status, gone.password_hash) == (ADA, PersonStatus.LEFT, None)
    assert id_by_email(session, "ADA@people.example") == ADA
    assert id_by_email(session, email_of("ada")) == ADA
    assert session.scalar(select(func.count()).where(SearchPerson.person_id == other)) == 0
    assert verify(audit.entries(session)).faults == ()
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == before + 1
    assert any("are one now" in text for text in told(session, "uk_security"))


def add_records(session: Session, other: int) -> None:
    """Something of each kind, once the same on both records."""
    for person, title in ((ADA, "same"), (other, "same"), (other, "another")):
        session.add(Publication(person_id=person, title=title, digest=title, added_at=NOW))
    for person, skill in (
        (ADA, "agent-scaffolds"),
        (other, "agent-scaffolds"),
        (other, "debate"),
        (TOMAS, "agent-scaffolds"),
    ):
        session.add(SkillClaim(person_id=person, skill=skill, level=3, confirmed_on=TODAY))
    session.flush()
    for person, skill, voucher in ((other, "debate", TOMAS), (TOMAS, "agent-scaffolds", other)):
        session.add(Endorsement(person_id=person, skill=skill, endorser_id=voucher, given_on=TODAY))
    for person, country in ((ADA, "GB"), (other, "GB"), (other, "SE")):
        session.add(Citizenship(person_id=person, country=country))
    session.add(Absence(person_id=other, starts_on=TODAY, ends_on=TODAY))
    session.commit()


def test_two_institutes_agree_and_nobody_agrees_for_both(session: Session) -> None:
    other = twin(session, US)
    assert not merging.ask(session, HR, ADA, other, take_address=True, now=NOW)
    assert session.get_one(Person, other).merged_into_id is None
    request = likenesses.likely(session, HR, frozenset({UK}), TODAY)[0].request
    assert request is not None
    for key in ("uk_hr", "uk_hr_2"):
        refusal = refused(partial(merging.agree, session, ACTOR[key], request.id, now=NOW))
        assert "other institute agrees" in str(refusal)
    for key in ("jp_hr", "ada", "us_security", "director"):
        refusal = refused(partial(merging.agree, session, ACTOR[key], request.id, now=NOW))
        assert refusal.verdict.refusal is Refusal.NOT_FOUND
    assert "asked already" in str(refused(lambda: merging.ask(session, HR, other, ADA, now=NOW)))
    assert any("You are asked" in text for text in told(session, "us_hr"))
    assert merging.agree(session, ACTOR["us_hr_2"], request.id, now=NOW) == ADA
    session.expire_all()
    ada = session.get_one(Person, ADA)
    assert ada.email == "ada@people.example"
    assert id_by_email(session, email_of("ada")) == ADA
    jobs = session.scalars(
        select(Employment.institute_id).where(Employment.person_id == ADA).order_by(Employment.starts_on)
    )
    assert list(jobs) == [UK, US]
    roles = session.scalars(select(RoleGrant.institute_id).where(RoleGrant.person_id == ADA))
    assert set(roles) == {UK, US}
    refusal = refused(lambda: merging.agree(session, ACTOR["us_hr_2"], request.id, now=NOW))
    assert refusal.verdict.refusal is Refusal.NOT_FOUND, "there are no two records any more"


def test_an_administrator_decides_alone_and_a_no_is_kept(session: Session) -> None:
    other = twin(session, US)
    merging.ask(session, HR, ADA, other, now=NOW)
    request = likenesses.likely(session, OTHER_HR, frozenset({US}), TODAY)[0].request
    assert request is not None
    assert "Say why" in str(refused(lambda: merging.decline(session, OTHER_HR, request.id, " ", now=NOW)))
    merging.decline(session, OTHER_HR, request.id, "She is somebody else.", now=NOW)
    assert "The records of Ada Lindqvist stay two: She is somebody else." in told(session, "uk_hr")
    assert likenesses.likely(session, OTHER_HR, frozenset({US}), TODAY) == []
    assert merging.ask(session, ACTOR["admin"], ADA, other, now=NOW)
    assert session.get_one(Person, other).merged_into_id == ADA


@pytest.mark.parametrize("key", ["ada", "uk_lead", "uk_security", "director", "auditor", "jp_hr", "us_hr"])
def test_nobody_else_asks(session: Session, key: str) -> None:
    other = twin(session)
    refusal = refused(lambda: merging.ask(session, ACTOR[key], ADA, other, now=NOW))
    assert refusal.verdict.refusal is Refusal.NOT_FOUND


def test_nobody_merges_their_own_records_or_one_that_is_hidden_from_them(session: Session) -> None:
    other = twin(session, name="Hannah Stein", address="hannah@people.example")
    assert "your own records" in str(refused(lambda: merging.ask(session, HR, HR.person_id or 0, other, now=NOW)))
    hidden = twin(session, US)
    session.get_one(Person, hidden).visibility = Visibility.INSTITUTE
    session.commit()
    refusal = refused(lambda: merging.ask(session, HR, ADA, hidden, now=NOW))
    assert refusal.verdict.refusal is Refusal.NOT_FOUND
    assert likenesses.likely(session, HR, frozenset({UK}), TODAY) == []
    assert refused(lambda: merging.ask(session, HR, ADA, ADA, now=NOW)).verdict.refusal is Refusal.NOT_FOUND


def test_an_agreement_goes_on_under_the_record_that_stays(session: Session) -> None:
    other = twin(session)
    stay = add_stay(session, State.ACTIVE, person_id=other, version_in_force=1)
    row = session.get_one(Secondment, stay)
    put = content(row)
    stored = {"content": put.canonical().decode(), "sha256": put.hash}
    session.add(AgreementVersion(secondment_id=stay, number=1, created_at=NOW, **stored))
    session.commit()
    themself = people_store.actor_of(session, other, TODAY)
    signers = {Side.HOME: ACTOR["uk_hr_2"], Side.HOST: OTHER_HR, Side.PERSON: themself}
    for side, signer in signers.items():
        agreements.decide(session, signer, stay, side, Decision.APPROVE, seen_hash=put.hash, now=NOW)
    later = content(row, 2, end=row.ends_on + timedelta(days=7))
    agreements.propose(session, HR, later, now=NOW)
    waits = f"A version of the agreement of {reference(stay)} awaits approval"
    assert waits in str(refused(lambda: merging.ask(session, HR, ADA, other, now=NOW)))
    agreements.give_up(session, HR, stay, now=NOW)
    assert merging.ask(session, HR, ADA, other, now=NOW)
    session.expire_all()
    kept, _ = versions_of(session, stay)
    assert kept.domain.content.person_id == other, "what was agreed stays as it was written"
    assert kept.domain.mutual
    agreements.propose(session, HR, content(row, 3, person_id=other, end=later.end), now=NOW)
    newest = versions_of(session, stay)[-1]
    assert newest.domain.content.person_id == ADA
    agreements.decide(session, ACTOR["ada"], stay, Side.PERSON, Decision.APPROVE, seen_hash=newest.sha256, now=NOW)


def overlapping(session: Session, other: int) -> None:
    add_stay(session, State.READY)
    add_stay(session, State.READY, FIRST + timedelta(days=30), LAST + timedelta(days=30), person_id=other)


def both_sign_in(session: Session, other: int) -> None:
    for ident in (ADA, other):
        session.get_one(Person, ident).password_hash = "x"


def only_the_other_signs_in(session: Session, other: int) -> None:
    session.get_one(Person, other).password_hash = "x"


def with_a_role(session: Session, other: int) -> None:
    session.add(RoleGrant(person_id=other, role=Role.HR_COORDINATOR, institute_id=UK, granted_at=NOW))


def vouching(session: Session, other: int) -> None:
    session.add(SkillClaim(person_id=ADA, skill="debate", level=3, confirmed_on=TODAY))
    session.flush()
    session.add(Endorsement(person_id=ADA, skill="debate", endorser_id=other, given_on=TODAY))


def managing(session: Session, other: int) -> None:
    session.scalars(select(Employment).where(Employment.person_id == ADA)).one().line_manager_id = other


def employed_twice(session: Session, other: int) -> None:
    session.scalars(select(Employment).where(Employment.person_id == other)).one().institute_id = JP


@pytest.mark.parametrize(
    ("arrange", "words"),
    [
        (overlapping, "are both in person and share days: cancel one of them"),
        (both_sign_in, "Both can sign in. An administrator locks"),
        (only_the_other_signs_in, "is the one that can sign in. Let that one stay"),
        (with_a_role, "no role moves by itself"),
        (vouching, "nobody vouches for themself"),
        (managing, "One is the line manager of the other"),
    ],
)
def test_what_stands_in_the_way_is_named_and_nothing_moves(
    session: Session, arrange: Callable[[Session, int], None], words: str
) -> None:
    other = twin(session)
    arrange(session, other)
    session.commit()
    assert words in str(refused(lambda: merging.ask(session, HR, ADA, other, now=NOW)))
    assert session.get_one(Person, other).merged_into_id is None
    assert words in merging.compare(session, HR, ADA, other, now=NOW).obstacles[0]


def test_two_employments_on_the_same_days_are_one_too_many(session: Session) -> None:
    other = twin(session)
    employed_twice(session, other)
    session.commit()
    compared = merging.compare(session, ACTOR["admin"], ADA, other, now=NOW)
    assert len(compared.obstacles) == 1
    assert "for the coordinators of UK AISI and JP AISI to read" in compared.obstacles[0]
    compared = merging.compare(session, HR, ADA, other, now=NOW)
    assert "Two employments on the same days" in compared.obstacles[0]


def test_what_only_the_other_institute_may_know_is_not_named(session: Session) -> None:
    other = twin(session, US)
    add_stay(session, State.READY)
    add_stay(session, State.READY, person_id=other, home_institute_id=US, host_institute_id=JP)
    compared = merging.compare(session, HR, ADA, other, now=NOW)
    hidden = "What stands in the way is for the coordinators of US CAISI to read on this page, and to clear up."
    assert compared.obstacles == (hidden,)
    assert not merging.ask(session, HR, ADA, other, now=NOW), "it may be asked; it cannot be agreed to"
    assert "are both in person" in merging.compare(session, OTHER_HR, ADA, other, now=NOW).obstacles[0]


@pytest.mark.parametrize("stopped", ["stays", "goes", ""])
def test_clearances_move_and_the_stricter_stands_and_nobody_is_told_more(session: Session, stopped: str) -> None:
    other, officer = twin(session), ACTOR["uk_security"]
    terms = Terms(date(2025, 1, 1), review_due_on=date(2029, 1, 1))
    for ident, which in ((ADA, "stays"), (other, "goes")):
        record = clearances.record(session, officer, ident, "UKSV:SC", terms, now=NOW)
        if which == stopped:
            clearances.stop(session, officer, record, ClearanceStatus.SUSPENDED, TODAY, now=NOW)
    clearances.record(session, officer, other, "UKSV:DV", terms, now=NOW)
    rows = session.scalar(select(func.count()).select_from(Clearance)) or 0
    assert merging.ask(session, HR, ADA, other, now=NOW)
    current = {row.record.level: row.record.status for row in history_of(session, ADA) if row.current}
    assert current == {
        "SC": ClearanceStatus.SUSPENDED if stopped else ClearanceStatus.ACTIVE,
        "DV": ClearanceStatus.ACTIVE,
    }
    assert (session.scalar(select(func.count()).select_from(Clearance)) or 0) >= rows, "records are never changed"
    said = " ".join([*told(session, "uk_hr"), *told(session, "ada")])
    last = session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc())).first()
    assert last is not None
    for word in ("clearance", "SC", "DV"):
        assert word not in last.summary + str(last.detail)
    assert "DV" not in said


def test_likely_records_are_named_without_what_they_share(session: Session) -> None:
    other = twin(session)
    assert [(one.mine_id, one.other_id) for one in likenesses.likely(session, HR, frozenset({UK}), TODAY)] == [
        (ADA, other)
    ]
    session.get_one(Person, other).email = "somebody.else@example.org"
    session.commit()
    assert likenesses.likely(session, HR, frozenset({UK}), TODAY) == []
    for person in (ADA, other):
        session.add(Publication(person_id=person, title="Same", digest="same", added_at=NOW))
    session.commit()
    assert len(likenesses.likely(session, HR, frozenset({UK}), TODAY)) == 1
    assert likenesses.likely(session, OTHER_HR, frozenset({US}), TODAY) == []
