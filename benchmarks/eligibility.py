"""How long does it take to ask the rules of eligibility about everybody and every opening of a round?

    python benchmarks/eligibility.py [--people 200] [--openings 40] [--weeks 52]

Fills a database with invented people, adds openings with and without a clearance asked for, and asks about so many
people and openings. Prints the CPU seconds of all pairs together, of the request that starts a run, and of one pair
asked alone.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import uuid4

from sqlalchemy.orm import Session, sessionmaker

from exchange.actions import institutes, openings, populations
from exchange.actions.openings import OpeningTerms
from exchange.actions.rounds import inputs, planning
from exchange.actions.rounds.eligible import judge, subject_of
from exchange.actions.rounds.inputs import Question, Records
from exchange.actions.rounds.planning import RoundTerms
from exchange.demo.institutes import INSTITUTES
from exchange.demo.people import everybody
from exchange.domain.actors import SYSTEM, Actor, Grant, Role
from exchange.domain.people import Visibility
from exchange.domain.round_settings import RoundSettings, first_monday
from exchange.store import eligibility
from exchange.store.engine import open_engine
from exchange.store.institutes import all_institutes
from exchange.store.rounds import ExchangeRound
from exchange.web import Settings, create_app, migrations

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ASKED = {"GB": "UKSV:SC", "US": "US:SECRET"}


def bring_people_in(session: Session) -> None:
    """Everybody of the invented world twice, since it alone is smaller than a large round, and all of them visible."""
    for institute in INSTITUTES:
        institutes.create(session, SYSTEM, institute, now=NOW)
    people = [replace(one, visibility=Visibility.NETWORK) for one in everybody(NOW.date(), "")]
    twins = [replace(one, public_id=uuid4(), email=f"twin.{one.email}") for one in people]
    populations.bring_in(session, SYSTEM, (*people, *twins), now=NOW)


def add_openings(session: Session, count: int, first: date) -> None:
    """As many openings, in turn at each institute; half of those where a level is known here ask for it."""
    hosts = list(all_institutes(session).values())
    for number in range(count):
        host = hosts[number % len(hosts)]
        actor = Actor(None, "Coordinator", host.id, frozenset({Grant(Role.HR_COORDINATOR, host.id)}))
        level = ASKED.get(host.country) if number // len(hosts) % 2 else None
        end = first + timedelta(weeks=52)
        terms = OpeningTerms(f"B-{number}", f"Post {number}", host.id, first, end, 4, 52, 26, clearance_asked=level)
        openings.put(session, actor, None, terms, now=NOW)


def records_of(session: Session, people: int, seats: int, weeks: int) -> Records:
    """The records of a round of everybody, cut down to so many people and openings."""
    start = first_monday(NOW.date() + timedelta(days=30))
    add_openings(session, seats, start)
    settings = RoundSettings(institutes=tuple(all_institutes(session)))
    row = ExchangeRound(id=0, title="", starts_on=start, weeks=weeks, institute_id=1, settings=settings.to_json())
    found = inputs.load(session, Question.of(row), NOW.date())
    posts = {opening: skills for opening, skills in found.openings.items() if opening.code.startswith("B-")}
    return replace(found, people=dict(islice(found.people.items(), people)), openings=posts)


def request(session: Session) -> float:
    """The CPU seconds of starting a run over everybody."""
    taking_part = tuple(all_institutes(session))
    coordinator = Actor(None, "Coordinator", taking_part[0], frozenset({Grant(Role.HR_COORDINATOR, taking_part[0])}))
    starts, settings = NOW.date() + timedelta(days=30), RoundSettings(institutes=taking_part)
    terms = RoundTerms("Everybody", taking_part[0], starts, 52, settings)
    ident = planning.create(session, coordinator, terms, now=NOW)
    begun = time.process_time()
    planning.start(session, coordinator, ident, now=NOW)
    return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--openings", type=int, default=40)
    parser.add_argument("--weeks", type=int, default=52)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), database_url=f"sqlite:///{folder}/world.sqlite3", secret_key="x" * 32)
        migrations.upgrade(create_app(settings))
        with sessionmaker(open_engine(settings.database_url))() as session:
            bring_people_in(session)
            records = records_of(session, options.people, options.openings, options.weeks)
            begun = time.process_time()
            eligible, barred = judge(session, records, ())
            together = time.process_time() - begun
            asking = request(session)
            who, opening = next(iter(records.people.values())), next(iter(records.openings))
            begun = time.process_time()
            eligibility.load(session, subject_of(who, opening, records, None), NOW.date())
            alone = time.process_time() - begun
    print(
        f"{len(records.people)} people, {len(records.openings)} openings: {len(eligible)} pairs, {len(barred)} barred"
    )
    print(f"the request that starts a run {asking:.3f} CPU seconds, the worker does the rest")
    print(f"all pairs {together:.2f} CPU seconds; one pair alone {alone:.3f}")


if __name__ == "__main__":
    main()
