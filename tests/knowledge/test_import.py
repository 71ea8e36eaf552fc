"""`flask kb import`: trees of Markdown as they are; a bad file is named with its reason and stops nothing."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from servicedesk.database import db
from servicedesk.knowledge.actions.importing import BATCH, ImportPlan
from servicedesk.knowledge.models import Article, ArticleRevision
from servicedesk.search.models import IndexChange
from tests.knowledge import library


def _write(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def _import(app: Flask, root: Path, *options: str) -> tuple[str, str]:
    result = app.test_cli_runner().invoke(args=["kb", "import", str(root), *options])
    assert result.exit_code == 0, result.output
    return result.stdout, result.stderr


def _slugs(app: Flask) -> set[str]:
    with app.app_context():
        return set(db.session.scalars(select(Article.slug)))


def test_folders_become_categories_and_titles_come_from_wherever_they_are(app: Flask, tmp_path: Path) -> None:
    root = _write(
        tmp_path / "set",
        {
            "Travel and Leave/tools/book-it.md": (
                "---\ntitle: Book a trip\ndescription: How to book.\n---\n\n# Book a trip\n\nText.\n"
            ),
            "from-heading.md": '# <a name="x"></a>The *printer* is silent\n\nIt does not print.\n',
            "Name_of the file.md": "Only words here.\n",
        },
    )
    out, _ = _import(app, root)
    assert "3 added" in out
    book, heading = library.get_state(app, "book-it"), library.get_state(app, "from-heading")
    assert (book.category, book.title, book.summary) == (
        "travel-and-leave/tools",
        "Book a trip",
        "How to book.",
    )
    assert book.published_revision is not None
    assert book.published_revision.body == "Text.\n"
    assert (heading.title, heading.summary) == ("The printer is silent", "It does not print.")
    assert library.get_state(app, "name-of-the-file").title == "Name of the file"


def test_the_same_again_changes_nothing_and_a_changed_file_is_a_new_revision(
    app: Flask, tmp_path: Path
) -> None:
    root = _write(tmp_path / "set", {"a.md": "# A\n\nOne.\n", "b.md": "# B\n\nTwo.\n"})
    _import(app, root)
    assert "0 added, 0 changed, 2 unchanged, 0 refused." in _import(app, root)[0]
    _write(root, {"a.md": "# A\n\nThree.\n"})
    assert "0 added, 1 changed, 1 unchanged, 0 refused." in _import(app, root)[0]
    article = library.get_state(app, "a")
    assert [revision.body for revision in article.revisions] == ["One.\n", "Three.\n"]
    assert article.published_revision_id == article.revisions[-1].id


def test_each_article_is_queued_for_the_index(app: Flask, tmp_path: Path) -> None:
    _import(app, _write(tmp_path / "set", {"a.md": "# A\n\nOne.\n"}))
    with app.app_context():
        assert db.session.scalars(select(IndexChange.kind)).all() == ["article"]


def test_bad_files_are_named_with_a_reason_and_the_rest_goes_in(app: Flask, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text("# Outside\n\nSecret.\n")
    root = _write(
        tmp_path / "set",
        {
            "good.md": "# Good\n\nFine.\n",
            "latin.md": "# Zażółć\n".encode("cp1250"),
            "yaml.md": "---\ntitle: [broken\n---\nText.\n",
            "list.md": "---\n- a\n- b\n---\nText.\n",
            "large.md": "# Large\n\n" + "x" * 5_000_000,
            "binary.md": b"# B\n\x00\x01\x02",
            "empty.md": "---\ntitle: Nothing\n---\n",
            "audience.md": "---\ntitle: A\naudience: staf\n---\nText.\n",
            "slug.md": "---\ntitle: A\nslug: ../../etc/passwd\n---\nText.\n",
            "one/same.md": "---\nslug: twice\n---\nFirst.\n",
            "two/same.md": "---\nslug: twice\n---\nSecond.\n",
            "slow.md": "# Slow\n\n" + "[" * 60_000,
            "picture.png": b"\x89PNG",
        },
    )
    (root / "link.md").symlink_to(outside)
    out, err = _import(app, root)
    assert "2 added, 0 changed, 0 unchanged, 11 refused." in out
    reasons = dict(
        line.removeprefix("Refused: ").split(": ", 1)
        for line in err.splitlines()
        if line.startswith("Refused: ")
    )
    expected = {
        "latin.md": "UTF-8", "yaml.md": "YAML", "list.md": "names with values", "large.md": "512 kB", "binary.md": "binary",
        "empty.md": "no text", "audience.md": "audience", "slug.md": "slug", "two/same.md": "address",
        "slow.md": "too long", "link.md": "out of the folder",
    }  # fmt: skip
    assert set(reasons) == set(expected)
    assert all(words in reasons[name] for name, words in expected.items()), reasons
    assert _slugs(app) == {"good", "twice"}


def test_files_of_one_name_in_two_folders_both_go_in(app: Flask, tmp_path: Path) -> None:
    _import(
        app,
        _write(
            tmp_path / "set",
            {"mail/setup.md": "Mail.\n", "vpn/setup.md": "VPN.\n", "vpn/index.md": "All of VPN.\n"},
        ),
    )
    assert _slugs(app) == {"setup", "vpn-setup", "vpn"}


def test_an_address_that_another_article_has_is_not_taken_over(app: Flask, tmp_path: Path) -> None:
    library.publish(app, "setup", body="Written here.\n")
    out, err = _import(app, _write(tmp_path / "handbook", {"setup.md": "From a file.\n"}))
    assert "1 added" in out
    assert "Not used: setup.md: slug: setup → handbook-setup" in err
    for slug, body in {"setup": "Written here.\n", "handbook-setup": "From a file.\n"}.items():
        revision = library.get_state(app, slug).published_revision
        assert revision is not None
        assert revision.body == body


def test_what_was_edited_here_is_not_overwritten(app: Flask, tmp_path: Path, editor: object) -> None:
    root = _write(tmp_path / "set", {"a.md": "# A\n\nOne.\n"})
    _import(app, root)
    sent = {"title": "A", "body": "Edited here.", "audience": "everyone", "based_on": "1", "publish": "1"}
    assert editor.post("/articles/a/edit", data=sent).status_code == 303  # type: ignore[attr-defined]
    _write(root, {"a.md": "# A\n\nChanged there.\n"})
    out, err = _import(app, root)
    assert "0 changed, 0 unchanged, 1 refused" in out
    assert "both changed" in err
    revision = library.get_state(app, "a").published_revision
    assert revision is not None
    assert revision.body == "Edited here."


def test_an_import_that_was_cut_off_goes_on_where_it_was(app: Flask, tmp_path: Path) -> None:
    count = BATCH + 20
    root = _write(
        tmp_path / "set", {f"a{number:03}.md": f"# A{number}\n\nText.\n" for number in range(count)}
    )
    with app.app_context():
        next(ImportPlan(root, files_dir=tmp_path / "files").run())
        db.session.commit()
        db.session.remove()
        assert db.session.scalar(select(func.count()).select_from(Article)) == BATCH
    out, _ = _import(app, root)
    assert f"20 added, 0 changed, {BATCH} unchanged, 0 refused." in out
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ArticleRevision)) == count


def test_language_and_audience_are_for_files_that_do_not_say(app: Flask, tmp_path: Path) -> None:
    root = _write(
        tmp_path / "set",
        {
            "plain.md": "Tekst.\n",
            "says.md": "---\nlanguage: en\naudience: everyone\n---\nText.\n",
            "foreign.md": "---\naudience: ITPro\nms.contentlocale: pl-PL\n---\nTekst.\n",
            "en/folder.md": "Text.\n",
        },
    )
    _import(app, root, "--language", "pl", "--audience", "staff")
    found = {slug: library.get_state(app, slug) for slug in ("plain", "says", "foreign", "folder")}
    assert {slug: (one.language, one.audience) for slug, one in found.items()} == {
        "plain": ("pl", "staff"), "says": ("en", "everyone"), "foreign": ("pl", "staff"), "folder": ("en", "staff"),
    }  # fmt: skip
    assert found["folder"].category == ""


def test_an_audience_that_does_not_exist_is_refused_at_once(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    result = app.test_cli_runner().invoke(args=["kb", "import", str(tmp_path / "set"), "--audience", "all"])
    assert result.exit_code == 2
    assert "group:NAME" in result.output


def test_links_between_files_lead_to_the_articles(app: Flask, tmp_path: Path) -> None:
    root = _write(
        tmp_path / "set",
        {
            "pages/a.md": 'See [b](../other/b.md#part), [c]({% page "c-page" %}), [no](/elsewhere/x) and [web](https://example.com).\n',
            "other/b.md": "# B\n\nText.\n",
            "c.md": "---\nredirect_from: [/c-page/]\n---\nText.\n",
        },
    )
    _import(app, root)
    revision = library.get_state(app, "a").published_revision
    assert revision is not None
    assert revision.body == "See [b](article:b#part), [c](article:c), no and [web](https://example.com).\n"


@pytest.mark.parametrize(
    ("foreign", "ours"),
    [
        ("## <a name=\"a-b\"></a>Part\n", "## Part\n"),
        ("> [!NOTE]\n> Mind this.\n>\n> - and that\n\nAfter.\n", "!!! note\n\n    Mind this.\n\n    - and that\n\nAfter.\n"),
        ("a\n:::image type=\"content\" source=\"x.png\" alt-text=\"The button\":::\nb\n", "a\n*The button*\nb\n"),
        ("[!INCLUDE [Words](../includes/x.md)]\nText.\n", "Text.\n"),
        ("{% comment %}\nhidden\n{% endcomment %}\nAsk {% slack_channel \"it-help\" %}. {{ site.name }}\n", "Ask #it-help. \n"),
        ("```yaml\n{% raw %}\n<a name=\"x\"></a>\n```\n", "```yaml\n{% raw %}\n<a name=\"x\"></a>\n```\n"),
    ],
)  # fmt: skip
def test_marks_of_other_systems_are_translated(app: Flask, tmp_path: Path, foreign: str, ours: str) -> None:
    _import(app, _write(tmp_path / "set", {"a.md": f"---\ntitle: A\n---\n{foreign}"}))
    revision = library.get_state(app, "a").published_revision
    assert revision is not None
    assert revision.body == ours
