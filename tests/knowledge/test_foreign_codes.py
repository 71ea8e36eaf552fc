"""Code of site generators among the words of a text: it takes nothing with it that stands beside it, and ends where it ends."""

from pathlib import Path

from flask import Flask
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.knowledge.models import Article, ArticleRevision

_AFTER = "\n\n2. Restart **now**.\n"
# What is written, and the words that its readers see.
_HELD = {
    "1. Open:\n\n   {% highlight bash %}\n   ls\n\n     -l\n   {% endhighlight %}": "Open:\nls\n-l",
    "1. Open:\n\n   {{< highlight sh >}}\n   ls\n   {{< /highlight >}}": "Open:\nls",
    "1. Open:\n\t{% highlight sh %}\n\tls\n\t{% endhighlight %}": "Open:\nls",
    "1. Open:\n\n   ::: mermaid\n   graph\n   :::": "Open:\ngraph",
    '1. Open:\n\n   {{< tabpane >}}\n   {{< tab header="A" >}}\n   ls\n   {{< /tab >}}\n   {{< /tabpane >}}': "Open:\nA\nls",
    "1. Open:\n\n   >>>\n   One.\n\n   Two.\n   >>>": "Open:\nOne.\nTwo.",
    '1. Open {% include note.html content="Dock." %}': "Open\nNote\nDock.",
    '1. Open\n\n   {% include note.html content="Dock." %}': "Open\nNote\nDock.",
    '1. Open\n\n   <Accordion title="Win">Text **b**\n   </Accordion>': "Open\nWin\nText b",
    '1. Open\n\n   @[frame](title="A", caption="B")': "Open\nA\nB",
    "1. {% comment %}\n   hidden\n   {% endcomment %}\n   Open": "Open",
    "1. Open\n\n   > [!note] T\n   > {% highlight sh %}\n   > ls\n   > {% endhighlight %}": "Open\nT\nls",
    '1. Open\n\n   > [!note] T\n   > Go {% include tip.html content="Dock." %}': "Open\nT\nGo\nTip\nDock.",
}
_BESIDE = {
    "See [VPN]({{ site.baseurl }}/b) at home. Call the desk. Read [this]({{ site.baseurl }}{% link b.md %}).\n": (
        "See VPN at home. Call the desk. Read this."
    ),
    "See [a]({{ site.x }}/b), {{ page.y }} and [c](/b{{ site.y }}).\n": "See a, and c.",
    'A {{< b }} c {{< kbd "F1" >}} d.\n': "A {{< b }} c F1 d.",
    "A {% if x } b {% endif %} c.\n": "A {% if x } b c.",
    "> Say\n>\n> {% highlight sh %}\n> ls\n>\n> -l\n> {% endhighlight %}\n>\n> Go **now**.\n": "Say\nls\n-l\nGo now.",
    "!!! note\n    Say\n\n    {% highlight sh %}\n    ls\n    {% endhighlight %}\n\n    Go **now**.\n\nAfter.\n": (
        "Note\nSay\nls\nGo now.\nAfter."
    ),
}


def _shown(app: Flask, root: Path, texts: list[str], *also: str) -> tuple[dict[str, str], str]:
    """Import texts as a tree and return what each shows as plain text, and what the command said."""
    root.mkdir()
    for number, text in enumerate(texts):
        (root / f"t{number:02}.md").write_text(f"---\ntitle: T{number}\n---\n{text}")
    (root / "b.md").write_text("---\ntitle: B\n---\nB.\n")
    for name in also:
        (root / name).write_text("x: 1\n")
    result = app.test_cli_runner().invoke(args=["kb", "import", str(root)])
    assert result.exit_code == 0, result.output
    with app.app_context():
        published = ArticleRevision.id == Article.published_revision_id
        rows = db.session.execute(
            select(Article.slug, ArticleRevision.plain_text).join(ArticleRevision, published)
        )
        plain = dict(list(rows.tuples()))
    return {text: plain.get(f"t{number:02}", "") for number, text in enumerate(texts)}, result.stderr


def test_code_stays_in_the_step_that_holds_it(app: Flask, tmp_path: Path) -> None:
    shown, _ = _shown(app, tmp_path / "set", [text + _AFTER for text in _HELD], "_config.yml")
    assert shown == {text + _AFTER: f"{words}\nRestart now." for text, words in _HELD.items()}


def test_code_takes_no_words_with_it_that_stand_beside_it(app: Flask, tmp_path: Path) -> None:
    shown, _ = _shown(app, tmp_path / "set", list(_BESIDE), "_config.yml")
    assert shown == _BESIDE
