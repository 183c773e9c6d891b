"""The index of everybody's profiles, one for the application."""

from __future__ import annotations

from flask import current_app

from exchange.actions.affinity import IndexCache


def index_cache() -> IndexCache:
    known: IndexCache | None = current_app.extensions.get("index_cache")
    if known is None:
        known = current_app.extensions["index_cache"] = IndexCache(current_app.config["SETTINGS"].data)
    return known
