"""A folder or a file that is called a draft, internal, confidential or gone is that, and an export's own folders are not."""

from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from tests.knowledge import library

_PLACES = {
    "draft": [
        "drafts/a.md", "guide/Drafts/b.md", "wip/c.md", "unpublished/d.md", "Szkice/e.md", "Confidential/f.md",
        "hr-confidential/g.md", "private/h.md", "restricted/i.md", "Poufne/deep/j.md", "HR only/k.md", "02 - Drafts/l.md",
        "vpn-DRAFT.md", "vpn_CONFIDENTIAL.md", "DRAFT-door.md", "szkic_drzwi.md", "_internal/m.md", "Plany (poufne)/n.md",
    ],
    "staff": [
        "Internal/o.md", "IT only/p.md", "internal-only/q.md", "staff-only/r.md", "Wewnętrzne/s.md", "INTERNAL_door.md",
        "Tylko dla IT/t.md",
    ],
    "archived": ["archive/u.md", "Archiwum/v.md", "trash/w.md", "Kosz/x.md"],
    "open": [
        "drafting/y.md", "internals/z.md", "draft-a-mail.md", "archives/one.md", "staff/two.md", "private-network/three.md",
        "internal-phones.md", "drafts-and-signatures.md",
    ],
}  # fmt: skip


def _kind(state: str, audience: str) -> str:
    return (
        "open"
        if (state, audience) == ("published", "everyone")
        else state
        if state != "published"
        else audience
    )


def test_places_say_what_lies_in_them(app: Flask, employee: FlaskClient, tmp_path: Path) -> None:
    paths = {path: kind for kind, listed in _PLACES.items() for path in listed}
    output = library.import_tree(
        app, library.write_tree(tmp_path, {path: f"# X\n\nText {path}.\n" for path in paths})
    )
    states = library.states(app)
    slugs = {path: Path(path).stem.lower().replace("_", "-") for path in paths}
    assert {path: _kind(*states[slug]) for path, slug in slugs.items()} == paths
    closed = [path for path, kind in paths.items() if kind != "open"]
    assert [path for path in paths if f"Restricted: {path}: " in output] == closed
    assert {employee.get(f"/articles/{slugs[path]}").status_code for path in closed} == {404}
    assert "Restricted: Poufne/deep/j.md: draft (Poufne/)" in output


def test_our_word_in_a_header_does_not_open_a_folder_of_drafts(app: Flask, tmp_path: Path) -> None:
    library.import_tree(
        app, library.write_tree(tmp_path, {"drafts/a.md": "---\ntitle: X\naudience: everyone\n---\nText.\n"})
    )
    assert library.states(app)["a"] == ("draft", "everyone")


def test_an_export_makes_folders_of_categories_whatever_they_are_called(app: Flask, tmp_path: Path) -> None:
    for slug, category in (("phones", "internal"), ("rules", "hr/archive")):
        library.publish(app, slug, title=slug, category=category, body=f"Text of {slug}.\n")
    app.test_cli_runner().invoke(args=["kb", "export", str(tmp_path)])
    output = library.import_tree(app, tmp_path, "--tree", "copy")
    assert "Restricted" not in output, output
    assert set(library.states(app).values()) == {("published", "everyone")}
