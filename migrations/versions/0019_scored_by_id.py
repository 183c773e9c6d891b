"""PostgreSQL scores the people it is told of: they are known by then, and a filter may leave few of thousands."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SCORED = """
    CREATE FUNCTION search_scored(asked text, edge integer) RETURNS TABLE (person integer, score real)
    LANGUAGE sql STABLE
    SET enable_seqscan = off
    AS $$
      WITH found AS MATERIALIZED (SELECT person_id FROM search_words WHERE words @@ to_tsquery('simple', asked))
      SELECT person_id, -ts_rank('{0.1, 0.4, 0.6, 1.0}', words, to_tsquery('simple', asked))
      FROM found JOIN search_words USING (person_id) WHERE person_id <= edge
    $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION search_scored(text, integer)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(SCORED)
