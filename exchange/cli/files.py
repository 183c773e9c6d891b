"""Calendar files and the language model."""

from __future__ import annotations

from pathlib import Path

import click

from exchange.cli.shared import now, opened_session


@click.group()
def model() -> None:
    """The language model that reads publications."""


@model.command("install")
def model_install() -> None:
    """Put the model's weights into the data folder."""
    from exchange.matching.model_files import install_model
    from exchange.web import config

    folder = config.from_environment().data / "model"
    install_model(folder)
    click.echo(f"The language model is in {folder}.")


@click.group()
def calendar() -> None:
    """Calendar files."""


@calendar.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def calendar_check(file: Path) -> None:
    """Name what calendar programs would stumble over in FILE."""
    from exchange.feeds.lint import lint

    findings = lint(file.read_bytes())
    for finding in findings:
        click.echo(f"{file}:{finding.line}: {finding.sentence}")
    if findings:
        raise click.ClickException(f"{len(findings)} findings.")
    click.echo("No findings.")


@calendar.command("export")
@click.option("--person", metavar="EMAIL", default="", help="What concerns this person and they may see.")
@click.option(
    "--institute", "institute_code", metavar="CODE", default="", help="Secondments from and to, and meetings."
)
@click.option("--workstream", metavar="CODE", default="", help="Secondments to it, and its meetings.")
def calendar_export(person: str, institute_code: str, workstream: str) -> None:
    """Write the calendar that a link of this person, institute or workstream would serve now."""
    from exchange.actions.calendar_bodies import export
    from exchange.store.calendars import scope_of_name

    named = {"person": person, "institute": institute_code, "workstream": workstream}
    given = [(scope, name) for scope, name in named.items() if name]
    if len(given) != 1:
        raise click.UsageError("Name one of --person, --institute and --workstream.")
    with opened_session() as session:
        found = scope_of_name(session, *given[0])
        if found is None:
            raise click.ClickException(f"There is no {given[0][0]} called {given[0][1]}.")
        scope, ident, owner = found
        body = export(session, scope, ident, owner, now=now())
    click.echo(body, nl=False)
