"""Clearance schemes and levels of the network's countries, as published.

``rank`` orders what a level opens *within its own country*: 0 unclassified, 1 sensitive but not classified,
2 confidential, 3 secret, 4 top secret. It says nothing in another country: there only the host's recognition decision
counts. Rows with ``confirmed=False`` rest on common knowledge and await a source.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ReviewKind(StrEnum):
    """What ends a clearance: a hard date, a review that falls due, nothing (continuous vetting), or the role itself."""

    EXPIRY = "expiry"
    REVIEW = "review"
    CONTINUOUS = "continuous"
    PER_ROLE = "per_role"


@dataclass(frozen=True, slots=True)
class Scheme:
    code: str
    country: str  # ISO 3166 alpha-2, or EU
    name: str


@dataclass(frozen=True, slots=True)
class Level:
    """``months`` and ``contractor_months`` are the longest time until expiry or review; None where none is set."""

    scheme: Scheme
    code: str
    name: str
    rank: int
    review_kind: ReviewKind
    months: int | None = None
    contractor_months: int | None = None
    annual_appraisal: bool = False
    source: str = ""
    confirmed: bool = True

    @property
    def key(self) -> str:
        """How records and requirements name the level: ``UKSV:SC``."""
        return f"{self.scheme.code}:{self.code}"

    @property
    def country(self) -> str:
        return self.scheme.country


UKSV = Scheme("UKSV", "GB", "United Kingdom Security Vetting")
US = Scheme("US", "US", "United States national security eligibility")
DOE = Scheme("US-DOE", "US", "United States Department of Energy access authorisation")
AGSVA = Scheme("AGSVA", "AU", "Australian Government Security Vetting Agency")
CANADA = Scheme("CA", "CA", "Government of Canada security screening")
JAPAN = Scheme("JP", "JP", "Japan, specially designated secrets and economic security")
SINGAPORE = Scheme("SG", "SG", "Singapore security clearance")
KOREA = Scheme("KR", "KR", "Republic of Korea secrets clearance")
KENYA = Scheme("KE", "KE", "Kenya security clearance")
FRANCE = Scheme("FR", "FR", "France, habilitation au secret de la défense nationale")
EUROPE = Scheme("EU", "EU", "European Union personnel security clearance")

_UK_LEVELS = (
    "https://www.gov.uk/government/publications/united-kingdom-security-vetting-clearance-levels/"
    "national-security-vetting-clearance-levels"
)
_UK_HOLDERS = "https://www.gov.uk/guidance/united-kingdom-security-vetting-existing-clearance-holders"
_UK_REVIEWS = "https://careersindefence.com/career-hub/uk-security-clearance-levels-explained/"
_US_VETTING = (
    "https://www.govexec.com/management/2020/03/"
    "periodic-reinvestigations-are-out-continuous-vetting-security-clearance-holders/163695/"
)
_US_LEVELS = "https://www.federalwarrior.com/workplace/clearance-levels.html"
_DOE_LEVELS = "https://fas.org/sgp/classdoe.htm"
_AU_REVIEWS = "https://www.agsva.gov.au/clearance-holders/revalidation-and-review-activities"
_JP_LAW = (
    "https://www.mondaq.com/economic-analysis/1533264/"
    "establishment-of-a-security-clearance-system-in-the-economic-security-sector"
)
_JP_SECRETS = "https://sj.jst.go.jp/news/202404/n0411-01k.html"
_CA_FORMS = "https://epe.lac-bac.gc.ca/100/201/301/comptes_publics_can/html/2016/esc-src/formulaires-forms/visite-visits-eng.html"
_EU_TABLE = "https://eur-lex.europa.eu/legal-content/EN/TXT/HTML/?uri=CELEX%3A32021D1075"
_SG_LEVELS = "https://www.slideshare.net/slideshow/data-classification-for-cybersecurity-system-design/274550722"

EXPIRY, REVIEW, CONTINUOUS, PER_ROLE = ReviewKind

LEVELS: tuple[Level, ...] = (
    Level(UKSV, "BPSS", "Baseline personnel security standard", 1, PER_ROLE, source=_UK_LEVELS),
    Level(UKSV, "AC", "Accreditation check", 0, EXPIRY, 60, 60, source=_UK_LEVELS),
    Level(UKSV, "CTC", "Counter-terrorist check", 1, REVIEW, 120, 60, source=_UK_REVIEWS),
    Level(UKSV, "SC", "Security check", 3, REVIEW, 120, 60, source=_UK_REVIEWS),
    Level(UKSV, "eSC", "Enhanced security check", 3, PER_ROLE, annual_appraisal=True, source=_UK_HOLDERS),
    Level(UKSV, "DV", "Developed vetting", 4, REVIEW, 84, 36, annual_appraisal=True, source=_UK_REVIEWS),
    Level(UKSV, "eDV", "Enhanced developed vetting", 4, PER_ROLE, annual_appraisal=True, source=_UK_HOLDERS),
    Level(US, "PUBLIC-TRUST", "Public trust (suitability, no clearance)", 1, CONTINUOUS, source=_US_LEVELS),
    Level(US, "CONFIDENTIAL", "Confidential", 2, CONTINUOUS, source=_US_VETTING),
    Level(US, "SECRET", "Secret", 3, CONTINUOUS, source=_US_VETTING),
    Level(US, "TS", "Top Secret", 4, CONTINUOUS, source=_US_VETTING),
    Level(US, "TS-SCI", "Top Secret with SCI eligibility", 4, CONTINUOUS, source=_US_VETTING),
    Level(DOE, "L", "L access authorisation", 3, CONTINUOUS, source=_DOE_LEVELS),
    Level(DOE, "Q", "Q access authorisation", 4, CONTINUOUS, source=_DOE_LEVELS),
    Level(AGSVA, "BASELINE", "Baseline", 1, EXPIRY, 180, 180, source=_AU_REVIEWS),
    Level(AGSVA, "NV1", "Negative Vetting 1", 3, EXPIRY, 120, 120, source=_AU_REVIEWS),
    Level(AGSVA, "NV2", "Negative Vetting 2", 4, EXPIRY, 84, 84, source=_AU_REVIEWS),
    Level(AGSVA, "PV", "Positive Vetting", 4, EXPIRY, 84, 84, annual_appraisal=True, source=_AU_REVIEWS),
    Level(CANADA, "RELIABILITY", "Reliability status", 1, EXPIRY, 120, 120, source=_CA_FORMS, confirmed=False),
    Level(CANADA, "SECRET", "Secret", 3, EXPIRY, 120, 120, source=_CA_FORMS, confirmed=False),
    Level(CANADA, "TS", "Top Secret", 4, EXPIRY, 60, 60, source=_CA_FORMS, confirmed=False),
    Level(
        JAPAN, "CESI", "Critical economic security information", 2, EXPIRY, 120, 120, source=_JP_LAW, confirmed=False
    ),
    Level(JAPAN, "SDS", "Specially designated secret", 3, EXPIRY, 60, 60, source=_JP_SECRETS, confirmed=False),
    Level(
        JAPAN, "SDS-TOP", "Specially designated secret (top)", 4, EXPIRY, 60, 60, source=_JP_SECRETS, confirmed=False
    ),
    Level(SINGAPORE, "CONFIDENTIAL", "Confidential", 2, REVIEW, source=_SG_LEVELS, confirmed=False),
    Level(SINGAPORE, "SECRET", "Secret", 3, REVIEW, source=_SG_LEVELS, confirmed=False),
    Level(SINGAPORE, "TS", "Top Secret", 4, REVIEW, source=_SG_LEVELS, confirmed=False),
    Level(KOREA, "GRADE-III", "Grade III secrets", 2, REVIEW, confirmed=False),
    Level(KOREA, "GRADE-II", "Grade II secrets", 3, REVIEW, confirmed=False),
    Level(KOREA, "GRADE-I", "Grade I secrets", 4, REVIEW, confirmed=False),
    Level(KENYA, "RESTRICTED", "Restricted", 1, REVIEW, confirmed=False),
    Level(KENYA, "CONFIDENTIAL", "Confidential", 2, REVIEW, confirmed=False),
    Level(KENYA, "SECRET", "Secret", 3, REVIEW, confirmed=False),
    Level(KENYA, "TS", "Top Secret", 4, REVIEW, confirmed=False),
    Level(FRANCE, "SECRET", "Secret", 3, EXPIRY, 120, 120, source=_EU_TABLE, confirmed=False),
    Level(FRANCE, "TRES-SECRET", "Très Secret", 4, EXPIRY, 60, 60, source=_EU_TABLE, confirmed=False),
    Level(EUROPE, "CONFIDENTIAL", "EU CONFIDENTIAL", 2, EXPIRY, 60, 60, source=_EU_TABLE, confirmed=False),
    Level(EUROPE, "SECRET", "EU SECRET", 3, EXPIRY, 60, 60, source=_EU_TABLE, confirmed=False),
    Level(EUROPE, "TS", "EU TOP SECRET", 4, EXPIRY, 60, 60, source=_EU_TABLE, confirmed=False),
)
SCHEMES: dict[str, Scheme] = {level.scheme.code: level.scheme for level in LEVELS}
BY_KEY: dict[str, Level] = {level.key: level for level in LEVELS}


def level_named(key: str) -> Level:
    """The level of that key (``UKSV:SC``); an unknown key is refused with the ones that exist in its scheme."""
    level = BY_KEY.get(key.strip())
    if level is None:
        scheme = key.split(":", 1)[0].strip()
        known = [one.key for one in LEVELS if one.scheme.code == scheme] or sorted(SCHEMES)
        raise ValueError(f"There is no clearance level {key!r}. Known: {', '.join(known)}.")
    return level
