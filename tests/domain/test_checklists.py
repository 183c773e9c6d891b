"""Checklists: what a stay needs, when it is due in its owner's calendar, what it holds up, and whose turn it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from exchange.domain.checklists import BY_KEY, TEMPLATES, Owner, Task, gate_blocks, redated, tasks_for, turns
from exchange.domain.periods import Period
from exchange.domain.secondment_facts import Verb
from exchange.domain.secondments import MOVES

STAY = Period(date(2026, 9, 1), date(2027, 2, 26))


def test_keys_are_unique_and_gates_are_moves_that_look_at_tasks() -> None:
    assert len(BY_KEY) == len(TEMPLATES)
    assert {template.owner for template in TEMPLATES} == set(Owner)
    looking = {move.verb for move in MOVES if any(guard.__name__ == "tasks_done" for guard in move.needs)}
    assert {template.gate for template in TEMPLATES if template.gate} <= looking


def test_a_stay_gets_the_tasks_it_needs() -> None:
    everything = tasks_for(STAY, abroad=True, rank=3, in_person=True)
    assert {task.key for task in everything} == set(BY_KEY)
    remote = {task.key for task in tasks_for(STAY, abroad=True, rank=0, in_person=False)}
    assert remote.isdisjoint({"desk", "badge", "housing", "recognition", "visit_request", "debrief"})
    assert {"supervisor", "access_removed", "outcome", "end_report"} <= remote


def test_tasks_come_in_the_order_of_their_due_days() -> None:
    due = [task.due_on for task in tasks_for(STAY, abroad=True, rank=3, in_person=True)]
    assert due == sorted(due)


def test_due_days_follow_the_owners_holidays() -> None:
    labour_day = {date(2026, 8, 31)}
    plain = {t.key: t.due_on for t in tasks_for(STAY, abroad=True, rank=3, in_person=True)}
    with_holiday = tasks_for(STAY, abroad=True, rank=3, in_person=True, holidays={Owner.HOST: labour_day})
    moved = {task.key: task.due_on for task in with_holiday}
    assert plain["badge"] == date(2026, 8, 25)
    assert moved["badge"] == date(2026, 8, 24)
    assert moved["calendar"] == plain["calendar"]


def test_new_dates_move_what_is_due_and_keep_what_is_done() -> None:
    tasks = tasks_for(STAY, abroad=False, rank=0, in_person=True)
    done = tuple(replace(t, done_on=date(2026, 8, 20)) if t.key == "desk" else t for t in tasks)
    later = {t.key: t for t in redated(done, Period(date(2026, 10, 1), date(2027, 3, 31)))}
    assert later["desk"].done_on == date(2026, 8, 20)
    assert later["access_removed"].due_on == date(2027, 3, 31)


def test_unfinished_tasks_block_their_gate_and_reminders_block_nothing() -> None:
    tasks = (Task("badge", STAY.start), Task("housing", STAY.start), Task("desk", STAY.start, done_on=STAY.start))
    assert [(block.verb, block.sentence) for block in gate_blocks(tasks)] == [(Verb.ARRIVE, BY_KEY["badge"].title)]


def test_whose_turn_it_is_and_since_when() -> None:
    today = date(2026, 8, 26)
    tasks = (
        Task("badge", date(2026, 8, 25)),
        Task("accounts", date(2026, 9, 1)),
        Task("calendar", date(2026, 8, 26)),
        Task("housing", date(2026, 8, 1), done_on=date(2026, 7, 1)),
        Task("return_talk", date(2027, 3, 26)),
    )
    host, person = turns(tasks, today, moved_on=date(2026, 8, 20))
    assert (host.owner, host.since, host.waiting, host.overdue) == (Owner.HOST, date(2026, 8, 20), 2, 1)
    assert (person.owner, person.overdue, person.next_due) == (Owner.PERSON, 0, today)


def test_a_turn_begins_when_the_task_comes_near() -> None:
    today = date(2026, 8, 26)
    (turn,) = turns((Task("badge", today + timedelta(days=4)),), today, moved_on=date(2026, 1, 1))
    assert turn.since == date(2026, 8, 16)
