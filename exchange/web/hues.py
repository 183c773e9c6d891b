"""Which colour an institute has. Two institutes have their own; the others take the next of a fixed list.

A hue is a class name of ``static/kit.css``. It never stands alone: the letters of the country, and in charts a pattern,
say the same thing.
"""

from __future__ import annotations

from typing import Final

OWN: Final = {"UK": "uk", "GB": "uk", "US": "us"}
OTHERS: Final = ("plum", "olive", "slate", "rose", "ocean", "umber", "violet", "moss")
HUES: Final = ("uk", "us", *OTHERS)

# The members of the international network besides the first two, in the order in which they take a hue.
NETWORK: Final = ("JP", "SG", "EU", "FR", "KR", "CA", "KE", "AU")


def letters(code: str) -> str:
    """The country letters at the head of an institute's code: ``UK-AISI`` gives ``UK``."""
    return code.partition("-")[0].upper()


def hue(code: str) -> str:
    """The hue of an institute, by its code or its country letters. The same letters always give the same hue."""
    country = letters(code)
    if country in OWN:
        return OWN[country]
    place = NETWORK.index(country) if country in NETWORK else sum(map(ord, country))
    return OTHERS[place % len(OTHERS)]
