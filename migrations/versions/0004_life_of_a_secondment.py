"""What a stay stands on besides its agreement: recognition, visits, permissions, papers, waivers, tasks, policy rows.

Clearances and the decisions on them are appended, never overwritten: from here on the database refuses anything else.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APPENDED = ("clearance", "recognition", "stay_permission", "stay_paper", "waiver")
INSTANT = sa.DateTime(timezone=True)

SQLITE_FROZEN = """
CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table}
BEGIN
  SELECT RAISE(ABORT, '{table} is append-only');
END
"""
POSTGRES_FROZEN = """
CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    op.add_column("clearance", sa.Column("continuous_vetting", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("site", sa.Column("max_rank", sa.Integer(), nullable=True))
    _recognitions()
    _permissions()
    _papers()
    op.create_table(
        "checklist_item",
        _reference("checklist_item", "secondment"),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        _reference("checklist_item", "person", "done_by_id"),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("secondment_id", "key", name="pk_checklist_item"),
    )
    op.create_table(
        "policy_rule",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("jurisdiction", sa.String(2), nullable=False),
        sa.Column("value", sa.Numeric(10, 3), nullable=False),
        sa.Column("unit", sa.String(40), nullable=False),
        sa.Column("severity", sa.String(40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint("value >= 0", name=op.f("ck_policy_rule_value")),
        _one_of("policy_rule", "severity", "severity", "block", "warn", "info"),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name=op.f("ck_policy_rule_order")
        ),
        sa.UniqueConstraint("key", "jurisdiction", "valid_from", name="uq_policy_rule_key_jurisdiction_valid_from"),
    )
    _freeze()


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for event in ("update", "delete") if sqlite else ():
        op.execute(f"DROP TRIGGER clearance_no_{event}")
    if not sqlite:
        op.execute("DROP TRIGGER clearance_frozen ON clearance")
    for table in (
        "policy_rule",
        "checklist_item",
        "waiver",
        "stay_paper",
        "stay_permission",
        "visit_request",
        "recognition",
    ):
        op.drop_table(table)
    op.drop_column("site", "max_rank")
    op.drop_column("clearance", "continuous_vetting")


def _recognitions() -> None:
    op.create_table(
        "recognition",
        sa.Column("id", sa.Integer(), primary_key=True),
        _reference("recognition", "secondment"),
        _reference("recognition", "clearance"),
        sa.Column("host_country", sa.String(2), nullable=False),
        sa.Column("instrument", sa.String(40), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("programmes", sa.JSON(), nullable=False),
        *_days(),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        _reference("recognition", "person", "decided_by_id"),
        sa.Column("decided_at", INSTANT, nullable=False),
        _supersedes("recognition"),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_recognition_order")),
        sa.CheckConstraint("rank BETWEEN 0 AND 4", name=op.f("ck_recognition_rank")),
        _one_of("recognition", "status", "recognitionstatus", "pending", "granted", "refused", "withdrawn"),
        _one_of(
            "recognition",
            "instrument",
            "instrument",
            *("notes_1961", "limited_access", "assurance", "eu_decision", "bilateral"),
        ),
        sa.UniqueConstraint("supersedes_id", name="uq_recognition_supersedes_id"),
    )
    op.create_index("ix_recognition_secondment_id", "recognition", ["secondment_id"])
    op.create_table(
        "visit_request",
        sa.Column("id", sa.Integer(), primary_key=True),
        _reference("visit_request", "secondment"),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("programme", sa.String(200), nullable=False),
        sa.Column("site_ids", sa.JSON(), nullable=False),
        *_days(),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("conditions", sa.Text(), nullable=False),
        _reference("visit_request", "person", "recorded_by_id"),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_visit_request_order")),
        _one_of("visit_request", "kind", "visitkind", "one_time", "recurring", "attachment", "emergency"),
    )
    op.create_index("ix_visit_request_secondment_id", "visit_request", ["secondment_id"])


def _permissions() -> None:
    op.create_table(
        "stay_permission",
        sa.Column("id", sa.Integer(), primary_key=True),
        _reference("stay_permission", "person"),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("route", sa.String(60), nullable=False),
        *_days(),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("document_last4", sa.String(4), nullable=False),
        _reference("stay_permission", "person", "recorded_by_id"),
        sa.Column("recorded_at", INSTANT, nullable=False),
        _supersedes("stay_permission"),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_stay_permission_order")),
        sa.UniqueConstraint("supersedes_id", name="uq_stay_permission_supersedes_id"),
    )
    op.create_index("ix_stay_permission_person_id", "stay_permission", ["person_id"])


def _papers() -> None:
    op.create_table(
        "stay_paper",
        sa.Column("id", sa.Integer(), primary_key=True),
        _reference("stay_paper", "secondment"),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        _reference("stay_paper", "person", "recorded_by_id"),
        sa.Column("recorded_at", INSTANT, nullable=False),
        _one_of(
            "stay_paper",
            "kind",
            "paperkind",
            *("declaration", "passport", "export_brief", "coverage_certificate", "funding"),
        ),
    )
    op.create_index("ix_stay_paper_secondment_id", "stay_paper", ["secondment_id"])
    op.create_table(
        "waiver",
        sa.Column("id", sa.Integer(), primary_key=True),
        _reference("waiver", "secondment"),
        sa.Column("check_code", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        _reference("waiver", "person", "granted_by_id"),
        sa.Column("granted_at", INSTANT, nullable=False),
    )
    op.create_index("ix_waiver_secondment_id", "waiver", ["secondment_id"])


def _reference(table: str, target: str, column: str = "") -> sa.Column:
    name = column or f"{target}_id"
    return sa.Column(
        name, sa.Integer(), sa.ForeignKey(f"{target}.id", name=f"fk_{table}_{name}_{target}"), nullable=False
    )


def _supersedes(table: str) -> sa.Column:
    key = sa.ForeignKey(f"{table}.id", name=f"fk_{table}_supersedes_id_{table}")
    return sa.Column("supersedes_id", sa.Integer(), key, nullable=True)


def _one_of(table: str, column: str, name: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{name}"))


def _days() -> tuple[sa.Column, sa.Column]:
    return sa.Column("starts_on", sa.Date(), nullable=False), sa.Column("ends_on", sa.Date(), nullable=False)


def _freeze() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in APPENDED:
        if sqlite:
            for event in ("update", "delete"):
                op.execute(SQLITE_FROZEN.format(table=table, event=event))
        else:
            op.execute(POSTGRES_FROZEN.format(table=table))
