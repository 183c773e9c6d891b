"""Invitations keep no token: it is made of the application's secret. Of those sent before, the hash alone stays.

Answers for single occurrences of a series have a table of their own.
"""

import secrets
from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

OLD = sa.table("invitation", sa.column("id", sa.Integer), sa.column("token", sa.String))
NEW = sa.table("invitation", sa.column("id", sa.Integer), sa.column("token_hash", sa.String))


def upgrade() -> None:
    op.add_column("invitation", sa.Column("token_hash", sa.String(64), nullable=True))
    database = op.get_bind()
    for ident, token in database.execute(sa.select(OLD.c.id, OLD.c.token)).all():
        database.execute(sa.update(NEW).where(NEW.c.id == ident).values(token_hash=sha256(token.encode()).hexdigest()))
    with op.batch_alter_table("invitation") as table:
        table.drop_constraint(op.f("uq_invitation_token"), type_="unique")
        table.drop_column("token")
        table.create_unique_constraint(op.f("uq_invitation_token_hash"), ["token_hash"])
    op.create_table(
        "occurrence_answer",
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Date(), nullable=False),
        sa.Column("answer", sa.String(40), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("answer IN ('accepted', 'tentative', 'declined')", name=op.f("ck_occurrence_answer_answer")),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["invitation.id"],
            name=op.f("fk_occurrence_answer_invitation_id_invitation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("invitation_id", "slot", name=op.f("pk_occurrence_answer")),
    )


def downgrade() -> None:
    """What stands in mails does not come back: those links lead nowhere until the meeting is sent anew."""
    op.drop_table("occurrence_answer")
    op.add_column("invitation", sa.Column("token", sa.String(64), nullable=True))
    database = op.get_bind()
    for ident in database.scalars(sa.select(OLD.c.id)).all():
        database.execute(sa.update(OLD).where(OLD.c.id == ident).values(token=secrets.token_urlsafe(32)))
    with op.batch_alter_table("invitation") as table:
        table.alter_column("token", existing_type=sa.String(64), nullable=False)
        table.drop_constraint(op.f("uq_invitation_token_hash"), type_="unique")
        table.drop_column("token_hash")
        table.create_unique_constraint(op.f("uq_invitation_token"), ["token"])
