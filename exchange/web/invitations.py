"""The page on which an invited person answers. Their mail has its address, and needs no sign-in."""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    after_this_request,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectChoice
from wtforms.validators import InputRequired

from exchange.actions import answers as actions
from exchange.actions.invitations import choose as choose_invitations
from exchange.actions.invitations import when_in_words
from exchange.actions.publishing import event_of
from exchange.actions.writing import Refused
from exchange.domain.access import Permission
from exchange.domain.meetings import ANSWER_WORDS, Answer
from exchange.store import invitations as store
from exchange.web import access, clock, refusals, security
from exchange.web.access import allowed, public
from exchange.web.config import Settings
from exchange.web.database import db
from exchange.web.forms import Form

pages = Blueprint("invitations", __name__)


class AnswerForm(Form):
    answer = RadioField(
        "Your answer",
        [InputRequired("Choose an answer")],
        choices=[SelectChoice(answer.value, words) for answer, words in ANSWER_WORDS.items()],
    )


class ChoiceForm(Form):
    wanted = RadioField(
        "Meetings of your work",
        choices=[
            SelectChoice("no", "No invitations: I follow a calendar link, or look here"),
            SelectChoice("yes", "By mail, as invitations that my calendar takes"),
        ],
        description="Both together would show each meeting twice",
    )


@pages.route("/invitations/<token>", methods=["GET", "POST"])
@public
def answer(token: str) -> ResponseReturnValue:
    """Looking answers nothing, since programs that scan mail look too; the button does, as often as one likes."""
    after_this_request(_no_referrer)
    if request.method == "POST":
        security.require_token()
    settings: Settings = current_app.config["SETTINGS"]
    ident = settings.answering.invitation_of_token(token) or store.of_kept_token(db.session(), token)
    found = store.found(db.session(), ident) if ident is not None else None
    if ident is None or found is None:
        return render_template("invitations/unknown.html"), 404
    row, item = found
    given = row.answer.value if row.answer else None
    form = AnswerForm(data={"answer": request.args.get("answer", given)})
    if form.validate_on_submit():
        try:
            actions.reply(db.session(), ident, Answer(form.answer.data), now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("Your answer is kept. You may change it here.", "ok")
            return redirect(url_for("invitations.answer", token=token), code=303)
    event = event_of(item)
    page = render_template(
        "invitations/answer.html",
        form=form,
        event=event,
        when=when_in_words(event, store.zone_of(db.session(), row)),
        open=actions.is_open(row, item, clock.now()),
    )
    return page, refusals.status(form)


security.csrf.exempt(answer)  # it requires the token itself: the guard would ask for a referrer too


@pages.post("/account/invitations")
@allowed(Permission.ACCOUNT_EDIT)
def choose() -> ResponseReturnValue:
    form = ChoiceForm()
    if form.validate_on_submit():
        choose_invitations(db.session(), access.actor(), wanted=form.wanted.data == "yes", now=clock.now())
        flash("Saved.", "ok")
    else:
        flash("Choose how you are told of meetings.", "bad")
    return redirect(url_for("account.show"), code=303)


def choice_form() -> ChoiceForm:
    wanted = store.wants(db.session(), access.actor().person_id)
    return ChoiceForm(formdata=None, wanted="yes" if wanted else "no")


def _no_referrer(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
