"""A message keeps an article's address, whose words are those of its title: nobody learns them by it who may not read that."""

import pytest
from flask import Flask
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.incidents.models import Incident
from servicedesk.knowledge.models import Article, ArticleRevision, FormerAddress
from servicedesk.people.models import Person
from tests.factories import Cast, sign_in
from tests.incidents.desk_work import answer, send
from tests.incidents.library import file, publish

_OPEN = "reset-the-router"


@pytest.fixture
def hidden(app: Flask, cast: Cast) -> dict[str, str]:
    """Addresses of articles that not everybody may read, by why; anna may read all of them."""
    with app.app_context():
        db.session.get_one(Person, cast.anna).groups = ["IT staff", "Finance"]
        db.session.commit()
    publish(app, "layoffs-in-gdynia", "Layoffs in Gdynia", audience="group:Finance")
    publish(app, "codes-of-pharmacy", "Codes of pharmacy", audience="staff")
    archived = publish(app, "merger-with-zephyr", "Merger with Zephyr")
    former = publish(app, "what-is-new", "What is new")
    with app.app_context():
        db.session.get_one(Article, archived).state = "archived"
        db.session.add(FormerAddress(slug="bonus-for-quixote", article_id=former, audience="group:Finance"))
        db.session.commit()
    return {
        "group": "layoffs-in-gdynia", "staff": "codes-of-pharmacy", "archived": "merger-with-zephyr",
        "former": "bonus-for-quixote",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("why", ["group", "staff", "archived", "former"])
def test_a_proposed_article_holds_no_words_of_an_article_that_not_all_may_read(
    app: Flask, cast: Cast, hidden: dict[str, str], why: str, language: str
) -> None:
    publish(app, _OPEN, "Reset the router")
    number = file(app, cast.olek, f"About article:{hidden[why]} here")
    with app.app_context():
        db.session.get_one(Incident, number).language = language
        db.session.commit()
    anna = sign_in(app, cast.anna)
    answer(anna, app, number, f"Do as article:{_OPEN} says.")
    last = f"Once more: article:{hidden[why]}."
    assert send(anna, app, number, "resolve", kind="proposed", text=last).status_code == 303
    with app.app_context():
        proposed = db.session.get_one(Incident, number).proposed_article_id
        draft = db.session.scalars(
            select(ArticleRevision).where(ArticleRevision.article_id == proposed)
        ).one()
        slug = db.session.scalars(select(Article.slug).where(Article.id == proposed)).one()
        words = " ".join((draft.title, draft.body, draft.html, draft.plain_text, draft.summary, slug)).lower()
    assert not [word for word in hidden[why].split("-") if len(word) > 5 and word in words]
    assert f"[reset the router](article:{_OPEN})" in words
    neutral = (
        "an article that is not open to everybody" if language == "en" else "nie jest dostępny dla wszystkich"
    )
    assert words.count(neutral) >= 2


def test_the_queue_finds_nothing_by_the_words_of_an_address(
    app: Flask, cast: Cast, hidden: dict[str, str]
) -> None:
    number = file(app, cast.olek, "My contract, as article:codes-of-pharmacy says")
    answer(sign_in(app, cast.anna), app, number, "Do as article:layoffs-in-gdynia says, with care.")
    piotr = sign_in(app, cast.piotr)
    found = {
        word: f"/incidents/{number}" in piotr.get(f"/queue?q={word}&state=all").text
        for word in ("layoffs", "gdynia", "pharmacy", "contract", "care")
    }
    assert found == {"layoffs": False, "gdynia": False, "pharmacy": False, "contract": True, "care": True}
