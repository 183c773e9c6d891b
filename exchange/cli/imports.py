"""``exchange import``: what a file would do, row by row, and then (when nothing is wrong, or asked to) doing it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from exchange.cli.shared import now, opened_session
from exchange.domain.actors import SYSTEM, Actor
from exchange.domain.dates import DateOrder

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from exchange.actions.imports import Plan

KINDS = ("people", "clearances", "workstreams", "openings", "publications")


@click.command("import")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "email", metavar="EMAIL", help="Import as this person, with what their roles allow.")
@click.option("--owner", default="", metavar="CODE", help="Whose publications these are: a staff code or an address.")
@click.option("--day-first/--month-first", default=True, help="What 03/04/2027 is: 3 April (as assumed) or March 4.")
@click.option("--sheet", metavar="NAME", help="Which sheet of a workbook; the first one when left out.")
@click.option("--check", is_flag=True, help="Only say what the file would do.")
@click.option("--good-rows", is_flag=True, help="Take in the good rows although others have to stay out.")
def import_(
    kind: str,
    file: Path,
    email: str | None,
    owner: str,
    day_first: bool,
    sheet: str | None,
    check: bool,
    good_rows: bool,
) -> None:
    """Bring people, clearances, workstreams, openings (CSV or XLSX) or publications (BibTeX, JSON lines, zip) in FILE.

    Every row that cannot go in is named with its column and what to do. While there is one, nothing goes in unless
    --good-rows is given. Exit code 1: something stayed out.
    """
    from exchange.actions import imports, lapses
    from exchange.files.limits import FileRefused
    from exchange.store.imports import ImportKind

    content, wanted = file.read_bytes(), ImportKind(kind)
    order = DateOrder.DAY_FIRST if day_first else DateOrder.MONTH_FIRST
    options = imports.Options(order=order, sheet=sheet, owner=owner)
    at = now()
    with opened_session() as session:
        actor = _actor(session, email)
        try:
            plan = imports.preview(session, actor, wanted, content, options, today=at.date())
        except FileRefused as refused:
            raise click.ClickException(str(refused)) from refused
        _say(plan)
        if check or (plan.bad and not good_rows):
            _end(plan, check)
            return
        taken = imports.import_file(session, actor, wanted, file.name, content, options, now=at)
        if wanted is ImportKind.CLEARANCES:
            lapses.suspend_lapsed(session, now=at)
    click.echo(f"Done: {taken.new} new, {taken.changed} changed, {taken.same} the same, {taken.left_out} left out.")
    if taken.left_out:
        raise SystemExit(1)


def _actor(session: Session, email: str | None) -> Actor:
    from exchange.store.people import actor_of, id_by_email

    if email is None:
        return SYSTEM
    ident = id_by_email(session, email)
    if ident is None:
        raise click.ClickException(f"Nobody has the address {email}.")
    return actor_of(session, ident, now().date())


def _say(plan: Plan) -> None:
    from exchange.actions.imports import Effect

    for problem in plan.problems:
        place = f"{problem.source}, row {problem.row}" if problem.source else f"Row {problem.row}"
        value = f"{problem.column} “{problem.value}”: " if problem.column else ""
        click.echo(f"{place}: {value}{problem.sentence}", err=True)
    for note in plan.notes:
        click.echo(note.sentence)
    counts = ", ".join(f"{plan.count(effect)} {effect.value}" for effect in Effect)
    click.echo(f"The file holds: {counts}, {plan.bad} to correct.")


def _end(plan: Plan, check: bool) -> None:
    """Nothing was taken in: say so, and fail where a row is to be corrected."""
    if not plan.bad:
        click.echo("Nothing was taken in: this was a check.")
    elif check:
        raise click.ClickException(f"{plan.bad} rows would stay out.")
    else:
        raise click.ClickException(
            "Nothing was taken in. Correct the rows named, or take in the others with --good-rows."
        )
