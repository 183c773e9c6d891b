"""The public holidays of sites, from the ``holidays`` package: the rules take them as given and look nothing up.

They are facts about the world, read from a package as others are read from tables; so they are got here, beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays

from exchange.domain.periods import Period
from exchange.domain.workdays import NO_HOLIDAYS


@dataclass(frozen=True, slots=True)
class Place:
    """Whose holidays a site keeps: a country (ISO 3166 alpha-2), and where they differ within it, a part of it."""

    country: str
    subdivision: str | None = None

    def holidays(self, around: Period) -> frozenset[date]:
        """The public holidays from the year before the period to the year after it."""
        return _of_years(self, around.start.year - 1, around.end.year + 1)


@lru_cache(maxsize=512)
def _of_years(place: Place, first: int, last: int) -> frozenset[date]:
    """A country or part that the package does not know keeps its weekends only."""
    known = holidays.list_supported_countries()
    if place.country not in known:
        return NO_HOLIDAYS
    part = place.subdivision if place.subdivision in known[place.country] else None
    return frozenset(holidays.country_holidays(place.country, subdiv=part, years=range(first, last + 1)))
