"""Institutes of the network, the names they have had, and their sites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from exchange.store.base import Base, choice


class Membership(StrEnum):
    MEMBER = "member"
    PARTNER = "partner"
    OBSERVER = "observer"
    LEFT = "left"


class Institute(Base):
    __tablename__ = "institute"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)  # with its country: two are called CAISI
    country: Mapped[str] = mapped_column(String(2))
    name: Mapped[str] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(40))
    zone: Mapped[str] = mapped_column(String(64))
    fiscal_year_month: Mapped[int] = mapped_column(default=1)
    membership: Mapped[Membership] = mapped_column(choice(Membership), default=Membership.MEMBER)


class InstituteName(Base):
    """A name an institute bore; the current one has no ``valid_to``."""

    __tablename__ = "institute_name"
    __table_args__ = (UniqueConstraint("institute_id", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Site(Base):
    __tablename__ = "site"
    __table_args__ = (UniqueConstraint("institute_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"))
    name: Mapped[str] = mapped_column(String(80))  # the city, as people say it
    zone: Mapped[str] = mapped_column(String(64))
    holiday_country: Mapped[str] = mapped_column(String(2))
    holiday_subdivision: Mapped[str | None] = mapped_column(String(10))
    max_rank: Mapped[int | None]  # the most sensitive work the site is built for, in its country's ranks


@dataclass(frozen=True, slots=True)
class InstituteRow:
    id: int
    code: str
    country: str
    name: str
    short_name: str
    zone: str
    membership: Membership


@dataclass(frozen=True, slots=True)
class SiteRow:
    id: int
    institute_id: int
    name: str
    zone: str
    max_rank: int | None


_ALL_INSTITUTES = select(
    Institute.id,
    Institute.code,
    Institute.country,
    Institute.name,
    Institute.short_name,
    Institute.zone,
    Institute.membership,
).order_by(Institute.code)


def all_institutes(session: Session) -> Mapping[int, InstituteRow]:
    """Every institute by id, in the order of its code."""
    return {row.id: InstituteRow(*row) for row in session.execute(_ALL_INSTITUTES)}


def ids_by_code(session: Session) -> Mapping[str, int]:
    return {code: ident for ident, code in session.execute(select(Institute.id, Institute.code))}


def all_sites(session: Session) -> Mapping[int, SiteRow]:
    rows = session.execute(select(Site.id, Site.institute_id, Site.name, Site.zone, Site.max_rank).order_by(Site.name))
    return {row.id: SiteRow(*row) for row in rows}
