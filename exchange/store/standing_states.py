"""The state of secondments as it stands today, for lists: what has lapsed is suspended at once, recorded or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar, Protocol, TypeVar

from sqlalchemy.orm import Session

from exchange.domain.access_strip import lanes_of, lapse_on, strip
from exchange.domain.agreements import Mode
from exchange.domain.eligibility_facts import EligibilityFacts
from exchange.domain.periods import Period
from exchange.domain.secondment_facts import ON_SITE, State
from exchange.store import eligibility
from exchange.store.eligibility import Subject
from exchange.store.secondments import Secondment


class OnList(Protocol):
    """What a list knows of a secondment, as far as its access depends on it."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def id(self) -> int: ...
    @property
    def person_id(self) -> int: ...
    @property
    def home_id(self) -> int: ...
    @property
    def host_id(self) -> int: ...
    @property
    def opening_id(self) -> int | None: ...
    @property
    def workstream_id(self) -> int | None: ...
    @property
    def mode(self) -> Mode: ...
    @property
    def phased(self) -> bool: ...
    @property
    def period(self) -> Period: ...
    @property
    def state(self) -> State: ...


R = TypeVar("R", bound=OnList)


def as_they_stand(session: Session, rows: Sequence[R], today: date) -> list[R]:
    """The rows, those suspended whose access today certainly lacks something; one statement at most."""
    subjects = {row.id: _subject(row) for row in rows if row.state in ON_SITE}
    if not subjects:
        return list(rows)
    recorded = eligibility.load_all(session, subjects.values(), today)
    return [
        replace(row, state=State.SUSPENDED)
        if row.id in subjects and _lapsed(recorded.facts(subjects[row.id]), phased=row.phased)
        else row
        for row in rows
    ]


def stands_suspended(row: Secondment, facts: EligibilityFacts) -> bool:
    """Whether a stay is suspended on the day of its facts, recorded or not."""
    return row.state is State.SUSPENDED or (row.state in ON_SITE and _lapsed(facts, phased=bool(row.phased_access)))


def _lapsed(facts: EligibilityFacts, *, phased: bool) -> bool:
    return lapse_on(strip(facts.period, lanes_of(facts, None)), facts, phased) is not None


def _subject(row: OnList) -> Subject:
    return Subject(
        person_id=row.person_id,
        home_id=row.home_id,
        host_id=row.host_id,
        period=row.period,
        opening_id=row.opening_id,
        workstream_id=row.workstream_id,
        mode=row.mode,
        secondment_id=row.id,
    )
