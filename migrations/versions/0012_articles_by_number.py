"""histories keep an article's number instead of its address, and an address that told too much is left"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

# A line about an address that no article has any more told nobody anything: it is shown to nobody before and after.
_EVENTS = """
    UPDATE incident_events SET {column} = (
        SELECT CAST(articles.{new} AS VARCHAR(300)) FROM articles
        WHERE CAST(articles.{old} AS VARCHAR(300)) = incident_events.{column}
    )
    WHERE kind IN ('article_linked', 'article_removed', 'article_proposed', 'article_opened')
    AND {column} IN (SELECT CAST({old} AS VARCHAR(300)) FROM articles)
"""
# "address: old audience -> new audience"
_WIDENED = """
    UPDATE security_events SET detail = (
        SELECT CAST(articles.id AS VARCHAR(20)) FROM articles
        WHERE security_events.detail LIKE articles.slug || ': %'
    )
    WHERE kind = 'article-audience-widened'
    AND EXISTS (SELECT 1 FROM articles WHERE security_events.detail LIKE articles.slug || ': %')
"""


def upgrade() -> None:
    op.create_table(
        "former_addresses",
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_former_addresses_article_id_articles")
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_former_addresses")),
    )
    op.create_index("ix_former_addresses_article_id", "former_addresses", ["article_id"])
    for column in ("before", "after"):
        op.execute(_EVENTS.format(column=column, old="slug", new="id"))
    op.execute(_WIDENED)


def downgrade() -> None:
    for column in ("before", "after"):
        op.execute(_EVENTS.format(column=column, old="id", new="slug"))
    op.drop_table("former_addresses")
