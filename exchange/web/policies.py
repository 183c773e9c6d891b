"""The numbers that the rules use, each with its days and its source; changing one shows first whom it would hit."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DecimalField, StringField
from wtforms.validators import InputRequired, Length, Optional

from exchange.actions import policies as actions
from exchange.actions.policies import Change
from exchange.actions.writing import Refused
from exchange.domain.access import Permission
from exchange.domain.policies import OF_PAIRS, PAIR, Affected, PolicyRule, pair_of
from exchange.domain.policy_titles import TOPICS, title
from exchange.store import institutes
from exchange.store import policies as store
from exchange.store.secondments import reference
from exchange.web import access, clock, refusals
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.forms import Form, TextDate

pages = Blueprint("policies", __name__)

ANYWHERE = "any"  # stands for "*" in an address


class ChangeForm(Form):
    value = DecimalField("New value", [InputRequired("Enter the new value as a number")])
    valid_from = TextDate("From", [InputRequired("Enter the first day on which it holds")])
    source_url = StringField("Address of the source", [Optional(), Length(max=500)])
    note = StringField(
        "Note", [Optional(), Length(max=500)], description="Where the number comes from, without an address"
    )


@pages.app_template_filter("place")
def spoken_place(jurisdiction: str) -> str:
    """Where a number holds, in words."""
    return "everywhere" if jurisdiction == "*" else jurisdiction.replace(PAIR, " and ")


@pages.get("/policies")
@allowed(Permission.POLICIES_SEE)
def index() -> ResponseReturnValue:
    by_key: dict[str, list[PolicyRule]] = {}
    for rule in sorted(store.book(db.session()).rules, key=lambda one: (one.jurisdiction, one.valid_from)):
        by_key.setdefault(rule.key, []).append(rule)
    topics = [(heading, [rule for key in titles for rule in by_key.pop(key, ())]) for heading, titles in TOPICS.items()]
    topics.append(("Others", [rule for key in sorted(by_key) for rule in by_key[key]]))
    return render_template("policies/index.html", topics=topics, title=title, anywhere=ANYWHERE)


@pages.route("/policies/<key>/<where>", methods=["GET", "POST"])
@allowed(Permission.POLICIES_EDIT)
def change(key: str, where: str) -> ResponseReturnValue:
    """Ask for the change; "look" shows whom it would hit, "change" makes it."""
    rows = _rows(key, where)
    form = ChangeForm()
    hit: tuple[Affected, ...] | None = None
    if form.validate_on_submit():
        typed = _typed(form, key, where)
        try:
            if request.form.get("step") == "change":
                actions.put(db.session(), access.actor(), typed, now=clock.now())
                flash("The change is recorded. It takes effect on its day.", "ok")
                return redirect(url_for("policies.index"), code=303)
            hit = actions.look(db.session(), typed, today=clock.today())
        except Refused as refusal:
            refusals.show(form, refusal)
    place = "" if where == ANYWHERE else spoken_place(where)
    page = render_template(
        "policies/change.html", form=form, title=title(key), rows=rows, hit=hit, ref=reference, place=place
    )
    return page, refusals.status(form)


def _rows(key: str, where: str) -> list[PolicyRule]:
    """The rows of a rule, the earliest first; for a pair without any of its own, the general ones."""
    jurisdiction = "*" if where == ANYWHERE else where
    book = store.book(db.session())
    found = [rule for rule in book.rules if (rule.key, rule.jurisdiction) == (key, jurisdiction)]
    if not found and key in OF_PAIRS and _is_pair(jurisdiction):
        found = [rule for rule in book.rules if (rule.key, rule.jurisdiction) == (key, "*")]
    if not found:
        abort(404)
    return sorted(found, key=lambda rule: rule.valid_from)


def _is_pair(jurisdiction: str) -> bool:
    one, _, other = jurisdiction.partition(PAIR)
    known = institutes.ids_by_code(db.session())
    return one in known and other in known and jurisdiction == pair_of(one, other)


def _typed(form: ChangeForm, key: str, where: str) -> Change:
    assert form.value.data is not None  # both were required
    assert form.valid_from.data is not None
    return Change(
        key,
        "*" if where == ANYWHERE else where,
        Decimal(form.value.data),
        form.valid_from.data,
        (form.source_url.data or "").strip(),
        (form.note.data or "").strip(),
    )
