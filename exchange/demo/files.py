"""A file that a coordinator of the invented world has brought and not yet taken in: some rows good, some to mend."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from exchange.actions.imports import taking
from exchange.actions.imports.reading import Options
from exchange.store.imports import ImportKind
from exchange.store.people import actor_of, id_by_email

NEWCOMERS = """\
Name,E-mail,Institute,Job title,Start date
Ines Duarte,ines.duarte@uk-aisi.example,UK-AISI,Evaluation scientist,4 Jan 2027
Kofi Mensah-Boateng,kofi.mensah@uk-aisi.example,UK-AISI,Research engineer,11/01/2027
Rosalind,rosalind@uk-aisi,UK-AISI,Fellow,1 Feb 2027
Yuki Tan,yuki.tan@uk-aisi.example,UK-AISI,Research engineer,31 Feb 2027
"""


def add_all(session: Session, *, today: date, now: datetime) -> None:
    """Bring the file; its owner looks at it and decides."""
    owner = id_by_email(session, "hr@uk-aisi.example")
    assert owner is not None
    actor = actor_of(session, owner, today)
    taking.upload(session, actor, ImportKind.PEOPLE, "newcomers.csv", NEWCOMERS.encode(), Options(), now=now)
