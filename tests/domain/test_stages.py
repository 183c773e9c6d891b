"""How long secondments stay in each state: only what was left counts, and a few are too few to tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from exchange.domain.secondment_facts import State
from exchange.domain.stages import STAGES, Step, by_institute

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
UK, US, JP = 1, 2, 3


def life(ident: int, host: int, *moves: tuple[State, State, float]) -> list[Step]:
    """Moves with the day on which each was made, counted from the proposal."""
    return [Step(ident, UK, host, START, source, to, START + timedelta(days=day)) for source, to, day in moves]


def test_the_median_of_the_days_in_each_state() -> None:
    steps = []
    for ident, days in enumerate((2, 4, 6, 8, 40)):
        steps += life(
            ident,
            US,
            (State.DRAFT, State.DRAFT, 1),  # a note leaves nothing
            (State.DRAFT, State.NOMINATED, days),
            (State.NOMINATED, State.DRAFT, days + 3),  # sent back: both count again
            (State.DRAFT, State.NOMINATED, days + 4),
            (State.NOMINATED, State.ACCEPTED, days + 14),
        )
    steps += life(9, JP, (State.DRAFT, State.NOMINATED, 1000))
    found = {one.institute_id: dict(zip(STAGES, one.days, strict=True)) for one in by_institute(steps)}
    assert found[US][State.DRAFT] == 2  # of 2, 4, 6, 8, 40 and five times 1
    assert found[US][State.NOMINATED] == 6  # of five times 3 and five times 10
    assert found[US][State.AGREEMENT] is None
    assert found[UK][State.DRAFT] == 2, "one long wait moves no median"
    assert set(found[JP].values()) == {None}, "of one secondment nothing is told"
