"""What only looks like a mark is shown as it was written: a warning, a key, a path keep all their words."""

import pytest

from servicedesk.knowledge.rendering import Rendered, render


def _render(body: str) -> Rendered:
    return render(body, slug="here", language="en", files={"screen.png": 7})


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("!!! Never share your password", "Never share your password"),
        ("!!! Nie wyłączaj serwera\n    Bez zgody.", "Nie wyłączaj serwera\nBez zgody."),
        ("- !!! Never do it", "Never do it"),
        ("??? Never do it", "Never do it"),
        ('!!! Never press "OK"', 'Never press "OK"'),
        ('!!! Never "share" it', 'Never "share" it'),
        ('=== Never "share it"', '=== Never "share it"'),
        ("!!! Missing cables are no fault", "Missing cables are no fault"),
        ("!!! missing cables", "missing cables"),
        ("!!! Important people wait", "Important people wait"),
        ("!!! IMPORTANT !!!", "Important"),
        ("!!!! Note\n    Wait.", "Note\nWait."),
        ("!!!!! Wait", "!!!!! Wait"),
        ("::: Never share it", "Never share it"),
        (":::Never share it\nx\n:::", "Never share it\nx"),
        ("::: Tab to the next field", "Tab to the next field"),
        ("::: steps to take\nx\n:::", "steps to take\nx"),
        ("> [!nie] wyłączaj\n> serwera", "nie wyłączaj\nserwera"),
        ("> [!never]- share\n> it", "never share\nit"),
    ],
)
def test_a_sentence_behind_the_mark_of_a_box_keeps_its_first_word(body: str, words: str) -> None:
    assert _render(body).plain_text == words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("!!! note Title\n    x", "Title\nx"),
        ("!!! note inline end\n    x", "Note\nx"),
        ('!!! pied-piper "Pied Piper"\n    x', "Pied Piper\nx"),
        ('!!! tip "a "b" c"\n    x', 'a "b" c\nx'),
        (":::danger STOP\nx\n:::", "STOP\nx"),
        ("::: spoiler Click\nx\n:::", "Click\nx"),
        (":::tabs key:os\nx\n:::", "x"),
    ],
)
def test_a_kind_of_box_beside_its_title_is_not_shown(body: str, words: str) -> None:
    assert _render(body).plain_text == words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("4. Put <title> in the form.\n5. Save.", "Put <title> in the form.\nSave."),
        ("<title>Name</title> of it.\n\nNext.", "<title>Name</title> of it.\nNext."),
        ("Write <script> there.\n\nNext.", "Write <script> there.\nNext."),
        ("<script>\nNever closed.\n\nNext.", "<script>\nNever closed.\nNext."),
        ("<style>\n\nNext **one**.", "<style>\nNext one."),
        ("A <style> b </style> c", "A <style> b </style> c"),
        ("<?php echo\n\nNext.", "<?php echo\nNext."),
        ("<textarea>\n\nNext.", "<textarea>\nNext."),
        ("<noframes>\nNext.", "<noframes>\nNext."),
        ("<pre>\nNever closed.\n\nNext **one**.", "<pre>\nNever closed.\nNext one."),
        ("<div>\nPut <title> there.\n<style>\n</div>\n\nNext.", "Put <title> there.\n<style>\nNext."),
        ("<div>\n<TEXTAREA name=x\n</div>\n\nNext.", "<TEXTAREA name=x\nNext."),
    ],
)
def test_a_tag_that_would_take_all_that_follows_is_a_word(body: str, words: str) -> None:
    assert _render(body).plain_text == words


@pytest.mark.parametrize(
    "body",
    [
        "Press <Ctrl>+<Alt>+<Del> and wait",
        "Press <S> to save.",
        "Press <B>, <I>, <U>, <A>, <code> or <a>.",
        "Click <Menu> then <Address>, <Source>, <Link>, <Label>, <Input>, <Option>, <Button>",
        "<P> prints.",
        "<Details> shows more.",
        "<Table> and <Summary> are menus.",
        "Use <h1> and <s/> there.",
        "[<S>](https://a.test)",
        "<div>Press <S> to save.</div>",
        "- <P> prints",
    ],
)
def test_a_key_or_field_written_like_a_tag_is_a_word_and_marks_nothing_else(body: str) -> None:
    page = _render(f"{body}\n\nNext.")
    plain = body.removeprefix("- ").replace("[<S>](https://a.test)", "<S>")
    assert page.plain_text == f"{plain.removeprefix('<div>').removesuffix('</div>')}\nNext."
    assert page.html.rstrip().endswith("<p>Next.</p>")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("<B>old</B> <s>gone</s>", "<b>old</b> <s>gone</s>"),
        ("<b>over\n\ntwo</b> on", "<b>two</b> on"),
        ("Text<br>on<BR>and", "Text<br>on<br>and"),
        ("<center>\n\n**b**\n\n</center>", "<p><strong>b</strong></p>"),
        ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<P>\nold\n</P>", "<p>\nold\n</p>"),
        ("Text <p> on", "<p>Text </p><p> on</p>"),
        ("<details>\n\nPress <B>.\n\n</details>", "<p>Press &lt;B&gt;.</p>"),
    ],
)
def test_html_that_is_meant_as_such_stays_html(body: str, shown: str) -> None:
    assert shown in _render(body).html


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('<h1 align="center">Big</h1>\n\nText', ("a-big", "Big")),
        ("<h2>\n  Big <b>one</b>\n</h2>\nText", ("a-big-one", "Big one")),
        ('- x\n\n  <H3 id="Own">Big</H3>', ("a-own", "Big")),
    ],
)
def test_a_heading_written_as_html_stands_in_the_contents(body: str, found: tuple[str, str]) -> None:
    page = _render(body)
    assert [(one["id"], one["text"]) for one in page.contents] == [found]
    assert f'id="{found[0]}"' in page.html


def test_a_heading_inside_other_html_is_a_heading_too() -> None:
    page = _render('<div align="center">\n<h1>Big</h1>\n</div>\n\n<h1><img src="file:screen.png"></h1>')
    assert "<h2>Big</h2>" in page.html
    assert page.contents == []


@pytest.mark.parametrize(
    "words",
    [
        r"net use X: \\srv01\it$",
        r"C:\Program Files\_temp\*.log",
        r"C:\PROGRA~1\MICROS~1\Office",
        r"Copy \\srv\it\Dział IT\_stare\* there",
        r"(\\10.0.0.1\c$\_x)",
        r"\\<server>\share$\_x",
        r"\\?\C:\_a",
        r"%TEMP%\*.* and %ProgramFiles(x86)%\_y",
        r"HKLM\Software\_x\*",
        r"$env:TEMP\*.*",
        r".\*.ps1",
        r"C:\_a_\_b_\c",
        r"Open \\srv01 now",
        "**/*.log and **/x",
        "src/** and lib/**",
        "src/**/*.ts and lib/**/*.js",
        "/x/*/y/*/z",
        "x^2+y^2 and 2^8,2^16",
    ],
)
def test_a_path_keeps_its_letters(words: str) -> None:
    assert _render(words).plain_text == words


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (r"\\\\srv\\it and C:\\Users\\_temp", r"\\srv\it and C:\Users\_temp"),
        (r"**\\srv\it** and **C:\Temp\** on", r"<strong>\\srv\it</strong> and <strong>C:\Temp\</strong> on"),
        (r"*C:\Temp\x*", r"<em>C:\Temp\x</em>"),
        (r"[C:\_temp](article:b)", r">C:\_temp</a>"),
        ("**/etc/hosts** and **/var**", "<strong>/etc/hosts</strong> and <strong>/var</strong>"),
        (r"my\_file, 5\*3, FIRMA\_konto", "my_file, 5*3, FIRMA_konto"),
        (r"C:\a, then \*stars\*", r"C:\a, then *stars*"),
        (r"\\n is a new line", r"\n is a new line"),
        ("H~2~O m^2^ 10^-3^ Ca^2+^", "H<sub>2</sub>O m<sup>2</sup> 10<sup>-3</sup> Ca<sup>2+</sup>"),
    ],
)
def test_marks_and_escapes_beside_paths_are_read_as_before(body: str, shown: str) -> None:
    assert shown in _render(body).html


@pytest.mark.parametrize(
    "body",
    [
        "9. a\n10. b\n\n   b2\n11. c",
        "10. b\n\n   b2\n\n   b3\n11. c",
        "1) b\n\n![pic](file:screen.png)\n2) c",
        "- x\n\n  10. b\n\n     b2\n  11. c",
        "> 10. b\n>\n>    b2\n> 11. c",
    ],
)
def test_a_step_behind_words_that_stand_too_far_left_is_a_step(body: str) -> None:
    page = _render(body)
    assert "<li>c</li>" in page.html
    assert "11." not in page.plain_text


def test_a_number_in_running_text_is_no_step() -> None:
    assert "<ol" not in _render("There are\n11. Or so.").html
    assert _render("1. a\n\nIt has\n3. Or so.").html.count("<ol") == 1
    assert _render("1. a\n\n## Next\n\nIt has\n2. Or so.").html.count("<ol") == 1
