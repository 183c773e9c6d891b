"""What a secondment of the cast needs on record before its moves are open: each paper by whoever may record it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from exchange.actions import stay_papers
from exchange.domain.actors import Actor
from exchange.domain.eligibility import Check
from exchange.domain.papers import PaperKind
from tests.cast import ACTOR, NOW, TODAY

ADA = ACTOR["ada"]


def with_papers(session: Session, ident: int, *, person: Actor = ADA, coordinator: Actor = ACTOR["uk_hr"]) -> int:
    """Record the declaration of interests and the funding: what nominating and concluding wait for."""
    stay_papers.record_paper(session, person, ident, PaperKind.DECLARATION, TODAY, now=NOW)
    stay_papers.record_paper(session, coordinator, ident, PaperKind.FUNDING, TODAY, now=NOW)
    return ident


def shorter_than_offered(session: Session, ident: int, coordinator: Actor) -> None:
    """Waive that the stay is shorter than the opening asks, as coordinators do who have agreed on it."""
    stay_papers.waive(
        session, coordinator, ident, Check.WINDOW, reason="Agreed by both.", until=TODAY + timedelta(days=90), now=NOW
    )
