"""The numbered rules about dates, length, employment, routes and fairness of a stay.

Each takes the facts and returns its breaches: sentences that name the day or number and what would help. Blocking
rules make an eligibility check fail, warnings go with a pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from exchange.domain.allocations import Commitment, overbookings, peak, two_cities
from exchange.domain.away_time import continuous, most_in_any_window
from exchange.domain.eligibility_facts import EligibilityFacts, PastStay
from exchange.domain.periods import Period, add_months, gaps, last_day_of, spoken
from exchange.domain.policies import PolicyBook, Severity
from exchange.domain.policy_seeds import ROUTES


@dataclass(frozen=True, slots=True)
class Breach:
    """``rule`` is the rule's number."""

    rule: int
    severity: Severity
    sentence: str


Breaches = tuple[Breach, ...]
BLOCK, WARN, INFO = Severity.BLOCK, Severity.WARN, Severity.INFO


def home_is_not_host(facts: EligibilityFacts) -> Breaches:
    if facts.stay.home_id == facts.offer.host_id:
        return (Breach(1, BLOCK, "Home and host are the same institute: a secondment goes to another one."),)
    if facts.stay.home_country == facts.offer.host_country:
        return (Breach(1, WARN, "Home and host are in the same country."),)
    return ()


def length_of_stay(facts: EligibilityFacts) -> Breaches:
    """The order of the days is a matter of ``Period``; here their number. Working days are taken as five in seven."""
    most, least = facts.limit("stay.max_days"), facts.limit("stay.min_working_days")
    if facts.period.days > most:
        return (Breach(2, BLOCK, f"The stay has {facts.period.days} days; {most} are the most."),)
    if facts.period.days * 5 < least * 7:
        return (Breach(2, WARN, f"The stay is shorter than {least} working days: a visit may be the better form."),)
    return ()


def working_time(facts: EligibilityFacts) -> Breaches:
    stay = facts.stay
    employed = min((e.fte for e in facts.candidate.employments or () if e.period.overlaps(stay.period)), default=None)
    asked = stay.host_fte + stay.home_fte
    if employed is not None and asked > employed:
        sentence = f"Host and home together ask for {asked:.0%} of full time; the employment is for {employed:.0%}."
        return (Breach(3, BLOCK, sentence),)
    share = Commitment("this stay", stay.period, asked)
    everything = (share, *(c for c in facts.candidate.commitments if c.period.overlaps(stay.period)))
    limit = facts.book.amount("fte.max", stay.period.start)
    over = [o for o in overbookings(everything, limit) if o.period.overlaps(stay.period)]
    if over:
        worst = max(over, key=lambda one: one.by)
        sentence = f"{worst.total:.0%} of full time is asked for from {worst.period}: {worst.by:.0%} too much."
        return (Breach(3, BLOCK, sentence),)
    high = peak(everything, stay.period)
    if len(everything) > 1 and high > facts.book.amount("fte.warn", stay.period.start):
        return (Breach(3, WARN, f"With other work, {high:.0%} of full time is spoken for."),)
    return ()


def one_city_at_a_time(facts: EligibilityFacts) -> Breaches:
    here = Commitment("this stay", facts.period, facts.stay.host_fte, facts.stay.city)
    return tuple(
        Breach(4, BLOCK, f"{other.label} keeps the person in {other.city} from {other.period}.")
        for other in two_cities(here, facts.candidate.commitments)
    )


def employed_throughout(facts: EligibilityFacts) -> Breaches:
    at_home = [e.period for e in facts.candidate.employments or () if e.institute_id == facts.stay.home_id]
    uncovered = gaps(facts.period, at_home)
    if uncovered:
        return (Breach(5, BLOCK, f"The employment at the home institute does not cover {uncovered[0]}: extend it."),)
    tail = facts.limit("employment.tail_days")
    last = max(period.end for period in at_home)
    if last - facts.period.end < timedelta(days=tail):
        return (Breach(5, WARN, f"The employment ends on {spoken(last)}, less than {tail} days after the stay."),)
    return ()


def probation_finished(facts: EligibilityFacts) -> Breaches:
    return tuple(
        Breach(6, BLOCK, f"Probation lasts until {spoken(employment.probation_ends_on)}: start after it.")
        for employment in facts.candidate.employments or ()
        if employment.institute_id == facts.stay.home_id
        and employment.probation_ends_on is not None
        and employment.probation_ends_on >= facts.period.start
    )


def time_away(facts: EligibilityFacts) -> Breaches:
    """Continuous and lifetime limits of the Intergovernmental Personnel Act, for stays on that basis."""
    if facts.stay.legal_basis != "ipa":
        return ()
    past = [stay.period for stay in facts.candidate.past if stay.route == "ipa"]
    gap, most = facts.limit("away.gap_days", "US"), facts.limit("away.max_months", "US")
    away = continuous(facts.period, past, gap)
    found = []
    if away.end > last_day_of(away.start, most):
        found.append(Breach(7, BLOCK, f"Away without a break since {spoken(away.start)}; {most} months are the most."))
    rest = facts.limit("away.return_months", "US")
    for earlier in past:
        full = continuous(earlier, past, gap)
        back_until = add_months(full.end, rest)
        if full.end >= last_day_of(full.start, most) and full.end < facts.period.start <= back_until:
            found.append(
                Breach(7, BLOCK, f"After {most} months away, {rest} months at home: until {spoken(back_until)}.")
            )
    lifetime = facts.limit("away.lifetime_months", "US")
    total = sum(period.days for period in (*past, facts.period))
    if total > lifetime * 365.25 / 12:
        found.append(Breach(7, BLOCK, f"{total} days on this basis in a career; {lifetime} months are the most."))
    return tuple(dict.fromkeys(found))


def within_caps(facts: EligibilityFacts) -> Breaches:
    """Every route the stay rests on has its longest stay."""
    found = []
    for route in sorted(routes_of(facts)):
        rule = facts.book.find(f"cap.{route}", facts.period.start, facts.offer.host_country)
        rule = rule or facts.book.find(f"cap.{route}", facts.period.start, facts.stay.home_country)
        if rule is None:
            continue
        last = last_day_of(facts.period.start, int(rule.value))
        if facts.period.end > last:
            name = ROUTES.get(route, route)
            found.append(Breach(8, rule.severity, f"Possible until {spoken(last)}, bound by {name}, {rule}."))
    return tuple(found)


def j1_bars(facts: EligibilityFacts) -> Breaches:
    """A new J-1 research scholar stay within 24 months of the last, or after more than six months of J in the year."""
    if "j1_research_scholar" not in routes_of(facts):
        return ()
    scholar = [stay for stay in facts.candidate.past if stay.route == "j1_research_scholar"]
    months = facts.limit("bar.j1_after_months", "US")
    found = []
    for stay in scholar:
        free = add_months(stay.period.end, months)
        if stay.period.end < facts.period.start < free:
            found.append(
                Breach(9, BLOCK, f"The next J-1 stay can begin on {spoken(free)}, {months} months after the last.")
            )
    return tuple(found) or _recent_j(facts, [s for s in facts.candidate.past if s.route.startswith("j1_")])


def _recent_j(facts: EligibilityFacts, stays: list[PastStay]) -> Breaches:
    recent, most = facts.limit("bar.j1_recent_months", "US"), facts.limit("bar.j1_recent_stay_months", "US")
    start = facts.period.start
    window = Period(add_months(start, -recent), start - timedelta(days=1))
    for stay in stays:
        clipped = stay.period.clip(window)
        if clipped and clipped.end > last_day_of(clipped.start, most):
            return (Breach(9, BLOCK, f"More than {most} months in J status in the {recent} months before the start."),)
    return ()


def two_year_home_stay(facts: EligibilityFacts) -> Breaches:
    if "j1_research_scholar" in routes_of(facts) and facts.stay.government_paid:
        return (Breach(10, WARN, "A J-1 stay paid by a government entails two years at home after it (INA 212(e))."),)
    return ()


def permission_covers(facts: EligibilityFacts) -> Breaches:
    held = [p.period for p in facts.candidate.permissions if p.country == facts.offer.host_country]
    uncovered = gaps(facts.period, held)
    if uncovered:
        return (Breach(11, BLOCK, f"No permission to work in the host country covers {uncovered[0]}."),)
    tail = facts.limit("permission.tail_days")
    last = max(period.end for period in held)
    if last - facts.period.end < timedelta(days=tail):
        return (Breach(11, WARN, f"The permission ends on {spoken(last)}, less than {tail} days after the stay."),)
    return ()


def passport_lasts(facts: EligibilityFacts) -> Breaches:
    months = facts.limit("passport.tail_months")
    until = facts.candidate.passport_until
    if not facts.abroad or until is None or until >= add_months(facts.period.end, months):
        return ()
    return (
        Breach(12, WARN, f"The passport is valid until {spoken(until)}; {months} months after the stay are asked."),
    )


def taxable_presence(facts: EligibilityFacts) -> Breaches:
    """More than 183 days in any twelve months in the host country; government pay is taxed at home, so only noted."""
    if not facts.abroad:
        return ()
    there = [stay.period for stay in facts.candidate.past if stay.country == facts.offer.host_country]
    days = most_in_any_window((*there, facts.period), facts.limit("presence.window_months"))
    most = facts.limit("presence.max_days")
    if days <= most:
        return ()
    severity = INFO if facts.stay.government_paid else WARN
    return (
        Breach(
            21, severity, f"{days} days in the host country in twelve months, more than {most}: ask for tax advice."
        ),
    )


def social_security(facts: EligibilityFacts) -> Breaches:
    if not facts.abroad:
        return ()
    most = facts.limit("coverage_certificate.max_months")
    if facts.period.end > last_day_of(facts.period.start, most):
        return (
            Breach(
                22, BLOCK, f"A certificate of coverage lasts {most} months: shorten the stay or ask for an exception."
            ),
        )
    lead = timedelta(days=facts.limit("coverage_certificate.lead_days"))
    if not facts.stay.coverage_certificate and facts.today >= facts.period.start - lead:
        return (Breach(22, WARN, "The certificate of coverage is missing: ask the home authority for it."),)
    return ()


def declaration_fresh(facts: EligibilityFacts) -> Breaches:
    months = facts.limit("declaration.max_age_months")
    signed = facts.candidate.declared_on
    if signed is None or facts.period.start <= add_months(signed, months):
        return ()
    return (
        Breach(23, BLOCK, f"The declaration of {spoken(signed)} is older than {months} months at the start: renew it."),
    )


def fair_chance(facts: EligibilityFacts) -> Breaches:
    most, years = facts.limit("fairness.max_secondments"), facts.limit("fairness.years")
    window = Period(add_months(facts.period.start, -12 * years), facts.period.start)
    count = 1 + sum(1 for stay in facts.candidate.past if stay.period.overlaps(window))
    if count <= most:
        return ()
    return (Breach(28, WARN, f"This is number {count} in {years} years for the same person: could somebody else go?"),)


def extension_in_time(end: date, today: date, book: PolicyBook) -> Breaches:
    """An extension is asked for 90 days before the end, at the latest 30; after the end there is none."""
    min_days, ask_days = book.number("extension.min_days", today), book.number("extension.ask_days", today)
    left = (end - today).days
    if left < 0:
        return (Breach(27, BLOCK, f"The stay ended on {spoken(end)}: nominate the person anew."),)
    if left < min_days:
        return (
            Breach(27, BLOCK, f"The stay ends in {left} days; an extension is asked for at least {min_days} before."),
        )
    if left < ask_days:
        return (Breach(27, WARN, f"The stay ends in {left} days; an extension should be asked for {ask_days} before."),)
    return ()


def return_post_decided(end: date, today: date, decided: bool, book: PolicyBook) -> Breaches:
    """The post to return to is decided 60 days before the end; after that the director is told."""
    if decided or today < end - timedelta(days=book.number("return_post.days", today)):
        return ()
    return (
        Breach(29, WARN, f"The stay ends on {spoken(end)} and no post to return to is decided: the director is told."),
    )


def short_visit_without_agreement(period: Period, rank: int, recharged: bool, book: PolicyBook) -> Breaches:
    """A short visit may do without an agreement only when it is unclassified and nothing is recharged."""
    max_days = book.number("short_visit.max_days", period.start)
    if period.days < max_days and rank == 0 and not recharged:
        return ()
    return (
        Breach(
            31, BLOCK, f"Only an unclassified visit of less than {max_days} days without recharge needs no agreement."
        ),
    )


def boundary_days(period: Period, days_off: frozenset[date]) -> Breaches:
    """Start and end on working days of the host's site; ``days_off`` are its holidays, weekends are known."""
    found = []
    for word, day in (("first", period.start), ("last", period.end)):
        if day.weekday() >= 5 or day in days_off:
            kind = "a holiday" if day in days_off else f"a {day:%A}"
            found.append(Breach(32, WARN, f"The {word} day, {spoken(day)}, is {kind} at the host's site."))
    return tuple(found)


def routes_of(facts: EligibilityFacts) -> frozenset[str]:
    """The legal basis and the permissions' routes that the stay rests on."""
    used = {
        permission.route
        for permission in facts.candidate.permissions
        if permission.country == facts.offer.host_country and permission.period.overlaps(facts.period)
    }
    return frozenset(used | ({facts.stay.legal_basis} if facts.stay.legal_basis else set()))
