"""Openings, recognised by their code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from exchange.actions.imports import skills
from exchange.actions.imports.planning import Effect, Importer, Institutes, Plan, Refusals, Step, differences
from exchange.domain.access import Permission
from exchange.files.columns import fold
from exchange.files.openings import OpeningRow
from exchange.files.reading import Reading, Row
from exchange.store.institutes import all_sites
from exchange.store.openings import Opening, OpeningSkill, StartRule
from exchange.store.workstreams import Workstream

HOSTED_ELSEWHERE = "Another institute offers the opening with this code. Use another code, or ask that institute."


@dataclass
class _Known:
    """The openings and workstreams with the file's codes, in lower case, and every site by institute and city."""

    openings: dict[str, Opening] = field(default_factory=dict)
    asked: dict[int, dict[str, tuple[int, bool]]] = field(default_factory=dict)
    streams: dict[str, int] = field(default_factory=dict)
    sites: dict[tuple[int, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A row with its names turned into ids."""

    row: OpeningRow
    host: int
    site: int | None
    stream: int | None


def plan_openings(session: Session, importer: Importer, reading: Reading[OpeningRow]) -> Plan:
    """What these openings would do. Those of hosts that are not the importer's institute stay out."""
    institutes = Institutes.of(session, importer.actor, Permission.IMPORT_OPENINGS)
    known = _known(session, reading)
    refusals = Refusals(reading.problems)
    steps = []
    for row in reading.rows:
        wanted = _wanted(row, institutes, known, refusals)
        if wanted is None:
            continue
        opening = known.openings.get(row.value.key)
        if opening is not None and not institutes.own(opening.host_institute_id):
            refusals.keep_out(row, "Opening code", row.value.code, HOSTED_ELSEWHERE)
            continue
        steps.append(_step(row, wanted, opening, known))
    return Plan(tuple(steps), refusals.in_order(), reading.notes)


def _known(session: Session, reading: Reading[OpeningRow]) -> _Known:
    known = _Known()
    for opening in session.scalars(
        select(Opening).where(func.lower(Opening.code).in_({row.key for row in reading.values}))
    ):
        known.openings[opening.code.casefold()] = opening
    ids = [opening.id for opening in known.openings.values()]
    for one in session.scalars(select(OpeningSkill).where(OpeningSkill.opening_id.in_(ids))):
        known.asked.setdefault(one.opening_id, {})[one.skill] = (one.level, False)
    codes = {row.workstream.casefold() for row in reading.values if row.workstream}
    streams = select(Workstream.code, Workstream.id).where(func.lower(Workstream.code).in_(codes))
    known.streams = {code.casefold(): ident for code, ident in session.execute(streams)}
    known.sites = {(site.institute_id, fold(site.name)): site.id for site in all_sites(session).values()}
    return known


def _wanted(row: Row[OpeningRow], institutes: Institutes, known: _Known, refusals: Refusals) -> _Wanted | None:
    value = row.value
    host = institutes.find(value.host_institute)
    if host is None:
        refusals.keep_out(row, "Host institute", value.host_institute, institutes.missing(value.host_institute))
        return None
    if not institutes.own(host.id):
        sentence = f"You import openings of your own institute only; {host.code} imports its own."
        refusals.keep_out(row, "Host institute", value.host_institute, sentence)
        return None
    site = known.sites.get((host.id, fold(value.site))) if value.site else None
    stream = known.streams.get(value.workstream.casefold()) if value.workstream else None
    sentence_on_skills = skills.unknown(value.skills)
    if value.site and site is None:
        refusals.keep_out(row, "Site", value.site, f"{host.short_name} has no site “{value.site}”. Check the city.")
    elif value.workstream and stream is None:
        sentence = f"There is no workstream “{value.workstream}”. Import the workstreams first, or correct the code."
        refusals.keep_out(row, "Workstream code", value.workstream, sentence)
    elif sentence_on_skills is not None:
        refusals.keep_out(row, "Skills", ", ".join(one.skill for one in value.skills), sentence_on_skills)
    else:
        return _Wanted(value, host.id, site, stream)
    return None


def _step(row: Row[OpeningRow], wanted: _Wanted, opening: Opening | None, known: _Known) -> Step:
    value = wanted.row
    label = f"{value.code}: {value.title}"
    institutes = frozenset({wanted.host})
    if opening is None:
        return Step(row.number, row.source, label, Effect.NEW, institutes, _writing(wanted, None))
    asked = known.asked.get(opening.id, {})
    changed = differences(
        (
            ("Title", opening.title, value.title),
            ("Host institute", opening.host_institute_id, wanted.host),
            ("Site", opening.site_id, wanted.site or opening.site_id),
            ("Workstream code", opening.workstream_id, wanted.stream or opening.workstream_id),
            ("Seats", opening.seats, value.seats),
            ("Opens", opening.opens_on, value.opens),
            ("Closes", opening.closes_on, value.closes),
            ("Minimum weeks", opening.min_weeks, value.min_weeks),
            ("Maximum weeks", opening.max_weeks, value.max_weeks),
            ("Preferred weeks", opening.preferred_weeks, value.preferred_weeks),
            ("Skills", skills.spoken(asked), skills.spoken(_levels(value) or asked)),
            ("Clearance asked", opening.clearance_asked, value.clearance_asked or opening.clearance_asked),
            ("Start rule", opening.start_rule.value, value.start_rule.value),
        )
    )
    effect = Effect.CHANGED if changed else Effect.SAME
    return Step(row.number, row.source, label, effect, institutes, _writing(wanted, opening), changed)


def _levels(value: OpeningRow) -> dict[str, tuple[int, bool]]:
    """An opening asks for levels; it knows no musts."""
    return {code: (level, False) for code, (level, _) in skills.coded(value.skills).items()}


def _writing(wanted: _Wanted, opening: Opening | None) -> Callable[[Session, datetime], int]:
    def apply(session: Session, _now: datetime) -> int:
        value = wanted.row
        row = opening if opening is not None else Opening(code=value.code, description="", version=1)
        row.title, row.host_institute_id, row.seats = value.title, wanted.host, value.seats
        row.site_id, row.workstream_id = wanted.site or row.site_id, wanted.stream or row.workstream_id
        row.opens_on, row.closes_on = value.opens, value.closes
        row.min_weeks, row.max_weeks, row.preferred_weeks = value.min_weeks, value.max_weeks, value.preferred_weeks
        row.clearance_asked = value.clearance_asked or row.clearance_asked
        row.start_rule = StartRule(value.start_rule.value)
        session.add(row)
        session.flush()
        if value.skills:
            session.execute(delete(OpeningSkill).where(OpeningSkill.opening_id == row.id))
            session.add_all(
                OpeningSkill(opening_id=row.id, skill=code, level=level) for code, (level, _) in _levels(value).items()
            )
        return row.id

    return apply
