"""Every screen with the role that mainly uses it, as one table; and `make screens`, which writes pictures of them.

A page that takes a record's number stands here with a name in braces, which ``places`` turns into a number that the
invented world holds.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from exchange.domain.answering import Answering
from tests.engines import SECRET_KEY


@dataclass(frozen=True)
class Screen:
    """``handle`` is whose sign-in of the invented world visits it, "" nobody's; ``key`` screens are pictured."""

    path: str
    handle: str
    key: bool = False

    @property
    def name(self) -> str:
        words = (
            self.path.strip("/").replace("/", "-").replace("{", "").replace("}", "").partition("=")[0].replace("?", "-")
        )
        return f"{words or 'dashboard'}-{self.handle.partition('.')[0].replace('@', '-') or 'nobody'}"


UK_HR = "hr@uk-aisi.example"
US_HR = "hr@us-caisi.example"
UK_LEAD = "lead@uk-aisi.example"
UK_SECURITY = "security@uk-aisi.example"
RESEARCHER = "researcher@uk-aisi.example"
DIRECTOR = "director@uk-aisi.example"
AUDITOR = "auditor@uk-aisi.example"
ADMIN = "admin@uk-aisi.example"

SCREENS: tuple[Screen, ...] = (
    Screen("/sign-in", "", key=True),
    Screen("/", UK_HR, key=True),
    Screen("/", US_HR),
    Screen("/", UK_LEAD),
    Screen("/", UK_SECURITY),
    Screen("/", RESEARCHER, key=True),
    Screen("/", DIRECTOR),
    Screen("/", AUDITOR),
    Screen("/", ADMIN),
    Screen("/account", UK_HR),
    Screen("/timeline", UK_HR, key=True),
    Screen("/timeline?group=workstream&span=24&proposed=yes", DIRECTOR),
    Screen("/timeline", RESEARCHER),
    Screen("/timeline?view=list&group=host", US_HR),
    Screen("/secondments", UK_HR, key=True),
    Screen("/secondments/new", UK_HR, key=True),
    Screen("/secondments/{secondment}", UK_HR, key=True),
    Screen("/secondments/{secondment}/edit", UK_HR),
    Screen("/secondments/{suspended}/stand-ins", US_HR),
    Screen("/secondments/{secondment}/move/withdraw", UK_HR),
    Screen("/secondments/{agreed}/tasks/supervisor", UK_HR),
    Screen("/secondments/{incoming}", UK_SECURITY),
    Screen("/secondments/{incoming}/access/decision", UK_SECURITY),
    Screen("/secondments/{incoming}/access/visit", UK_SECURITY),
    Screen("/secondments/{visited}/access/visit/{visit}", UK_SECURITY),
    Screen("/secondments/{incoming}/access/permission", UK_HR),
    Screen("/secondments/{permitted}/access/permission/{permit}/end", UK_HR),
    Screen("/secondments/{incoming}/access/paper/export_brief", UK_HR),
    Screen("/secondments/{incoming}/access/waive/E7", UK_HR),
    Screen("/secondments/{agreed}/agreement/1", UK_HR),
    Screen("/secondments/{agreed}/agreement/new", UK_HR),
    Screen("/secondments/{agreed}/agreement/return/home", UK_HR),
    Screen("/secondments/{agreed}/agreement/give-up", UK_HR),
    Screen("/rounds", UK_HR),
    Screen("/rounds/new", UK_HR),
    Screen("/rounds/{round}", UK_HR, key=True),
    Screen("/rounds/{round}/edit", UK_HR),
    Screen("/rounds/{round}/compare?a={run}&b={replan}", UK_HR),
    Screen("/runs/{run}", UK_HR, key=True),
    Screen("/calendars", UK_HR, key=True),
    Screen("/calendars/new", UK_HR),
    Screen("/calendars/agenda?show=all", UK_LEAD, key=True),
    Screen("/calendars/month?show=all", UK_LEAD, key=True),
    Screen("/calendars/{link}", UK_HR),
    Screen("/calendars/{link}/edit", UK_HR),
    Screen("/calendars/{link}/rotate", UK_HR),
    Screen("/calendars/{link}/stop", UK_HR),
    Screen("/runs/{run}", DIRECTOR),
    Screen("/runs/{replan}", UK_HR, key=True),
    Screen("/runs/{run}/people/{unplaced}", UK_HR),
    Screen("/balance", DIRECTOR, key=True),
    Screen("/balance", UK_HR),
    Screen("/openings", UK_HR),
    Screen("/openings/{opening}", UK_HR),
    Screen("/openings/new", UK_HR),
    Screen("/openings/{opening}/edit", UK_HR),
    Screen("/people?q=cyber", RESEARCHER, key=True),
    Screen("/people/{person}", RESEARCHER, key=True),
    Screen("/people/{other}/introduction", RESEARCHER),
    Screen("/people/searches", RESEARCHER),
    Screen("/introductions", RESEARCHER, key=True),
    Screen("/introductions/{introduction}", RESEARCHER),
    Screen("/profile", RESEARCHER, key=True),
    Screen("/staff", UK_HR),
    Screen("/staff/new", UK_HR),
    Screen("/staff/{person}", UK_HR),
    Screen("/people/{twin}/merge", UK_HR),
    Screen("/people/{twin}/merge?other={original}", UK_HR, key=True),
    Screen("/people/{twin}/merge?other={original}", US_HR),
    Screen("/people/{twin}/merge?other={original}", ADMIN),
    Screen("/clearances", UK_SECURITY, key=True),
    Screen("/clearances/people/{cleared}", UK_SECURITY),
    Screen("/clearances/people/{cleared}/new", UK_SECURITY),
    Screen("/clearances/{clearance}/renew", UK_SECURITY),
    Screen("/clearances/{clearance}/stop", UK_SECURITY),
    Screen("/sites", UK_SECURITY),
    Screen("/sites/{site}", UK_SECURITY),
    Screen("/policies", DIRECTOR),
    Screen("/policies/cap.gae_research/GB", DIRECTOR),
    Screen("/imports", UK_HR),
    Screen("/imports/{import}", UK_HR, key=True),
    Screen("/imports/{import}/take", UK_HR),
    Screen("/audit", AUDITOR, key=True),
    Screen("/audit/chain", AUDITOR),
    Screen("/notices", UK_HR),
    Screen("/outbox", ADMIN),
    Screen("/accounts", ADMIN),
    Screen("/accounts/new", ADMIN),
    Screen("/accounts/{person}", ADMIN),
    Screen("/welcome/a-link-of-the-tests", ""),
    Screen("/workstreams", UK_LEAD),
    Screen("/workstreams/{workstream}", UK_LEAD, key=True),
    Screen("/workstreams/new", UK_LEAD),
    Screen("/workstreams/{gathered}/meetings", UK_LEAD),
    Screen("/workstreams/{gathered}/meetings/new", UK_LEAD),
    Screen("/meetings/{meeting}", UK_LEAD, key=True),
    Screen("/invitations/{invitation}", ""),
    Screen("/meetings/{meeting}/edit", UK_LEAD),
    Screen("/meetings/{meeting}/cancel", UK_LEAD),
    Screen("/meetings/{meeting}/on/2026-12-09", UK_LEAD),
    Screen("/workstreams/{workstream}/edit", UK_LEAD),
    Screen("/workstreams/{workstream}/requirements/new", UK_LEAD),
    Screen("/workstreams/{workstream}/requirements/{requirement}", UK_LEAD, key=True),
    Screen("/workstreams/{workstream}/requirements/{requirement}/edit", UK_LEAD),
    Screen("/workstreams/{workstream}/requirements/{requirement}/remove", UK_LEAD),
    Screen("/workstreams/{workstream}/fill", UK_LEAD),
    Screen("/workstreams/{exercise}", UK_LEAD, key=True),
    Screen("/workstreams/{exercise}/strands/new", UK_LEAD),
    Screen("/workstreams/{exercise}/strands/{strand}/edit", UK_LEAD),
    Screen("/workstreams/{exercise}/strands/{strand}/remove", UK_LEAD),
    Screen("/workstreams/{exercise}/phases/new", UK_LEAD),
    Screen("/workstreams/{exercise}/phases/{phase}/edit", UK_LEAD),
    Screen("/workstreams/{exercise}/phases/{phase}/remove", UK_LEAD),
    Screen("/teams", UK_LEAD),
    Screen("/teams/{team_run}", UK_LEAD, key=True),
    Screen("/teams/{team_run}/seats/{filled_seat}", UK_LEAD, key=True),
    Screen("/teams/{team_run}/seats/{filled_seat}?who={not_chosen}", UK_SECURITY),
    Screen("/assignments", UK_HR),
    Screen("/assignments/{assignment}", UK_LEAD),
)

# Names in braces and the question that finds a record of the invented world for them.
PLACES: Mapping[str, str] = {
    "secondment": """SELECT s.id FROM secondment s JOIN institute i ON i.id = s.home_institute_id
        WHERE i.code = 'UK-AISI' AND s.state = 'draft' ORDER BY s.id LIMIT 1""",
    "agreed": """SELECT s.id FROM secondment s JOIN institute i ON i.id = s.home_institute_id
        JOIN agreement_version v ON v.secondment_id = s.id
        WHERE i.code = 'UK-AISI' AND s.state = 'agreement' ORDER BY s.id LIMIT 1""",
    "suspended": "SELECT id FROM secondment WHERE state = 'suspended' ORDER BY id LIMIT 1",
    "incoming": """SELECT s.id FROM secondment s JOIN institute i ON i.id = s.host_institute_id
        WHERE i.code = 'UK-AISI' AND s.state = 'clearance' ORDER BY s.id LIMIT 1""",
    "visited": "SELECT secondment_id FROM visit_request WHERE country = 'GB' ORDER BY id LIMIT 1",
    "visit": "SELECT id FROM visit_request WHERE country = 'GB' ORDER BY id LIMIT 1",
    "permitted": """SELECT s.id FROM secondment s JOIN stay_permission p ON p.person_id = s.person_id
        WHERE p.country = 'GB' ORDER BY p.id LIMIT 1""",
    "permit": "SELECT id FROM stay_permission WHERE country = 'GB' ORDER BY id LIMIT 1",
    "round": "SELECT id FROM exchange_round ORDER BY id LIMIT 1",
    "run": "SELECT id FROM run WHERE plan IS NOT NULL ORDER BY id LIMIT 1",
    "link": """SELECT l.id FROM calendar_link l JOIN person p ON p.id = l.owner_id
        WHERE p.email = 'hr@uk-aisi.example' ORDER BY l.id LIMIT 1""",
    "meeting": "SELECT id FROM meeting WHERE repeats = 'weekly' ORDER BY id LIMIT 1",
    "invitation": "SELECT id FROM invitation ORDER BY id LIMIT 1",
    "gathered": "SELECT workstream_id FROM meeting ORDER BY id LIMIT 1",
    "replan": "SELECT id FROM run WHERE plan IS NOT NULL AND base_id IS NOT NULL ORDER BY id LIMIT 1",
    "unplaced": """SELECT p.id FROM person p WHERE EXISTS (
        SELECT 1 FROM run r WHERE r.id = (SELECT MIN(id) FROM run) AND
        CAST(r.plan AS TEXT) LIKE '%"unplaced": {"' || p.full_name || '"%')""",
    "exercise": "SELECT id FROM workstream WHERE code = 'exercise-monitoring'",
    "strand": """SELECT s.id FROM strand s JOIN workstream w ON w.id = s.workstream_id
        WHERE w.code = 'exercise-monitoring' ORDER BY s.id LIMIT 1""",
    "phase": """SELECT p.id FROM phase p JOIN workstream w ON w.id = p.workstream_id
        WHERE w.code = 'exercise-monitoring' ORDER BY p.id LIMIT 1""",
    "team_run": "SELECT id FROM team_run WHERE answer IS NOT NULL ORDER BY id LIMIT 1",
    "filled_seat": "SELECT requirement_id FROM allocation ORDER BY id LIMIT 1",
    "not_chosen": """SELECT p.id FROM person p JOIN employment e ON e.person_id = p.id
        JOIN institute i ON i.id = e.institute_id JOIN publication b ON b.person_id = p.id
        WHERE i.code = 'CA-CAISI' AND p.visibility = 'network' ORDER BY p.id LIMIT 1""",
    "assignment": "SELECT id FROM allocation WHERE status = 'draft' ORDER BY id LIMIT 1",
    "person": """SELECT p.id FROM person p JOIN employment e ON e.person_id = p.id
        JOIN institute i ON i.id = e.institute_id JOIN publication b ON b.person_id = p.id
        WHERE i.code = 'UK-AISI' AND p.visibility = 'network' ORDER BY p.id LIMIT 1""",
    "other": """SELECT p.id FROM person p JOIN employment e ON e.person_id = p.id
        JOIN institute i ON i.id = e.institute_id JOIN publication b ON b.person_id = p.id
        WHERE i.code = 'JP-AISI' AND p.visibility = 'network' ORDER BY p.id LIMIT 1""",
    "twin": "SELECT stays_id FROM person_merge ORDER BY id LIMIT 1",
    "original": "SELECT goes_id FROM person_merge ORDER BY id LIMIT 1",
    "introduction": "SELECT id FROM introduction ORDER BY id LIMIT 1",
    "cleared": """SELECT c.person_id FROM clearance c JOIN employment e ON e.person_id = c.person_id
        JOIN institute i ON i.id = e.institute_id WHERE i.code = 'UK-AISI' ORDER BY c.id LIMIT 1""",
    "clearance": """SELECT c.id FROM clearance c JOIN employment e ON e.person_id = c.person_id
        JOIN institute i ON i.id = e.institute_id WHERE i.code = 'UK-AISI' ORDER BY c.id LIMIT 1""",
    "site": """SELECT s.id FROM site s JOIN institute i ON i.id = s.institute_id
        WHERE i.code = 'UK-AISI' ORDER BY s.id LIMIT 1""",
    "import": "SELECT id FROM import_file ORDER BY id LIMIT 1",
    "opening": """SELECT o.id FROM opening o JOIN institute i ON i.id = o.host_institute_id
        WHERE i.code = 'UK-AISI' ORDER BY o.id LIMIT 1""",
    "workstream": """SELECT w.id FROM workstream w JOIN institute i ON i.id = w.lead_institute_id
        JOIN requirement r ON r.workstream_id = w.id WHERE i.code = 'UK-AISI' ORDER BY w.id LIMIT 1""",
    "requirement": """SELECT r.id FROM requirement r JOIN workstream w ON w.id = r.workstream_id
        JOIN institute i ON i.id = w.lead_institute_id WHERE i.code = 'UK-AISI' ORDER BY w.id, r.id LIMIT 1""",
}


def places(session: Session) -> dict[str, str]:
    """What stands for each name in an address; a name without a record means that the invented world lacks it."""
    found = {name: session.execute(text(question)).scalar() for name, question in PLACES.items()}
    missing = [name for name, ident in found.items() if ident is None]
    assert not missing, f"The invented world has no record for: {', '.join(missing)}"
    found["invitation"] = Answering(SECRET_KEY).page_token(int(found["invitation"] or 0))
    return {name: str(ident) for name, ident in found.items()}


if __name__ == "__main__":
    from tests.browser.pictures import take

    take(Path(sys.argv[1] if len(sys.argv) > 1 else "screens"))
