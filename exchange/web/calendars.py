"""One's calendar links: what each shows, who reads it, and its address, which is shown once."""

from __future__ import annotations

import re
from datetime import timedelta

import segno
from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from wtforms import BooleanField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length

from exchange.actions import calendars as actions
from exchange.actions.calendars import MadeLink, NewLink
from exchange.actions.writing import Refused
from exchange.domain import access as permissions
from exchange.domain.access import Permission
from exchange.domain.calendars import LinkState, link_state
from exchange.feeds import clients
from exchange.feeds.clients import Fetch
from exchange.feeds.entries import Origin
from exchange.feeds.events import EventKind
from exchange.feeds.links import subscribe_links
from exchange.feeds.settings import KINDS, LinkSettings, read_settings
from exchange.feeds.views import Detail
from exchange.feeds.visibility import CancelledEvents
from exchange.store import calendars as store
from exchange.store import institutes, workstreams
from exchange.store.calendars import LinkRow, LinkScope
from exchange.web import access, clock, refusals
from exchange.web.access import allowed
from exchange.web.config import Settings
from exchange.web.database import db
from exchange.web.forms import CheckboxList, Form

pages = Blueprint("calendars", __name__)

KIND_WORDS = {
    EventKind.SECONDMENT: "Secondments",
    EventKind.MILESTONE: "Milestones of secondments",
    EventKind.DEADLINE: "Deadlines of agreements",
    EventKind.MEETING: "Meetings of workstreams",
    EventKind.TESTING_SESSION: "Joint testing sessions",
    EventKind.ADMIN_DEADLINE: "Admin deadlines of my own (in a link of mine only)",
}
DETAIL_WORDS = {
    Detail.FULL: "Everything",
    Detail.TITLES: "Titles and times only",
    Detail.BUSY: "Busy times only, without titles",
}
PASTS = ((30, "a month"), (90, "three months"), (365, "a year"), (730, "two years"))
ALARMS = ((15, "15 minutes before"), (60, "an hour before"), (1440, "a day before"))
_NEW_ADDRESS = "new_calendar_address"


class LinkForm(Form):
    label = StringField(
        "Name",
        [InputRequired("Give the link a short name"), Length(max=100)],
        description="The device or program that reads it, such as “Phone” or “Outlook at work”",
    )
    scope = SelectField("What it follows")
    kinds = CheckboxList(
        "Shows",
        choices=[SelectChoice(kind.value, KIND_WORDS[kind]) for kind in KINDS],
        default=[kind.value for kind in KINDS],
    )
    detail = RadioField(
        "How much",
        choices=[SelectChoice(detail.value, words) for detail, words in DETAIL_WORDS.items()],
        default=Detail.FULL.value,
    )
    past = SelectField("Past", choices=[SelectChoice(str(days), words) for days, words in PASTS], default="90")
    cancelled = RadioField(
        "Cancelled events",
        choices=[
            SelectChoice(CancelledEvents.MARK.value, "Stay for two weeks, marked as cancelled"),
            SelectChoice(CancelledEvents.HIDE.value, "Go at once"),
        ],
        default=CancelledEvents.MARK.value,
    )
    alarm = SelectField(
        "Reminder",
        choices=[SelectChoice("", "None"), *(SelectChoice(str(minutes), words) for minutes, words in ALARMS)],
        default="",
        description="Whole days at nine the day before. Google and Apple leave out reminders of subscribed calendars",
    )
    kind_prefix = BooleanField("Put the kind before the title, as in “Due: …”", default=True)
    expanded = BooleanField("Write series as single events, for programs that do not know series")
    admin_words = BooleanField("Say in admin deadlines whether they are about a clearance or a visa")


class RotateForm(Form):
    reason = RadioField(
        "Why",
        choices=[
            SelectChoice("move", "I am moving it to another program: the old address works for another week"),
            SelectChoice("leak", "Somebody else may have it: the old address stops at once"),
        ],
        default="move",
    )


@pages.get("/calendars")
@allowed(Permission.CALENDARS_SEE)
def index() -> ResponseReturnValue:
    now = clock.now()
    rows = [row for row in _rows() if link_state(row.revoked_at, now) is LinkState.LIVE]
    return render_template(
        "calendars/index.html",
        rows=rows,
        names=_scope_names(),
        fetches={row.id: _fetch(row) for row in rows},
        clients=clients,
        fresh=_fresh(),
        now=now,
    )


@pages.route("/calendars/new", methods=["GET", "POST"])
@allowed(Permission.CALENDARS_MAKE)
def new() -> ResponseReturnValue:
    form = LinkForm()
    form.scope.choices = _scopes()
    if form.validate_on_submit():
        try:
            scope, scope_id = _chosen_scope(form.scope.data)
            wanted = NewLink(scope, scope_id, form.label.data.strip(), _settings(form))
            made = actions.make(db.session(), access.actor(), wanted, origin(), now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        except ValueError as fault:
            form.form_errors.append(str(fault))
        else:
            return _show_once(made, wanted.label)
    return render_template("calendars/form.html", form=form, row=None), refusals.status(form)


@pages.route("/calendars/<int:ident>/edit", methods=["GET", "POST"])
@allowed(Permission.CALENDARS_MAKE)
def edit(ident: int) -> ResponseReturnValue:
    row = _own(ident)
    form = LinkForm(data=_typed(row))
    del form.scope
    if form.validate_on_submit():
        try:
            actions.change(
                db.session(), access.actor(), ident, form.label.data.strip(), _settings(form), now=clock.now()
            )
        except Refused as refusal:
            refusals.show(form, refusal)
        except ValueError as fault:
            form.form_errors.append(str(fault))
        else:
            flash("Saved. Programs show it when they next come.", "ok")
            return redirect(url_for("calendars.index"), code=303)
    return render_template("calendars/form.html", form=form, row=row), refusals.status(form)


@pages.route("/calendars/<int:ident>/rotate", methods=["GET", "POST"])
@allowed(Permission.CALENDARS_MAKE)
def rotate(ident: int) -> ResponseReturnValue:
    row = _own(ident)
    form = RotateForm()
    if form.validate_on_submit():
        overlap = timedelta(0) if form.reason.data == "leak" else actions.OVERLAP
        made = actions.rotate(db.session(), access.actor(), ident, overlap=overlap, now=clock.now())
        return _show_once(made, row.label)
    return render_template("calendars/rotate.html", form=form, row=row), refusals.status(form)


@pages.route("/calendars/<int:ident>/stop", methods=["GET", "POST"])
@allowed(Permission.CALENDARS_MAKE)
def stop(ident: int) -> ResponseReturnValue:
    row = _own(ident)
    if request.method == "POST":
        actions.stop(db.session(), access.actor(), ident, now=clock.now())
        flash(f"“{row.label}” is switched off. Programs are told so for 30 days.", "ok")
        return redirect(url_for("calendars.index"), code=303)
    return render_template("calendars/stop.html", row=row)


def origin() -> Origin:
    """Where this installation's calendars are found."""
    settings: Settings = current_app.config["SETTINGS"]
    return Origin(settings.instance_id, settings.base_url)


def slug_of(title: str, otherwise: str) -> str:
    """The name of a file, of a title."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or otherwise


def _show_once(made: MadeLink, label: str) -> ResponseReturnValue:
    """The address travels in the owner's own cookie to the next page, and nowhere else."""
    session[_NEW_ADDRESS] = [made.id, origin().url(f"/cal/{made.token}/{slug_of(label, 'calendar')}.ics"), label]
    return redirect(url_for("calendars.index"), code=303)


def _fresh() -> dict[str, object] | None:
    """What is shown of an address that was made just now; asked a second time there is nothing."""
    found = session.pop(_NEW_ADDRESS, None)
    if found is None:
        return None
    ident, address, label = found
    links = subscribe_links(address, f"Exchange: {label}")
    code = segno.make(links.webcal, error="l").svg_inline(
        border=2, omitsize=True, svgclass="qr", light="white", title="Code"
    )
    return {"id": ident, "label": label, "links": links, "server": origin().url("/dav/"), "code": Markup(code)}  # noqa: S704 - drawn by segno from our own address


def _rows() -> list[LinkRow]:
    person_id = access.actor().person_id
    assert person_id is not None  # a signed-in person
    return store.links_of(db.session(), person_id)


def _own(ident: int) -> LinkRow:
    row = next((row for row in _rows() if row.id == ident), None)
    if row is None or link_state(row.revoked_at, clock.now()) is not LinkState.LIVE:
        abort(404)
    return row


def _fetch(row: LinkRow) -> Fetch | None:
    return Fetch(row.fetched_at, row.fetched_by, row.items, row.size) if row.fetched_at else None


def _scopes() -> list[SelectChoice]:
    """What a link of this person can follow: first themselves, then their institutes, then the work they may see."""
    actor, known = access.actor(), institutes.all_institutes(db.session())
    own = {actor.institute_id} | {grant.institute_id for grant in actor.grants}
    within = permissions.reach(actor, Permission.SECONDMENTS_SEE)
    choices = [
        SelectChoice(LinkScope.PERSON.value, "What concerns me"),
        SelectChoice(LinkScope.PROGRAMME.value, "All that I may see"),
    ]
    choices += [
        SelectChoice(f"institute-{row.id}", row.short_name) for row in known.values() if within is None or row.id in own
    ]
    if access.may(Permission.WORKSTREAMS_SEE):
        choices += [SelectChoice(f"workstream-{row.id}", row.title) for row in workstreams.listed(db.session())]
    return choices


def _scope_names() -> dict[tuple[LinkScope, int | None], str]:
    names: dict[tuple[LinkScope, int | None], str] = {
        (LinkScope.PERSON, None): "What concerns me",
        (LinkScope.PROGRAMME, None): "All that I may see",
    }
    names |= {
        (LinkScope.INSTITUTE, ident): row.short_name for ident, row in institutes.all_institutes(db.session()).items()
    }
    return names | {(LinkScope.WORKSTREAM, row.id): row.title for row in workstreams.listed(db.session())}


def _chosen_scope(text: str) -> tuple[LinkScope, int | None]:
    scope, _, ident = text.partition("-")
    return LinkScope(scope), int(ident) if ident else None


def _settings(form: LinkForm) -> LinkSettings:
    return LinkSettings(
        kinds=frozenset(EventKind(kind) for kind in form.kinds.data or ()),
        detail=Detail(form.detail.data),
        past_days=int(form.past.data),
        cancelled=CancelledEvents(form.cancelled.data),
        alarm_minutes=int(form.alarm.data) if form.alarm.data else None,
        expanded=form.expanded.data,
        kind_prefix=form.kind_prefix.data,
        admin_words=form.admin_words.data,
    )


def _typed(row: LinkRow) -> dict[str, object]:
    chosen = read_settings(row.settings)
    return chosen.written() | {
        "label": row.label,
        "past": str(chosen.past_days),
        "alarm": str(chosen.alarm_minutes or ""),
    }
