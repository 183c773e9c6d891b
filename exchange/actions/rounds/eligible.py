"""Which stays the rules of eligibility allow each person at each opening of a round: one read, then in memory.

The rules themselves are in ``domain/eligibility_checks.py``, the days on which they allow a stay in
``domain/prospects.py``. Most openings of a host ask the same of somebody, so each distinct question is asked once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sqlalchemy.orm import Session

from exchange.actions.rounds.inputs import Records
from exchange.domain.eligibility import Reader
from exchange.domain.eligibility_facts import CandidateFacts, EligibilityFacts, OfferFacts, StayFacts
from exchange.domain.prospects import Spell, hindrance, spells
from exchange.scheduling.problem import Pair
from exchange.scheduling.problem import Spell as Weeks
from exchange.store import eligibility
from exchange.store.eligibility import Subject
from exchange.store.matches import Considered
from exchange.store.openings import Opening
from exchange.store.secondments import Secondment

Judged = tuple[dict[Pair, tuple[Weeks, ...]], dict[Pair, str]]


def judge(session: Session, records: Records, drafts: Iterable[Secondment]) -> Judged:
    """The spells of each pair that has any, and of the others a sentence that every reader may see.

    ``drafts`` are secondments that the plan may move: the papers and decisions they have already count for their pair.
    """
    known = {(row.person_id, row.opening_id): row for row in drafts}
    subjects = {
        (who.person_id, opening.id): subject_of(who, opening, records, known.get((who.person_id, opening.id)))
        for who, opening in _pairs(records)
    }
    recorded = eligibility.load_all(session, subjects.values(), records.today)
    eligible: dict[Pair, tuple[Weeks, ...]] = {}
    barred: dict[Pair, str] = {}
    answers = _Answers(records)
    for (person, opening), subject in subjects.items():
        pair = records.names[person], records.seats[opening]
        found, sentence = answers.of(recorded.facts(subject))
        if found:
            eligible[pair] = tuple((one.first, one.after, one.end) for one in found)
        else:
            barred[pair] = sentence
    return eligible, barred


def _pairs(records: Records) -> Iterator[tuple[Considered, Opening]]:
    for who in records.people.values():
        for opening in records.openings:
            if opening.host_institute_id != who.institute_id:
                yield who, opening


def subject_of(who: Considered, opening: Opening, records: Records, draft: Secondment | None) -> Subject:
    """The stay that might be; its days are asked about one after another."""
    if draft is not None:
        return eligibility.subject_of(draft)
    return Subject(
        person_id=who.person_id,
        home_id=who.institute_id,
        host_id=opening.host_institute_id,
        period=records.weeks.window,
        opening_id=opening.id,
        workstream_id=opening.workstream_id,
        site_id=opening.site_id,
    )


class _Answers:
    """What was found out already. An opening's own days, lengths and skills are the round's own rules, asked there."""

    def __init__(self, records: Records) -> None:
        self._weeks = records.weeks
        self._known: dict[tuple[CandidateFacts, OfferFacts, StayFacts], tuple[tuple[Spell, ...], str]] = {}

    def of(self, facts: EligibilityFacts) -> tuple[tuple[Spell, ...], str]:
        """The spells; where there are none, what rules out a stay of all the round's weeks."""
        offer = replace(facts.offer, musts=(), window=None, min_days=None, max_days=None)
        key = facts.candidate, offer, facts.stay
        if key not in self._known:
            self._known[key] = self._answer(replace(facts, offer=offer))
        return self._known[key]

    def _answer(self, asked: EligibilityFacts) -> tuple[tuple[Spell, ...], str]:
        found = spells(asked, self._weeks)
        if found:
            return found, ""
        last = replace(asked.stay, period=self._weeks.stay(self._weeks.count - 1, 1))
        return found, hindrance(replace(asked, stay=last), Reader.OTHER)
