"""Invitations to meetings by mail: who wants them, what was sent to whom, and what they answered."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("person", sa.Column("invitations", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("outgoing_mail", sa.Column("organiser", sa.String(254), nullable=False, server_default=""))
    op.add_column("outgoing_mail", sa.Column("calendar", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), _key("meeting"), nullable=False),
        sa.Column("person_id", sa.Integer(), _key("person"), nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("answer", sa.String(40), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("answered_version", sa.Integer(), nullable=True),
        sa.CheckConstraint("answer IN ('accepted', 'tentative', 'declined')", name=op.f("ck_invitation_answer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("meeting_id", "person_id", name=op.f("uq_invitation_meeting_id_person_id")),
        sa.UniqueConstraint("token", name=op.f("uq_invitation_token")),
    )
    op.create_index(op.f("ix_invitation_person_id"), "invitation", ["person_id"])


def downgrade() -> None:
    op.drop_table("invitation")
    op.drop_column("outgoing_mail", "calendar")
    op.drop_column("outgoing_mail", "organiser")
    op.drop_column("person", "invitations")


def _key(table: str) -> sa.ForeignKey:
    return sa.ForeignKey(f"{table}.id", name=op.f(f"fk_invitation_{table}_id_{table}"), ondelete="CASCADE")
