"""Every numbered rule is enforced by something, has its numbers as policy rows, and is not a dead letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from exchange.domain.policy_seeds import SEEDS
from exchange.domain.rules import RULES, Rule

EXCHANGE = Path(__file__).parents[2] / "exchange"


def test_there_are_thirty_two() -> None:
    assert [rule.number for rule in RULES] == list(range(1, 33))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.number))
def test_each_rule_has_its_numbers_as_rows(rule: Rule) -> None:
    keys = {row.key for row in SEEDS}
    for key in rule.policies:
        if key.endswith(".*"):
            assert any(one.startswith(key.removesuffix("*")) for one in keys), key
        else:
            assert key in keys


def test_no_policy_row_is_read_by_nobody() -> None:
    """A row that no code looks up is a promise that nobody keeps; rows by family are looked up by their prefix."""
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for path in EXCHANGE.rglob("*.py")
        if path.name not in {"policy_seeds.py", "rules.py"}
    )
    families = ("cap.", "lead.vetting.")
    unread = {row.key for row in SEEDS if f'"{row.key}"' not in code and not row.key.startswith(families)}
    assert unread == set()
