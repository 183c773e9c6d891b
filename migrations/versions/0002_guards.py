"""What the database itself refuses: an altered audit trail, an altered agreement, a person in two places."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# From acceptance on a secondment holds the person. The states are written out: a migration must not change with the code.
HOLDS = (
    "('accepted', 'agreement', 'clearance', 'ready', 'active', 'suspended', 'closing', "
    "'completed', 'closed', 'ended_early')"
)
FROZEN = ("audit_event", "agreement_version", "approval", "abandoned_version", "secondment_move")

SQLITE_OVERLAP = """
CREATE TRIGGER secondment_no_overlap_{event} BEFORE {when} ON secondment
WHEN NEW.mode = 'in_person' AND NEW.state IN {holds}
BEGIN
  SELECT RAISE(ABORT, 'secondment_no_overlap')
  WHERE EXISTS (
    SELECT 1 FROM secondment AS other
    WHERE other.person_id = NEW.person_id AND other.id <> NEW.id
      AND other.mode = 'in_person' AND other.state IN {holds}
      AND other.starts_on <= NEW.ends_on AND other.ends_on >= NEW.starts_on
  );
END
"""

SQLITE_FROZEN = """
CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table}
BEGIN
  SELECT RAISE(ABORT, '{table} is append-only');
END
"""

POSTGRES_OVERLAP = f"""
ALTER TABLE secondment ADD CONSTRAINT secondment_no_overlap
EXCLUDE USING gist (person_id WITH =, daterange(starts_on, ends_on, '[]') WITH &&)
WHERE (mode = 'in_person' AND state IN {HOLDS})
"""

POSTGRES_FROZEN = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END
$$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        op.execute(POSTGRES_OVERLAP)
        op.execute(POSTGRES_FROZEN)
        for table in FROZEN:
            op.execute(
                f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
        return
    op.execute(SQLITE_OVERLAP.format(event="insert", when="INSERT", holds=HOLDS))
    op.execute(SQLITE_OVERLAP.format(event="update", when="UPDATE", holds=HOLDS))
    for table in FROZEN:
        for event in ("update", "delete"):
            op.execute(SQLITE_FROZEN.format(table=table, event=event))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in FROZEN:
            op.execute(f"DROP TRIGGER {table}_frozen ON {table}")
        op.execute("DROP FUNCTION refuse_change()")
        op.execute("ALTER TABLE secondment DROP CONSTRAINT secondment_no_overlap")
        return
    for event in ("insert", "update"):
        op.execute(f"DROP TRIGGER secondment_no_overlap_{event}")
    for table in FROZEN:
        for event in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{event}")
