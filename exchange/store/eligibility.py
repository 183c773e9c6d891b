"""All that eligibility is judged on for one person, seat and stay, from one statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from exchange.domain import clearances as clearance_rules
from exchange.domain.agreements import Mode
from exchange.domain.allocations import Commitment
from exchange.domain.clearances import need_of
from exchange.domain.eligibility import Check, Waiver
from exchange.domain.eligibility_facts import (
    CandidateFacts,
    EligibilityFacts,
    Employment,
    MustSkill,
    OfferFacts,
    PastStay,
    Permission,
    StayFacts,
)
from exchange.domain.papers import PaperKind
from exchange.domain.periods import DAY, OPEN_END, Period
from exchange.domain.recognitions import Recognition, RecognitionStatus
from exchange.domain.secondment_facts import OVER, UNDER_WAY
from exchange.domain.skills import vocabulary
from exchange.store import policies
from exchange.store.batches import Rows, gather
from exchange.store.eligibility_reads import THE_SITE, Subject, reads_for, subject_of
from exchange.store.institutes import Membership
from exchange.store.secondments import HOLDING, reference

__all__ = ["Grounds", "Subject", "grounds_of", "load", "reads_for", "subject_of"]

BEGUN = UNDER_WAY | OVER
CHECKS = {check.value: check for check in Check}


@dataclass(frozen=True, slots=True)
class Grounds:
    """The facts, the waivers of the secondment, and the records behind some facts, by their numbers.

    ``visits`` are (id, days, granted or not or open), ``permits`` are (id, route, days) for the host's country.
    """

    facts: EligibilityFacts
    waivers: tuple[Waiver, ...] = ()
    visits: tuple[tuple[int, Period, bool | None], ...] = ()
    permits: tuple[tuple[int, str, Period], ...] = ()


def load(session: Session, subject: Subject, today: date) -> Grounds:
    """Everything recorded about this person, seat and stay."""
    return grounds_of(gather(session, **reads_for(subject)), subject, today)


def grounds_of(rows: Rows, subject: Subject, today: date) -> Grounds:
    """The same from the rows of ``reads_for``."""
    papers = {kind: day for _, kind, day in sorted(rows["paper"], key=lambda row: row[0])}  # the latest counts
    countries = {ident: country for ident, country, _ in rows["institute"]}
    active = {ident for ident, _, membership in rows["institute"] if membership is Membership.MEMBER}
    site, site_rank = next(iter(rows["site"]), (THE_SITE, None))
    facts = EligibilityFacts(
        candidate=_candidate(rows, subject, papers),
        offer=_offer(rows, subject, countries, active, site_rank),
        stay=_stay(rows, subject, countries, active, papers, site),
        book=policies.book_of(rows["policy"]),
        today=today,
    )
    waivers = tuple(
        Waiver(CHECKS[code], who, reason, until) for code, who, reason, until in rows["waiver"] if code in CHECKS
    )
    return Grounds(
        facts,
        waivers,
        tuple(sorted((ident, Period(first, last), granted) for ident, first, last, granted in rows["visit"])),
        _permits(rows["permission"], facts.offer.host_country),
    )


def _candidate(rows: Rows, subject: Subject, papers: Mapping[PaperKind, date]) -> CandidateFacts:
    employments = tuple(
        Employment(institute, Period(first, last or OPEN_END), fte, probation)
        for institute, first, last, fte, probation in rows["employment"]
    )
    return CandidateFacts(
        person_id=subject.person_id,
        employments=employments or None,
        released=subject.released,
        consented=subject.consented,
        declared_on=papers.get(PaperKind.DECLARATION),
        citizenships=frozenset(country for (country,) in rows["citizenship"]) or None,
        clearances=_clearances(rows["clearance"]),
        permissions=_permissions(rows["permission"]),
        passport_until=papers.get(PaperKind.PASSPORT),
        past=tuple(
            PastStay(country, route, Period(first, last))
            for _, country, route, first, last, state, *_ in rows["other"]
            if state in BEGUN
        ),
        commitments=_commitments(rows),
        languages=frozenset(code for (codes,) in rows["languages"] for code in codes),
    )


def _commitments(rows: Rows) -> tuple[Commitment, ...]:
    stays = [
        Commitment(reference(ident), Period(first, last), share, "" if mode is Mode.REMOTE else city)
        for ident, _, _, first, last, state, share, mode, city in rows["other"]
        if state in HOLDING
    ]
    return (
        *stays,
        *(Commitment(title, Period(first, last), share) for title, first, last, share in rows["allocation"]),
    )


def _offer(
    rows: Rows, subject: Subject, countries: Mapping[int, str], active: set[int], site_rank: int | None
) -> OfferFacts:
    opens, closes, least, most, asked = next(iter(rows["opening"]), (None, None, None, None, None))
    level = asked or next((one for (one,) in rows["workstream"]), None)
    held: dict[str, int] = dict(rows["claim"])
    host_country = countries[subject.host_id]
    return OfferFacts(
        host_id=subject.host_id,
        host_country=host_country,
        need=need_of(level, host_country),
        host_active=subject.host_id in active,
        window=Period(opens, closes) if opens else None,
        min_days=least * 7 - 2 if least else None,  # whole weeks may end on a Friday
        max_days=most * 7 if most else None,
        musts=tuple(MustSkill(_label(skill), level, held.get(skill, 0)) for skill, level in sorted(rows["must"])),
        site_rank=site_rank,
    )


def _label(code: str) -> str:
    skill = vocabulary().find(code)
    return skill.label if skill else code


def _stay(
    rows: Rows,
    subject: Subject,
    countries: Mapping[int, str],
    active: set[int],
    papers: Mapping[PaperKind, date],
    site: str,
) -> StayFacts:
    return StayFacts(
        period=subject.period,
        home_id=subject.home_id,
        home_country=countries[subject.home_id],
        home_active=subject.home_id in active,
        host_fte=subject.host_share,
        city="" if subject.mode is Mode.REMOTE else site,
        legal_basis=subject.legal_basis or None,
        recognitions=_recognitions(rows["recognition"], subject.secondment_id),
        visits=tuple(Period(first, last) for _, first, last, granted in rows["visit"] if granted),
        visit_pending=any(granted is None for *_, granted in rows["visit"]),
        export_brief=True if PaperKind.EXPORT_BRIEF in papers else None,
        coverage_certificate=True if PaperKind.COVERAGE_CERTIFICATE in papers else None,
        funded=True if PaperKind.FUNDING in papers else None,
    )


def _clearances(rows: Iterable[tuple[Any, ...]]) -> tuple[clearance_rules.Clearance, ...]:
    return tuple(
        clearance_rules.Clearance(
            id=ident,
            level=f"{scheme}:{level}",
            status=clearance_rules.ClearanceStatus(status.value),
            granted_on=granted,
            review_due_on=review,
            expires_on=expires,
            continuous_vetting=continuous,
            caveats=frozenset(caveats),
            confirmed_on=confirmed.date(),
            supersedes=before,
        )
        for ident, scheme, level, status, granted, review, expires, continuous, caveats, confirmed, before in sorted(
            rows, key=lambda row: row[0]
        )
    )


def _permissions(rows: list[tuple[Any, ...]]) -> tuple[Permission, ...]:
    """Those that stand; a curtailed one ends on the day before its successor begins."""
    later = {before: first for _, _, _, first, _, _, before in rows if before is not None}
    found = []
    for ident, country, route, first, last, withdrawn, _ in rows:
        end = min(last, later[ident] - DAY) if ident in later else last
        if not withdrawn and end >= first:
            found.append(Permission(country, route, Period(first, end)))
    return tuple(found)


def _permits(rows: list[tuple[Any, ...]], country: str) -> tuple[tuple[int, str, Period], ...]:
    """The permissions for the country that nothing has ended."""
    ended = {before for *_, before in rows}
    return tuple(
        sorted(
            (ident, route, Period(first, last))
            for ident, where, route, first, last, withdrawn, _ in rows
            if where == country and not withdrawn and ident not in ended
        )
    )


def _recognitions(rows: list[tuple[Any, ...]], secondment_id: int) -> tuple[Recognition, ...]:
    """The decisions that stand. One that was withdrawn stood until the day before; one decided anew is void."""
    later = {row[-1]: row for row in rows if row[-1] is not None}
    found = []
    for ident, clearance, country, instrument, rank, programmes, first, last, status, who, conditions, _ in rows:
        end = last
        if ident in later:
            *_, starts, _, new_status, _, _, _ = later[ident]
            if new_status is not RecognitionStatus.WITHDRAWN:
                continue
            end = min(last, starts - DAY)
        if end >= first:
            found.append(
                Recognition(
                    secondment_id=secondment_id,
                    clearance_id=clearance,
                    host_country=country,
                    instrument=instrument,
                    rank=rank,
                    programmes=frozenset(programmes),
                    period=Period(first, end),
                    status=status,
                    decided_by=who,
                    conditions=conditions,
                )
            )
    return tuple(found)
