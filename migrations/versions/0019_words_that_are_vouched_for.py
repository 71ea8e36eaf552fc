"""articles that people wrote are indexed anew: whether their words may teach depends on who vouches for them"""

from alembic import op

revision = "0019"
down_revision = "0018"

_INDEX_ANEW = """
    INSERT INTO index_changes (kind, object_id, changed_at)
    SELECT 'article', articles.id, CURRENT_TIMESTAMP FROM articles
    JOIN article_revisions ON article_revisions.id = articles.published_revision_id
    WHERE articles.state = 'published' AND articles.audience = 'everyone' AND article_revisions.author_id IS NOT NULL
"""


def upgrade() -> None:
    op.execute(_INDEX_ANEW)


def downgrade() -> None:
    pass
