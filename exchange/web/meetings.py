"""Meetings of workstreams and joint testing sessions: lists, forms, and what is different about single occurrences."""

from __future__ import annotations

from datetime import date, time, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement
from wtforms import HiddenField, IntegerField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms import TimeField as BrowsersTimeField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from exchange.actions import meetings as actions
from exchange.actions.calendar_bodies import viewer_of
from exchange.actions.meetings import MeetingTerms
from exchange.actions.writing import Refused
from exchange.domain import access as permissions
from exchange.domain.access import Permission
from exchange.domain.meetings import MOST_EVERY, Answer, Change, Gathering, MeetingKind, Occasion, Repeats
from exchange.feeds.entries import meeting_event
from exchange.feeds.events import FeedEvent
from exchange.feeds.expansion import expand
from exchange.feeds.recurrence import WEEKDAYS
from exchange.store import institutes
from exchange.store import meetings as store
from exchange.store.calendar_feeds import meetings_seen
from exchange.store.invitations import answers
from exchange.store.meetings import Meeting
from exchange.store.workstreams import Workstream
from exchange.web import access, clock, refusals
from exchange.web.access import allowed
from exchange.web.calendars import origin
from exchange.web.database import db
from exchange.web.forms import CheckboxList, Form, TextDate
from exchange.web.markings import MarkedForm, unmarked
from exchange.web.wording import place_in

pages = Blueprint("meetings", __name__)

KIND_WORDS = {MeetingKind.MEETING: "Meeting", MeetingKind.TESTING_SESSION: "Joint testing session"}
REPEAT_WORDS = {
    Repeats.NEVER: "Never: it takes place once",
    Repeats.DAILY: "Daily",
    Repeats.WEEKLY: "Weekly",
    Repeats.MONTHLY_BY_DAY: "Monthly, on the same day of the month",
    Repeats.MONTHLY_BY_WEEKDAY: "Monthly, on the same weekday, such as the second Tuesday",
}
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ANSWERED = {Answer.ACCEPTED: "comes", Answer.TENTATIVE: "comes perhaps", Answer.DECLINED: "does not come"}
FIRST_SHOWN = 8  # the others are folded away
MOST_SHOWN = 60  # occurrences


class ClockField(BrowsersTimeField):
    """A time of day; what is no time gets a sentence that shows one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as fault:
            raise ValueError("Enter a time such as 09:30") from fault


class MeetingForm(MarkedForm):
    title = StringField("Title", [InputRequired("Enter a title"), Length(max=200), unmarked])
    kind = RadioField(
        "Kind",
        choices=[SelectChoice(kind.value, words) for kind, words in KIND_WORDS.items()],
        default=MeetingKind.MEETING.value,
    )
    site = SelectField(
        "Site of the host", [InputRequired("Choose a site")], description="The times are by the clock of this place"
    )
    day = TextDate("First day", [InputRequired("Enter the day")])
    begins = ClockField("Begins", [InputRequired("Enter when it begins, such as 09:30")])
    ends = ClockField(
        "Ends",
        [InputRequired("Enter when it ends, such as 11:00")],
        description="An end before the beginning is the next day's",
    )
    repeats = RadioField(
        "Repeats",
        choices=[SelectChoice(rule.value, words) for rule, words in REPEAT_WORDS.items()],
        default=Repeats.NEVER.value,
    )
    every = IntegerField(
        "Every so many days, weeks or months",
        [InputRequired("Enter a number"), NumberRange(1, MOST_EVERY, f"Between 1 and {MOST_EVERY}")],
        default=1,
    )
    weekdays = CheckboxList(
        "Weekdays, if weekly",
        choices=[SelectChoice(code, name) for code, name in zip(WEEKDAYS, DAY_NAMES, strict=True)],
        description="None: the weekday of the first day",
    )
    last_day = TextDate("Last day of a series", [Optional()])
    location = StringField("Room or address", [Length(max=200)])
    call_url = StringField(
        "Address of the call",
        [Optional(), Length(max=500), Regexp(r"https://[\x21-\x7e]+\Z", message="Enter an address with https://")],
    )
    description = TextAreaField("Agenda", [Length(max=2000), unmarked])
    version = HiddenField()


class OccurrenceForm(Form):
    day = TextDate("Day", [InputRequired("Enter the day")])
    begins = ClockField("Begins", [InputRequired("Enter when it begins, such as 09:30")])
    ends = ClockField("Ends", [InputRequired("Enter when it ends, such as 11:00")])
    location = StringField("Room or address", [Length(max=200)])


@pages.get("/workstreams/<int:ident>/meetings")
@allowed(Permission.MEETINGS_SEE)
def index(ident: int) -> ResponseReturnValue:
    """The meetings of a workstream that the reader may know of: those to come first."""
    row = _workstream(ident)
    found = store.gatherings(db.session(), Meeting.workstream_id == ident, _seen())
    today = clock.today(access.signed_in().zone)
    rows = sorted((_next(meeting, today) or date.max, meeting.id, meeting) for meeting in found)
    return render_template(
        "meetings/index.html",
        row=row,
        rows=[(day, meeting) for day, _, meeting in rows],
        words=KIND_WORDS,
        repeat_words=REPEAT_WORDS,
        may_edit=_may_edit(row),
        no_day=date.max,
    )


@pages.route("/workstreams/<int:ident>/meetings/new", methods=["GET", "POST"])
@allowed(Permission.MEETINGS_EDIT)
def new(ident: int) -> ResponseReturnValue:
    row = _workstream(ident)
    if not _may_edit(row):
        abort(404)
    return _put(row, None, MeetingForm())


@pages.get("/meetings/<int:ident>")
@allowed(Permission.MEETINGS_SEE)
def show(ident: int) -> ResponseReturnValue:
    meeting = _meeting(ident)
    today = clock.today(access.signed_in().zone)
    event = _event(meeting)
    to_come = expand(event, today, today + timedelta(days=800))
    may_edit = _may_edit(_workstream(meeting.workstream_id))
    return render_template(
        "meetings/show.html",
        meeting=meeting,
        uid=event.uid,
        occurrences=[_occurrence(meeting, one) for one in to_come[:MOST_SHOWN]],
        words=KIND_WORDS,
        repeat_words=REPEAT_WORDS,
        place_in=place_in,
        first_days=FIRST_SHOWN,
        may_edit=may_edit and meeting.cancelled_on is None,
        answers=answers(db.session(), ident) if may_edit else [],
        answer_words=ANSWERED,
    )


@pages.route("/meetings/<int:ident>/edit", methods=["GET", "POST"])
@allowed(Permission.MEETINGS_EDIT)
def edit(ident: int) -> ResponseReturnValue:
    meeting = _meeting(ident)
    row = _workstream(meeting.workstream_id)
    if not _may_edit(row):
        abort(404)
    stored = db.session.get_one(Meeting, ident)
    typed = {
        "kind": meeting.kind.value,
        "repeats": meeting.occasion.repeats.value,
        "site": str(stored.site_id),
    }
    return _put(row, stored, MeetingForm(obj=stored, data=typed))


@pages.route("/meetings/<int:ident>/cancel", methods=["GET", "POST"])
@allowed(Permission.MEETINGS_EDIT)
def cancel(ident: int) -> ResponseReturnValue:
    meeting = _meeting(ident)
    if not _may_edit(_workstream(meeting.workstream_id)):
        abort(404)
    if request.method == "POST":
        actions.cancel(db.session(), access.actor(), ident, now=clock.now())
        flash("It is cancelled. Calendars say so for two weeks.", "ok")
        return redirect(url_for("meetings.show", ident=ident), code=303)
    return render_template("meetings/cancel.html", meeting=meeting)


@pages.route("/meetings/<int:ident>/on/<slot>", methods=["GET", "POST"])
@allowed(Permission.MEETINGS_EDIT)
def occurrence(ident: int, slot: str) -> ResponseReturnValue:
    """Move or cancel one occurrence; ``slot`` is the day on which the series puts it."""
    meeting, day = _meeting(ident), _slot(slot)
    if not _may_edit(_workstream(meeting.workstream_id)):
        abort(404)
    occasion, now = meeting.occasion, meeting.change_of(day) or Change(day)
    typed = {
        "day": now.day or day,
        "begins": now.begins or occasion.begins,
        "ends": now.ends or occasion.ends,
        "location": meeting.location if now.location is None else now.location,
    }
    form = OccurrenceForm(data=typed)
    what = request.form.get("what", "move")
    if request.method == "POST" and (what != "move" or form.validate()):
        try:
            actions.change_one(db.session(), access.actor(), ident, _change(meeting, day, what, form), now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("Saved. Calendars show it when they next come.", "ok")
            return redirect(url_for("meetings.show", ident=ident), code=303)
    page = render_template("meetings/occurrence.html", form=form, meeting=meeting, day=day, change=now)
    return page, refusals.status(form)


def _change(meeting: Gathering, slot: date, what: str, form: OccurrenceForm) -> Change:
    if what == "restore":
        return Change(slot)
    if what == "cancel":
        return Change(slot, cancelled_on=clock.now().date())
    occasion, where = meeting.occasion, (form.location.data or "").strip()
    return Change(
        slot,
        day=None if form.day.data == slot else form.day.data,
        begins=None if form.begins.data == occasion.begins else form.begins.data,
        ends=None if form.ends.data == occasion.ends else form.ends.data,
        location=None if where == meeting.location else where,
    )


def _put(row: Workstream, stored: Meeting | None, form: MeetingForm) -> ResponseReturnValue:
    known = institutes.all_institutes(db.session())
    sites = sorted(
        institutes.all_sites(db.session()).values(), key=lambda site: site.institute_id != row.lead_institute_id
    )
    form.site.choices = [  # those of the institute that leads come first: most meetings are there
        SelectChoice(str(site.id), f"{site.name}, {known[site.institute_id].short_name}") for site in sites
    ]
    if form.validate_on_submit():
        ident, version = (stored.id, int(form.version.data or 0)) if stored else (None, None)
        try:
            saved = actions.put(
                db.session(), access.actor(), row.id, ident, _terms(form), version=version, now=clock.now()
            )
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("Saved. Calendars show it when they next come.", "ok")
            return redirect(url_for("meetings.show", ident=saved), code=303)
    return render_template("meetings/form.html", form=form, row=row, stored=stored), refusals.status(form)


def _terms(form: MeetingForm) -> MeetingTerms:
    assert form.day.data is not None  # all three were required
    assert isinstance(form.begins.data, time)
    assert isinstance(form.ends.data, time)
    occasion = Occasion(
        form.day.data,
        form.begins.data,
        form.ends.data,
        Repeats(form.repeats.data),
        form.every.data,
        tuple(form.weekdays.data or ()),
        form.last_day.data,
    )
    return MeetingTerms(
        kind=MeetingKind(form.kind.data),
        title=form.title.data.strip(),
        site_id=int(form.site.data),
        occasion=occasion,
        description=form.description.data or "",
        location=(form.location.data or "").strip(),
        call_url=(form.call_url.data or "").strip(),
    )


def _workstream(ident: int) -> Workstream:
    row = db.session.get(Workstream, ident)
    if row is None:
        abort(404)
    return row


def _seen() -> ColumnElement[bool]:
    return meetings_seen(viewer_of(access.actor()), Meeting.workstream_id)


def _meeting(ident: int) -> Gathering:
    """A meeting that the reader may know of."""
    found = store.gatherings(db.session(), Meeting.id == ident, _seen())
    if not found:
        abort(404)
    return found[0]


def _may_edit(row: Workstream) -> bool:
    if not access.may(Permission.MEETINGS_EDIT):
        return False
    sides = actions.sides_of(db.session(), row)
    return permissions.decide(access.actor(), Permission.MEETINGS_EDIT, *sides).allowed


def _event(meeting: Gathering) -> FeedEvent:
    return meeting_event(meeting, origin(), clock.now())


def _next(meeting: Gathering, today: date) -> date | None:
    to_come = expand(_event(meeting), today, today + timedelta(days=800))
    return next((one.when.day for one in to_come if one.cancelled_on is None), None)


def _occurrence(meeting: Gathering, one: FeedEvent) -> dict[str, object]:
    slot = one.when.day
    if meeting.occasion.repeats is not Repeats.NEVER:
        slot = date.fromisoformat(one.uid.partition("@")[0].rpartition("-")[2])
    return {"event": one, "slot": slot, "changed": meeting.change_of(slot) is not None}


def _slot(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        abort(404)
