"""A small application that shows every part of the interface kit in every state. For tests and for looking at."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app, flash, g, redirect, render_template, render_template_string, request, url_for
from jinja2 import ChoiceLoader, FileSystemLoader
from wtforms import (
    BooleanField,
    EmailField,
    FileField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, Optional

from exchange.domain.secondment_facts import State
from exchange.web import assets, charts, security, wording
from exchange.web.board import Bar, Board, Group, Load, Row, board
from exchange.web.forms import CheckboxList, Form, TextDate
from exchange.web.hues import hue

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 10, 42, tzinfo=UTC)
PATHS = ("/", "/form", "/board", "/charts", "/tables", "/secondment", "/job", "/confirm", "/empty", "/signed-out")
NETWORK = (
    "UK-AISI",
    "US-CAISI",
    "JP-AISI",
    "SG-AISI",
    "EU-AIO",
    "FR-INESIA",
    "KR-AISI",
    "CA-CAISI",
    "KE-AISI",
    "AU-AISI",
)

NAVIGATION = (
    {
        "label": "Plan",
        "links": (
            {"label": "Parts", "url": "/", "icon": "home"},
            {"label": "Timeline", "url": "/board", "icon": "board"},
            {"label": "Secondment", "url": "/secondment", "icon": "swap", "number": 1204},
            {"label": "Job", "url": "/job", "icon": "spark"},
        ),
    },
    {
        "label": "People",
        "links": (
            {"label": "Tables", "url": "/tables", "icon": "people"},
            {"label": "Form", "url": "/form", "icon": "flag"},
            {
                "label": "Confirm",
                "url": "/confirm",
                "icon": "shield",
                "number": 3,
                "number_means": "need action",
                "urgent": True,
            },
        ),
    },
    {"label": "Records", "links": ({"label": "Charts", "url": "/charts", "icon": "chart"},)},
    {"label": "Not for this reader", "links": ()},
)
ME = {
    "name": "Hannah Stein",
    "institute_code": "UK-AISI",
    "line": "UK AISI, HR coordinator",
    "account_url": "/",
    "sign_out_url": "/form",
}
PEOPLE = [
    SelectChoice(str(i), name)
    for i, name in enumerate(("Amelia Hart", "Priya Raman", "Tomasz Zieliński", "Rhys Bevan"), 1)
]


class SampleForm(Form):
    """A field of every type."""

    person = SelectField(
        "Person",
        choices=[SelectChoice("", "Choose a person"), *PEOPLE],
        validators=[DataRequired("Choose who is going")],
    )
    host = SelectField("Host", choices=[SelectChoice("", "Choose a host"), *PEOPLE], render_kw={"data-combobox": True})
    title = StringField(
        "Title", description="As both institutes will read it.", validators=[DataRequired("Give a title")]
    )
    email = EmailField(
        "Work email", validators=[DataRequired("Give the work email")], render_kw={"autocomplete": "email"}
    )
    start = TextDate(
        "First day", description="For example, 5 Jan 2027", validators=[DataRequired("Give the first day")]
    )
    end = TextDate("Last day", description="The last working day at the host", validators=[Optional()])
    weeks = IntegerField("Weeks", validators=[Optional()])
    kind = RadioField(
        "How much of their time",
        description="The rest is worked for the home institute.",
        choices=[SelectChoice("full", "Full time at the host"), SelectChoice("part", "Part time, some days at home")],
        validators=[DataRequired("Choose how much of their time")],
    )
    skills = CheckboxList(
        "Skills needed",
        choices=[
            SelectChoice("red", "Red teaming"),
            SelectChoice("stat", "Statistics"),
            SelectChoice("safe", "Safety cases"),
        ],
        validators=[DataRequired("Choose at least one skill")],
    )
    remote = BooleanField("Some of the work may be done from home")
    agree = BooleanField("Both line managers know of this", validators=[DataRequired("Say that both managers know")])
    why = TextAreaField(
        "What they will do",
        description="Both institutes see this. Up to 500 characters.",
        validators=[DataRequired("Say what they will do at the host"), Length(max=500)],
    )
    letter = FileField("Letter", validators=[DataRequired("Choose the letter")])
    password = PasswordField(
        "Your password",
        validators=[DataRequired("Give your password")],
        render_kw={"autocomplete": "current-password"},
    )


class SecondForm(Form):
    """Another form on the same page, with its own token."""

    note = StringField("Note", validators=[DataRequired("Write a note")])


def create_gallery(**overrides: Any) -> Flask:  # noqa: ANN401  (Flask's configuration values)
    """The gallery. ``locale`` and ``theme`` follow the address: ``/form?locale=en_US``."""
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.update(SECRET_KEY="only for the gallery", WTF_CSRF_TIME_LIMIT=None, **overrides)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_loader = ChoiceLoader([FileSystemLoader(ROOT / "templates"), FileSystemLoader(HERE)])
    security.register(app)
    assets.register(app)
    wording.register(app)
    app.before_request(_set_reader)
    app.context_processor(_shell)
    app.add_url_rule("/form", view_func=_form, methods=["GET", "POST"])
    app.add_url_rule("/job", view_func=_job)
    app.extensions["looks"] = count()
    app.add_url_rule("/checks", view_func=_checks, methods=["POST"])
    app.add_url_rule("/board/checks", view_func=_board_checks, methods=["POST"])
    for path in PATHS:
        if path not in {"/form", "/job"}:
            name = path.strip("/") or "parts"
            app.add_url_rule(path, name, _page, defaults={"name": name})
    app.add_url_rule("/error/<int:status>", view_func=_error)
    return app


def _set_reader() -> None:
    g.reader = wording.Reader(locale="en_US" if request.args.get("locale") == "en_US" else "en_GB")


def _shell() -> dict[str, Any]:
    if request.path == "/signed-out":
        return {"navigation": (), "me": None, "search_url": None}
    keys_off = request.args.get("keys") == "off"
    return {"navigation": NAVIGATION, "me": ME, "search_url": "/tables", "keys_off": keys_off}


def _page(name: str) -> str:
    if name == "parts":
        for category, words in (
            ("message", "Draft saved."),
            ("warn", "The host has not answered."),
            ("bad", "Not sent."),
        ):
            flash(words, category)
    return render_template(
        f"gallery_pages/{name}.html",
        states=list(State),
        network=NETWORK,
        icons=icon_names(),
        drawings=drawings(),
        board=sample_board(),
        today=TODAY,
        now=NOW,
        ticked=request.args.getlist("home"),
        page_link=lambda number: f"/tables?page={number}",
    )


def _form() -> ResponseReturnValue:
    form, second = SampleForm(), SecondForm(prefix="second")
    if form.validate_on_submit():
        flash("Saved.")
        return redirect(url_for("_form"), code=303)
    return render_template("gallery_pages/form.html", form=form, second=second), 422 if form.errors else 200


def _checks() -> str:
    return render_template("gallery_pages/checks.html", start=request.form.get("start", ""))


def _board_checks() -> str:
    return render_template_string("<p id='move-checks'>Free from {{ request.form.start }}.</p>")


def _error(status: int) -> ResponseReturnValue:
    page = render_template(
        "error.html",
        title="Something went wrong here",
        reasons=["The clearance ended on 3 Apr 2027."],
        advice="Nothing was changed. Try again; if it stays, give the reference to an administrator.",
        reference="3fa9c1d2",
    )
    return page, status


def _job() -> str:
    """A job that is further each time it is looked at, and over at the fourth look."""
    looks = next(current_app.extensions["looks"])
    return render_template("gallery_pages/job.html", looks=looks)


def icon_names() -> list[str]:
    """The names of all icons, as static/icons.svg has them."""
    return re.findall(r'<symbol id="(\w+)"', (ROOT / "static" / "icons.svg").read_text(encoding="utf-8"))


def drawings() -> list[charts.Chart]:
    """One chart of each kind, and one with a series for every institute of the network."""
    months = ("Sept", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug")
    two = [
        charts.Series("from UK AISI", (2, 3, 4, 4, 5, 6, 7, 7, 5, 5, 5, 4), hue("UK")),
        charts.Series("from US CAISI", (1, 2, 3, 3, 4, 5, 4, 5, 7, 7, 5, 3), hue("US")),
    ]
    many = [
        charts.Series(code, tuple(1 + (i * k) % 4 for k in range(12)), hue(code)) for i, code in enumerate(NETWORK, 1)
    ]
    streams = ("Frontier agent evaluations", "Cyber misuse assessment", "Joint measurement standards", "Control")
    return [
        charts.columns("People away, month by month", months, two, uid="away"),
        charts.columns("Person-weeks of ten institutes", months, many, uid="ten"),
        charts.columns("A year without anybody", months, [], uid="none"),
        charts.bars(
            "Seats filled in each workstream",
            [charts.Bar(name, 4 - i) for i, name in enumerate(streams)],
            uid="seats",
            heads=("Workstream", "Seats"),
            full=5,
        ),
        charts.network("People who share expertise with Amelia Hart", *_acquaintance(), uid="net"),
        charts.day_strip(
            "When clearance holds",
            [
                charts.Stretch("Recognised by the host", date(2026, 9, 1), date(2027, 2, 28), hue("UK")),
                charts.Stretch("Held, not yet recognised", date(2027, 3, 1), date(2027, 6, 30), hue("US")),
            ],
            uid="strip",
            first=date(2026, 9, 1),
            last=date(2027, 8, 31),
            today=TODAY,
            reader=wording.current_reader(),
        ),
    ]


def _acquaintance() -> tuple[list[charts.Node], list[charts.Link]]:
    names = (
        "Amelia Hart",
        "Yusuf Demir",
        "Elena Vasquez",
        "Ryan Donnell",
        "Mei Lin Chua",
        "Marcus Whitfield",
        "Sato",
    )
    codes = ("UK", "UK", "US", "US", "UK", "US", "JP")
    nodes = [charts.Node(n, n, hue(c), centre=not i) for i, (n, c) in enumerate(zip(names, codes, strict=True))]
    links = [charts.Link(names[0], other, 1 + i % 3) for i, other in enumerate(names[1:])]
    return nodes, [*links, charts.Link(names[1], names[5]), charts.Link(names[2], names[3], 2)]


def sample_board() -> Board:
    """Bars of every kind, one that needs attention, two that overlap, and ends that lie outside."""
    kinds = ("active", "confirmed", "proposed", "draft", "done")
    names = ("Amelia Hart", "Priya Raman", "Tomasz Zieliński", "Grace Okafor", "Oluwaseun Adeyemi")
    rows = tuple(_sample_row(i, name, kind) for i, (name, kind) in enumerate(zip(names, kinds, strict=True)))
    crowded = Row(
        "Rhys Bevan", (*_sample_row(5, "Rhys Bevan", "active").bars, *_sample_row(6, "Rhys Bevan", "draft").bars)
    )
    seat = Row("Open seat", (_bar(90, "Control", date(2027, 3, 1), date(2027, 8, 27), "draft", "an open seat"),))
    return board(
        "Secondments by person",
        [
            Group("Open seats", (seat,)),
            Group("UK AISI staff going to US CAISI", (*rows, crowded), "UK-AISI"),
            Group(
                "US CAISI staff going to UK AISI", (_sample_row(7, "Naomi Feldman", "active", "US-CAISI"),), "US-CAISI"
            ),
        ],
        first_month=date(2026, 9, 1),
        months=13,
        today=TODAY,
        loads=[
            Load("from UK AISI", (2, 3, 4, 4, 5, 6, 7, 7, 5, 5, 5, 4, 1), "UK-AISI"),
            Load("from US CAISI", (1, 2, 3, 3, 4, 5, 4, 5, 7, 7, 5, 0, 0), "US-CAISI"),
        ],
    )


def _sample_row(i: int, name: str, kind: str, code: str = "UK-AISI") -> Row:
    first = date(2026, 8, 3) + timedelta(weeks=5 * (i % 7))
    attention = "The clearance ends before the secondment does." if kind == "proposed" else ""
    bar = _bar(i, "Frontier agent evaluations", first, first + timedelta(weeks=26), kind, name, attention)
    return Row(name, (bar,), url="/secondment", institute_code=code)


def _bar(uid: int, label: str, first: date, last: date, kind: str, who: str, attention: str = "") -> Bar:
    return Bar(
        uid=uid,
        label=label,
        first=first,
        last=last,
        kind=kind,
        url="/secondment",
        said=f"{who} to US CAISI, {first} to {last}, {kind}.",
        attention=attention,
        move_url="" if kind == "done" else "/form",
        check_url="/board/checks",
        version="3",
    )


if __name__ == "__main__":
    create_gallery().run(port=5055)
