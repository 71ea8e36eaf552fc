"""Rules that no tool checks: where commits may stand, how long files may be, what every route and setting needs."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import config

ROOT = Path(__file__).parent.parent
PRODUCT = ROOT / "servicedesk"
EDGES = {"pages", "api", "cli", "jobs"}
LONGEST_MODULE = 300
LONGEST_TEMPLATE = 150
# Loading one of these by its number says nothing about who may see it.
GUARDED = {
    *("Incident", "Message", "InternalNote", "IncidentFile"),
    *("Article", "ArticleRevision", "ArticleFile", "StoredFile"),
}
# Exceptions, each with its reason.
MAY_COMMIT = {
    "servicedesk/web/sent_files.py": "tells admins of a full disk before the request's own transaction begins",
    "servicedesk/incidents/suggestions/evaluation.py": "fills a throw-away database for a command, batch by batch",
}
MAY_LOAD_BY_NUMBER = {
    "servicedesk/incidents/actions/following.py": "the offer holds what was found visible in the same request",
    "servicedesk/incidents/notifications.py": "an outbox mail names its own message; the recipient's right is asked before",
}
MARKUP_MODULE = PRODUCT / "web" / "filters.py"


def modules() -> list[Path]:
    """Return all modules of the product."""
    return sorted([*PRODUCT.rglob("*.py"), ROOT / "config.py", ROOT / "wsgi.py"])


def templates() -> list[Path]:
    """Return all templates."""
    return sorted(path for path in (PRODUCT / "templates").rglob("*") if path.is_file())


def parsed(path: Path) -> ast.Module:
    """Return the module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Yield each call with the last name of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            target = node.func
            yield node, target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")


def name_of(path: Path) -> str:
    """Return the path as it is written in the project."""
    return path.relative_to(ROOT).as_posix()


def where(path: Path, node: ast.AST) -> str:
    """Return a place that an editor can open."""
    return f"{name_of(path)}:{getattr(node, 'lineno', 0)}"


def is_edge(path: Path) -> bool:
    """Tell whether a module is where requests, commands and jobs arrive; the demo is one big command."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return bool(EDGES & set(parts)) or "demo" in parts


def commits(tree: ast.AST) -> list[ast.Call]:
    """Return the calls that commit a session, whatever it is called."""
    return [
        node
        for node, name in calls(tree)
        if name == "commit"
        and isinstance(node.func, ast.Attribute)
        and "session" in ast.unparse(node.func.value)
    ]


def loads_by_number(tree: ast.AST) -> list[ast.Call]:
    """Return the calls that load a guarded object by its number alone."""
    names = {"get", "get_one", "get_or_404", "first_or_404", "one_or_404"}
    return [
        node
        for node, name in calls(tree)
        if name in names
        and any(isinstance(argument, ast.Name) and argument.id in GUARDED for argument in node.args)
    ]


def imports_inside(tree: ast.AST) -> list[ast.stmt]:
    """Return the imports that stand inside functions."""
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return [
        node
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def makes_markup(tree: ast.AST) -> list[ast.AST]:
    """Return what turns a text into markup without escaping it."""
    names = {"Markup", "do_mark_safe", "mark_safe"}
    return [
        node
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id in names)
        or (isinstance(node, ast.alias) and node.name in names)
        or (isinstance(node, ast.Attribute) and node.attr in names)
    ]


def test_exceptions_that_nobody_needs_are_gone() -> None:
    loads = {name_of(path) for path in modules() if loads_by_number(parsed(path))}
    committing = {name_of(path) for path in modules() if commits(parsed(path))}
    assert MAY_LOAD_BY_NUMBER.keys() - loads == set()
    assert MAY_COMMIT.keys() - committing == set()


def test_only_the_edges_commit() -> None:
    found = [
        where(path, node)
        for path in modules()
        if not is_edge(path) and name_of(path) not in MAY_COMMIT
        for node in commits(parsed(path))
    ]
    assert found == []


def test_incidents_and_articles_are_never_loaded_by_number_alone() -> None:
    """Whoever may see it is asked in the same query (security.md A1)."""
    found = [
        where(path, node)
        for path in modules()
        if "queries" not in path.with_suffix("").parts and name_of(path) not in MAY_LOAD_BY_NUMBER
        for node in loads_by_number(parsed(path))
    ]
    assert found == []


def test_imports_stand_on_top() -> None:
    assert [where(path, node) for path in modules() for node in imports_inside(parsed(path))] == []


def test_markup_is_made_in_one_module() -> None:
    """Everything else is escaped by Jinja (security.md X1)."""
    found = [
        where(path, node)
        for path in modules()
        if path != MARKUP_MODULE
        for node in makes_markup(parsed(path))
    ]
    assert found == []


def test_no_template_switches_escaping_off() -> None:
    unsafe = re.compile(r"\|\s*safe\b|autoescape\s+false|\|\s*forceescape|Markup\(")
    found = [name_of(path) for path in templates() if unsafe.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_no_template_has_a_script_or_style_of_its_own() -> None:
    """The content security policy would stop it, and only in the browser would one see (security.md X21)."""
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=\"|[\"']javascript:", re.IGNORECASE
    )
    pages = [path for path in templates() if path.suffix == ".html" and "mail" not in path.parts]
    found = [name_of(path) for path in pages if inline.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_modules_and_templates_are_short() -> None:
    limits = [(modules(), LONGEST_MODULE), (templates(), LONGEST_TEMPLATE)]
    found = {}
    for paths, limit in limits:
        for path in paths:
            count = len(path.read_text(encoding="utf-8").splitlines())
            if count > limit:
                found[name_of(path)] = count
    assert found == {}


def test_names_say_what_a_module_is_about() -> None:
    empty_words = {"service", "services", "utils", "util", "helpers", "helper", "common", "misc", "manager"}
    assert [name_of(path) for path in modules() if path.stem in empty_words] == []


def test_no_test_is_skipped_by_condition() -> None:
    """Where everything is there, a skip is a failure: what is for one database is marked, or is not there for the other."""
    word = "skip" + "if"
    found = [name_of(path) for path in (ROOT / "tests").rglob("*.py") if word in path.read_text("utf-8")]
    assert found == []


def test_every_setting_stands_in_the_readme() -> None:
    asked = set(
        re.findall(
            r'\.(?:text|choice|flag|number|share)\("([A-Z_]+)"',
            Path(config.__file__).read_text(encoding="utf-8"),
        )
    )
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Settings")[2].partition("\n## ")[0]
    told = set(
        re.findall(
            r"`([A-Z][A-Z_]+)`",
            "\n".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `")),
        )
    )
    assert len(asked) > 10
    assert asked - told == set(), "not in README's table"
    assert told - asked == set(), "in README's table, but no setting"


@pytest.mark.parametrize(
    ("find", "code"),
    [
        (commits, "db.session.commit()"),
        (commits, "session.commit()"),
        (loads_by_number, "db.session.get(Incident, 1)"),
        (loads_by_number, "db.session.get_one(Article, number)"),
        (loads_by_number, "db.get_or_404(Article, 1)"),
        (imports_inside, "def f():\n    import os"),
        (imports_inside, "async def f():\n    if x:\n        from os import path"),
        (makes_markup, "from markupsafe import Markup"),
        (makes_markup, "markupsafe.Markup(x)"),
    ],
)
def test_the_rules_see_what_they_forbid(find, code: str) -> None:  # type: ignore[no-untyped-def]
    assert len(find(ast.parse(code))) == 1


@pytest.mark.xdist_group("rules")
def test_tests_that_share_a_server_run_in_one_process(request: pytest.FixtureRequest) -> None:
    if getattr(request.config.option, "loadgroup", False):
        assert request.node.nodeid.endswith("@rules"), "pytest-xdist does not read groups with this pytest"
