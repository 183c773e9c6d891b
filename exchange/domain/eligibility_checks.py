"""The eighteen checks, each a small function from the facts to a finding. None of them names a clearance level."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from exchange.domain import access_rules, stay_rules
from exchange.domain.clearances import Answer, Meets, citizenship_answer, meets
from exchange.domain.eligibility import Check, Finding, Report, Result
from exchange.domain.eligibility_facts import EligibilityFacts
from exchange.domain.periods import spoken
from exchange.domain.policies import Severity
from exchange.domain.policy_seeds import ROUTE_COUNTRY, ROUTES
from exchange.domain.recognitions import RecognitionStatus
from exchange.domain.stay_rules import Breaches

PASS, FAIL, UNKNOWN = Result.PASS, Result.FAIL, Result.UNKNOWN


def report(facts: EligibilityFacts) -> Report:
    """Every check, in order, as of ``facts.today``."""
    return Report(tuple(check(facts) for check in CHECKS), facts.today)


def employment(facts: EligibilityFacts) -> Finding:
    employments = facts.candidate.employments
    if employments is None:
        return Finding(Check.EMPLOYMENT, UNKNOWN, "No employment is recorded: the home HR coordinator adds it.")
    breaches = (*stay_rules.employed_throughout(facts), *stay_rules.probation_finished(facts))
    ends = [
        e.period.end for e in employments if e.institute_id == facts.stay.home_id and e.period.overlaps(facts.period)
    ]
    until = None if any(end == date.max for end in ends) else max(ends, default=None)
    return _judged(Check.EMPLOYMENT, breaches, "Employed at home on every day.", until)


def release(facts: EligibilityFacts) -> Finding:
    return _yes_no(Check.RELEASE, facts.candidate.released, "The release is recorded.", "The release was refused.")


def consent(facts: EligibilityFacts) -> Finding:
    return _yes_no(
        Check.CONSENT, facts.candidate.consented, "The person has consented.", "The person does not consent."
    )


def declaration(facts: EligibilityFacts) -> Finding:
    if facts.candidate.declared_on is None:
        return Finding(Check.DECLARATION, UNKNOWN, "No declaration of interests is recorded: ask the person for it.")
    return _judged(Check.DECLARATION, stay_rules.declaration_fresh(facts), "The declaration is recent enough.")


def institutes(facts: EligibilityFacts) -> Finding:
    for active, word in ((facts.stay.home_active, "home"), (facts.offer.host_active, "host")):
        if not active:
            return Finding(Check.INSTITUTES, FAIL, f"The {word} institute is not an active member of the network.")
    return _judged(Check.INSTITUTES, stay_rules.home_is_not_host(facts), "Home and host are two active members.")


def skills(facts: EligibilityFacts) -> Finding:
    missing = [
        f"{must.label} (level {must.needed} asked, {must.held or 'none'} held)"
        for must in facts.offer.musts
        if must.held < must.needed
    ]
    if missing:
        return Finding(Check.SKILLS, FAIL, f"Missing: {', '.join(missing)}.")
    return Finding(Check.SKILLS, PASS, "Every skill that the seat demands is there.")


def window(facts: EligibilityFacts) -> Finding:
    offer, period = facts.offer, facts.period
    if offer.window is not None and not offer.window.covers(period):
        return Finding(Check.WINDOW, FAIL, f"The opening is from {offer.window}: move the dates into it.")
    if offer.min_days is not None and period.days < offer.min_days:
        return Finding(Check.WINDOW, FAIL, f"The stay has {period.days} days, the opening asks for {offer.min_days}.")
    if offer.max_days is not None and period.days > offer.max_days:
        return Finding(Check.WINDOW, FAIL, f"The stay has {period.days} days, the opening allows {offer.max_days}.")
    until = None if offer.window is None or offer.window.open_ended else offer.window.end
    breaches = stay_rules.boundary_days(period, facts.stay.days_off)
    return _judged(Check.WINDOW, breaches, "The dates lie within the opening.", until)


def working_time(facts: EligibilityFacts) -> Finding:
    if facts.candidate.employments is None:
        return Finding(Check.WORKING_TIME, UNKNOWN, "Without an employment the working time is not known.")
    breaches = (*stay_rules.working_time(facts), *stay_rules.one_city_at_a_time(facts))
    return _judged(Check.WORKING_TIME, breaches, "There is time for it on every day.")


def time_away(facts: EligibilityFacts) -> Finding:
    breaches = (*stay_rules.time_away(facts), *stay_rules.fair_chance(facts))
    return _judged(Check.TIME_AWAY, breaches, "Time away is within its limits.")


def legal_basis(facts: EligibilityFacts) -> Finding:
    basis = facts.stay.legal_basis
    if not basis:
        return Finding(Check.LEGAL_BASIS, UNKNOWN, "No legal basis is chosen: the HR coordinators choose one.")
    country = ROUTE_COUNTRY.get(basis, facts.offer.host_country)
    if facts.stay.city and country != facts.offer.host_country:
        name = ROUTES.get(basis, basis)
        return Finding(Check.LEGAL_BASIS, FAIL, f"{name} is for work in {country}: choose one for the host's country.")
    breaches = (
        *stay_rules.within_caps(facts),
        *stay_rules.j1_bars(facts),
        *stay_rules.two_year_home_stay(facts),
        *stay_rules.length_of_stay(facts),
    )
    return _judged(
        Check.LEGAL_BASIS, breaches, f"{ROUTES.get(basis, basis)} covers the stay.", source=_cap_source(facts, basis)
    )


def citizenship(facts: EligibilityFacts) -> Finding:
    answer = citizenship_answer(facts.candidate.citizenships, facts.offer.need)
    if answer is Answer.UNKNOWN:
        return Finding(Check.CITIZENSHIP, UNKNOWN, "The citizenship rule cannot be judged: something is not disclosed.")
    return _judged(Check.CITIZENSHIP, access_rules.citizenship_allowed(facts), "The citizenship rule is met.")


def clearance(facts: EligibilityFacts) -> Finding:
    answer = _access(facts)
    if answer.answer is Answer.UNKNOWN:
        return Finding(Check.CLEARANCE, UNKNOWN, "It is not certain that what is asked is met.")
    if answer.answer is Answer.DOES_NOT:
        return Finding(Check.CLEARANCE, FAIL, "What is asked is not met.")
    if answer.then is Answer.DOES_NOT:
        assert answer.until is not None
        reason = f"What is asked is met until {spoken(answer.until)} only."
        return Finding(Check.CLEARANCE, FAIL, reason, until=answer.until)
    need = facts.offer.need
    lead = facts.limit(f"lead.vetting.{need.rank}", need.country) if need.rank else 0
    breaches = access_rules.review_not_inside(answer, facts.period, lead)
    return _judged(Check.CLEARANCE, breaches, f"{answer}.", answer.until)


def recognition(facts: EligibilityFacts) -> Finding:
    if facts.offer.need.rank == 0 or not facts.abroad or _meets_at_home(facts):
        return Finding(Check.RECOGNITION, PASS, "No recognition is needed for this work.")
    decisions = facts.stay.recognitions
    if not decisions or all(d.status is RecognitionStatus.PENDING for d in decisions):
        return _in_time(facts, "lead.recognition", "The host's security officer has not decided yet.")
    breaches = access_rules.recognised_on_every_day(facts)
    if not breaches and facts.stay.visit_needed:
        if facts.stay.visit_pending and not facts.stay.visits:
            return _in_time(facts, "lead.visit", "The visit request is not decided yet.")
        breaches = access_rules.visit_covers(facts)
    until = min((d.period.end for d in decisions if d.status is RecognitionStatus.GRANTED), default=None)
    return _judged(Check.RECOGNITION, breaches, "Recognition and visit cover every day.", until)


def permission(facts: EligibilityFacts) -> Finding:
    if not facts.abroad or facts.offer.host_country in (facts.candidate.citizenships or frozenset()):
        return Finding(Check.PERMISSION, PASS, "No permission is needed for this stay.")
    held = [p.period for p in facts.candidate.permissions if p.country == facts.offer.host_country]
    if not held:
        return Finding(Check.PERMISSION, UNKNOWN, "No permission to stay and work is recorded yet.")
    breaches = (*stay_rules.permission_covers(facts), *stay_rules.passport_lasts(facts))
    return _judged(Check.PERMISSION, breaches, "The permission covers every day.", max(p.end for p in held))


def export_brief(facts: EligibilityFacts) -> Finding:
    if not facts.abroad:
        return Finding(Check.EXPORT_BRIEF, PASS, "No briefing is needed for this stay.")
    return _yes_no(Check.EXPORT_BRIEF, facts.stay.export_brief, "The briefing was given.", "The briefing is not given.")


def tax_and_insurance(facts: EligibilityFacts) -> Finding:
    breaches = (*stay_rules.taxable_presence(facts), *stay_rules.social_security(facts))
    return _judged(Check.TAX_AND_INSURANCE, breaches, "Nothing stands out for tax and social security.")


def funding(facts: EligibilityFacts) -> Finding:
    funded = facts.stay.funded
    return _yes_no(Check.FUNDING, funded, "Every fiscal year of the stay is funded.", "A fiscal year is not funded.")


def site(facts: EligibilityFacts) -> Finding:
    offer = facts.offer
    missing = sorted(offer.languages - facts.candidate.languages)
    if missing:
        return Finding(Check.SITE, FAIL, f"Languages asked and not given: {', '.join(missing)}.")
    if offer.overlap_hours_needed > 0 and offer.overlap_hours is None:
        return Finding(Check.SITE, UNKNOWN, "The hours that both sites share are not known.")
    if offer.overlap_hours is not None and offer.overlap_hours < offer.overlap_hours_needed:
        asked, shared = offer.overlap_hours_needed, offer.overlap_hours
        return Finding(Check.SITE, FAIL, f"The sites share {shared} working hours a day; {asked} are asked.")
    return _judged(Check.SITE, access_rules.site_fits_work(facts), "The site, its hours and languages fit.")


CHECKS: tuple[Callable[[EligibilityFacts], Finding], ...] = (
    employment,
    release,
    consent,
    declaration,
    institutes,
    skills,
    window,
    working_time,
    time_away,
    legal_basis,
    citizenship,
    clearance,
    recognition,
    permission,
    export_brief,
    tax_and_insurance,
    funding,
    site,
)


def seat_access(facts: EligibilityFacts) -> tuple[Finding, ...]:
    """The checks of access to the work of a seat, for which nobody moves; recognitions count with the clearance."""
    return citizenship(facts), clearance(facts)


def _access(facts: EligibilityFacts) -> Meets:
    return meets(
        facts.candidate.clearances,
        facts.offer.need,
        facts.period,
        facts.today,
        recognitions=facts.stay.recognitions,
        confirmation_days=facts.book.number("clearance.confirmation_days", facts.today),
    )


def _meets_at_home(facts: EligibilityFacts) -> bool:
    """Whether a clearance of the very country that asks is held; then nobody needs to recognise anything."""
    alone = meets(facts.candidate.clearances, facts.offer.need, facts.period, facts.today)
    return alone.answer is Answer.MEETS


def _in_time(facts: EligibilityFacts, lead: str, waiting: str) -> Finding:
    """Unknown while it can still be decided before the start; a fail when the start is too near."""
    soonest = facts.today + timedelta(days=facts.limit(lead))
    if facts.period.start >= soonest:
        return Finding(Check.RECOGNITION, UNKNOWN, waiting)
    return Finding(Check.RECOGNITION, FAIL, f"{waiting} It usually takes until {spoken(soonest)}: start later.")


def _cap_source(facts: EligibilityFacts, basis: str) -> str:
    row = facts.book.find(f"cap.{basis}", facts.period.start, ROUTE_COUNTRY.get(basis, facts.offer.host_country))
    return row.source_url if row else ""


def _judged(check: Check, breaches: Breaches, good: str, until: date | None = None, source: str = "") -> Finding:
    blocking = [breach.sentence for breach in breaches if breach.severity is Severity.BLOCK]
    warnings = tuple(breach.sentence for breach in breaches if breach.severity is not Severity.BLOCK)
    if blocking:
        return Finding(check, FAIL, " ".join(blocking), source, warnings=warnings)
    return Finding(check, PASS, good, source, until, warnings)


def _yes_no(check: Check, known: bool | None, good: str, bad: str) -> Finding:
    if known is None:
        return Finding(check, UNKNOWN, "This is not recorded yet.")
    return Finding(check, PASS, good) if known else Finding(check, FAIL, bad)
