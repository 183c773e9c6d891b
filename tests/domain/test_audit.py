"""The chain of hashes: whatever is done to a record afterwards is found, and where it was done is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.audit import GENESIS, Entry, verify

Record = tuple[int, str, str, Entry]
Trail = list[Record]
AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
LENGTH = 12


def entry(number: int) -> Entry:
    return Entry(
        at=AT + timedelta(minutes=number),
        actor_id=number % 3,
        actor_name="佐藤 美咲",
        verb="person:edit",
        outcome="done",
        subject_kind="person",
        subject_id=number,
        institutes=(1, 2),
        summary=f"Change number {number}.",
        detail={"before": {"zone": "UTC"}, "after": {"zone": "Asia/Tokyo", "number": number}},
    )


def trail(length: int = LENGTH) -> Trail:
    records: Trail = []
    previous = GENESIS
    for seq in range(1, length + 1):
        written = entry(seq)
        sealed = written.sealed(seq, previous)
        records.append((seq, previous, sealed.hash, written))
        previous = sealed.hash
    return records


def head(records: Trail) -> tuple[int, str]:
    return records[-1][0], records[-1][2]


def test_a_trail_as_it_was_written_is_intact() -> None:
    records = trail()
    report = verify(records, head(records))
    assert (report.intact, report.records, report.head) == (True, LENGTH, head(records)[1])


def test_an_empty_trail_is_intact_and_stands_at_the_genesis() -> None:
    report = verify([])
    assert (report.intact, report.records, report.head) == (True, 0, GENESIS)


OTHER: dict[str, Any] = {
    "at": AT - timedelta(microseconds=1),
    "actor_id": None,
    "actor_name": "佐藤 美咲 ",
    "verb": "person:create",
    "outcome": "refused",
    "subject_kind": "site",
    "subject_id": 999,
    "institutes": (1,),
    "summary": "Change number 05.",
    "detail": {"before": {"zone": "UTC"}},
}


@pytest.mark.parametrize("field", Entry.__dataclass_fields__)
def test_an_edit_of_any_field_is_found_where_it_stands(field: str) -> None:
    records = trail()
    seq, previous, stored, written = records[4]
    records[4] = (seq, previous, stored, replace(written, **{field: OTHER[field]}))
    assert verify(records).faults == ("Record 5 was changed after it was written.",)


def test_an_edit_with_a_fresh_hash_is_found_at_the_next_record() -> None:
    records = trail()
    seq, previous, _, written = records[4]
    changed = replace(written, summary="Nothing happened.")
    records[4] = (seq, previous, changed.sealed(seq, previous).hash, changed)
    assert verify(records).faults == ("Record 6 does not continue record 5.",)


def test_the_same_instant_in_another_zone_is_the_same_record() -> None:
    records = trail()
    seq, previous, stored, written = records[4]
    elsewhere = written.at.astimezone(timezone(timedelta(hours=9)))
    records[4] = (seq, previous, stored, replace(written, at=elsewhere))
    assert verify(records).intact


def removed(records: Trail, chance: Random) -> Trail:
    place = chance.randrange(len(records) - 1)  # the last one is a cut-off end, below
    return records[:place] + records[place + 1 :]


def reordered(records: Trail, chance: Random) -> Trail:
    first, second = sorted(chance.sample(range(len(records)), 2))
    swapped = records[:]
    swapped[first], swapped[second] = records[second], records[first]
    return swapped


def renumbered(records: Trail, chance: Random) -> Trail:
    """Two records change places and take each other's number, so that the numbers still count up."""
    first, second = sorted(chance.sample(range(len(records)), 2))
    swapped = records[:]
    swapped[first] = (records[first][0], *records[second][1:])
    swapped[second] = (records[second][0], *records[first][1:])
    return swapped


def inserted(records: Trail, chance: Random) -> Trail:
    """A forged record between two, continuing the one before it."""
    place = chance.randrange(len(records) - 1)
    seq, _, previous, _ = records[place]
    forged = entry(500)
    return [
        *records[: place + 1],
        (seq + 1, previous, forged.sealed(seq + 1, previous).hash, forged),
        *records[place + 1 :],
    ]


def pushed_in(records: Trail, chance: Random) -> Trail:
    """The same, with everything behind it renumbered."""
    place = chance.randrange(len(records) - 1)
    forged = inserted(records, chance=Random(place))
    return [(number, *record[1:]) for number, record in enumerate(forged, 1)]


def repeated(records: Trail, chance: Random) -> Trail:
    place = chance.randrange(len(records))
    return records[: place + 1] + records[place:]


def edited(records: Trail, chance: Random) -> Trail:
    place = chance.randrange(len(records))
    seq, previous, stored, written = records[place]
    field = chance.choice(sorted(OTHER))
    changed = replace(written, **{field: OTHER[field]})
    return [*records[:place], (seq, previous, stored, changed), *records[place + 1 :]]


@settings(max_examples=1000, deadline=None)
@given(
    st.sampled_from([removed, reordered, renumbered, inserted, pushed_in, repeated, edited]),
    st.integers(0, 2**32),
    st.integers(2, 40),
)
def test_a_thousand_tamperings_are_each_found(tamper: Callable[[Trail, Random], Trail], seed: int, length: int) -> None:
    records = trail(length)
    assert not verify(tamper(records, Random(seed))).intact


@given(st.integers(0, LENGTH - 1))
def test_a_cut_off_end_is_found_by_a_head_noted_earlier(left: int) -> None:
    records = trail()
    noted = head(records)
    assert verify(records[:left]).intact  # the chain alone cannot know
    report = verify(records[:left], noted)
    assert report.faults == (
        f"Record {LENGTH} with the hash noted earlier is not in the trail: its end was cut off or rewritten.",
    )


def test_a_trail_rewritten_from_the_start_is_found_by_a_head_noted_earlier() -> None:
    noted = head(trail())
    previous, forged = GENESIS, []
    for seq in range(1, LENGTH + 1):
        written = replace(entry(seq), actor_name="Somebody else")
        forged.append((seq, previous, written.sealed(seq, previous).hash, written))
        previous = forged[-1][2]
    assert verify(forged).intact
    assert not verify(forged, noted).intact


def test_a_trail_that_has_grown_still_holds_the_head_noted_earlier() -> None:
    assert verify(trail(LENGTH + 5), head(trail())).intact
