"""Runs keep the settings they ran with, the plan they keep close to, and the instant repair of it; rounds a version."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("exchange_round") as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("run") as batch_op:
        batch_op.add_column(sa.Column("settings", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("base_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("published", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("repair", sa.JSON(), nullable=True))
        batch_op.create_foreign_key("fk_run_base_id_run", "run", ["base_id"], ["id"], ondelete="CASCADE")


def downgrade() -> None:
    with op.batch_alter_table("run") as batch_op:
        batch_op.drop_constraint("fk_run_base_id_run", type_="foreignkey")
        for column in ("repair", "published", "base_id", "settings"):
            batch_op.drop_column(column)
    with op.batch_alter_table("exchange_round") as batch_op:
        batch_op.drop_column("version")
