"""Whether clearances open what is asked, day by day, and who may see what of them.

Records are appended, never overwritten: a record's status stands from its day until the record that supersedes it.
A level opens something in its own country by its rank; in another country only a granted recognition does. What is not
known for certain - an overdue review, an old confirmation, an undecided recognition - is *unknown*, never a yes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from exchange.domain.actors import Actor, Role
from exchange.domain.clearance_schemes import BY_KEY, Level, ReviewKind, level_named
from exchange.domain.periods import DAY, OPEN_END, Period, gaps, shared, spoken, union
from exchange.domain.recognitions import Recognition, RecognitionStatus

CONFIRMATION_DAYS = 90  # the seed of policy row clearance.confirmation_days


class ClearanceStatus(StrEnum):
    APPLIED = "applied"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class Answer(StrEnum):
    MEETS = "meets"
    DOES_NOT = "does_not"
    UNKNOWN = "unknown"


class CitizenshipRule(StrEnum):
    """For people with several citizenships: one of the allowed is enough, or every one must be allowed."""

    ANY = "any"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Clearance:
    """One record. ``granted_on`` is the day from which its status stands; dates are the last valid days."""

    id: int
    level: str  # a level's key, UKSV:SC
    status: ClearanceStatus
    granted_on: date
    review_due_on: date | None = None
    expires_on: date | None = None
    continuous_vetting: bool = True
    caveats: frozenset[str] = frozenset()
    confirmed_on: date | None = None
    supersedes: int | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """What is asked. A caveat in ``excluded_caveats`` rules a clearance out; no ``citizenships`` means no such rule."""

    country: str
    rank: int
    excluded_caveats: frozenset[str] = frozenset()
    citizenships: frozenset[str] = frozenset()
    citizenship_rule: CitizenshipRule = CitizenshipRule.ANY


@dataclass(frozen=True, slots=True)
class Coverage:
    """The days that are certainly covered and those that may be; every other day is not. ``notes``: security only."""

    covered: tuple[Period, ...]
    unknown: tuple[Period, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Meets:
    """The answer for a period. ``until`` is the last day for which it meets, None without end.

    ``then`` says what follows when ``until`` comes before the period's end; otherwise it is None.
    """

    answer: Answer
    until: date | None = None
    then: Answer | None = None

    @property
    def throughout(self) -> bool:
        return self.answer is Answer.MEETS and self.then is None

    def __str__(self) -> str:
        if self.answer is Answer.MEETS:
            return f"Meets what is asked until {spoken(self.until)}" if self.until else "Meets what is asked"
        return "Does not meet what is asked" if self.answer is Answer.DOES_NOT else "Unknown"


def need_of(level: str | None, country: str) -> Need:
    """What asking for a level means: its rank in its own country; nothing asked is rank 0 in the host's."""
    if not level:
        return Need(country, 0)
    asked = level_named(level)
    return Need(asked.country, asked.rank)


def coverage(
    clearances: Sequence[Clearance],
    need: Need,
    within: Period,
    today: date,
    *,
    recognitions: Iterable[Recognition] = (),
    confirmation_days: int = CONFIRMATION_DAYS,
) -> Coverage:
    """Which days of ``within`` the clearances open what is needed."""
    if need.rank == 0:
        return Coverage((within,), ())
    decisions = tuple(recognitions)
    sure: list[Period] = []
    unsure: list[Period] = []
    notes: list[str] = []
    for record in clearances:
        level = BY_KEY.get(record.level)
        stands = _stands(record, clearances)
        if level is None or stands is None or record.caveats & need.excluded_caveats:
            continue
        certain, possible, note = _valid(record, level, today, confirmation_days)
        opened, perhaps = _opened(record, level, need, clearances, decisions)
        sure += shared(shared([stands], certain), opened)
        unsure += shared(shared([stands], (*certain, *possible)), (*opened, *perhaps))
        notes += [f"{level.name}: {text}" for text in (note, _recognition_note(opened, perhaps)) if text]
    covered = shared(sure, [within])
    unknown = tuple(day for maybe in shared(unsure, [within]) for day in gaps(maybe, covered))
    if not clearances:
        unknown, notes = (within,), ["No clearance is recorded."]
    return Coverage(covered, unknown, tuple(notes))


def meets(
    clearances: Sequence[Clearance],
    need: Need,
    period: Period,
    today: date,
    *,
    recognitions: Iterable[Recognition] = (),
    confirmation_days: int = CONFIRMATION_DAYS,
) -> Meets:
    """Whether what is asked is met from the first day of the period, and until when."""
    beyond = Period(period.start, OPEN_END)
    found = coverage(clearances, need, beyond, today, recognitions=recognitions, confirmation_days=confirmation_days)
    run = next((covered for covered in found.covered if period.start in covered), None)
    if run is None:
        maybe = any(period.start in unknown for unknown in found.unknown)
        return Meets(Answer.UNKNOWN if maybe else Answer.DOES_NOT)
    if run.open_ended:
        return Meets(Answer.MEETS)
    if run.end >= period.end:
        return Meets(Answer.MEETS, run.end)
    after = run.end + DAY
    follows = Answer.UNKNOWN if any(after in unknown for unknown in found.unknown) else Answer.DOES_NOT
    return Meets(Answer.MEETS, run.end, follows)


def lapsed(
    clearances: Sequence[Clearance],
    need: Need,
    today: date,
    *,
    recognitions: Iterable[Recognition] = (),
    confirmation_days: int = CONFIRMATION_DAYS,
) -> bool:
    """Rule 17: whether what is needed is certainly not open today. Not knowing suspends nobody."""
    answer = meets(
        clearances,
        need,
        Period(today, today),
        today,
        recognitions=recognitions,
        confirmation_days=confirmation_days,
    )
    return answer.answer is Answer.DOES_NOT


def gone(clearances: Sequence[Clearance], need: Need, day: date, recognitions: Iterable[Recognition]) -> bool:
    """Whether what once opened this is certainly over, although another clearance awaits the host's decision.

    That one opens nothing yet: whoever held two, or was granted the same anew, has no access until it is decided on.
    """
    decisions = tuple(recognitions)
    decided = [one for one in clearances if _is_decided(one, need, clearances, decisions)]
    if need.rank == 0 or not decided:
        return False
    since = min(one.granted_on for one in decided)
    found = coverage(decided, need, Period(since, max(since, day)), day, recognitions=decisions)
    perhaps = (*found.covered, *found.unknown)
    return bool(perhaps) and not any(day in one for one in perhaps)


def _is_decided(
    record: Clearance, need: Need, clearances: Sequence[Clearance], decisions: Iterable[Recognition]
) -> bool:
    """Whether it is known what the record opens: it is of the very country, or the host has decided on it."""
    level = BY_KEY.get(record.level)
    if level is not None and level.country == need.country:
        return True
    line = _line_of(record, clearances)
    return any(one.clearance_id in line and one.host_country == need.country for one in decisions)


def citizenship_answer(citizenships: frozenset[str] | None, need: Need) -> Answer:
    """Rule 19. None is undisclosed, therefore unknown; an empty set is a stateless person, who meets no such rule."""
    if not need.citizenships:
        return Answer.MEETS
    if citizenships is None:
        return Answer.UNKNOWN
    if need.citizenship_rule is CitizenshipRule.ALL:
        met = bool(citizenships) and citizenships <= need.citizenships
    else:
        met = bool(citizenships & need.citizenships)
    return Answer.MEETS if met else Answer.DOES_NOT


class Sight(StrEnum):
    """How much of a person's clearance somebody sees."""

    FULL = "full"  # every record, as its keeper
    CONFIRMATION = "confirmation"  # what home confirms for this secondment, and the host's own decision
    STATUS = "status"  # one's own level and status
    VERDICT = "verdict"  # meets until a day, does not, unknown
    NOTHING = "nothing"


def sight(actor: Actor, person_id: int, home_id: int, host_ids: frozenset[int] = frozenset()) -> Sight:
    """What the actor sees of this person's clearance: as much as the best of their roles allows."""
    if actor.has(Role.SECURITY_OFFICER, home_id):
        return Sight.FULL
    if any(actor.has(Role.SECURITY_OFFICER, host) for host in host_ids):
        return Sight.CONFIRMATION
    if actor.person_id is not None and actor.person_id == person_id:
        return Sight.STATUS
    concerned = host_ids | {home_id}
    if any(actor.has(role, one) for role in (Role.HR_COORDINATOR, Role.WORKSTREAM_LEAD) for one in concerned):
        return Sight.VERDICT
    return Sight.NOTHING


def _stands(record: Clearance, clearances: Sequence[Clearance]) -> Period | None:
    """The days on which this record, and not yet its successor, is the one that counts."""
    successor = next((other for other in clearances if other.supersedes == record.id), None)
    end = OPEN_END if successor is None else successor.granted_on - DAY
    return Period(record.granted_on, end) if end >= record.granted_on else None


Days = tuple[Period, ...]


def _valid(record: Clearance, level: Level, today: date, confirmation_days: int) -> tuple[Days, Days, str]:
    """The days on which the record is certainly valid, those on which it may be, and why some are not certain."""
    end = record.expires_on or OPEN_END
    whole = (Period(record.granted_on, max(end, record.granted_on)),)
    if record.status is not ClearanceStatus.ACTIVE:
        applied = record.status is ClearanceStatus.APPLIED
        return (), whole if applied else (), "vetting is under way." if applied else ""
    if record.confirmed_on is None or today - record.confirmed_on > timedelta(days=confirmation_days):
        return (), whole, f"not confirmed in the last {confirmation_days} days."
    if record.review_due_on is not None and record.review_due_on < end:
        return (Period(record.granted_on, max(record.review_due_on, record.granted_on)),), whole, "a review falls due."
    dated = record.expires_on is not None or record.review_due_on is not None
    if dated or (level.review_kind is ReviewKind.CONTINUOUS and record.continuous_vetting):
        return whole, (), ""
    missing = "tied to a role" if level.review_kind is ReviewKind.PER_ROLE else "no review or expiry date recorded"
    return (), whole, f"{missing}; the sponsor must confirm it."


def _opened(
    record: Clearance,
    level: Level,
    need: Need,
    clearances: Sequence[Clearance],
    decisions: Sequence[Recognition],
) -> tuple[Days, Days]:
    """The days on which the level, if valid, opens what is needed; and those on which nobody has decided."""
    if level.country == need.country:
        return ((Period(date.min),), ()) if level.rank >= need.rank else ((), ())
    line = _line_of(record, clearances)
    about = [d for d in decisions if d.clearance_id in line and d.host_country == need.country]
    granted = [d.period for d in about if d.status is RecognitionStatus.GRANTED and d.rank >= need.rank]
    pending = [d.period for d in about if d.status is RecognitionStatus.PENDING]
    undecided = (Period(date.min),) if not about else union(pending)
    return union(granted), undecided


def _line_of(record: Clearance, clearances: Sequence[Clearance]) -> frozenset[int]:
    """The record and those it continues at the same level: a renewal keeps what was decided on its forerunner."""
    by_id = {one.id: one for one in clearances}
    line = {record.id}
    current = record
    while current.supersedes in by_id and current.supersedes not in line:
        current = by_id[current.supersedes]
        if current.level != record.level or current.status is not ClearanceStatus.ACTIVE:
            break
        line.add(current.id)
    return frozenset(line)


def _recognition_note(opened: Days, perhaps: Days) -> str:
    return "the host has not decided on its recognition." if perhaps and not opened else ""
