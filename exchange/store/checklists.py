"""Which tasks of a secondment's checklist are done; what is to be done comes from the templates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Select, String, Text, and_, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from exchange.domain.agreements import Mode
from exchange.domain.checklists import Owner, Task, tasks_for
from exchange.domain.periods import Period
from exchange.domain.secondment_facts import FINAL, SecondmentFacts, State
from exchange.store.base import Base
from exchange.store.batches import gather
from exchange.store.institutes import Site
from exchange.store.openings import Opening
from exchange.store.people import Employment, Person
from exchange.store.secondments import Scope, Secondment
from exchange.store.working_calendars import Place
from exchange.store.workstreams import Workstream

BEGUN = frozenset(State) - FINAL - {State.DRAFT, State.NOMINATED}  # from acceptance on there is something to do


class ChecklistItem(Base):
    __tablename__ = "checklist_item"

    secondment_id: Mapped[int] = mapped_column(ForeignKey("secondment.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    done_on: Mapped[date]
    done_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    evidence: Mapped[str] = mapped_column(Text, default="")


@dataclass(frozen=True, slots=True)
class Checklist:
    """The tasks of one secondment, with as much of the secondment as says whose they are."""

    secondment_id: int
    person_name: str
    facts: SecondmentFacts
    tasks: tuple[Task, ...]


def of_secondment(session: Session, ident: int) -> tuple[Task, ...]:
    """The tasks of one secondment, whatever its state, the earliest due first."""
    return next(iter(_checklists(session, Secondment.id == ident))).tasks


def within(session: Session, scope: Scope, states: frozenset[State] = BEGUN) -> list[Checklist]:
    """The checklists of every secondment in the scope that is in one of these states, in one statement."""
    return _checklists(session, and_(scope.where(), Secondment.state.in_(states)))


def _checklists(session: Session, where: ColumnElement[bool]) -> list[Checklist]:
    found = gather(session, stays=_stays().where(where), items=_items().where(where), sites=_sites())
    done: dict[int, dict[str, tuple[Any, ...]]] = {}
    for ident, key, *columns in found["items"]:
        done.setdefault(ident, {})[key] = tuple(columns)
    places: dict[int, Place] = {}
    first_site: dict[int, int] = {}
    for site, institute, country, subdivision in sorted(found["sites"], key=lambda row: row[0]):
        places[site] = Place(country, subdivision)
        first_site.setdefault(institute, site)
    return [_checklist(row, done.get(row[0], {}), places, first_site) for row in sorted(found["stays"])]


def _checklist(
    row: tuple[Any, ...], done: dict[str, tuple[Any, ...]], places: dict[int, Place], first_site: dict[int, int]
) -> Checklist:
    ident, person_id, name, home, host, first, last, state, since, lead, mode, site, own_site, classified = row
    at_home = places.get(own_site or first_site.get(home, 0))
    at_host = places.get(site or first_site.get(host, 0))
    facts = SecondmentFacts(
        state=state,
        person_id=person_id,
        home_id=home,
        host_id=host,
        period=Period(first, last),
        quiet_since=since,
        lead_ids=frozenset({lead} if lead is not None else ()),
    )
    tasks = _due_tasks(facts.period, at_home, at_host, mode is not Mode.REMOTE, bool(classified))
    return Checklist(ident, name, facts, tuple(_with_done(tasks, done)))


def _with_done(tasks: Iterable[Task], done: dict[str, tuple[Any, ...]]) -> Iterable[Task]:
    for task in tasks:
        if task.key not in done:
            yield task
            continue
        on, evidence, by = done[task.key]
        yield replace(task, done_on=on, evidence=evidence or "", done_by=by)


@lru_cache(maxsize=4096)  # a dashboard asks for the same few hundred each time, and each takes a walk through months
def _due_tasks(
    stay: Period, home: Place | None, host: Place | None, in_person: bool, classified: bool
) -> tuple[Task, ...]:
    own = {
        Owner.HOME: home,
        Owner.HOME_SECURITY: home,
        Owner.PERSON: home,
        Owner.HOST: host,
        Owner.HOST_SECURITY: host,
    }
    return tasks_for(
        stay,
        abroad=home is None or host is None or home.country != host.country,
        rank=1 if classified else 0,
        in_person=in_person,
        holidays={owner: place.holidays(stay) for owner, place in own.items() if place},
    )


def _stays() -> Select[*tuple[Any, ...]]:
    own_site = (
        select(Employment.site_id)
        .where(Employment.person_id == Secondment.person_id, Employment.institute_id == Secondment.home_institute_id)
        .order_by(Employment.starts_on.desc())
        .limit(1)
        .correlate(Secondment)
        .scalar_subquery()
    )
    asked = or_(Opening.clearance_asked.is_not(None), Workstream.clearance_asked.is_not(None))
    return (
        select(
            Secondment.id,
            Secondment.person_id,
            Person.full_name,
            Secondment.home_institute_id,
            Secondment.host_institute_id,
            Secondment.starts_on,
            Secondment.ends_on,
            Secondment.state,
            Secondment.state_since,
            Workstream.lead_person_id,
            Secondment.mode,
            func.coalesce(Secondment.site_id, Opening.site_id).label("site"),
            own_site.label("own_site"),
            asked.label("asked"),
        )
        .join(Person, Person.id == Secondment.person_id)
        .outerjoin(Opening, Opening.id == Secondment.opening_id)
        .outerjoin(Workstream, Workstream.id == Secondment.workstream_id)
    )


def _items() -> Select[*tuple[Any, ...]]:
    return (
        select(
            ChecklistItem.secondment_id,
            ChecklistItem.key,
            ChecklistItem.done_on,
            ChecklistItem.evidence,
            Person.full_name,
        )
        .join(Secondment, Secondment.id == ChecklistItem.secondment_id)
        .join(Person, Person.id == ChecklistItem.done_by_id)
    )


def _sites() -> Select[*tuple[Any, ...]]:
    return select(Site.id, Site.institute_id, Site.holiday_country, Site.holiday_subdivision)
