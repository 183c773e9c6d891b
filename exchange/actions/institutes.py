"""Bringing an institute into the network, with its sites and the names it has borne."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions.writing import refuse, writing
from exchange.domain.actors import Actor
from exchange.domain.verdict import Refusal
from exchange.store.institutes import Institute, InstituteName, Membership, Site


@dataclass(frozen=True, slots=True)
class NewSite:
    """A city where people work; ``country`` and ``subdivision`` (ISO 3166) choose its public holidays."""

    name: str
    zone: str
    country: str
    subdivision: str | None = None


@dataclass(frozen=True, slots=True)
class BorneName:
    """A name and the days on which it was borne; the present one has no last day."""

    name: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class NewInstitute:
    """``code`` begins with the country's code, because acronyms repeat: ``UK-AISI``, ``US-CAISI``."""

    code: str
    country: str
    name: str
    short_name: str
    sites: tuple[NewSite, ...]
    fiscal_year_month: int = 1
    membership: Membership = Membership.MEMBER
    names: tuple[BorneName, ...] = ()


def create(session: Session, actor: Actor, new: NewInstitute, *, now: datetime) -> int:
    """Add an institute and return its id. Its zone is that of its first site.

    Raises:
        Refused: the code is taken, a zone is unknown, or there is no site.
    """
    with writing(session, actor, "institute:create", now=now) as work:
        work.subject("institute", None)
        if problem := _problem(session, new):
            raise refuse(Refusal.INVALID, problem)
        institute = Institute(
            code=new.code,
            country=new.country,
            name=new.name,
            short_name=new.short_name,
            zone=new.sites[0].zone,
            fiscal_year_month=new.fiscal_year_month,
            membership=new.membership,
        )
        session.add(institute)
        session.flush()
        for borne in new.names:
            session.add(
                InstituteName(
                    institute_id=institute.id, name=borne.name, valid_from=borne.valid_from, valid_to=borne.valid_to
                )
            )
        for site in new.sites:
            session.add(
                Site(
                    institute_id=institute.id,
                    name=site.name,
                    zone=site.zone,
                    holiday_country=site.country,
                    holiday_subdivision=site.subdivision,
                )
            )
        ident = institute.id
        work.subject("institute", ident, ident)
        work.record(f"{new.name} ({new.code}) joined the network with {len(new.sites)} sites.")
    return ident


def _problem(session: Session, new: NewInstitute) -> str:
    if not new.sites:
        return "An institute needs a site: give the city and its time zone."
    if not 1 <= new.fiscal_year_month <= 12:
        return f"A fiscal year begins in a month from 1 to 12, not {new.fiscal_year_month}."
    if session.scalar(select(Institute.id).where(Institute.code == new.code)) is not None:
        return f"There is an institute {new.code} already. Codes are used once."
    unknown = [site.zone for site in new.sites if site.zone not in available_timezones()]
    if unknown:
        return f"There is no time zone “{unknown[0]}”. Write it like Europe/London or America/New_York."
    return ""
