"""Moving a secondment to other days from the timeline: what it would mean, and doing it where that is still open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from exchange.actions.drafts import Proposal
from exchange.domain import access
from exchange.domain import secondments as rules
from exchange.domain.access import Permission
from exchange.domain.actors import Actor, Role
from exchange.domain.eligibility import Check, Result, reader_of, with_waivers
from exchange.domain.eligibility_checks import report
from exchange.domain.periods import Period
from exchange.store import eligibility, holidays, institutes, people, secondment_facts
from exchange.store import secondments as store
from exchange.store.secondments import Found, Secondment


@dataclass(frozen=True, slots=True)
class Shift:
    """What other days would mean. ``in_place``: nobody has agreed yet; otherwise only a new agreement version does it.

    ``blocks`` must be put right first; ``warnings`` are to be known.
    """

    in_place: bool
    blocks: tuple[str, ...]
    warnings: tuple[str, ...]


def look(session: Session, actor: Actor, found: Found, starts_on: date, ends_on: date, *, today: date) -> Shift:
    """Try the days without writing anything."""
    row = found.secondment
    facts = secondment_facts.load(session, found, today).facts
    verdict = access.decide(actor, Permission.SECONDMENTS_PROPOSE, row.home_institute_id, row.host_institute_id)
    in_place = rules.may_edit(facts).allowed
    blocks = list(verdict.reasons) or _somebody_else(session, actor, row, in_place=in_place)
    warnings: list[str] = []
    if ends_on < starts_on:
        blocks.append("The last day is before the first day: correct one of them.")
    else:
        days = Period(starts_on, ends_on)
        if store.overlapping_period(session, row.person_id, days, besides=row.id):
            blocks.append("The person has another secondment, or a draft of one, on some of these days.")
        warnings += _opening_warnings(found, days)
        warnings += _day_warnings(session, row.host_institute_id, days, today)
        warnings += _eligibility_warnings(session, actor, found, days, today)
    return Shift(in_place, tuple(blocks), tuple(warnings))


def _somebody_else(session: Session, actor: Actor, row: Secondment, *, in_place: bool) -> list[str]:
    """Who proposes a new version of the agreement, where the actor may not and nothing else changes the days."""
    sides = (row.home_institute_id, row.host_institute_id)
    if in_place or any(actor.has(Role.HR_COORDINATOR, side) for side in sides):
        return []
    known = institutes.all_institutes(session)
    named = [
        f"{name} ({known[side].short_name})"
        for side in sides
        for name in people.names_of(session, people.holders(session, Role.HR_COORDINATOR, side))
    ]
    who = " or ".join(named) or "one of the home or the host institute"
    return [f"Both institutes have agreed to the old days. New ones are proposed by an HR coordinator: ask {who}."]


def with_days(found: Found, starts_on: date, ends_on: date) -> Proposal:
    """The secondment's own terms on other days."""
    row = found.secondment
    return Proposal(
        person_id=row.person_id,
        host_id=row.host_institute_id,
        starts_on=starts_on,
        ends_on=ends_on,
        opening_id=row.opening_id,
        workstream_id=row.workstream_id,
        site_id=row.site_id,
        mode=row.mode,
        host_share=row.host_share,
        legal_basis=row.legal_basis,
        purpose=row.purpose,
        run_id=row.run_id,
    )


def _eligibility_warnings(session: Session, actor: Actor, found: Found, days: Period, today: date) -> list[str]:
    """What the rules of eligibility say against these days, as the actor may read it."""
    row = found.secondment
    grounds = eligibility.load(session, eligibility.subject_of(row, days), today)
    reader = reader_of(actor, row.person_id, row.home_institute_id, row.host_institute_id)
    judged = with_waivers(report(grounds.facts), grounds.waivers).redacted(reader)
    own = {Check.WINDOW}  # the opening is said more exactly
    return [one.reason for one in judged.findings if one.result is Result.FAIL and one.check not in own]


def _opening_warnings(found: Found, days: Period) -> list[str]:
    opening = found.opening
    if opening is None:
        return []
    warnings = []
    if days.start < opening.opens_on or days.end > opening.closes_on:
        warnings.append("These days are not all within the opening.")
    weeks = (days.days + 2) // 7
    if not opening.min_weeks <= weeks <= opening.max_weeks:
        warnings.append(f"The opening asks for {opening.min_weeks} to {opening.max_weeks} weeks; this is {weeks}.")
    return warnings


def _day_warnings(session: Session, host_id: int, days: Period, today: date) -> list[str]:
    warnings = []
    if days.start < today:
        warnings.append("The first day has passed.")
    off = {one.day: one.name for one in holidays.of_institutes(session, days) if one.institute_id == host_id}
    for word, day in (("first", days.start), ("last", days.end)):
        if day in off:
            warnings.append(f"The {word} day is a holiday at the host: {off[day]}.")
    return warnings
