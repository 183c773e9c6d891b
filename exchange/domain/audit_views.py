"""What of the audit trail somebody reads, and how its details are put.

A coordinator reads what concerns their institute; a security officer the security events of theirs; the programme
director and the auditors everything. Records about clearances are read in full by security officers alone: coordinators
do not find them at all, and to those who read the whole trail they say only that something was done, by whom and when.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from exchange.domain.actors import Actor, Role
from exchange.domain.audit import Entry

# A record whose verb or subject begins so is a clearance's; the others below are security events too.
RESTRICTED = ("clearance", "recognition", "visit", "permission", "import:clearance")
SECURITY_EVENTS = ("session:", "account:", "roles:", "site:")
# Fields that only the coordinators of the person's institute may read.
PRIVATE_FIELDS = frozenset({"citizenship", "citizenships", "nationality", "nationalities", "born_on", "passport"})
WITHHELD = "The details are open to security officers of the institute concerned."
HIDDEN_VALUE = "not shown"


@dataclass(frozen=True, slots=True)
class AuditView:
    """``whole`` reads every record; the others within the institutes they hold the role in."""

    whole: bool
    coordinates: frozenset[int]
    secures: frozenset[int]

    def opens(self, entry: Entry) -> bool:
        """Whether this reader finds the record at all."""
        within = set(entry.institutes)
        if self.whole or (is_security_event(entry) and self.secures & within):
            return True
        return not is_restricted(entry) and bool(self.coordinates & within)


@dataclass(frozen=True, slots=True)
class Change:
    """One field as it was and as it became; one of the two is empty where there is only the other."""

    field: str
    before: str
    after: str


def view_of(actor: Actor) -> AuditView:
    return AuditView(
        whole=actor.is_system or actor.has(Role.PROGRAMME_DIRECTOR) or actor.has(Role.AUDITOR),
        coordinates=actor.institutes(Role.HR_COORDINATOR),
        secures=actor.institutes(Role.SECURITY_OFFICER),
    )


def is_restricted(entry: Entry) -> bool:
    return entry.verb.startswith(RESTRICTED) or entry.subject_kind.startswith(RESTRICTED)


def is_security_event(entry: Entry) -> bool:
    return is_restricted(entry) or entry.verb.startswith(SECURITY_EVENTS)


def as_read(entry: Entry, view: AuditView) -> Entry:
    """The record without what this reader may not know."""
    within = set(entry.institutes)
    if is_restricted(entry) and not view.secures & within:
        return replace(entry, summary=WITHHELD, detail={}, subject_id=None)
    if view.coordinates & within:
        return entry
    return replace(entry, detail=_without_private(entry.detail))


def changes(detail: dict[str, Any]) -> tuple[Change, ...]:
    """The details as before and after, by field; what has no before is only said."""
    pairs: dict[str, tuple[Any, Any]] = {}
    before, after = _fields(detail.get("before")), _fields(detail.get("after"))
    for name in {**before, **after}:
        pairs[name] = (before.get(name), after.get(name))
    for name, both in _fields(detail.get("changed")).items():
        pairs[name] = (both[0], both[1]) if isinstance(both, list) and len(both) == 2 else (None, both)
    if "from" in detail and "to" in detail:
        pairs["state"] = (detail["from"], detail["to"])
    known = {"before", "after", "changed", "from", "to"}
    pairs |= {name: (None, value) for name, value in detail.items() if name not in known}
    put = (Change(name.replace("_", " "), _put(was), _put(became)) for name, (was, became) in pairs.items())
    return tuple(change for change in put if change.before != change.after)


def _fields(value: Any) -> dict[str, Any]:  # noqa: ANN401 - what stands in a record's JSON
    return value if isinstance(value, dict) else {}


def _put(value: Any) -> str:  # noqa: ANN401 - what stands in a record's JSON
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and not any(isinstance(each, (dict, list)) for each in value):
        return ", ".join(_put(each) for each in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)


def _without_private(value: Any) -> Any:  # noqa: ANN401 - what stands in a record's JSON
    if isinstance(value, dict):
        return {
            name: HIDDEN_VALUE if name.casefold() in PRIVATE_FIELDS else _without_private(each)
            for name, each in value.items()
        }
    return [_without_private(each) for each in value] if isinstance(value, list) else value
