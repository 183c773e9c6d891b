"""Signing in and out, and one's own account."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user
from wtforms import PasswordField, RadioField, SelectChoice, SelectField, StringField, SubmitField
from wtforms.validators import DataRequired

from exchange.actions import accounts
from exchange.actions.writing import Refused
from exchange.domain.access import Permission
from exchange.domain.verdict import Refusal
from exchange.store import people
from exchange.store.people import MailChoice
from exchange.web import access, clock
from exchange.web.access import allowed, public
from exchange.web.database import db
from exchange.web.forms import Form
from exchange.web.invitations import choice_form

pages = Blueprint("account", __name__)


class SignInForm(Form):
    email = StringField(
        "E-mail address", [DataRequired("Enter your e-mail address")], render_kw={"autocomplete": "username"}
    )
    password = PasswordField(
        "Password", [DataRequired("Enter your password")], render_kw={"autocomplete": "current-password"}
    )
    send = SubmitField("Sign in")


class PasswordForm(Form):
    old = PasswordField(
        "Present password",
        [DataRequired("Enter your present password")],
        render_kw={"autocomplete": "current-password"},
    )
    new = PasswordField(
        "New password",
        [DataRequired("Enter a new password")],
        description="At least 15 characters. Several words in a row are easy to remember.",
        render_kw={"autocomplete": "new-password"},
    )
    send = SubmitField("Change the password")


class LanguageForm(Form):
    locale = SelectField(
        "Words and dates",
        choices=[SelectChoice("en_GB", "British: 5 Jan 2027"), SelectChoice("en_US", "American: Jan 5, 2027")],
    )
    zone = StringField("Time zone", [DataRequired("Enter a time zone")], description="For example Europe/London")
    save = SubmitField("Save")


class MailForm(Form):
    mail = RadioField(
        "Mail about your notices",
        choices=[
            SelectChoice(MailChoice.AT_ONCE.value, "At once, one for each notice"),
            SelectChoice(MailChoice.DIGEST.value, "Once a day, in the morning, when there is something new"),
            SelectChoice(MailChoice.NEVER.value, "Never: I look here"),
        ],
    )


@pages.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(access.safe_next(request.args.get("next")), code=303)
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("account/sign_in.html", form=form), 422 if form.errors else 200
    try:
        token = accounts.sign_in(
            db.session(),
            form.email.data or "",
            form.password.data or "",
            address=request.remote_addr or "unknown",
            now=clock.now(),
        )
    except Refused as refusal:
        form.form_errors.extend(refusal.verdict.reasons)
        too_many = refusal.verdict.refusal is Refusal.CONFLICT
        return render_template("account/sign_in.html", form=form), 429 if too_many else 422
    session.clear()  # nothing that was in the cookie before survives the sign-in
    login_user(access.load(token))
    return redirect(access.safe_next(request.args.get("next")), code=303)


@pages.post("/sign-out")
@allowed(Permission.ACCOUNT_EDIT)
def sign_out() -> ResponseReturnValue:
    accounts.sign_out(db.session(), access.actor(), access.token(), now=clock.now())
    session.clear()
    return redirect(url_for("account.sign_in"), code=303)


@pages.get("/account")
@allowed(Permission.ACCOUNT_EDIT)
def show() -> ResponseReturnValue:
    return _page(PasswordForm(formdata=None), _language_form())


@pages.post("/account/mail")
@allowed(Permission.ACCOUNT_EDIT)
def change_mail() -> ResponseReturnValue:
    form = MailForm()
    if form.validate_on_submit():
        accounts.change_mail(db.session(), access.actor(), MailChoice(form.mail.data), now=clock.now())
        flash("Saved.", "ok")
        return redirect(url_for("account.show"), code=303)
    return _page(PasswordForm(formdata=None), _language_form(), form), 422


@pages.post("/account/password")
@allowed(Permission.ACCOUNT_EDIT)
def change_password() -> ResponseReturnValue:
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            accounts.change_password(
                db.session(),
                access.actor(),
                form.old.data or "",
                form.new.data or "",
                token=access.token(),
                now=clock.now(),
            )
        except Refused as refusal:
            form.form_errors.extend(refusal.verdict.reasons)
        else:
            flash("The password is changed. You are signed out everywhere else.", "ok")
            return redirect(url_for("account.show"), code=303)
    return _page(form, _language_form()), 422


@pages.post("/account/language")
@allowed(Permission.ACCOUNT_EDIT)
def change_language() -> ResponseReturnValue:
    form = LanguageForm()
    if form.validate_on_submit():
        try:
            accounts.change_language(
                db.session(), access.actor(), locale=form.locale.data, zone=form.zone.data or "", now=clock.now()
            )
        except Refused as refusal:
            form.zone.errors = list(refusal.verdict.reasons)
        else:
            flash("Saved.", "ok")
            return redirect(url_for("account.show"), code=303)
    return _page(PasswordForm(formdata=None), form), 422


def _language_form() -> LanguageForm:
    who = access.signed_in()
    return LanguageForm(formdata=None, locale=who.locale, zone=who.zone)


def _page(password: PasswordForm, language: LanguageForm, mail: MailForm | None = None) -> str:
    mail = mail or MailForm(formdata=None, mail=people.mail_choice(db.session(), access.actor().person_id).value)
    form = next((one for one in (password, mail) if one.errors), language)
    email = access.signed_in().email
    return render_template(
        "account/show.html",
        invitations=choice_form(),
        password=password,
        language=language,
        mail=mail,
        form=form,
        email=email,
    )
