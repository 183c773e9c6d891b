"""Who could stand in when a stay is suspended: somebody of the same home institute who meets what is asked already.

No clearance is recognised by arithmetic, and a host decides for each person anew. Whoever holds, in the same country,
at least what the host has recognised for this very work is proposed all the same: the decision to expect is the one it
has made. What only a proposal brings - release, consent, papers, permission - cannot be there yet and is not asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from exchange.domain.clearance_schemes import BY_KEY
from exchange.domain.eligibility import Check, Finding, Reader, Report, Result
from exchange.domain.eligibility_checks import CHECKS
from exchange.domain.eligibility_facts import EligibilityFacts
from exchange.domain.periods import Period
from exchange.domain.recognitions import Recognition, RecognitionStatus

# These come with the proposal, or are the same for whoever fills the seat and were settled for the one who leaves it.
COMES_LATER = frozenset(
    {
        Check.RELEASE,
        Check.CONSENT,
        Check.DECLARATION,
        Check.WINDOW,
        Check.RECOGNITION,
        Check.PERMISSION,
        Check.EXPORT_BRIEF,
        Check.FUNDING,
    }
)


def answer(facts: EligibilityFacts, left: EligibilityFacts) -> Finding | None:
    """What others may read of somebody who could stand in for the stay of ``left``; None when they do not meet it.

    ``facts`` are about the days that remain. The finding says "Meets what is asked until ..." and nothing else.
    """
    expected = replace(facts, stay=replace(facts.stay, recognitions=_expected(facts, left)))
    findings = tuple(one for check in CHECKS if (one := check(expected)).check not in COMES_LATER)
    if any(one.result is Result.FAIL for one in findings):
        return None
    shown = Report(findings, facts.today).redacted(Reader.OTHER).of(Check.ACCESS)
    to_the_end = shown.until is None or shown.until >= facts.period.end
    return shown if shown.result is Result.PASS and to_the_end else None


def _expected(facts: EligibilityFacts, left: EligibilityFacts) -> tuple[Recognition, ...]:
    """The decisions of the host about the one who leaves, as if made about every clearance that is at least as high."""
    levels = {record.id: BY_KEY.get(record.level) for record in left.candidate.clearances}
    found = []
    for decision in _granted(left.stay.recognitions):
        recognised = levels.get(decision.clearance_id)
        for record in facts.candidate.clearances:
            level = BY_KEY.get(record.level)
            if recognised and level and level.country == recognised.country and level.rank >= recognised.rank:
                found.append(replace(decision, clearance_id=record.id, period=Period(facts.period.start)))
    return tuple(found)


def _granted(decisions: Sequence[Recognition]) -> list[Recognition]:
    return [one for one in decisions if one.status is RecognitionStatus.GRANTED]
