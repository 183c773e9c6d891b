"""Clearances, brought by the security officer of the person's institute. Records are appended, never overwritten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions.imports.people import people_named
from exchange.actions.imports.planning import Difference, Effect, Importer, Plan, Refusals, Step, differences
from exchange.domain.access import Permission, reach
from exchange.domain.clearance_schemes import BY_KEY
from exchange.domain.people import Employed, present_employment
from exchange.files.clearances import ClearanceRow
from exchange.files.reading import Reading, Row
from exchange.store.clearances import Clearance, ClearanceStatus
from exchange.store.people import Employment, Person

NOT_YOURS = "Nobody of your institute has this code or address. Import the people first, or correct it."
NOT_KEPT = "Exchange does not keep applications. Bring the clearance when it has been granted."
OLDER = "A later record of this clearance, of {since}, stands already. Records are appended in the order of their days."

Holder = tuple[Person, int]
Line = tuple[int, str, str]  # person, scheme, level


def plan_clearances(session: Session, importer: Importer, reading: Reading[ClearanceRow]) -> Plan:
    """What these records would do. Those of people who are not of the importer's institute stay out."""
    holders = _holders(session, importer, reading)
    newest = _newest(session, {person.id for person, _ in holders.values()})
    refusals = Refusals(reading.problems)
    steps: list[Step] = []
    met: dict[Line, int] = {}
    for row in reading.rows:
        holder = holders.get(row.value.person.casefold())
        if holder is None:
            refusals.keep_out(row, "Person", row.value.person, NOT_YOURS)
            continue
        level = BY_KEY[row.value.level]
        line = (holder[0].id, level.scheme.code, level.code)
        if met.setdefault(line, row.number) != row.number:
            sentence = f"Row {met[line]} holds another record of this clearance. Import them one after the other."
            refusals.keep_out(row, "Level", row.value.level, sentence)
            continue
        step = _step(row, importer, holder, line, newest.get(line), refusals)
        if step is not None:
            steps.append(step)
    return Plan(tuple(steps), refusals.in_order(), reading.notes)


def _holders(session: Session, importer: Importer, reading: Reading[ClearanceRow]) -> dict[str, Holder]:
    people = people_named(session, {row.person for row in reading.values})
    jobs: dict[int, list[Employed]] = {}
    ids = {person.id for person in people.values()}
    for job in session.scalars(select(Employment).where(Employment.person_id.in_(ids))):
        jobs.setdefault(job.person_id, []).append(Employed(job.institute_id, job.starts_on, job.ends_on))
    within = reach(importer.actor, Permission.IMPORT_CLEARANCES)
    holders = {}
    for name, person in people.items():
        present = present_employment(jobs.get(person.id, []), importer.today)
        if present is not None and (within is None or present.institute_id in within):
            holders[name] = (person, present.institute_id)
    return holders


def _newest(session: Session, people: set[int]) -> dict[Line, Clearance]:
    """The record of each clearance that no later one supersedes."""
    rows = session.scalars(select(Clearance).where(Clearance.person_id.in_(people)).order_by(Clearance.id)).all()
    superseded = {row.supersedes_id for row in rows}
    return {(row.person_id, row.scheme, row.level): row for row in rows if row.id not in superseded}


def _step(
    row: Row[ClearanceRow], importer: Importer, holder: Holder, line: Line, known: Clearance | None, refusals: Refusals
) -> Step | None:
    value = row.value
    person, institute = holder
    statuses = {status.value: status for status in ClearanceStatus}
    if value.status.value not in statuses:
        refusals.keep_out(row, "Status", value.status.value, NOT_KEPT)
        return None
    if known is not None and value.granted_on < known.granted_on:
        refusals.keep_out(row, "Granted on", value.granted_on.isoformat(), OLDER.format(since=known.granted_on))
        return None
    changed = _differences(value, known) if known is not None else ()
    effect = Effect.NEW if known is None else Effect.CHANGED if changed else Effect.SAME
    apply = _appending(value, importer, line, known, statuses[value.status.value])
    label = f"{person.full_name}: {value.level}"
    return Step(row.number, row.source, label, effect, frozenset({institute}), apply, changed)


def _differences(value: ClearanceRow, known: Clearance) -> tuple[Difference, ...]:
    """What a record says otherwise than the one it would follow. Of the same day, its blank cells change nothing."""
    again = value.granted_on == known.granted_on
    return differences(
        (
            ("Status", known.status.value, value.status.value),
            ("Granted on", known.granted_on, value.granted_on),
            ("Review due on", known.review_due_on, value.review_due_on or (known.review_due_on if again else None)),
            ("Expires on", known.expires_on, value.expires_on or (known.expires_on if again else None)),
            ("Caveats", tuple(known.caveats), value.caveats or tuple(known.caveats)),
            ("Sponsor", known.sponsor, value.sponsor or known.sponsor),
        )
    )


def _appending(
    value: ClearanceRow, importer: Importer, line: Line, known: Clearance | None, status: ClearanceStatus
) -> Callable[[Session, datetime], int]:
    def apply(session: Session, now: datetime) -> int:
        person_id, scheme, level = line
        again = known if known is not None and known.granted_on == value.granted_on else None
        record = Clearance(
            person_id=person_id,
            scheme=scheme,
            level=level,
            status=status,
            granted_on=value.granted_on,
            review_due_on=value.review_due_on or (again.review_due_on if again else None),
            expires_on=value.expires_on or (again.expires_on if again else None),
            caveats=list(value.caveats) or (known.caveats if known else []),
            sponsor=value.sponsor or (known.sponsor if known else ""),
            confirmed_by_id=importer.actor.person_id,
            confirmed_at=now,
            supersedes_id=known.id if known else None,
        )
        session.add(record)
        session.flush()
        return record.id

    return apply
