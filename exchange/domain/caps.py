"""Two sentences about dates: the latest possible end with the cap that binds, and the earliest feasible start.

The latest end is the least of every cap that applies; all of them are kept, so that a page can show what was
considered. The earliest start is the longest of several chains that run side by side - vetting, visit, permission,
agreement - and the longest is the critical path.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from exchange.domain.away_time import continuous
from exchange.domain.clearances import Answer, meets
from exchange.domain.eligibility_facts import EligibilityFacts
from exchange.domain.periods import Period, add_months, last_day_of, spoken
from exchange.domain.policies import PolicyBook, PolicyRule, Severity
from exchange.domain.policy_seeds import ROUTES
from exchange.domain.recognitions import Instrument, RecognitionStatus
from exchange.domain.stay_rules import routes_of


@dataclass(frozen=True, slots=True)
class Cap:
    """The last day that one limit allows. ``advisory`` caps are shown and never bind."""

    name: str
    last_day: date
    source_url: str = ""
    advisory: bool = False


@dataclass(frozen=True, slots=True)
class LatestEnd:
    """``binding`` is the cap that allows least, None where nothing limits the stay; ``considered`` are all of them."""

    binding: Cap | None
    considered: tuple[Cap, ...]

    def __str__(self) -> str:
        if self.binding is None:
            return "Nothing limits the end of the stay."
        return f"Latest possible end {spoken(self.binding.last_day)}, bound by {self.binding.name}."


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a chain: how long it usually takes, and since when it runs (None: not begun) or that it is done."""

    name: str
    days: int
    begun_on: date | None = None
    done: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """Steps that follow one another; chains run side by side."""

    name: str
    steps: tuple[Step, ...]

    def ready_on(self, today: date) -> date:
        """The day on which the last step is expected to be done; a step that is overdue is expected any day."""
        day = today
        for step in self.steps:
            if step.done:
                continue
            begun = step.begun_on or day
            day = max(day, begun + timedelta(days=step.days))
        return day


@dataclass(frozen=True, slots=True)
class EarliestStart:
    """``critical`` is the chain that takes longest, None when nothing is left to do."""

    day: date
    critical: Chain | None
    chains: tuple[tuple[Chain, date], ...]

    def __str__(self) -> str:
        if self.critical is None:
            return f"Could start on {spoken(self.day)}: nothing is left to wait for."
        path = ", then ".join(f"{step.name} ({step.days} days)" for step in self.critical.steps if not step.done)
        return f"Earliest feasible start {spoken(self.day)}, bound by {self.critical.name}: {path}."


def latest_end(caps: Iterable[Cap]) -> LatestEnd:
    """The least of the caps; of equal ones the first given."""
    considered = tuple(sorted(caps, key=lambda cap: cap.last_day))
    return LatestEnd(next((cap for cap in considered if not cap.advisory), None), considered)


def caps_of(facts: EligibilityFacts) -> tuple[Cap, ...]:
    """Every limit on the end of this stay: routes, employment, permission, recognition, opening, length, time away."""
    return (
        *_route_caps(facts),
        *_record_caps(facts),
        *_away_caps(facts),
        Cap(
            f"the longest stay of {facts.limit('stay.max_days')} days",
            facts.period.start + timedelta(days=facts.limit("stay.max_days") - 1),
        ),
    )


def chains_of(
    facts: EligibilityFacts, rank: int | None = None, done: frozenset[str] = frozenset()
) -> tuple[Chain, ...]:
    """What must still happen before a start, as chains with the lead times of today's policy rows.

    ``rank`` asks "what if the work began at this rank?" (0: unclassified only). What the records already cover counts
    as done; ``done`` names further finished steps ("eligibility", "agreement", "sponsorship").
    """
    asked = facts.offer.need.rank if rank is None else rank
    finished = done | _finished(facts, asked)

    def step(name: str, key: str, jurisdiction: str = "*") -> Step:
        return Step(name, facts.book.number(key, facts.today, jurisdiction), done=name in finished)

    chains = [Chain("agreement", (step("eligibility", "lead.eligibility"), step("agreement", "lead.agreement")))]
    if asked > 0:
        chains.append(Chain("vetting", (step("vetting", f"lead.vetting.{asked}", facts.stay.home_country),)))
    if asked > 0 and facts.abroad:
        chains.append(Chain("visit", (step("recognition", "lead.recognition"), step("visit request", "lead.visit"))))
    if _permission_needed(facts):
        chains.append(
            Chain("permission", (step("sponsorship", "lead.sponsorship"), step("permission", "lead.permission")))
        )
    return tuple(chains)


def earliest_start(chains: Sequence[Chain], today: date) -> EarliestStart:
    """The day on which the last chain is done. Chains that are done already are never critical."""
    ready = tuple((chain, chain.ready_on(today)) for chain in chains)
    waiting = [(chain, day) for chain, day in ready if any(not step.done for step in chain.steps)]
    if not waiting:
        return EarliestStart(today, None, ready)
    critical, day = max(waiting, key=lambda pair: pair[1])
    return EarliestStart(day, critical, ready)


def next_j1(facts: EligibilityFacts) -> date | None:
    """From when another J-1 research scholar stay is possible after this one; None when this is no such stay."""
    if "j1_research_scholar" not in routes_of(facts):
        return None
    return add_months(facts.period.end, facts.limit("bar.j1_after_months", "US"))


def _finished(facts: EligibilityFacts, rank: int) -> frozenset[str]:
    """The steps that the records show to be over for the first day of the stay."""
    start = facts.period.start
    need = replace(facts.offer.need, rank=rank)
    granted = {
        decision.clearance_id
        for decision in facts.stay.recognitions
        if decision.status is RecognitionStatus.GRANTED and decision.rank >= rank and start in decision.period
    }
    vetted = meets(
        facts.candidate.clearances,
        need,
        Period(start, start),
        facts.today,
        recognitions=facts.stay.recognitions,
        confirmation_days=facts.book.number("clearance.confirmation_days", facts.today),
    )
    permitted = any(
        permission.country == facts.offer.host_country and start in permission.period
        for permission in facts.candidate.permissions
    )
    over = {
        "vetting": vetted.answer is Answer.MEETS,
        "recognition": bool(granted),
        "visit request": any(start in visit for visit in facts.stay.visits),
        "sponsorship": permitted,
        "permission": permitted,
    }
    return frozenset(name for name, finished in over.items() if finished)


def _permission_needed(facts: EligibilityFacts) -> bool:
    return facts.abroad and facts.offer.host_country not in (facts.candidate.citizenships or frozenset())


def _route_caps(facts: EligibilityFacts) -> tuple[Cap, ...]:
    caps = []
    for route in sorted(routes_of(facts)):
        rule = _route_rule(facts.book, route, facts)
        if rule is not None:
            caps.append(
                Cap(
                    f"{ROUTES.get(route, route)}, {rule}",
                    last_day_of(facts.period.start, int(rule.value)),
                    rule.source_url,
                    advisory=rule.severity is not Severity.BLOCK,
                )
            )
    return tuple(caps)


def _route_rule(book: PolicyBook, route: str, facts: EligibilityFacts) -> PolicyRule | None:
    countries = (facts.offer.host_country, facts.stay.home_country)
    found = (book.find(f"cap.{route}", facts.period.start, country) for country in countries)
    return next((rule for rule in found if rule is not None), None)


def _record_caps(facts: EligibilityFacts) -> tuple[Cap, ...]:
    start, home = facts.period.start, facts.stay.home_id
    caps = [
        Cap("the employment at the home institute", employment.period.end)
        for employment in facts.candidate.employments or ()
        if employment.institute_id == home and start in employment.period and not employment.period.open_ended
    ]
    caps += [
        Cap("the permission to stay and work", permission.period.end)
        for permission in facts.candidate.permissions
        if permission.country == facts.offer.host_country and start in permission.period
    ]
    caps += [
        Cap("the programme of the limited access authorisation", decision.period.end)
        for decision in facts.stay.recognitions
        if decision.status is RecognitionStatus.GRANTED and decision.instrument is Instrument.LIMITED_ACCESS
    ]
    if facts.offer.window is not None and not facts.offer.window.open_ended:
        caps.append(Cap("the opening", facts.offer.window.end))
    if facts.offer.max_days is not None:
        caps.append(Cap("the longest stay of the opening", start + timedelta(days=facts.offer.max_days - 1)))
    return tuple(caps)


def _away_caps(facts: EligibilityFacts) -> tuple[Cap, ...]:
    """Continuous time away under the Intergovernmental Personnel Act, counted from where it began."""
    if facts.stay.legal_basis != "ipa":
        return ()
    past = [stay.period for stay in facts.candidate.past if stay.route == "ipa"]
    start = facts.period.start
    away = continuous(Period(start, start), past, facts.limit("away.gap_days", "US"))
    months = facts.limit("away.max_months", "US")
    return (Cap(f"{months} months away without a break, since {spoken(away.start)}", last_day_of(away.start, months)),)
