"""For random people and articles: no page lists, counts, suggests, corrects to or quotes an article that is not theirs.

Numbers are of what is readable, too (security.md A6, A8).
"""

import re
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from servicedesk.database import db
from servicedesk.knowledge.models import Article, ArticleFeedback, ArticleFile, ArticleRevision
from servicedesk.people.models import Person
from servicedesk.search.models import IndexChange
from tests.factories import Cast, sign_in
from tests.knowledge import library

_GROUPS = ("Finance", "Płace", "staff", "a,b")
_AUDIENCES = ("everyone", "staff", *(f"group:{name}" for name in _GROUPS))
_ROLES = ("agent", "editor", "admin")
_LETTERS = "bcdfghjk"


@dataclass(frozen=True)
class Paper:
    """An article to be. `partner` is the number of the article that it translates, if there is an earlier one."""

    audience: str
    state: str
    language: str
    partner: bool


@dataclass(frozen=True)
class World:
    """Who asks, and what there is."""

    roles: list[str]
    groups: list[str]
    language: str
    papers: list[Paper]


_worlds = st.builds(
    World,
    roles=st.lists(st.sampled_from(_ROLES), unique=True, max_size=2),
    groups=st.lists(st.sampled_from(_GROUPS), unique=True, max_size=2),
    language=st.sampled_from(["en", "pl"]),
    papers=st.lists(
        st.builds(
            Paper,
            audience=st.sampled_from(_AUDIENCES),
            state=st.sampled_from(["published", "published", "published", "draft", "archived"]),
            language=st.sampled_from(["en", "pl"]),
            partner=st.booleans(),
        ),
        min_size=2,
        max_size=7,
    ),
)


def _word(kind: str, number: int) -> str:
    """Return a word that nothing else holds, with letters only, so that it could be a correction."""
    return f"{kind}zyx{_LETTERS[number]}{_LETTERS[-1 - number]}qv"


def _may_read(world: World, paper: Paper) -> bool:
    if paper.state != "published":
        return False
    if paper.audience == "everyone":
        return True
    if paper.audience == "staff":
        return bool(world.roles)
    return paper.audience.removeprefix("group:") in world.groups


def _secrets(number: int) -> list[str]:
    return [
        _word(kind, number)
        for kind in ("title", "summary", "body", "tag", "category", "slug", "keyword", "heading")
    ]


def _write(app: Flask, world: World) -> None:
    for number, paper in enumerate(world.papers):
        slug, partner = _word("slug", number), ""
        if paper.partner and number and world.papers[number - 1].language != paper.language:
            partner = _word("slug", number - 1)
        links = " ".join(f"[x](article:{_word('slug', other)})" for other in range(len(world.papers)))
        body = f"## {_word('heading', number)}\n\nShared words drukarka printer {_word('body', number)}.\n\nlinked {links}\n"
        if number % 2:  # Every second article links to all others.
            body = body.partition("linked")[0]
        library.publish(
            app, slug, title=f"{_word('title', number)} printer", summary=_word("summary", number), body=body,
            tags=(_word("tag", number),), keywords=(_word("keyword", number),), category=f"shelf/{_word('category', number)}",
            audience=paper.audience, language=paper.language, translation_of=partner,
        )  # fmt: skip
    # All were published and indexed; then some were taken away, and the index does not know yet.
    library.index(app)
    with app.app_context():
        for number, paper in enumerate(world.papers):
            db.session.execute(
                update(Article).where(Article.slug == _word("slug", number)).values(state=paper.state)
            )
        db.session.commit()


def _forget(app: Flask) -> None:
    with app.app_context():
        db.session.execute(update(Article).values(published_revision_id=None, translation_of_id=None))
        for table in (IndexChange, ArticleFeedback, ArticleFile, ArticleRevision, Article):
            db.session.execute(delete(table))
        db.session.commit()


def _browser(app: Flask, cast: Cast, world: World) -> FlaskClient:
    with app.app_context():
        person = db.session.get_one(Person, cast.ewa)
        person.roles, person.groups, person.language = world.roles, world.groups, world.language
        db.session.commit()
    return sign_in(app, cast.ewa)


def _addresses(world: World) -> list[str]:
    """Return every page that could tell of an article without being that article's own."""
    found = [
        "/",
        "/articles",
        "/articles/category/shelf",
        "/search?q=printer",
        "/search?q=drukarka",
        "/search?q=category:shelf",
    ]
    found += [
        "/search?q=printer&lang=pl",
        "/incidents/suggestions?text=printer+drukarka",
        "/incidents/new?text=printer&answers=1",
    ]
    for number, paper in enumerate(world.papers):
        if _may_read(world, paper):
            found += [
                f"/articles/{_word('slug', number)}",
                f"/articles/category/shelf/{_word('category', number)}",
            ]
    return found


def _assert_page_keeps_quiet(page: str, world: World, address: str) -> None:
    for number, paper in enumerate(world.papers):
        if not _may_read(world, paper):
            told = [word for word in _secrets(number) if word in page]
            assert not told, (address, number, told)


def _assert_counts(client: FlaskClient, world: World) -> None:
    readable = [paper for paper in world.papers if _may_read(world, paper)]
    for address in ("/search?q=printer", "/search?q=category:shelf", "/search?q=drukarka"):
        page = client.get(address, headers={"Accept-Language": "en"}).text
        assert page.count('class="hit-title"') == len(readable), address
        total = re.search(r'role="status">\s*(?:<span[^>]*>.*?</span>)?\s*(\d+) ', page)
        assert (int(total[1]) if total else 0) == len(readable), address
        languages = {language: sum(one.language == language for one in readable) for language in ("en", "pl")}
        for language, count in languages.items():
            facet = re.search(rf'lang={language}"><span>[^<]*</span><span class="facet-count">(\d+)<', page)
            if facet:
                assert int(facet[1]) == count


def _assert_own_pages(client: FlaskClient, world: World) -> None:
    for number, paper in enumerate(world.papers):
        expected = 200 if _may_read(world, paper) else 404
        assert client.get(f"/articles/{_word('slug', number)}").status_code == expected
        assert client.get(f"/articles/category/shelf/{_word('category', number)}").status_code == expected
        if expected == 404:
            assert (
                client.post(f"/articles/{_word('slug', number)}/feedback", data={"solved": "yes"}).status_code
                == 404
            )
            assert client.get(f"/articles/{_word('slug', number)}/files/1").status_code == 404


def _assert_no_correction(client: FlaskClient, world: World) -> None:
    for number, paper in enumerate(world.papers):
        if _may_read(world, paper):
            continue
        for kind in ("title", "body", "keyword"):
            exact, near = _word(kind, number), _word(kind, number)[:-1]
            for typed in (exact, near):
                page = client.get(f"/search?q={typed}").text
                _assert_page_keeps_quiet(page.replace(typed, ""), world, f"/search?q={typed}")


@example(
    world=World(
        [], [], "en", [Paper("everyone", "draft", "en", False), Paper("staff", "published", "en", False)]
    )
)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=_worlds)
def test_no_page_tells_of_an_article_that_is_not_the_readers(app: Flask, cast: Cast, world: World) -> None:
    _forget(app)
    _write(app, world)
    client = _browser(app, cast, world)
    for address in _addresses(world):
        answer = client.get(address)
        assert answer.status_code in (200, 404), address
        _assert_page_keeps_quiet(answer.text, world, address)
    _assert_counts(client, world)
    _assert_own_pages(client, world)
    _assert_no_correction(client, world)
