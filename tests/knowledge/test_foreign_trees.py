"""Trees of other systems come in as their readers saw them: links lead on, boxes stay boxes, code stays as it was written."""

from pathlib import Path

import pytest
from flask import Flask

from tests.knowledge import library
from tests.knowledge.test_pictures import _png

_CODE = (
    "Write `{{ name }}`, `[a](b.md)`, `[[b]]`, ``%%x%% ` ``, `{:x => 1}` and `<!-- y -->`.\n\n"
    "```xml\n<a>\n  <!-- kept -->\n</a>\n```\n\n"
    "````md\n```yaml\nrun: ${{ secrets.TOKEN }}\n```\n{% if x %}[a](b.md){% endif %}\n:::note\n````\n\n"
    '~~~\n![[b.png]]\n```\n{{< ref "b.md" >}}\n~~~\n\n'
    '    {{range .items}} [a](b.md) [[b]] %%x%% <a name="q"></a>\n\n'
    "1. Put this in:\n\n\t```yaml\n\tname: {{ host }}\n\t<!-- keep -->\n\t```\n\n2. Save.\n\n"
    "> ```\n> [[b]] {% x %}\n> ```\n"
)


def _write(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def _import(app: Flask, root: Path) -> tuple[str, str]:
    result = app.test_cli_runner().invoke(args=["kb", "import", str(root)])
    assert result.exit_code == 0, result.output
    return result.stdout, result.stderr


def _body(app: Flask, slug: str) -> str:
    revision = library.get_state(app, slug).published_revision
    assert revision is not None
    return revision.body


def _html(app: Flask, slug: str) -> str:
    revision = library.get_state(app, slug).published_revision
    assert revision is not None
    return revision.html


@pytest.mark.parametrize(
    "also", ["", "_config.yml", ".obsidian/app.json", "hugo.toml", "docusaurus.config.js"]
)
def test_code_comes_in_letter_for_letter_whatever_wrote_it(app: Flask, tmp_path: Path, also: str) -> None:
    root = _write(tmp_path / "set", {"a.md": f"# A\n\n{_CODE}", "b.md": "# B\n\nText.\n", "b.png": _png()})
    if also:
        _write(root, {also: "x: 1\n"})
    _import(app, root)
    assert _body(app, "a") == _CODE


def test_double_braces_are_taken_out_only_where_they_are_code_of_the_site(app: Flask, tmp_path: Path) -> None:
    _import(app, _write(tmp_path / "plain", {"a.md": "# A\n\nThe field {{ticket.id}} fills itself.\n"}))
    _import(
        app, _write(tmp_path / "site", {"b.md": "# B\n\nThe {{ thing.name }} is.\n", "_config.yml": "x: 1\n"})
    )
    assert "{{ticket.id}}" in _body(app, "a")
    assert _body(app, "b") == "The  is.\n"


@pytest.mark.parametrize(
    "written",
    [
        "[x](guide/vpn/README.md)",
        "[x](guide/vpn/)",
        "[x](./guide/vpn)",
        "[x](/guide/vpn/#start)",
        "[x](guide\\vpn\\README.md)",
        "[x](guide/vpn/readme.md)",
        "[x](GUIDE/VPN/README.md)",
        "[x](<guide/vpn/README.md>)",
        '[x](guide/vpn/README.md "T")',
        "[x][v]\n\n[v]: guide/vpn/README.md",
        "[v][]\n\n[v]: <guide/vpn/README.md> 'T'",
        "[see\nit](guide/vpn/README.md)",
        "[see [it]](guide/vpn/README.md)",
        "[![p](p.png)](guide/vpn/README.md)",
        '<a class="x" href="guide/vpn/README.md">x</a>',
        "<div>\n<a href='guide/vpn/README.md'>x</a>\n</div>",
        '[x]({{< ref "guide/vpn/README.md" >}})',
        '[x]({{< relref "/guide/vpn" >}})',
        "[x]({% link guide/vpn/README.md %})",
        "[x]({{ site.baseurl }}/guide/vpn/)",
        "[x]({{ '/guide/vpn' | relative_url }})",
        "[x](/docs/guide/vpn)",
        "[x](guide/vpn.html)",
        "[[vpn]]",
        "[[guide/vpn/README|x]]",
        "[[VPN|x]]",
        "[[x|vpn]]",
        "| a |\n|---|\n| [[vpn\\|x]] [y](guide/vpn/README.md) |",
        "> - [x](guide/vpn/README.md)",
        "!!! note\n    [x](guide/vpn/README.md)",
        ":::note\n[x](guide/vpn/README.md)\n:::",
        "1. a\n\n   - [x](guide/vpn/README.md)",
        "<details>\n<summary>s</summary>\n\n[x](guide/vpn/README.md)\n\n</details>",
        "**[x](guide/vpn/README.md)**",
        "# [x](guide/vpn/README.md) #",
        "[x](VPN%20guide%200123456789abcdef0123456789abcdef.md)",
        "[x](VPN guide.md)",
        "![[vpn]]",
        "> [!tip]- See [[vpn]]\n> Go.",
        "> [!note] [x](guide/vpn/README.md)",
    ],
)
def test_a_link_between_files_leads_to_the_article_however_it_is_written(
    app: Flask, tmp_path: Path, written: str
) -> None:
    files: dict[str, str | bytes] = {"p.png": _png(), "a.md": f"# A\n\nText.\n\n{written}\n"}
    files["guide/vpn/README.md"] = "---\ntitle: VPN guide\n---\n\n## Start\n\nGo.\n"
    _, err = _import(app, _write(tmp_path / "set", files))
    assert 'href="/articles/vpn' in _html(app, "a"), _body(app, "a")
    assert "leads nowhere" not in err


def test_the_numbers_that_notion_puts_behind_names_are_not_taken_over(app: Flask, tmp_path: Path) -> None:
    number = "0123456789abcdef0123456789abcdef"
    files: dict[str, str | bytes] = {
        f"Laptop {number}.md": f"# Laptop\n\n[Wipe it](Laptop%20{number}/Wipe%20it%20{number}.md)\n",
        f"Laptop {number}/Wipe it {number}.md": "Hold both keys.\n",
    }
    _import(app, _write(tmp_path / "set", files))
    assert _body(app, "laptop") == "[Wipe it](article:wipe-it)\n"
    article = library.get_state(app, "wipe-it")
    assert (article.title, article.category) == ("Wipe it", "laptop")


def test_what_leads_nowhere_is_named_with_its_file(app: Flask, tmp_path: Path) -> None:
    text = "# A\n\n[x](gone.md), [[lost]], <a href='away.html'>y</a> and [web](https://a.test).\n\n[r]\n\n[r]: off.md\n"
    _, err = _import(app, _write(tmp_path / "set", {"a.md": text}))
    assert "Link that leads nowhere: a.md: gone.md, lost, away.html, off.md\n" in err
    assert "gone.md" not in _html(app, "a")


@pytest.mark.parametrize(
    "written",
    [
        "![x](pics/Router.PNG)",
        "![x](pics/router.png)",
        "![x](pics\\router.png)",
        "![a\nb](pics/router.png)",
        "![x](/pics/router.png)",
        "![x](pics/router.png =300x200)",
        "![x](pics/router.png){width=300}",
        "![[Router.PNG]]",
        "![[router.png|300]]",
        '{{< figure src="pics/router.png" alt="x" >}}',
        "<img src='pics/router.png'>",
        "![x](/assets/pics/router.png)",
        "![x]({{ site.baseurl }}/pics/router.png)",
        '{% include image.html src="pics/router.png" %}',
        "![x](<pics/router.png>)",
        "[![x](pics/router.png)](https://a.test)",
        ':::image source="pics/router.png" alt-text="x":::',
        '![x](pics/Router.PNG "t")',
    ],
)
def test_a_picture_is_taken_in_however_its_path_is_written(app: Flask, tmp_path: Path, written: str) -> None:
    root = _write(
        tmp_path / "set",
        {"a.md": f"# A\n\nText.\n\n{written}\n", "pics/Router.PNG": _png(), "_config.yml": "a: 1\n"},
    )
    out, err = _import(app, root)
    assert "1 pictures taken in, 0 left out." in out, err
    assert _html(app, "a").count("<img ") == 1


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("> [!warning]- Floor 3\n> Locked.\n", "Floor 3\nLocked."),
        (":::warning Grey only\n\nBreaks.\n\n:::\n", "Grey only\nBreaks."),
        (
            '{{< tabpane lang="sh" >}}\n{{< tab header="Linux" >}}\nls **x**\n{{< /tab >}}\n{{< /tabpane >}}\n',
            "Linux\nls **x**",
        ),
        ('{{% card header="One" %}}\nDock.\n{{% /card %}}\n', "One\nDock."),
        ('{{% notice tip "Faster" %}}\nDock.\n{{% /notice %}}\n', "Faster\nDock."),
        ('{{< callout type="warning" >}}\nDock.\n{{< /callout >}}\n', "Warning\nDock."),
        ('{{% alert title="Mind" color="danger" %}}Dock.{{% /alert %}}\n', "Mind\nDock."),
        ('{% hint style="info" %}\nDock.\n{% endhint %}\n', "Info\nDock."),
        ('{% include note.html content="Dock." %}\n', "Note\nDock."),
        ('{{< tabs >}}{{< tab "Win" >}}Press **F1**.{{< /tab >}}{{< /tabs >}}\n', "Win\nPress F1."),
        (
            "import Tabs from '@theme/Tabs';\n\n<Tabs>\n<TabItem value=w label=Win>\n\nPress **F1**.\n\n</TabItem>\n</Tabs>\n",
            "Win\nPress F1.",
        ),
        ('<Admonition type="tip" title="Faster">\n\nDock.\n\n</Admonition>\n', "Faster\nDock."),
        ("<aside>\n💡 Dock **it**.\n\n</aside>\n", "Note\n💡 Dock it."),
        ("::: mermaid\ngraph TD\n:::\n", "graph TD"),
        ("{% highlight sh %}\nls {{ x }}\n{% endhighlight %}\n", "ls {{ x }}"),
        ("{% raw %}Dock.{% endraw %}\n", "Dock."),
        ("{% comment %}\nhidden\n{% endcomment %}\nDock.\n", "Dock."),
        (':::row:::\n:::column span="2":::\nDock.\n:::column-end:::\n:::row-end:::\n', "Dock."),
        (">>>\nDock.\n\n- a\n>>>\n", "Dock.\na"),
        ("[[_TOC_]]\n\nDock.\n", "Dock."),
        ('!!! note "Mind"\n    Dock.\n\n=== "Win"\n\n    F1.\n', "Mind\nDock.\nWin\nF1."),
        ('{{< button href="https://a.test" >}}Go{{< /button >}}\n', "Go"),
        ("{{< youtube abc123 >}}\n", "https://www.youtube.com/watch?v=abc123"),
        ("[!VIDEO https://a.test/v]\n", "https://a.test/v"),
        ("{/* a note */}\n\nDock.\n", "Dock."),
        (
            '<Tabs>\n  <TabItem value="w" label="Win" default>\n    Press **F1**.\n\n    1. Wait.\n  </TabItem>\n</Tabs>\n',
            "Win\nPress F1.\nWait.",
        ),
        (
            '<Steps>\n  <Step title="Open">\n    The lid.\n\n    ```sh\n    ls\n      -l\n    ```\n  </Step>\n</Steps>\n',
            "Open\nThe lid.\nls\n-l",
        ),
        (
            "1. Dock.\n\n   <Note>\n       Press **F1**.\n   </Note>\n2. Wait.\n",
            "Dock.\nNote\nPress F1.\nWait.",
        ),
        ("<Note>Press **F1**.</Note>\n", "Note\nPress F1."),
        (
            '<AccordionGroup><Accordion title="Win">F1.</Accordion></AccordionGroup>\n',
            "Win\nF1.",
        ),
        ('<LinkCard title="Go" href="https://a.test" />\n\nDock.\n', "Go\nDock."),
        ('<Aside type="caution" title="Mind">It.</Aside>\n', "Mind\nIt."),
        ("<DocCardList />\n\nDock.\n", "Dock."),
        ("Write {% raw %}{{ name }}{% endraw %} there.\n", "Write {{ name }} there."),
        ("Read {% link a.md %} [x](https://a.test).\n", "Read a.md x."),
        ("> [!faq]- Why?\n> Yes.\n> > [!todo] Do\n> > it\n", "Why?\nYes.\nDo\nit"),
        (">>> [!note] Mind\nDock.\n>>>\n", "Mind\nDock."),
        ('!!! info inline end "Mind"\n    Dock.\n', "Mind\nDock."),
        ("::: code-group\n\n```sh [npm]\nls\n```\n\n:::\n\nDock.\n", "npm\nls\nDock."),
        ('<Gallery\n  title="Docks"\n  of={[1, 2]}\n>\n\nDock **it**.\n\n</Gallery>\n', "Docks\nDock it."),
        ('<Badge\n  kind={x}\n/>\n\nDock <Badge text="new" /> at <Server>.\n', "Dock new at <Server>."),
        ('{{< alert\n  title="Mind"\n  color="info"\n>}}\nDock.\n{{< /alert >}}\n', "Mind\nDock."),
        ("[[_TOSP_]]\n\n{::comment}\nsecret\n{:/comment}\n\nDock.{>>why<<}\n", "Dock."),
    ],
)
def test_what_other_systems_write_is_shown_as_ours(
    app: Flask, tmp_path: Path, written: str, shown: str
) -> None:
    _import(app, _write(tmp_path / "set", {"a.md": f"---\ntitle: A\n---\n{written}"}))
    revision = library.get_state(app, "a").published_revision
    assert revision is not None
    assert revision.plain_text == shown


def test_obsidians_comments_and_names_of_blocks_are_not_shown(app: Flask, tmp_path: Path) -> None:
    text = "Tags: #av #room ^block-1 %%internal: tell nobody%%\n\n%%\nmore\n\nof it\n%%\n\nSee [[b]] and 100%% of 5^2.\n"
    _import(app, _write(tmp_path / "set", {"a.md": text, "b.md": "# B\n\nB.\n"}))
    revision = library.get_state(app, "a").published_revision
    assert revision is not None
    assert revision.plain_text == "Tags: #av #room\nSee b and 100%% of 5^2."


@pytest.mark.parametrize(
    ("options", "breaks"), [("{}", 5), ('{"strictLineBreaks": true}', 0), ("", 5), (None, 0)]
)
def test_obsidians_lines_end_where_they_did(
    app: Flask, tmp_path: Path, options: str | None, breaks: int
) -> None:
    text = "One\ntwo [[b]]\nthree\n\n- a\n  b\n\n> [!note] T\n> c\n> d\n\n> e\n> f\n\n```\nx\ny\n```\n"
    root = _write(tmp_path / "set", {"a.md": f"# A\n\n{text}", "b.md": "# B\n\nB.\n"})
    if options is not None:
        _write(root, {".obsidian/app.json": options})
    _import(app, root)
    assert _html(app, "a").count("<br>") == breaks
    revision = library.get_state(app, "a").published_revision
    assert revision is not None
    assert revision.plain_text.split() == [
        "One",
        "two",
        "b",
        "three",
        "a",
        "b",
        "T",
        "c",
        "d",
        "e",
        "f",
        "x",
        "y",
    ]


def test_what_a_text_includes_from_elsewhere_is_named(app: Flask, tmp_path: Path) -> None:
    text = '# A\n\n[!INCLUDE [W](../includes/x.md)]\n\n{% include warning-bar.html %}\n\n--8<-- "part.md"\n\nText.\n'
    _, err = _import(app, _write(tmp_path / "set", {"a.md": text}))
    for name in ("../includes/x.md", "warning-bar.html", "part.md"):
        assert name in err
    assert _html(app, "a") == "<p>Text.</p>"


def test_a_component_that_nobody_here_knows_is_named(app: Flask, tmp_path: Path) -> None:
    text = '# A\n\n<Chart\n  data={x}\n/>\n\nText <Badge text="new" />.\n'
    _, err = _import(app, _write(tmp_path / "set", {"a.md": text}))
    assert "<Chart data={x} />" in err
    assert '<Badge text="new" />' in err


def test_a_hyphen_that_azure_writes_by_its_number_is_one(app: Flask, tmp_path: Path) -> None:
    _import(app, _write(tmp_path / "set", {"How-to%2Dguide.md": "Text.\n"}))
    assert library.get_state(app, "how-to-guide").title == "How to-guide"


@pytest.mark.one_database  # The parser's time is the same on each.
def test_a_text_that_takes_the_parser_too_long_is_refused_alone(app: Flask, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.md": "# A\n\n" + "[a](" * 100_000,
        "b.md": "# B\n\n" + '{{< x "' * 40_000,
        "c.md": "# C\n\n" + "[[" * 100_000,
        "d.md": "# D\n\n" + ":::note\n" * 30_000,
        "e.md": "# E\n\n" + "<a href='" * 40_000,
        "f.md": "# F\n\n" + "%%" * 100_000 + "[[x]]",
        "g.md": "# G\n\nFine.\n",
        "h.md": "# H\n\n" + "{% comment %}\n" * 20_000,
        "i.md": "# I\n\n" + "<Tabs\n" * 40_000,
    }
    out, err = _import(app, _write(tmp_path / "set", files))
    added = int(out.partition(" added")[0].split()[-1])
    assert added + err.count("takes too long") + err.count("larger than") == len(files)
    assert _body(app, "g") == "Fine.\n"


def test_block_embeds_are_links_or_named(app: Flask, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.md": "# A\n\n@[youtube](dQw4w9WgXcQ)\n\n@[vimeo](https://vimeo.com/1)\n",
        "b.md": '# B\n\n@[phoneFrame](\n  screenshot="/img/b.png",\n  caption="Press (twice)."\n)\n\nThen wait.\n',
        "c.md": "# C\n\n@[Anna](https://people.example.com/anna)\n\nAsk @[her](https://people.example.com/anna).\n",
    }
    _, err = _import(app, _write(tmp_path / "set", files))
    assert _body(app, "a") == "https://www.youtube.com/watch?v=dQw4w9WgXcQ\n\nhttps://vimeo.com/1\n"
    assert [line for line in err.splitlines() if "phoneFrame" in line]
    assert "](" not in _body(app, "b")
    assert _body(app, "b").split() == ["Press", "(twice).", "Then", "wait."]
    assert _body(app, "c").count("](https://people.example.com/anna)") == 2
