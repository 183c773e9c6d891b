"""Meetings, the bodies that calendar links served last, and the one row that says where events are published."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KINDS = "'meeting', 'testing_session'"
REPEATS = "'never', 'daily', 'weekly', 'monthly_by_day', 'monthly_by_weekday'"


def upgrade() -> None:
    _make_meetings()
    _make_bodies()
    with op.batch_alter_table("calendar_link") as batch_op:
        batch_op.add_column(sa.Column("secret", sa.String(64), nullable=False, server_default=""))
    with op.batch_alter_table("calendar_item") as batch_op:
        batch_op.add_column(sa.Column("meeting_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            "fk_calendar_item_meeting_id_meeting", "meeting", ["meeting_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_index("ix_calendar_item_meeting_id", ["meeting_id"])


def downgrade() -> None:
    op.execute("DELETE FROM calendar_item WHERE meeting_id IS NOT NULL")
    with op.batch_alter_table("calendar_item") as batch_op:
        batch_op.drop_index("ix_calendar_item_meeting_id")
        batch_op.drop_constraint("fk_calendar_item_meeting_id_meeting", type_="foreignkey")
        batch_op.drop_column("meeting_id")
    with op.batch_alter_table("calendar_link") as batch_op:
        batch_op.drop_column("secret")
    for table in ("calendar_origin", "calendar_body", "meeting_change", "meeting"):
        op.drop_table(table)


def _make_meetings() -> None:
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("workstream_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("location", sa.String(200), nullable=False),
        sa.Column("call_url", sa.String(500), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("begins", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("repeats", sa.String(40), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_meeting_meetingkind")),
        sa.CheckConstraint(f"repeats IN ({REPEATS})", name=op.f("ck_meeting_repeats")),
        sa.CheckConstraint("last_day IS NULL OR last_day >= day", name=op.f("ck_meeting_order")),
        sa.CheckConstraint("every BETWEEN 1 AND 12", name=op.f("ck_meeting_every")),
        sa.ForeignKeyConstraint(["workstream_id"], ["workstream.id"], name="fk_meeting_workstream_id_workstream"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_meeting_site_id_site"),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name="fk_meeting_created_by_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_meeting"),
        sa.UniqueConstraint("public_id", name="uq_meeting_public_id"),
    )
    op.create_index("ix_meeting_workstream_id", "meeting", ["workstream_id"])
    op.create_table(
        "meeting_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Date(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("begins", sa.Time(), nullable=True),
        sa.Column("ends", sa.Time(), nullable=True),
        sa.Column("location", sa.String(200), nullable=True),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name="fk_meeting_change_meeting_id_meeting", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_meeting_change"),
        sa.UniqueConstraint("meeting_id", "slot", name="uq_meeting_change_meeting_id_slot"),
    )
    op.create_index("ix_meeting_change_meeting_id", "meeting_change", ["meeting_id"])


def _make_bodies() -> None:
    op.create_table(
        "calendar_body",
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("etag", sa.String(40), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("dropped", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("compressed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["calendar_link.id"], name="fk_calendar_body_link_id_calendar_link", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("link_id", name="pk_calendar_body"),
    )
    op.create_table(
        "calendar_origin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(100), nullable=False),
        sa.Column("base_url", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_origin"),
    )
    # The host is settled by the first link; until then nothing that is published has been read.
    op.execute("INSERT INTO calendar_origin (id, host, base_url, version) VALUES (1, 'exchange.example', '', 0)")
