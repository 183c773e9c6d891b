"""What a host makes of a foreign clearance: a directed decision for one secondment, and the visit requests it rides on.

No clearance is recognised by arithmetic. The host's security officer decides, for one secondment and one home
clearance, what it opens there, under which instrument and for how long; the decision ends when its clearance does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from exchange.domain.actors import Actor, Role
from exchange.domain.periods import Period, add_months, spoken
from exchange.domain.policies import PolicyBook
from exchange.domain.verdict import YES, Refusal, Verdict, no

SECRET_RANK = 3


class Instrument(StrEnum):
    """The arrangement that a decision rests on."""

    NOTES_1961 = "notes_1961"  # United Kingdom and United States, exchange of notes of 14 April 1961
    LIMITED_ACCESS = "limited_access"  # United States, limited access authorisation, 32 CFR 117.10(k)
    ASSURANCE = "assurance"  # security assurance carried by a visit request
    EU_DECISION = "eu_decision"  # Council Decision 2013/488/EU, Appendix B
    BILATERAL = "bilateral"  # another general security agreement


class RecognitionStatus(StrEnum):
    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Recognition:
    """One host's decision on one home clearance. ``rank`` is what it opens at the host, in the host's own ranks."""

    secondment_id: int
    clearance_id: int
    host_country: str
    instrument: Instrument
    rank: int
    programmes: frozenset[str]
    period: Period
    status: RecognitionStatus = RecognitionStatus.PENDING
    decided_by: int | None = None
    conditions: str = ""


@dataclass(frozen=True, slots=True)
class VisitLimits:
    """Limits of a request for visit: a year, 30 people, 30 sites, submitted no more than 90 days ahead.

    Source: https://www.dcsa.mil/mc/isd/int/visits/ and 32 CFR 117, request for visit (MISWG document 7).
    """

    days: int = 365
    people: int = 30
    sites: int = 30
    ahead_days: int = 90
    renewal_month: int = 10


DEFAULT_VISIT_LIMITS = VisitLimits()


def visit_limits_of(book: PolicyBook, day: date) -> VisitLimits:
    """The limits as the policy rows have them on a day."""
    return VisitLimits(
        book.number("visit.max_days", day),
        book.number("visit.max_people", day),
        book.number("visit.max_sites", day),
        book.number("visit.max_ahead_days", day),
        book.number("visit.renewal_month", day),
    )


class VisitKind(StrEnum):
    ONE_TIME = "one_time"
    RECURRING = "recurring"
    ATTACHMENT = "attachment"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class VisitRequest:
    kind: VisitKind
    countries: frozenset[str]
    programmes: frozenset[str]
    site_ids: frozenset[int]
    person_ids: frozenset[int]
    period: Period
    submitted_on: date | None = None
    granted: bool | None = None
    conditions: tuple[str, ...] = field(default=())


def may_decide(
    recognition: Recognition, actor: Actor, host_id: int, person_id: int, programme_end: date | None
) -> Verdict:
    """Whether this actor may record this decision."""
    if not actor.has(Role.SECURITY_OFFICER, host_id):
        return no(Refusal.FORBIDDEN, "A security officer of the host institute decides what it recognises.")
    if actor.person_id == person_id:
        return no(Refusal.FORBIDDEN, "This is your own clearance: a colleague decides.")
    faults = limited_access_faults(recognition, programme_end)
    return no(Refusal.INVALID, *faults) if faults else YES


def limited_access_faults(recognition: Recognition, programme_end: date | None) -> tuple[str, ...]:
    """Rule 14: a limited access authorisation opens SECRET at most, exactly one programme, and ends with it."""
    if recognition.instrument is not Instrument.LIMITED_ACCESS:
        return ()
    faults = []
    if recognition.rank > SECRET_RANK:
        faults.append("A limited access authorisation opens SECRET at most: lower the rank or use another instrument.")
    if len(recognition.programmes) != 1:
        faults.append("A limited access authorisation is for exactly one programme: name one.")
    if programme_end is None:
        faults.append("A limited access authorisation ends with its programme: record the programme's last day first.")
    elif recognition.period.end > programme_end:
        faults.append(f"The programme ends on {spoken(programme_end)}: the authorisation cannot last longer.")
    return tuple(faults)


def visit_faults(request: VisitRequest, limits: VisitLimits = DEFAULT_VISIT_LIMITS) -> tuple[str, ...]:
    """Rule 15: what the receiving country would send the request back for."""
    faults = []
    if request.period.days > limits.days:
        faults.append(f"A visit request covers {limits.days} days at most, this one {request.period.days}: split it.")
    for what, count, most in (
        ("people", len(request.person_ids), limits.people),
        ("sites", len(request.site_ids), limits.sites),
    ):
        if count == 0:
            faults.append(f"A visit request names its {what}: add at least one.")
        if count > most:
            faults.append(f"A visit request names {most} {what} at most, this one {count}: split it.")
    if len(request.countries) != 1:
        faults.append("A visit request is for one country: write one request for each.")
    if len(request.programmes) != 1:
        faults.append("A visit request is for one programme: write one request for each.")
    if request.submitted_on and (request.period.start - request.submitted_on).days > limits.ahead_days:
        faults.append(f"A visit request is accepted {limits.ahead_days} days ahead at most: submit it later.")
    return tuple(faults)


def visit_window(start: date, limits: VisitLimits = DEFAULT_VISIT_LIMITS) -> date:
    """The first day on which a request for a visit from ``start`` is accepted."""
    return date.fromordinal(start.toordinal() - limits.ahead_days)


def visit_renewal_day(period: Period, limits: VisitLimits = DEFAULT_VISIT_LIMITS) -> date | None:
    """Rule 15: when to begin the renewal for a stay of more than twelve months - month ten - or None."""
    return add_months(period.start, limits.renewal_month) if period.end >= add_months(period.start, 12) else None


def consent_missing(nations: frozenset[str], third_country_information: bool, originator_consents: bool) -> str:
    """Rule 20: with more than two nations, information of a third one needs its originator's written consent."""
    if len(nations) > 2 and third_country_information and not originator_consents:
        return "The workstream holds information of a third country: record its originator's written consent."
    return ""
