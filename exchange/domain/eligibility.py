"""Whether a person may take up a seat on given days: eighteen checks, always current, and what each role sees of them.

Each check answers pass, fail or unknown, with the reason, the source, and the last day for which the answer holds.
Unknown is never pass: it is shown as such and blocks only at the move that needs to know. A failed check blocks at its
move and, whatever its move, from the preparation of the agreement on, unless it is waived.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from exchange.domain.actors import Actor, Role
from exchange.domain.periods import spoken
from exchange.domain.secondment_facts import Block, Verb


class Check(StrEnum):
    EMPLOYMENT = "E1"
    RELEASE = "E2"
    CONSENT = "E3"
    DECLARATION = "E4"
    INSTITUTES = "E5"
    SKILLS = "E6"
    WINDOW = "E7"
    WORKING_TIME = "E8"
    TIME_AWAY = "E9"
    LEGAL_BASIS = "E10"
    CITIZENSHIP = "E11"
    CLEARANCE = "E12"
    RECOGNITION = "E13"
    PERMISSION = "E14"
    EXPORT_BRIEF = "E15"
    TAX_AND_INSURANCE = "E16"
    FUNDING = "E17"
    SITE = "E18"
    ACCESS = "access"  # stands for the checks that a reader may not see one by one


class Result(StrEnum):
    PASS = "pass"  # noqa: S105 - the word, no password
    FAIL = "fail"
    UNKNOWN = "unknown"


TITLES: dict[Check, str] = {
    Check.EMPLOYMENT: "Employment and tenure",
    Check.RELEASE: "Release by the line manager",
    Check.CONSENT: "Consent and data-sharing notice",
    Check.DECLARATION: "Declaration of interests",
    Check.INSTITUTES: "Home and host",
    Check.SKILLS: "Skills the seat demands",
    Check.WINDOW: "Dates within the opening",
    Check.WORKING_TIME: "Working time and overlaps",
    Check.TIME_AWAY: "Time away",
    Check.LEGAL_BASIS: "Legal basis and longest stay",
    Check.CITIZENSHIP: "Citizenship rule",
    Check.CLEARANCE: "Clearance on every day",
    Check.RECOGNITION: "Recognition and visit",
    Check.PERMISSION: "Permission to stay and work",
    Check.EXPORT_BRIEF: "Export-control briefing",
    Check.TAX_AND_INSURANCE: "Tax and social security",
    Check.FUNDING: "Funding",
    Check.SITE: "Site, hours and languages",
    Check.ACCESS: "Access",
}

SOURCES: dict[Check, str] = {
    Check.EMPLOYMENT: "Employment record of the home institute",
    Check.RELEASE: "Release recorded on the secondment",
    Check.CONSENT: "Consent recorded on the secondment",
    Check.DECLARATION: "Declaration of interests",
    Check.INSTITUTES: "Membership of the network",
    Check.SKILLS: "Skills claimed by the person",
    Check.WINDOW: "The opening",
    Check.WORKING_TIME: "Employment, secondments and allocations",
    Check.TIME_AWAY: "Earlier stays; the rules about time away",
    Check.LEGAL_BASIS: "The rules about how long a stay is",
    Check.CITIZENSHIP: "The workstream's rule",
    Check.CLEARANCE: "Records of the home security officer",
    Check.RECOGNITION: "Decisions of the host security officer",
    Check.PERMISSION: "Permissions recorded; the rules about permissions and passports",
    Check.EXPORT_BRIEF: "Briefing recorded on the secondment",
    Check.TAX_AND_INSURANCE: "The rules about tax and social security",
    Check.FUNDING: "Funding recorded on the secondment",
    Check.SITE: "The opening and the host's site",
    Check.ACCESS: "Exchange",
}

# What nominating waits for by itself, with a sentence about who records it: where it is missing it is named once.
SAID_BY_THE_MOVE = frozenset({Check.RELEASE, Check.CONSENT})

# From which move on the answer must be a pass; unknown blocks there and at no other move.
NEEDED_AT: dict[Check, Verb] = {
    Check.EMPLOYMENT: Verb.NOMINATE,
    Check.RELEASE: Verb.NOMINATE,
    Check.CONSENT: Verb.NOMINATE,
    Check.DECLARATION: Verb.NOMINATE,
    Check.INSTITUTES: Verb.NOMINATE,
    Check.SKILLS: Verb.ACCEPT,
    Check.WINDOW: Verb.ACCEPT,
    Check.SITE: Verb.ACCEPT,
    Check.WORKING_TIME: Verb.PREPARE,
    Check.TIME_AWAY: Verb.PREPARE,
    Check.LEGAL_BASIS: Verb.PREPARE,
    Check.CITIZENSHIP: Verb.PREPARE,
    Check.FUNDING: Verb.CONCLUDE,
    Check.TAX_AND_INSURANCE: Verb.CONCLUDE,
    Check.CLEARANCE: Verb.CLEAR,
    Check.RECOGNITION: Verb.CLEAR,
    Check.PERMISSION: Verb.CLEAR,
    Check.EXPORT_BRIEF: Verb.CLEAR,
}
# A failure that only a later move can mend does not hold up the agreement.
MENDED_LATER = frozenset({Check.RECOGNITION, Check.PERMISSION, Check.EXPORT_BRIEF})
FORWARD = (Verb.NOMINATE, Verb.ACCEPT, Verb.PREPARE, Verb.CONCLUDE, Verb.CLEAR)
SECURITY_CHECKS = frozenset({Check.CITIZENSHIP, Check.CLEARANCE, Check.RECOGNITION})
_PRIVATE_TO_HR = frozenset(
    {
        Check.EMPLOYMENT,
        Check.RELEASE,
        Check.CONSENT,
        Check.DECLARATION,
        Check.TIME_AWAY,
        Check.LEGAL_BASIS,
        Check.PERMISSION,
        Check.EXPORT_BRIEF,
        Check.TAX_AND_INSURANCE,
        Check.FUNDING,
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """``until`` is the last day for which the result holds, None when no day is known to end it."""

    check: Check
    result: Result
    reason: str
    source: str = ""
    until: date | None = None
    warnings: tuple[str, ...] = ()
    waived_until: date | None = None

    @property
    def title(self) -> str:
        return TITLES[self.check]

    @property
    def origin(self) -> str:
        """Where the answer comes from: an address where a row of policy has one, else the kind of record."""
        return self.source or SOURCES[self.check]


@dataclass(frozen=True, slots=True)
class Waiver:
    """Somebody's decision, for one secondment, to go on in spite of a failed check until a day."""

    check: Check
    granted_by: int
    reason: str
    until: date


class Reader(StrEnum):
    """The eyes a report is redacted for."""

    SECURITY = "security"
    COORDINATOR = "coordinator"
    PERSON = "person"
    OTHER = "other"


HIDDEN: dict[Reader, frozenset[Check]] = {
    Reader.SECURITY: frozenset(),
    Reader.COORDINATOR: SECURITY_CHECKS,
    Reader.PERSON: frozenset({Check.RECOGNITION}),
    Reader.OTHER: SECURITY_CHECKS | _PRIVATE_TO_HR,
}


@dataclass(frozen=True, slots=True)
class Report:
    """The findings in the order of the checks, for one person, seat and stay, as of a day."""

    findings: tuple[Finding, ...]
    as_of: date

    def of(self, check: Check) -> Finding:
        return next(finding for finding in self.findings if finding.check is check)

    @property
    def result(self) -> Result:
        """Fail if anything fails unwaived, else unknown if anything is unknown or nothing was asked, else pass."""
        if not self.findings:
            return Result.UNKNOWN
        results = {finding.result for finding in self.findings if not _waived(finding, self.as_of)}
        return next((one for one in (Result.FAIL, Result.UNKNOWN) if one in results), Result.PASS)

    @property
    def until(self) -> date | None:
        """The last day for which every pass holds."""
        return min((finding.until for finding in self.findings if finding.until is not None), default=None)

    def blocks(self, reader: Reader = Reader.OTHER) -> tuple[Block, ...]:
        """What stands in the way of which move, in sentences that ``reader`` may see."""
        found = []
        for finding in self.findings:
            if finding.check in SAID_BY_THE_MOVE and finding.result is Result.UNKNOWN:
                continue
            sentence = _sentence(finding, reader)
            found += [Block(verb, sentence) for verb in _blocked(finding, self.as_of)]
        return tuple(dict.fromkeys(found))

    def redacted(self, reader: Reader) -> Report:
        """What the reader may see: the hidden checks become one line that does not say which of them failed."""
        hidden = [finding for finding in self.findings if finding.check in HIDDEN[reader]]
        shown = [finding for finding in self.findings if finding.check not in HIDDEN[reader]]
        return replace(self, findings=(*shown, *((_together(hidden, self.as_of),) if hidden else ())))


def reader_of(actor: Actor, person_id: int, home_id: int, host_id: int) -> Reader:
    """The eyes with which the actor reads this report; on one's own, one is the person, whatever the roles."""
    if actor.person_id is not None and actor.person_id == person_id:
        return Reader.PERSON
    sides = (home_id, host_id)
    if any(actor.has(Role.SECURITY_OFFICER, side) for side in sides):
        return Reader.SECURITY
    if any(actor.has(Role.HR_COORDINATOR, side) for side in sides):
        return Reader.COORDINATOR
    return Reader.OTHER


def reader_of_plan(actor: Actor, person_id: int, home_id: int) -> Reader:
    """The eyes on a stay that is only thought of: what home keeps of its people is not for a host to look up."""
    return reader_of(actor, person_id, home_id, home_id)


def with_waivers(report: Report, waivers: Iterable[Waiver]) -> Report:
    """The report with the waivers that have not run out noted on the failed checks they are for."""
    until = {
        waiver.check: waiver.until for waiver in sorted(waivers, key=lambda w: w.until) if waiver.until >= report.as_of
    }
    return replace(
        report,
        findings=tuple(
            replace(finding, waived_until=until[finding.check])
            if finding.check in until and finding.result is Result.FAIL
            else finding
            for finding in report.findings
        ),
    )


def may_waive(check: Check, actor: Actor, home_id: int, host_id: int, person_id: int) -> bool:
    """A coordinator of either side waives a failed check, a host security officer one of security; nobody their own."""
    if actor.person_id is None or actor.person_id == person_id:
        return False
    if check in SECURITY_CHECKS:
        return actor.has(Role.SECURITY_OFFICER, host_id)
    return any(actor.has(Role.HR_COORDINATOR, side) for side in (home_id, host_id))


def _waived(finding: Finding, today: date) -> bool:
    return finding.waived_until is not None and finding.waived_until >= today


def _blocked(finding: Finding, today: date) -> tuple[Verb, ...]:
    """The moves that the finding holds up: unknown only its own; fail all from there and from the agreement on."""
    if finding.result is Result.PASS or _waived(finding, today):
        return ()
    needed = NEEDED_AT[finding.check]
    if finding.result is Result.UNKNOWN:
        return (needed,)
    first = FORWARD.index(needed)
    if finding.check not in MENDED_LATER:
        first = min(first, FORWARD.index(Verb.PREPARE))
    return (*FORWARD[first:], Verb.AMEND)


def _sentence(finding: Finding, reader: Reader) -> str:
    if finding.check not in HIDDEN[reader]:
        return f"{finding.title}: {finding.reason}"
    return _together([finding], date.min).reason


def _together(hidden: list[Finding], today: date) -> Finding:
    """One line for several checks: not available, unknown, or met until a day.

    Only the security checks make it unknown: the others are not asked of the person by the seat.
    """
    counted = [finding for finding in hidden if not _waived(finding, today)]
    if any(finding.result is Result.FAIL for finding in counted):
        return Finding(Check.ACCESS, Result.FAIL, "Not available for this role.")
    if any(finding.result is Result.UNKNOWN and finding.check in SECURITY_CHECKS for finding in counted):
        return Finding(Check.ACCESS, Result.UNKNOWN, "It is not known yet whether what is asked is met.")
    until = min((finding.until for finding in hidden if finding.until is not None), default=None)
    met = f"Meets what is asked until {spoken(until)}." if until else "Meets what is asked."
    return Finding(Check.ACCESS, Result.PASS, met, until=until)
