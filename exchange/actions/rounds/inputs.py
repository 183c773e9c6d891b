"""What a round is planned from, loaded once: people, openings, stays, and the names under which they go in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from exchange.domain.balance import PairBalance, ledger
from exchange.domain.periods import DAY, Period
from exchange.domain.round_settings import RoundSettings, Weeks
from exchange.store import balance, holidays
from exchange.store import institutes as institute_store
from exchange.store import matches as match_store
from exchange.store import round_facts as store
from exchange.store.institutes import InstituteRow
from exchange.store.matches import Considered
from exchange.store.openings import Opening
from exchange.store.round_facts import Stay
from exchange.store.rounds import ExchangeRound, Run, weeks_of


@dataclass(frozen=True, slots=True)
class Keys:
    """The problem's names and the records behind them."""

    people: Mapping[str, int]
    openings: Mapping[str, int]

    def to_json(self) -> dict[str, dict[str, int]]:
        return {"people": dict(self.people), "openings": dict(self.openings)}


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be planned: whose round it is, over which weeks, and what was decided."""

    round_id: int
    planner_id: int
    weeks: Weeks
    settings: RoundSettings

    @classmethod
    def of(cls, row: ExchangeRound) -> Question:
        """As the round stands."""
        return cls(row.id, row.institute_id, Weeks(row.starts_on, row.weeks), RoundSettings.read(row.settings))

    @classmethod
    def asked(cls, run: Run, row: ExchangeRound) -> Question:
        """As the round stood when the run was started."""
        settings = row.settings if run.settings is None else run.settings
        return cls(row.id, row.institute_id, weeks_of(run, row), RoundSettings.read(settings))


@dataclass(frozen=True, slots=True)
class Records:
    """``institutes`` take part; ``known`` are all of them. ``names`` and ``seats`` name people and openings by id.

    ``before`` is what each pair has exchanged, or has agreed to, on the days before the round.
    """

    planner_id: int
    weeks: Weeks
    settings: RoundSettings
    today: date
    known: Mapping[int, InstituteRow]
    institutes: Mapping[int, InstituteRow]
    people: Mapping[int, Considered]
    openings: Mapping[Opening, dict[str, int]]
    stays: tuple[Stay, ...]
    names: Mapping[int, str]
    seats: Mapping[int, str]
    claims: Mapping[int, Mapping[str, int]]
    holidays: Mapping[int, frozenset[date]]
    fiscal_months: Mapping[int, int]
    absent: Mapping[int, list[Period]]
    proposed: Mapping[int, list[Period]]
    before: tuple[PairBalance, ...]

    @property
    def keys(self) -> Keys:
        return Keys(
            {name: ident for ident, name in self.names.items()}, {name: ident for ident, name in self.seats.items()}
        )

    def may_name(self, stay: Stay) -> bool:
        """Whether the planner may know whose stay it is: their institute is a party, and the person takes part."""
        return stay.person_id in self.names and self.planner_id in {stay.home_id, stay.host_id}


def load(session: Session, asked: Question, today: date) -> Records:
    """The records as they stand; what the settings leave out is not loaded."""
    settings, weeks = asked.settings, asked.weeks
    taking_part, known = frozenset(settings.institutes), institute_store.all_institutes(session)
    people = {
        ident: who
        for ident, who in match_store.considered(session, today).items()
        if who.institute_id in taking_part and ident not in settings.without_people
    }
    openings = {
        opening: skills
        for opening, skills in store.openings(session, taking_part, weeks.window).items()
        if opening.id not in settings.without_openings
    }
    claims = match_store.claims(session)
    return Records(
        planner_id=asked.planner_id,
        weeks=weeks,
        settings=settings,
        today=today,
        known=known,
        institutes={ident: one for ident, one in known.items() if ident in taking_part},
        people=people,
        openings=openings,
        stays=tuple(store.stays(session, weeks.first, asked.round_id)),
        names=distinct({ident: who.name for ident, who in people.items()}),
        seats=distinct({opening.id: opening.title for opening in openings}),
        claims={ident: {claim.skill: int(claim.level) for claim in held} for ident, held in claims.items()},
        holidays=_holidays(session, weeks.window),
        fiscal_months=store.fiscal_months(session) if settings.budgets else {},
        absent=store.absences(session, weeks.window),
        proposed=store.proposed(session, weeks.window, asked.round_id),
        before=ledger(balance.exchanged(session, taking_part), today, Period(date.min, weeks.first - DAY)),
    )


def distinct(names: Mapping[int, str]) -> dict[int, str]:
    """The same names, a number behind those that are taken: two people may have one name."""
    taken: set[str] = set()
    found = {}
    for ident in sorted(names):
        found[ident] = unused(names[ident], taken)
        taken.add(found[ident])
    return found


def unused(name: str, taken: Iterable[str]) -> str:
    """The name, with the first free number behind it where it is taken."""
    others, free, number = set(taken), name, 2
    while free in others:
        free, number = f"{name} ({number})", number + 1
    return free


def _holidays(session: Session, window: Period) -> dict[int, frozenset[date]]:
    found: dict[int, set[date]] = {}
    for one in holidays.of_institutes(session, window):
        found.setdefault(one.institute_id, set()).add(one.day)
    return {ident: frozenset(days) for ident, days in found.items()}
