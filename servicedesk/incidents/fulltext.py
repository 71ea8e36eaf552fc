"""Full text of incidents, in the database itself: SQLite FTS5 or a PostgreSQL tsvector, fed by our own analyser.

Each term of the analyser becomes one opaque token, so both databases find the same and neither parses what people type.
Only what requester and desk both read goes in; internal notes never do, nor the addresses of articles, whose words are
those of titles that not everybody may read. It is written in the transaction of what it
tells of, so nothing can be found before it is there, or be there and not found.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, FromClause, column, event, func, select, table, text
from sqlalchemy.sql.elements import ColumnElement

from servicedesk.database import db
from servicedesk.incidents.message_text import without_articles
from servicedesk.incidents.models import Incident, Message
from servicedesk.search import analysis
from servicedesk.search.hashing import term_key
from servicedesk.search.languages import LANGUAGES

TABLE = "incident_fulltext"
MOST_WORDS = 16
# Who looks at an incident mostly looks at a new one: what helped before it matters, and little came after it.
_BEFORE, _AFTER = 3000, 1000
_NO_WORD = "t0"
_ROWS = table(TABLE, column("incident_id"), column("terms"))
_CREATE = {
    "sqlite": ("CREATE VIRTUAL TABLE incident_fulltext USING fts5(terms, tokenize = 'ascii')",),
    "postgresql": (
        "CREATE TABLE incident_fulltext (incident_id INTEGER PRIMARY KEY REFERENCES incidents (id), terms TSVECTOR NOT NULL)",
        "CREATE INDEX ix_incident_fulltext_terms ON incident_fulltext USING gin (terms)",
    ),
}


def create(connection: Connection) -> None:
    """Make the table. A migration calls this; `create_all` does so with the table of incidents."""
    for statement in _CREATE[connection.dialect.name]:
        connection.execute(text(statement))


def drop(connection: Connection) -> None:
    """Remove the table."""
    connection.execute(text(f"DROP TABLE IF EXISTS {TABLE}"))


def refresh(incident: Incident) -> None:
    """Write anew what can be found of an incident: its title, first text, requester and conversation."""
    db.session.flush()
    messages = db.session.scalars(select(Message.text).where(Message.incident_id == incident.id))
    said = map(without_articles, (incident.title, incident.text, *messages))
    words = [*said, incident.requester.display_name]
    tokens = " ".join(_token(term) for word in words for term in _stems(word, incident.language))
    values = {"id": incident.id, "terms": tokens}
    if _dialect() == "sqlite":
        db.session.execute(text("DELETE FROM incident_fulltext WHERE rowid = :id"), values)
        db.session.execute(text("INSERT INTO incident_fulltext (rowid, terms) VALUES (:id, :terms)"), values)
    else:
        upsert = (
            "INSERT INTO incident_fulltext (incident_id, terms) VALUES (:id, to_tsvector('simple', :terms)) "
            "ON CONFLICT (incident_id) DO UPDATE SET terms = excluded.terms"
        )
        db.session.execute(text(upsert), values)


def having(words: str) -> ColumnElement[bool] | None:
    """Return the condition that an incident has all these words in some form; None when nothing is left to look for.

    A word is looked for as each language would have it: the reader's language is not the incident's.
    """
    wanted = [_alternatives(token.text) for token in list(analysis.tokens(words))[:MOST_WORDS]]
    groups = [group for group in wanted if group]
    return Incident.id.in_(_matching(groups)) if groups else None


def alike(incident: Incident) -> FromClause:
    """Return a subquery of ids and ranks (lower is nearer) of incidents that share a word with this one's title.

    Only neighbours in time are looked at: what it costs does not grow with the years, and old cures go stale.
    """
    words = sorted({_token(term) for term in _stems(incident.title, incident.language)})[: MOST_WORDS * 2]
    first, last = incident.id - _BEFORE, incident.id + _AFTER
    if _dialect() == "sqlite":
        match = text(
            "SELECT rowid AS id, rank FROM incident_fulltext "
            "WHERE incident_fulltext MATCH :wanted AND rowid BETWEEN :first AND :last"
        ).bindparams(wanted=" OR ".join(words or [_NO_WORD]), first=first, last=last)
        return match.columns(column("id"), column("rank")).subquery()
    wanted = func.to_tsquery("simple", " | ".join(words or [_NO_WORD]))
    rank = -func.ts_rank(_ROWS.c.terms, wanted)
    return (
        select(_ROWS.c.incident_id.label("id"), rank.label("rank"))
        .where(_ROWS.c.terms.op("@@")(wanted), _ROWS.c.incident_id.between(first, last))
        .subquery()
    )


def _matching(groups: list[list[str]]) -> Any:
    if _dialect() == "sqlite":
        wanted = " AND ".join(f"({' OR '.join(group)})" for group in groups)
        match = text("SELECT rowid FROM incident_fulltext WHERE incident_fulltext MATCH :fulltext_wanted")
        return match.bindparams(fulltext_wanted=wanted).columns(column("rowid"))
    wanted = " & ".join(f"({' | '.join(group)})" for group in groups)
    return select(_ROWS.c.incident_id).where(_ROWS.c.terms.op("@@")(func.to_tsquery("simple", wanted)))


def _alternatives(word: str) -> list[str]:
    """Return the tokens of which one must be there; none for a word that is a stop word in some language."""
    by_language = [_stems(word, code) for code in LANGUAGES]
    if not all(by_language):
        return []
    return sorted({_token(term) for terms in by_language for term in terms})


def _stems(words: str, language: str) -> Iterable[str]:
    """Leave out the terms that stand for the beginnings of words: good for ranking, too vague to filter by.

    Stemmed by rule alone, without a dictionary: what was stored must be found by whoever asks, also after it changed.
    """
    code = language if language in LANGUAGES else next(iter(LANGUAGES))
    return [term for term in analysis.PLAIN.terms(words, code) if not term.endswith("*")]


def _token(term: str) -> str:
    return f"t{term_key(term):x}"


def _dialect() -> str:
    return db.engine.dialect.name


@event.listens_for(Incident.__table__, "after_create")
def _create_with_incidents(_target: object, connection: Connection, **_options: object) -> None:
    create(connection)


@event.listens_for(Incident.__table__, "before_drop")
def _drop_with_incidents(_target: object, connection: Connection, **_options: object) -> None:
    drop(connection)
