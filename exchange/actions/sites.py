"""What the sites of an institute are built for, as its security officers record it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from exchange.actions.writing import refuse, writing
from exchange.domain import access
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.domain.sites import RANK_WORDS, built_for
from exchange.domain.verdict import Refusal
from exchange.store.institutes import Site


def record(session: Session, actor: Actor, site_id: int, rank: int | None, *, now: datetime) -> None:
    """Say what a site is built for; None takes back what was said.

    Raises:
        Refused: no site of an institute whose security officer the actor is, or no such rank.
    """
    with writing(session, actor, "site:record", now=now) as work:
        work.subject("site", site_id, actor.institute_id)
        site = session.get(Site, site_id)
        if site is None:
            raise refuse(Refusal.NOT_FOUND, "There is no such site, or it is not yours to look after.")
        work.subject("site", site_id, site.institute_id)
        work.require(access.decide(actor, Permission.SITES_EDIT, site.institute_id))
        if rank is not None and rank not in RANK_WORDS:
            raise refuse(Refusal.INVALID, "Choose what the site is built for from the list.")
        before, site.max_rank = site.max_rank, rank
        work.record(
            f"{actor.name} recorded what the site in {site.name} is built for.",
            {"before": {"built for": built_for(before)}, "after": {"built for": built_for(rank)}},
        )
