"""The menu: three groups, of which each reader sees what their roles open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, url_for
from flask_login import current_user

from exchange.domain.access import Permission
from exchange.domain.actors import Role
from exchange.web import access


@dataclass(frozen=True, slots=True)
class Entry:
    label: str
    endpoint: str
    icon: str
    permission: Permission


P = Permission
GROUPS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "Plan",
        (
            Entry("Dashboard", "dashboard.show", "home", P.DASHBOARD_SEE),
            Entry("Secondments", "secondments.index", "swap", P.SECONDMENTS_SEE),
        ),
    ),
    (
        "People",
        (),
    ),
    (
        "Records",
        (),
    ),
)

ROLE_WORDS = {
    Role.RESEARCHER: "researcher",
    Role.WORKSTREAM_LEAD: "workstream lead",
    Role.HR_COORDINATOR: "HR coordinator",
    Role.SECURITY_OFFICER: "security officer",
    Role.PROGRAMME_DIRECTOR: "programme director",
    Role.AUDITOR: "auditor",
    Role.ADMINISTRATOR: "administrator",
}
_WEIGHT = list(reversed(list(ROLE_WORDS)))  # whoever holds several is shown by the one that opens most


def register(app: Flask) -> None:
    app.context_processor(_shell)
    app.jinja_env.globals.update(may=access.may, Permission=Permission, role_words=ROLE_WORDS)


def _shell() -> dict[str, Any]:
    """What ``base.html`` draws around every page of somebody signed in."""
    if not current_user.is_authenticated:
        return {"navigation": (), "me": None, "search_url": None}
    return {"navigation": _menu(), "me": _me(), "search_url": None}


def _menu() -> list[dict[str, Any]]:
    return [
        {"label": label, "links": [_link(entry) for entry in entries if access.may(entry.permission)]}
        for label, entries in GROUPS
    ]


def _link(entry: Entry) -> dict[str, Any]:
    return {"label": entry.label, "url": url_for(entry.endpoint), "icon": entry.icon}


def _me() -> dict[str, str]:
    who = access.signed_in()
    held = [ROLE_WORDS[role] for role in _WEIGHT if who.actor.has(role)]
    return {
        "name": who.actor.name,
        "institute_code": who.institute_code,
        "line": ", ".join(part for part in (who.institute_name, *held[:1]) if part),
        "account_url": url_for("account.show"),
        "sign_out_url": url_for("account.sign_out"),
    }
