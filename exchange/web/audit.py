"""The audit log: who did what and when, before and after, and whether the chain of records holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice, SelectField, StringField
from wtforms.validators import Optional

from exchange.domain import audit
from exchange.domain.access import Permission
from exchange.domain.audit import Entry, Outcome
from exchange.domain.audit_views import AuditView, Change, as_read, changes, view_of
from exchange.files.exports import csv_bytes
from exchange.store import audit as trail
from exchange.store import audit_search
from exchange.store.audit_search import Facets
from exchange.store.institutes import all_institutes
from exchange.web import access, clock
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.forms import Form, TextDate
from exchange.web.paging import typed_number

pages = Blueprint("audit", __name__)

PER_PAGE = 50
LONGEST_EXPORT = 10_000
KEPT = ("who", "verb", "outcome", "since", "until", "about")  # what an address of this page may ask for
HEADER = ("Number", "At (UTC)", "Who", "What", "Outcome", "About", "Summary", "Details")


class FacetForm(Form):
    """What to look for; sent by GET so that an address can be kept and passed on."""

    who = StringField("Who", [Optional()])
    verb = SelectField("What", [Optional()])
    outcome = SelectField(
        "Outcome",
        [Optional()],
        choices=[
            SelectChoice("", "Done and refused"),
            SelectChoice(Outcome.DONE.value, "Done"),
            SelectChoice(Outcome.REFUSED.value, "Refused"),
        ],
    )
    since = TextDate("From", [Optional()])
    until = TextDate("To", [Optional()])


@dataclass(frozen=True, slots=True)
class Line:
    """A record as the page shows it."""

    seq: int
    entry: Entry
    changes: tuple[Change, ...]


@pages.get("/audit")
@allowed(Permission.AUDIT_SEE)
def index() -> ResponseReturnValue:
    session, view = db.session(), view_of(access.actor())
    form, facets = _asked(view)
    found = audit_search.newest(session, view, facets, limit=PER_PAGE + 1, before=_number("before"))
    lines = [Line(seq, read, changes(read.detail)) for seq, read in _as_read(found[:PER_PAGE], view)]
    older = lines[-1].seq if len(found) > PER_PAGE else None
    kept: dict[str, Any] = {name: request.args[name] for name in KEPT if request.args.get(name)}
    return render_template(
        "audit/index.html",
        form=form,
        lines=lines,
        institutes=all_institutes(session),
        about=facets.subject,
        newest_url=url_for("audit.index", **kept) if _number("before") else "",
        older_url=url_for("audit.index", **kept, before=older) if older else "",
        export_url=url_for("audit.export", **kept),
        filtered=bool(kept),
        now=clock.now(),
    ), 422 if form.errors else 200


@pages.get("/audit.csv")
@allowed(Permission.AUDIT_SEE)
def export() -> ResponseReturnValue:
    """The records that the page would show, oldest first, as a file that a spreadsheet may open."""
    view = view_of(access.actor())
    form, facets = _asked(view)
    if form.errors:
        return Response("A date could not be read. Go back and correct it.\n", 422, mimetype="text/plain")
    found = audit_search.oldest_first(db.session(), view, facets, limit=LONGEST_EXPORT)
    content = csv_bytes(HEADER, (_row(seq, entry) for seq, entry in _as_read(found, view)))
    name = f"exchange-audit-{clock.today().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype="text/csv", headers=headers)


@pages.get("/audit/chain")
@allowed(Permission.AUDIT_VERIFY)
def chain() -> ResponseReturnValue:
    """Walk the whole trail and say whether it holds, with the head to note down."""
    report = audit.verify(trail.entries(db.session()))
    return render_template("audit/chain.html", report=report, head=trail.head(db.session()))


def _asked(view: AuditView) -> tuple[FacetForm, Facets]:
    form = FacetForm(request.args, meta={"csrf": False})
    known = audit_search.verbs(db.session(), view)
    resources = sorted({f"{verb.partition(':')[0]}:" for verb in known})
    form.verb.choices = [
        SelectChoice("", "Everything"),
        *(SelectChoice(resource, f"All of {resource[:-1]}") for resource in resources),
        *(SelectChoice(verb, verb) for verb in known),
    ]
    if form.verb.data not in {choice.value for choice in form.verb.choices}:
        form.verb.data = ""  # a verb that does not occur finds everything, not an error
    form.validate()
    zone = ZoneInfo(access.signed_in().zone)
    facets = Facets(
        who=(form.who.data or "").strip(),
        verb=form.verb.data or "",
        outcome=form.outcome.data if form.outcome.data in set(Outcome) else "",
        subject=_subject(),
        since=_midnight(form.since.data, zone),
        until=_midnight(form.until.data, zone, days_later=1),
    )
    return form, facets


def _subject() -> tuple[str, int] | None:
    """``?about=secondment-12``: the records of one thing, as other pages link to them."""
    kind, _, ident = request.args.get("about", "").rpartition("-")
    number = typed_number(ident)
    return (kind, number) if kind and number is not None else None


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return typed_number(text)


def _midnight(day: date | None, zone: ZoneInfo, *, days_later: int = 0) -> datetime | None:
    if day is None or day.year >= 9999:
        return None
    return datetime.combine(day + timedelta(days=days_later), time(), zone).astimezone(UTC)


def _as_read(found: Iterable[tuple[int, Entry]], view: AuditView) -> Iterator[tuple[int, Entry]]:
    for seq, entry in found:
        yield seq, as_read(entry, view)


def _row(seq: int, entry: Entry) -> tuple[str | int, ...]:
    about = f"{entry.subject_kind} {entry.subject_id}" if entry.subject_id is not None else entry.subject_kind
    detail = json.dumps(entry.detail, ensure_ascii=False, sort_keys=True) if entry.detail else ""
    at = entry.at.astimezone(UTC).isoformat(timespec="seconds")
    return seq, at, entry.actor_name, entry.verb, entry.outcome, about, entry.summary, detail
