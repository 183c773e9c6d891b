"""A number of the rules may hold for a pair of institutes, not only for a country or everywhere."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _widen(2, 41)


def downgrade() -> None:
    op.execute("DELETE FROM policy_rule WHERE length(jurisdiction) > 2")  # the older schema has no place for them
    _widen(41, 2)


def _checks() -> tuple[sa.CheckConstraint, ...]:
    """SQLite makes the table anew and would forget them."""
    if op.get_bind().dialect.name != "sqlite":
        return ()
    return (
        sa.CheckConstraint("severity IN ('block', 'warn', 'info')", name=op.f("ck_policy_rule_severity")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_policy_rule_value")),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name=op.f("ck_policy_rule_order")
        ),
    )


def _widen(before: int, after: int) -> None:
    with op.batch_alter_table("policy_rule", table_args=_checks()) as batch:
        batch.alter_column(
            "jurisdiction", existing_type=sa.String(before), type_=sa.String(after), existing_nullable=False
        )
