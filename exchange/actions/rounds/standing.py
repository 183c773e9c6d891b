"""The stays that stand already: in every plan they keep their seats, desks, quotas and money.

A stay on an opening outside the round goes in as an opening of its own, which nobody else can take. Somebody whose stay
the planner may not know of goes in without a name; under their own name they are then only not free.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from exchange.actions.rounds.inputs import Records, unused
from exchange.scheduling.problem import Candidate, Institute, Opening, Placement, Team
from exchange.store.round_facts import Stay

PLENTY = 10**6
# So much is asked of whoever would take it that no explanation names it as somebody's nearest opening.
FOR_NOBODY = {f"taken {number}": 9 for number in range(9)}


@dataclass(slots=True)
class Standing:
    """What standing stays add to a round: their placements, and the people, seats, teams and hosts it lacks."""

    placements: list[Placement]
    candidates: list[Candidate]
    openings: list[Opening]
    institutes: list[Institute]
    teams: list[Team]
    busy: dict[int, list[tuple[int, int]]]


def standing(records: Records, stays: Iterable[Stay]) -> Standing:
    """The stays of these that touch the round's weeks and one of its institutes."""
    found = Standing([], [], [], [], [], {})
    for stay in stays:
        first, after = records.weeks.touched_weeks(stay.period)
        if after > first:
            found.busy.setdefault(stay.person_id, []).append((first, after))
            if {stay.home_id, stay.host_id} & set(records.institutes):
                _add(found, stay, records)
    return found


def placement_of(stay: Stay, records: Records) -> Placement | None:
    """The stay as a placement of this round; None where its person, opening or weeks are not in it."""
    first, after = records.weeks.touched_weeks(stay.period)
    if after <= first or not records.may_name(stay) or stay.opening_id is None or stay.opening_id not in records.seats:
        return None
    return Placement(records.names[stay.person_id], records.seats[stay.opening_id], first, after - first)


def _add(found: Standing, stay: Stay, records: Records) -> None:
    first, after = records.weeks.touched_weeks(stay.period)
    for ident in (stay.home_id, stay.host_id):
        _require_institute(found, ident, records)
    opening = records.seats.get(stay.opening_id or 0) or _own_seat(found, stay, (first, after), records)
    found.placements.append(Placement(_person(found, stay, records), opening, first, after - first))


def _person(found: Standing, stay: Stay, records: Records) -> str:
    if records.may_name(stay):
        return records.names[stay.person_id]
    home = records.known[stay.home_id].short_name
    taken = {one.id for one in found.candidates} | set(records.names.values())
    name = unused(f"Somebody of {home}", taken)
    found.candidates.append(_nobody_free(name, home))
    return name


def _nobody_free(name: str, home: str) -> Candidate:
    """Somebody who is where they are and goes nowhere else."""
    return Candidate(
        id=name,
        institute=home,
        team=home,
        skills={},
        availability=(),
        earliest_start=0,
        latest_start=0,
        min_weeks=1,
        max_weeks=1,
        preferred_weeks=1,
        clearance=0,
        clearance_ends=0,
        lead_weeks={},
        max_placements=1,
        weeks_home_between=0,
    )


def _own_seat(found: Standing, stay: Stay, window: tuple[int, int], records: Records) -> str:
    host = records.known[stay.host_id].short_name
    name = unused(f"At {host} already", {one.id for one in found.openings} | set(records.seats.values()))
    found.openings.append(Opening(name, host, window, FOR_NOBODY, 0, 1, 1, records.weeks.count, (), 0))
    return name


def _require_institute(found: Standing, ident: int, records: Records) -> None:
    """An institute that takes no part and yet has somebody here, or somebody of ours there."""
    name = records.known[ident].short_name
    if ident in records.institutes or name in {one.id for one in found.institutes}:
        return
    desks = (PLENTY,) * records.weeks.count
    found.institutes.append(Institute(name, 10**9, desks, (), (), 0, 0, 0))
    found.teams.append(Team(name, name, PLENTY))
