"""The permission table: who may do what, within which institute. What is not in it is denied.

Three questions are answered here and nowhere else: may this role use this page at all (``may``), may this actor do this
to this subject (``decide``), and within which institutes (``reach``). An administrator is a role like the others: it
administers accounts and sees no clearance, no nationality and no agreement.
"""

from __future__ import annotations

from enum import StrEnum

from exchange.domain.actors import PROGRAMME_WIDE, Actor, Role
from exchange.domain.verdict import YES, Refusal, Verdict, no

R, L, H, S, D, A, X = (
    Role.RESEARCHER,
    Role.WORKSTREAM_LEAD,
    Role.HR_COORDINATOR,
    Role.SECURITY_OFFICER,
    Role.PROGRAMME_DIRECTOR,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)
EVERYBODY = frozenset(Role)


class Permission(StrEnum):
    """``<resource>:<action>``. The values stand in the audit trail and in the golden file of routes."""

    DASHBOARD_SEE = "dashboard:see"
    ACCOUNT_EDIT = "account:edit"
    NOTICES_SEE = "notices:see"
    PEOPLE_SEARCH = "people:search"
    PERSON_SEE = "person:see"
    PERSON_EDIT = "person:edit"
    PEOPLE_MERGE = "people:merge"
    PROFILE_EDIT = "profile:edit"
    SKILL_ENDORSE = "skill:endorse"
    INTRODUCTIONS_ASK = "introductions:ask"
    ABSENCE_EDIT = "absence:edit"
    CLEARANCES_SEE = "clearances:see"
    CLEARANCES_EDIT = "clearances:edit"
    SITES_EDIT = "sites:edit"
    WORKSTREAMS_SEE = "workstreams:see"
    WORKSTREAMS_EDIT = "workstreams:edit"
    MATCHES_SEE = "matches:see"
    TEAMS_SEE = "teams:see"
    TEAMS_FILL = "teams:fill"
    ASSIGNMENTS_SEE = "assignments:see"
    ASSIGNMENTS_ANSWER = "assignments:answer"
    OPENINGS_SEE = "openings:see"
    OPENINGS_EDIT = "openings:edit"
    SECONDMENTS_SEE = "secondments:see"
    SECONDMENTS_PROPOSE = "secondments:propose"
    SECONDMENTS_APPROVE = "secondments:approve"
    CHECKLISTS_TICK = "checklists:tick"
    AGREEMENTS_PROPOSE = "agreements:propose"
    ROUNDS_SEE = "rounds:see"
    ROUNDS_PLAN = "rounds:plan"
    MEETINGS_SEE = "meetings:see"
    MEETINGS_EDIT = "meetings:edit"
    CALENDARS_SEE = "calendars:see"
    CALENDARS_MAKE = "calendars:make"
    RECOGNITIONS_EDIT = "recognitions:edit"
    PERMISSIONS_EDIT = "permissions:edit"
    PAPERS_EDIT = "papers:edit"
    WAIVERS_GRANT = "waivers:grant"
    POLICIES_SEE = "policies:see"
    POLICIES_EDIT = "policies:edit"
    IMPORT_PEOPLE = "import:people"
    IMPORT_CLEARANCES = "import:clearances"
    IMPORT_WORKSTREAMS = "import:workstreams"
    IMPORT_OPENINGS = "import:openings"
    IMPORT_PUBLICATIONS = "import:publications"
    IMPORT_USE = "import:use"
    AUDIT_SEE = "audit:see"
    AUDIT_VERIFY = "audit:verify"
    ACCOUNTS_SEE = "accounts:see"
    MAIL_SEE = "mail:see"
    ACCOUNTS_EDIT = "accounts:edit"
    ROLES_GRANT = "roles:grant"
    REPORTS_SEE = "reports:see"


P = Permission
TABLE: dict[Permission, frozenset[Role]] = {
    P.DASHBOARD_SEE: EVERYBODY,
    P.ACCOUNT_EDIT: EVERYBODY,
    P.NOTICES_SEE: EVERYBODY,
    P.PEOPLE_SEARCH: frozenset({R, L, H, S, D}),
    P.PERSON_SEE: frozenset({R, L, H, S, D}),
    P.PERSON_EDIT: frozenset({H}),
    P.PEOPLE_MERGE: frozenset({H, X}),
    P.PROFILE_EDIT: frozenset({R, L, H, S, D}),
    P.SKILL_ENDORSE: frozenset({R, L, H, S, D}),
    P.INTRODUCTIONS_ASK: frozenset({R, L, H, S, D}),
    P.ABSENCE_EDIT: frozenset({R, L, H}),
    P.CLEARANCES_SEE: frozenset({S}),
    P.CLEARANCES_EDIT: frozenset({S}),
    P.SITES_EDIT: frozenset({S}),
    P.WORKSTREAMS_SEE: frozenset({R, L, H, S, D, A}),
    P.WORKSTREAMS_EDIT: frozenset({L}),
    P.MATCHES_SEE: frozenset({L, H}),
    P.TEAMS_SEE: frozenset({L, H, S}),
    P.TEAMS_FILL: frozenset({L}),
    P.ASSIGNMENTS_SEE: frozenset({R, L, H, S, D}),
    P.ASSIGNMENTS_ANSWER: frozenset({R, L, H, S, D}),
    P.OPENINGS_SEE: frozenset({R, L, H, D}),
    P.OPENINGS_EDIT: frozenset({L, H}),
    P.SECONDMENTS_SEE: frozenset({R, L, H, S, D, A}),
    P.SECONDMENTS_PROPOSE: frozenset({L, H}),
    P.SECONDMENTS_APPROVE: frozenset({R, L, H, S}),
    P.CHECKLISTS_TICK: frozenset({R, L, H, S}),
    P.AGREEMENTS_PROPOSE: frozenset({H}),
    P.ROUNDS_SEE: frozenset({H, D}),
    P.ROUNDS_PLAN: frozenset({H}),
    P.MEETINGS_SEE: frozenset({R, L, H, S, D, A}),
    P.MEETINGS_EDIT: frozenset({L}),
    P.CALENDARS_SEE: EVERYBODY,
    P.CALENDARS_MAKE: EVERYBODY,
    P.RECOGNITIONS_EDIT: frozenset({S}),
    P.PERMISSIONS_EDIT: frozenset({H}),
    P.PAPERS_EDIT: frozenset({R, L, H, S, D}),  # whoever goes records some of their own
    P.WAIVERS_GRANT: frozenset({H, S}),
    P.POLICIES_SEE: frozenset({H, S, D, A}),
    P.POLICIES_EDIT: frozenset({D}),
    P.IMPORT_USE: frozenset({R, L, H, S}),
    P.IMPORT_PEOPLE: frozenset({H}),
    P.IMPORT_CLEARANCES: frozenset({S}),
    P.IMPORT_WORKSTREAMS: frozenset({L, H}),
    P.IMPORT_OPENINGS: frozenset({L, H}),
    P.IMPORT_PUBLICATIONS: frozenset({R, H}),
    P.AUDIT_SEE: frozenset({H, S, D, A}),
    P.AUDIT_VERIFY: frozenset({D, A}),
    P.ACCOUNTS_SEE: frozenset({X}),
    P.ACCOUNTS_EDIT: frozenset({X}),
    P.MAIL_SEE: frozenset({X}),
    P.ROLES_GRANT: frozenset({X}),
    P.REPORTS_SEE: frozenset({H, D}),
}


def may(actor: Actor, permission: Permission) -> bool:
    """Whether any of the actor's roles opens this at all; the gate on a route. What is for everybody needs no role."""
    return actor.is_system or TABLE[permission] == EVERYBODY or any(actor.has(role) for role in TABLE[permission])


def reach(actor: Actor, permission: Permission) -> frozenset[int] | None:
    """The institutes within which the actor may do this; None means the whole programme."""
    roles = TABLE[permission]
    if actor.is_system or any(actor.has(role) for role in roles & PROGRAMME_WIDE):
        return None
    return frozenset().union(*(actor.institutes(role) for role in roles))


def decide(actor: Actor, permission: Permission, *institutes: int) -> Verdict:
    """Whether the actor may do this to a subject of these institutes (any one of them is enough)."""
    if not may(actor, permission):
        return no(Refusal.FORBIDDEN, f"Your role does not allow this ({permission.value}). Ask a colleague who may.")
    within = reach(actor, permission)
    if within is None or within & set(institutes):
        return YES
    return no(Refusal.NOT_FOUND, "There is nothing here, or it is not yours to see.")
