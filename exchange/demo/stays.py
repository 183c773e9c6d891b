"""Secondments of the invented world, each taken as far as its story goes by the people who may take it there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from exchange.actions import agreements, secondments, stay_papers
from exchange.actions.drafts import Proposal
from exchange.demo.roster import Named, roster
from exchange.demo.seats import main_sites
from exchange.demo.works import CA, JP, UK, US, Places
from exchange.domain.actors import Actor, Role
from exchange.domain.agreements import AgreementContent, CostModel, Decision, Mode
from exchange.domain.papers import PaperKind
from exchange.domain.periods import Period
from exchange.domain.round_settings import first_monday
from exchange.domain.secondment_facts import Side, Verb
from exchange.store.agreements import versions_of
from exchange.store.people import actor_of, id_by_email, jobs_of, present_job
from exchange.store.secondments import overlapping_period

PROBATION = timedelta(days=183)
PACE = 3  # days from one step of a story to the next


@dataclass(frozen=True, slots=True)
class Story:
    """``person`` counts the home institute's researchers from 0: the first from there on who can go, goes.

    ``steps`` is how many of ``STEPS`` it has gone, one every few days, and ``idle`` for how many days nothing happened.
    """

    home: str
    person: int
    host: str
    starts_in: int  # days from today
    weeks: int
    basis: str
    purpose: str
    steps: int
    idle: int


STORIES: tuple[Story, ...] = (
    Story(UK, 0, US, 120, 26, "j1_research_scholar", "Compare how both institutes elicit cyber capabilities.", 0, 2),
    Story(UK, 3, US, 150, 13, "", "Bring the control evaluations to the agent security team.", 2, 9),
    Story(US, 2, UK, 140, 39, "gae_research", "Set up shared measurement of safeguards.", 3, 5),
    Story(US, 4, UK, 160, 26, "gae_research", "Review biology tasks with the London team.", 4, 12),
    Story(CA, 3, UK, 130, 26, "gae_research", "Join the multilingual strand as a reviewer.", 5, 4),
    Story(UK, 5, US, 170, 52, "j1_research_scholar", "Lead the joint work on uncertainty of evaluations.", 7, 16),
    Story(UK, 6, JP, 180, 26, "other", "Prepare the next joint testing exercise.", 8, 6),
    Story(US, 5, UK, 190, 26, "gae_research", "Run the cyber range together.", 12, 3),
)


@dataclass(frozen=True, slots=True)
class Stay:
    """One story on its way: the people who act for each side; proposer and approver at home are two."""

    session: Session
    ident: int
    proposal: Proposal
    person: Actor
    home: tuple[Actor, Actor]
    host: Actor
    now: datetime

    def move(self, who: Actor, verb: Verb) -> None:
        secondments.move(self.session, who, self.ident, verb, now=self.now)

    def show(self, who: Actor, kind: PaperKind) -> None:
        stay_papers.record_paper(self.session, who, self.ident, kind, self.now.date(), now=self.now)

    def propose(self) -> None:
        home, _ = self.home
        assert self.person.person_id is not None
        assert self.person.institute_id is not None
        content = AgreementContent(
            secondment_id=self.ident,
            number=1,
            person_id=self.person.person_id,
            home_id=self.person.institute_id,
            host_id=self.proposal.host_id,
            post="Visiting evaluator",
            site="The host's main site",
            mode=Mode.IN_PERSON,
            start=self.proposal.starts_on,
            end=self.proposal.ends_on,
            host_fte=Decimal(1),
            home_fte=Decimal(0),
            legal_basis=self.proposal.legal_basis or "other",
            cost_model=CostModel.HOME_PAYS,
            home_share=Decimal(100),
            terms=(("Leave and working time", "The host's hours; leave as at home."),),
        )
        agreements.propose(self.session, home, content, now=self.now)

    def approve(self, who: Actor, side: Side) -> None:
        newest = versions_of(self.session, self.ident)[-1]
        seen = newest.domain.content.hash
        agreements.decide(self.session, who, self.ident, side, Decision.APPROVE, seen_hash=seen, now=self.now)


STEPS: tuple[Callable[[Stay], None], ...] = (
    lambda stay: stay.move(stay.person, Verb.CONSENT),
    lambda stay: stay.show(stay.person, PaperKind.DECLARATION),
    lambda stay: stay.move(stay.home[0], Verb.RELEASE),
    lambda stay: stay.move(stay.home[0], Verb.NOMINATE),
    lambda stay: stay.move(stay.host, Verb.ACCEPT),
    lambda stay: stay.move(stay.host, Verb.PREPARE),
    Stay.propose,
    lambda stay: stay.approve(stay.home[1], Side.HOME),
    lambda stay: stay.approve(stay.host, Side.HOST),
    lambda stay: stay.approve(stay.person, Side.PERSON),
    lambda stay: stay.show(stay.home[0], PaperKind.FUNDING),
    lambda stay: stay.move(stay.host, Verb.CONCLUDE),
)


def add_all(session: Session, places: Places, *, today: date, now: datetime) -> None:
    """Propose every story's secondment and take it as far as it goes."""
    sites = main_sites(session, places)
    for story in STORIES:
        days = _days(story, today)
        person = who_can_go(session, story.home, story.person, days)
        assert person.person_id is not None
        host = places.institutes[story.host]
        proposal = Proposal(
            person_id=person.person_id,
            host_id=host,
            starts_on=days.start,
            ends_on=days.end,
            site_id=sites[host],
            legal_basis=story.basis,
            purpose=story.purpose,
        )
        then = now - timedelta(days=story.idle + PACE * story.steps)
        stay = begun(session, person, story.home, story.host, proposal, now=then)
        for step in STEPS[: story.steps]:
            then += timedelta(days=PACE)
            step(replace(stay, now=then))


def _days(story: Story, today: date) -> Period:
    starts_on = first_monday(today + timedelta(days=story.starts_in))
    return Period(starts_on, starts_on + timedelta(weeks=story.weeks, days=-3))


def who_can_go(session: Session, home: str, first: int, days: Period) -> Actor:
    """A researcher who works full time, is past probation, employed for long enough, and on no other secondment."""
    for who in actors_of(session, home, Role.RESEARCHER, days.end)[first:]:
        assert who.person_id is not None
        job = present_job(jobs_of(session, who.person_id), days.end)
        if job is None or job.fte < 1 or job.starts_on + PROBATION >= days.start:
            continue
        if not overlapping_period(session, who.person_id, Period(days.start - PROBATION, days.end)):
            return who
    raise LookupError(f"Nobody of {home} can go from {days}.")


def begun(session: Session, person: Actor, home: str, host: str, proposal: Proposal, *, now: datetime) -> Stay:
    """A secondment that the home coordinator has proposed; ``home`` and ``host`` are institutes' codes."""
    at_home = actors_of(session, home, Role.HR_COORDINATOR, now.date())
    at_host = actors_of(session, host, Role.HR_COORDINATOR, now.date())
    ident = secondments.propose(session, at_home[0], proposal, now=now)
    return Stay(session, ident, proposal, person, (at_home[0], at_home[1]), at_host[0], now)


def actors_of(session: Session, code: str, role: Role, today: date) -> list[Actor]:
    """The people of an institute with this role, in the order of the roster."""
    named: list[Named] = [one for one in roster() if one.institute.code == code and one.role is role]
    idents = (id_by_email(session, one.email) for one in named)
    return [actor_of(session, ident, today) for ident in idents if ident is not None]
