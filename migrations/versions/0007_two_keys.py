"""Two keys, kept by the database too: who approves, what is approved, and for whom; and the day of arrival."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Each condition under which an approval is refused, with the words of the refusal.
VERSION = "SELECT 1 FROM agreement_version v WHERE v.id = NEW.version_id"
SECONDMENT = "SELECT 1 FROM agreement_version v JOIN secondment s ON s.id = v.secondment_id WHERE v.id = NEW.version_id"
KEY = "NEW.decision = 'approve' AND NEW.side IN ('home', 'host')"
OTHER_SIDE = """SELECT 1 FROM approval a JOIN agreement_version v ON v.id = a.version_id
    JOIN agreement_version n ON n.id = NEW.version_id AND n.secondment_id = v.secondment_id
    WHERE a.person_id = NEW.person_id AND a.side IN ('home', 'host') AND a.side <> NEW.side"""
RIGHT_INSTITUTE = """(NEW.side = 'home' AND NEW.institute_id = s.home_institute_id)
    OR (NEW.side = 'host' AND NEW.institute_id = s.host_institute_id)
    OR (NEW.side = 'person' AND NEW.institute_id IS NULL)"""
REFUSED = (
    ("two_keys_same_text", f"NOT EXISTS ({VERSION} AND v.sha256 = NEW.sha256)"),
    ("two_keys_own_proposal", f"{KEY} AND EXISTS ({VERSION} AND v.proposed_by_id = NEW.person_id)"),
    ("two_keys_own_secondment", f"(NEW.side = 'person') <> EXISTS ({SECONDMENT} AND s.person_id = NEW.person_id)"),
    ("two_keys_both_sides", f"{KEY} AND EXISTS ({OTHER_SIDE})"),
    ("two_keys_institute", f"NOT EXISTS ({SECONDMENT} AND ({RIGHT_INSTITUTE}))"),
)


def upgrade() -> None:
    op.add_column("secondment", sa.Column("arrived_on", sa.Date(), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        for name, condition in REFUSED:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE INSERT ON approval WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
            )
        return
    checks = "\n".join(f"IF {condition} THEN RAISE EXCEPTION '{name}'; END IF;" for name, condition in REFUSED)
    op.execute(
        f"CREATE FUNCTION refuse_approval() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {checks} RETURN NEW; END $$"
    )
    op.execute("CREATE TRIGGER two_keys BEFORE INSERT ON approval FOR EACH ROW EXECUTE FUNCTION refuse_approval()")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name, _ in REFUSED:
            op.execute(f"DROP TRIGGER {name}")
    else:
        op.execute("DROP TRIGGER two_keys ON approval")
        op.execute("DROP FUNCTION refuse_approval()")
    op.drop_column("secondment", "arrived_on")
