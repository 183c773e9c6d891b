"""Three sections of a secondment's page: the checks, the access day by day, the caps; each as its reader may see it.

Whoever is no security officer reads clearance, recognition and visit as one line, "access", which does not say which of
them is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import url_for
from markupsafe import Markup

from exchange.domain.access_strip import Cover, Lane, LaneDays, Run, Strip, strip
from exchange.domain.actors import Actor, Role
from exchange.domain.caps import (
    Cap,
    Chain,
    EarliestStart,
    LatestEnd,
    Step,
    caps_of,
    chains_of,
    earliest_start,
    latest_end,
    next_j1,
)
from exchange.domain.eligibility import Check, Finding, Reader, Result, may_waive, reader_of
from exchange.domain.papers import PaperKind, kinds_open_to
from exchange.domain.periods import Period, spoken
from exchange.domain.policy_seeds import ROUTES
from exchange.domain.secondment_facts import BEFORE_ARRIVAL, FINAL, State
from exchange.store.secondment_facts import Life
from exchange.store.secondments import Secondment
from exchange.web import charts
from exchange.web.charts import Stretch
from exchange.web.wording import current_reader

SECURITY_LANES = (Lane.CLEARANCE, Lane.RECOGNITION, Lane.VISIT)
LANE_WORDS: dict[str, str] = {
    Lane.EMPLOYMENT: "Employment at home",
    Lane.CLEARANCE: "Clearance",
    Lane.RECOGNITION: "Host's decision",
    Lane.VISIT: "Visit request",
    Lane.PERMISSION: "Permission to stay and work",
    Lane.AGREEMENT: "Agreement",
    "access": "Access",
}
COVER_WORDS = {
    Cover.COVERED: ("covered", "moss"),
    Cover.UNKNOWN: ("not known", "olive"),
    Cover.GAP: ("not covered", "rose"),
    Cover.NOT_NEEDED: ("not needed", "slate"),
}
WORST = (Cover.GAP, Cover.UNKNOWN, Cover.COVERED, Cover.NOT_NEEDED)
RESULT_STATES = {Result.PASS: "done", Result.FAIL: "fail", Result.UNKNOWN: "wait"}
PAPER_OF = {
    Check.DECLARATION: PaperKind.DECLARATION,
    Check.EXPORT_BRIEF: PaperKind.EXPORT_BRIEF,
    Check.TAX_AND_INSURANCE: PaperKind.COVERAGE_CERTIFICATE,
    Check.FUNDING: PaperKind.FUNDING,
}
AGREED = frozenset({State.CLEARANCE, State.READY})


@dataclass(frozen=True, slots=True)
class Task:
    """Where a gap is closed; without an address, whose task it is."""

    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class LaneRow:
    name: str
    svg: Markup
    runs: tuple[tuple[str, date, date], ...]
    gaps: bool
    task: Task | None


@dataclass(frozen=True, slots=True)
class CheckRow:
    finding: Finding
    state: str
    record: Task | None
    waive_url: str


@dataclass(frozen=True, slots=True)
class Sections:
    checks: tuple[CheckRow, ...]
    lanes: tuple[LaneRow, ...]
    days: Period
    latest: LatestEnd | None
    earliest: EarliestStart | None
    unclassified: EarliestStart | None
    notes: tuple[str, ...]
    records: tuple[Task, ...]


def sections(life: Life, row: Secondment, actor: Actor, today: date) -> Sections:
    """What this reader sees of the secondment's eligibility and access."""
    reader = reader_of(actor, row.person_id, row.home_institute_id, row.host_institute_id)
    inside = reader is not Reader.OTHER
    waiting = inside and row.state in BEFORE_ARRIVAL
    facts = life.eligible
    bar = next_j1(facts) if inside else None
    return Sections(
        checks=tuple(_check_row(finding, row, actor) for finding in life.report.redacted(reader).findings),
        lanes=tuple(_lanes(life.strip, row, actor, reader, today)),
        days=life.strip.period,
        latest=latest_end(_caps(life, reader)) if inside else None,
        earliest=earliest_start(_chains(life, row, reader, today), today) if waiting else None,
        unclassified=(
            earliest_start(_chains(life, row, reader, today, rank=0), today)
            if waiting and facts.offer.need.rank
            else None
        ),
        notes=(f"Another J-1 stay as a research scholar is possible from {spoken(bar)}.",) if bar else (),
        records=_records(life, row, actor, reader),
    )


def _check_row(finding: Finding, row: Secondment, actor: Actor) -> CheckRow:
    home, host = row.home_institute_id, row.host_institute_id
    may = (
        row.state not in FINAL
        and finding.result is Result.FAIL
        and finding.waived_until is None
        and finding.check is not Check.ACCESS
        and may_waive(finding.check, actor, home, host, row.person_id)
    )
    waive = url_for("stay_access.waive", ident=row.id, check=finding.check.value) if may else ""
    return CheckRow(finding, RESULT_STATES[finding.result], _recording(finding.check, row, actor), waive)


def _recording(check: Check, row: Secondment, actor: Actor) -> Task | None:
    """Where this reader records what the check asks for."""
    if row.state in FINAL:
        return None
    kind = PAPER_OF.get(check)
    open_to = kinds_open_to(actor, row.person_id, row.home_institute_id, row.host_institute_id)
    if kind is not None and kind in open_to:
        return Task("Record", url_for("stay_access.paper", ident=row.id, kind=kind.value))
    if check is Check.PERMISSION and PaperKind.PASSPORT in open_to:
        return Task("Record the passport", url_for("stay_access.paper", ident=row.id, kind="passport"))
    return None


def _lanes(found: Strip, row: Secondment, actor: Actor, reader: Reader, today: date) -> list[LaneRow]:
    lanes: list[tuple[str, tuple[Run, ...]]]
    if reader is Reader.SECURITY:
        lanes = [(lane, runs) for lane, runs in found.lanes.items()]
    else:
        shown = [Lane.AGREEMENT] if reader is Reader.OTHER else [Lane.EMPLOYMENT, Lane.PERMISSION, Lane.AGREEMENT]
        lanes = [(lane, found.lanes[lane]) for lane in shown]
        lanes.insert(-1, ("access", _together(found)))
    return [_lane_row(lane, runs, found, row, actor, today) for lane, runs in lanes]


def _together(found: Strip) -> tuple[Run, ...]:
    """The security lanes as one: for every day the worst of them."""
    runs = [run for lane in SECURITY_LANES for run in found.lanes[lane]]
    if all(run.cover is Cover.NOT_NEEDED for run in runs):
        return (Run(found.period, Cover.NOT_NEEDED),)
    worst: dict[Cover, list[Run]] = {cover: [run for run in runs if run.cover is cover] for cover in WORST}
    gaps = tuple(run.period for run in worst[Cover.GAP])
    unknown = tuple(run.period for run in worst[Cover.UNKNOWN])
    marked = strip(found.period, {Lane.CLEARANCE: LaneDays(gaps, unknown)}).lanes[Lane.CLEARANCE]
    turned = {Cover.COVERED: Cover.GAP, Cover.GAP: Cover.COVERED}
    return tuple(Run(run.period, turned.get(run.cover, run.cover)) for run in marked)


def _lane_row(lane: str, runs: tuple[Run, ...], found: Strip, row: Secondment, actor: Actor, today: date) -> LaneRow:
    name = LANE_WORDS[lane]
    chart = charts.day_lane(
        f"{name}, day by day",
        [
            Stretch(COVER_WORDS[run.cover][0], run.period.start, run.period.end, COVER_WORDS[run.cover][1])
            for run in runs
        ],
        uid=f"lane-{str(lane).replace('_', '-')}",
        first=found.period.start,
        last=found.period.end,
        today=today,
        reader=current_reader(),
    )
    open_days = any(run.cover in {Cover.GAP, Cover.UNKNOWN} for run in runs)
    return LaneRow(
        name,
        chart.svg,
        tuple((COVER_WORDS[run.cover][0], run.period.start, run.period.end) for run in runs),
        open_days,
        _closing(lane, row, actor) if open_days and row.state not in FINAL else None,
    )


def _closing(lane: str, row: Secondment, actor: Actor) -> Task:
    """Who closes a gap in this lane, with the address for those who may."""
    home, host = row.home_institute_id, row.host_institute_id
    coordinates, secures = _offices(actor, row, Role.HR_COORDINATOR), _offices(actor, row, Role.SECURITY_OFFICER)
    prepared = row.state is State.AGREEMENT
    words, may, endpoint, ident = {
        Lane.CLEARANCE.value: (
            "The security officer of the home institute confirms it",
            home in secures,
            "clearances.case",
            row.person_id,
        ),
        Lane.RECOGNITION.value: ("The host's security officer decides", host in secures, "stay_access.decide", row.id),
        Lane.VISIT.value: ("A security officer records the visit request", bool(secures), "stay_access.visit", row.id),
        Lane.PERMISSION.value: (
            "An HR coordinator records the permission",
            bool(coordinates),
            "stay_access.permit",
            row.id,
        ),
        Lane.EMPLOYMENT.value: (
            "The home HR coordinator extends the employment",
            home in coordinates,
            "staff.edit",
            row.person_id,
        ),
        Lane.AGREEMENT.value: (
            "The HR coordinators conclude an agreement for these days",
            bool(coordinates) and prepared,
            "agreements.propose",
            row.id,
        ),
    }.get(str(lane), ("The security officers of both institutes put it in place", False, "", 0))
    return Task(words, url_for(endpoint, ident=ident) if may else "")


def _offices(actor: Actor, row: Secondment, role: Role) -> frozenset[int]:
    """The sides for which the actor holds this office; on one's own secondment, none."""
    if actor.person_id == row.person_id:
        return frozenset()
    return frozenset(side for side in (row.home_institute_id, row.host_institute_id) if actor.has(role, side))


def _records(life: Life, row: Secondment, actor: Actor, reader: Reader) -> tuple[Task, ...]:
    """What is on record and may be answered or ended: open visit requests, permissions, decisions."""
    found = []
    host = row.host_institute_id
    if reader is Reader.SECURITY:
        answers = host in _offices(actor, row, Role.SECURITY_OFFICER)
        for decision in life.eligible.stay.recognitions:
            words = f"Decision, {decision.status}: {decision.period}"
            found.append(Task(words, url_for("stay_access.decide", ident=row.id) if answers else ""))
        for ident, period, granted in life.grounds.visits:
            state = "open" if granted is None else "granted" if granted else "refused"
            url = (
                url_for("stay_access.answer_visit", ident=row.id, visit_id=ident) if granted is None and answers else ""
            )
            found.append(Task(f"Visit request, {state}: {period}", url))
    if reader is not Reader.OTHER:
        ends = _offices(actor, row, Role.HR_COORDINATOR)
        for ident, route, period in life.grounds.permits:
            url = url_for("stay_access.end_permit", ident=row.id, permission_id=ident) if ends else ""
            found.append(Task(f"Permission, {ROUTES.get(route, route)}: {period}", url))
    return tuple(found)


def _caps(life: Life, reader: Reader) -> tuple[Cap, ...]:
    """The caps; which instrument a host's decision rests on is for security officers."""
    caps = caps_of(life.eligible)
    if reader is Reader.SECURITY:
        return caps
    hidden = "limited access authorisation"
    return tuple(Cap("access", cap.last_day) if hidden in cap.name else cap for cap in caps)


def _chains(life: Life, row: Secondment, reader: Reader, today: date, rank: int | None = None) -> tuple[Chain, ...]:
    done = {"eligibility"} if row.state in AGREED else set()
    done |= {"agreement"} if life.facts.agreed is not None else set()
    chains = chains_of(life.eligible, rank, frozenset(done))
    if reader is Reader.SECURITY:
        return chains
    secured = [chain for chain in chains if chain.name in {"vetting", "visit"}]
    if not secured:
        return chains
    ready = max(chain.ready_on(today) for chain in secured)
    over = all(step.done for chain in secured for step in chain.steps)
    access = Chain("access", (Step("access", (ready - today).days, done=over),))
    return (*(chain for chain in chains if chain not in secured), access)
