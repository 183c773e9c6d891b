"""The public holidays of the institutes' sites, from the holidays package, which follows each country's law."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays as calendars
from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.domain.periods import Period
from exchange.store.institutes import Site


@dataclass(frozen=True, slots=True)
class Holiday:
    day: date
    name: str
    institute_id: int


def of_institutes(session: Session, within: Period) -> list[Holiday]:
    """The holidays of every institute's sites in these days, each once, in order; one statement."""
    rows = session.execute(select(Site.institute_id, Site.holiday_country, Site.holiday_subdivision).distinct())
    found = {
        Holiday(day, name, institute_id)
        for institute_id, country, subdivision in rows
        for day, name in of_country(country, subdivision, within.start.year, within.end.year).items()
        if day in within
    }
    return sorted(found, key=lambda one: (one.day, one.institute_id, one.name))


@lru_cache(maxsize=64)
def of_country(country: str, subdivision: str | None, first_year: int, last_year: int) -> Mapping[date, str]:
    """A country's holidays by day, in English where it is known; none for a country that the package does not know."""
    if country not in calendars.list_supported_countries():
        return {}
    known = calendars.country_holidays(
        country, subdiv=subdivision, years=range(first_year, last_year + 1), language=_english(country)
    )
    return dict(sorted(known.items()))


def _english(country: str) -> str | None:
    spoken = calendars.list_localized_countries().get(country, [])
    return next((tag for tag in ("en_GB", "en_US") if tag in spoken), None)
