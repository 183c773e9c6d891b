"""What a coordinator does with a round: make it, change what was decided, run it, stop a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from exchange.actions.writing import Work, refuse, writing
from exchange.domain import access
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.domain.round_settings import RoundSettings, Weeks, first_monday
from exchange.domain.verdict import Refusal
from exchange.scheduling.problem import Placement
from exchange.store import rounds as store
from exchange.store.rounds import ExchangeRound, Run

LONGEST = 260  # weeks


@dataclass(frozen=True, slots=True)
class RoundTerms:
    """A round as typed; ``starts_on`` is moved to the Monday on or after it."""

    title: str
    institute_id: int
    starts_on: date
    weeks: int
    settings: RoundSettings


def create(session: Session, actor: Actor, terms: RoundTerms, *, now: datetime) -> int:
    """Make a round and return its id.

    Raises:
        Refused: not the actor's institute, or the terms make no sense.
    """
    with writing(session, actor, "round:create", now=now) as work:
        work.subject("round", None, *terms.settings.institutes)
        work.require(access.decide(actor, Permission.ROUNDS_PLAN, terms.institute_id))
        _require_sense(terms, now.date())
        start = first_monday(terms.starts_on)
        row = ExchangeRound(
            title=terms.title.strip(),
            starts_on=start,
            weeks=terms.weeks,
            institute_id=terms.institute_id,
            settings=terms.settings.to_json(),
            created_by_id=actor.person_id,
            created_at=now,
        )
        session.add(row)
        session.flush()
        work.subject("round", row.id, *terms.settings.institutes)
        work.record(f"{actor.name} made the exchange round {row.title}.", {"settings": row.settings})
        return row.id


def change(session: Session, actor: Actor, round_id: int, terms: RoundTerms, *, version: int, now: datetime) -> None:
    """Decide anew; the runs there are keep what was decided when they ran, the next ones take this.

    Raises:
        Refused: not found, not the actor's, changed by somebody else since, or the terms make no sense.
    """
    with writing(session, actor, "round:change", now=now) as work:
        row = fetched_round(work, round_id)
        if row.version != version:
            raise refuse(Refusal.CONFLICT, "Somebody else has changed this round since you opened it. Look again.")
        _require_sense(terms, now.date())
        before = row.settings
        row.title, row.starts_on, row.weeks = terms.title.strip(), first_monday(terms.starts_on), terms.weeks
        row.settings = terms.settings.to_json()
        work.record(f"{actor.name} changed the exchange round {row.title}.", {"before": before, "after": row.settings})


def start(session: Session, actor: Actor, round_id: int, *, locks: Iterable[Placement] = (), now: datetime) -> int:
    """Put a run in the queue and return its id; the worker reads the records and says where they cannot be planned.

    Raises:
        Refused: not found, or not the actor's.
    """
    with writing(session, actor, "round:run", now=now) as work:
        row = fetched_round(work, round_id)
        run = waiting_run(row, actor, now)
        run.asked["locks"] = [lock.to_json() for lock in locks]
        session.add(run)
        session.flush()
        work.record(f"{actor.name} started a run of {row.title}.", {"run": run.id, "asked": run.asked})
        return run.id


def waiting_run(row: ExchangeRound, actor: Actor, now: datetime) -> Run:
    """A run that keeps what was decided for the round until now."""
    return Run(
        round_id=row.id,
        seconds=RoundSettings.read(row.settings).seconds,
        settings=row.settings,
        asked={"starts_on": row.starts_on.isoformat(), "weeks": row.weeks},
        keys={"people": {}, "openings": {}},
        created_by_id=actor.person_id,
        created_at=now,
    )


def _require_sense(terms: RoundTerms, today: date) -> None:
    faults = list(terms.settings.faults())
    if not terms.title.strip():
        faults.append("Give the round a title.")
    if not 1 <= terms.weeks <= LONGEST:
        faults.append(f"A round has between 1 and {LONGEST} weeks.")
    elif Weeks(first_monday(terms.starts_on), terms.weeks).window.end <= today:
        faults.append("The window lies in the past: choose one that ends after today.")
    if faults:
        raise refuse(Refusal.INVALID, *faults)


def stop(session: Session, actor: Actor, run_id: int, *, now: datetime) -> None:
    """Ask a run to end with the best plan it has; one that waits is ended at once.

    Raises:
        Refused: not found, not the actor's, or over already.
    """
    with writing(session, actor, "round:stop", now=now) as work:
        run, row = fetched_run(work, run_id)
        if not run.ask_to_stop(now):
            raise refuse(Refusal.CONFLICT, f"This run is {run.status.value} already.")
        work.record(f"{actor.name} stopped a run of {row.title}.", {"run": run_id})


def fetched_round(work: Work, ident: int) -> ExchangeRound:
    work.subject("round", ident)
    row = store.find(work.session, ident, access.reach(work.actor, Permission.ROUNDS_PLAN))
    if row is None:
        raise refuse(Refusal.NOT_FOUND, "There is no such round, or it is not yours to plan.")
    work.subject("round", ident, *RoundSettings.read(row.settings).institutes)
    return row


def fetched_run(work: Work, ident: int) -> tuple[Run, ExchangeRound]:
    work.subject("run", ident)
    found = store.find_run(work.session, ident, access.reach(work.actor, Permission.ROUNDS_PLAN))
    if found is None:
        raise refuse(Refusal.NOT_FOUND, "There is no such run, or it is not yours.")
    work.subject("round", found[1].id, *RoundSettings.read(found[1].settings).institutes)
    return found
