"""Accounts that are locked, roles that wait for a second administrator, and links with which a password is chosen."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ROLES = (
    "('researcher', 'workstream_lead', 'hr_coordinator', 'security_officer', 'programme_director', 'auditor', "
    "'administrator')"
)


def upgrade() -> None:
    op.add_column("person", sa.Column("locked_at", INSTANT, nullable=True))
    op.create_table(
        "role_request",
        sa.Column("id", sa.Integer(), nullable=False),
        _person("role_request", "person_id", ondelete="CASCADE"),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column(
            "institute_id",
            sa.Integer(),
            sa.ForeignKey("institute.id", name=op.f("fk_role_request_institute_id_institute")),
            nullable=True,
        ),
        _person("role_request", "asked_by_id"),
        sa.Column("asked_at", INSTANT, nullable=False),
        _person("role_request", "decided_by_id", nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.CheckConstraint(f"role IN {ROLES}", name=op.f("ck_role_request_role")),
        sa.CheckConstraint("decided_by_id <> asked_by_id", name=op.f("ck_role_request_two_people")),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name=op.f("ck_role_request_decided")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_request")),
    )
    _one_open("uq_role_request_open", "decided_at IS NULL", "person_id", "role", "institute_id")
    _one_open("uq_role_request_open_wide", "decided_at IS NULL AND institute_id IS NULL", "person_id", "role")
    op.create_table(
        "sign_in_link",
        sa.Column("id", sa.Integer(), nullable=False),
        _person("sign_in_link", "person_id", ondelete="CASCADE"),
        sa.Column("token_hash", sa.String(64), nullable=False),
        _person("sign_in_link", "made_by_id"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_link_token_hash")),
    )
    op.create_index(op.f("ix_sign_in_link_person_id"), "sign_in_link", ["person_id"])


def downgrade() -> None:
    op.drop_table("sign_in_link")
    op.drop_table("role_request")
    op.drop_column("person", "locked_at")


def _one_open(name: str, condition: str, *columns: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "role_request", list(columns), unique=True, sqlite_where=where, postgresql_where=where)


def _person(table: str, column: str, *, ondelete: str | None = None, nullable: bool = False) -> sa.Column:
    key = sa.ForeignKey("person.id", name=op.f(f"fk_{table}_{column}_person"), ondelete=ondelete)
    return sa.Column(column, sa.Integer(), key, nullable=nullable)
