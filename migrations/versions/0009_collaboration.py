"""Endorsements and who sees a claim, introductions, saved searches, and which state of a profile was indexed."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
VISIBILITIES = "'network', 'institute', 'hidden'"


def upgrade() -> None:
    with op.batch_alter_table("skill_claim") as batch_op:
        batch_op.add_column(sa.Column("visibility", sa.String(40), nullable=False, server_default="network"))
        batch_op.create_check_constraint("visibility", f"visibility IN ({VISIBILITIES})")
    _make_endorsements()
    _make_introductions()
    _make_searches()
    op.create_table(
        "profile_version",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_profile_version_person_id_person", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name="pk_profile_version"),
    )


def downgrade() -> None:
    for table in ("profile_version", "saved_search", "introduction", "endorsement"):
        op.drop_table(table)
    with op.batch_alter_table("skill_claim") as batch_op:
        batch_op.drop_constraint(op.f("ck_skill_claim_visibility"), type_="check")
        batch_op.drop_column("visibility")


def _make_endorsements() -> None:
    op.create_table(
        "endorsement",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("skill", sa.String(60), nullable=False),
        sa.Column("endorser_id", sa.Integer(), nullable=False),
        sa.Column("institute_id", sa.Integer(), nullable=True),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.CheckConstraint("endorser_id <> person_id", name=op.f("ck_endorsement_not_oneself")),
        sa.ForeignKeyConstraint(
            ["person_id", "skill"],
            ["skill_claim.person_id", "skill_claim.skill"],
            name="fk_endorsement_claim",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["endorser_id"], ["person.id"], name="fk_endorsement_endorser_id_person", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["institute_id"], ["institute.id"], name="fk_endorsement_institute_id_institute"),
        sa.PrimaryKeyConstraint("person_id", "skill", "endorser_id", name="pk_endorsement"),
    )
    op.create_index("ix_endorsement_endorser_id", "endorsement", ["endorser_id"])


def _make_introductions() -> None:
    op.create_table(
        "introduction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asker_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'accepted', 'declined', 'withdrawn')", name=op.f("ck_introduction_state")
        ),
        sa.CheckConstraint("asker_id <> person_id", name=op.f("ck_introduction_two_people")),
        sa.ForeignKeyConstraint(
            ["asker_id"], ["person.id"], name="fk_introduction_asker_id_person", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_introduction_person_id_person", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_introduction"),
    )
    op.create_index("ix_introduction_asker_id", "introduction", ["asker_id"])
    op.create_index("ix_introduction_person_id", "introduction", ["person_id"])


def _make_searches() -> None:
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("seen", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_saved_search_person_id_person", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_saved_search"),
    )
    op.create_index("ix_saved_search_person_id", "saved_search", ["person_id"])
