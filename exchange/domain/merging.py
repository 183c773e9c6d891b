"""Two records of one person made one: what suggests it, who decides it, and what stands in the way.

HR systems write the same researcher down twice, or anew when they change institutes. The record that *stays* takes over
what the one that *goes* has. Nothing may come of it that would have been refused on one record, so whatever would is a
conflict, and the records stay two until it is cleared up. Clearances are no conflict: a refusal would tell of them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from exchange.domain.access import Permission, decide
from exchange.domain.actors import Actor, Role
from exchange.domain.people import Employed, may_employ
from exchange.domain.periods import Period, spoken
from exchange.domain.verdict import YES, Refusal, Verdict, no

HIDDEN = "What stands in the way is for the coordinators of {institutes} to read on this page, and to clear up."


@dataclass(frozen=True, slots=True)
class HeldStay:
    """A secondment of a record. ``holds``: it takes the person in person on its days; ``pending``: a version waits."""

    reference: str
    home_id: int
    host_id: int
    period: Period
    holds: bool
    pending: bool

    @property
    def sides(self) -> frozenset[int]:
        return frozenset({self.home_id, self.host_id})


@dataclass(frozen=True, slots=True)
class Record:
    """One of the two. ``institute_id`` is the present employer's, or the last one's.

    ``acts``: it has moved or approved secondments for an institute. ``roles``: it holds more than a researcher does.
    """

    person_id: int
    name: str
    institute_id: int | None
    jobs: tuple[Employed, ...]
    stays: tuple[HeldStay, ...]
    signs_in: bool
    roles: bool
    acts: bool


@dataclass(frozen=True, slots=True)
class Between:
    """What the two have to do with each other, which nobody has with themselves."""

    endorsed: bool = False
    managed: bool = False
    decided: bool = False  # one has acted as coordinator or officer on a secondment of the other
    seated: bool = False  # both have a seat in one role on the same days


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why the two stay two. The sentence says what to do; it is for readers who belong to one of each of ``seen_by``.

    What concerns an account is also for those who look after accounts.
    """

    sentence: str
    seen_by: tuple[frozenset[int], ...]
    account: bool = False

    def visible(self, actor: Actor) -> bool:
        if self.account and actor.has(Role.ADMINISTRATOR):
            return True
        knows = actor.institutes(Role.HR_COORDINATOR)
        return all(knows & group for group in self.seen_by)


def said(found: Iterable[Conflict], actor: Actor, others: str) -> tuple[str, ...]:
    """The conflicts in sentences that the actor may read; ``others`` names the institutes that see the rest."""
    known = tuple(found)
    sentences = [one.sentence for one in known if one.visible(actor)]
    if len(sentences) < len(known):
        sentences.append(HIDDEN.format(institutes=others))
    return tuple(sentences)


def conflicts(stays: Record, goes: Record, between: Between) -> tuple[Conflict, ...]:
    """Everything that stands in the way, in the order in which it is cleared up."""
    both = (_group(stays), _group(goes))
    return (
        *(Conflict(sentence, both) for sentence in _two_people(stays, goes, between)),
        *_accounts(stays, goes),
        *_employments(stays, goes),
        *_secondments(stays, goes),
        *((Conflict(_SEATED, both),) if between.seated else ()),
    )


def who_decides(actor: Actor, stays: Record, goes: Record) -> tuple[Verdict, frozenset[int]]:
    """Whether the actor may ask for it, and whose agreement is missing then.

    A coordinator speaks for one institute; an administrator decides alone. Nobody decides about their own records.
    """
    involved = frozenset(one for one in (stays.institute_id, goes.institute_id) if one is not None)
    if actor.person_id in {stays.person_id, goes.person_id}:
        return no(Refusal.FORBIDDEN, "These are your own records: a colleague looks at them."), involved
    if actor.has(Role.ADMINISTRATOR):
        return YES, frozenset()
    verdict = decide(actor, Permission.PEOPLE_MERGE, *involved)
    mine = [one for one in sorted(involved) if actor.has(Role.HR_COORDINATOR, one)]
    return verdict, involved - frozenset(mine[:1])


def name_key(*names: str | None) -> frozenset[str]:
    """The forms of a person's names in which two spellings are the same: no accents, case, punctuation or order."""
    return frozenset(key for name in names if name and (key := _folded(name)))


def mailbox(address: str) -> str:
    """The part of an address that people take along to another domain."""
    return address.partition("@")[0].replace(".", "").replace("-", "").replace("_", "").casefold()


def _folded(name: str) -> str:
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    words = "".join(letter if letter.isalnum() else " " for letter in plain.casefold()).split()
    return " ".join(sorted(words))


_SEATED = "Both have a seat in the same role on the same days: its lead takes one of the two back."


def _group(record: Record) -> frozenset[int]:
    return frozenset() if record.institute_id is None else frozenset({record.institute_id})


def _two_people(stays: Record, goes: Record, between: Between) -> Iterator[str]:
    """What one person cannot do to themself: most likely these are two people."""
    if between.endorsed:
        yield (
            f"One vouches for a skill of the other, and nobody vouches for themself. If {stays.name} and {goes.name} "
            "are one person, the endorsement is taken back first, on the profile that has it."
        )
    if between.managed:
        yield "One is the line manager of the other: correct the employment that says so, if they are one person."
    if between.decided:
        yield (
            "One has decided on a secondment of the other as its coordinator or officer, and nobody decides on their "
            "own. These records stay two."
        )


def _accounts(stays: Record, goes: Record) -> Iterator[Conflict]:
    seen = (_group(goes),)
    if goes.signs_in and stays.signs_in:
        sentence = "Both can sign in. An administrator locks the account of the record that goes."
        yield Conflict(sentence, seen, account=True)
    elif goes.signs_in:
        yield Conflict("The record that goes is the one that can sign in. Let that one stay.", seen, account=True)
    if goes.roles:
        sentence = "The record that goes has roles, and no role moves by itself: an administrator takes them away"
        yield Conflict(f"{sentence}, or the other one goes.", seen, account=True)
    if goes.acts:
        sentence = "The record that goes has decided on secondments for its institute, and what it decided names it"
        yield Conflict(f"{sentence}. Let that one stay.", seen, account=True)


def _employments(stays: Record, goes: Record) -> Iterator[Conflict]:
    """An employment that both have is one; the others have to fit beside each other, as on any record.

    Either institute may know so much of the other, since one of the two has to end its own.
    """
    either = (_group(stays) | _group(goes),)
    for job in goes.jobs:
        others = [one for one in stays.jobs if one.institute_id != job.institute_id]
        verdict = may_employ(job, others)
        if not verdict.allowed:
            sentence = f"Two employments on the same days, from {spoken(job.starts_on)}. {verdict.reasons[0]}"
            yield Conflict(sentence, either)


def _secondments(stays: Record, goes: Record) -> Iterator[Conflict]:
    for one, other in product(stays.stays, goes.stays):
        if one.holds and other.holds and one.period.overlaps(other.period):
            yield Conflict(
                f"{one.reference} ({one.period}) and {other.reference} ({other.period}) are both in person and share "
                "days: cancel one of them, or agree other days for it.",
                (one.sides, other.sides),
            )
    for stay in goes.stays:
        if stay.pending:
            sentence = f"A version of the agreement of {stay.reference} awaits approval: finish it or give it up first."
            yield Conflict(sentence, (stay.sides,))


def same_employment(job: Employed, others: Iterable[Employed]) -> bool:
    """Whether one of these is the same employment, written twice."""
    return any(one.institute_id == job.institute_id and one.period.overlaps(job.period) for one in others)
