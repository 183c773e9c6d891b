"""Every feature's pages, in the order of the menu."""

from __future__ import annotations

from flask import Blueprint

from exchange.web import (
    account,
    agenda,
    agreements,
    audit,
    balance,
    calendars,
    checklists,
    clearances,
    dashboard,
    feeds,
    health,
    imports,
    meetings,
    notices,
    openings,
    outbox,
    people,
    profiles,
    rounds,
    runs,
    secondments,
    staff,
    timeline,
    workstreams,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    account.pages,
    feeds.pages,
    dashboard.pages,
    timeline.pages,
    secondments.pages,
    agreements.pages,
    checklists.pages,
    balance.pages,
    openings.pages,
    rounds.pages,
    calendars.pages,
    agenda.pages,
    meetings.pages,
    runs.pages,
    people.pages,
    profiles.pages,
    staff.pages,
    clearances.pages,
    imports.pages,
    workstreams.pages,
    audit.pages,
    notices.pages,
    outbox.pages,
    health.pages,
)
