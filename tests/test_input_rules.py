"""What comes from outside names no template, no SQL, no field and no address on the network.

These are rules for the code itself (security.md A15, X10, X18, X19, X20).
"""

import ast
from collections.abc import Callable

import pytest

from tests.test_house_rules import calls, modules, name_of, parsed, where

Finder = Callable[[ast.AST], list[ast.AST]]
_NETWORK = {
    "socket",
    "smtplib",
    "imaplib",
    "ftplib",
    "http.client",
    "urllib.request",
    "urllib3",
    "requests",
    "httpx",
    "aiohttp",
}
# Exceptions, each with its reason.
MAY_NAME_TEMPLATES = {
    "servicedesk/web/filters.py": "passes on the name that its caller wrote",
    "servicedesk/mail/wording.py": "the kinds of mails are ours",
}
MAY_BUILD_SQL = {
    "servicedesk/database.py": "a PRAGMA takes no parameters; its numbers are ours",
    "servicedesk/incidents/fulltext.py": "the name of the table is a constant",
}
MAY_REACH_OUT = {
    "servicedesk/directory/factory.py": "the company directory of the settings",
    "servicedesk/mail/transport.py": "the mail server of the settings",
    "servicedesk/mail/smtp.py": "the same, within a limit in time",
    "servicedesk/gunicorn/connections.py": "answers those who come, and calls nobody",
    "servicedesk/demo/run.py": "asks itself whether it is ready",
}


def names_templates(tree: ast.AST) -> list[ast.AST]:
    """Return where a template is made of a text, or its name is not written out."""
    made = {"render_template_string", "from_string"}
    named = {"render_template", "rendered", "get_template", "select_template"}
    return [
        node
        for node, name in calls(tree)
        if name in made or (name in named and not (node.args and isinstance(node.args[0], ast.Constant)))
    ]


def builds_sql(tree: ast.AST) -> list[ast.AST]:
    """Return where a statement is put together of texts instead of being given its values."""
    return [
        node
        for node, name in calls(tree)
        if name in {"text", "exec_driver_sql", "execute", "literal_column"}
        and node.args
        and (
            isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
            or any(inner == "format" for _call, inner in calls(node.args[0]))
        )
    ]


def reaches_out(tree: ast.AST) -> list[ast.AST]:
    """Return the imports of what opens connections."""
    found: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
        else:
            continue
        if names & _NETWORK:
            found.append(node)
    return found


def takes_all_that_was_sent(tree: ast.AST) -> list[ast.AST]:
    """Return where a request is taken over as a whole, instead of the fields that are known."""
    return [
        node
        for node, name in calls(tree)
        if name in {"populate_obj", "get_json"}
        or any(word.arg is None and "request." in ast.unparse(word.value) for word in node.keywords)
    ]


RULES: tuple[tuple[Finder, dict[str, str]], ...] = (
    (names_templates, MAY_NAME_TEMPLATES),
    (builds_sql, MAY_BUILD_SQL),
    (reaches_out, MAY_REACH_OUT),
    (takes_all_that_was_sent, {}),
)


@pytest.mark.parametrize(("find", "exceptions"), RULES)
def test_a_rule_holds_but_for_its_exceptions(find: Finder, exceptions: dict[str, str]) -> None:
    found = {path: find(parsed(path)) for path in modules()}
    assert [
        where(path, node)
        for path, nodes in found.items()
        for node in nodes
        if name_of(path) not in exceptions
    ] == []
    assert exceptions.keys() == {name_of(path) for path, nodes in found.items() if nodes}, (
        "not needed any more"
    )


@pytest.mark.parametrize(
    ("find", "code"),
    [
        (names_templates, "render_template(kind)"),
        (names_templates, "render_template(f'{kind}.html')"),
        (names_templates, "flask.render_template_string('x')"),
        (names_templates, "environment.from_string(row.text)"),
        (builds_sql, "text(f'SELECT {column}')"),
        (builds_sql, "text('SELECT ' + column)"),
        (builds_sql, "session.execute(text('SELECT {}'.format(column)))"),
        (builds_sql, "connection.exec_driver_sql('SELECT %s' % column)"),
        (reaches_out, "import requests"),
        (reaches_out, "from urllib.request import urlopen"),
        (reaches_out, "from urllib import request"),
        (takes_all_that_was_sent, "form.populate_obj(person)"),
        (takes_all_that_was_sent, "Person(**request.form)"),
        (takes_all_that_was_sent, "request.get_json()"),
    ],
)
def test_the_rules_see_what_they_forbid(find: Finder, code: str) -> None:
    assert find(ast.parse(code))
