"""The golden file of access: each route with each role of the cast that its gate opens to."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Flask

from exchange.domain.access import TABLE, Permission
from exchange.domain.actors import Role
from exchange.web import Settings, create_app
from exchange.web.access import PUBLIC, rule_of

FILE = Path(__file__).with_name("routes.golden.txt")
LETTERS = {
    Role.RESEARCHER: "R",
    Role.WORKSTREAM_LEAD: "L",
    Role.HR_COORDINATOR: "H",
    Role.SECURITY_OFFICER: "S",
    Role.PROGRAMME_DIRECTOR: "D",
    Role.AUDITOR: "A",
    Role.ADMINISTRATOR: "X",
}


def render(app: Flask) -> str:
    """One line a route and method: who passes its gate, the permission, and the address."""
    lines = [
        "# " + ", ".join(f"{letter} {role.value}" for role, letter in LETTERS.items()),
        "# a dot: the gate refuses; the second ring (scoped fetch) and the third (verdict) come behind it",
    ]
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        opened = rule_of(app, rule.endpoint)
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        lines += [f"{_who(opened)}  {method:5} {rule.rule}  {opened}" for method in methods]
    return "\n".join(lines) + "\n"


def _who(opened: Permission | str | None) -> str:
    if opened == PUBLIC:
        return "anybody"
    assert isinstance(opened, Permission)
    return "".join(letter if role in TABLE[opened] else "." for role, letter in LETTERS.items())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder), f"sqlite:///{folder}/none.sqlite3", "x" * 40, secure_cookies=False)
        FILE.write_text(render(create_app(settings)))
