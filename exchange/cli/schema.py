"""The schema of the database."""

from __future__ import annotations

import click


@click.group()
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
