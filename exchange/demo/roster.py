"""Who is in the invented world, before their careers are invented: names of many forms, and what each is there for."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files

from exchange.actions.institutes import NewInstitute
from exchange.demo.areas import AREAS, BY_CODE, Area
from exchange.demo.institutes import INSTITUTES
from exchange.demo.signins import SIGN_INS, SignIn
from exchange.domain.actors import Role

# What the first people of an institute do besides, in the order of the file; the others are researchers alone.
OFFICES = (Role.HR_COORDINATOR, Role.SECURITY_OFFICER, Role.HR_COORDINATOR, Role.WORKSTREAM_LEAD)
OFFICES_BESIDE_SIGN_INS = (Role.WORKSTREAM_LEAD,)
HANDLES = {Role.HR_COORDINATOR: "hr", Role.SECURITY_OFFICER: "security", Role.WORKSTREAM_LEAD: "lead"}
TITLES = {
    Role.HR_COORDINATOR: "HR coordinator",
    Role.SECURITY_OFFICER: "Personnel security officer",
    Role.WORKSTREAM_LEAD: "Workstream lead, {area}",
    Role.RESEARCHER: "{grade}, {area}",
}
GRADES = ("Research scientist", "Senior research scientist", "Research engineer", "Evaluation scientist", "Fellow")
UNFOLDED = str.maketrans(
    {"ø": "o", "ß": "ss", "œ": "oe", "þ": "th", "ð": "d", "\u0131": "i", "ł": "l", "đ": "d", "æ": "ae"}
)


@dataclass(frozen=True, slots=True)
class Named:
    """A line of the file, or a sign-in: who somebody is before their career is invented."""

    institute: NewInstitute
    name: str
    latin_name: str
    languages: tuple[str, ...]
    citizenships: tuple[str, ...]
    role: Role
    email: str
    area: Area
    title: str


def roster() -> tuple[Named, ...]:
    """Everybody: first those who sign in, then the lines of the file."""
    return (*_signing_in(), *_from_the_file())


def _signing_in() -> Iterator[Named]:
    by_code = {institute.code: institute for institute in INSTITUTES}
    for number, one in enumerate(SIGN_INS):
        institute = by_code[one.institute]
        languages = ("en", "sv") if number == 0 else ("en", "es") if number == 1 else ("en",)
        yield Named(
            institute, one.name, "", languages, (institute.country,), one.role, one.email, _area_of(one), one.title
        )


def _area_of(one: SignIn) -> Area:
    return next(
        (area for area in AREAS if area.title in one.title), BY_CODE["autonomy" if "Agent" in one.title else "cyber"]
    )


def _from_the_file() -> Iterator[Named]:
    by_code = {institute.code: institute for institute in INSTITUTES}
    rows = csv.DictReader(files("exchange.demo").joinpath("names.csv").read_text(encoding="utf-8").splitlines())
    taken = {one.email for one in SIGN_INS}
    places: dict[str, int] = {}
    for number, row in enumerate(rows):
        institute = by_code[row["institute"]]
        place = places.get(institute.code, 0)
        places[institute.code] = place + 1
        role = _office(institute.code, place)
        area = AREAS[(number * 5 + place) % len(AREAS)]
        email = _address(row["latin_name"] or row["name"], role, institute.code, taken)
        taken.add(email)
        languages, citizenships = tuple(row["languages"].split("|")), tuple(row["citizenships"].split("|"))
        grade = GRADES[number % len(GRADES)]
        title = TITLES[role].format(area=area.title, grade=grade)
        yield Named(institute, row["name"], row["latin_name"], languages, citizenships, role, email, area, title)


def _office(code: str, place: int) -> Role:
    beside = any(one.institute == code for one in SIGN_INS)
    offices = OFFICES_BESIDE_SIGN_INS if beside else OFFICES
    return offices[place] if place < len(offices) else Role.RESEARCHER


def _address(name: str, role: Role, code: str, taken: Iterable[str]) -> str:
    """``hr@jp-aisi.example`` for the first with an office, ``tanaka.sho@jp-aisi.example`` for the others."""
    domain = f"{code.lower()}.example"
    office = f"{HANDLES[role]}@{domain}" if role in HANDLES else ""
    if office and office not in taken:
        return office
    plain = unicodedata.normalize("NFKD", name.casefold().translate(UNFOLDED)).encode("ascii", "ignore").decode()
    return f"{'.'.join(re.findall('[a-z0-9]+', plain))}@{domain}"
