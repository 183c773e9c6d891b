"""Every feature's pages, in the order of the menu."""

from __future__ import annotations

from flask import Blueprint

from exchange.web import account, agreements, dashboard, health, secondments

BLUEPRINTS: tuple[Blueprint, ...] = (
    account.pages,
    dashboard.pages,
    secondments.pages,
    agreements.pages,
    health.pages,
)
