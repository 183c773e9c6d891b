"""Bringing files: choose, check row by row, take in."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import FileStorage
from wtforms import RadioField, SelectChoice, StringField
from wtforms.validators import InputRequired, Length, Optional

from exchange.actions import imports as actions
from exchange.actions import lapses
from exchange.actions.imports import Effect, Options, Plan
from exchange.actions.writing import Refused
from exchange.domain import access as rules
from exchange.domain.access import Permission
from exchange.domain.actors import Role
from exchange.domain.dates import DateOrder
from exchange.files.limits import FileRefused
from exchange.files.templates import template_csv, template_xlsx
from exchange.store import imports as store
from exchange.store.imports import ImportFile, ImportKind
from exchange.web import access, clock, refusals
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.forms import ORDERS, Form
from exchange.web.wording import current_reader

pages = Blueprint("imports", __name__)

PER_PAGE = 50
SHOWN_FILES = 10
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KIND_WORDS = {
    ImportKind.PEOPLE: "People and their employment",
    ImportKind.PUBLICATIONS: "Publications",
    ImportKind.WORKSTREAMS: "Workstreams with what they require",
    ImportKind.OPENINGS: "Openings",
    ImportKind.CLEARANCES: "Clearances",
}
ORDER_WORDS = {DateOrder.DAY_FIRST: "day first", DateOrder.MONTH_FIRST: "month first"}


class UploadForm(Form):
    kind = RadioField("What the file holds", [InputRequired("Choose what the file holds")])
    file = FileField(
        "File",
        [FileRequired("Choose a file")],
        description="CSV or XLSX, up to 10 MB. Publications: BibTeX, JSON lines, or a zip of them named by author.",
    )
    order = RadioField(
        "Dates such as 03/04/2027 are",
        choices=[SelectChoice("day_first", "day first: 3 April"), SelectChoice("month_first", "month first: March 4")],
    )
    owner = StringField(
        "Author",
        [Optional(), Length(max=254)],
        description="Only for one author's publications: whose they are, as staff code or e-mail address.",
    )


@pages.get("/imports")
@allowed(Permission.IMPORT_USE)
def index() -> ResponseReturnValue:
    return _index(_upload_form())


@pages.post("/imports")
@allowed(Permission.IMPORT_USE)
def upload() -> ResponseReturnValue:
    form = _upload_form()
    if form.validate_on_submit():
        file: FileStorage = form.file.data
        options = Options(order=DateOrder(form.order.data), owner=_owner(form.owner.data or ""))
        try:
            ident = actions.upload(
                db.session(),
                access.actor(),
                ImportKind(form.kind.data),
                file.filename or "file",
                file.read(),
                options,
                now=clock.now(),
            )
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            return redirect(url_for("imports.show", ident=ident), code=303)
    return _index(form), refusals.status(form)


@pages.get("/imports/<int:ident>")
@allowed(Permission.IMPORT_USE)
def show(ident: int) -> ResponseReturnValue:
    row = _own(ident)
    if row.taken_at is not None:
        return render_template("imports/result.html", file=row, kind_words=KIND_WORDS, words=actions.WORDS)
    options = Options.restored(row.options)
    try:
        plan = _plan(row, options)
    except FileRefused as refused:
        return _refused(row, options, str(refused))
    return _preview(row, options, plan)


@pages.post("/imports/<int:ident>/order")
@allowed(Permission.IMPORT_USE)
def switch_order(ident: int) -> ResponseReturnValue:
    options = Options.restored(_own(ident).options)
    return _reread(ident, replace(options, order=options.order.other))


@pages.post("/imports/<int:ident>/columns")
@allowed(Permission.IMPORT_USE)
def match_columns(ident: int) -> ResponseReturnValue:
    row = _own(ident)
    known = {column.field for column in actions.template_columns(row.kind)}
    chosen = {field: request.form.get(f"column-{field}", "") for field in sorted(known)}
    filled = {field: heading for field, heading in chosen.items() if heading}
    return _reread(ident, replace(Options.restored(row.options), columns=filled))


@pages.post("/imports/<int:ident>/owner")
@allowed(Permission.IMPORT_USE)
def name_owner(ident: int) -> ResponseReturnValue:
    owner = _owner(request.form.get("owner", "")[:254])
    return _reread(ident, replace(Options.restored(_own(ident).options), owner=owner))


@pages.get("/imports/<int:ident>/bad-rows.csv")
@allowed(Permission.IMPORT_USE)
def bad_rows(ident: int) -> ResponseReturnValue:
    row = _own(ident)
    options = Options.restored(row.options)
    try:
        plan = _plan(row, options)
    except FileRefused:
        abort(404)
    return _download(actions.bad_rows(plan, row.kind, row.content, options), "text/csv", f"{row.kind.value}-to-fix.csv")


@pages.get("/imports/<int:ident>/take")
@allowed(Permission.IMPORT_USE)
def ask(ident: int) -> ResponseReturnValue:
    row = _own(ident)
    options = Options.restored(row.options)
    try:
        plan = _plan(row, options)
    except FileRefused:
        return redirect(url_for("imports.show", ident=ident), code=303)
    return render_template("imports/ask.html", file=row, plan=plan, Effect=Effect, words=actions.WORDS)


@pages.post("/imports/<int:ident>/take")
@allowed(Permission.IMPORT_USE)
def take_in(ident: int) -> ResponseReturnValue:
    kind = _own(ident).kind
    taken = actions.take_in(db.session(), access.actor(), ident, now=clock.now())
    if kind is ImportKind.CLEARANCES:
        lapses.suspend_lapsed(db.session(), now=clock.now())
    flash(f"Done: {taken.new} new, {taken.changed} changed, {taken.same} the same, {taken.left_out} left out.", "ok")
    return redirect(url_for("imports.show", ident=ident), code=303)


@pages.get("/imports/templates/<kind>.<form>")
@allowed(Permission.IMPORT_USE)
def template(kind: str, form: str) -> ResponseReturnValue:
    offered = {one.value for one in _kinds() if actions.template_columns(one)}
    if kind not in offered or form not in {"csv", "xlsx"}:
        abort(404)
    if form == "csv":
        return _download(template_csv(kind), "text/csv", f"{kind}.csv")
    return _download(template_xlsx(kind), XLSX, f"{kind}.xlsx")


def _kinds() -> list[ImportKind]:
    """What the reader's roles import."""
    return [kind for kind in KIND_WORDS if rules.may(access.actor(), actions.PERMISSIONS[kind])]


def _upload_form() -> UploadForm:
    kinds = _kinds()
    order = ORDERS[current_reader().locale]
    form = UploadForm(data={"order": order.value, "kind": kinds[0].value if len(kinds) == 1 else None})
    form.kind.choices = [SelectChoice(kind.value, KIND_WORDS[kind]) for kind in kinds]
    return form


def _index(form: UploadForm) -> str:
    person_id = access.actor().person_id
    assert person_id is not None  # whoever is signed in is somebody
    return render_template(
        "imports/index.html",
        form=form,
        templates=[(kind, KIND_WORDS[kind]) for kind in _kinds() if actions.template_columns(kind)],
        files=store.newest(db.session(), person_id, SHOWN_FILES),
        kind_words=KIND_WORDS,
        names_authors=_names_authors(),
        now=clock.now(),
    )


def _names_authors() -> bool:
    """Whether the reader brings publications of other people too."""
    return access.actor().has(Role.HR_COORDINATOR)


def _owner(typed: str) -> str:
    """Whose publications a file holds that does not say so: who was named, or the reader who brings only their own."""
    return typed.strip() if _names_authors() else access.signed_in().email


def _own(ident: int) -> ImportFile:
    row = store.find(db.session(), ident, owner=access.actor().person_id)
    if row is None:
        abort(404)
    return row


def _plan(row: ImportFile, options: Options) -> Plan:
    return actions.preview(db.session(), access.actor(), row.kind, row.content, options, today=clock.today())


def _reread(ident: int, options: Options) -> ResponseReturnValue:
    actions.read_differently(db.session(), access.actor(), ident, options, now=clock.now())
    return redirect(url_for("imports.show", ident=ident), code=303)


def _preview(row: ImportFile, options: Options, plan: Plan) -> str:
    counts = {effect.value: plan.count(effect) for effect in Effect} | {"fix": plan.bad}
    wanted = request.args.get("show", "")
    wanted = wanted if wanted in counts else "fix" if plan.bad else "new" if counts["new"] else "changed"
    rows = plan.problems if wanted == "fix" else [step for step in plan.steps if step.effect.value == wanted]
    page = max(1, min(request.args.get("page", 1, int), -(-len(rows) // PER_PAGE)))
    return render_template(
        "imports/preview.html",
        file=row,
        kind_words=KIND_WORDS,
        words=actions.WORDS[row.kind],
        plan=plan,
        counts=counts,
        shown=wanted,
        rows=rows[(page - 1) * PER_PAGE : page * PER_PAGE],
        page=page,
        total=len(rows),
        per_page=PER_PAGE,
        order_words=ORDER_WORDS[options.order],
        other_words=ORDER_WORDS[options.order.other],
        is_table=bool(actions.template_columns(row.kind)),
        asks_owner=row.kind is ImportKind.PUBLICATIONS and _names_authors(),
        owner=options.owner,
    )


def _refused(row: ImportFile, options: Options, sentence: str) -> ResponseReturnValue:
    """The page of a file that cannot be read as it stands: why, and (of a table) which heading means what."""
    headings: tuple[str, ...] = ()
    columns = actions.template_columns(row.kind)
    if columns:
        try:
            headings = actions.table_of(row.content, options).header
        except FileRefused:
            columns = ()
    return render_template(
        "imports/refused.html",
        file=row,
        kind_words=KIND_WORDS,
        sentence=sentence,
        columns=columns,
        headings=headings,
        chosen=actions.matched(headings, columns, options),
    ), 422


def _download(content: bytes, mimetype: str, name: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
