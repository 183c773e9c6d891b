"""Runs that fill seats, draft assignments that two sides answer, and what an exercise says of itself."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
STATUSES = "'waiting', 'running', 'done', 'stopped', 'failed', 'interrupted'"
REPORTS = "'none', 'planned', 'drafted', 'review', 'published'"
PUBLICATION = (
    "publication VARCHAR(40) NOT NULL DEFAULT 'none' "
    f"CONSTRAINT ck_workstream_publication CHECK (publication IN ({REPORTS}))"
)

# Written out, because with a check on the column itself it is the one form that both engines take.
ADDED = (
    ("requirement", "citizenships JSON NOT NULL DEFAULT '[]'"),
    ("requirement", "from_each JSON NOT NULL DEFAULT '[]'"),
    (
        "requirement",
        "overlap_hours INTEGER CONSTRAINT ck_requirement_overlap_hours CHECK (overlap_hours BETWEEN 1 AND 8)",
    ),
    ("requirement", "most_from_one INTEGER CONSTRAINT ck_requirement_most_from_one CHECK (most_from_one >= 1)"),
    ("strand", "languages JSON NOT NULL DEFAULT '[]'"),
    ("workstream", "languages JSON NOT NULL DEFAULT '[]'"),
    ("workstream", "model_label VARCHAR(200) NOT NULL DEFAULT ''"),
    ("workstream", "report_on DATE"),
    ("workstream", PUBLICATION),
)


def upgrade() -> None:
    for table, column in ADDED:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    _phases()
    _team_runs()
    rows = _taken_away()
    _allocations("draft", "confirmed", "declined", "withdrawn", more=True)
    employer = "SELECT institute_id FROM employment WHERE person_id = :person_id ORDER BY starts_on DESC LIMIT 1"
    for row in rows:
        row["institute_id"] = op.get_bind().execute(sa.text(employer), {"person_id": row["person_id"]}).scalar_one()
    _put_back(rows)


def downgrade() -> None:
    rows = [
        {name: row[name] for name in ("id", "person_id", "requirement_id", "share", "starts_on", "ends_on", "status")}
        for row in _taken_away()
        if row["status"] in {"draft", "confirmed"}
    ]
    _allocations("draft", "confirmed", more=False)
    _put_back(rows)
    for table in ("team_run", "phase"):
        op.drop_table(table)
    for table, column in reversed(ADDED):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")


def _phases() -> None:
    op.create_table(
        "phase",
        sa.Column("id", sa.Integer(), primary_key=True),
        _reference("phase", "workstream_id", "workstream", ondelete="CASCADE"),
        _reference("phase", "strand_id", "strand", ondelete="CASCADE", nullable=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_phase_order")),
    )
    op.create_index("ix_phase_workstream_id", "phase", ["workstream_id"])


def _team_runs() -> None:
    op.create_table(
        "team_run",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("title", sa.String(200), nullable=False),
        _reference("team_run", "institute_id", "institute"),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("problem", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("message", sa.String(500), nullable=False),
        sa.Column("stop_asked", sa.Boolean(), nullable=False),
        _reference("team_run", "created_by_id", "person", nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("heartbeat_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.CheckConstraint(f"status IN ({STATUSES})", name=op.f("ck_team_run_runstatus")),
    )
    op.create_index("ix_team_run_institute_id", "team_run", ["institute_id"])


def _taken_away() -> list[dict[str, Any]]:
    """The rows of the table, which is then dropped: SQLite cannot change a check in place."""
    bind = op.get_bind()
    table = sa.Table("allocation", sa.MetaData(), autoload_with=bind)
    rows = [dict(row) for row in bind.execute(sa.select(table)).mappings()]
    op.drop_table("allocation")
    return rows


def _put_back(rows: list[dict[str, Any]]) -> None:
    bind = op.get_bind()
    if not rows:
        return
    table = sa.Table("allocation", sa.MetaData(), autoload_with=bind)
    bind.execute(sa.insert(table), rows)
    if bind.dialect.name == "postgresql":
        op.execute("SELECT setval(pg_get_serial_sequence('allocation', 'id'), (SELECT max(id) FROM allocation))")


def _allocations(*statuses: str, more: bool) -> None:
    allowed = ", ".join(f"'{status}'" for status in statuses)
    op.create_table(
        "allocation",
        sa.Column("id", sa.Integer(), primary_key=True),
        _reference("allocation", "person_id", "person", ondelete="CASCADE"),
        _reference("allocation", "requirement_id", "requirement", ondelete="CASCADE"),
        sa.Column("share", sa.Numeric(4, 3), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        *(_answers() if more else ()),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_allocation_order")),
        sa.CheckConstraint("share > 0 AND share <= 1", name=op.f("ck_allocation_share")),
        sa.CheckConstraint(f"status IN ({allowed})", name=op.f("ck_allocation_allocationstatus")),
    )
    for column in ("person_id", "requirement_id", *(("institute_id",) if more else ())):
        op.create_index(f"ix_allocation_{column}", "allocation", [column])


def _answers() -> tuple[sa.Column[Any], ...]:
    return (
        _reference("allocation", "institute_id", "institute"),
        _reference("allocation", "team_run_id", "team_run", ondelete="SET NULL", nullable=True),
        _reference("allocation", "proposed_by_id", "person", nullable=True),
        sa.Column("created_at", INSTANT, nullable=True),
        sa.Column("person_agreed_at", INSTANT, nullable=True),
        sa.Column("institute_agreed_at", INSTANT, nullable=True),
        _reference("allocation", "institute_agreed_by_id", "person", nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        _reference("allocation", "ended_by_id", "person", nullable=True),
        sa.Column("reason", sa.String(500), nullable=False, server_default=""),
    )


def _reference(
    table: str, column: str, target: str, *, ondelete: str | None = None, nullable: bool = False
) -> sa.Column[Any]:
    key = sa.ForeignKey(f"{target}.id", name=f"fk_{table}_{column}_{target}", ondelete=ondelete)
    return sa.Column(column, sa.Integer(), key, nullable=nullable)
