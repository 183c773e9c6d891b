"""Workstreams with what they require, recognised by their code; a requirement is recognised by its role."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from exchange.actions import publishing
from exchange.actions.imports import skills
from exchange.actions.imports.planning import (
    Difference,
    Effect,
    Importer,
    Institutes,
    Plan,
    Refusals,
    Step,
    differences,
)
from exchange.domain.access import Permission
from exchange.files.columns import fold
from exchange.files.reading import Reading, Row
from exchange.files.workstreams import RequirementRow, WorkstreamRow
from exchange.store.institutes import all_sites
from exchange.store.workstreams import (
    Requirement,
    RequirementSkill,
    Strand,
    Workstream,
    WorkstreamKind,
    WorkstreamPartner,
)

NO_STRANDS = "This workstream is standing work, without strands. Make it a joint testing exercise, or leave this blank."
LED_ELSEWHERE = "Another institute leads the workstream with this code. Use another code, or ask that institute."


@dataclass
class _Known:
    """The workstreams with the file's codes, in lower case, and what each requires by role."""

    streams: dict[str, Workstream] = field(default_factory=dict)
    partners: dict[int, set[int]] = field(default_factory=dict)
    requirements: dict[int, dict[str, Requirement]] = field(default_factory=dict)
    asked: dict[int, dict[str, tuple[int, bool]]] = field(default_factory=dict)
    strands: dict[int, dict[str, Strand]] = field(default_factory=dict)
    sites: dict[str, int] = field(default_factory=dict)

    def strand_of(self, row: Requirement) -> str:
        """The title of the strand that a standing requirement belongs to."""
        titles = (
            strand.title for strand in self.strands.get(row.workstream_id, {}).values() if strand.id == row.strand_id
        )
        return next(titles, "")


@dataclass(frozen=True, slots=True)
class _Strand:
    """A strand as the file wants it; ``lead`` and ``languages`` where the file says so."""

    title: str
    lead: int | None = None
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A row with its names turned into ids."""

    row: WorkstreamRow
    lead: int
    partners: frozenset[int]
    sites: Mapping[str, int]
    named: Mapping[str, int]  # the institutes that requirements name, for seats or strands, as the file writes them

    @property
    def strands(self) -> dict[str, _Strand]:
        """The strands by their folded titles, each with what any of its rows says."""
        found: dict[str, _Strand] = {}
        for asked in self.row.requirements:
            if asked.strand:
                known = found.get(asked.strand.casefold(), _Strand(asked.strand))
                lead = self.named.get(asked.strand_lead, known.lead)
                languages = asked.strand_languages or known.languages
                found[asked.strand.casefold()] = _Strand(known.title, lead, languages)
        return found


def plan_workstreams(session: Session, importer: Importer, reading: Reading[WorkstreamRow]) -> Plan:
    """What these workstreams would do. Those led by institutes that are not the importer's stay out."""
    institutes = Institutes.of(session, importer.actor, Permission.IMPORT_WORKSTREAMS)
    known = _known(session, reading)
    refusals = Refusals(reading.problems)
    steps = []
    for row in reading.rows:
        wanted = _wanted(row, institutes, known, refusals)
        if wanted is None:
            continue
        stream = known.streams.get(row.value.key)
        if stream is not None and not institutes.own(stream.lead_institute_id):
            refusals.keep_out(row, "Workstream code", row.value.code, LED_ELSEWHERE)
            continue
        if stream is not None and stream.kind is not WorkstreamKind.EXERCISE and wanted.strands:
            refusals.keep_out(row, "Strand", next(iter(wanted.strands.values())).title, NO_STRANDS)
            continue
        steps.append(_step(row, wanted, stream, known))
    return Plan(tuple(steps), refusals.in_order(), reading.notes)


def _known(session: Session, reading: Reading[WorkstreamRow]) -> _Known:
    known = _Known()
    codes = {row.key for row in reading.values}
    for stream in session.scalars(select(Workstream).where(func.lower(Workstream.code).in_(codes))):
        known.streams[stream.code.casefold()] = stream
    ids = [stream.id for stream in known.streams.values()]
    for stream_id, institute in session.execute(
        select(WorkstreamPartner.workstream_id, WorkstreamPartner.institute_id).where(
            WorkstreamPartner.workstream_id.in_(ids)
        )
    ):
        known.partners.setdefault(stream_id, set()).add(institute)
    for requirement in session.scalars(select(Requirement).where(Requirement.workstream_id.in_(ids))):
        known.requirements.setdefault(requirement.workstream_id, {})[requirement.role.casefold()] = requirement
    asked = select(RequirementSkill).join(Requirement, Requirement.id == RequirementSkill.requirement_id)
    for one in session.scalars(asked.where(Requirement.workstream_id.in_(ids))):
        known.asked.setdefault(one.requirement_id, {})[one.skill] = (one.level, one.must)
    for strand in session.scalars(select(Strand).where(Strand.workstream_id.in_(ids))):
        known.strands.setdefault(strand.workstream_id, {})[strand.title.casefold()] = strand
    known.sites = {fold(site.name): site.id for site in all_sites(session).values()}
    return known


def _wanted(row: Row[WorkstreamRow], institutes: Institutes, known: _Known, refusals: Refusals) -> _Wanted | None:
    value = row.value
    lead = institutes.find(value.lead_institute)
    if lead is None:
        refusals.keep_out(row, "Lead institute", value.lead_institute, institutes.missing(value.lead_institute))
        return None
    if not institutes.own(lead.id):
        sentence = f"You import workstreams that your own institute leads; {lead.code} imports its own."
        refusals.keep_out(row, "Lead institute", value.lead_institute, sentence)
        return None
    partners = set()
    for name in value.partner_institutes:
        partner = institutes.find(name)
        if partner is None:
            refusals.keep_out(row, "Partner institutes", name, institutes.missing(name))
            return None
        partners.add(partner.id)
    named = {}
    for requirement in value.requirements:
        if not _sound(row, requirement, known, refusals):
            return None
        for heading, name in _names(requirement):
            one = institutes.find(name)
            if one is None or one.id not in {*partners, lead.id}:
                what = "leads a strand but does not" if heading == "Strand lead" else "is to send somebody but does not"
                sentence = f"{name} {what} take part. Add it to the partner institutes."
                refusals.keep_out(row, heading, name, sentence)
                return None
            named[name] = one.id
    return _Wanted(value, lead.id, frozenset(partners - {lead.id}), known.sites, named)


def _names(requirement: RequirementRow) -> Iterator[tuple[str, str]]:
    """The institutes that a requirement names, each under its heading."""
    yield from (("From each", name) for name in requirement.from_each)
    if requirement.strand_lead:
        yield "Strand lead", requirement.strand_lead


def _sound(row: Row[WorkstreamRow], requirement: RequirementRow, known: _Known, refusals: Refusals) -> bool:
    sentence = skills.unknown(requirement.skills)
    if sentence is not None:
        refusals.keep_out(row, "Skills", requirement.role, sentence)
        return False
    if requirement.site is not None and fold(requirement.site) not in known.sites:
        refusals.keep_out(
            row, "Site", requirement.site, f"No institute has a site “{requirement.site}”. Check the city."
        )
        return False
    return True


def _step(row: Row[WorkstreamRow], wanted: _Wanted, stream: Workstream | None, known: _Known) -> Step:
    label = f"{row.value.code}: {row.value.title}"
    institutes = frozenset({wanted.lead, *wanted.partners})
    if stream is None:
        return Step(row.number, row.source, label, Effect.NEW, institutes, _writing(wanted, None, known))
    changed = (
        *_stream_differences(wanted, stream, known),
        *_strand_differences(wanted, stream, known),
        *_requirement_differences(wanted, stream, known),
    )
    effect = Effect.CHANGED if changed else Effect.SAME
    return Step(row.number, row.source, label, effect, institutes, _writing(wanted, stream, known), changed)


def _stream_differences(wanted: _Wanted, stream: Workstream, known: _Known) -> tuple[Difference, ...]:
    value = wanted.row
    partners = known.partners.get(stream.id, set())
    return differences(
        (
            ("Title", stream.title, value.title),
            ("Lead institute", stream.lead_institute_id, wanted.lead),
            ("Partner institutes", len(partners), len(partners | wanted.partners)),
            ("Area", stream.area, value.area or stream.area),
            ("Description", stream.description, value.description or stream.description),
            ("Starts", stream.starts_on, value.starts or stream.starts_on),
            ("Ends", stream.ends_on, value.ends or stream.ends_on),
            ("Clearance asked", stream.clearance_asked, value.clearance_asked or stream.clearance_asked),
        )
    )


def _strand_differences(wanted: _Wanted, stream: Workstream, known: _Known) -> tuple[Difference, ...]:
    """Strands that are new, led by another institute, or tested in other languages from now on."""
    changed = []
    for key, strand in wanted.strands.items():
        row = known.strands.get(stream.id, {}).get(key)
        tested = ", ".join(strand.languages)
        if row is None:
            changed.append(Difference(f"Strand {strand.title}", "", f"new, in {tested}" if tested else "new"))
            continue
        if strand.lead not in {None, row.lead_institute_id}:
            changed.append(Difference(f"Strand {strand.title}", "led by one institute", "led by another"))
        if strand.languages and set(strand.languages) != set(row.languages):
            changed.append(Difference(f"Languages of the strand {strand.title}", ", ".join(row.languages), tested))
    return tuple(changed)


def _requirement_differences(wanted: _Wanted, stream: Workstream, known: _Known) -> tuple[Difference, ...]:
    standing = known.requirements.get(stream.id, {})
    changed: list[Difference] = []
    for value in wanted.row.requirements:
        row = standing.get(value.role.casefold())
        before = _said(row, known) if row else ""
        after = _after(value, row, known, wanted.named)
        if before != after:
            changed.append(Difference(f"Role {value.role}", before, after))
    return tuple(changed)


def _said(row: Requirement, known: _Known) -> str:
    asked, strand = known.asked.get(row.id, {}), known.strand_of(row)
    more = (row.languages, row.citizenships, row.overlap_hours, row.from_each, row.most_from_one, strand)
    return _words(
        row.heads, f"{row.share.normalize():f}", skills.spoken(asked), row.starts_on, row.ends_on, row.site_id, *more
    )


def _after(value: RequirementRow, row: Requirement | None, known: _Known, named: Mapping[str, int]) -> str:
    site = known.sites[fold(value.site)] if value.site else row.site_id if row else None
    starts = value.starts or (row.starts_on if row else None)
    ends = value.ends or (row.ends_on if row else None)
    wanted = skills.coded(value.skills) or (known.asked.get(row.id, {}) if row else {})
    more = (
        list(value.languages) or (row.languages if row else []),
        sorted(set(value.citizenships)) or (row.citizenships if row else []),
        value.overlap_hours or (row.overlap_hours if row else None),
        sorted({named[name] for name in value.from_each}) or (row.from_each if row else []),
        value.most_from_one or (row.most_from_one if row else None),
        _strand_after(value, row, known),
    )
    share = f"{value.share.normalize():f}"
    return _words(value.heads, share, skills.spoken(wanted), starts, ends, site, *more)


def _strand_after(value: RequirementRow, row: Requirement | None, known: _Known) -> str:
    """The strand of a role, under the title that a standing strand has already."""
    if row is None or not value.strand:
        return value.strand or (known.strand_of(row) if row else "")
    standing = known.strands.get(row.workstream_id, {}).get(value.strand.casefold())
    return standing.title if standing else value.strand


def _words(*parts: Any) -> str:  # noqa: ANN401 - each is only written
    heads, share, asked, starts, ends, site, languages, citizenships, hours, senders, most, strand = parts
    said = (
        f"{heads} at {share}",
        str(asked),
        f"from {starts}" if starts else "",
        f"to {ends}" if ends else "",
        f"site {site}" if site else "",
        f"languages {', '.join(languages)}" if languages else "",
        "a citizenship rule" if citizenships else "",
        f"{hours} shared hours" if hours else "",
        f"somebody from each of {len(senders)} institutes" if senders else "",
        f"at most {most} from one institute" if most else "",
        f"in the strand {strand}" if strand else "",
    )
    return "; ".join(part for part in said if part)


def _writing(wanted: _Wanted, stream: Workstream | None, known: _Known) -> Callable[[Session, datetime], int]:
    def apply(session: Session, now: datetime) -> int:
        value = wanted.row
        row = stream if stream is not None else _new(wanted)
        row.title, row.lead_institute_id = value.title, wanted.lead
        row.area, row.description = value.area or row.area, value.description or row.description
        row.starts_on, row.ends_on = value.starts or row.starts_on, value.ends or row.ends_on
        row.clearance_asked = value.clearance_asked or row.clearance_asked
        session.add(row)
        session.flush()
        standing = known.partners.get(row.id, set())
        session.add_all(
            WorkstreamPartner(workstream_id=row.id, institute_id=one) for one in sorted(wanted.partners - standing)
        )
        strands = _write_strands(session, row, wanted, known)
        for requirement in value.requirements:
            _write_requirement(session, row.id, requirement, known, wanted.named, strands)
        publishing.publish_workstream(session, row.id, now)
        return row.id

    return apply


def _new(wanted: _Wanted) -> Workstream:
    kind = WorkstreamKind.EXERCISE if wanted.strands else WorkstreamKind.WORKSTREAM
    return Workstream(code=wanted.row.code, kind=kind, area="", description="", version=1)


def _write_strands(session: Session, stream: Workstream, wanted: _Wanted, known: _Known) -> dict[str, int]:
    """The ids of the strands by their folded titles, each made where it is new."""
    found = {}
    for key, strand in wanted.strands.items():
        row = known.strands.get(stream.id, {}).get(key)
        if row is None:
            row = Strand(workstream_id=stream.id, title=strand.title, lead_institute_id=wanted.lead, languages=[])
        row.lead_institute_id = strand.lead or row.lead_institute_id
        row.languages = list(strand.languages) or row.languages
        session.add(row)
        session.flush()
        found[key] = row.id
    return found


def _write_requirement(
    session: Session,
    stream_id: int,
    value: RequirementRow,
    known: _Known,
    named: Mapping[str, int],
    strands: Mapping[str, int],
) -> None:
    row = known.requirements.get(stream_id, {}).get(value.role.casefold())
    if row is None:
        row = Requirement(workstream_id=stream_id, role=value.role, languages=[], citizenships=[], from_each=[])
    row.heads, row.share = value.heads, value.share
    row.starts_on, row.ends_on = value.starts or row.starts_on, value.ends or row.ends_on
    row.site_id = known.sites[fold(value.site)] if value.site else row.site_id
    row.languages = list(value.languages) or row.languages
    row.citizenships = sorted(set(value.citizenships)) or row.citizenships
    row.from_each = sorted({named[name] for name in value.from_each}) or row.from_each
    row.strand_id = strands.get(value.strand.casefold(), row.strand_id)
    row.overlap_hours = value.overlap_hours or row.overlap_hours
    row.most_from_one = value.most_from_one or row.most_from_one
    session.add(row)
    session.flush()
    if value.skills:
        session.execute(delete(RequirementSkill).where(RequirementSkill.requirement_id == row.id))
        session.add_all(
            RequirementSkill(requirement_id=row.id, skill=code, level=level, must=must)
            for code, (level, must) in skills.coded(value.skills).items()
        )
