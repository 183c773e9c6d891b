"""What eligibility says of a secondment while its form is filled in.

Nothing is written, and nothing shown that the reader could not see of the draft.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from wtforms import SelectField

from exchange.domain import access, eligibility_checks
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.domain.agreements import Mode
from exchange.domain.eligibility import Finding, Reader, Report, Result, reader_of, reader_of_plan, with_waivers
from exchange.domain.periods import Period
from exchange.store import eligibility
from exchange.store.eligibility import Subject
from exchange.store.openings import Opening
from exchange.store.secondments import Found
from exchange.web.database import db
from exchange.web.secondment_forms import ProposalPage, TermsForm
from exchange.web.wording import counted

ORDER = (Result.FAIL, Result.UNKNOWN, Result.PASS)
BEGIN = "Choose the person, the host and both days: the answer then stands here, before anything is saved."
NOT_YOURS = "You propose secondments from or to your own institute: choose a person or a host of it."
OTHER_HOST = "The opening is not one of the host's: choose another."
BACKWARDS = "The last day is before the first day: correct one of them."
NO_SHARE = "Write the share of their time as a number between 0.05 and 1."


@dataclass(frozen=True, slots=True)
class Preview:
    """Either ``missing``, what is to be chosen before there is an answer, or the findings, the worst first."""

    missing: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def said(self) -> str:
        """The answer in one line, which is also spoken."""
        if self.missing:
            return self.missing
        counts = {result: sum(1 for one in self.findings if one.result is result) for result in ORDER}
        fails = f"{counted(counts[Result.FAIL], 'check fails', 'checks fail')}, " if counts[Result.FAIL] else ""
        return f"{fails}{counts[Result.UNKNOWN]} not known yet, {counts[Result.PASS]} met."


def of_proposal(page: ProposalPage, actor: Actor, today: date) -> Preview:
    """The answer for a new secondment as far as it is typed."""
    form = page.form
    person = page.people.get(_number(form.person.data))
    opening = page.openings.get(_number(form.opening.data))
    host_id = _host(page, opening)
    days = _days(form)
    if person is None or host_id is None or days is None:
        return Preview(_days_missing(form) or BEGIN)
    if not access.decide(actor, Permission.SECONDMENTS_PROPOSE, person.institute_id, host_id):
        return Preview(NOT_YOURS)
    if opening is not None and opening.host_institute_id != host_id:
        return Preview(OTHER_HOST)
    subject = Subject(
        person_id=person.id,
        home_id=person.institute_id,
        host_id=host_id,
        period=days,
        opening_id=opening.id if opening else None,
        workstream_id=_number(_offered(form.workstream)) or (opening.workstream_id if opening else None),
    )
    return _judged(subject, form, today, reader_of_plan(actor, person.id, person.institute_id))


def of_draft(form: TermsForm, found: Found, actor: Actor, today: date) -> Preview:
    """The answer for a draft with the days and terms as they are typed."""
    row, days = found.secondment, _days(form)
    if days is None:
        return Preview(_days_missing(form) or BEGIN)
    reader = reader_of(actor, row.person_id, row.home_institute_id, row.host_institute_id)
    return _judged(eligibility.subject_of(row, days), form, today, reader)


def _judged(subject: Subject, form: TermsForm, today: date, reader: Reader) -> Preview:
    share = Decimal("NaN") if form.host_share.data is None else Decimal(form.host_share.data)
    if not (share.is_finite() and 0 < share <= 1):
        return Preview(NO_SHARE)
    mode = Mode(form.mode.data) if form.mode.data in set(Mode) else Mode.IN_PERSON
    planned = replace(subject, mode=mode, host_share=share, legal_basis=_offered(form.legal_basis))
    grounds = eligibility.load(db.session(), planned, today)
    report = with_waivers(eligibility_checks.report(grounds.facts), grounds.waivers)
    return Preview(findings=_worst_first(report.redacted(reader)))


def _worst_first(report: Report) -> tuple[Finding, ...]:
    return tuple(sorted(report.findings, key=lambda one: ORDER.index(one.result)))


def _host(page: ProposalPage, opening: Opening | None) -> int | None:
    named = _number(page.form.host.data)
    if named in page.institutes:
        return named
    return opening.host_institute_id if opening else None


def _days(form: TermsForm) -> Period | None:
    first, last = form.starts_on.data, form.ends_on.data
    return Period(first, last) if first and last and first <= last else None


def _days_missing(form: TermsForm) -> str:
    first, last = form.starts_on.data, form.ends_on.data
    return BACKWARDS if first and last and last < first else ""


def _offered(field: SelectField) -> str:
    """What was chosen, if the list offers it."""
    return str(field.data) if field.data in {choice.value for choice in field.choices} else ""


def _number(text: str | None) -> int:
    """The id that was chosen; 0, which is nobody's, for none."""
    return int(text) if text and text.isascii() and text.isdigit() else 0
