"""Two records of one person can be made one: which took over from which, and what was asked and answered."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    reference = "CONSTRAINT fk_person_merged_into_id_person REFERENCES person(id)"
    op.execute(f"ALTER TABLE person ADD COLUMN merged_into_id INTEGER {reference}")
    op.create_index("ix_person_merged_into_id", "person", ["merged_into_id"])
    op.create_table(
        "person_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        _reference("stays_id", "person", nullable=False),
        _reference("goes_id", "person", nullable=False),
        sa.Column("take_address", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        _reference("asked_by_id", "person"),
        _reference("asked_for_id", "institute"),
        sa.Column("asked_at", INSTANT, nullable=False),
        _reference("decided_by_id", "person"),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("stays_id <> goes_id", name=op.f("ck_person_merge_two_records")),
        sa.CheckConstraint("state IN ('asked', 'done', 'declined')", name=op.f("ck_person_merge_mergestate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge")),
    )
    for column in ("stays_id", "goes_id"):
        op.create_index(f"ix_person_merge_{column}", "person_merge", [column])
    op.create_index(
        "uq_person_merge_open",
        "person_merge",
        ["stays_id", "goes_id"],
        unique=True,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )


def downgrade() -> None:
    """What was merged stays merged; an address of a record that went leads nowhere then."""
    op.drop_table("person_merge")
    op.drop_index("ix_person_merged_into_id", "person")
    op.execute("ALTER TABLE person DROP COLUMN merged_into_id")


def _reference(column: str, table: str, *, nullable: bool = True) -> sa.Column[int]:
    name = op.f(f"fk_person_merge_{column}_{table}")
    return sa.Column(column, sa.Integer(), sa.ForeignKey(f"{table}.id", name=name), nullable=nullable)
