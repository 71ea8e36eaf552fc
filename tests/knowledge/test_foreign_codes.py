"""Code of site generators among the words of a text: it takes nothing with it that stands beside it, and ends where it ends."""

from pathlib import Path

from flask import Flask
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.knowledge.models import Article, ArticleRevision
from tests.knowledge.test_pictures import _png

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
        (root / name).write_bytes(_png() if name.endswith(".png") else b"x: 1\n")
    result = app.test_cli_runner().invoke(args=["kb", "import", str(root)])
    assert result.exit_code == 0, result.output
    with app.app_context():
        published = ArticleRevision.id == Article.published_revision_id
        rows = db.session.execute(
            select(Article.slug, ArticleRevision.plain_text).join(ArticleRevision, published)
        )
        plain = {row.slug: row.plain_text for row in rows}
    return {text: plain.get(f"t{number:02}", "") for number, text in enumerate(texts)}, result.stderr


def test_code_stays_in_the_step_that_holds_it(app: Flask, tmp_path: Path) -> None:
    shown, _ = _shown(app, tmp_path / "set", [text + _AFTER for text in _HELD], "_config.yml")
    assert shown == {text + _AFTER: f"{words}\nRestart now." for text, words in _HELD.items()}


def test_code_takes_no_words_with_it_that_stand_beside_it(app: Flask, tmp_path: Path) -> None:
    shown, _ = _shown(app, tmp_path / "set", list(_BESIDE), "_config.yml")
    assert shown == _BESIDE


# Nothing here stands for these: their words are kept, and they are named.
_UNKNOWN = {
    '{{< glossary_tooltip text="Pods" term_id="pod" >}} run': "Pods run",
    '{{< param "version" >}} is out': "version is out",
    "Say {{< yes >}}.": "Say .",
    '{{< video src="https://a.test/v.mp4" >}}': "https://a.test/v.mp4",
    '{{< video src="/films/v.mp4" >}}': "v.mp4",
    '{{< myown title="Mind" >}}\nText **b**.\n{{< /myown >}}': "Mind\nText b.",
    '{% octicon "gear" aria-label="Settings" %} opens': "Settings opens",
    '{% file src="x.pdf" %}\nThe form.\n{% endfile %}': "x.pdf\nThe form.",
    '{% if a == "b" %}A{% endif %}': "A",
    "The {{ thing.name }}": "The",
    '{% include own.html text="Dock." %}': "Dock.",
}
_KNOWN = {
    "{{< gist anna 123 >}}": "https://gist.github.com/anna/123",
    '{{< card link="b" title="One" >}}\n\nThen.': "One\nThen.",
    '{{< card title="One" link="b" >}}\nBody.\n{{< /card >}}': "One\nBody.",
    '{{< alert "Mind it." >}}\n\nThen **b**.': "Alert\nMind it.\nThen b.",
    "{{< mermaid >}}\nA-->B\n{{< /mermaid >}}": "A-->B",
    '{{< figure src="p.png" caption="Press **F1** here" >}}': "Press F1 here",
    '{{< figure src="p.png" alt="x" title="Keys" caption="F1" >}}': "Keys\nF1",
    '{% include figure image_path="/p.png" caption="Keys" %}': "Keys",
    '{% include callout.html content="Dock." type="danger" %}': "Danger\nDock.",
    '{% content-ref url="b.md" %}\n[b](b.md)\n{% endcontent-ref %}': "b",
    '{% code title="a.sh" %}\n```sh\nls\n```\n{% endcode %}': "a.sh\nls",
}


def test_code_that_is_unknown_here_keeps_its_words_and_is_named(app: Flask, tmp_path: Path) -> None:
    shown, err = _shown(app, tmp_path / "set", list(_UNKNOWN), "_config.yml")
    assert shown == _UNKNOWN
    for text in _UNKNOWN:
        assert text[text.index("{") : text.index("}") - 1] in err


def test_code_that_has_its_like_here_is_shown_and_not_named(app: Flask, tmp_path: Path) -> None:
    shown, err = _shown(app, tmp_path / "set", list(_KNOWN), "_config.yml", "p.png")
    assert shown == _KNOWN
    assert "Not used" not in err


# Sentences that begin as code does.
_SENTENCES = {
    "Open the menu and\nexport default settings to a file.\n": "Open the menu and\nexport default settings to a file.",
    "export default settings to a file.\n": "export default settings to a file.",
    "export function keys, then wait.\n": "export function keys, then wait.",
    'import "contacts.csv"\ninto the list.\n': 'import "contacts.csv"\ninto the list.',
    "Then\nimport 'contacts.csv'\n\n- import 'a.css'\n": "Then\nimport 'contacts.csv'\nimport 'a.css'",
    "- <Tab> next field\n- <Enter> confirm\n": "<Tab> next field\n<Enter> confirm",
    "<Tab> to move on.\n\nMore **b**.\n": "<Tab> to move on.\nMore b.",
    "Press\n<Step> or\n<Info> twice.\n": "Press\n<Step> or\n<Info> twice.",
}
_MODULES = (
    "import A from 'b'\nimport {\n  C,\n  D\n} from 'x';\nimport './a.css'\n\n"
    "export const X = (\n  <div>\n    {a}\n  </div>\n);\n\n"
    "export default function Y({ a }) {\n\n  return <p>{a}</p>;\n}\n"
    "export const meta = {\n  title: 'x :-)',\n}\n\n**Dock** it.\n\n"
    ':::code language="x" source="y.cs":::\n'
)
_COMPONENTS = {
    '<Card title="One" href="/b" />\n\nMore.\n': ("One\nMore.", 'href="/articles/b"'),
    '<Card\n  title="One"\n  to="/b"\n>\n  Body.\n</Card>\n': ("One\nBody.", 'href="/articles/b"'),
    '<Card title="Only" />\n\nMore.\n': ("Only\nMore.", ""),
    "<Image src={require('./p.png').default} alt=\"Keys\" />\n": ("", "<img "),
}


def test_a_sentence_that_begins_as_code_does_is_shown(app: Flask, tmp_path: Path) -> None:
    shown, err = _shown(app, tmp_path / "set", list(_SENTENCES))
    assert shown == _SENTENCES
    assert err.count("Not used") == 0


def test_modules_are_taken_out_whole_and_what_they_define_is_named(app: Flask, tmp_path: Path) -> None:
    shown, err = _shown(app, tmp_path / "set", [_MODULES])
    assert shown[_MODULES] == "Dock it."
    for name in ("export const X", "export default function Y", "export const meta", 'source="y.cs"'):
        assert name in err


def test_components_lead_on_and_show_what_they_say(app: Flask, tmp_path: Path) -> None:
    shown, _ = _shown(app, tmp_path / "set", list(_COMPONENTS), "p.png")
    assert shown == {text: words for text, (words, _) in _COMPONENTS.items()}
    with app.app_context():
        pages = db.session.scalars(select(ArticleRevision.html).order_by(ArticleRevision.article_id)).all()
    found = sorted(mark for _, mark in _COMPONENTS.values() if any(mark in page for page in pages))
    assert found == sorted(mark for _, mark in _COMPONENTS.values())


# Links and pictures in tags, and how often their page links to b and shows a picture.
_TAGS = {
    "See <img src={require('./p.png').default} alt=\"x\" /> there\n": ("See there", 0, 1),
    "<img src={useBaseUrl('/p.png')} />\n": ("", 0, 1),
    "<div>\n<img src={useBaseUrl('/p.png')} alt='x' /> <a href={useBaseUrl('/b')}>b</a>\n</div>\n": (
        "b",
        1,
        1,
    ),
    "<span style={{color: 'red'}}>Red</span> <Check>ok</Check> at <Server>.\n": ("Red ok at <Server>.", 0, 0),
    'A <LinkButton href="/b">Go **b**</LinkButton> or <Link to="/b">it</Link>.\n': ("A Go b or it.", 2, 0),
    '<a href="{{ site.baseurl }}/b">V</a> <img src="{{ \'/p.png\' | relative_url }}" alt="x">\n': ("V", 1, 1),
    '<div>\n<a href="{{ site.baseurl }}/b">V</a> <img src="{{ \'/p.png\' | relative_url }}">\n</div>\n': (
        "V",
        1,
        1,
    ),
    "[x](@site/b.md) and [y](@/b.md)\n": ("x and y", 2, 0),
    "Text^[see [b](b.md) and ![p](p.png)], [b](b.md).\n": ("Text[1], b.\nsee b and ↩", 2, 1),
    '<video src="film.mp4" controls></video>\n': ("film.mp4", 0, 0),
    '<object data="form.pdf"></object> or <embed src="y.pdf">\n': ("form.pdf or y.pdf", 0, 0),
    '<video>\n<source src="https://a.test/v.mp4">\n</video>\n': ("https://a.test/v.mp4", 0, 0),
}


def test_links_and_pictures_in_tags_lead_on_and_what_is_played_is_named(app: Flask, tmp_path: Path) -> None:
    shown, err = _shown(app, tmp_path / "set", list(_TAGS), "_config.yml", "p.png")
    assert shown == {text: words for text, (words, _, _) in _TAGS.items()}
    with app.app_context():
        pages = select(ArticleRevision.html).join(Article, Article.id == ArticleRevision.article_id)
        found = db.session.scalars(pages.where(Article.slug != "b").order_by(Article.slug)).all()
    counts = [(page.count('href="/articles/b"'), page.count("<img ")) for page in found]
    assert counts == [(links, pictures) for _, links, pictures in _TAGS.values()]
    for name in ("film.mp4", "form.pdf", "y.pdf", "<Check>"):
        assert name in err
    assert "leads nowhere" not in err


# Code in a block of HTML, where no mark of Markdown is read.
_IN_HTML = {
    '<div align="center">\n{{< figure src="p.png" caption="Keys" >}}\n{{< kbd F1 >}}\n</div>\n': "Keys\nF1",
    '<div>\n{{< button href="/b" >}}Go{{< /button >}}\n</div>\n': "Go",
    '<div>\n{% include note.html content="Dock." %}\n  {% hint style="info" %}\n    Yes.\n  {% endhint %}\n</div>\n': (
        "Note\nDock.\nInfo\nYes."
    ),
    '<div>\n{% hint style="info" %}\n</div>\n\nYes **b**.\n\n{% endhint %}\n\nAfter.\n': "Info\nYes b.\nAfter.",
}


def test_code_in_a_block_of_html_leaves_no_marks(app: Flask, tmp_path: Path) -> None:
    shown, _ = _shown(app, tmp_path / "set", list(_IN_HTML), "_config.yml", "p.png")
    assert shown == _IN_HTML
