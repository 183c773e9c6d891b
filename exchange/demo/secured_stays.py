"""Secondments of the invented world that have gone further: access is put in place, people arrive, stay and come home.

Each act happens on its own day, as far before or after the first day as such acts happen, and never after today.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from exchange.actions import checklists, clearances, lapses, recognitions, stay_papers
from exchange.actions.drafts import Proposal
from exchange.actions.recognitions import Decision, Visit
from exchange.actions.stay_papers import Permit
from exchange.demo.seats import main_sites
from exchange.demo.stays import PACE, STEPS, Stay, actors_of, begun, who_can_go
from exchange.demo.works import CA, JP, UK, US, Places
from exchange.domain.actors import Actor, Role
from exchange.domain.checklists import Owner, Task
from exchange.domain.clearance_records import Terms
from exchange.domain.papers import PaperKind
from exchange.domain.periods import Period, add_months
from exchange.domain.recognitions import Instrument, RecognitionStatus, VisitKind
from exchange.domain.round_settings import first_monday
from exchange.domain.secondment_facts import Verb
from exchange.store.clearances import ClearanceStatus, HistoryRow, history_of
from exchange.store.people import actor_of, id_by_email
from exchange.store.recognitions import VisitRequest
from exchange.store.secondment_facts import load
from exchange.store.secondments import Scope, find

SPONSOR = "Invented for the demo"
LEVELS = {US: "US:SECRET", UK: "UKSV:SC"}
SECRET = 3
BEHIND = 4  # days that people take at most to tick what is due


@dataclass(frozen=True, slots=True)
class Story:
    """``work`` is the workstream whose clearance is asked; empty for unclassified work. ``until`` is the last step."""

    home: str
    person: int
    host: str
    work: str
    starts_in: int  # days from today; negative for the past
    weeks: int
    basis: str
    purpose: str
    until: str


STORIES: tuple[Story, ...] = (
    Story(US, 6, UK, "uk-cyber", 45, 26, "gae_research", "Build the shared cyber range.", "asked"),
    Story(US, 8, UK, "", 28, 26, "gae_research", "Compare how safeguards are tested.", "cleared"),
    Story(UK, 7, US, "", -100, 39, "j1_research_scholar", "Join the agent security team.", "arrived"),
    Story(US, 10, UK, "uk-chem-bio", -60, 26, "gae_research", "Review biology tasks in London.", "stopped"),
    Story(UK, 9, US, "", -150, 26, "j1_research_scholar", "Measure what systems add to research.", "closing"),
    Story(CA, 0, UK, "", -200, 26, "gae_research", "Replicate alignment results.", "completed"),
    Story(JP, 1, UK, "", -215, 26, "gae_research", "Prepare the joint exercise on agents.", "closed"),
)


@dataclass(frozen=True, slots=True)
class Going:
    """A stay with the officers of both sides; ``at`` gives the same on another day."""

    stay: Stay
    story: Story
    today: datetime

    def at(self, days: int) -> Going:
        """As of so many days from the first day of the stay, or today where that lies ahead."""
        start = self.stay.proposal.starts_on
        then = self.today.replace(hour=10) + timedelta(days=(start - self.today.date()).days + days)
        return replace(self, stay=replace(self.stay, now=min(then, self.today)))

    @property
    def days(self) -> Period:
        return Period(self.stay.proposal.starts_on, self.stay.proposal.ends_on)

    def officer(self, code: str) -> Actor:
        return actors_of(self.stay.session, code, Role.SECURITY_OFFICER, self.today.date())[0]

    def clearance(self) -> HistoryRow:
        """The clearance that this stay rests on, as it stands."""
        level = LEVELS[self.story.home]
        rows = history_of(self.stay.session, self.stay.proposal.person_id)
        return next(row for row in rows if row.current and row.level is not None and row.level.key == level)


def _vetted(going: Going) -> None:
    """The home officer records what the work asks for, anew where an older record stands."""
    if not going.story.work:
        return
    stay, level = going.stay, LEVELS[going.story.home]
    granted = stay.now.date()
    terms = Terms(granted, review_due_on=add_months(granted, 100) if level == "UKSV:SC" else None, sponsor=SPONSOR)
    rows = history_of(stay.session, stay.proposal.person_id)
    known = next((row for row in rows if row.current and row.level is not None and row.level.key == level), None)
    officer = going.officer(going.story.home)
    if known is None:
        clearances.record(stay.session, officer, stay.proposal.person_id, level, terms, now=stay.now)
    else:
        clearances.renew(stay.session, officer, known.record.id, terms, now=stay.now)


def _agreed(going: Going) -> None:
    """Everything from the consent to the concluded agreement; a workstream's lead supports the nomination."""
    stay = going.stay
    lead = id_by_email(stay.session, f"lead@{going.story.host.lower()}.example") if going.story.work else None
    steps = list(STEPS)
    if lead is not None:
        leads = actor_of(stay.session, lead, stay.now.date())
        steps.insert(4, lambda stay: stay.move(leads, Verb.SUPPORT))
    for number, step in enumerate(steps):
        step(replace(stay, now=min(stay.now + timedelta(days=number * PACE), going.today)))


def _asked(going: Going) -> None:
    """Permission, briefing and, for classified work, the request for visit."""
    stay = going.stay
    host = stay.host
    permit = Permit(
        going.story.basis, Period(going.days.start - timedelta(days=14), going.days.end + timedelta(days=60))
    )
    stay_papers.record_permission(stay.session, host, stay.ident, permit, now=stay.now)
    if going.story.work:
        assert stay.proposal.site_id is not None
        visit = Visit(
            VisitKind.ATTACHMENT, going.story.work, frozenset({stay.proposal.site_id}), going.days, stay.now.date()
        )
        recognitions.submit_visit(stay.session, going.officer(going.story.home), stay.ident, visit, now=stay.now)


def _decided(going: Going) -> None:
    """The host's officer recognises the clearance, and the visit is granted."""
    stay = going.stay
    stay.show(stay.home[0], PaperKind.EXPORT_BRIEF)
    if not going.story.work:
        return
    clearances.confirm(stay.session, going.officer(going.story.home), going.clearance().record.id, now=stay.now)
    officer = going.officer(going.story.host)
    decision = Decision(
        going.clearance().record.id,
        Instrument.NOTES_1961,
        RecognitionStatus.GRANTED,
        SECRET,
        going.days,
        (going.story.work,),
    )
    recognitions.decide(stay.session, officer, stay.ident, decision, now=stay.now)
    visits = stay.session.query(VisitRequest.id).filter_by(secondment_id=stay.ident)
    for (visit,) in visits.all():
        recognitions.decide_visit(stay.session, officer, stay.ident, visit, granted=True, now=stay.now)


def _cleared(going: Going) -> None:
    _tick(going, Verb.CLEAR)
    going.stay.move(going.officer(going.story.host), Verb.CLEAR)


def _arrived(going: Going) -> None:
    _tick(going, Verb.ARRIVE)
    going.stay.move(going.stay.host, Verb.ARRIVE)


def _stopped(going: Going) -> None:
    """The clearance is suspended at home, and what rests on it at the same instant."""
    stay = going.stay
    officer, held = going.officer(going.story.home), going.clearance().record.id
    clearances.stop(stay.session, officer, held, ClearanceStatus.SUSPENDED, stay.now.date(), now=stay.now)
    lapses.suspend_lapsed(stay.session, person_id=stay.proposal.person_id, now=stay.now)


def _closing(going: Going) -> None:
    going.stay.move(going.stay.host, Verb.BEGIN_CLOSING)


def _completed(going: Going) -> None:
    _tick(going, Verb.COMPLETE)
    going.stay.move(going.stay.host, Verb.COMPLETE)


def _closed(going: Going) -> None:
    _tick(going, Verb.CLOSE)
    going.stay.move(going.stay.home[0], Verb.CLOSE)


def _tick(going: Going, gate: Verb) -> None:
    """Each owner does the tasks that this move waits for."""
    _do(going, lambda task: task.template.gate is gate)


def _keep_up(going: Going) -> None:
    """As in a well-run programme, hardly anything is overdue: only where a stay is stopped do tasks lie."""
    lately = going.today - timedelta(days=BEHIND)
    _do(replace(going, stay=replace(going.stay, now=lately)), lambda task: task.overdue(lately.date()))


def _do(going: Going, which: Callable[[Task], bool]) -> None:
    """Each on a day near the one it is due, and by the day of the stay at the latest."""
    stay = going.stay
    found = find(stay.session, stay.ident, Scope(None, None))
    assert found is not None
    doers = {
        Owner.HOME: stay.home[0],
        Owner.HOST: stay.host,
        Owner.PERSON: stay.person,
        Owner.HOME_SECURITY: going.officer(going.story.home),
        Owner.HOST_SECURITY: going.officer(going.story.host),
    }
    for task in load(stay.session, found, stay.now.date()).tasks:
        if task.done_on is None and which(task):
            doer = doers[task.template.owner]
            late = timedelta(days=len(task.key) % 5 - 2)
            then = min(stay.now, datetime.combine(task.due_on, stay.now.timetz()) + late)
            checklists.tick(stay.session, doer, stay.ident, task.key, evidence="Noted for the demo.", now=then)


# What happens, and how many days from the first day of the stay.
Steps = tuple[tuple[str, int, Callable[[Going], None]], ...]
WAY: Steps = (
    ("vetted", -122, _vetted),
    ("agreed", -120, _agreed),
    ("asked", -60, _asked),
    ("decided", -40, _decided),
    ("cleared", -20, _cleared),
    ("arrived", 0, _arrived),
)
# The same for what comes after the arrival: counted from the first day again.
STOPPING: Steps = (("stopped", 58, _stopped),)
ENDING: Steps = (("closing", 130, _closing), ("completed", 190, _completed), ("closed", 205, _closed))


def add_all(session: Session, places: Places, *, now: datetime) -> None:
    """Take every story as far as it goes."""
    sites = main_sites(session, places)
    for story in STORIES:
        going = _begun(session, story, places, sites[places.institutes[story.host]], now)
        steps = (*WAY, *(STOPPING if story.until == "stopped" else ENDING))
        last = [name for name, _, _ in steps].index(story.until)
        for _, days, step in steps[: last + 1]:
            step(going.at(days))
        if story.until not in {"stopped", "closed"}:
            _keep_up(going)


def _begun(session: Session, story: Story, places: Places, site: int, now: datetime) -> Going:
    first = first_monday(now.date() + timedelta(days=story.starts_in))
    days = Period(first, first + timedelta(weeks=story.weeks, days=-3))
    person = who_can_go(session, story.home, story.person, days)
    assert person.person_id is not None
    proposal = Proposal(
        person_id=person.person_id,
        host_id=places.institutes[story.host],
        starts_on=days.start,
        ends_on=days.end,
        workstream_id=places.works[story.work] if story.work else None,
        site_id=site,
        legal_basis=story.basis,
        purpose=story.purpose,
    )
    then = now + timedelta(days=min(0, (first - now.date()).days - 121))
    return Going(begun(session, person, story.home, story.host, proposal, now=then), story, now)
