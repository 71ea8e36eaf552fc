"""What a text itself says of its readers counts as its header does: in comments, tables, fields, HTML, titles, in Polish too."""

from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from tests.knowledge import library

_STAFF = [
    '<!-- {"audience": "staff"} -->\n# X\n\nText.\n', "<!-- {audience: staff} -->\n# X\n\nText.\n",
    '# X\n\n<!-- {"audience": "staff"} -->\n\nText.\n', "# X\n\nText.\n\n<!-- audience: staff -->\n",
    "<!-- audience=staff -->\n# X\n\nText.\n", "<!--\n---\naudience: staff\n---\n-->\n# X\n\nText.\n",
    "<!-- staff only -->\n# X\n\nText.\n", "[//]: # (audience: staff)\n\n# X\n\nText.\n",
    "[comment]: <> (audience: staff)\n# X\n\nText.\n", "{/* audience: staff */}\n\n# X\n\nText.\n",
    "%% audience: staff %%\n# X\n\nText.\n", "{% comment %}audience: staff{% endcomment %}\n# X\n\nText.\n",
    "| Audience | staff |\n|---|---|\n| Owner | IT |\n\n# X\n\nText.\n",
    "# X\n\n| Audience | Owner |\n|---|---|\n| staff | IT |\n\nText.\n",
    "# X\n\n| | |\n|---|---|\n| **Audience** | staff |\n\nText.\n",
    "| Name | Value |\n|---|---|\n| Audience | staff |\n\n# X\n\nText.\n",
    "# X\n\n[audience:: staff]\n\nText.\n", "# X\n\naudience:: staff\n\nText.\n",
    "# X\n\nText with (audience:: staff) in it.\n", "# X\n\nText.\n\n## Y\n\naudience:: staff\n",
    ":audience: staff\n\n# X\n\nText.\n", "= X\nSomebody\n:audience: staff\n:toc:\n\nText.\n",
    '<meta name="audience" content="staff">\n\n# X\n\nText.\n',
    '<html><head><meta content="staff" name="Audience"/></head>\n\n# X\n\nText.\n',
    "<table><tr><th>Audience</th><td>staff</td></tr></table>\n\n# X\n\nText.\n",
    "<dl>\n<dt>Audience</dt>\n<dd>staff</dd>\n</dl>\n\n# X\n\nText.\n",
    "# X\n\nSome words first.\n\n**Audience:** staff\n\nText.\n", "# X\n\nAudience: staff\nThis page says how.\n",
    "# X\n\n![Audience: staff](https://img.example/b.svg)\n\nText.\n", "# X\n\nINTERNAL USE ONLY\n\nText.\n",
    '---\ntitle: "[Staff only] X"\n---\nText.\n', "# X (internal)\n\nText.\n", "---\ntitle: X\ntags: [internal]\n---\nText.\n",
    "---\ntitle: X\nodbiorcy: IT\n---\nText.\n", "---\ntitle: X\nOdbiorcy: tylko dla pracowników IT\n---\nText.\n",
    "---\ntitle: X\nwidoczność: wewnętrzna\n---\nText.\n", "---\ntitle: X\ndostep: tylko dla IT\n---\nText.\n",
    "---\ntitle: X\nwewnętrzne: tak\n---\nText.\n", "---\ntitle: X\ntylko dla IT: tak\n---\nText.\n",
    "# X\n\n**Dostęp:** tylko dla IT\n\nText.\n", "# [Wewnętrzne] Kody do drzwi\n\nText.\n",
    "# Tylko dla IT: kody\n\nText.\n", "# X\n\n*Tylko do użytku wewnętrznego*\n\nText.\n",
]  # fmt: skip
_DRAFTS = [
    "---\ntitle: X\nproperties:\n  - name: Visibility\n    value: Private\n---\nText.\n",
    "---\ntitle: X\nmeta: [{key: draft, content: 'true'}]\n---\nText.\n", "+++\ntitle = 'X'\n[params]\nrole = 'hr'\n+++\nText.\n",
    "+++\r\ntitle = 'X'\r\nactive = false\r\n+++\r\nText.\r\n", '{"title": "X", "active": false}\n\nText.\n',
    "\ufeff---\r\ntitle: X\r\nrole: hr\r\n---\r\nText.\r\n", "---\ntitle: X\ndra\u200bft: true\n---\nText.\n",
    "---\ntitle: X\nｄｒａｆｔ: ｔｒｕｅ\n---\nText.\n", "# X\n\n<!-- active: false -->\n\nText.\n",
    "<!-- role: hr -->\n# X\n\nText.\n",
    "# DRAFT: X\n\nText.\n", "# [DRAFT] X\n\nText.\n", "# WIP: X\n\nText.\n", "# SZKIC: X\n\nText.\n", "# X (draft)\n\nText.\n",
    '---\ntitle: "Draft - X"\n---\nText.\n', "# X – szkic\n\nText.\n", "# 🚧 WIP 🚧 X\n\nText.\n", "WIP: X\n======\n\nText.\n",
    "# [wersja robocza] X\n\nText.\n", "# X\n\n**DRAFT**\n\nText.\n", "# X\n\n> Work in progress\n\nText.\n",
    "---\ntitle: X\nszkic: tak\n---\nText.\n", "---\ntitle: X\npoufne: tak\n---\nText.\n",
    "---\ntitle: X\nstatus: szkic\n---\nText.\n", "---\ntitle: X\nstatus: do zatwierdzenia\n---\nText.\n",
    "---\ntitle: X\nopublikowane: nie\n---\nText.\n", "---\ntitle: X\nwidoczność: prywatna\n---\nText.\n",
    "---\ntitle: X\ndostęp: kadry\n---\nText.\n", "---\ntitle: X\nuprawnienia: [kadry]\n---\nText.\n",
    "---\ntitle: X\ndata publikacji: 01.02.2999\n---\nText.\n", '<!-- {"draft": true} -->\n# X\n\nText.\n',
    "# X\n\n| Status | draft |\n|---|---|\n\nText.\n", "# X\n\nstatus:: draft\n\nText.\n", "# X\n\n[draft:: true]\n\nText.\n",
    "---\ntitle: X\ntags: [draft]\n---\nText.\n", "# X\n\n| Audience | new people |\n|---|---|\n\nText.\n",
    '<meta name="draft" content="true">\n# X\n\nText.\n', "# Protected: X\n\nText.\n", "# Poufne: X\n\nText.\n",
    "<!-- DRAFT -->\n# X\n\nText.\n", "---\ntitle: X\nlabels:\n- szkic\n---\nText.\n",
]  # fmt: skip
_OPEN = [
    "# Draft an email\n\nText.\n", "# Archived mail: find it\n\nText.\n", "# IT: order a laptop\n\nText.\n",
    "# [IT] Order a laptop\n\nText.\n", "# Internal phone numbers\n\nText.\n", "# Staff: where to park\n\nText.\n",
    "# Drafts\n\nText.\n",
    "# X\n\nStatus: green.\nMore words.\n", "# X (deprecated)\n\nText.\n", "# Szkic techniczny pisma\n\nText.\n",
    "# X\n\n| Status | Meaning |\n|---|---|\n| open | new |\n| draft | not sent |\n\nText.\n",
    "# X\n\n| Role | Access |\n|---|---|\n| Admin | full |\n| User | read |\n\nText.\n",
    "# X\n\n```\naudience: staff\n<!-- draft: true -->\n```\n\nText.\n", "# X\n\nWrite `audience:: staff` here.\n",
    "---\ntitle: X\nodbiorcy: wszyscy\n---\nText.\n", "---\ntitle: X\nstatus: opublikowany\n---\nText.\n",
    "---\ntitle: X\nszkic: nie\n---\nText.\n", "---\ntitle: X\nwidoczność: publiczna\n---\nText.\n",
    "---\ntitle: X\ndostępność: tak\n---\nText.\n", "# X\n\n<!-- markdownlint-disable MD013 -->\n\nText.\n",
    "---\ntitle: X\ntags: [vpn, private-network, it]\n---\nText.\n", "# X\n\n| Audience | everyone |\n|---|---|\n\nText.\n",
    '<meta name="viewport" content="width=device-width">\n\n# X\n\nText.\n',
    "# X\n\nChannels:\n\n- Public\n- Private\n- Archived\n", "# X\n\nPrivate\n: Only members see it.\n",
    "# X\n\nText.\n\n## Settings\n\n| Access | private |\n|---|---|\n\nText.\n",
]  # fmt: skip


def test_a_text_that_says_whom_it_is_for_is_for_them(
    app: Flask, employee: FlaskClient, tmp_path: Path
) -> None:
    kinds = {"s": _STAFF, "d": _DRAFTS, "o": _OPEN}
    texts = {f"{kind}{number}": text for kind, listed in kinds.items() for number, text in enumerate(listed)}
    output = library.import_tree(
        app, library.write_tree(tmp_path / "kb", {f"{slug}.md": text for slug, text in texts.items()})
    )
    states = library.states(app)
    assert [texts[slug] for slug in texts if slug[0] == "s" and states[slug] != ("published", "staff")] == []
    assert [texts[slug] for slug in texts if slug[0] == "d" and states[slug][0] != "draft"] == []
    assert [
        texts[slug] for slug in texts if slug[0] == "o" and states[slug] != ("published", "everyone")
    ] == []
    assert [texts[slug] for slug in texts if (f"Restricted: {slug}.md: " in output) != (slug[0] != "o")] == []
    assert f"{len(_STAFF) + len(_DRAFTS)} of them restricted by their files: " in output
    assert f"{len(_DRAFTS)} draft, {len(_STAFF)} staff." in output
    assert [employee.get(f"/articles/{slug}").status_code for slug in ("s0", "d0", "o0")] == [404, 404, 200]


_MARKED = [
    "# [Internal] X", "# DRAFT: X", "# X\n\n**INTERNAL USE ONLY**", "# X\n\n**Classification:** Confidential",
    "# X\n\n| Audience | staff |\n|---|---|", "<!-- audience: staff -->\n# X", "# X\n\nSome words.\n\nAudience: staff",
    "---\naudience: staff\n---\n# X", "# X\n\nJust a text.",
]  # fmt: skip


def test_a_word_for_whom_a_page_is_written_hides_nothing_that_its_text_says(
    app: Flask, tmp_path: Path
) -> None:
    """`audience: end-user` names no readers, so it is no word of ours beside which the text is not asked."""
    headers = ["", "audience: end-user\n", "audience: [users]\n", "ms.topic: how-to\naudience: ITPro\n"]
    files = {
        f"{number}-{place}.md": f"---\ntitle: X\n{header}---\n{text}\n\nText.\n"
        for number, text in enumerate(_MARKED)
        for place, header in enumerate(headers)
    }
    output = library.import_tree(app, library.write_tree(tmp_path / "kb", files))
    states = library.states(app)
    found = [{str(states.get(f"{number}-{place}")) for place in range(4)} for number in range(len(_MARKED))]
    assert found == [
        {"('published', 'staff')"}, {"('draft', 'everyone')"}, {"('published', 'staff')"}, {"('draft', 'staff')"},
        {"('published', 'staff')"}, {"('published', 'staff')"}, {"('published', 'staff')"}, {"None"},
        {"('published', 'everyone')"},
    ]  # fmt: skip
    assert output.count("Refused: 7-") == len(headers)


def test_our_own_audience_is_named_and_counted(app: Flask, tmp_path: Path) -> None:
    files = {
        "a.md": "---\naudience: staff\n---\nA.\n",
        "b.md": "---\naudience: group:HR\n---\nB.\n",
        "c.md": "C.\n",
    }
    output = library.import_tree(app, library.write_tree(tmp_path / "kb", files))
    assert "2 of them restricted by their files: 1 group:HR, 1 staff." in output
    assert "Restricted: a.md: staff (audience: staff)" in output
    assert "Restricted: b.md: group:HR (audience: group:HR)" in output


def test_names_of_files_say_that_they_are_drafts(app: Flask, tmp_path: Path) -> None:
    names = ("DRAFT_codes", "[draft] two", "three.draft", "Szkic - cztery", "five (internal)")
    library.import_tree(
        app,
        library.write_tree(
            tmp_path / "kb", {f"{name}.md": "# X\n\nText.\n" for name in (*names, "draft-a-mail")}
        ),
    )
    states = library.states(app)
    assert states.pop("draft-a-mail") == ("published", "everyone")
    assert sorted(states.values()) == [("draft", "everyone")] * 4 + [("published", "staff")]


def test_what_a_folder_says_holds_for_all_that_is_below_it(
    app: Flask, employee: FlaskClient, tmp_path: Path
) -> None:
    page = "# Page {}\n\nText.\n"
    files = {
        "hr/_index.md": "---\ntitle: HR\ncascade:\n  audience: staff\n---\nText.\n",
        "hr/one.md": page.format(1), "hr/deep/two.md": page.format(2),
        "new/_index.md": "---\ntitle: New\ncascade:\n- _target: {path: /new/**}\n  params: {draft: true}\n---\nText.\n",
        "new/three.md": page.format(3), "open/_index.md": "---\ntitle: Open\ncascade: {type: docs}\n---\nText.\n",
        "open/four.md": page.format(4), "mk/.meta.yml": "draft: true\n", "mk/five.md": page.format(5),
        "el/el.11tydata.json": '{"visibility": "internal"}', "el/six.md": page.format(6),
        "odd/_index.md": "---\ncascade: {audience: stuff}\n---\nText.\n", "odd/seven.md": page.format(7),
    }  # fmt: skip
    output = library.import_tree(app, library.write_tree(tmp_path / "kb", files))
    states = library.states(app)
    assert {slug: states[slug] for slug in ("one", "two", "three", "four", "five", "six", "seven")} == {
        "one": ("published", "staff"), "two": ("published", "staff"), "three": ("draft", "everyone"),
        "four": ("published", "everyone"), "five": ("draft", "everyone"), "six": ("published", "staff"),
        "seven": ("draft", "everyone"),
    }  # fmt: skip
    assert "Restricted: hr/deep/two.md: staff (hr/_index.md: audience: staff)" in output
    assert employee.get("/articles/two").status_code == 404


_SECRET = "The code of the door to the server room is changed each month, and stands in the safe on the second floor."


def test_a_file_that_was_renamed_and_lost_its_audience_is_held(
    app: Flask, employee: FlaskClient, tmp_path: Path
) -> None:
    others = {f"o{number}.md": f"# O{number}\n\nOrdinary text number {number}.\n" for number in range(4)}
    root = library.write_tree(
        tmp_path / "kb", {"codes.md": f"---\naudience: staff\n---\n# Codes\n\n{_SECRET}\n", **others}
    )
    library.import_tree(app, root)
    (root / "codes.md").unlink()
    library.write_tree(
        root,
        {"doors.md": f"# Doors\n\nNew. {_SECRET}\n", "other.md": "# Other\n\nThe lift is out of order.\n"},
    )
    output = library.import_tree(app, root)
    assert "Restricted: doors.md: draft (it reads like codes.md, which is gone and was for staff" in output
    for _ in range(2):
        assert {slug: library.states(app)[slug] for slug in ("doors", "other")} == {
            "doors": ("draft", "staff"), "other": ("published", "everyone"),
        }  # fmt: skip
        assert employee.get("/articles/doors").status_code == 404
        assert "0 added, 0 changed, 6 unchanged" in library.import_tree(app, root)
    assert "Opened: doors.md" in library.import_tree(app, root, "--widen")
    assert employee.get("/articles/doors").status_code == 200


def test_a_draft_that_leaves_its_folder_is_published(app: Flask, tmp_path: Path) -> None:
    root = library.write_tree(
        tmp_path / "kb", {"_drafts/codes.md": f"# Codes\n\n{_SECRET}\n", "a.md": "# A\n\nText.\n"}
    )
    library.import_tree(app, root)
    (root / "_drafts/codes.md").rename(root / "done.md")
    library.import_tree(app, root)
    assert library.states(app)["done"] == ("published", "everyone")


def test_what_was_archived_here_does_not_come_back_under_another_name(
    app: Flask, editor: FlaskClient, tmp_path: Path
) -> None:
    root = library.write_tree(
        tmp_path / "kb", {"codes.md": f"# Codes\n\n{_SECRET}\n", "a.md": "# A\n\nText.\n"}
    )
    library.import_tree(app, root)
    assert editor.post("/articles/codes/archive").status_code == 303
    (root / "codes.md").rename(root / "doors.md")
    assert "which is gone and was closed here" in library.import_tree(app, root)
    assert library.states(app)["doors"] == ("draft", "everyone")


def test_a_sync_does_not_take_a_renamed_file_that_lost_its_audience(
    app: Flask, employee: FlaskClient, tmp_path: Path
) -> None:
    sync = ["kb", "sync", "--path", str(tmp_path)]
    library.write_tree(
        tmp_path, {"codes.md": f"---\naudience: staff\n---\n# Codes\n\n{_SECRET}\n", "a.md": "# A\n\nText.\n"}
    )
    assert app.test_cli_runner().invoke(args=sync).exit_code == 0
    (tmp_path / "codes.md").unlink()
    library.write_tree(tmp_path, {"doors.md": f"# Doors\n\n{_SECRET}\n"})
    for _ in range(2):
        result = app.test_cli_runner().invoke(args=sync)
        assert (result.exit_code, "Conflict: doors.md: It would open" in result.output) == (1, True)
        assert employee.get("/articles/doors").status_code == 404
    assert app.test_cli_runner().invoke(args=[*sync, "--widen"]).exit_code == 0
    assert employee.get("/articles/doors").status_code == 200


def test_what_an_export_writes_comes_back_as_it_was(app: Flask, tmp_path: Path) -> None:
    library.publish(app, "phones", title="Phones", tags=("internal",), body="Numbers.\n")
    app.test_cli_runner().invoke(args=["kb", "export", str(tmp_path)])
    output = library.import_tree(app, tmp_path, "--tree", "copy")
    assert "Restricted" not in output
