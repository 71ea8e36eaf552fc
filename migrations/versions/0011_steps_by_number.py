"""steps that were tried are kept by number: their words are the article's, and may be for fewer people than the incident"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_INCIDENTS = sa.table(
    "incidents",
    sa.column("id", sa.Integer),
    sa.column("language", sa.String),
    sa.column("text", sa.Text),
    sa.column("about_article_id", sa.Integer),
    sa.column("about_revision_id", sa.Integer),
    sa.column("steps_tried", sa.JSON),
)
_REVISIONS = sa.table(
    "article_revisions",
    sa.column("id", sa.Integer),
    sa.column("article_id", sa.Integer),
    sa.column("number", sa.Integer),
    sa.column("audience", sa.String),
    sa.column("steps", sa.JSON),
    sa.column("facts_needed", sa.JSON),
)
_HEADING = {"en": "Answers to the questions of the article:", "pl": "Odpowiedzi na pytania z artykułu:"}


def upgrade() -> None:
    # SQLite takes a foreign key with a new column only when both are said at once.
    op.execute(
        "ALTER TABLE incidents ADD COLUMN about_revision_id INTEGER "
        "CONSTRAINT fk_incidents_about_revision_id_article_revisions REFERENCES article_revisions (id)"
    )
    found: dict[int, list[Any]] = {}
    connection = op.get_bind()
    about = sa.select(_INCIDENTS).where(_INCIDENTS.c.about_article_id.is_not(None))
    for incident in connection.execute(about).all():
        if incident.about_article_id not in found:
            of_article = _REVISIONS.c.article_id == incident.about_article_id
            newest_first = sa.select(_REVISIONS).where(of_article).order_by(_REVISIONS.c.number.desc())
            found[incident.about_article_id] = list(connection.execute(newest_first))
        values = _by_number(incident, found[incident.about_article_id])
        connection.execute(_INCIDENTS.update().where(_INCIDENTS.c.id == incident.id).values(values))


def downgrade() -> None:
    connection = op.get_bind()
    joined = _INCIDENTS.join(_REVISIONS, _REVISIONS.c.id == _INCIDENTS.c.about_revision_id)
    tried = sa.select(_INCIDENTS.c.id, _INCIDENTS.c.steps_tried, _REVISIONS.c.steps).select_from(joined)
    for incident in connection.execute(tried).all():
        words = [incident.steps[number - 1] for number in incident.steps_tried if number]
        connection.execute(
            _INCIDENTS.update().where(_INCIDENTS.c.id == incident.id).values(steps_tried=words)
        )
    op.execute("ALTER TABLE incidents DROP COLUMN about_revision_id")


def _by_number(incident: Any, revisions: list[Any]) -> dict[str, Any]:
    """Return what the row becomes: words that no revision has any more are only counted."""
    tried = incident.steps_tried
    for one in revisions:
        if set(tried) <= set(one.steps):
            numbers = [one.steps.index(words) + 1 for words in tried]
            return {"about_revision_id": one.id, "steps_tried": numbers, "text": _text(incident, one)}
    return {"steps_tried": [0] * len(tried)}


def _text(incident: Any, revision: Any) -> str:
    """Return the text with its answers; the questions of an article that is not for everyone become numbers."""
    typed, gap, last = incident.text.rpartition("\n\n")
    questions = {f"{question}: ": number for number, question in enumerate(revision.facts_needed, start=1)}
    answers = [
        (number, line.removeprefix(question))
        for line in last.split("\n")
        for question, number in questions.items()
        if line.startswith(question)
    ]
    if revision.audience == "everyone" or len(answers) != len(last.split("\n")):
        return incident.text
    heading = _HEADING.get(incident.language, _HEADING["en"])
    return typed + gap + "\n".join([heading, *(f"{number}. {answer}" for number, answer in answers)])
