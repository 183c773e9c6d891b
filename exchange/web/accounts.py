"""Accounts, for administrators: who can sign in, with which roles, and what waits for a second administrator."""

from __future__ import annotations

from flask import Blueprint, Response, abort, after_this_request, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import PasswordField, SelectChoice, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from exchange.actions import accounts as actions
from exchange.actions import enrolment, roles
from exchange.actions.writing import Refused
from exchange.domain.access import Permission
from exchange.domain.accounts import GUARDED
from exchange.domain.actors import PROGRAMME_WIDE, Role
from exchange.store import accounts as store
from exchange.store import institutes
from exchange.web import access, clock, refusals, security
from exchange.web.access import allowed, public
from exchange.web.database import db
from exchange.web.forms import Form
from exchange.web.navigation import ROLE_WORDS
from exchange.web.wording import current_reader, written_instant

pages = Blueprint("accounts", __name__)

PER_PAGE = 50


class NewForm(Form):
    name = StringField(
        "Full name",
        [InputRequired("Enter the name"), Length(max=300, message="Keep it under 300 characters")],
        description="The whole name as the person writes it, in any script.",
    )
    email = StringField("Work e-mail", [InputRequired("Enter the work e-mail"), Length(max=254)])
    institute = SelectField("Employer", [Optional()])


class RoleForm(Form):
    role = SelectField(
        "Role", [InputRequired("Choose a role")], choices=[SelectChoice(role.value, ROLE_WORDS[role]) for role in Role]
    )
    institute = SelectField(
        "Within",
        [Optional()],
        description="Directors, auditors and administrators hold theirs across the programme.",
    )


class FirstPasswordForm(Form):
    new = PasswordField(
        "New password",
        [DataRequired("Enter a new password")],
        description="At least 15 characters. Several words in a row are easy to remember.",
        render_kw={"autocomplete": "new-password"},
    )


@pages.get("/accounts")
@allowed(Permission.ACCOUNTS_SEE)
def index() -> ResponseReturnValue:
    wanted = request.args.get("name", "").strip()[:100]
    page = max(1, min(request.args.get("page", 1, int), 1_000_000))
    rows, total = store.page(db.session(), wanted, offset=(page - 1) * PER_PAGE, limit=PER_PAGE)
    return render_template(
        "accounts/index.html",
        rows=rows,
        total=total,
        page=page,
        per_page=PER_PAGE,
        wanted=wanted,
        waiting=store.waiting(db.session()),
        my_id=access.actor().person_id,
        institutes=institutes.all_institutes(db.session()),
    )


@pages.route("/accounts/new", methods=["GET", "POST"])
@allowed(Permission.ACCOUNTS_EDIT)
def new() -> ResponseReturnValue:
    form = NewForm()
    known = institutes.all_institutes(db.session())
    form.institute.choices = [SelectChoice("", "none"), *(SelectChoice(one.code, one.name) for one in known.values())]
    if form.validate_on_submit():
        newcomer = enrolment.Newcomer(form.email.data or "", form.name.data or "", form.institute.data or "")
        try:
            ident = enrolment.enrol(db.session(), access.actor(), newcomer, now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("The account is made. Give it a role, and its owner a link to choose a password.", "ok")
            return redirect(url_for("accounts.show", ident=ident), code=303)
    return render_template("accounts/new.html", form=form), refusals.status(form)


@pages.get("/accounts/<int:ident>")
@allowed(Permission.ACCOUNTS_SEE)
def show(ident: int) -> ResponseReturnValue:
    return _page(ident)


@pages.post("/accounts/<int:ident>/roles")
@allowed(Permission.ROLES_GRANT)
def grant(ident: int) -> ResponseReturnValue:
    form = _role_form(sent=True)
    if form.validate_on_submit():
        within = int(form.institute.data) if form.institute.data else None
        try:
            held = roles.grant(db.session(), access.actor(), ident, Role(form.role.data), within, now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("The role is given." if held else "The role waits for another administrator to confirm it.", "ok")
            return redirect(url_for("accounts.show", ident=ident), code=303)
    return _page(ident, form), refusals.status(form)


@pages.post("/accounts/<int:ident>/roles/<int:grant_id>/revoke")
@allowed(Permission.ROLES_GRANT)
def revoke(ident: int, grant_id: int) -> ResponseReturnValue:
    roles.revoke(db.session(), access.actor(), ident, grant_id, now=clock.now())
    flash("The role is taken back, and the person is signed out.", "ok")
    return redirect(url_for("accounts.show", ident=ident), code=303)


@pages.post("/accounts/requests/<int:ident>/confirm")
@allowed(Permission.ROLES_GRANT)
def confirm(ident: int) -> ResponseReturnValue:
    person_id = roles.confirm(db.session(), access.actor(), ident, now=clock.now())
    flash("The role is given.", "ok")
    return redirect(url_for("accounts.show", ident=person_id), code=303)


@pages.post("/accounts/requests/<int:ident>/turn-down")
@allowed(Permission.ROLES_GRANT)
def turn_down(ident: int) -> ResponseReturnValue:
    person_id = roles.turn_down(db.session(), access.actor(), ident, now=clock.now())
    flash("The role is not given.", "ok")
    return redirect(url_for("accounts.show", ident=person_id), code=303)


@pages.post("/accounts/<int:ident>/link")
@allowed(Permission.ACCOUNTS_EDIT)
def make_link(ident: int) -> ResponseReturnValue:
    """The link is shown once, to the administrator who made it: nowhere else does the token exist."""
    token, expires_at = actions.make_link(db.session(), access.actor(), ident, now=clock.now())
    address = url_for("accounts.use_link", token=token, _external=True)
    until = written_instant(expires_at, current_reader())
    flash(f"Give this link to its owner. It works once, until {until}: {address}", "ok")
    return redirect(url_for("accounts.show", ident=ident), code=303)


@pages.post("/accounts/<int:ident>/lock")
@allowed(Permission.ACCOUNTS_EDIT)
def lock(ident: int) -> ResponseReturnValue:
    roles.lock(db.session(), access.actor(), ident, now=clock.now())
    flash("The account is locked, and the person is signed out.", "ok")
    return redirect(url_for("accounts.show", ident=ident), code=303)


@pages.post("/accounts/<int:ident>/unlock")
@allowed(Permission.ACCOUNTS_EDIT)
def unlock(ident: int) -> ResponseReturnValue:
    roles.unlock(db.session(), access.actor(), ident, now=clock.now())
    flash("The account is unlocked.", "ok")
    return redirect(url_for("accounts.show", ident=ident), code=303)


@pages.route("/welcome/<token>", methods=["GET", "POST"])
@public
def use_link(token: str) -> ResponseReturnValue:
    """Looking does not spend the link, since programs that scan mail look too; choosing a password does.

    No page that is opened from here learns the address, which is as good as a password until it is spent.
    """
    after_this_request(_no_referrer)
    if request.method == "POST":
        security.require_token()
    email = store.address_of_link(db.session(), actions.link_hash(token), clock.now())
    if email is None:
        return render_template("accounts/spent.html"), 404
    form = FirstPasswordForm()
    if form.validate_on_submit():
        try:
            actions.use_link(db.session(), token, form.new.data or "", now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("The password is set. Sign in with it.", "ok")
            return redirect(url_for("account.sign_in"), code=303)
    return render_template("accounts/welcome.html", form=form, email=email), refusals.status(form)


security.csrf.exempt(use_link)  # it requires the token itself: the guard would ask for a referrer too


def _no_referrer(answer: Response) -> Response:
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _role_form(*, sent: bool) -> RoleForm:
    form = RoleForm() if sent else RoleForm(formdata=None)
    known = institutes.all_institutes(db.session())
    form.institute.choices = [
        SelectChoice("", "the programme"),
        *(SelectChoice(str(ident), one.name) for ident, one in known.items()),
    ]
    return form


def _page(ident: int, form: RoleForm | None = None) -> str:
    account = store.one(db.session(), ident)
    if account is None:
        abort(404)
    return render_template(
        "accounts/show.html",
        account=account,
        form=form or _role_form(sent=False),
        waiting=store.waiting(db.session(), ident),
        institutes=institutes.all_institutes(db.session()),
        own=ident == access.actor().person_id,
        guarded=any(held.role in GUARDED for held in account.roles),
        guarded_words=" or ".join(ROLE_WORDS[role] for role in Role if role in GUARDED),
        wide=PROGRAMME_WIDE,
        my_id=access.actor().person_id,
    )
