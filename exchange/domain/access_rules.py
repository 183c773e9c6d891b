"""The numbered rules about clearances, citizenship and sites. Their sentences name no level and no cause."""

from __future__ import annotations

from datetime import date, timedelta

from exchange.domain.clearances import Answer, Meets, citizenship_answer
from exchange.domain.eligibility_facts import EligibilityFacts
from exchange.domain.periods import Period, gaps, spoken
from exchange.domain.policies import Severity
from exchange.domain.recognitions import RecognitionStatus
from exchange.domain.stay_rules import Breach, Breaches

BLOCK, WARN = Severity.BLOCK, Severity.WARN


def recognised_on_every_day(facts: EligibilityFacts) -> Breaches:
    """What the work asks never exceeds what the host's decision opens, on any day of the stay."""
    granted = [
        decision.period
        for decision in facts.stay.recognitions
        if decision.status is RecognitionStatus.GRANTED
        and decision.host_country == facts.offer.need.country
        and decision.rank >= facts.offer.need.rank
    ]
    uncovered = gaps(facts.period, granted)
    if not uncovered:
        return ()
    return (Breach(13, BLOCK, f"No decision of the host opens what the work asks from {uncovered[0]}."),)


def visit_covers(facts: EligibilityFacts) -> Breaches:
    uncovered = gaps(facts.period, facts.stay.visits)
    if not uncovered:
        return ()
    return (Breach(15, BLOCK, f"No granted visit request covers {uncovered[0]}: submit one or its renewal."),)


def review_not_inside(answer: Meets, period: Period, lead_days: int) -> Breaches:
    """A review that falls due during the stay, or so soon after it that it must begin during it."""
    if answer.answer is not Answer.MEETS or answer.until is None or answer.then is Answer.DOES_NOT:
        return ()
    if answer.until - timedelta(days=lead_days) > period.end:
        return ()
    begin = answer.until - timedelta(days=lead_days)
    return (Breach(16, WARN, f"To stay met after {spoken(answer.until)}, the renewal begins by {spoken(begin)}."),)


def appraisal_has_owner(appraisal_due: date | None, period: Period, owner_named: bool) -> Breaches:
    """The yearly security appraisal needs a line manager's part, and a secondee's line manager changes."""
    if appraisal_due is None or appraisal_due not in period or owner_named:
        return ()
    return (Breach(18, WARN, f"A yearly appraisal falls due on {spoken(appraisal_due)}: name who does it."),)


def citizenship_allowed(facts: EligibilityFacts) -> Breaches:
    if citizenship_answer(facts.candidate.citizenships, facts.offer.need) is not Answer.DOES_NOT:
        return ()
    return (Breach(19, BLOCK, "The workstream's citizenship rule is not met."),)


def site_fits_work(facts: EligibilityFacts) -> Breaches:
    rank, asked = facts.offer.site_rank, facts.offer.need.rank
    if not facts.stay.city or asked == 0 or (rank is not None and rank >= asked):
        return ()
    if rank is None:
        return (Breach(30, WARN, "What the site is built for is not recorded: agree where sensitive work is done."),)
    return (Breach(30, WARN, "The site is not built for the most sensitive part of the work: agree where it is done."),)
