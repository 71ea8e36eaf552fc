"""A folder or a file that is called a draft, internal, confidential or gone is that, and an export's own folders are not."""

from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from servicedesk.knowledge.rules import slug_of
from tests.knowledge import library

_PLACES = {
    "draft": [
        "drafts/a.md", "guide/Drafts/b.md", "wip/c.md", "unpublished/d.md", "Szkice/e.md", "Confidential/f.md",
        "hr-confidential/g.md", "private/h.md", "restricted/i.md", "Poufne/deep/j.md", "HR only/k.md", "02 - Drafts/l.md",
        "vpn-DRAFT.md", "b-draft.md", "draft-vpn.md", "c-wip.md", "wip_c.md", "d_draft_v2.md", "e-v0.3-draft.md",
        "draft.e2.md",
        "2026-01-01-draft-f.md", "f_draft_2026-01-01.md", "pay-hr-only.md", "g-do-not-publish.md", "g-confidential.md",
        "g-private.md", "szkic-h.md", "h-szkic.md", "h-poufne.md", "h-wersja-robocza.md", "robocze/h2.md", "_old/h3.md",
        "Team drafts/h4.md", "drafts 2026/h5.md", "Dokumenty robocze/h6.md", "confidential docs/h7.md", "VPN draft 3.md",
        "draft-0123456789abcdef0123456789abcdef/h8.md", "vpnDraft.md", "vpn_CONFIDENTIAL.md", "DRAFT-door.md",
        "szkic_drzwi.md", "_internal/m.md", "Plany (poufne)/n.md",
    ],
    "staff": [
        "Internal/o.md", "IT only/p.md", "internal-only/q.md", "staff-only/r.md", "Wewnętrzne/s.md", "INTERNAL_door.md",
        "Tylko dla IT/t.md", "n_internal.md", "n-internal-only.md", "n-wewnetrzne.md", "n-tylko-dla-it.md", "internal/j1.md",
        "Internal docs/j2.md", "docs-internal/j3.md", "HR-internal/j4.md", "VPN-Internal.md",
    ],
    "archived": [
        "archive/u.md", "Archiwum/v.md", "trash/w.md", "Kosz/x.md", "old/k1.md",
        "OLD/k2.md", "Old versions/k3.md", "old-docs/k4.md", "deprecated/k5.md",
        "stary/k6.md", "Stare wersje/k7.md", "archive-2020/k8.md", "archiwum_2019/k9.md", "zzz_old/k10.md", "l-old.md",
        "l_obsolete.md", "l-deprecated.md", "l-nieaktualne.md", "OLD_l.md",
    ],
    "open": [
        "drafting/y.md", "internals/z.md", "draft-a-mail.md", "archives/one.md", "staff/two.md", "private-network/three.md",
        "internal-phones.md", "drafts-and-signatures.md", "create-a-draft.md", "save-as-draft.md", "send-draft.md",
        "old-outlook.md", "read-only.md", "windows-only.md", "external-and-internal.md", "confidential-data.md",
        "draft-mode.md",
        "Internal links.md", "Obszary robocze.md", "wip-limits.md", "email-archive.md", "old-printers/four.md",
        "internal-audit/five.md", "backup/six.md", "draft.md", "year-in-review.md", "new-mail-like-old-version.md",
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
    slugs = {path: slug_of(Path(path).stem) for path in paths}
    assert {path: _kind(*states[slug]) for path, slug in slugs.items()} == paths
    closed = [path for path, kind in paths.items() if kind != "open"]
    assert [path for path in paths if f"Restricted: {path}: " in output] == closed
    assert {employee.get(f"/articles/{slugs[path]}").status_code for path in closed} == {404}
    assert "Restricted: Poufne/deep/j.md: draft (Poufne/)" in output


def test_a_word_in_the_name_of_a_file_that_its_title_has_too_is_what_it_is_about(
    app: Flask, tmp_path: Path
) -> None:
    titles = {
        "draft-policy": "Who drafts: draft and final policy", "mail-draft": "Find the draft of a mail",
        "password-old": "Old password does not work", "links-internal": "Links that are internal",
        "szkic-pisma": "Szkic pisma do urzędu", "policy-draft": "Policy", "draft-rules": "Rules", "pay-internal": "Pay",
    }  # fmt: skip
    files = {f"{name}.md": f"# {title}\n\nText of {name}.\n" for name, title in titles.items()}
    library.import_tree(app, library.write_tree(tmp_path, files))
    states = library.states(app)
    assert [name for name in titles if states[name] != ("published", "everyone")] == list(titles)[5:]


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
