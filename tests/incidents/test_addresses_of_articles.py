"""The address of one of our articles in what people write is that article: with its title, and the rights of each reader."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from servicedesk.database import db
from servicedesk.incidents.message_text import name_articles
from servicedesk.incidents.models import Incident, Message
from servicedesk.knowledge.models import Article
from tests.factories import Cast
from tests.incidents.library import file, publish

_OURS = "https://help.example.com"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (f"See {_OURS}/articles/vpn.", "See article:vpn."),
        (f"({_OURS}/articles/vpn#pay-cuts), **{_OURS}/articles/vpn?from=mail**", "(article:vpn), **article:vpn**"),
        (f"{_OURS}/articles/vpn/revisions/3", "article:vpn"),
        ("HTTPS://Help.Example.COM:443/articles/vpn/", "article:vpn"),
        ("http://help.example.com/articles/vpn", "article:vpn"),
        (f"see{_OURS}/articles/vpn,{_OURS}/articles/a", "see article:vpn,article:a"),
        (f"[VPN]({_OURS}/articles/vpn)", "[VPN](article:vpn)"),
        *(
            (other, other)
            for other in (
                f"{_OURS}/articles {_OURS}/articles/ {_OURS}/articles/new {_OURS}/articles/category/vpn",
                f"{_OURS}/articles/edit {_OURS}/articles/numbers/3 {_OURS}/incidents/3",
                "https://help.example.com.evil.example/articles/vpn https://evil.example/articles/vpn",
                "https://help.example.com:8443/articles/vpn https://help.example.com:x/articles/vpn",
                f"https://evil.example/?to={_OURS}/articles/vpn",
                "article:vpn /articles/vpn www.example.com/articles/vpn",
            )
        ),
    ],
)  # fmt: skip
def test_an_address_is_written_down_as_the_name_of_its_article(text: str, written: str) -> None:
    assert name_articles(text, public_url=_OURS) == written


def test_whoever_files_with_an_address_sees_the_title_and_who_may_not_read_it_sees_nothing_of_it(
    app: Flask, cast: Cast, employee: FlaskClient, agent: FlaskClient
) -> None:
    publish(app, "vpn", "Connect from home")
    publish(app, "layoffs-in-may", "Layoffs in May", audience="group:HR")
    text = "I read http://localhost/articles/vpn#3 and http://localhost/articles/layoffs-in-may, in vain"
    filed = employee.post("/incidents", data={"text": text, "title": "", "impact": "3", "urgency": "3"})
    assert filed.status_code == 303, filed.text
    for client in (employee, agent):
        page = client.get(filed.location).text
        assert re.search(r'<a class="article-link" href="/articles/vpn"[^>]*>.*?Connect from home</a>', page)
        assert "(an article that is not open to you)" in page
        conversation = page.partition('class="message-text"')[2].partition("</div>")[0]
        assert "layoffs" not in conversation.lower()


def test_staff_are_told_when_the_requester_cannot_open_the_address(
    app: Flask, cast: Cast, agent: FlaskClient
) -> None:
    publish(app, "reset-a-phone", "Reset a phone", audience="staff")
    number = file(app, cast.ewa, "My phone is silent")
    form = {"text": "See http://localhost/articles/reset-a-phone", "seen": "0"}
    refused = agent.post(f"/incidents/{number}/desk-answers", data=form)
    assert refused.status_code == 422
    assert "The requester cannot open an article that you name." in refused.text
    agent.post(f"/incidents/{number}/desk-answers", data={**form, "anyway": "y"})
    agent.post(f"/incidents/{number}/notes", data={"note": "http://localhost/articles/reset-a-phone it is"})
    with app.app_context():
        (message,) = db.session.scalars(select(Message.text))
        assert message == "See article:reset-a-phone"
    assert agent.get(f"/incidents/{number}").text.count('href="/articles/reset-a-phone"') >= 2


def test_a_requester_who_answers_with_an_address_names_the_article(
    app: Flask, cast: Cast, employee: FlaskClient
) -> None:
    publish(app, "vpn", "Connect from home")
    number = file(app, cast.ewa, "I cannot connect")
    sent = employee.post(f"/incidents/{number}/answer", data={"text": "I did http://localhost/articles/vpn"})
    assert sent.status_code == 303, sent.text
    assert "Connect from home" in employee.get(f"/incidents/{number}").text
    with app.app_context():
        db.session.execute(update(Article).values(state="archived"))
        db.session.commit()
        assert db.session.get_one(Incident, number)
    assert "Connect from home" not in employee.get(f"/incidents/{number}").text
