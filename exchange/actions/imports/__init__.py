"""Taking in files: each kind has its planner, which says row by row what would happen before anything does."""

from __future__ import annotations

from exchange.actions.imports.planning import Difference, Effect, Plan, Step
from exchange.actions.imports.reading import PERMISSIONS, Options, bad_rows, matched, table_of, template_columns
from exchange.actions.imports.taking import (
    WORDS,
    Taken,
    forget_old,
    import_file,
    preview,
    read_differently,
    take_in,
    upload,
)

__all__ = [
    "PERMISSIONS",
    "WORDS",
    "Difference",
    "Effect",
    "Options",
    "Plan",
    "Step",
    "Taken",
    "bad_rows",
    "forget_old",
    "import_file",
    "matched",
    "preview",
    "read_differently",
    "table_of",
    "take_in",
    "template_columns",
    "upload",
]
