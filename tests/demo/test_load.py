"""`flask demo load` and `prepare`: what they write, and that they write it once."""

import json
import stat

import pytest
from flask import Flask
from sqlalchemy import func, select

from servicedesk.database import db
from servicedesk.demo.company import read_company
from servicedesk.people.models import Person
from servicedesk.search.current import current_engine
from servicedesk.search.models import IndexChange
from servicedesk.web.settings import current_settings
from tests.demo.conftest import MakeApp, run

pytestmark = pytest.mark.xdist_group("demo")


def _counts(app: Flask) -> dict[str, int]:
    with app.app_context():
        counts = {
            table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
            for table in db.metadata.sorted_tables
        }
        db.session.remove()
    return counts


def _files(app: Flask) -> dict[str, str]:
    with app.app_context():
        folder = current_settings().instance_dir
    return {path.name: path.read_text(encoding="utf-8") for path in folder.glob("demo-*.json")}


@pytest.fixture(scope="module")
def prepared(make_empty_app: MakeApp, tmp_path_factory: pytest.TempPathFactory) -> tuple[Flask, str]:
    """Another instance that was prepared, and what was said; who changes it puts it back."""
    app = make_empty_app(tmp_path_factory.mktemp("prepared") / "instance")
    return app, run(app.test_cli_runner(), "prepare")


def test_preparing_and_loading_again_changes_nothing(prepared: tuple[Flask, str]) -> None:
    app, first = prepared
    counts, files = _counts(app), _files(app)
    assert "60 incidents" in first
    assert counts["incidents"] == 60
    assert counts["articles"] > 100
    assert counts["outbox_mails"] == 0, "what is past must not be told now"
    assert run(app.test_cli_runner(), "prepare") == ""
    assert run(app.test_cli_runner(), "load") == ""
    assert _counts(app) == counts
    assert _files(app) == files


def test_a_lost_file_is_written_again_and_keeps_the_other_passwords(prepared: tuple[Flask, str]) -> None:
    app, _said = prepared
    files = _files(app)
    with app.app_context():
        (current_settings().instance_dir / "demo-accounts.json").unlink()
    run(app.test_cli_runner(), "load")
    assert _files(app) == files


def test_a_database_with_other_people_is_left_alone(app: Flask) -> None:
    counts = _counts(app)
    result = app.test_cli_runner().invoke(args=["demo", "load"])
    assert result.exit_code == 1
    assert "only for an empty one" in result.output
    assert _counts(app) == counts
    assert _files(app) == {}


def test_only_their_owner_reads_the_passwords(demo: Flask) -> None:
    with demo.app_context():
        folder = current_settings().instance_dir
    for name in ("demo-accounts.json", "demo-directory.json"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    directory = json.loads((folder / "demo-directory.json").read_text(encoding="utf-8"))
    passwords = {person["password"] for person in directory["people"]}
    assert len(passwords) == len(read_company().people)
    assert all(len(password.split("-")) == 4 for password in passwords)


def test_two_instances_have_different_passwords(demo: Flask, prepared: tuple[Flask, str]) -> None:
    ours, theirs = _files(prepared[0])["demo-accounts.json"], _files(demo)["demo-accounts.json"]
    assert ours != theirs
    assert json.loads(ours)["employee"]["name"] == json.loads(theirs)["employee"]["name"]


def test_what_solved_the_incidents_is_suggested_to_the_next_person(demo: Flask) -> None:
    with demo.app_context():
        assert db.session.scalar(select(func.count(IndexChange.id))) == 0
        person = db.session.scalars(select(Person).where(Person.user_name == "emily.brown")).one()
        articles = db.metadata.tables["articles"]
        ids = {slug: number for number, slug in db.session.execute(select(articles.c.id, articles.c.slug))}
        ranking = current_engine().suggest(
            "error 809 when I connect from a hotel", readable=list(ids.values()), language="en"
        )
        assert person.language is None, "the accounts follow the browser"
        assert ranking.hits[0].article_id == ids["vpn-does-not-connect"]
        assert ranking.hits[0].similar_incidents > 0
        db.session.remove()
