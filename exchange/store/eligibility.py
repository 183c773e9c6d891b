"""All that eligibility is judged on, for any number of people, seats and stays, from one statement.

One pair is read as many are: ``load`` is ``load_all`` of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
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
from exchange.domain.policies import PolicyBook
from exchange.domain.recognitions import Recognition, RecognitionStatus
from exchange.domain.secondment_facts import OVER, UNDER_WAY
from exchange.domain.skills import vocabulary
from exchange.store import policies
from exchange.store.batches import Rows, gather
from exchange.store.eligibility_reads import THE_SITE, Scope, Subject, reads_for, scope_of, subject_of
from exchange.store.holidays import of_country
from exchange.store.institutes import Membership
from exchange.store.secondments import HOLDING, reference

__all__ = ["Grounds", "Recorded", "Scope", "Subject", "load", "load_all", "load_scope", "subject_of"]

BEGUN = UNDER_WAY | OVER
CHECKS = {check.value: check for check in Check}
Row = tuple[Any, ...]


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
    return load_all(session, [subject], today).grounds(subject)


def load_all(session: Session, subjects: Iterable[Subject], today: date) -> Recorded:
    """Everything recorded about the people, seats and stays of these subjects; each pair's facts are made in memory."""
    return load_scope(session, scope_of(subjects), today)


def load_scope(session: Session, scope: Scope, today: date) -> Recorded:
    """The same where it is known of whom and what, before anybody asks about a pair."""
    return Recorded(gather(session, **reads_for(scope)), today)


class Recorded:
    """The records of some people, seats and stays, from which the facts of any pair of them follow.

    What belongs to a person or to a seat alone is made once, and is then the same object in every pair.
    """

    def __init__(self, rows: Rows, today: date) -> None:
        self.today = today
        self._rows = {name: _by_first(found) for name, found in rows.items() if name != "policy"}
        self._policy = rows["policy"]
        self._candidates: dict[tuple[int, int, int], CandidateFacts] = {}
        self._offers: dict[tuple[int, int, int, int], OfferFacts] = {}

    @cached_property
    def book(self) -> PolicyBook:
        return policies.book_of(self._policy)

    def grounds(self, subject: Subject) -> Grounds:
        """The facts of one subject, with what its page shows of the records behind them."""
        ident, facts = subject.secondment_id, self.facts(subject)
        waivers = tuple(
            Waiver(CHECKS[code], who, reason, until)
            for code, who, reason, until in self._of("waiver", ident)
            if code in CHECKS
        )
        visits = sorted(
            (visit, Period(first, last), granted) for visit, first, last, granted in self._of("visit", ident)
        )
        permits = _permits(self._of("permission", subject.person_id), facts.offer.host_country)
        return Grounds(facts, waivers, tuple(visits), permits)

    def facts(self, subject: Subject) -> EligibilityFacts:
        """What the checks look at for this person, seat and stay."""
        return EligibilityFacts(
            candidate=self._candidate(subject),
            offer=self._offer(subject),
            stay=self._stay(subject),
            book=self.book,
            today=self.today,
        )

    def during_stay(self, subject: Subject) -> Subject:
        """The same as part of the stay that has the person at the host on some of these days, if there is one.

        What the host decided for that stay then counts, and the stay takes no time from what is done during it.
        """
        for ident, host, _, _, first, last, state, *_ in self._of("stay", subject.person_id):
            if host == subject.host_id and state in HOLDING and subject.period.overlaps(Period(first, last)):
                return replace(subject, secondment_id=ident)
        return subject

    def _of(self, name: str, ident: int) -> Sequence[Row]:
        """The rows of one read that are this person's, seat's or stay's."""
        return self._rows[name].get(ident, ())

    def _candidate(self, subject: Subject) -> CandidateFacts:
        """The person beside this stay: neither it nor a share of its own workstream takes time from it."""
        key = (subject.person_id, subject.secondment_id, subject.workstream_id or 0)
        known = self._candidates.get(key)
        if known is None:
            known = self._candidates[key] = self._made_candidate(*key)
        if subject.released is None and subject.consented is None:
            return known
        return replace(known, released=subject.released, consented=subject.consented)

    def _made_candidate(self, person: int, stay: int, workstream: int) -> CandidateFacts:
        employments = tuple(
            Employment(institute, Period(first, last or OPEN_END), fte, probation)
            for institute, first, last, fte, probation in self._of("employment", person)
        )
        others = [row for row in self._of("stay", person) if row[0] != stay]
        shares = [row for row in self._of("allocation", person) if row[0] != workstream]
        papers = self._papers(stay)
        return CandidateFacts(
            person_id=person,
            employments=employments or None,
            declared_on=papers.get(PaperKind.DECLARATION),
            citizenships=frozenset(country for (country,) in self._of("citizenship", person)) or None,
            clearances=_clearances(self._of("clearance", person)),
            permissions=_permissions(self._of("permission", person)),
            passport_until=papers.get(PaperKind.PASSPORT),
            past=tuple(
                PastStay(country, route, Period(first, last))
                for _, _, country, route, first, last, state, *_ in others
                if state in BEGUN
            ),
            commitments=_commitments(others, shares),
            languages=frozenset(code for (codes,) in self._of("languages", person) for code in codes),
        )

    def _offer(self, subject: Subject) -> OfferFacts:
        """The seat. What it must have is noted with what this person holds of it."""
        key = (subject.host_id, subject.opening_id or 0, subject.workstream_id or 0, subject.site_id or 0)
        known = self._offers.get(key)
        if known is None:
            known = self._offers[key] = self._made_offer(*key)
        asked = sorted(self._of("must", subject.opening_id or 0))
        if not asked:
            return known
        held: dict[str, int] = dict(self._of("claim", subject.person_id))
        return replace(
            known, musts=tuple(MustSkill(_label(skill), level, held.get(skill, 0)) for skill, level in asked)
        )

    def _made_offer(self, host: int, opening: int, workstream: int, site: int) -> OfferFacts:
        opens, closes, least, most, asked, stream = next(iter(self._of("opening", opening)), (None,) * 6)
        streams = (self._of("workstream", ident) for ident in (workstream, stream) if ident)
        level = asked or next((level for found in streams for (level,) in found), None)
        country, membership = self.institute(host)
        return OfferFacts(
            host_id=host,
            host_country=country,
            need=need_of(level, country),
            host_active=membership is Membership.MEMBER,
            window=Period(opens, closes) if opens else None,
            min_days=least * 7 - 2 if least else None,  # whole weeks may end on a Friday
            max_days=most * 7 if most else None,
            site_rank=self._site(host, site).rank,
        )

    def _stay(self, subject: Subject) -> StayFacts:
        ident = subject.secondment_id
        country, membership = self.institute(subject.home_id)
        papers, visits = self._papers(ident), self._of("visit", ident)
        site, remote = self._site(subject.host_id, subject.site_id or 0), subject.mode is Mode.REMOTE
        return StayFacts(
            period=subject.period,
            home_id=subject.home_id,
            home_country=country,
            home_active=membership is Membership.MEMBER,
            host_fte=subject.host_share,
            city="" if remote else site.name,
            days_off=frozenset() if remote else site.closed(subject.period),
            legal_basis=subject.legal_basis or None,
            recognitions=_recognitions(self._of("recognition", ident), ident),
            visits=tuple(Period(first, last) for _, first, last, granted in visits if granted),
            visit_pending=any(granted is None for *_, granted in visits),
            export_brief=True if PaperKind.EXPORT_BRIEF in papers else None,
            coverage_certificate=True if PaperKind.COVERAGE_CERTIFICATE in papers else None,
            funded=True if PaperKind.FUNDING in papers else None,
        )

    def institute(self, ident: int) -> tuple[str, Membership]:
        """The country of an institute, and whether it is a member."""
        country, membership = self._of("institute", ident)[0]
        return country, membership

    def _site(self, institute: int, site: int) -> _Place:
        """The site, or the institute's first where none is named."""
        sites = sorted(self._of("site", institute), key=lambda row: (row[0] != site, row[0]))
        return _Place(*sites[0][1:]) if sites else _Place(THE_SITE)

    def _papers(self, stay: int) -> Mapping[PaperKind, date]:
        """The days of the stay's papers; of several of a kind the latest counts."""
        return {kind: day for _, kind, day in sorted(self._of("paper", stay), key=lambda row: row[0])}


@dataclass(frozen=True, slots=True)
class _Place:
    """A site of the host: its name, the highest rank of work it is built for, and whose holidays it keeps."""

    name: str
    rank: int | None = None
    country: str = ""
    subdivision: str | None = None

    def closed(self, period: Period) -> frozenset[date]:
        """The first and the last day, where they are public holidays."""
        ends = (period.start, period.end)
        return frozenset(day for day in ends if day in of_country(self.country, self.subdivision, day.year, day.year))


def _by_first(rows: Iterable[Row]) -> dict[int, list[Row]]:
    """The rows without their first column, by it."""
    found: dict[int, list[Row]] = {}
    for ident, *rest in rows:
        found.setdefault(ident, []).append(tuple(rest))
    return found


def _commitments(stays: Iterable[Row], shares: Iterable[Row]) -> tuple[Commitment, ...]:
    held = [
        Commitment(reference(ident), Period(first, last), share, "" if mode is Mode.REMOTE else city)
        for ident, _, _, _, first, last, state, share, mode, city in stays
        if state in HOLDING
    ]
    return (*held, *(Commitment(title, Period(first, last), share) for _, title, first, last, share in shares))


def _label(code: str) -> str:
    skill = vocabulary().find(code)
    return skill.label if skill else code


def _clearances(rows: Iterable[Row]) -> tuple[clearance_rules.Clearance, ...]:
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


def _permissions(rows: Sequence[Row]) -> tuple[Permission, ...]:
    """Those that stand; a curtailed one ends on the day before its successor begins."""
    later = {before: first for _, _, _, first, _, _, before in rows if before is not None}
    found = []
    for ident, country, route, first, last, withdrawn, _ in rows:
        end = min(last, later[ident] - DAY) if ident in later else last
        if not withdrawn and end >= first:
            found.append(Permission(country, route, Period(first, end)))
    return tuple(found)


def _permits(rows: Sequence[Row], country: str) -> tuple[tuple[int, str, Period], ...]:
    """The permissions for the country that nothing has ended."""
    ended = {before for *_, before in rows}
    return tuple(
        sorted(
            (ident, route, Period(first, last))
            for ident, where, route, first, last, withdrawn, _ in rows
            if where == country and not withdrawn and ident not in ended
        )
    )


def _recognitions(rows: Sequence[Row], secondment_id: int) -> tuple[Recognition, ...]:
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
