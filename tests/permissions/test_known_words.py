"""What decides who may read is one of the words that mean something: the database refuses all others."""

from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from servicedesk.database import db
from tests.factories import Cast, sign_in
from tests.incidents.library import file
from tests.knowledge import library

MIGRATIONS = str(Path(__file__).parents[2] / "migrations")
_CHECKED = {
    ("teams", "visibility"), ("articles", "audience"), ("article_revisions", "audience"), ("former_addresses", "audience"),
    ("articles", "state"), ("incidents", "state"),
}  # fmt: skip
# What stands here opens nothing: a mail in another state is never sent, and what nobody understands of a file closes more.
_UNCHECKED = {("outbox_mails", "state"), ("synced_files", "state"), ("imported_files", "state")}
_UNKNOWN = (
    "sealed",
    "",
    "Normal",
    "team ",
    "EVERYONE",
    "Staff",
    "group:",
    "GROUP:Money",
    "group",
    "public",
    "review",
)


def test_each_column_that_rights_depend_on_has_a_check(app: Flask) -> None:
    with app.app_context():
        schema = inspect(db.engine)
        found = {
            (table, column["name"])
            for table in schema.get_table_names()
            for column in schema.get_columns(table)
            if column["name"] in ("visibility", "audience", "state")
        }
        names = {
            (table, str(check["name"]).removeprefix(f"ck_{table}_"))
            for table in schema.get_table_names()
            for check in schema.get_check_constraints(table)
        }
    assert found == _CHECKED | _UNCHECKED
    assert names >= _CHECKED


@pytest.mark.parametrize(("table", "column"), sorted(_CHECKED))
def test_a_word_that_means_nothing_is_not_written(app: Flask, cast: Cast, table: str, column: str) -> None:
    _write_one_of_each(app, cast)
    with app.app_context():
        for word in _UNKNOWN:
            with pytest.raises(IntegrityError):
                _set(table, column, word)
            db.session.rollback()
        known = {"visibility": "team", "audience": "group:Money", "state": "closed"}[column]
        _set(table, column, "archived" if (table, column) == ("articles", "state") else known)


def test_what_is_there_already_falls_to_the_narrow_side_and_nothing_else_changes(
    app: Flask, cast: Cast, employee: FlaskClient, agent: FlaskClient
) -> None:
    library.publish(app, "plain", audience="everyone")
    library.publish(app, "of-staff", audience="staff")
    library.publish(app, "of-finance", audience="group:Finance")
    library.publish(app, "odd", audience="everyone")
    _write_one_of_each(app, cast)
    with app.app_context():
        flask_migrate.downgrade(directory=MIGRATIONS, revision="0022")
    before = _all_rows(app)
    with app.app_context():
        flask_migrate.downgrade(directory=MIGRATIONS, revision="0021")
    assert _all_rows(app) == before
    with app.app_context():
        _set("articles", "audience", "intern", where="slug = 'odd'")
        _set("article_revisions", "audience", "intern", where="title = 'Odd'")
        _set("former_addresses", "audience", "intern")
        _set("teams", "visibility", "sealed", where="key = 'network'")
        db.session.commit()
        flask_migrate.upgrade(directory=MIGRATIONS, revision="0022")
    after = _all_rows(app)
    with app.app_context():
        flask_migrate.upgrade(directory=MIGRATIONS)
    changed = {
        (table, key): row
        for table, rows in after.items()
        for key, row in rows.items()
        if row != before[table][key]
    }
    assert {table for table, _ in changed} == {"teams", "articles", "article_revisions", "former_addresses"}
    assert len(changed) == 4
    assert {row.get("visibility") or row["audience"] for row in changed.values()} == {
        "restricted",
        "group:(unknown audience)",
    }
    for reader in (employee, agent, sign_in(app, cast.adam)):
        assert reader.get("/articles/odd").status_code == 404
    assert [one.get("/articles/of-staff").status_code for one in (employee, agent)] == [404, 200]
    assert employee.get("/articles/plain").status_code == 200
    assert sign_in(app, cast.olek).get("/articles/of-finance").status_code == 200


def _write_one_of_each(app: Flask, cast: Cast) -> None:
    library.publish(app, "any")
    with app.app_context():
        article_id = db.session.scalar(text("SELECT id FROM articles WHERE slug = 'any'"))
        sent = {"id": article_id}
        db.session.execute(
            text("INSERT INTO former_addresses (slug, article_id, audience) VALUES ('old', :id, 'staff')"),
            sent,
        )
        db.session.commit()
    file(app, cast.ewa, "The printer jams")


def _set(table: str, column: str, word: str, *, where: str = "1 = 1") -> None:
    db.session.execute(text(f"UPDATE {table} SET {column} = :word WHERE {where}"), {"word": word})


def _all_rows(app: Flask) -> dict[str, dict[object, dict[str, object]]]:
    """Return all rows of the tables, each by its key."""
    keys = {
        "teams": "id",
        "articles": "id",
        "article_revisions": "id",
        "former_addresses": "slug",
        "incidents": "id",
    }
    with app.app_context():
        found = {table: db.session.execute(text(f"SELECT * FROM {table}")).mappings().all() for table in keys}
        db.session.rollback()
    return {table: {row[keys[table]]: dict(row) for row in rows} for table, rows in found.items()}
