"""Markdown becomes clean HTML: what our articles need works, and nothing that is written can run or hang.

Nothing foreign is loaded, and what hangs ends with its own process (security.md X1, X3, X11, F4).
"""

import re
import resource
import signal
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicedesk.errors import InvalidInputError
from servicedesk.knowledge import html_rules
from servicedesk.knowledge.html_links import keep_links, linked_slugs
from servicedesk.knowledge.rendering import LARGEST_BODY_BYTES, Rendered, Renderer, render

_TAG = re.compile(r"<\s*/?\s*([a-zA-Z][a-zA-Z0-9]*)((?:\s+[^\s=>\"]+(?:=\"[^\"]*\")?)*)\s*/?>")
_OWN_TAGS = {*html_rules.TAGS, "input", "label"}
_ALLOWED_ATTRIBUTES = {
    "id", "href", "src", "alt", "class", "rel", "start", "colspan", "rowspan", "scope", "tabindex", "type", "autocomplete", "for",
}  # fmt: skip


def _render(body: str, *, language: str = "en") -> Rendered:
    return render(body, slug="here", language=language, files={"screen.png": 7})


def _assert_harmless(html: str) -> None:
    for tag, attributes in _TAG.findall(html):
        assert tag.lower() in _OWN_TAGS, tag
        for name, value in re.findall(r"([^\s=\"]+)=\"([^\"]*)\"", attributes):
            assert name.lower() in _ALLOWED_ATTRIBUTES, name
            if name == "id":
                assert value.startswith("a-")
            if name in ("href", "src"):
                assert value.startswith(("http://", "https://", "mailto:", "/articles/", "#")), value
    assert re.search(r"<(?![a-zA-Z/])", html) is None


def test_a_task_list_becomes_numbered_steps_with_labels() -> None:
    page = _render("## Steps\n\n- [ ] **Open** it.\n- [x] Close it.\n    - A hint.\n")
    assert page.steps == ["Open it.", "Close it."]
    assert page.html.count('type="checkbox"') == 2
    assert '<label for="a-step-1-box"><strong>Open</strong> it.</label>' in page.html
    assert page.html.index("A hint.") > page.html.index('id="a-step-2"')


def test_only_the_first_task_list_counts_as_the_steps() -> None:
    page = _render("- [ ] One\n- [ ] Two\n\n## macOS\n\n- [ ] Other\n")
    assert page.steps == ["One", "Two"]
    assert 'id="a-step-2-1-box"' in page.html


def test_headings_get_anchors_and_contents() -> None:
    page = _render("# Top\n\n## Zażółć gęślą\n\n### Part\n\n## Zażółć gęślą\n")
    assert [(one["level"], one["text"]) for one in page.contents] == [
        (2, "Top"), (2, "Zażółć gęślą"), (3, "Part"), (2, "Zażółć gęślą"),
    ]  # fmt: skip
    ids = [str(one["id"]) for one in page.contents]
    assert len(set(ids)) == len(ids)
    assert all(f'id="{one}"' in page.html for one in ids)
    assert "<h1" not in page.html


def test_tables_keys_code_and_boxes_are_shown() -> None:
    page = _render(
        '| a | b |\n|---|---|\n| 1 | 2 |\n\n++ctrl+c++\n\n```python\nx = "1"\n```\n\n!!! warning\n    Careful.\n'
    )
    for piece in (
        "<td>1</td>",
        "<kbd>Ctrl</kbd>",
        '<span class="s2">',
        'class="admonition warning"',
        ">Warning<",
    ):
        assert piece in page.html


def test_a_box_without_a_title_has_one_in_the_articles_language() -> None:
    assert ">Ostrzeżenie<" in _render("!!! warning\n    Uwaga na palce.\n", language="pl").html


def test_links_between_articles_are_recorded_and_dead_paths_are_words() -> None:
    page = _render("[one](article:reset-it#part) [two](../gone.md) [three](/login?next=x) [four](#Some-Part)")
    assert page.links == ["reset-it"]
    assert '<a href="/articles/reset-it#a-part"' in page.html
    assert "two" in page.html
    assert "gone.md" not in page.html
    assert "/login" not in page.html
    assert '<a href="#a-some-part"' in page.html


def test_links_that_are_not_the_readers_become_words() -> None:
    html = _render("See [**this** one](article:secret) and [that](article:open).").html
    kept = keep_links(html, {"open"})
    assert linked_slugs(html) == {"secret", "open"}
    assert linked_slugs(kept) == {"open"}
    assert "See <strong>this</strong> one and" in kept
    assert "secret" not in kept


def test_images_come_only_from_the_articles_own_files() -> None:
    html = _render("![Own](file:screen.png) ![Foreign](https://evil.test/x.png) ![Gone](file:gone.png)").html
    assert '<img alt="Own" src="/articles/here/files/7">' in html
    assert '<a href="https://evil.test/x.png" rel="noopener noreferrer">Foreign</a>' in html
    assert "<em>Gone</em>" in html
    assert html.count("<img") == 1


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ('<img src="file:screen.png" alt="a > b">', '<img alt="a &gt; b" src="/articles/here/files/7">'),
        ("<img alt='x' src=file:screen.png />", '<img alt="x" src="/articles/here/files/7">'),
        ('<IMG data-src="file:screen.png" alt="Lost">', "<em>Lost</em>"),
        ('<img src="https://evil.test/x.png" alt="Chart">', ">Chart</"),
        ('<img src="data:image/png;base64,AAAA" alt="Dot">', "<em>Dot</em>"),
        ('<img src="https://evil.test/x.png" alt="<script>alert(1)</script>">', "&lt;script&gt;alert(1)"),
        ('<a href="https://a.test"><img src="https://evil.test/x.png" alt="In"></a>', "<em>In</em></a>"),
    ],
)
@pytest.mark.parametrize("around", ["Text {} on.", "<table><tr><td>{}</td></tr></table>"])
def test_images_written_as_html_are_the_articles_own_too(tag: str, shown: str, around: str) -> None:
    html = _render(around.format(tag)).html
    assert shown in html
    assert re.search(r'<img(?! alt="[^"]*" src="/articles/here/files/7">)', html) is None


def test_lists_as_commonmark_nests_them_stay_one_list() -> None:
    page = _render("Text:\n1. One\n   - a\n   - b\n2. Two\n\n   ```\n   code\n   ```\n3. Three\n")
    assert page.html.count("<ol>") == 1
    assert page.html.count("<li>") == 5
    assert "code" in page.html


def test_placeholders_in_angle_brackets_stay_visible() -> None:
    assert "&lt;username&gt;" in _render("Type <username> there.").html


def test_plain_text_has_the_words_and_no_markup() -> None:
    page = _render("## Head\n\nSome **bold** & `code`\n\n| a | b |\n|---|---|\n| c | d |\n")
    assert page.plain_text == "Head\nSome bold & code\na b\nc d"


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "<a href='vbscript:x'>y</a>",
        "[x](//evil.test/a)",
        "<a href='//evil.test'>x</a>",
        "![x](javascript:alert(1))",
        "<svg onload=alert(1)><animate onbegin=alert(1)>",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<iframe src=https://evil.test></iframe>",
        "<form action=/logout><button>go</button></form>",
        "<label for='publish'>press</label>",
        "<input type=password name=p>",
        "<p style='position:fixed;top:0'>over</p>",
        "<div class='position-fixed vw-100 vh-100'>over</div>",
        "<h2 id='main'>x</h2><a name='q' id='top-search'>y</a>",
        "```html onload=alert(1)\n<script>alert(1)</script>\n```",
        "<bdi id='step-9-text'><a href='javascript:x'>y</a></bdi>",
        '<https://evil.test/"onmouseover="alert(1)>',
        "[a]: javascript:alert(1)\n\n[x][a]",
        "<!--><script>alert(1)</script>-->",
        "&#60;script&#62;alert(1)&#60;/script&#62;",
        "\x02wzxhzdk:0\x03 \x02klzzwxh:0000\x03",
    ],
)
def test_nothing_that_is_written_can_run(body: str) -> None:
    _assert_harmless(_render(body).html)


@pytest.mark.parametrize(
    "scheme",
    ["ftp", "ssh", "magnet", "sms", "tel", "file", "blob", "news", "git", "irc", "data", "javascript"],
)
@pytest.mark.parametrize("written", ["[x]({}:a/b)", "<a href='{}:a/b'>x</a>", "[x][a]\n\n[a]: {}:a/b"])
def test_links_lead_to_the_web_to_mail_and_to_our_own_pages_alone(scheme: str, written: str) -> None:
    assert "href" not in _render(written.format(scheme)).html
    assert 'href="https://a.test/b"' in _render(written.format("https").replace("a/b", "//a.test/b")).html


_PIECES = st.sampled_from(
    [
        "<", ">", "<a href=", '"', "'", "javascript:", "x", " ", "\n", "\n\n", "- [ ] ", "    ", "```", "# ", "[", "](", ")",
        "!", "**", "<script>", "</script>", "<svg/onload=", "onerror=", "<div class=", "id=", "&lt;", "&#x6a;", "|", "|---|",
        "++ctrl++", "!!! note", "article:", "file:", "\x02", "\x03", "\\", "<!--", "-->", "<bdi id='a-step-1-text'>", "\u202e",
        "ł", "<input ",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(_PIECES, max_size=40).map("".join))
def test_no_mixture_of_marks_can_run(body: str) -> None:
    _assert_harmless(_render(body).html)


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 30_000,
        "> " * 15 + "x\n" + "<blockquote>" * 5000,
        "[" * 50_000,
        "[a](" * 20_000,
        "![" * 30_000,
        "*a **b " * 20_000,
        "_" * 100_000,
        "`" * 100_000 + "a",
        "<!--" * 20_000,
        "- a\n" + "".join(" " * (4 * depth) + "- a\n" for depth in range(1, 200)),
        "|" * 60_000 + "\n" + "|-" * 60_000,
        "\n" * 200_000,
        "&" * 200_000,
        "!!! note\n" + "    !!! note\n" * 5000,
    ],
    ids=range(14),
)
def test_no_text_takes_longer_than_its_limit(body: str) -> None:
    began = time.monotonic()
    try:
        page = render(body, slug="x", language="en")
    except InvalidInputError as error:
        assert error.field == "body"  # noqa: PT017 - either answer is right, as long as there is one.
    else:
        _assert_harmless(re.sub(r"(?s)(.{20000}[^>]*>).*", r"\1", page.html))
    assert time.monotonic() - began < 20
    assert render("Still *here*.", slug="x", language="en").plain_text == "Still here."


def test_a_text_above_the_limit_is_refused_before_anything_reads_it() -> None:
    with pytest.raises(InvalidInputError, match="512 kB"):
        render("x" * (LARGEST_BODY_BYTES + 1), slug="x", language="en")
    with pytest.raises(InvalidInputError, match="20 deep"):
        render("> " * 25 + "deep", slug="x", language="en")


def test_the_process_that_renders_is_held_to_its_memory_and_time_and_may_be_ended() -> None:
    renderer = Renderer()
    try:
        renderer.render("Some *text*.", slug="x", language="en", files={})
        process = renderer._process
        assert process is not None
        most_bytes = 256 * 1024 * 1024
        assert resource.prlimit(process.pid, resource.RLIMIT_AS) == (most_bytes, most_bytes)
        assert 0 < resource.prlimit(process.pid, resource.RLIMIT_CPU)[0] < 30
        process.kill()
        process.wait()
        assert renderer.render("Some *text*.", slug="x", language="en", files={}).plain_text == "Some text."
    finally:
        renderer.close()


def test_a_process_that_does_not_answer_is_given_up_and_replaced() -> None:
    renderer = Renderer()
    try:
        renderer.render("Some *text*.", slug="x", language="en")
        assert renderer._process is not None
        renderer._process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(InvalidInputError, match="Try again in a moment"):
            renderer.render("Some *text*.", slug="x", language="en")
        assert 9 < time.monotonic() - began < 25
        assert renderer.render("Some *text*.", slug="x", language="en").plain_text == "Some text."
    finally:
        renderer.close()
