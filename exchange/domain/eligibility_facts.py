"""What eligibility is judged on: the person, the offer, the stay as planned. What is not recorded is None."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from exchange.domain.allocations import Commitment
from exchange.domain.clearances import Clearance, Need
from exchange.domain.periods import Period
from exchange.domain.policies import PolicyBook
from exchange.domain.recognitions import Recognition


@dataclass(frozen=True, slots=True)
class Employment:
    institute_id: int
    period: Period
    fte: Decimal = Decimal(1)
    probation_ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission to stay and work: ``route`` is a key of the policy seeds' ``ROUTES``."""

    country: str
    route: str
    period: Period


@dataclass(frozen=True, slots=True)
class PastStay:
    """An earlier stay away from home."""

    country: str
    route: str
    period: Period


@dataclass(frozen=True, slots=True)
class MustSkill:
    """A skill the seat demands, at which level (1 to 4), and the level the person claims (0 for none)."""

    label: str
    needed: int
    held: int


@dataclass(frozen=True, slots=True)
class CandidateFacts:
    person_id: int
    employments: tuple[Employment, ...] | None = None
    released: bool | None = None
    consented: bool | None = None
    declared_on: date | None = None  # the conflict-of-interest declaration
    citizenships: frozenset[str] | None = None
    clearances: tuple[Clearance, ...] = ()
    permissions: tuple[Permission, ...] = ()
    passport_until: date | None = None
    past: tuple[PastStay, ...] = ()
    commitments: tuple[Commitment, ...] = ()  # everything but the stay that is judged
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """The opening and its workstream. ``site_rank`` is the highest rank of work the site is built for."""

    host_id: int
    host_country: str
    need: Need
    host_active: bool = True
    window: Period | None = None
    min_days: int | None = None
    max_days: int | None = None
    musts: tuple[MustSkill, ...] = ()
    site_rank: int | None = None
    languages: frozenset[str] = frozenset()
    overlap_hours_needed: Decimal = Decimal(0)
    overlap_hours: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StayFacts:
    """The stay as planned. ``city`` is where an in-person stay is; empty when it is remote.

    ``days_off`` are its first and last day where they are public holidays of the site.
    """

    period: Period
    home_id: int
    home_country: str
    home_active: bool = True
    host_fte: Decimal = Decimal(1)
    home_fte: Decimal = Decimal(0)
    city: str = ""
    days_off: frozenset[date] = frozenset()
    legal_basis: str | None = None
    government_paid: bool = True
    recognitions: tuple[Recognition, ...] = ()
    visits: tuple[Period, ...] = ()  # days covered by granted visit requests
    visit_pending: bool = False
    visit_needed: bool = True
    export_brief: bool | None = None
    coverage_certificate: bool | None = None
    funded: bool | None = None


@dataclass(frozen=True, slots=True)
class EligibilityFacts:
    candidate: CandidateFacts
    offer: OfferFacts
    stay: StayFacts
    book: PolicyBook
    today: date

    @property
    def period(self) -> Period:
        return self.stay.period

    @property
    def abroad(self) -> bool:
        """Whether the person goes to work in another country."""
        return bool(self.stay.city) and self.offer.host_country != self.stay.home_country

    def limit(self, key: str, jurisdiction: str = "*") -> int:
        """A whole number from the policy rows in force on the first day of the stay."""
        return self.book.number(key, self.period.start, jurisdiction)
