"""Workstreams and what they require: one row a requirement, the workstream's own columns repeated or left blank."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from exchange.domain.periods import spoken
from exchange.files.cells import SkillAsked, code, integer, items, line, prose, share, skills
from exchange.files.clearances import clearance_level
from exchange.files.columns import Column
from exchange.files.reading import Reading, Row, RowProblem, refuse_repeats, shown
from exchange.files.rows import Cells, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from exchange.domain.dates import DateOrder
    from exchange.files.tables import Table

COLUMNS = (
    Column(
        "code",
        "Workstream code",
        "The same code on every row of a workstream. A second import with the same code updates it.",
        "WS-EX",
        ("Workstream", "Code", "Workstream ID"),
        required=True,
    ),
    Column(
        "title",
        "Title",
        "On the workstream's first row; on its other rows the same or blank.",
        "Example workstream",
        ("Workstream title", "Name"),
        required=True,
    ),
    Column(
        "lead", "Lead institute", "The institute's code, such as UK-AISI.", "UK-AISI", ("Lead", "Led by"), required=True
    ),
    Column("partners", "Partner institutes", "Codes between commas.", "US-CAISI", ("Partners", "With")),
    Column("area", "Area", "Such as Cyber misuse.", "Safeguards", ("Topic", "Field")),
    Column("description", "Description", "What it is about; matching reads this text.", "", ("About", "Summary")),
    Column(
        "starts", "Starts", "First day. Blank where none is set.", "2027-01-11", ("Start", "Start date", "Starts on")
    ),
    Column("ends", "Ends", "Last day. Blank where none is set.", "2027-12-17", ("End", "End date", "Ends on")),
    Column(
        "clearance",
        "Clearance asked",
        "A level such as UKSV:SC. Blank where none is asked.",
        "",
        ("Clearance", "Vetting"),
    ),
    Column(
        "role", "Role", "The role that the workstream needs. Blank on a row without one.", "Evaluator", ("Requirement",)
    ),
    Column(
        "strand",
        "Strand",
        "The strand of a joint testing exercise that needs the role. A new workstream with strands is an exercise.",
        "",
        ("Strand of the exercise",),
    ),
    Column(
        "strand_lead",
        "Strand lead",
        "The code of the institute that leads the strand. Blank means the lead institute.",
        "",
        ("Strand led by",),
    ),
    Column(
        "strand_languages",
        "Strand languages",
        "In which the strand tests: codes between commas, such as ja, ta. Say so on one row of the strand, or on all.",
        "",
        ("Languages of the strand",),
    ),
    Column("heads", "Heads", "How many people. Blank means 1.", "2", ("Number", "People", "Headcount", "Count")),
    Column(
        "skills",
        "Skills",
        "Skill, colon, level 1 to 4, semicolons between; “must” where nobody without it will do.",
        "task-design:3 must; red-teaming:2",
        ("Skills needed", "Skill"),
    ),
    Column("share", "Share of time", "1, 0.5 or 50%. Blank means full time.", "0.5", ("Share", "FTE", "Time")),
    Column("needed_from", "From", "First day needed. Blank means as the workstream.", "", ("Needed from",)),
    Column("needed_to", "To", "Last day needed. Blank means as the workstream.", "", ("Needed to", "Until")),
    Column("site", "Site", "The city, where the work is bound to one.", "", ("City", "Place", "Location")),
    Column(
        "languages",
        "Languages",
        "Codes between commas, such as ja, fr: everybody in the role speaks one, the team all of them.",
        "",
        ("Language",),
    ),
    Column(
        "citizenships", "Citizenships", "Two letters each between commas; one of them is enough.", "", ("Citizenship",)
    ),
    Column("hours", "Shared hours", "Hours of the working day shared with the lead, 1 to 8.", "", ("Overlap hours",)),
    Column(
        "from_each", "From each", "Institute codes between commas: each sends at least one.", "", ("One from each",)
    ),
    Column("most", "Most from one", "People whom one institute sends at most.", "", ("Most from one institute",)),
)
# What a row says of the workstream itself, and the heading under which it says so.
_OWN_FIELDS = {
    "title": "Title",
    "lead_institute": "Lead institute",
    "partner_institutes": "Partner institutes",
    "area": "Area",
    "description": "Description",
    "starts": "Starts",
    "ends": "Ends",
    "clearance_asked": "Clearance asked",
}
# What a row says of the strand that it names.
_STRAND_FIELDS = {"strand_lead": "Strand lead", "strand_languages": "Strand languages"}


@dataclass(frozen=True, slots=True)
class RequirementRow:
    """A role that a workstream needs: so many heads, with these skills, for this share of their time."""

    role: str
    heads: int = 1
    skills: tuple[SkillAsked, ...] = ()
    share: Decimal = Decimal(1)
    starts: date | None = None
    ends: date | None = None
    site: str | None = None
    languages: tuple[str, ...] = ()
    citizenships: tuple[str, ...] = ()
    overlap_hours: int | None = None
    from_each: tuple[str, ...] = ()
    most_from_one: int | None = None
    strand: str = ""
    strand_lead: str = ""
    strand_languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkstreamRow:
    """A workstream as a file gives it, with what it requires. ``clearance_asked`` is a level's key."""

    code: str
    title: str = ""
    lead_institute: str = ""
    partner_institutes: tuple[str, ...] = ()
    area: str = ""
    description: str = ""
    starts: date | None = None
    ends: date | None = None
    clearance_asked: str | None = None
    requirements: tuple[RequirementRow, ...] = ()

    @property
    def key(self) -> str:
        """What an import recognises it by: the code, whatever its case."""
        return self.code.casefold()


def read_workstreams(
    table: Table, *, order: DateOrder, chosen: Mapping[str, str] | None = None
) -> Reading[WorkstreamRow]:
    """The workstreams in a table, each with the number of its first row.

    A workstream stays out as a whole while one of its rows has a problem, so that none goes in by halves and the rows
    to be corrected can be brought again on their own. (A row that does not fit under the header belongs to none.)

    Raises:
        FileRefused: a required column is missing, or two columns mean the same.
    """
    codes: dict[int, str] = {}

    def build(cells: Cells) -> WorkstreamRow:
        codes[cells.number] = cells.text("code").strip().casefold()
        return _workstream(cells)

    lines = read_rows(table, COLUMNS, build, order=order, chosen=chosen)
    lines = refuse_repeats(lines, "Role", _requirement_key, lambda row: row.requirements[0].role)
    return _joined(lines, codes)


def _joined(lines: Reading[WorkstreamRow], codes: Mapping[int, str]) -> Reading[WorkstreamRow]:
    """The rows of each workstream as one; ``codes`` give every row's workstream, also where the row has a problem."""
    groups: dict[str, list[Row[WorkstreamRow]]] = {}
    for row in lines.rows:
        groups.setdefault(codes[row.number], []).append(row)
    broken: dict[str, int] = {}
    for problem in lines.problems:
        broken.setdefault(codes.get(problem.row, ""), problem.row)
    rows: list[Row[WorkstreamRow]] = []
    problems = list(lines.problems)
    for name, group in groups.items():
        if name in broken:
            problems += [_waiting(row, broken[name]) for row in group]  # what they lack may stand in the broken row
            continue
        merged, found = _merged(group)
        wrong = {problem.row for problem in found}
        if wrong:
            problems += [*found, *(_waiting(row, min(wrong)) for row in group if row.number not in wrong)]
        else:
            rows.append(Row(group[0].number, merged))
    return Reading(tuple(rows), tuple(sorted(problems, key=lambda problem: problem.row)), lines.notes)


def _workstream(cells: Cells) -> WorkstreamRow:
    """One row: what it says of the workstream, and its requirement where it has one."""
    starts, ends = cells.maybe_day("starts"), cells.maybe_day("ends")
    cells.in_order("starts", starts, "ends", ends)
    return WorkstreamRow(
        code=cells.need("code", code),
        title=cells.maybe("title", line(200), ""),
        lead_institute=cells.maybe("lead", line(20), ""),
        partner_institutes=cells.maybe("partners", items(20), ()),
        area=cells.maybe("area", line(100), ""),
        description=cells.maybe("description", prose, ""),
        starts=starts,
        ends=ends,
        clearance_asked=cells.maybe("clearance", clearance_level, None),
        requirements=_requirements(cells),
    )


def _requirements(cells: Cells) -> tuple[RequirementRow, ...]:
    starts, ends = cells.maybe_day("needed_from"), cells.maybe_day("needed_to")
    cells.in_order("needed_from", starts, "needed_to", ends)
    requirement = RequirementRow(
        role=cells.maybe("role", line(200), ""),
        heads=cells.maybe("heads", integer(1, 100), 1),
        skills=cells.maybe("skills", skills, ()),
        share=cells.maybe("share", share, Decimal(1)),
        starts=starts,
        ends=ends,
        site=cells.maybe("site", line(80), None),
        languages=cells.maybe("languages", items(10), ()),
        citizenships=cells.maybe("citizenships", countries, ()),
        overlap_hours=cells.maybe("hours", integer(1, 8), None),
        from_each=cells.maybe("from_each", items(20), ()),
        most_from_one=cells.maybe("most", integer(1, 100), None),
        strand=cells.maybe("strand", line(200), ""),
        strand_lead=cells.maybe("strand_lead", line(20), ""),
        strand_languages=cells.maybe("strand_languages", items(10), ()),
    )
    if requirement == RequirementRow(role=""):
        return ()
    if not requirement.role and not cells.problems:
        cells.refuse("role", "The row asks for something but names no role. Say which role is needed.")
    if requirement.strand_lead and not requirement.strand:
        cells.refuse("strand_lead", "The row says who leads a strand but names no strand. Say which strand it is.")
    if requirement.strand_languages and not requirement.strand:
        sentence = "The row says in which languages a strand tests but names no strand. Say which strand it is."
        cells.refuse("strand_languages", sentence)
    return (requirement,)


def countries(text: str) -> tuple[str, ...]:
    """Country codes between commas, in capitals.

    Raises:
        ValueError: one of them is not two letters.
    """
    found = tuple(country.upper() for country in items(20)(text))
    for country in found:
        if len(country) != 2 or not country.isalpha():
            raise ValueError(f"“{shown(country)}” is no country. Write two letters for each, such as GB, US.")
    return found


def _requirement_key(row: WorkstreamRow) -> str | None:
    return f"{row.key}\n{row.requirements[0].role.casefold()}" if row.requirements else None


def _merged(group: Sequence[Row[WorkstreamRow]]) -> tuple[WorkstreamRow, list[RowProblem]]:
    """The rows of one workstream as one, and where they contradict each other or leave out what is needed."""
    problems: list[RowProblem] = []
    merged = WorkstreamRow(group[0].value.code)
    for row in group:
        for name, heading in _OWN_FIELDS.items():
            value, earlier = getattr(row.value, name), getattr(merged, name)
            if value and earlier and value != earlier:
                sentence = f"{heading}: an earlier row of the same workstream says “{shown(_text(earlier))}”."
                problems.append(RowProblem(row.number, heading, shown(_text(value)), sentence))
            elif value:
                merged = replace(merged, **{name: value})
    for name in ("title", "lead_institute"):
        if not getattr(merged, name):
            sentence = f"No row of the workstream gives its {_OWN_FIELDS[name].lower()}. Fill it in on the first."
            problems.append(RowProblem(group[0].number, _OWN_FIELDS[name], "", sentence))
    if merged.starts and merged.ends and merged.ends < merged.starts:
        sentence = f"The workstream ends on {spoken(merged.ends)}, before it starts on {spoken(merged.starts)}."
        problems.append(RowProblem(group[0].number, "Ends", merged.ends.isoformat(), sentence))
    requirements = tuple(requirement for row in group for requirement in row.value.requirements)
    return replace(merged, requirements=requirements), [*problems, *_strands_at_odds(group)]


def _strands_at_odds(group: Sequence[Row[WorkstreamRow]]) -> Iterator[RowProblem]:
    """Where a row says something else of a strand than an earlier row did."""
    said: dict[tuple[str, str], object] = {}
    for row in group:
        for asked in row.value.requirements:
            for name, heading in _STRAND_FIELDS.items():
                value = getattr(asked, name)
                earlier = said.setdefault((asked.strand.casefold(), name), value) if value else value
                if value != earlier:
                    sentence = f"{heading}: an earlier row of the same strand says “{shown(_text(earlier))}”."
                    yield RowProblem(row.number, heading, shown(_text(value)), sentence)


def _waiting(row: Row[WorkstreamRow], other: int) -> RowProblem:
    sentence = f"This row is right, but waits for row {other} of the same workstream to be corrected."
    return RowProblem(row.number, "", shown(row.value.code), sentence)


def _text(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
