"""What the numbers of the rules are called, under the headings by which people look for them."""

from __future__ import annotations

from exchange.domain.policy_seeds import ROUTES

CAP = "cap."
TOPICS: dict[str, dict[str, str]] = {
    "How long a stay is": {
        "stay.max_days": "Longest stay",
        "stay.min_working_days": "Shortest stay",
        "short_visit.max_days": "Longest visit that needs no agreement",
        **{f"{CAP}{route}": f"Longest stay: {words}" for route, words in ROUTES.items()},
    },
    "Time away and at home": {
        "away.max_months": "Away without a break, under the Intergovernmental Personnel Act",
        "away.gap_days": "Days at home that make a break",
        "away.return_months": "At home after the longest time away",
        "away.lifetime_months": "Away in a whole career",
        "bar.j1_after_months": "From the end of a J-1 stay to the next one",
        "bar.j1_recent_months": "Before a J-1 stay, the time in which other J stays count",
        "bar.j1_recent_stay_months": "Other J stays within that time, at most",
        "fairness.max_secondments": "Secondments of one person before somebody else's turn is considered",
        "fairness.years": "Years over which those are counted",
    },
    "Employment and working time": {
        "employment.tail_days": "Employment at home beyond the last day",
        "return_post.days": "Before the end, when the post to return to is decided",
        "fte.max": "Working time that host, home and other work together may ask for",
        "fte.warn": "Working time from which other work is pointed out",
    },
    "Permissions, tax and papers": {
        "permission.tail_days": "Permission to stay and work beyond the last day",
        "passport.tail_months": "Passport beyond the last day",
        "presence.max_days": "Days in a country before tax and social security are looked at",
        "presence.window_months": "Time over which those days are counted",
        "coverage_certificate.max_months": "Longest stay on a certificate of coverage",
        "coverage_certificate.lead_days": "Before the start, when the certificate is asked for",
        "declaration.max_age_months": "Age of a declaration of interests, at most",
    },
    "Clearances and visits": {
        "clearance.confirmation_days": "Time until a clearance is confirmed anew",
        "visit.max_days": "Longest visit on one request",
        "visit.max_ahead_days": "How far ahead a visit is requested",
        "visit.max_people": "People on one request",
        "visit.max_sites": "Sites on one request",
        "visit.renewal_month": "Month of a visit of over a year in which its renewal begins",
    },
    "How long things take": {
        "lead.eligibility": "Looking into eligibility",
        "lead.agreement": "From the first draft of an agreement to the last approval",
        "lead.sponsorship": "Sponsorship document",
        "lead.permission": "Permission to stay and work",
        "lead.recognition": "The host's decision on a clearance",
        "lead.visit": "Answer to a request for a visit",
        "lead.vetting.1": "Vetting for sensitive work that is not classified",
        "lead.vetting.2": "Vetting for work up to Confidential",
        "lead.vetting.3": "Vetting for work up to Secret",
        "lead.vetting.4": "Vetting for work up to Top Secret",
    },
    "Steps of a secondment": {
        "move.arrive_early_days": "How early an arrival is recorded",
        "move.closing_days": "Before the end, when closing begins",
        "move.lapse_days": "Time without a step after which a secondment on the way lapses",
        "extension.ask_days": "Before the end, when an extension should be asked for",
        "extension.min_days": "Before the end, when an extension can still be asked for",
    },
    "Balance between institutes": {
        "balance.tolerance_per_cent": "Share of the larger side by which one way may be ahead",
        "balance.tolerance_months": "Person-months by which one way may be ahead",
    },
}
TITLES = {key: title for titles in TOPICS.values() for key, title in titles.items()}


def title(key: str) -> str:
    """The name of a number; the last part of its key where an installation has one of its own."""
    return TITLES.get(key, key.rpartition(".")[2].replace("_", " "))
