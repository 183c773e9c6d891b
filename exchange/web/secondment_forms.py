"""The forms of a new secondment and of a changed draft, and what was typed in them as a proposal."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from flask import request
from wtforms import HiddenField, RadioField, SelectChoice, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from exchange.actions.drafts import Proposal
from exchange.domain.agreements import Mode
from exchange.domain.policy_seeds import ROUTES
from exchange.store import institutes, workstreams
from exchange.store import secondments as store
from exchange.store.institutes import InstituteRow
from exchange.store.openings import Opening
from exchange.store.secondments import Candidate, Secondment
from exchange.web.database import db
from exchange.web.forms import Share, TextDate
from exchange.web.markings import MarkedForm, unmarked

MODES = [
    SelectChoice(Mode.IN_PERSON.value, "In person at the host"),
    SelectChoice(Mode.HYBRID.value, "Partly at the host, partly at home"),
    SelectChoice(Mode.REMOTE.value, "Remote"),
]
LEGAL_BASES = [SelectChoice("", "Not decided yet"), *(SelectChoice(key, words) for key, words in ROUTES.items())]


class TermsForm(MarkedForm):
    """What both a new and an edited draft say."""

    starts_on = TextDate("First day", [InputRequired("Enter the first day")], description="For example, 5 Jan 2027")
    ends_on = TextDate(
        "Last day", [InputRequired("Enter the last day")], description="The last working day at the host"
    )
    mode = RadioField("Where they work", choices=MODES, default=Mode.IN_PERSON.value)
    host_share = Share(
        "Share of their time at the host",
        [InputRequired("Enter a share between 0 and 1"), NumberRange(0.05, 1, "Enter a share between 0.05 and 1")],
        default=1,
        description="1 is full time, 0.5 is half",
    )
    legal_basis = SelectField("Legal basis", [Optional()], choices=LEGAL_BASES)
    purpose = TextAreaField(
        "What they will do",
        [Length(max=2000, message="Keep it under 2,000 characters"), unmarked],
        description="Both institutes see this.",
    )


class ProposalForm(TermsForm):
    person = SelectField("Person", [InputRequired("Choose who is going")])
    host = SelectField("Host institute", [InputRequired("Choose where they are going")])
    opening = SelectField("Opening", [Optional()])
    workstream = SelectField("Workstream", [Optional()], description="Its lead supports the nomination.")


class EditForm(TermsForm):
    version = HiddenField()


def edit_form(row: Secondment) -> EditForm:
    """The form of a draft as it was sent, or as the draft stands."""
    return EditForm(obj=row, data={"mode": row.mode.value, "version": row.version})


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """The form of a new secondment with what its lists offer, by id."""

    form: ProposalForm
    institutes: Mapping[int, InstituteRow]
    people: Mapping[int, Candidate]
    openings: Mapping[int, Opening]


def proposal_page(today: date) -> ProposalPage:
    """The form as it was sent, or as the address fills it in."""
    form = ProposalForm(data=_from_address() or None)
    page = ProposalPage(
        form,
        institutes.all_institutes(db.session()),
        {one.id: one for one in store.candidates(db.session(), today)},
        {one.id: one for one in store.open_openings(db.session(), today)},
    )
    known = page.institutes
    form.person.choices = [SelectChoice("", "Choose a person")] + [
        SelectChoice(str(p.id), f"{p.name} ({known[p.institute_id].short_name})") for p in page.people.values()
    ]
    form.host.choices = [SelectChoice("", "Choose an institute")] + [
        SelectChoice(str(i.id), i.short_name) for i in known.values()
    ]
    form.opening.choices = [SelectChoice("", "None yet")] + [
        SelectChoice(str(o.id), f"{o.title} ({known[o.host_institute_id].short_name})") for o in page.openings.values()
    ]
    form.workstream.choices = [SelectChoice("", "None, or that of the opening")] + [
        SelectChoice(str(w.id), w.title) for w in workstreams.listed(db.session())
    ]
    return page


def _from_address() -> dict[str, object]:
    """What a link to the form fills in: names of fields, days as 2027-02-01. What makes no sense is left out."""
    chosen = ("person", "host", "opening", "workstream", "mode", "legal_basis")
    filled: dict[str, object] = {key: request.args[key] for key in chosen if key in request.args}
    for key in ("starts_on", "ends_on"):
        with suppress(ValueError):
            filled[key] = date.fromisoformat(request.args.get(key, ""))
    with suppress(InvalidOperation):
        share = Decimal(request.args.get("host_share", ""))
        if 0 < share <= 1:
            filled["host_share"] = share
    return filled


def proposal(form: ProposalForm) -> Proposal:
    opening = int(form.opening.data) if form.opening.data else None
    workstream = int(form.workstream.data) if form.workstream.data else None
    return replace(terms(form, int(form.person.data), int(form.host.data), opening), workstream_id=workstream)


def terms(form: TermsForm, person_id: int, host_id: int, opening_id: int | None = None) -> Proposal:
    assert form.starts_on.data is not None  # both were required
    assert form.ends_on.data is not None
    assert form.host_share.data is not None
    return Proposal(
        person_id=person_id,
        host_id=host_id,
        opening_id=opening_id,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        mode=Mode(form.mode.data),
        host_share=form.host_share.data,
        legal_basis=form.legal_basis.data or "",
        purpose=form.purpose.data or "",
    )
