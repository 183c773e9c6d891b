"""People: who finds a profile, what somebody is open to, and how much a profile says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from exchange.domain.actors import Actor, Role
from exchange.domain.periods import OPEN_END, Period, spoken
from exchange.domain.verdict import YES, Refusal, Verdict, no

# Below this many abstracts the affinity between a person and a workstream is measurably weaker.
ABSTRACTS_OF_A_STRONG_PROFILE = 12


class Visibility(StrEnum):
    """Who finds a profile in search: everybody in the network, the own institute, or nobody."""

    NETWORK = "network"
    INSTITUTE = "institute"
    HIDDEN = "hidden"


class OpenTo(StrEnum):
    """What a person says they would take on next."""

    SHORT_VISIT = "short_visit"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    JOINT_TESTING = "joint_testing"


OPEN_TO_WORDS = {
    OpenTo.SHORT_VISIT: "Short visits, up to 4 weeks",
    OpenTo.QUARTER: "A secondment of 1 to 3 months",
    OpenTo.HALF_YEAR: "A secondment of 3 to 6 months",
    OpenTo.YEAR: "A secondment of 6 to 12 months",
    OpenTo.JOINT_TESTING: "Joint testing from home",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides who may see a profile. ``institute_id`` is the present employer's, None without one."""

    person_id: int
    institute_id: int | None
    visibility: Visibility
    active: bool = True


@dataclass(frozen=True, slots=True)
class Employed:
    """One employment, both days included; ``ends_on`` is None where no end is set."""

    institute_id: int
    starts_on: date
    ends_on: date | None = None
    fte: Decimal = Decimal(1)

    @property
    def period(self) -> Period:
        return Period(self.starts_on, OPEN_END if self.ends_on is None else self.ends_on)


def reading_locale(country: str) -> str:
    """In whose words somebody of this country (ISO 3166) first reads the pages; everybody may change it."""
    return "en_US" if country == "US" else "en_GB"


def own_institutes(actor: Actor) -> frozenset[int]:
    """The institutes an actor belongs to: the employer, and where a role is held."""
    held = {grant.institute_id for grant in actor.grants}
    return frozenset(institute for institute in held | {actor.institute_id} if institute is not None)


def may_see_profile(actor: Actor, standing: Standing) -> bool:
    """Whether the actor may open this profile at all. Staff who look after people see their own institute's always."""
    if actor.is_system or actor.person_id == standing.person_id:
        return True
    keeps = actor.institutes(Role.HR_COORDINATOR) | actor.institutes(Role.SECURITY_OFFICER)
    if standing.institute_id in keeps:
        return True
    if not standing.active or standing.visibility is Visibility.HIDDEN:
        return False
    return standing.visibility is Visibility.NETWORK or standing.institute_id in own_institutes(actor)


def claim_is_seen(actor: Actor, standing: Standing, visibility: Visibility, *, restricted: bool) -> bool:
    """Whether the actor may know of a claim on a profile they see. Restricted skills stay within the own institute."""
    if actor.is_system or actor.person_id == standing.person_id:
        return True
    if visibility is Visibility.HIDDEN:
        return False
    if visibility is Visibility.NETWORK and not restricted:
        return True
    return standing.institute_id in own_institutes(actor)


def present_employment(employments: Iterable[Employed], day: date) -> Employed | None:
    """The employment of this day; failing that the next one to begin; failing that the last one."""
    known = sorted(employments, key=lambda one: one.starts_on)
    running = [one for one in known if one.starts_on <= day and (one.ends_on is None or one.ends_on >= day)]
    if running:
        return running[-1]
    coming = [one for one in known if one.starts_on > day]
    return coming[0] if coming else known[-1] if known else None


def may_employ(new: Employed, others: Iterable[Employed]) -> Verdict:
    """Whether an employment fits beside the others: never two at one institute at a time, never above full time."""
    beside = [one for one in others if one.period.overlaps(new.period)]
    for one in beside:
        if one.institute_id == new.institute_id:
            return no(
                Refusal.CONFLICT,
                f"There is an employment at this institute already ({one.period}). End that one before the new begins.",
            )
    for day in (new.starts_on, *(one.starts_on for one in beside if one.starts_on > new.starts_on)):
        total = new.fte + sum(one.fte for one in beside if day in one.period)
        if total > 1:
            return no(
                Refusal.CONFLICT,
                f"With the employment at the other institute this would come to {total.normalize():f} of full time "
                f"on {spoken(day)}. Ask them to end or reduce theirs first.",
            )
    return YES
