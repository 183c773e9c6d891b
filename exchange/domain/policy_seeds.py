"""The policy rows a new installation starts with. Each is editable; each names its source or says that it is assumed.

Legal routes are the last part of ``cap.<route>``; ``ROUTES`` gives them words. Figures marked "reported" come from the
press and are contested; figures marked "assumed" are a starting point until an institute enters its own medians.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from exchange.domain.policies import PolicyBook, PolicyRule, Severity, Unit

WARN, INFO = Severity.WARN, Severity.INFO

ROUTES: dict[str, str] = {
    "gae_research": "UK Government Authorised Exchange, research or training",
    "gae_work_experience": "UK Government Authorised Exchange, work experience",
    "international_agreement": "UK International Agreement",
    "j1_research_scholar": "US J-1 research scholar",
    "nist_associate": "NIST foreign guest researcher",
    "uk_inward_secondment": "UK inward secondment into the Civil Service",
    "uk_loan": "UK loan between departments",
    "ipa": "US Intergovernmental Personnel Act assignment",
    "us_international_organisation": "US detail to an international organisation",
    "interchange_canada": "Interchange Canada",
    "other": "another legal basis",
}
ROUTE_COUNTRY: dict[str, str] = {
    "gae_research": "GB",
    "gae_work_experience": "GB",
    "international_agreement": "GB",
    "j1_research_scholar": "US",
    "nist_associate": "US",
    "uk_inward_secondment": "GB",
    "interchange_canada": "CA",
}  # the country where the work is done; routes not named here are not tied to one

_GAE = "https://www.worldwideimmigration.co.uk/government-authorised-exchange/"
_IA = (
    "https://www.gov.uk/government/publications/workers-and-temporary-workers-guidance-for-sponsors-sponsor-an-"
    "international-agreement-worker/workers-and-temporary-workers-guidance-for-sponsors-sponsor-an-international-"
    "agreement-worker-accessible-version"
)
_J1 = "https://ifss.ucsc.edu/?p=257"
_NIST = "https://meritalk.com/articles/house-democrats-press-nist-over-reported-limits-on-foreign-researchers/"
_INWARD = "https://docsbay.net/doc/731167/appendix-2-inward-secondment-agreement-template"
_LOAN = "https://www.gov.uk/guidance/civil-service-secondments-and-loans-how-to-apply"
_IPA = "https://www.usgs.gov/human-capital/intergovernmental-personnel-act-ipa-mobility-program-guidance"
_IO = "https://iocareers.state.gov/Main/Content/Page/federal-agencies-employees"
_CANADA = (
    "https://canadiangovernmentjobs.ca/"
    "the-two-job-development-options-in-the-government-of-canada-that-are-never-discussed/"
)
_VISITS = "https://www.dcsa.mil/mc/isd/int/visits/"
_UKSV = "https://www.nao.org.uk/press-releases/investigation-into-the-performance-of-uk-security-vetting/"
_US_TIMES = (
    "https://federalnewsnetwork.com/defense-news/2023/11/"
    "why-some-security-clearance-cases-are-taking-longer-in-recent-months/"
)
_US_SECRET = "https://www.clearancejobsblog.com/dcsa-reports-improvements-in-security-clearance-processing/"  # noqa: S105 - an address
_TAX = "https://www.gov.uk/hmrc-internal-manuals/double-taxation-relief/dt19914"
_DETACHED = "https://webarchive.library.unt.edu/eot2008/20080917152315/https://www.ssa.gov/international/Agreement_Pamphlets/uk.html"
_ASSUMED = "Assumed; replace it with your own figure."


def _row(
    key: str,
    value: str,
    unit: Unit,
    severity: Severity = Severity.BLOCK,
    jurisdiction: str = "*",
    source_url: str = "",
    note: str = "",
    valid_from: date = date.min,
) -> PolicyRule:
    return PolicyRule(
        key,
        Decimal(value),
        unit,
        severity,
        jurisdiction,
        valid_from=valid_from,
        source_url=source_url,
        note=note or ("" if source_url else _ASSUMED),
    )


DAYS, MONTHS, COUNT = Unit.DAYS, Unit.MONTHS, Unit.COUNT

CAPS: tuple[PolicyRule, ...] = (
    _row("cap.gae_research", "24", MONTHS, jurisdiction="GB", source_url=_GAE),
    _row("cap.gae_work_experience", "12", MONTHS, jurisdiction="GB", source_url=_GAE),
    _row("cap.international_agreement", "24", MONTHS, jurisdiction="GB", source_url=_IA),
    _row("cap.j1_research_scholar", "60", MONTHS, jurisdiction="US", source_url=_J1),
    _row("cap.nist_associate", "36", MONTHS, jurisdiction="US", source_url=_NIST, note="Reported: 24 and 12 months."),
    _row("cap.uk_inward_secondment", "24", MONTHS, jurisdiction="GB", source_url=_INWARD),
    _row("cap.uk_loan", "24", MONTHS, WARN, jurisdiction="GB", source_url=_LOAN, note="Longer only as an exception."),
    _row("cap.ipa", "48", MONTHS, jurisdiction="US", source_url=_IPA, note="24 months and an extension of 24."),
    _row("cap.us_international_organisation", "96", MONTHS, jurisdiction="US", source_url=_IO, note="5 and 3 years."),
    _row("cap.interchange_canada", "60", MONTHS, jurisdiction="CA", source_url=_CANADA, note="3 and 2 years."),
    _row("cap.other", "24", MONTHS),
)
STAYS: tuple[PolicyRule, ...] = (
    _row("stay.min_working_days", "10", Unit.WORKING_DAYS, WARN),
    _row("stay.max_days", "1826", DAYS),
    _row("short_visit.max_days", "30", DAYS),
    _row("employment.tail_days", "90", DAYS, WARN),
    _row("away.gap_days", "60", DAYS, jurisdiction="US", source_url=_IPA),
    _row("away.max_months", "48", MONTHS, jurisdiction="US", source_url=_IPA),
    _row("away.return_months", "12", MONTHS, jurisdiction="US", source_url=_IPA),
    _row("away.lifetime_months", "72", MONTHS, jurisdiction="US", source_url=_IPA),
    _row("bar.j1_after_months", "24", MONTHS, jurisdiction="US", source_url=_J1),
    _row("bar.j1_recent_months", "12", MONTHS, jurisdiction="US", source_url=_J1),
    _row("bar.j1_recent_stay_months", "6", MONTHS, jurisdiction="US", source_url=_J1),
    _row("permission.tail_days", "30", DAYS, WARN),
    _row("passport.tail_months", "6", MONTHS, WARN),
    _row("presence.max_days", "183", DAYS, WARN, source_url=_TAX),
    _row("presence.window_months", "12", MONTHS, WARN, source_url=_TAX),
    _row("coverage_certificate.lead_days", "30", DAYS, WARN),
    _row("coverage_certificate.max_months", "60", MONTHS, source_url=_DETACHED, note="Exceptions are possible."),
    _row("declaration.max_age_months", "12", MONTHS),
    _row("extension.min_days", "30", DAYS),
    _row("extension.ask_days", "90", DAYS, WARN),
    _row("fairness.max_secondments", "2", COUNT, WARN),
    _row("fairness.years", "5", Unit.YEARS, WARN),
    _row("return_post.days", "60", DAYS, WARN),
    _row("balance.tolerance_per_cent", "20", Unit.PER_CENT, WARN),
    _row("balance.tolerance_months", "6", MONTHS, WARN),
)
WORK: tuple[PolicyRule, ...] = (
    _row("fte.max", "1", Unit.SHARE),
    _row("fte.warn", "0.9", Unit.SHARE, WARN),
)
ACCESS: tuple[PolicyRule, ...] = (
    _row("clearance.confirmation_days", "90", DAYS),
    _row("visit.max_days", "365", DAYS, source_url=_VISITS),
    _row("visit.max_people", "30", COUNT, source_url=_VISITS),
    _row("visit.max_sites", "30", COUNT, source_url=_VISITS),
    _row("visit.max_ahead_days", "90", DAYS, source_url=_VISITS),
    _row("visit.renewal_month", "10", MONTHS, WARN),
)
LEADS: tuple[PolicyRule, ...] = (
    _row(
        "lead.vetting.3", "25", DAYS, INFO, "GB", _UKSV, "Target for SC; met in 96 per cent of cases in February 2024."
    ),
    _row("lead.vetting.4", "95", DAYS, INFO, "GB", _UKSV, "Target for DV."),
    _row("lead.vetting.3", "56", DAYS, INFO, "US", _US_SECRET, "Fastest 90 per cent, Secret, 2020."),
    _row("lead.vetting.4", "115", DAYS, INFO, "US", _US_TIMES, "Fastest 90 per cent, Top Secret, end of 2023."),
    _row("lead.vetting.1", "20", DAYS, INFO),
    _row("lead.vetting.2", "60", DAYS, INFO),
    _row("lead.vetting.3", "60", DAYS, INFO),
    _row("lead.vetting.4", "120", DAYS, INFO),
    _row("lead.recognition", "20", DAYS, INFO),
    _row("lead.visit", "30", DAYS, INFO),
    _row("lead.permission", "60", DAYS, INFO),
    _row("lead.sponsorship", "30", DAYS, INFO),
    _row("lead.agreement", "42", DAYS, INFO),
    _row("lead.eligibility", "14", DAYS, INFO),
)
MOVES: tuple[PolicyRule, ...] = (
    _row("move.arrive_early_days", "3", DAYS),
    _row("move.closing_days", "60", DAYS),
    _row("move.lapse_days", "180", DAYS),
)
SEEDS: tuple[PolicyRule, ...] = (*CAPS, *STAYS, *WORK, *ACCESS, *LEADS, *MOVES)
SEED_BOOK = PolicyBook(SEEDS)
