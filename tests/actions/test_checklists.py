"""Checklists: whose task it is, when it is due where they work, what waits for it, and what must be written down."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions import checklists, secondments
from exchange.actions.writing import Refused
from exchange.domain.checklists import BY_KEY, Task
from exchange.domain.periods import Period
from exchange.domain.secondment_facts import State, Verb
from exchange.domain.verdict import Refusal
from exchange.store import checklists as store
from exchange.store.audit import AuditEvent
from exchange.store.checklists import ChecklistItem
from exchange.store.secondment_facts import scope_of
from exchange.store.secondments import Secondment
from exchange.store.working_calendars import Place
from tests.cast import ACTOR, NOW, TODAY, TOKYO
from tests.lives import add_agreed, add_stay

DAY = timedelta(days=1)


def tasks(session: Session, ident: int) -> dict[str, Task]:
    return {task.key: task for task in store.of_secondment(session, ident)}


def tick_gate(session: Session, ident: int, verb: Verb, *, leave: str = "") -> None:
    """Do every task that a move waits for, but one."""
    owners = {"home": "uk_hr", "host": "us_hr", "person": "ada", "home_security": "uk_security"}
    for task in store.of_secondment(session, ident):
        if task.template.gate is verb and task.key != leave and task.done_on is None:
            actor = ACTOR[owners.get(task.template.owner.value, "us_security")]
            checklists.tick(session, actor, ident, task.key, evidence="Seen.", now=NOW)


def test_due_days_skip_the_public_holidays_of_the_owners_site(session: Session) -> None:
    """5 working days before 1 December: Washington has Thanksgiving in between, London has not."""
    ident = add_stay(session, State.READY, date(2026, 12, 1), date(2027, 4, 30))
    due = tasks(session, ident)
    assert due["badge"].due_on == date(2026, 11, 23)  # the host's
    assert due["calendar"].due_on == date(2026, 11, 24)  # the person's, still in London
    elsewhere = add_stay(session, State.READY, date(2027, 5, 10), date(2027, 12, 1), site_id=TOKYO)
    assert tasks(session, elsewhere)["badge"].due_on == date(2027, 4, 27)  # after it comes Golden Week


def test_what_the_holidays_package_knows() -> None:
    year = Period(date(2027, 1, 1), date(2027, 12, 31))
    assert date(2027, 8, 30) in Place("GB", "ENG").holidays(year)  # the summer bank holiday
    assert date(2027, 8, 30) not in Place("GB", "SCT").holidays(year)
    assert date(2027, 11, 25) in Place("US").holidays(year)
    assert date(2026, 12, 25) in Place("US", "nowhere").holidays(year)  # the year before belongs to it too
    assert not Place("XX").holidays(year)


def test_a_move_waits_for_the_tasks_of_its_gate_and_names_each(session: Session) -> None:
    ident = add_agreed(session, State.READY, TODAY, TODAY + 200 * DAY)
    with pytest.raises(Refused, match="Task not done: Name the supervisor"):
        secondments.move(session, ACTOR["us_hr"], ident, Verb.ARRIVE, now=NOW)
    tick_gate(session, ident, Verb.ARRIVE, leave="badge")
    with pytest.raises(Refused) as raised:
        secondments.move(session, ACTOR["us_hr"], ident, Verb.ARRIVE, now=NOW)
    assert [r for r in raised.value.verdict.reasons if r.startswith("Task")] == [
        f"Task not done: {BY_KEY['badge'].title}. Finish it on the checklist."
    ]


def test_ticking_and_opening_again_leave_their_records(session: Session) -> None:
    ident = add_stay(session, State.READY)
    checklists.tick(session, ACTOR["us_hr"], ident, "badge", evidence=" Badge 12 ", now=NOW)
    done = tasks(session, ident)["badge"]
    assert (done.done_on, done.done_by, done.evidence) == (TODAY, ACTOR["us_hr"].name, "Badge 12")
    with pytest.raises(Refused, match="done already") as raised:
        checklists.tick(session, ACTOR["us_hr_2"], ident, "badge", now=NOW)
    assert raised.value.verdict.refusal is Refusal.CONFLICT
    checklists.untick(session, ACTOR["us_hr_2"], ident, "badge", now=NOW)
    assert tasks(session, ident)["badge"].done_on is None
    with pytest.raises(Refused, match="open already"):
        checklists.untick(session, ACTOR["us_hr_2"], ident, "badge", now=NOW)
    verbs = session.execute(select(AuditEvent.verb, AuditEvent.outcome).order_by(AuditEvent.seq)).all()
    assert [tuple(row) for row in verbs] == [
        ("checklist:tick", "done"),
        ("checklist:tick", "refused"),
        ("checklist:untick", "done"),
        ("checklist:untick", "refused"),
    ]


@pytest.mark.parametrize(
    ("key", "task", "kind"),
    [
        ("uk_hr", "badge", Refusal.FORBIDDEN),
        ("ada", "badge", Refusal.FORBIDDEN),
        ("us_hr", "payroll", Refusal.FORBIDDEN),
        ("us_hr", "housing", Refusal.FORBIDDEN),
        ("uk_security", "badge", Refusal.FORBIDDEN),
        ("director", "badge", Refusal.FORBIDDEN),
        ("jp_hr", "badge", Refusal.NOT_FOUND),
        ("tomas", "badge", Refusal.NOT_FOUND),
        ("us_hr", "no_such_task", Refusal.NOT_FOUND),
        ("us_hr", "recognition", Refusal.NOT_FOUND),  # nothing classified here
        ("uk_hr", "housing", Refusal.INVALID),  # for somebody else, without a word
        ("uk_hr", "outcome", Refusal.CONFLICT),  # too early
        ("us_hr", "access_removed", Refusal.CONFLICT),
    ],
)
def test_who_may_not_tick_what(session: Session, key: str, task: str, kind: Refusal) -> None:
    ident = add_stay(session, State.READY)
    with pytest.raises(Refused) as raised:
        checklists.tick(session, ACTOR[key], ident, task, evidence="x" * (task == "outcome"), now=NOW)
    assert raised.value.verdict.refusal is kind
    assert session.scalar(select(ChecklistItem.key)) is None


def test_a_coordinator_stands_in_for_a_person_who_cannot_and_says_why(session: Session) -> None:
    ident = add_stay(session, State.COMPLETED, TODAY - 100 * DAY, TODAY)
    checklists.tick(session, ACTOR["uk_hr"], ident, "end_report", evidence="On long leave.", now=NOW)
    assert tasks(session, ident)["end_report"].evidence == "On long leave."


def test_what_is_written_for_two_of_them_opens_completing_and_closing(session: Session) -> None:
    ident = add_agreed(session, State.CLOSING, TODAY - 100 * DAY, TODAY)
    for key, task in (("us_hr", "access_removed"), ("uk_hr", "outcome")):
        with pytest.raises(Refused, match="Write down"):
            checklists.tick(session, ACTOR[key], ident, task, now=NOW)
    checklists.tick(session, ACTOR["us_hr"], ident, "access_removed", evidence="Badge 12 returned.", now=NOW)
    checklists.tick(session, ACTOR["uk_hr"], ident, "outcome", evidence="Back in the old post.", now=NOW)
    row = session.get_one(Secondment, ident)
    assert (row.access_removed_at, row.outcome) == (NOW, "Back in the old post.")
    secondments.move(session, ACTOR["us_hr"], ident, Verb.COMPLETE, now=NOW)
    checklists.untick(session, ACTOR["uk_hr"], ident, "outcome", now=NOW)
    tick_gate(session, ident, Verb.CLOSE, leave="outcome")
    with pytest.raises(Refused, match="Return and outcome are not recorded"):
        secondments.move(session, ACTOR["uk_hr"], ident, Verb.CLOSE, now=NOW)
    checklists.tick(session, ACTOR["uk_hr"], ident, "outcome", evidence="Promoted.", now=NOW)
    secondments.move(session, ACTOR["uk_hr"], ident, Verb.CLOSE, now=NOW)
    with pytest.raises(Refused, match="kept as it is"):
        checklists.untick(session, ACTOR["uk_hr"], ident, "outcome", now=NOW)


def test_one_statement_finds_the_checklists_one_may_see(session: Session) -> None:
    mine = add_stay(session, State.READY)
    add_stay(session, State.DRAFT, date(2028, 1, 3), date(2028, 2, 25))
    assert [found.secondment_id for found in store.within(session, scope_of(ACTOR["uk_hr"]))] == [mine]
    assert store.within(session, scope_of(ACTOR["jp_hr"])) == []
