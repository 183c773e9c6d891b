"""The single objects of calendar links, with the revision of their last change: CalDAV programs ask for what changed."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "calendar_collection",
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("epoch", sa.String(32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        _key("calendar_collection", "calendar_link", "id"),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_calendar_collection")),
    )
    op.create_table(
        "calendar_object",
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("etag", sa.String(40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.Column("fragment", sa.LargeBinary(), nullable=False),
        _key("calendar_object", "calendar_collection", "link_id"),
        sa.PrimaryKeyConstraint("link_id", "name", name=op.f("pk_calendar_object")),
    )
    op.create_index("ix_calendar_object_revision", "calendar_object", ["link_id", "revision"])


def downgrade() -> None:
    op.drop_table("calendar_object")
    op.drop_table("calendar_collection")


def _key(table: str, other: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_link_id_{other}")
    return sa.ForeignKeyConstraint(["link_id"], [f"{other}.{column}"], name=name, ondelete="CASCADE")
