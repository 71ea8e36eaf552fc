"""A file that says it is restricted, a draft or gone does not become readable, however it says so; and it is named."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.knowledge import library

Write = Callable[[list[str]], Path]
_STAFF = [
    "---\ntitle: X\naudience: staff\n--- \n\nText.\n",
    "--- \ntitle: X\naudience: staff\n---\n\nText.\n",
    "---\t\ntitle: X\naudience: staff\n---\t\n\nText.\n",
    "---\ntitle: X\naudience: staff\n...\n\nText.\n",
    "\n\n  \n---\ntitle: X\naudience: staff\n---\n\nText.\n",
    "\ufeff---\ntitle: X\naudience: staff\n---\n\nText.\n",
    "\ufeff\n\u200b---\ntitle: X\naudience: staff\n---\n\nText.\n",
    "<!-- Licence: free -->\n\n---\ntitle: X\naudience: staff\n---\n\nText.\n",
    " ---\n title: X\n audience: staff\n ---\n\nText.\n",
    "---yaml\ntitle: X\naudience: staff\n---\n\nText.\n",
    "---\r\ntitle: X\r\naudience: staff\r\n---\r\n\r\nText.\r\n",
    "---\rtitle: X\raudience: staff\r---\rText.\r",
    "---\u2028title: X\u2028audience: staff\u2028---\u2028Text.\n",
    '+++\ntitle = "X"\naudience = "staff"\n+++\n\nText.\n',
    '+++ \ntitle = "X"\n[extra]\naudience = ["staff"]\n+++\t\n\nText.\n',
    '{\n  "title": "X",\n  "audience": "staff"\n}\n\nText.\n',
    '{"title": "X", "params": {"Audience": ["staff"]}}\n\nText.\n',
    ';;;\n{"title": "X", "audience": "staff"}\n;;;\n\nText.\n',
    "<!--\ntitle: X\naudience: staff\n-->\n\nText.\n",
    "Title: X\nAudience: staff\n\nText.\n",
    "# X\n\nAudience: staff\n\nText.\n",
    "---\ntitle: X\nAudience: staff\n---\nText.\n",
    "---\ntitle: X\nAUDIENCE: STAFF\n---\nText.\n",
    '---\ntitle: X\n"audience": "Staff"\n---\nText.\n',
    "---\ntitle: X\naudience: \"'staff'\"\n---\nText.\n",
    "---\ntitle: X\naudience: [staff]\n---\nText.\n",
    "---\ntitle: X\naudience:\n  - everyone\n  - staff\n---\nText.\n",
    "---\ntitle: X\naudience: everyone\naudience: staff\n---\nText.\n",
    "---\ntitle: X\naudience: staff\naudience: everyone\n---\nText.\n",
    "---\ntitle: X\naudience: everyone\nvisibility: internal\n---\nText.\n",
    "---\ntitle: X\naudiance: staff\n---\nText.\n",
    "---\ntitle: X\nmeta:\n  desk:\n    audience: staff\n---\nText.\n",
    "---\ntitle: X\nbase: &b {audience: staff}\nown: *b\n---\nText.\n",
    "---\ntitle: X\n<<: {audience: staff}\n---\nText.\n",
    "---\ntitle: X\ninternal: yes\n---\nText.\n",
    "---\ntitle: X\nstaff-only: true\n---\nText.\n",
    "---\ntitle: X\nvisibility: Internal\n---\nText.\n",
    "## X\n\nAudience: staff\n\nText.\n",
    "X\n=\n\nAudience: staff\n\nText.\n",
    "---\ntitle: X\n---\n\nAudience: staff\n\nText.\n",
    "---\ntitle: X\n---\n<!-- audience: staff -->\n\nText.\n",
    "---\ntitle: X\n---\n# X\n\n<!-- audience: staff -->\n\nText.\n",
    "---\ntitle: X\nread-access: staff\n---\nText.\n",
]  # fmt: skip
_DRAFTS = [
    "draft: true", "Draft: Yes", 'draft: "true"', "draft: 1", "draft: maybe", "drafts: true", "is_draft: true", "wip: true",
    "published: false", "published: 'No'", "published: 0", "Published : false", "publish: false", "is-published: off",
    "public: false", "hidden: true", "unlisted: true", "listed: false", "visible: false", "private: true", "confidential: yes",
    "restricted: [hr]", "password: hunter2", "visibility: private", "visibility: members", "visiblity: private", "access: hr",
    "access:\n  level: hr", "permissions: [hr]", "roles: [manager]", "groups: Board", "members-only: true", "acl: none",
    "access_control:\n  - role: hr", "state: draft", "state: review", "status: in progress", "workflow_state: In Review",
    "publishDate: 2999-01-01", "date: 2999-01-01", "date: 2999-01-01T10:00:00+02:00", "publish_on: 01/02/2999",
    "embargo: until May", "expires: soon", "params:\n  draft: true", "build:\n  render: never", "permalink: false",
    "draft: {value: true}", "draft: {}", "private: {to: hr}", "published: {value: false}", "password: {value: hunter2}",
    "expires: {on: 2001-01-01}", "expires: {date: 2001-01-01}", "draft: {until: 2999-01-01}", "restricted_access: true",
    "viewable_by: hr", "readableBy: [hr]", "view_permissions: hr", "read_access: hr", "access_groups: [hr]",
    "require_group: hr", "not_published: true", "audience_level: managers", "intended_for: hr",
    "privat: true", "confidental: true", "published: 2999-05-01", "draft: [true]", "extra:\n  - draft: true",
]  # fmt: skip
_GONE = [
    "state: archived", "state: Archived", "State: [archived]", "status: deprecated", "archived: true", "deprecated: true",
    "obsolete: yes", "expiryDate: 2001-01-01", "expires: 2001-01-01 10:00", "valid-until: 31.12.2001", "archived: 2001-01-01",
]  # fmt: skip
_OPEN = [
    "draft: false", "draft:", "published: true", "published: 2001-05-03", "publish: yes", "state: published", "status: Done",
    "visibility: public", "private: false", "internal: no", "access: everyone", "archived: false", "expires: never",
    "expiryDate: 2999-01-01", "date: 2001-01-01", "date: whenever", "robots: noindex", "audience: Everyone", "audience:",
    "hide: [navigation, toc]", "role: Author", "output: html_document", "audience: [everyone]", "publisher: Books",
    "ms.topic: how-to\naudience: Admin|ITPro", "audience: end-user", "reviewed_on: 2001-01-01", "hidden: ''",
    "restricted_access: no", "read_access: everyone", "unrestricted: true", "human_readable_title: Y",
    "date: {created: 2001-01-01}", "hero: {title: Y}", "accessibility: checked",
]  # fmt: skip
_REFUSED = [
    "---\ntitle: X\naudience: staff\n\nText.\n",
    "---\ntitle: X\naudience: staff\n-----\n\nText.\n",
    "----\ntitle: X\naudience: staff\n----\n\nText.\n",
    "———\ntitle: X\naudience: staff\n———\n\nText.\n",
    "--- title: X\naudience: staff\n---\n\nText.\n",
    "***\naudience: staff\n***\n\nText.\n",
    "# X\n\n---\naudience: staff\n---\n\nText.\n",
    "Some words.\n\n---\ndraft: true\n---\n\nText.\n",
    "---\ntitle: X\n---\n---\naudience: staff\n---\nText.\n",
    "+++\ntitle = X\naudience = staff\n+++\nText.\n",
    "{\n  title: X,\n  audience: staff\n}\n\nText.\n",
    '{"title": "X", "audience": "staff",}\n\nText.\n',
    "---\ntitle: X\naudience: 5\n---\nText.\n",
    "---\ntitle: X\naudience: true\n---\nText.\n",
    "---\ntitle: X\naudience: {name: staff}\n---\nText.\n",
    "---\ntitle: X\naudience: []\n---\nText.\n",
    "---\ntitle: X\naudience: stuff\n---\nText.\n",
    "---\ntitle: X\naudience: admin\n---\nText.\n",
    "---\ntitle: X\naudience: public\n---\nText.\n",
    "---\ntitle: X\naudience: 'group:'\n---\nText.\n",
    "---\ntitle: X\naudience: ['group:A', 'group:B']\n---\nText.\n",
    "---\ntarget_audience: managers\n---\nText.\n",
    "---\ntitle: X\n---\naudience: staff\n---\nText.\n",
    "---\n---\naudience: staff\n---\nText.\n",
    "title: X\npublished: false\n---\nText.\n",
    "owner: it\naudience: staff\n...\n\nText.\n",
    '"title": "X",\n"audience": "staff"\n;;;\n\nText.\n',
    "% X\n% Somebody\n\n---\naudience: staff\n...\n\nText.\n",
    "—\ntitle: X\naudience: staff\n—\n\nText.\n",
    "> ---\n> title: X\n> audience: staff\n> ---\n\nText.\n",
    "\\---\ntitle: X\naudience: staff\n\\---\n\nText.\n",
    "---js\n{title: 'X', audience: 'staff'}\n---\n\nText.\n",
    "---coffee\ntitle: 'X'\naudience: 'staff'\n---\n\nText.\n",
    "{title: 'X', audience: 'staff'}\n\nText.\n",
    '[{"title": "X", "audience": "staff"}]\n\nText.\n',
    "export const meta = {\n  title: 'X',\n  audience: 'staff',\n}\n\n# X\n\nText.\n",
    "import One from './one'\n\nexport const meta = { draft: true }\n\n# X\n\nText.\n",
]  # fmt: skip


def _import(app: Flask, root: Path, *options: str) -> str:
    result = app.test_cli_runner().invoke(args=["kb", "import", str(root), *options])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a tree of numbered files and return its folder."""

    def write(texts: list[str]) -> Path:
        root = tmp_path / "tree"
        root.mkdir(exist_ok=True)
        for number, text in enumerate(texts):
            (root / f"a{number}.md").write_bytes(text.encode())
        return root

    return write


def _headed(lines: list[str]) -> list[str]:
    return [f"---\ntitle: X\n{line}\n---\n\nText.\n" for line in lines]


def _statuses(client: FlaskClient, texts: list[str]) -> dict[str, int]:
    return {text: client.get(f"/articles/a{number}").status_code for number, text in enumerate(texts)}


def _states(app: Flask, texts: list[str]) -> dict[str, tuple[str, str]]:
    found = [library.get_state(app, f"a{number}") for number in range(len(texts))]
    return {text: (one.state, one.audience) for text, one in zip(texts, found, strict=True)}


def test_a_header_is_read_in_every_form_that_people_write(
    app: Flask, employee: FlaskClient, write: Write
) -> None:
    output = _import(app, write(_STAFF))
    assert f"{len(_STAFF)} added" in output, output
    assert _states(app, _STAFF) == dict.fromkeys(_STAFF, ("published", "staff"))
    assert _statuses(employee, _STAFF) == dict.fromkeys(_STAFF, 404)


def test_what_says_that_it_is_a_draft_is_one_and_is_named(
    app: Flask, employee: FlaskClient, write: Write
) -> None:
    texts = _headed(_DRAFTS)
    output = _import(app, write(texts))
    assert {text: state for text, (state, _) in _states(app, texts).items()} == dict.fromkeys(texts, "draft")
    assert _statuses(employee, texts) == dict.fromkeys(texts, 404)
    assert all(f"Restricted: a{number}.md: draft (" in output for number in range(len(texts))), output


def test_what_says_that_it_is_gone_is_archived(app: Flask, employee: FlaskClient, write: Write) -> None:
    texts = _headed(_GONE)
    output = _import(app, write(texts))
    assert {text: state for text, (state, _) in _states(app, texts).items()} == dict.fromkeys(
        texts, "archived"
    )
    assert _statuses(employee, texts) == dict.fromkeys(texts, 404)
    assert all(f"Restricted: a{number}.md: archived (" in output for number in range(len(texts))), output


def test_what_restricts_nothing_is_published(app: Flask, employee: FlaskClient, write: Write) -> None:
    texts = _headed(_OPEN)
    output = _import(app, write(texts))
    assert _states(app, texts) == dict.fromkeys(texts, ("published", "everyone"))
    assert _statuses(employee, texts) == dict.fromkeys(texts, 200)
    assert "Restricted" not in output


@pytest.mark.parametrize("before", ["draft: true", "state: archived"])
@pytest.mark.parametrize("command", [["import"], ["sync", "--from-files-only", "--path"]])
def test_what_was_closed_and_is_not_any_more_is_named(
    app: Flask, employee: FlaskClient, tmp_path: Path, before: str, command: list[str]
) -> None:
    """A first file is published, for a sync takes in no new one that is archived."""
    for header in ("review_on: 2001-01-01", before, "review_on: 2001-01-02"):
        (tmp_path / "one.md").write_text(f"---\ntitle: X\n{header}\n---\nText.\n")
        result = app.test_cli_runner().invoke(args=["kb", *command, str(tmp_path)])
        assert ("Opened: one.md: It was " in result.stderr) == (header == "review_on: 2001-01-02")
    assert employee.get("/articles/one").status_code == 200


def test_a_header_that_is_not_understood_is_refused(app: Flask, write: Write) -> None:
    output = _import(app, write(_REFUSED))
    assert [text for number, text in enumerate(_REFUSED) if f"Refused: a{number}.md: " not in output] == []


@pytest.mark.parametrize(
    "text",
    [
        "---\n\nWords below a line.\n\nMore: of them.\n",
        "# X\n\nBefore: the cable is out.\n\nAfter.\n",
        "{{ page.title }}\n\nText.\n",
        "Table\n\na | b\n--- | ---\nstate: x | y\n",
        "```yaml\n---\naudience: staff\n---\n```\n\nText.\n",
        "Text.\n\n---\n\nTitle: not a header.\n",
        "Restart the printer: it helps.\nThen wait.\n",
        "---\ntitle: X\n---\n\n# X\n\nBefore: the cable is out.\n\n---\n\nAfter.\n",
        "---\ntitle: X\n---\n\nNote: the cable is out.\n---\n\nAfter.\n",
        "{: .lead}\nText.\n",
        '{{< figure src="x.png" title="state: on" >}}\n\nText.\n',
        "— Anna\n\nText.\n",
        "Note: the cable is out.\n---\n\nAfter.\n",
    ],
)
def test_a_text_that_only_looks_like_a_header_is_published(
    app: Flask, employee: FlaskClient, write: Write, text: str
) -> None:
    assert "1 added" in _import(app, write([text]))
    assert employee.get("/articles/a0").status_code == 200


def test_folders_of_drafts_stay_drafts(app: Flask, employee: FlaskClient, tmp_path: Path) -> None:
    for name in (
        "_drafts/one.md",
        "guide/_Drafts/two.md",
        "_three.md",
        "_includes/four.md",
        "guide/_index.md",
    ):
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("# X\n\nText.\n")
    output = _import(app, tmp_path / "tree")
    assert [library.get_state(app, slug).state for slug in ("one", "two", "three", "four", "guide")] == [
        *["draft"] * 4,
        "published",
    ]
    assert output.count("Restricted: ") == 4
    assert employee.get("/articles/one").status_code == 404


def test_a_changed_file_opens_nothing_unless_that_is_asked_for(
    app: Flask, employee: FlaskClient, editor: FlaskClient, write: Write
) -> None:
    root = write(["---\naudience: staff\n---\nOne.\n", "Two.\n", "Three.\n"])
    _import(app, root)
    assert editor.post("/articles/a1/archive").status_code == 303
    write(["One, changed.\n", "Two, changed.\n", "Three, changed.\n"])
    output = _import(app, root)
    assert "0 added, 1 changed, 0 unchanged, 2 refused." in output
    assert "Refused: a0.md: More people than now could read the article." in output
    assert "Refused: a1.md: The article was archived here." in output
    assert _statuses(employee, ["a", "b", "c"]) == {"a": 404, "b": 404, "c": 200}
    assert "Opened: a1.md" in _import(app, root, "--widen")
    assert _statuses(employee, ["a", "b", "c"]) == {"a": 200, "b": 200, "c": 200}


def test_a_file_that_becomes_a_draft_takes_its_article_away(
    app: Flask, employee: FlaskClient, write: Write
) -> None:
    root = write(["---\ntitle: X\n---\nOne.\n"])
    _import(app, root)
    write(["---\ntitle: X\ndraft: true\n---\nOne.\n"])
    assert "Restricted: a0.md: draft (draft: true)" in _import(app, root)
    assert employee.get("/articles/a0").status_code == 404
    write(["---\ntitle: X\n---\nOne, ready.\n"])
    assert "1 changed" in _import(app, root)
    assert employee.get("/articles/a0").status_code == 200


def test_a_sync_reads_restrictions_alike(app: Flask, employee: FlaskClient, write: Write) -> None:
    texts = [_STAFF[0], *_headed(["draft: true", "Audience: staff", "visibility: private"])]
    root = write(texts)
    sync = ["kb", "sync", "--path", str(root)]
    result = app.test_cli_runner().invoke(args=sync)
    output = result.output
    assert result.exit_code == 0, (output, result.exception)
    assert _statuses(employee, texts) == dict.fromkeys(texts, 404)
    assert "Restricted: a1.md: draft (draft: true)" in output
    assert "4 in step" in app.test_cli_runner().invoke(args=sync).output
    before = (root / "a1.md").read_bytes()
    (root / "a0.md").write_text("Opened.\n")
    result = app.test_cli_runner().invoke(args=sync)
    assert (result.exit_code, "Conflict: a0.md: More people" in result.output) == (1, True)
    assert employee.get("/articles/a0").status_code == 404
    assert (root / "a1.md").read_bytes() == before
    assert app.test_cli_runner().invoke(args=[*sync, "--widen"]).exit_code == 0
    assert employee.get("/articles/a0").status_code == 200


def test_a_sync_does_not_bring_back_what_was_archived_here(
    app: Flask, employee: FlaskClient, editor: FlaskClient, write: Write
) -> None:
    root = write(["---\ntitle: X\n---\nOne.\n"])
    app.test_cli_runner().invoke(args=["kb", "sync", "--path", str(root)])
    assert editor.post("/articles/a0/archive").status_code == 303
    write(["---\ntitle: X\n---\nOne, changed.\n"])
    result = app.test_cli_runner().invoke(args=["kb", "sync", "--path", str(root)])
    assert (result.exit_code, "both changed" in result.output) == (1, True)
    assert employee.get("/articles/a0").status_code == 404
