"""which incident an article was drafted from, so that it is closed with it"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# A second proposal took the place of the first on its incident; the history remembers both.
_FILL = """
    INSERT INTO article_sources (article_id, incident_id)
    SELECT articles.id, MIN(found.incident_id)
    FROM articles JOIN (
        SELECT proposed_article_id AS article_id, NULL AS slug, id AS incident_id FROM incidents
        WHERE proposed_article_id IS NOT NULL
        UNION ALL
        SELECT NULL, after, incident_id FROM incident_events WHERE kind = 'article_proposed'
    ) AS found ON found.article_id = articles.id OR found.slug = articles.slug
    GROUP BY articles.id
"""
# Translations hold the same words.
_TRANSLATIONS = """
    INSERT INTO article_sources (article_id, incident_id)
    SELECT articles.id, article_sources.incident_id
    FROM articles JOIN article_sources ON article_sources.article_id = articles.translation_of_id
    WHERE articles.id NOT IN (SELECT article_id FROM article_sources)
"""


def upgrade() -> None:
    op.create_table(
        "article_sources",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("open_from", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_article_sources_article_id_articles")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_article_sources_incident_id_incidents")
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_article_sources")),
    )
    op.create_index("ix_article_sources_incident_id", "article_sources", ["incident_id"])
    op.execute(_FILL)
    op.execute(_TRANSLATIONS)


def downgrade() -> None:
    op.drop_table("article_sources")
