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
            Entry("Notices", "notices.index", "info", P.NOTICES_SEE),
            Entry("Timeline", "timeline.show", "board", P.SECONDMENTS_SEE),
            Entry("Secondments", "secondments.index", "swap", P.SECONDMENTS_SEE),
            Entry("Openings", "openings.index", "plus", P.OPENINGS_SEE),
            Entry("Exchange rounds", "rounds.index", "spark", P.ROUNDS_SEE),
            Entry("Calendars", "calendars.index", "cal", P.CALENDARS_SEE),
        ),
    ),
    (
        "People",
        (
            Entry("Find people", "people.index", "people", P.PEOPLE_SEARCH),
            Entry("Introductions", "introductions.index", "swap", P.INTRODUCTIONS_ASK),
            Entry("Workstreams", "workstreams.index", "flag", P.WORKSTREAMS_SEE),
            Entry("Teams", "teams.index", "check", P.TEAMS_SEE),
            Entry("Assignments", "assignments.index", "clock", P.ASSIGNMENTS_SEE),
            Entry("My profile", "profiles.edit", "person", P.PROFILE_EDIT),
            Entry("Staff", "staff.index", "log", P.PERSON_EDIT),
            Entry("Clearances", "clearances.index", "shield", P.CLEARANCES_SEE),
        ),
    ),
    (
        "Records",
        (
            Entry("Exchange balance", "balance.show", "chart", P.REPORTS_SEE),
            Entry("Rules", "policies.index", "flag", P.POLICIES_SEE),
            Entry("Import", "imports.index", "up", P.IMPORT_USE),
            Entry("Audit log", "audit.index", "log", P.AUDIT_SEE),
            Entry("Accounts", "accounts.index", "people", P.ACCOUNTS_SEE),
            Entry("Mail", "outbox.index", "mail", P.MAIL_SEE),
        ),
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
    search = url_for("people.index") if access.may(Permission.PEOPLE_SEARCH) else None
    return {"navigation": _menu(), "me": _me(), "search_url": search}


def _menu() -> list[dict[str, Any]]:
    return [
        {"label": label, "links": [_link(entry) for entry in entries if access.may(entry.permission)]}
        for label, entries in GROUPS
    ]


def _link(entry: Entry) -> dict[str, Any]:
    link: dict[str, Any] = {"label": entry.label, "url": url_for(entry.endpoint), "icon": entry.icon}
    if entry.permission is P.NOTICES_SEE and (unread := access.signed_in().unread):
        link |= {"number": unread, "number_means": "unread"}
    return link


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
