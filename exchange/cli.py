"""The commands. Each imports what it needs when it runs, so that ``exchange --help`` is quick.

Exit codes: 0 done, 1 refused or found wanting (a sentence says why), 2 the command was written wrongly.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exchange.domain.actors import SYSTEM, Role

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class Commands(click.Group):
    """A group that turns what Exchange refuses into one sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Exception as error:
            sentence = _sentence(error)
            if sentence is None:
                raise
            raise click.ClickException(sentence) from error


def _sentence(error: Exception) -> str | None:
    """What to tell about a failure that is no fault of the program; None for one that is."""
    from sqlalchemy.exc import OperationalError

    from exchange.actions.writing import Refused
    from exchange.jobs.mail import MailSettingsError
    from exchange.matching.model_files import ModelError
    from exchange.web.config import ConfigurationError

    if isinstance(error, (ConfigurationError, MailSettingsError, ModelError, Refused)):
        return str(error)
    if isinstance(error, OperationalError):
        return f"The database cannot be used: {error.orig}. Check EXCHANGE_DATABASE_URL and EXCHANGE_DATA."
    return None


@click.group(cls=Commands)
@click.version_option(package_name="exchange")
def main() -> None:
    """Exchange: secondments and joint testing between national AI safety institutes."""


@contextmanager
def _session() -> Iterator[Session]:
    """A session on the configured database, which must have the schema of this version."""
    from sqlalchemy.orm import sessionmaker

    from exchange.store.engine import open_engine
    from exchange.web import config, create_app, migrations

    settings = config.from_environment()
    migrations.require_current(create_app(settings))
    engine = open_engine(settings.database_url)
    try:
        with sessionmaker(engine)() as session:
            yield session
    finally:
        engine.dispose()


def _now() -> datetime:
    return datetime.now(UTC)


@main.command()
@click.option("--no-serve", is_flag=True, help="Only fill the database with the invented world.")
@click.option("--port", default=5000, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free port.")
def demo(no_serve: bool, port: int) -> None:
    """Serve an invented world on 127.0.0.1, and say how to sign in. What is changed there stays."""
    from exchange.demo import running

    running.run(port=None if no_serve else port, say=click.echo, now=_now())


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free port.")
@click.option("--workers", "-w", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="Threads of each process.")
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the application. Run ``exchange worker`` beside it for reminders and mail."""
    from exchange.web import config, create_app, migrations, serving

    settings = config.from_environment()
    serving.require_safe(settings, host)
    app = create_app(settings)
    migrations.require_current(app)
    opened = serving.listen(host, port)
    click.echo(f"Exchange serves on http://{host}:{serving.port_of(opened)}")
    serving.serve(app, opened, serving.Manner(workers, threads))


@main.command()
def worker() -> None:
    """Run the clock: reminders, housekeeping and mail. Several workers may run; one of them acts at a time."""
    from exchange.jobs import table
    from exchange.jobs.running import run
    from exchange.web import config, create_app, migrations

    settings = config.from_environment()
    migrations.require_current(create_app(settings))
    jobs = table.jobs(smtp_url=settings.smtp_url, base_url=settings.base_url, instance_id=settings.instance_id)
    click.echo(f"The worker runs: {', '.join(job.name for job in jobs)}. Stop it with Ctrl+C.")
    run(table.scheduler_for(settings.database_url, jobs, settings.data))


@main.group()
def db() -> None:
    """Look after the schema of the database (``flask --app app db`` does the same and more)."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to the schema of this version."""
    from exchange.web import create_app, migrations

    app = create_app()
    moved = migrations.upgrade(app)
    click.echo(f"The database stands at revision {migrations.revisions(app)[0]}{'' if moved else ', as before'}.")


@db.command("downgrade")
@click.argument("revision")
@click.confirmation_option(prompt="What only the later schema can hold will be lost. Go on?")
def db_downgrade(revision: str) -> None:
    """Take the database back to REVISION (``base`` empties it)."""
    from exchange.web import create_app, migrations

    app = create_app()
    migrations.downgrade(app, revision)
    click.echo(f"The database stands at revision {migrations.revisions(app)[0] or 'base'}.")


@db.command("current")
def db_current() -> None:
    """Say at which revision the database stands and which one this version needs."""
    from exchange.web import create_app, migrations

    found, newest = migrations.revisions(create_app())
    click.echo(f"The database stands at revision {found or 'base'}; this version needs {newest}.")


@main.group()
def audit() -> None:
    """The audit trail."""


def _anchor(_ctx: click.Context, _option: click.Parameter, text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    seq, colon, digest = text.partition(":")
    if not (seq.isdigit() and colon and len(digest) == 64):
        raise click.BadParameter("Write an anchor as it was printed: the number, a colon, and 64 hexadecimal digits.")
    return int(seq), digest.lower()


@audit.command("verify")
@click.option("--anchor", metavar="SEQ:HASH", callback=_anchor, help="A head noted earlier: finds a cut-off end.")
def audit_verify(anchor: tuple[int, str] | None) -> None:
    """Walk the chain of hashes and name every record that was changed, removed or moved."""
    from exchange.domain.audit import verify
    from exchange.store import audit as trail

    with _session() as session:
        report = verify(trail.entries(session), anchor)
        head = trail.head(session)
    for fault in report.faults:
        click.echo(fault, err=True)
    if not report.intact:
        raise click.ClickException(
            f"The audit trail is damaged: {len(report.faults)} faults, {report.records:,} records."
        )
    click.echo(f"The audit trail is intact: {report.records:,} records. Its head, to note down: {head[0]}:{head[1]}")


@main.group()
def account() -> None:
    """Accounts, for whoever runs the installation."""


_password = click.password_option(help="Asked for when left out, so that no shell history keeps it.")
_roles = click.Choice([role.value for role in Role])


@account.command("create")
@click.argument("email")
@click.option("--name", required=True, help="The full name, as the person writes it.")
@click.option("--institute", default="", help="The code of the employer, such as UK-AISI.")
@_password
def account_create(email: str, name: str, institute: str, password: str) -> None:
    """Add a person with an account. Roles come with ``exchange account grant``."""
    from exchange.actions import accounts, enrolment

    with _session() as session:
        accounts.require_good_password(password, email, name)
        newcomer = enrolment.Newcomer(email, name, institute)
        ident = enrolment.enrol(session, SYSTEM, newcomer, now=_now())
        accounts.set_password(session, ident, password, now=_now())
    click.echo(f"{name} can sign in as {email.strip().lower()}.")


@account.command("password")
@click.argument("email")
@_password
def account_password(email: str, password: str) -> None:
    """Set the password of EMAIL; all sessions of that person end."""
    from exchange.actions import accounts
    from exchange.store.people import id_by_email

    with _session() as session:
        ident = id_by_email(session, email)
        if ident is None:
            raise click.ClickException(f"Nobody has the address {email}.")
        accounts.set_password(session, ident, password, now=_now())
    click.echo("The password is set; all sessions of that person have ended.")


@account.command("grant")
@click.argument("email")
@click.argument("role", type=_roles)
@click.option("--institute", default="", help="The code of the institute within which the role is held.")
def account_grant(email: str, role: str, institute: str) -> None:
    """Give EMAIL a role."""
    from exchange.actions import enrolment

    with _session() as session:
        enrolment.grant(session, SYSTEM, email, Role(role), institute, now=_now())
    click.echo(f"{email} now holds the role {role}.")


@main.group()
def institute() -> None:
    """Institutes of the network."""


@institute.command("create")
@click.argument("code")
@click.option("--name", required=True)
@click.option("--short-name", default="", help="As people say it; the code when left out.")
@click.option("--country", required=True, help="Two letters, ISO 3166, such as GB.")
@click.option("--city", required=True, help="Where its first site is.")
@click.option("--zone", required=True, help="The time zone of that site, such as Europe/London.")
def institute_create(code: str, name: str, short_name: str, country: str, city: str, zone: str) -> None:
    """Bring an institute into the network, with its first site."""
    from exchange.actions import institutes

    site = institutes.NewSite(city, zone, country.upper())
    new = institutes.NewInstitute(code, country.upper(), name, short_name or code, (site,))
    with _session() as session:
        institutes.create(session, SYSTEM, new, now=_now())
    click.echo(f"{name} ({code}) is in.")


@main.group()
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


@main.group()
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
    with _session() as session:
        found = scope_of_name(session, *given[0])
        if found is None:
            raise click.ClickException(f"There is no {given[0][0]} called {given[0][1]}.")
        scope, ident, owner = found
        body = export(session, scope, ident, owner, now=_now())
    click.echo(body, nl=False)


if __name__ == "__main__":
    main()
