"""The invented people: each on the roster with a career that fits their area. The same on every run."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from uuid import NAMESPACE_URL, UUID, uuid5

from exchange.actions.populations import Claim, Job, Somebody
from exchange.demo.areas import AREAS, Area
from exchange.demo.clearances import held_by
from exchange.demo.papers import written
from exchange.demo.roster import Named, roster
from exchange.demo.signins import SIGN_INS
from exchange.domain.actors import Role
from exchange.domain.people import OpenTo, Visibility
from exchange.domain.skills import vocabulary
from exchange.store.people import EmploymentKind
from exchange.store.skills import Wish

CORE = 2  # the skills of an area that most of its people have, and its openings ask for
SEED = 20_241_120  # the day the network was founded
RESEARCHES = frozenset({Role.RESEARCHER, Role.WORKSTREAM_LEAD})
SIGN_IN_ADDRESSES = frozenset(one.email for one in SIGN_INS)


def everybody(today: date, password_hash: str) -> tuple[Somebody, ...]:
    """All people; those with an office can sign in with the one password."""
    chance = Random(SEED)  # noqa: S311 - the world must be the same each time, not unguessable
    return tuple(_somebody(named, today, password_hash, chance) for named in roster())


def public_id(email: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"mailto:{email}")


def _somebody(named: Named, today: date, password_hash: str, chance: Random) -> Somebody:
    second = chance.choice(AREAS)
    researches = named.role in RESEARCHES
    site = chance.choice(named.institute.sites) if chance.random() < 0.25 else named.institute.sites[0]
    papers = written(named.area, second, chance.randint(3, 15), today.year, chance) if researches else ()
    return Somebody(
        public_id=public_id(named.email),
        email=named.email,
        full_name=named.name,
        latin_name=named.latin_name or None,
        job=_job(named, site.name, today, chance),
        zone=site.zone,
        locale="en_US" if named.institute.country == "US" else "en_GB",
        languages=named.languages,
        citizenships=named.citizenships,
        about=_about(named, second) if researches else "",
        open_to=tuple(chance.sample(list(OpenTo), chance.randint(1, 3))) if researches else (),
        visibility=_visibility(chance),
        password_hash=password_hash if _signs_in(named) else None,
        roles=(Role.RESEARCHER, Role.WORKSTREAM_LEAD) if named.role is Role.WORKSTREAM_LEAD else (named.role,),
        claims=_claims(named, second, today, chance) if researches else (),
        papers=papers,
        clearances=held_by(named.institute.country, today, chance),
        absences=_absences(today, chance),
    )


def _signs_in(named: Named) -> bool:
    return named.role is not Role.RESEARCHER or named.email in SIGN_IN_ADDRESSES


def _visibility(chance: Random) -> Visibility:
    return chance.choices(list(Visibility), weights=(90, 7, 3))[0]


def _about(named: Named, second: Area) -> str:
    return (
        f"Works on {named.area.title.lower()} at {named.institute.short_name}, with a second interest in "
        f"{second.title.lower()}. (Invented person.)"
    )


def _job(named: Named, site: str, today: date, chance: Random) -> Job:
    """Most are permanent; some on a fixed term that ends within sight, some part-time, a few on probation."""
    starts = today - timedelta(days=chance.randint(120, 1500))
    kind = chance.choices(list(EmploymentKind), weights=(70, 20, 5, 5))[0]
    ends = None if kind is EmploymentKind.PERMANENT else today + timedelta(days=chance.randint(200, 1100))
    on_probation = (today - starts).days < 180
    return Job(
        institute=named.institute.code,
        site=site,
        title=named.title,
        starts_on=starts,
        ends_on=ends,
        kind=kind,
        fte=chance.choices((Decimal(1), Decimal("0.8"), Decimal("0.5")), weights=(85, 10, 5))[0],
        probation_ends_on=starts + timedelta(days=182) if on_probation else None,
    )


def _claims(named: Named, second: Area, today: date, chance: Random) -> tuple[Claim, ...]:
    core, more = named.area.skills[:CORE], named.area.skills[CORE:]
    main = [*core, *chance.sample(more, min(len(more), chance.randint(2, 5)))]
    other = [skill for skill in chance.sample(second.skills, 2) if skill not in main]
    spoken = [f"lang-{code}" for code in named.languages if vocabulary().find(f"lang-{code}")]
    claims = [_claim(skill, chance.choices((2, 3, 4), weights=(3, 5, 2))[0], today, chance) for skill in main]
    claims += [_claim(skill, chance.randint(1, 2), today, chance) for skill in other]
    return (*claims, *(_claim(skill, 4, today, chance) for skill in spoken))


def _claim(skill: str, level: int, today: date, chance: Random) -> Claim:
    used = today - timedelta(days=chance.choice((10, 40, 120, 400, 900)))
    return Claim(skill, level, used, chance.choices(list(Wish), weights=(5, 4, 1))[0])


def _absences(today: date, chance: Random) -> tuple[tuple[date, date], ...]:
    """Up to two stretches of leave in the coming year."""
    starts = [today + timedelta(days=chance.randint(-20, 330)) for _ in range(chance.randint(0, 2))]
    return tuple((first, first + timedelta(days=chance.choice((4, 11, 20)))) for first in starts)
