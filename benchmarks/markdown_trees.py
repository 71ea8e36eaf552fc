"""What whole trees of other people's Markdown lose when they are taken in.

Run as `python -m benchmarks.markdown_trees NAME=PATH...`; each tree goes into an instance of its own. What a text holds is
read here with a plain CommonMark parser, apart from the product's own reading.
"""

import html
import re
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import flask_migrate
from markdown_it import MarkdownIt
from markdown_it.token import Token
from sqlalchemy import select

import config
from benchmarks.report import save
from servicedesk.app import create_app
from servicedesk.database import db
from servicedesk.knowledge.models import Article, ImportedFile

_MARKS = {
    "**": r"\*\*\S|\S\*\*", "](": r"\]\(", "[[": r"\[\[", "{#": r"\{#[\w-]", "{:": r"\{:\s*[.#\w]", ":::": r":::",
    "~~": r"~~\w", "[^": r"\[\^[^\]]+\]|\^\[", "{{": r"\{\{|\}\}|\{%", "!!!": r"(?:!!!|\?\?\?\+?) \w", "<!--": r"<!--",
    "|---|": r"\|\s*:?-{3,}", "list": r"^\s*(?:[-*+]|\d{1,2}[.)]) \S.*$", "[!": r"\[![A-Z]+\]", "%%": r"%%\w", "===": r"=== \"",
}  # fmt: skip
_PATTERNS = {name: re.compile(pattern, re.MULTILINE) for name, pattern in _MARKS.items()}
_CODE = re.compile(r"<pre\b.*?</pre>|<code>.*?</code>|<kbd>.*?</kbd>", re.DOTALL)
_PARAGRAPH_TEXT = re.compile(
    r"<(?:p|li|td|dd|summary)\b[^>]*>(.*?)(?=</?(?:p|li|td|ul|ol|dd|div|table|summary)\b)", re.DOTALL
)
_TAGS = re.compile(r"<[^<>]*>")
_HREF = re.compile(r'href="/articles/([a-z0-9-]+)')
_WIKI = re.compile(r"(!?)\[\[([^\[\]|#^\n]+)[^\[\]\n]*\]\]")
_HTML_TARGET = re.compile(r"<(a|img)\b[^>]*?(?:href|src)=[\"']([^\"']+)[\"']", re.IGNORECASE)
_CONTENTS = re.compile(r"^[ \t]*(?:[-*+]|1\.)[ \t].*\n[ \t]*\{:\s*toc\b", re.MULTILINE)
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})
_HEADER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
# A fence inside a box is taken for code in a line by a parser that does not know the box.
_FENCE = 3
_PARSER = MarkdownIt("commonmark").enable(["table"])


@dataclass
class _Text:
    """What a source holds, as CommonMark reads it."""

    links: set[str] = field(default_factory=set)
    pictures: set[str] = field(default_factory=set)
    items: int = 0
    code: set[str] = field(default_factory=set)


class _Tree:
    """The files of a tree, by path without regard to case and by name alone."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.paths: dict[str, str] = {}
        self.names: dict[str, str] = {}
        for path in sorted(root.rglob("*")):
            if path.is_file():
                name = path.relative_to(root).as_posix()
                self.paths.setdefault(_key(name), name)
                self.names.setdefault(_key(path.name), name)
                self.names.setdefault(_key(path.stem), name)

    def find(self, source: str, target: str, *, by_name: bool = False) -> str | None:
        """Return the file that a target in a source means."""
        address = unquote(target.strip()).partition("#")[0].partition("?")[0].replace("\\", "/")
        if not address or re.match(r"[a-z][a-z0-9+.-]*:|//", address, re.IGNORECASE):
            return None
        if by_name:
            return self.names.get(_key(PurePosixPath(address).name))
        parts: list[str] = [] if address.startswith("/") else list(PurePosixPath(source).parent.parts)
        for part in address.split("/"):
            if part == "..":
                parts[-1:] = []
            elif part not in ("", "."):
                parts.append(part)
        path = _key("/".join(parts))
        ends = ("", ".md", "/README.md", "/index.md", "/_index.md")
        found = next((self.paths[path + _key(end)] for end in ends if path + _key(end) in self.paths), None)
        return found or self.paths.get(path.removesuffix(".html") + ".md")


def main() -> int:
    """Measure the trees that the command line names."""
    results = {}
    for argument in sys.argv[1:]:
        name, _, path = argument.partition("=")
        results[name] = _measure(Path(path))
        sys.stderr.write(f"{name}: {results[name]}\n")
    columns = list(dict.fromkeys(column for row in results.values() for column in row))
    lines = ["| tree | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    for name, row in results.items():
        lines.append(f"| {name} | " + " | ".join(str(row.get(column, "")) for column in columns) + " |")
    save("markdown_trees", results, "\n".join(lines) + "\n")
    return 0


def _measure(root: Path) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {"INSTANCE_DIR": folder, "PUBLIC_URL": "http://localhost"}
        app = create_app(config.load({config.PREFIX + name: value for name, value in environment.items()}))
        with app.app_context():
            flask_migrate.upgrade(directory=str(Path(__file__).parents[1] / "migrations"))
        result = app.test_cli_runner().invoke(args=["kb", "import", str(root)])
        sys.stderr.write(result.output[-300:] if result.exit_code else "")
        with app.app_context():
            joined = select(ImportedFile.path, Article).join(Article, Article.id == ImportedFile.article_id)
            rows = db.session.execute(joined)
            pages = {path: (article.slug, _html(article)) for path, article in rows}
            db.session.remove()
            db.engine.dispose()
    return _compare(_Tree(root), pages)


def _html(article: Article) -> str:
    revision = article.published_revision or article.revisions[-1]
    return str(revision.html)


def _compare(tree: _Tree, pages: dict[str, tuple[str, str]]) -> dict[str, object]:
    raw, lost = Counter[str](), Counter[str]()
    with_raw, clean = 0, 0
    slugs = {path: slug for path, (slug, _) in pages.items()}
    for path, (slug, page) in pages.items():
        marks = _raw_marks(page)
        raw.update(marks)
        with_raw += bool(marks)
        source = _read((tree.root / path).read_text(encoding="utf-8", errors="replace"))
        missing = _missing(tree, path, slug, page, source, slugs)
        lost.update(missing)
        clean += not marks and not any(missing.values())
        if "-v" in sys.argv or marks or any(missing.values()):
            sys.stderr.write(f"  {path}: {dict(marks)} { ({k: v for k, v in missing.items() if v}) }\n")
    return {
        "articles": len(pages), "with raw marks": with_raw, "links lost": lost["links"], "pictures lost": lost["pictures"],
        "steps lost": lost["steps"], "code that differs": lost["code"],
        "without any of these": f"{100 * clean / max(1, len(pages)):.1f} %",
        "raw marks": ", ".join(f"{name} {count}" for name, count in raw.most_common()) or "none",
    }  # fmt: skip


def _raw_marks(page: str) -> Counter[str]:
    """Count the kinds of marks that a reader sees, code left out; the marks of lists only where a line of text begins so."""
    shown = _CODE.sub("x", page)
    text = html.unescape(_TAGS.sub("", shown))
    found = Counter(name for name, pattern in _PATTERNS.items() if name != "list" and pattern.search(text))
    inside = (html.unescape(_TAGS.sub("", part)).strip("\n") for part in _PARAGRAPH_TEXT.findall(shown))
    if any(_PATTERNS["list"].search(part, 1) for part in inside):
        found["list"] += 1
    return found


def _missing(
    tree: _Tree, path: str, slug: str, page: str, source: _Text, slugs: dict[str, str]
) -> dict[str, int]:
    wanted = {slugs[found] for target in source.links if (found := _found(tree, path, target)) in slugs} - {
        slug
    }
    pictures = {
        found
        for target in source.pictures
        if (found := _found(tree, path, target)) and PurePosixPath(found).suffix.lower() in _PICTURES
    }
    code = {html.unescape(_TAGS.sub("", part)) for part in re.findall(r"<code>(.*?)</code>", page, re.DOTALL)}
    shown = "\n".join(code)
    return {
        "links": len(wanted - set(_HREF.findall(page))),
        "pictures": max(0, len(pictures) - page.count("<img ")),
        "steps": max(0, source.items - page.count("<li")),
        "code": sum(one.strip("\n") not in shown for one in source.code if one.strip()),
    }


def _found(tree: _Tree, path: str, target: str) -> str | None:
    name = target.removeprefix("wiki:")
    return tree.find(path, name, by_name=target.startswith("wiki:"))


def _read(text: str) -> _Text:
    found = _Text()
    body = _HEADER.sub("", text.replace("\r\n", "\n").removeprefix("\ufeff"))
    for token in _walk(_PARSER.parse(body)):
        if token.type == "link_open":
            found.links.add(str(token.attrs["href"]))
        elif token.type == "image":
            found.pictures.add(str(token.attrs["src"]))
        elif token.type == "list_item_open":
            found.items += 1
        elif token.type == "fence" or (token.type == "code_inline" and len(token.markup) < _FENCE):
            found.code.add(token.content)
        else:
            _read_foreign(token, found)
    # A list that only holds the place for the contents is none.
    found.items -= len(_CONTENTS.findall(body))
    return found


def _read_foreign(token: Token, found: _Text) -> None:
    if token.type in ("html_block", "html_inline"):
        for kind, target in _HTML_TARGET.findall(re.sub(r"<!--.*?-->", "", token.content, flags=re.DOTALL)):
            (found.links if kind.lower() == "a" else found.pictures).add(html.unescape(target))
    elif token.type == "text":
        for mark, name in _WIKI.findall(token.content):
            (found.pictures if mark else found.links).add(f"wiki:{name.strip()}")


def _walk(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _walk(token.children or [])


def _key(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


if __name__ == "__main__":
    sys.exit(main())
