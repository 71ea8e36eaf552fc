"""The pages of articles, categories and feedback as readers see them."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from servicedesk.database import db
from servicedesk.knowledge.models import ArticleFeedback
from tests.factories import Cast
from tests.knowledge import library
from tests.sameness import plain

MOST_QUERIES = 12


def test_an_article_shows_what_it_solves_its_steps_and_when_it_was_verified(
    app: Flask, employee: FlaskClient, editor: FlaskClient
) -> None:
    library.publish(
        app, "fill-paper", title="The printer is out of paper", summary="For all printers.", body=library.STEPS,
        category="printing", time_minutes=1,
    )  # fmt: skip
    before = employee.get("/articles/fill-paper").text
    assert "not verified yet" in before
    editor.post("/articles/fill-paper/verify")
    page = employee.get("/articles/fill-paper").text
    for piece in (
        "<h1>The printer is out of paper</h1>",
        "For all printers.",
        "Takes 1 minute",
        "by Edyta Bąk",
        "On this page",
    ):
        assert piece in page
    assert page.count('class="form-check-input step-box"') == 3
    assert 'href="/articles/category/printing"' in page


def test_contents_are_shown_from_three_sections_on(app: Flask, employee: FlaskClient) -> None:
    library.publish(app, "two", body="## One\n\nx\n\n## Two\n\n### Three\n\ny\n")
    assert "On this page" not in employee.get("/articles/two").text


def test_every_way_to_the_desk_carries_the_article_along(app: Flask, employee: FlaskClient) -> None:
    library.publish(app, "fill-paper", body=library.STEPS)
    page = employee.get("/articles/fill-paper").text
    assert 'href="/incidents/new?article=fill-paper"' in page
    assert 'href="/incidents/new?article=fill-paper&amp;steps=3"' in page
    assert employee.get("/incidents/new?article=fill-paper&steps=3").status_code == 200


def test_feedback_counts_once_a_person_and_asks_why_after_a_no(
    app: Flask, cast: Cast, employee: FlaskClient
) -> None:
    library.publish(app, "fill-paper")
    answer = employee.post("/articles/fill-paper/feedback", data={"solved": "no"})
    assert answer.location == "/articles/fill-paper?solved=no#solved"
    assert "What was missing?" in employee.get(answer.location).text
    employee.post(
        "/articles/fill-paper/feedback", data={"solved": "no", "reason": "outdated", "comment": " Old menu "}
    )
    with app.app_context():
        (one,) = db.session.scalars(select(ArticleFeedback))
        assert (one.person_id, one.solved, one.reason, one.comment) == (
            cast.ewa,
            False,
            "outdated",
            "Old menu",
        )
    employee.post("/articles/fill-paper/feedback", data={"solved": "yes"})
    assert "You said that it solved your problem." in employee.get("/articles/fill-paper").text
    with app.app_context():
        (one,) = db.session.scalars(select(ArticleFeedback))
        assert (one.solved, one.reason, one.comment) == (True, "", "")


def test_a_reason_that_does_not_exist_is_refused(app: Flask, employee: FlaskClient) -> None:
    library.publish(app, "fill-paper")
    sent = {"solved": "no", "reason": "because"}
    assert employee.post("/articles/fill-paper/feedback", data=sent).status_code == 422


def test_what_one_may_not_read_looks_exactly_like_what_is_not_there(
    app: Flask, employee: FlaskClient
) -> None:
    """Articles, categories and files alike (security.md A9)."""
    library.publish(app, "secret-one", title="Salaries", audience="group:Finance", category="salaries")
    for hidden, absent in (
        ("/articles/secret-one", "/articles/absent-one"),
        ("/articles/category/salaries", "/articles/category/absentees"),
        ("/articles/secret-one/files/1", "/articles/absent-one/files/1"),
    ):
        theirs, nobodys = employee.get(hidden), employee.get(absent)
        assert (theirs.status_code, nobodys.status_code) == (404, 404)
        *theirs_plain, body = plain(theirs)
        *nobodys_plain, other_body = plain(nobodys)
        assert theirs_plain == nobodys_plain
        assert body.replace(hidden.encode(), b"") == other_body.replace(absent.encode(), b"")


def test_the_group_reads_its_article_and_staff_those_for_staff(
    app: Flask, employee: FlaskClient, colleague: FlaskClient, agent: FlaskClient
) -> None:
    library.publish(app, "finance", audience="group:Finance")
    library.publish(app, "runbook", audience="staff")
    codes = {
        name: [who.get(f"/articles/{name}").status_code for who in (employee, colleague, agent)]
        for name in ("finance", "runbook")
    }
    assert codes == {"finance": [404, 200, 404], "runbook": [404, 404, 200]}


def test_a_link_to_what_is_not_ones_own_is_plain_words(
    app: Flask, employee: FlaskClient, colleague: FlaskClient
) -> None:
    library.publish(app, "finance", audience="group:Finance")
    library.publish(app, "start", body="See [the other page](article:finance).\n")
    assert 'href="/articles/finance"' not in employee.get("/articles/start").text
    assert "See the other page." in employee.get("/articles/start").text
    assert 'href="/articles/finance"' in colleague.get("/articles/start").text


def test_lists_show_ones_own_language_first_and_no_doubles(
    app: Flask, employee: FlaskClient, colleague: FlaskClient
) -> None:
    library.publish(app, "password", title="Reset a password", category="accounts")
    library.publish(
        app, "haslo", title="Zmiana hasła", category="accounts", language="pl", translation_of="password"
    )
    library.publish(app, "only-english", title="Only in English", category="accounts")
    for page in (employee.get("/articles/category/accounts").text, employee.get("/articles").text):
        assert "Reset a password" in page
        assert "Zmiana hasła" not in page
    polish = colleague.get("/articles/category/accounts").text
    assert polish.index("Zmiana hasła") < polish.index("Only in English")
    assert "Reset a password" not in polish
    assert 'hreflang="pl"' in employee.get("/articles/password").text


def test_categories_count_what_is_in_them_and_below(app: Flask, employee: FlaskClient) -> None:
    for slug, category in (
        ("a", "travel"),
        ("b", "travel/tools"),
        ("c", "travel/tools/deep"),
        ("d", "travel-guide"),
    ):
        library.publish(app, slug, category=category)
    library.publish(app, "e", category="travel/tools", audience="staff")
    page = employee.get("/articles").text
    card = page[page.index("/articles/category/travel") :]
    assert "3 articles" in card[:900]
    inner = employee.get("/articles/category/travel").text
    assert "2 articles" in inner
    assert ">D<" not in inner


def test_no_page_asks_the_database_more_than_twelve_times(
    app: Flask, employee: FlaskClient, editor: FlaskClient
) -> None:
    body = library.STEPS + "".join(f"[x](article:a{number}) " for number in range(20))
    for number in range(30):
        library.publish(
            app,
            f"a{number}",
            category=f"c{number % 5}/sub",
            body=body,
            title=f"Printer {number}",
            tags=(f"t{number}",),
        )
    library.index(app)
    statements: list[str] = []

    def remember(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", remember)
    pages = {
        employee: ("/articles", "/articles/category/c1", "/articles/category/c1/sub", "/articles/a1", "/search?q=printer",
                   "/search?q=priner+tag:t1"),
        editor: ("/articles/edit?shelf=published", "/articles/a1", "/articles/a1/edit", "/articles/a1/revisions",
                 "/articles/a1/revisions/1", "/articles/new"),
    }  # fmt: skip
    for who, address in ((who, address) for who, addresses in pages.items() for address in addresses):
        statements.clear()
        assert who.get(address).status_code == 200
        assert len(statements) <= MOST_QUERIES, (address, statements)
    event.remove(engine, "before_cursor_execute", remember)


def test_no_odd_address_or_letter_is_ever_an_error(
    app: Flask, employee: FlaskClient, editor: FlaskClient
) -> None:
    library.publish(app, "fill-paper")
    for odd in ("a%00b", "%F0%9F%98%80", "x" * 3000, "..%2F..%2Fetc", "a%0d%0ab", "%ff"):
        for address in (f"/articles/{odd}", f"/articles/category/{odd}", f"/articles/{odd}/files/1"):
            assert employee.get(address).status_code == 404, address
    assert employee.get("/articles/fill-paper/files/99999999999999999999").status_code == 404
    assert editor.get("/articles/fill-paper/revisions/99999999999999999999").status_code == 404
    assert editor.get("/articles/edit?text=%F0%9F%98%80&page=9999999").status_code == 200
    sent = {"solved": "no", "reason": "other", "comment": "a\x00b"}
    assert employee.post("/articles/fill-paper/feedback", data=sent).status_code == 303
    form = {
        "title": "a\x00b",
        "body": "a\x00b",
        "audience": "everyone",
        "language": "en",
        "tags": "\x00",
        "save": "1",
    }
    assert editor.post("/articles/new", data=form).status_code == 303
