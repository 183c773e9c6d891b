"""Accounts and institutes: how an installation gets its first people."""

from __future__ import annotations

import click

from exchange.cli.shared import now, opened_session
from exchange.domain.actors import SYSTEM, Role


@click.group()
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

    with opened_session() as session:
        accounts.require_good_password(password, email, name)
        newcomer = enrolment.Newcomer(email, name, institute)
        ident = enrolment.enrol(session, SYSTEM, newcomer, now=now())
        accounts.set_password(session, ident, password, now=now())
    click.echo(f"{name} can sign in as {email.strip().lower()}.")


@account.command("password")
@click.argument("email")
@_password
def account_password(email: str, password: str) -> None:
    """Set the password of EMAIL; all sessions of that person end."""
    from exchange.actions import accounts
    from exchange.store.people import id_by_email

    with opened_session() as session:
        ident = id_by_email(session, email)
        if ident is None:
            raise click.ClickException(f"Nobody has the address {email}.")
        accounts.set_password(session, ident, password, now=now())
    click.echo("The password is set; all sessions of that person have ended.")


@account.command("grant")
@click.argument("email")
@click.argument("role", type=_roles)
@click.option("--institute", default="", help="The code of the institute within which the role is held.")
def account_grant(email: str, role: str, institute: str) -> None:
    """Give EMAIL a role."""
    from exchange.actions import roles
    from exchange.store.institutes import ids_by_code
    from exchange.store.people import id_by_email

    with opened_session() as session:
        ident, known = id_by_email(session, email), ids_by_code(session)
        if ident is None:
            raise click.ClickException(f"Nobody has the address {email}.")
        if institute and institute not in known:
            raise click.ClickException(f"There is no institute {institute}. There are: {', '.join(sorted(known))}.")
        roles.grant(session, SYSTEM, ident, Role(role), known.get(institute), now=now())
    click.echo(f"{email} now holds the role {role}.")


@click.group()
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
    with opened_session() as session:
        institutes.create(session, SYSTEM, new, now=now())
    click.echo(f"{name} ({code}) is in.")
