"""A secondment from proposal to concluded agreement, and everything the actions refuse on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from exchange.actions import agreements, secondments
from exchange.actions.drafts import Proposal
from exchange.actions.writing import Refused
from exchange.domain.agreements import AgreementContent, CostModel, Decision, Mode
from exchange.domain.secondment_facts import Side, State, Verb
from exchange.domain.verdict import Refusal
from exchange.store.audit import AuditEvent
from exchange.store.notices import Notice, OutgoingMail
from exchange.store.secondments import Secondment
from tests.cast import ACTOR, NOW, PERSON, UK, US
from tests.stays import with_papers

ADA = PERSON["ada"]
STAY = Proposal(
    person_id=ADA,
    host_id=US,
    starts_on=date(2027, 2, 1),
    ends_on=date(2027, 7, 30),
    legal_basis="j1_research_scholar",
)


def proposed(session: Session, proposal: Proposal = STAY) -> int:
    return with_papers(session, secondments.propose(session, ACTOR["uk_hr"], proposal, now=NOW))


def moved(session: Session, ident: int, *steps: tuple[str, Verb]) -> int:
    for key, verb in steps:
        secondments.move(session, ACTOR[key], ident, verb, now=NOW)
    return ident


ACCEPTED = (
    ("ada", Verb.CONSENT),
    ("uk_hr", Verb.RELEASE),
    ("uk_hr", Verb.NOMINATE),
    ("us_hr", Verb.ACCEPT),
)


def content(ident: int, number: int = 1) -> AgreementContent:
    return AgreementContent(
        secondment_id=ident,
        number=number,
        person_id=ADA,
        home_id=UK,
        host_id=US,
        post="Evaluator",
        site="Washington DC",
        mode=Mode.IN_PERSON,
        start=STAY.starts_on,
        end=STAY.ends_on,
        host_fte=Decimal(1),
        home_fte=Decimal(0),
        legal_basis="j1_research_scholar",
        cost_model=CostModel.HOME_PAYS,
        home_share=Decimal(100),
    )


def refusal(raised: pytest.ExceptionInfo[Refused]) -> Refusal | None:
    return raised.value.verdict.refusal


def state_of(session: Session, ident: int) -> State:
    return session.get_one(Secondment, ident, populate_existing=True).state


def test_the_whole_way_to_a_concluded_agreement(session: Session) -> None:
    ident = moved(session, proposed(session), *ACCEPTED, ("uk_hr", Verb.PREPARE))
    agreements.propose(session, ACTOR["uk_hr"], content(ident), now=NOW)
    seen = content(ident).hash
    for key, side in (("uk_hr_2", Side.HOME), ("us_hr", Side.HOST), ("ada", Side.PERSON)):
        agreements.decide(session, ACTOR[key], ident, side, Decision.APPROVE, seen_hash=seen, now=NOW)
    moved(session, ident, ("us_hr", Verb.CONCLUDE))
    assert state_of(session, ident) is State.CLEARANCE


def test_every_step_leaves_its_record_and_tells_the_others(session: Session) -> None:
    ident = moved(session, proposed(session), *ACCEPTED)
    verbs = session.scalars(
        select(AuditEvent.verb).where(AuditEvent.subject_kind == "secondment").order_by(AuditEvent.seq)
    ).all()
    assert verbs == ["secondment:propose", *(verb.value for _, verb in ACCEPTED)]
    told = session.scalars(select(Notice.person_id).where(Notice.path == f"/secondments/{ident}")).all()
    assert {ADA, PERSON["us_hr"], PERSON["uk_hr"]} <= set(told)
    assert session.scalar(select(func.count()).select_from(OutgoingMail)) == len(told)


def test_an_outsider_does_not_learn_that_it_exists(session: Session) -> None:
    ident = proposed(session)
    for key in ("jp_hr", "tomas", "admin"):
        with pytest.raises(Refused) as raised:
            secondments.move(session, ACTOR[key], ident, Verb.ACCEPT, now=NOW)
        with pytest.raises(Refused) as unknown:
            secondments.move(session, ACTOR[key], 9999, Verb.ACCEPT, now=NOW)
        assert str(raised.value) == str(unknown.value)
        assert refusal(raised) is Refusal.NOT_FOUND


def test_a_refusal_is_recorded_and_changes_nothing(session: Session) -> None:
    ident = proposed(session)
    with pytest.raises(Refused, match="consented"):
        secondments.move(session, ACTOR["uk_hr"], ident, Verb.NOMINATE, now=NOW)
    assert state_of(session, ident) is State.DRAFT
    newest = session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc())).first()
    assert newest is not None
    assert (newest.verb, newest.outcome) == ("secondment:nominate", "refused")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"ends_on": date(2027, 1, 1)}, "before the first day"),
        ({"host_id": UK}, "same institute"),
        ({"host_share": Decimal("1.2")}, "at most 1"),
        ({"opening_id": 77}, "not one of the host's"),
        ({"workstream_id": 77}, "no such workstream"),
    ],
)
def test_proposals_without_sense_are_refused_with_a_sentence(
    session: Session, change: dict[str, object], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence) as raised:
        proposed(session, replace(STAY, **change))  # type: ignore[arg-type]  # one field of each kind
    assert refusal(raised) is Refusal.INVALID


def test_nobody_holds_two_overlapping_secondments_in_person(session: Session) -> None:
    moved(session, proposed(session), *ACCEPTED)
    last_day = replace(STAY, starts_on=STAY.ends_on, ends_on=date(2027, 9, 1))
    second = moved(session, proposed(session, last_day), *ACCEPTED[:-1])
    with pytest.raises(Refused, match="another secondment in person") as raised:
        moved(session, second, ACCEPTED[-1])
    assert refusal(raised) is Refusal.CONFLICT
    assert state_of(session, second) is State.NOMINATED


def test_raw_sql_meets_the_same_constraint(session: Session) -> None:
    moved(session, proposed(session), *ACCEPTED)
    second = proposed(session, replace(STAY, starts_on=date(2027, 3, 1)))
    with pytest.raises(DBAPIError, match="secondment_no_overlap"):
        session.execute(text("UPDATE secondment SET state = 'active' WHERE id = :id"), {"id": second})
    session.rollback()


@pytest.mark.parametrize("table", ["audit_event", "agreement_version", "approval", "secondment_move"])
def test_what_is_written_stays_written(session: Session, table: str) -> None:
    ident = moved(session, proposed(session), *ACCEPTED, ("uk_hr", Verb.PREPARE))
    agreements.propose(session, ACTOR["uk_hr"], content(ident), now=NOW)
    agreements.decide(
        session,
        ACTOR["us_hr"],
        ident,
        Side.HOST,
        Decision.APPROVE,
        seen_hash=content(ident).hash,
        now=NOW,
    )
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {_some_column(table)} = NULL"):
        with pytest.raises(DBAPIError, match="append-only"):
            session.execute(text(statement))
        session.rollback()


def _some_column(table: str) -> str:
    return {"audit_event": "summary", "agreement_version": "content"}.get(table, "reason")


def test_the_proposer_is_not_the_approver_and_nobody_acts_for_both(session: Session) -> None:
    ident = moved(session, proposed(session), *ACCEPTED, ("uk_hr", Verb.PREPARE))
    agreements.propose(session, ACTOR["uk_hr"], content(ident), now=NOW)
    seen = content(ident).hash
    for key, side in (("uk_hr", Side.HOME), ("us_hr", Side.HOME), ("us_hr", Side.PERSON)):
        with pytest.raises(Refused) as raised:
            agreements.decide(session, ACTOR[key], ident, side, Decision.APPROVE, seen_hash=seen, now=NOW)
        assert refusal(raised) is Refusal.FORBIDDEN


def test_a_stale_hash_is_refused_and_a_newer_version_voids_approvals(session: Session) -> None:
    ident = moved(session, proposed(session), *ACCEPTED, ("uk_hr", Verb.PREPARE))
    first = content(ident)
    agreements.propose(session, ACTOR["uk_hr"], first, now=NOW)
    agreements.decide(session, ACTOR["us_hr"], ident, Side.HOST, Decision.APPROVE, seen_hash=first.hash, now=NOW)
    second = replace(content(ident, 2), post="Senior evaluator")
    agreements.propose(session, ACTOR["uk_hr"], second, now=NOW)
    with pytest.raises(Refused, match="changed since you opened it"):
        agreements.decide(session, ACTOR["us_hr"], ident, Side.HOST, Decision.APPROVE, seen_hash=first.hash, now=NOW)
    with pytest.raises(Refused, match=r"not concluded|awaits approval"):
        moved(session, ident, ("us_hr", Verb.CONCLUDE))


def test_a_draft_changed_by_somebody_else_meanwhile_is_not_overwritten(session: Session) -> None:
    ident = proposed(session)
    version = session.get_one(Secondment, ident).version
    later = replace(STAY, ends_on=date(2027, 8, 27))
    secondments.edit(session, ACTOR["us_hr"], ident, later, version=version, now=NOW)
    with pytest.raises(Refused, match="Somebody else") as raised:
        secondments.edit(session, ACTOR["uk_hr"], ident, STAY, version=version, now=NOW)
    assert refusal(raised) is Refusal.CONFLICT
    assert session.get_one(Secondment, ident, populate_existing=True).ends_on == later.ends_on
