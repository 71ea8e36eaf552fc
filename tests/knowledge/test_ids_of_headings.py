"""A heading answers to the id that its author wrote behind it, in all forms, and the id is not shown."""

import pytest
from flask import Flask
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.knowledge.models import ArticleRevision
from tests.knowledge.library import import_tree, write_tree

_FORMS = ["{#%s}", "{: #%s}", "{/* #%s */}", "{/*#%s*/}"]


@pytest.mark.parametrize("form", _FORMS)
@pytest.mark.parametrize("name", ["ustawienia", "Setup-1", "2fa"])
def test_an_imported_heading_keeps_its_id(
    app: Flask, tmp_path_factory: pytest.TempPathFactory, form: str, name: str
) -> None:
    root = write_tree(
        tmp_path_factory.mktemp("set"),
        {
            "a.mdx": f"---\ntitle: A\n---\nSee [it](#{name}).\n\n## Żółw *one* {form % name}\n\nText.\n",
            "b.mdx": f"---\ntitle: B\n---\nSee [it](a.mdx#{name}).\n",
        },
    )
    report = import_tree(app, root)
    with app.app_context():
        first, second = db.session.scalars(select(ArticleRevision).order_by(ArticleRevision.title))
        assert f'<h2 id="a-{name.lower()}">' in first.html
        assert f'<a href="#a-{name.lower()}"' in first.html
        assert first.plain_text == "See it.\nŻółw one\nText."
        assert f'href="/articles/a#a-{name.lower()}"' in second.html
    assert "leads nowhere" not in report


def test_other_remarks_are_taken_away(app: Flask, tmp_path_factory: pytest.TempPathFactory) -> None:
    body = "## One {/* later */}\n\nText {/* #x */}\n\nMore {/* #y */} words.\n\n## {/* #a */} Two {/* #b c */}\n"
    root = write_tree(tmp_path_factory.mktemp("set"), {"a.mdx": f"---\ntitle: A\n---\n{body}"})
    import_tree(app, root)
    with app.app_context():
        revision = db.session.scalars(select(ArticleRevision)).one()
        assert revision.plain_text == "One\nText\nMore words.\nTwo"
        assert [part["id"] for part in revision.contents] == ["a-one", "a-two"]
