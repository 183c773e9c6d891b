"""What a site is built for: who records it, what is kept, and what a secondment's checks make of it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.domain.secondment_facts import State
from exchange.store.audit import AuditEvent
from exchange.store.institutes import Site
from exchange.store.workstreams import Workstream
from tests.cast import LONDON, US, WASHINGTON
from tests.clients import PageClient
from tests.lives import add_agreed

As = Callable[[str], PageClient]


def test_a_security_officer_records_what_a_site_is_built_for(as_: As, session: Session) -> None:
    work = Workstream(code="W-1", title="Cyber work", lead_institute_id=US, clearance_asked="US:SECRET")
    session.add(work)
    session.commit()
    stay = f"/secondments/{add_agreed(session, State.CLEARANCE, workstream_id=work.id)}"
    officer, path = as_("us_security"), f"/sites/{WASHINGTON}"
    assert "built for is not recorded" in officer.get(stay).text
    assert "Not recorded" in officer.get("/sites").text
    assert officer.send(path, {"rank": "9"}).status_code == 422
    for rank, said in (("1", "not built for the most sensitive part"), ("3", "The site, its hours and languages fit")):
        assert officer.send(path, {"rank": rank}).status_code == 303
        assert said in officer.get(stay).text
    assert "calls secret" in officer.get("/sites").text
    session.rollback()
    assert session.get_one(Site, WASHINGTON).max_rank == 3
    records = session.scalars(select(AuditEvent).where(AuditEvent.verb == "site:record")).all()
    assert [record.outcome for record in records] == ["done", "done"]
    assert "Washington DC" in officer.get("/audit").text
    assert officer.send(path, {"rank": ""}).status_code == 303
    for key, address, status in (
        ("us_security", f"/sites/{LONDON}", 404),
        ("uk_security", path, 404),
        ("us_hr", path, 403),
        ("director", "/sites", 403),
    ):
        assert as_(key).get(address).status_code == status, key
    assert "Washington" not in as_("uk_security").get("/sites").text
