"""The thirty-two numbered rules: what each says, how severe it is, whence its numbers, what enforces it.

The index is for readers - people on the rules' page, and the test that every rule is enforced by something.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from exchange.domain import (
    access_rules,
    agreements,
    allocations,
    balance,
    clearances,
    periods,
    recognitions,
    secondments,
)
from exchange.domain import stay_rules as stays
from exchange.domain.policies import Severity

BLOCK, WARN = Severity.BLOCK, Severity.WARN


@dataclass(frozen=True, slots=True)
class Rule:
    """``policies`` are the keys of its numbers; ``cap.*`` stands for every row of that family."""

    number: int
    words: str
    severity: Severity
    enforced_by: tuple[Callable[..., object], ...]
    policies: tuple[str, ...] = ()


RULES: tuple[Rule, ...] = (
    Rule(1, "Home and host are two institutes.", BLOCK, (stays.home_is_not_host,)),
    Rule(
        2,
        "A stay ends after it begins, lasts at least two weeks and at most five years.",
        BLOCK,
        (periods.Period, stays.length_of_stay),
        ("stay.max_days", "stay.min_working_days"),
    ),
    Rule(
        3,
        "Nobody is asked for more than their full time on any day.",
        BLOCK,
        (stays.working_time, allocations.overbookings),
        ("fte.max", "fte.warn"),
    ),
    Rule(4, "Nobody is in two cities on the same day.", BLOCK, (stays.one_city_at_a_time, allocations.two_cities)),
    Rule(
        5,
        "The employment at home covers the stay and lasts a while after it.",
        BLOCK,
        (stays.employed_throughout,),
        ("employment.tail_days",),
    ),
    Rule(6, "Probation is over before the stay begins.", BLOCK, (stays.probation_finished,)),
    Rule(
        7,
        "Time away has limits, without a break and in a career.",
        BLOCK,
        (stays.time_away,),
        ("away.gap_days", "away.max_months", "away.return_months", "away.lifetime_months"),
    ),
    Rule(8, "Every legal route has its longest stay; the shortest wins.", BLOCK, (stays.within_caps,), ("cap.*",)),
    Rule(
        9,
        "J-1 stays are separated by bars.",
        BLOCK,
        (stays.j1_bars,),
        ("bar.j1_after_months", "bar.j1_recent_months", "bar.j1_recent_stay_months"),
    ),
    Rule(10, "A J-1 stay paid by a government entails two years at home.", WARN, (stays.two_year_home_stay,)),
    Rule(
        11,
        "The permission to stay and work covers every day and some after.",
        BLOCK,
        (stays.permission_covers,),
        ("permission.tail_days",),
    ),
    Rule(12, "The passport lasts six months past the end.", WARN, (stays.passport_lasts,), ("passport.tail_months",)),
    Rule(
        13,
        "Work never asks for more than the host's decision opens, on any day.",
        BLOCK,
        (access_rules.recognised_on_every_day, clearances.coverage),
    ),
    Rule(
        14,
        "A limited access authorisation opens SECRET at most, one programme, and ends with it.",
        BLOCK,
        (recognitions.limited_access_faults,),
    ),
    Rule(
        15,
        "A visit request has limits of days, people, sites and time ahead, and covers every day.",
        BLOCK,
        (recognitions.visit_faults, recognitions.visit_renewal_day, access_rules.visit_covers),
        ("visit.max_days", "visit.max_people", "visit.max_sites", "visit.max_ahead_days", "visit.renewal_month"),
    ),
    Rule(
        16,
        "A review that falls due during the stay is begun in time.",
        WARN,
        (access_rules.review_not_inside,),
        ("lead.vetting.*",),
    ),
    Rule(
        17,
        "A lapsed clearance suspends the stay the same day.",
        BLOCK,
        (clearances.lapsed, secondments.effective_state),
        ("clearance.confirmation_days",),
    ),
    Rule(18, "A yearly appraisal during the stay has an owner.", WARN, (access_rules.appraisal_has_owner,)),
    Rule(19, "The workstream's citizenship rule is met.", BLOCK, (access_rules.citizenship_allowed,)),
    Rule(
        20,
        "Third-country information needs its originator's consent when more than two nations work on it.",
        BLOCK,
        (recognitions.consent_missing,),
    ),
    Rule(
        21,
        "More than 183 days of presence in twelve months call for tax advice.",
        WARN,
        (stays.taxable_presence,),
        ("presence.max_days", "presence.window_months"),
    ),
    Rule(
        22,
        "A certificate of coverage is there thirty days before the start, and lasts five years at most.",
        BLOCK,
        (stays.social_security,),
        ("coverage_certificate.lead_days", "coverage_certificate.max_months"),
    ),
    Rule(
        23,
        "The declaration of interests is at most a year old at the start.",
        BLOCK,
        (stays.declaration_fresh,),
        ("declaration.max_age_months",),
    ),
    Rule(
        24,
        "Nobody approves what benefits them, or for both institutes.",
        BLOCK,
        (agreements.may_approve, secondments.decide),
    ),
    Rule(25, "What both have agreed is never edited in place.", BLOCK, (secondments.may_edit, agreements.may_propose)),
    Rule(
        26,
        "Exchange between two institutes stays in balance.",
        WARN,
        (balance.reciprocity,),
        ("balance.tolerance_per_cent", "balance.tolerance_months"),
    ),
    Rule(
        27,
        "An extension is asked for ninety, at the latest thirty days before the end.",
        BLOCK,
        (stays.extension_in_time,),
        ("extension.min_days", "extension.ask_days"),
    ),
    Rule(
        28,
        "Chances are spread: at most two secondments in five years for one person.",
        WARN,
        (stays.fair_chance,),
        ("fairness.max_secondments", "fairness.years"),
    ),
    Rule(
        29,
        "The post to return to is decided sixty days before the end.",
        WARN,
        (stays.return_post_decided,),
        ("return_post.days",),
    ),
    Rule(30, "The site is built for the work done there.", WARN, (access_rules.site_fits_work,)),
    Rule(
        31,
        "Only a short unclassified visit without recharge does without an agreement.",
        BLOCK,
        (stays.short_visit_without_agreement,),
        ("short_visit.max_days",),
    ),
    Rule(32, "Start and end are working days of the host's site.", WARN, (stays.boundary_days,)),
)
