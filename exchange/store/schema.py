"""All tables in one place, so that whoever needs the whole schema imports one module."""

from exchange.store import (
    agreements,
    allocations,
    audit,
    calendars,
    clearances,
    imports,
    institutes,
    jobs,
    notices,
    openings,
    people,
    publications,
    rounds,
    search_index,
    secondments,
    sessions,
    skills,
    workstreams,
)
from exchange.store.base import Base

METADATA = Base.metadata

__all__ = [
    "METADATA",
    "agreements",
    "allocations",
    "audit",
    "calendars",
    "clearances",
    "imports",
    "institutes",
    "jobs",
    "notices",
    "openings",
    "people",
    "publications",
    "rounds",
    "search_index",
    "secondments",
    "sessions",
    "skills",
    "workstreams",
]
