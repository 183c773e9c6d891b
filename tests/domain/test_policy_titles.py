"""Every number of the rules has a name of its own."""

from __future__ import annotations

from collections import Counter

from exchange.domain.policy_seeds import SEEDS
from exchange.domain.policy_titles import TITLES, TOPICS, title


def test_every_number_has_a_name_and_every_name_a_number() -> None:
    assert {rule.key for rule in SEEDS} == TITLES.keys()
    assert len(TITLES) == sum(map(len, TOPICS.values()))


def test_no_two_have_the_same_name() -> None:
    assert [name for name, count in Counter(TITLES.values()).items() if count > 1] == []


def test_a_number_of_an_installations_own_is_named_by_its_key() -> None:
    assert title("cap.new_route") == "new route"
