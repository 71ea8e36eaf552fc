"""Pictures of a tree come along with its articles, and go out with them again; nothing is fetched from elsewhere."""

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

import config
from servicedesk.database import db
from servicedesk.files import storage
from servicedesk.files.models import StoredFile
from servicedesk.knowledge.models import Article, ArticleFile
from servicedesk.web.settings import current_settings
from tests.applications import application
from tests.factories import Cast, sign_in
from tests.knowledge import library


def _png(shade: int = 0) -> bytes:
    """Return a real picture of one point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes([0, shade]))) + chunk(b"IEND", b"")
    )


_GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def _write(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def _run(app: Flask, *words: str) -> tuple[str, str]:
    result = app.test_cli_runner().invoke(args=["kb", *words])
    assert result.exit_code == 0, result.output
    return result.stdout, result.stderr


def _import(app: Flask, root: Path) -> tuple[str, str]:
    return _run(app, "import", str(root))


def _body(app: Flask, slug: str) -> str:
    revision = library.get_state(app, slug).published_revision
    assert revision is not None
    return revision.body


def _html(app: Flask, slug: str) -> str:
    revision = library.get_state(app, slug).published_revision
    assert revision is not None
    return revision.html


def _attached(app: Flask) -> list[tuple[str, str]]:
    """Return name and hash of all attachments."""
    with app.app_context():
        rows = db.session.execute(
            select(ArticleFile.name, StoredFile.sha256).join(StoredFile).order_by(ArticleFile.id)
        )
        return [(name, sha256) for name, sha256 in rows]


@pytest.mark.parametrize(
    ("reference", "written"),
    [
        ("![Menu](media/menu.png)", "![Menu](file:menu.png)"),
        ('![Menu](./media/menu.png "The menu")', "![Menu](file:menu.png)"),
        ("![Menu](../guides/media/menu.png?raw=true)", "![Menu](file:menu.png)"),
        ("![Menu](/guides/media/menu.png)", "![Menu](file:menu.png)"),
        ("![Menu](media\\menu.png)", "![Menu](file:menu.png)"),
        ("![The [big] menu](<media/The Menu (1).PNG>)", "![The (big) menu](file:the-menu-1.png)"),
        ("![Menu](media/The%20Menu%20(1).PNG)", "![Menu](file:the-menu-1.png)"),
        ("Press ![Menu](media/menu.png) `![a](media/menu.png)`", "Press ![Menu](file:menu.png) `![a](media/menu.png)`"),
        ('<p><img src="media/menu.png" alt="Menu"></p>', '<p><img src="file:menu.png" alt="Menu"></p>'),
        ("![Menu][m]\n\n[m]: media/menu.png", "![Menu][m]\n\n[m]: <file:menu.png>"),
        (':::image type="content" source="media/menu.png" alt-text="Menu":::', "![Menu](file:menu.png)"),
        ('Select (:::image type="icon" source="media/menu.png":::).', "Select (![](file:menu.png))."),
        ("> [!NOTE]\n> See ![Menu](media/menu.png)", "\n!!! note\n\n    See ![Menu](file:menu.png)"),
    ],
)  # fmt: skip
def test_a_picture_beside_the_text_is_shown(
    app: Flask, employee: FlaskClient, tmp_path: Path, reference: str, written: str
) -> None:
    root = _write(
        tmp_path / "set",
        {
            "guides/a.md": f"# A\n\nText.\n\n{reference}\n",
            "guides/media/menu.png": _png(),
            "guides/media/The Menu (1).PNG": _png(1),
        },
    )
    out, err = _import(app, root)
    assert ("1 pictures taken in, 0 left out." in out, err) == (True, err)
    assert "Picture left out" not in err
    assert _body(app, "a") == f"Text.\n\n{written}\n"
    assert 'src="/articles/a/files/1"' in employee.get("/articles/a").text
    answer = employee.get("/articles/a/files/1", buffered=True)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.data in (_png(), _png(1))


def test_pictures_in_code_are_text(app: Flask, tmp_path: Path) -> None:
    text = "Text.\n\n```markdown\n![a](menu.png)\n```\n"
    _import(app, _write(tmp_path / "set", {"a.md": f"# A\n\n{text}", "menu.png": _png()}))
    assert _body(app, "a") == text
    assert _attached(app) == []


def test_what_is_no_picture_of_the_tree_stays_out_with_its_reason(app: Flask, tmp_path: Path) -> None:
    _write(tmp_path, {"outside.png": _png(), "secret/inner.png": _png()})
    addresses = {
        "logo.svg": "not a PNG",
        "script.png": "not a PNG",
        "empty.png": "not a PNG",
        "huge.png": "larger than 25 MB",
        "../outside.png": "leads out of the folder",
        "x/../../outside.png": "leads out of the folder",
        "..%2Foutside.png": "leads out of the folder",
        "..\\outside.png": "leads out of the folder",
        "/../outside.png": "leads out of the folder",
        str(tmp_path / "outside.png"): "not in the folder",
        "link.png": "link that leads out",
        "linked/inner.png": "link that leads out",
        "loop.png": "cannot be read",
        "pipe.png": "not a regular file",
        "folder.png": "not a regular file",
        "a%00b.png": "control characters",
        "gone.png": "not in the folder",
        "gone/gone.png": "not in the folder",
        f"{'x' * 401}.png": "too long",
        f"{'x' * 300}.png": "cannot be read",
    }
    files: dict[str, str | bytes] = {
        f"a{number}.md": f"# A{number}\n\nText ![The {number} words]({address}).\n"
        for number, address in enumerate(addresses)
    }
    root = _write(
        tmp_path / "set", {**files, "logo.svg": _SVG, "script.png": "<script>", "empty.png": b"", "ok.png": _png()}
    )  # fmt: skip
    with (root / "huge.png").open("wb") as huge:
        huge.write(_png())
        huge.truncate(storage.LARGEST_BYTES + 1)
    (root / "link.png").symlink_to(tmp_path / "outside.png")
    (root / "linked").symlink_to(tmp_path / "secret")
    (root / "loop.png").symlink_to("loop.png")
    (root / "folder.png").mkdir()
    os.mkfifo(root / "pipe.png")
    out, err = _import(app, root)
    assert f"{len(addresses)} added, 0 changed, 0 unchanged, 0 refused." in out
    assert f"0 pictures taken in, {len(addresses)} left out." in out
    lines = dict(
        line.removeprefix("Picture left out: ").split(": ", 1) for line in err.splitlines() if ": " in line
    )
    for number, (address, reason) in enumerate(addresses.items()):
        assert reason in lines[f"a{number}.md"], (address, lines[f"a{number}.md"])
        assert _body(app, f"a{number}") == f"Text *The {number} words*.\n"
    assert _attached(app) == []
    with app.app_context():
        assert not any(current_settings().files_dir.glob("??/*"))


def test_one_line_names_what_an_article_lacks(app: Flask, tmp_path: Path) -> None:
    text = "".join(f"![]({name}.png) " for name in "abcdea")
    out, err = _import(app, _write(tmp_path / "set", {"x/a.md": f"# A\n\nText {text}\n"}))
    assert "0 pictures taken in, 5 left out." in out
    assert "Picture left out: x/a.md: a.png, b.png, c.png and 2 more: It is not in the folder." in err


def test_pictures_on_the_web_stay_links(app: Flask, employee: FlaskClient, tmp_path: Path) -> None:
    """Nobody learns who reads what (security.md X11)."""
    text = "![Chart](https://example.test/chart.png) and <img src='http://example.test/x.png' alt='Other'>\n"
    out, _ = _import(app, _write(tmp_path / "set", {"a.md": f"# A\n\n{text}"}))
    assert "pictures" not in out
    page = employee.get("/articles/a").text
    assert '<a href="https://example.test/chart.png" rel="noopener noreferrer">Chart</a>' in page
    assert 'href="http://example.test/x.png"' in page
    assert "<img" not in _html(app, "a")


def test_importing_again_attaches_nothing_twice(app: Flask, tmp_path: Path) -> None:
    root = _write(
        tmp_path / "set",
        {"a.md": "# A\n\n![One](one.png) ![Same](copy.png) ![Two](sub/one.png)\n", "one.png": _png(), "copy.png": _png(),
         "sub/one.png": _GIF},
    )  # fmt: skip
    assert "2 pictures taken in" in _import(app, root)[0]
    assert _body(app, "a") == "![One](file:one.png) ![Same](file:one.png) ![Two](file:one-2.png)\n"
    before = _attached(app)
    out, _ = _import(app, root)
    assert "0 added, 0 changed, 1 unchanged, 0 refused." in out
    assert "pictures" not in out
    _write(root, {"a.md": "# A\n\nNew words. ![One](one.png)\n"})
    assert "0 added, 1 changed" in _import(app, root)[0]
    assert _attached(app) == before
    assert 'src="/articles/a/files/1"' in _html(app, "a")


def test_a_changed_picture_is_a_new_attachment_and_the_old_revision_keeps_its_own(
    app: Flask, editor: FlaskClient, tmp_path: Path
) -> None:
    root = _write(tmp_path / "set", {"a.md": "# A\n\nSee ![One](one.png)\n", "one.png": _png()})
    _import(app, root)
    _write(root, {"one.png": _png(9)})
    out, _ = _import(app, root)
    assert "0 added, 1 changed" in out
    assert "1 pictures taken in" in out
    assert _body(app, "a") == "See ![One](file:one-2.png)\n"
    assert editor.get("/articles/a/files/1", buffered=True).data == _png()
    assert editor.get("/articles/a/files/2", buffered=True).data == _png(9)


def test_a_picture_that_comes_later_is_taken_in_then(app: Flask, tmp_path: Path) -> None:
    root = _write(tmp_path / "set", {"a.md": "# A\n\nSee ![One](one.png)\n"})
    _import(app, root)
    assert _body(app, "a") == "See *One*\n"
    _write(root, {"one.png": _png()})
    assert "1 changed" in _import(app, root)[0]
    assert _body(app, "a") == "See ![One](file:one.png)\n"


def test_an_article_that_was_edited_here_gets_no_new_picture(
    app: Flask, editor: FlaskClient, tmp_path: Path
) -> None:
    root = _write(tmp_path / "set", {"a.md": "# A\n\nSee ![One](one.png)\n", "one.png": _png()})
    _import(app, root)
    sent = {"title": "A", "body": "Mine.", "audience": "everyone", "based_on": "1", "publish": "1"}
    assert editor.post("/articles/a/edit", data=sent).status_code == 303
    _write(root, {"one.png": _png(9)})
    assert "both changed" in _import(app, root)[1]
    assert len(_attached(app)) == 1


def test_a_text_that_is_refused_leaves_no_picture_behind(app: Flask, tmp_path: Path) -> None:
    slow = "# Slow\n\n![One](one.png)\n\n" + "[" * 60_000
    out, err = _import(app, _write(tmp_path / "set", {"slow.md": slow, "one.png": _png()}))
    assert "0 added, 0 changed, 0 unchanged, 1 refused." in out
    assert "takes too long" in err
    with app.app_context():
        for model in (Article, ArticleFile, StoredFile):
            assert db.session.scalar(select(func.count()).select_from(model)) == 0


@pytest.fixture
def empty_app(second_settings: config.Settings) -> Iterator[Flask]:
    """Another instance without any article."""
    with application(second_settings) as other:
        yield other


def test_what_is_exported_goes_into_an_empty_instance_with_its_pictures(
    app: Flask, empty_app: Flask, cast: Cast, tmp_path: Path
) -> None:
    root = _write(
        tmp_path / "set",
        {
            "en/mail/a.md": '# A\n\nSee ![One](one.png), `![x](file:one.png)`\n\n<p><img src="one.png" alt="1"></p>\n',
            "pl/mail/b.md": "# Zażółć\n\nRysunek ![Dwa](../../en/mail/two.gif)\n",
            "en/mail/one.png": _png(),
            "en/mail/two.gif": _GIF,
        },
    )
    _import(app, root)
    first, second = tmp_path / "first", tmp_path / "second"
    assert "2 articles written.\n2 pictures written." in _run(app, "export", str(first))[0]
    assert "See ![One](a/one.png), `![x](file:one.png)`" in (first / "en/mail/a.md").read_text()
    assert (first / "en/mail/a/one.png").read_bytes() == _png()
    assert (first / "pl/mail/b/two.gif").read_bytes() == _GIF
    out, err = _import(empty_app, first)
    assert "2 added" in out
    assert "2 pictures taken in, 0 left out." in out
    for slug in ("a", "b"):
        assert (_body(empty_app, slug), _html(empty_app, slug)) == (_body(app, slug), _html(app, slug)), err
    reader = sign_in(empty_app, cast.ewa)  # The cast is the same in every database.
    assert reader.get("/articles/a/files/1", buffered=True).data == _png()
    _run(empty_app, "export", str(second))
    assert _tree(second) == _tree(first)


def test_only_what_readers_see_is_exported_and_what_is_lost_is_named(
    app: Flask, editor: FlaskClient, tmp_path: Path
) -> None:
    root = _write(tmp_path / "set", {"a.md": "# A\n\nSee ![One](one.png)\n", "one.png": _png()})
    _import(app, root)
    _write(root, {"one.png": _png(9)})
    _import(app, root)
    target = tmp_path / "out"
    assert "1 pictures written." in _run(app, "export", str(target))[0]
    assert [path.name for path in (target / "en/a").iterdir()] == ["one-2.png"]
    with app.app_context():
        for path in current_settings().files_dir.glob("??/*"):
            path.unlink()
    assert "Picture missing in the store: en/a/one-2.png" in _run(app, "export", str(target))[1]


def test_a_text_edited_in_its_file_goes_on_showing_the_articles_pictures(app: Flask, tmp_path: Path) -> None:
    root = _write(tmp_path / "set", {"a.md": "# A\n\nSee ![One](one.png)\n", "one.png": _png()})
    _import(app, root)
    tree = _write(tmp_path / "kb", {"en/a.md": "---\ntitle: A\nslug: a\n---\nSee ![One](file:one.png)\n"})
    assert _tree(tree)
    _run(app, "export", str(tree))
    (tree / "en/a.md").write_text((tree / "en/a.md").read_text().replace("a/one.png", "file:one.png"))
    _run(app, "sync", "--path", str(tree))
    (tree / "en/a.md").write_text((tree / "en/a.md").read_text().replace("See", "Look at"))
    assert "1 articles from files" in _run(app, "sync", "--path", str(tree))[0]
    assert _body(app, "a") == "Look at ![One](file:one.png)\n"
    assert 'src="/articles/a/files/1"' in _html(app, "a")


def _tree(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }
