"""The ten members of the International Network for Advanced AI Measurement, Evaluation and Science, and their sites.

The institutes are real, with the names they have borne; what the demo says about them beyond that is invented.
"""

from __future__ import annotations

from datetime import date

from exchange.actions.institutes import BorneName, NewInstitute, NewSite

INSTITUTES: tuple[NewInstitute, ...] = (
    NewInstitute(
        "UK-AISI",
        "GB",
        "AI Security Institute",
        "UK AISI",
        (
            NewSite("London", "Europe/London", "GB", "ENG"),
            NewSite("San Francisco", "America/Los_Angeles", "US", "CA"),
        ),
        fiscal_year_month=4,
        names=(
            BorneName("AI Safety Institute", date(2023, 11, 2), date(2025, 2, 13)),
            BorneName("AI Security Institute", date(2025, 2, 14)),
        ),
    ),
    NewInstitute(
        "US-CAISI",
        "US",
        "Center for AI Standards and Innovation",
        "US CAISI",
        (
            NewSite("Washington DC", "America/New_York", "US"),
            NewSite("Gaithersburg", "America/New_York", "US"),
        ),
        fiscal_year_month=10,
        names=(
            BorneName("US AI Safety Institute", date(2023, 11, 1), date(2025, 6, 2)),
            BorneName("Center for AI Standards and Innovation", date(2025, 6, 3)),
        ),
    ),
    NewInstitute(
        "JP-AISI",
        "JP",
        "Japan AI Safety Institute",
        "JP AISI",
        (NewSite("Tokyo", "Asia/Tokyo", "JP"),),
        fiscal_year_month=4,
    ),
    NewInstitute(
        "SG-AISI",
        "SG",
        "Singapore AI Safety Institute (Digital Trust Centre)",
        "SG AISI",
        (NewSite("Singapore", "Asia/Singapore", "SG"),),
        fiscal_year_month=4,
    ),
    NewInstitute(
        "KR-AISI",
        "KR",
        "Korea AI Safety Institute",
        "KR AISI",
        (NewSite("Seongnam", "Asia/Seoul", "KR"),),
    ),
    NewInstitute(
        "CA-CAISI",
        "CA",
        "Canadian AI Safety Institute",
        "CA CAISI",
        (
            NewSite("Ottawa", "America/Toronto", "CA", "ON"),
            NewSite("Montréal", "America/Toronto", "CA", "QC"),
        ),
        fiscal_year_month=4,
    ),
    NewInstitute(
        "EU-AIO",
        "EU",
        "European AI Office",
        "EU AIO",
        (NewSite("Brussels", "Europe/Brussels", "BE"),),
    ),
    NewInstitute(
        "FR-INESIA",
        "FR",
        "Institut national pour l'évaluation et la sécurité de l'IA",
        "FR INESIA",
        (NewSite("Paris", "Europe/Paris", "FR"),),
    ),
    NewInstitute(
        "AU-AISI",
        "AU",
        "Australian AI Safety Institute",
        "AU AISI",
        (NewSite("Sydney", "Australia/Sydney", "AU", "NSW"), NewSite("Canberra", "Australia/Sydney", "AU", "ACT")),
        fiscal_year_month=7,
    ),
    NewInstitute(
        "KE-AISI",
        "KE",
        "Kenyan member of the network",
        "KE",
        (NewSite("Nairobi", "Africa/Nairobi", "KE"),),
        fiscal_year_month=7,
    ),
)
