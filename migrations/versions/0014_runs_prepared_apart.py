"""A run is prepared by the worker: it says so while that goes on, and keeps what it was asked until then."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BEFORE = "('waiting', 'running', 'done', 'stopped', 'failed', 'interrupted')"
AFTER = "('waiting', 'preparing', 'running', 'done', 'stopped', 'failed', 'interrupted')"


def upgrade() -> None:
    _allow("run", AFTER, sa.Column("asked", sa.JSON(), nullable=False, server_default="{}"))
    _allow("team_run", AFTER)


def downgrade() -> None:
    for table in ("run", "team_run"):
        op.execute(
            f"UPDATE {table} SET status = 'interrupted', message = 'Start it again.' WHERE status = 'preparing'"  # noqa: S608 - fixed names
        )
    _allow("run", BEFORE)
    _allow("team_run", BEFORE)
    op.drop_column("run", "asked")


def _allow(table: str, allowed: str, *more: sa.Column[object]) -> None:
    """Let these be the states."""
    name = op.f(f"ck_{table}_runstatus")
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"status IN {allowed}")
        for column in more:
            batch.add_column(column)
