"""Openings in most institutes, each in a workstream: seats of many lengths, some soon, some far, one closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from exchange.actions import openings
from exchange.actions.openings import OpeningTerms
from exchange.demo.areas import BY_CODE
from exchange.demo.institutes import INSTITUTES
from exchange.demo.people import CORE, SEED
from exchange.demo.works import STANDING, Places, Work
from exchange.domain.actors import SYSTEM
from exchange.store.institutes import all_sites
from exchange.store.openings import OpeningStatus, StartRule

LENGTHS = ((4, 8, 12), (12, 26, 39), (26, 39, 52), (8, 13, 26))  # shortest, preferred and longest stay in weeks
WORDS = ("Visiting evaluator", "Secondee", "Research engineer on exchange")


def add_all(session: Session, places: Places, *, today: date, now: datetime) -> Mapping[str, int]:
    """Make two openings in most workstreams; returns their ids by code."""
    chance = Random(SEED)  # noqa: S311 - the world must be the same each time, not unguessable
    sites = main_sites(session, places)
    made: dict[str, int] = {}
    for number, work in enumerate(STANDING):
        for seat in range(2 if number % 3 else 1):
            terms = _terms(work, seat, places, today, chance)
            terms = replace(terms, site_id=sites[terms.host_id])
            made[terms.code] = openings.put(session, SYSTEM, None, terms, now=now)
    closed = made[f"{STANDING[-1].code}-1"]
    openings.set_status(session, SYSTEM, closed, OpeningStatus.CLOSED, now=now)
    return made


def main_sites(session: Session, places: Places) -> Mapping[int, int]:
    """The first site of each institute, by the institute's id."""
    by_name = {(site.institute_id, site.name): site.id for site in all_sites(session).values()}
    mains = ((places.institutes[institute.code], institute.sites[0].name) for institute in INSTITUTES)
    return {ident: by_name[ident, name] for ident, name in mains}


def _terms(work: Work, seat: int, places: Places, today: date, chance: Random) -> OpeningTerms:
    host = work.lead if seat == 0 else chance.choice(work.partners)
    shortest, preferred, longest = chance.choice(LENGTHS)
    opens_on = today + timedelta(days=chance.choice((-30, 14, 45, 90)))
    return OpeningTerms(
        code=f"{work.code}-{seat + 1}",
        title=f"{chance.choice(WORDS)}, {work.title}",
        description=f"Work with the team of {work.title.lower()} on its next round. Invented for the demo.",
        host_id=places.institutes[host],
        workstream_id=places.works[work.code],
        opens_on=opens_on,
        closes_on=opens_on + timedelta(weeks=longest + 30),
        min_weeks=shortest,
        preferred_weeks=preferred,
        max_weeks=longest,
        seats=chance.choice((1, 1, 2, 3)),
        start_rule=chance.choice(list(StartRule)),
        clearance_asked=work.clearance if seat == 0 else None,
        skills=tuple((skill, 2) for skill in BY_CODE[work.area].skills[:CORE]),
    )
