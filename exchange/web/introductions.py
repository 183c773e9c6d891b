"""Introductions: asking for one, and what was asked and answered."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectChoice, TextAreaField
from wtforms.validators import InputRequired, Length

from exchange.actions import introductions as actions
from exchange.actions.writing import Refused
from exchange.domain.access import Permission
from exchange.domain.people import may_see_profile
from exchange.store import institutes, people
from exchange.store import introductions as store
from exchange.store.introductions import IntroductionRow, IntroductionState
from exchange.store.profiles import ProfilePage, profile
from exchange.web import access, clock, refusals
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.forms import Form

pages = Blueprint("introductions", __name__)

STATE_WORDS = {
    IntroductionState.ASKED: ("waiting for an answer", "proposed"),
    IntroductionState.ACCEPTED: ("accepted", "good"),
    IntroductionState.DECLINED: ("declined", "plain"),
    IntroductionState.WITHDRAWN: ("withdrawn", "plain"),
}
TOO_LONG = "Keep it under 1,000 characters"


class AskForm(Form):
    words = TextAreaField(
        "What you would like to talk about",
        [
            InputRequired("Say what you would like to talk about"),
            Length(max=1000, message=TOO_LONG),
        ],
        description="They see this with your name and institute. A shared question works better than a compliment.",
    )


class AnswerForm(Form):
    accept = RadioField(
        "Your answer",
        [InputRequired("Choose yes or no")],
        choices=[
            SelectChoice("yes", "Yes: we both see each other's address"),
            SelectChoice("no", "No, not now"),
        ],
    )
    words = TextAreaField("A word with it", [Length(max=1000, message=TOO_LONG)])


@pages.get("/introductions")
@allowed(Permission.INTRODUCTIONS_ASK)
def index() -> ResponseReturnValue:
    mine = _me()
    rows = store.of_person(db.session(), mine, clock.today())
    return render_template(
        "introductions/index.html",
        of_me=[row for row in rows if row.person_id == mine and row.state is not IntroductionState.WITHDRAWN],
        by_me=[row for row in rows if row.asker_id == mine],
        institutes=institutes.all_institutes(db.session()),
        state_words=STATE_WORDS,
        mine=mine,
    )


@pages.route("/people/<int:ident>/introduction", methods=["GET", "POST"])
@allowed(Permission.INTRODUCTIONS_ASK)
def ask(ident: int) -> ResponseReturnValue:
    person = _visible(ident)
    form = AskForm()
    if form.validate_on_submit():
        try:
            actions.ask(db.session(), access.actor(), ident, form.words.data or "", now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash(f"{person.full_name} has your request. You get a notice when there is an answer.", "ok")
            return redirect(url_for("introductions.index"), code=303)
    return render_template("introductions/ask.html", form=form, person=person), refusals.status(form)


@pages.route("/introductions/<int:ident>", methods=["GET", "POST"])
@allowed(Permission.INTRODUCTIONS_ASK)
def show(ident: int) -> ResponseReturnValue:
    row, mine = _row(ident), _me()
    form = AnswerForm()
    if row.person_id == mine and form.validate_on_submit():
        accept = form.accept.data == "yes"
        try:
            actions.answer(
                db.session(), access.actor(), ident, accept=accept, words=form.words.data or "", now=clock.now()
            )
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash(f"{row.asker} has your answer.", "ok")
            return redirect(url_for("introductions.show", ident=ident), code=303)
    other = row.asker_id if row.person_id == mine else row.person_id
    standing = people.standing_of(db.session(), other, clock.today())
    page = render_template(
        "introductions/show.html",
        row=row,
        form=form,
        mine=mine,
        institutes=institutes.all_institutes(db.session()),
        state_words=STATE_WORDS,
        has_profile=standing is not None and may_see_profile(access.actor(), standing),
    )
    return page, refusals.status(form)


@pages.post("/introductions/<int:ident>/withdraw")
@allowed(Permission.INTRODUCTIONS_ASK)
def withdraw(ident: int) -> ResponseReturnValue:
    actions.withdraw(db.session(), access.actor(), ident, now=clock.now())
    flash("The request is withdrawn.", "ok")
    return redirect(url_for("introductions.index"), code=303)


def _me() -> int:
    mine = access.actor().person_id
    assert mine is not None  # whoever is signed in is somebody
    return mine


def _row(ident: int) -> IntroductionRow:
    """The introduction, to the two people whose it is."""
    row = store.one(db.session(), ident, clock.today())
    if row is None or _me() not in {row.asker_id, row.person_id}:
        abort(404)
    if row.person_id == _me() and row.state is IntroductionState.WITHDRAWN:
        abort(404)
    return row


def _visible(ident: int) -> ProfilePage:
    found = profile(db.session(), ident, today=clock.today())
    if found is None or not may_see_profile(access.actor(), found.standing):
        abort(404)
    return found
