"""What people are open to, and the index that finds them.

The words of ``search_person`` are indexed by the engine's own full-text search. SQLite: FTS5 with whole words,
beginnings of names and trigrams of names. PostgreSQL: a tsvector with a weight for each kind of word, and trigrams of
names. The store writes both together; triggers cannot, since SQLite is told not to trust a schema with virtual tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WORDS = ("name", "title", "skills", "about", "publications")

SQLITE_TABLES = (
    """
    CREATE VIRTUAL TABLE search_words USING fts5(
      name, title, skills, about, publications,
      content = 'search_person', content_rowid = 'person_id', tokenize = 'unicode61 remove_diacritics 0'
    )
    """,
    """
    CREATE VIRTUAL TABLE search_names USING fts5(
      sort_name, content = 'search_person', content_rowid = 'person_id',
      tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3'
    )
    """,
    """
    CREATE VIRTUAL TABLE search_near USING fts5(
      sort_name, content = 'search_person', content_rowid = 'person_id', tokenize = 'trigram'
    )
    """,
)
INDEXES = ("search_words", "search_names", "search_near")

POSTGRES = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    """
    CREATE TABLE search_words (
      person_id integer PRIMARY KEY REFERENCES search_person (person_id),
      words tsvector NOT NULL
    )
    """,
    "CREATE INDEX ix_search_words_words ON search_words USING gin (words)",
    "CREATE INDEX ix_search_person_name_trigrams ON search_person USING gin (sort_name gin_trgm_ops)",
)


def upgrade() -> None:
    op.create_table(
        "person_open_to",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.CheckConstraint(
            "kind IN ('short_visit', 'quarter', 'half_year', 'year', 'joint_testing')",
            name=op.f("ck_person_open_to_opento"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_person_open_to_person_id_person", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "kind", name="pk_person_open_to"),
    )
    op.create_table(
        "search_person",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("institute_id", sa.Integer(), nullable=True),
        sa.Column("job_title", sa.String(200), nullable=False),
        sa.Column("publication_count", sa.Integer(), nullable=False),
        sa.Column("sort_name", sa.String(700), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in WORDS),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_search_person_person_id_person"),
        sa.ForeignKeyConstraint(["institute_id"], ["institute.id"], name="fk_search_person_institute_id_institute"),
        sa.PrimaryKeyConstraint("person_id", name="pk_search_person"),
    )
    op.create_index("ix_search_person_sort_name", "search_person", ["sort_name"])
    op.create_table(
        "search_facet",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("value", sa.String(60), nullable=False),
        sa.Column("people", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "value", name="pk_search_facet"),
    )
    if op.get_bind().dialect.name == "postgresql":
        for statement in POSTGRES:
            op.execute(statement)
        return
    for statement in SQLITE_TABLES:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_table("search_words")
    else:
        for index in INDEXES:
            op.execute(f"DROP TABLE {index}")
    op.drop_table("search_facet")
    op.drop_table("search_person")
    op.drop_table("person_open_to")
