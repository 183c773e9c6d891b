"""Workstreams and joint testing exercises.

The areas of the UK and US institutes and the three past exercises are real and public; the work of the other institutes
and the three exercises to come are invented, and say so. What each needs is invented throughout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from exchange.actions import exercises, workstreams
from exchange.actions.exercises import PhaseTerms, StrandTerms
from exchange.actions.workstreams import RequirementTerms, WorkstreamTerms
from exchange.demo.areas import BY_CODE
from exchange.domain.actors import SYSTEM
from exchange.store.institutes import all_institutes
from exchange.store.people import id_by_email
from exchange.store.workstreams import Publication, WorkstreamKind

INVENTED = " (Invented for the demo.)"
REPORT_AFTER = 60  # days after an exercise
PHASES = (
    "Scope",
    "Task design",
    "Native review",
    "Dry run",
    "Access to the model",
    "Test runs",
    "Scoring",
    "Joint report",
)
REVIEWERS = ("fr", "sw", "ko", "ja", "ta", "zh", "ms")


@dataclass(frozen=True, slots=True)
class Work:
    """``needs`` are (role, heads, share); the area says with which skills. ``clearance`` as ``UKSV:SC``."""

    code: str
    title: str
    area: str
    lead: str
    description: str
    partners: tuple[str, ...] = ()
    needs: tuple[tuple[str, int, str], ...] = (("Evaluator", 2, "1"), ("Research engineer", 1, "0.5"))
    clearance: str | None = None
    strands: tuple[tuple[str, str, str], ...] = ()  # (title, area, the institute that leads it)
    model: str = ""
    languages: tuple[str, ...] = ()
    span: tuple[int, int] | None = None  # days from today, for work to come
    past: tuple[date, date] | None = None

    @property
    def kind(self) -> WorkstreamKind:
        return WorkstreamKind.EXERCISE if self.span or self.past else WorkstreamKind.WORKSTREAM


UK, US, JP, SG, KR = "UK-AISI", "US-CAISI", "JP-AISI", "SG-AISI", "KR-AISI"
CA, EU, FR, AU, KE = "CA-CAISI", "EU-AIO", "FR-INESIA", "AU-AISI", "KE-AISI"
NINE = (UK, JP, SG, KR, CA, EU, FR, AU, KE)

STANDING: tuple[Work, ...] = (
    Work(
        "uk-cyber",
        "Cyber",
        "cyber",
        UK,
        "What systems can do in cyber attack and defence.",
        (US, AU),
        clearance="UKSV:SC",
    ),
    Work("uk-chem-bio", "Chem-Bio", "chem-bio", UK, "Uplift in chemistry and biology.", (US,), clearance="UKSV:SC"),
    Work(
        "uk-safeguards",
        "Safeguards",
        "safeguards",
        UK,
        "How safeguards hold against people who mean to break them.",
        (US, EU),
    ),
    Work("uk-autonomy", "Autonomous systems", "autonomy", UK, "Agents that act for long and on their own.", (US, JP)),
    Work("uk-control", "Control", "control", UK, "Getting useful work from models that are not trusted.", (CA,)),
    Work("uk-alignment", "Alignment", "alignment", UK, "Safety cases, debate and honesty.", (CA, FR)),
    Work(
        "uk-crime",
        "Criminal misuse",
        "crime",
        UK,
        "Fraud and abuse with the help of models.",
        (AU,),
        clearance="UKSV:CTC",
    ),
    Work(
        "us-cyber",
        "Cyber evaluations",
        "cyber",
        US,
        "Demonstrable cyber risks of systems before and after release.",
        (UK,),
        clearance="US:SECRET",
    ),
    Work(
        "us-bio",
        "Biology and chemistry evaluations",
        "chem-bio",
        US,
        "Demonstrable biological and chemical risks.",
        (UK,),
        clearance="US:SECRET",
    ),
    Work(
        "us-software",
        "Software and AI development",
        "software",
        US,
        "What systems add to software and AI research.",
        (UK, SG),
    ),
    Work("us-agents", "Agent security", "autonomy", US, "Hijacking and identity of agents.", (UK, SG, JP)),
    Work(
        "us-measurement",
        "Measurement science",
        "evaluation-science",
        US,
        "Standards and uncertainty of evaluations.",
        (UK, EU, JP, KR),
    ),
    Work(
        "sg-multilingual",
        "Multilingual testing",
        "multilingual",
        SG,
        "Safeguards and agents across languages." + INVENTED,
        (JP, KR, KE),
    ),
    Work(
        "ca-alignment",
        "Alignment research exchange",
        "alignment",
        CA,
        "A shared reading and replication group." + INVENTED,
        (UK, FR),
    ),
    Work(
        "eu-societal",
        "Societal effects of general models",
        "societal",
        EU,
        "Persuasion and reliance across member states." + INVENTED,
        (FR, UK),
    ),
    Work(
        "jp-robustness",
        "Robustness of deployed agents",
        "autonomy",
        JP,
        "Agents in everyday services." + INVENTED,
        (KR, SG),
    ),
)
EXERCISES: tuple[Work, ...] = (
    Work(
        "network-exercise-1",
        "Network joint testing exercise 1",
        "evaluation-science",
        US,
        "The first multilateral test of the network, shown at its launch in San Francisco in November 2024.",
        NINE,
        past=(date(2024, 10, 7), date(2024, 11, 21)),
    ),
    Work(
        "network-exercise-2",
        "Network joint testing exercise 2: safeguards across languages",
        "multilingual",
        SG,
        "Do safeguards hold across languages, and can one method serve all.",
        NINE,
        (("Native reviewer", 4, "0.2"), ("Evaluator", 2, "0.5")),
        languages=("ja", "zh", "ms", "fr"),
        past=(date(2025, 1, 6), date(2025, 2, 28)),
    ),
    Work(
        "network-exercise-3",
        "Network joint testing exercise 3: agents",
        "autonomy",
        SG,
        "Agents tested in two strands, with open and closed weights, in July 2025.",
        NINE,
        strands=(("Leakage of sensitive information and fraud", "crime", SG), ("Cyber", "cyber", UK)),
        model="Agents on open and on closed weights",
        past=(date(2025, 5, 5), date(2025, 7, 31)),
    ),
    Work(
        "exercise-monitoring",
        "Joint exercise: monitoring of agents" + INVENTED,
        "control",
        UK,
        "Can a monitor that several institutes trust watch an agent that none of them does?" + INVENTED,
        (US, CA, JP, AU),
        strands=(("Monitors", "control", UK), ("Attack policies", "safeguards", US)),
        model="Model A",
        span=(45, 150),
    ),
    Work(
        "exercise-low-resource",
        "Joint exercise: safeguards in languages of few resources" + INVENTED,
        "multilingual",
        KE,
        "Tasks written by native speakers rather than translated." + INVENTED,
        (SG, KR, FR, CA, JP),
        (("Native reviewer", 4, "0.4"), ("Task designer", 2, "0.5")),
        languages=REVIEWERS,
        span=(90, 210),
    ),
    Work(
        "exercise-interlab",
        "Joint exercise: interlaboratory comparison of cyber tasks" + INVENTED,
        "evaluation-science",
        US,
        "The same tasks in five laboratories, to learn how far results travel." + INVENTED,
        (UK, AU, EU, FR, KR),
        strands=(("Statistics", "evaluation-science", US), ("Ranges", "cyber", UK)),
        model="Models A and B",
        span=(150, 300),
    ),
)


@dataclass(slots=True)
class Places:
    """The ids of what is there: institutes by code, and the works as they are made."""

    institutes: Mapping[str, int]
    works: dict[str, int] = field(default_factory=dict)


def add_all(session: Session, places: Places, *, today: date, now: datetime) -> None:
    """Make every workstream and exercise with what it needs."""
    for work in (*STANDING, *EXERCISES):
        places.works[work.code] = workstreams.create(session, SYSTEM, _terms(session, work, places, today), now=now)
        _add_programme(session, work, places, today, now)
        for need in _needs(work, today):
            workstreams.put_requirement(session, SYSTEM, places.works[work.code], None, need, now=now)


def _add_programme(session: Session, work: Work, places: Places, today: date, now: datetime) -> None:
    """The strands of an exercise and, for one to come, its phases one after the other."""
    ident = places.works[work.code]
    for title, _, lead in work.strands:
        exercises.put_strand(session, SYSTEM, ident, None, StrandTerms(title, places.institutes[lead]), now=now)
    if work.span is None:
        return
    first, last = work.span
    phases = PHASES if work.languages else tuple(title for title in PHASES if title != "Native review")
    length = (last - first + 1) // len(phases)
    zone = next(one.zone for one in all_institutes(session).values() if one.id == places.institutes[work.lead])
    for number, title in enumerate(phases):
        start = today + timedelta(days=first + number * length)
        terms = PhaseTerms(title, start, start + timedelta(days=length - 1), zone)
        exercises.put_phase(session, SYSTEM, ident, None, terms, now=now)


def _terms(session: Session, work: Work, places: Places, today: date) -> WorkstreamTerms:
    starts_on, ends_on = _days(work, today)
    return WorkstreamTerms(
        code=work.code,
        title=work.title,
        kind=work.kind,
        area=BY_CODE[work.area].title,
        description=work.description,
        lead_institute_id=places.institutes[work.lead],
        lead_person_id=id_by_email(session, f"lead@{work.lead.lower()}.example"),
        partners=frozenset(places.institutes[code] for code in work.partners if code != work.lead),
        starts_on=starts_on,
        ends_on=ends_on,
        clearance_asked=work.clearance,
        languages=work.languages,
        model_label=work.model,
        report_on=_report_day(work, today),
        publication=Publication.PUBLISHED if work.past else Publication.PLANNED if work.span else Publication.NONE,
    )


def _report_day(work: Work, today: date) -> date | None:
    """Of the past exercises the month is public; the day is taken to be the last of the exercise."""
    if work.past:
        return work.past[1]
    return today + timedelta(days=work.span[1] + REPORT_AFTER) if work.span else None


def _days(work: Work, today: date) -> tuple[date | None, date | None]:
    if work.past:
        return work.past
    if work.span:
        return today + timedelta(days=work.span[0]), today + timedelta(days=work.span[1])
    return None, None


def _needs(work: Work, today: date) -> list[RequirementTerms]:
    """Each role of the work, once for each strand where it has strands; each asks for its area's first skills."""
    starts_on, ends_on = _days(work, today)
    terms = []
    for strand, area, _ in work.strands or (("", work.area, ""),):
        for place, (role, heads, share) in enumerate(work.needs):
            skills = BY_CODE[area].skills[place : place + 4]
            reviewer = role == "Native reviewer"
            terms.append(
                RequirementTerms(
                    role=f"{role}: {strand}" if strand else role,
                    heads=heads,
                    share=Decimal(share),
                    skills=tuple((skill, 3 if at == 0 else 2, at == 0) for at, skill in enumerate(skills)),
                    starts_on=starts_on,
                    ends_on=ends_on,
                    clearance_asked=work.clearance,
                    languages=work.languages if reviewer else (),
                    strand=strand,
                )
            )
    return terms
