"""The first page: one question, what is known to be broken, one's own incidents, help by topic."""

from flask import Flask
from flask.testing import FlaskClient

from tests.factories import Cast, sign_in
from tests.incidents.library import QueryCounter, file, publish


def test_the_first_page_asks_what_is_not_working(employee: FlaskClient) -> None:
    page = employee.get("/").text
    assert page.count("<h1") == 1
    assert "What is not working?" in page
    assert "Known problems now" not in page
    assert "assigned to you" not in page


def test_only_ones_own_open_incidents_stand_on_it(app: Flask, cast: Cast, employee: FlaskClient) -> None:
    file(app, cast.ewa, "The screen of Ewa is black")
    file(app, cast.olek, "The secret of Olek")
    closed = file(app, cast.ewa, "The mouse of Ewa squeaks")
    employee.post(f"/incidents/{closed}/close")
    page = employee.get("/").text
    assert "The screen of Ewa is black" in page
    assert "Service desk has it. Somebody will take it up." in page
    assert "The secret of Olek" not in page
    assert "The mouse of Ewa" not in page


def test_staff_see_what_waits_for_them_and_only_what_they_may_see(
    app: Flask, cast: Cast, agent: FlaskClient
) -> None:
    file(app, cast.ewa, "One for the desk", category="email")
    file(app, cast.ewa, "One for the network", category="network")
    file(app, cast.ewa, "One for payroll", category="payroll")
    page = " ".join(agent.get("/").text.split())
    assert "<b>0</b>assigned to you" in page
    assert "<b>1</b>in your teams, with nobody yet" in page
    agent.post("/incidents/1/take")
    page = " ".join(agent.get("/").text.split())
    assert "<b>1</b>assigned to you" in page
    assert "<b>0</b>in your teams, with nobody yet" in page


def test_topics_are_those_of_articles_one_may_read_in_ones_language(
    app: Flask, cast: Cast, employee: FlaskClient
) -> None:
    publish(app, "vpn", "VPN does not connect", category="network/vpn")
    publish(app, "books", "Books of the finance people", category="finance-only", audience="group:Finance")
    page = employee.get("/").text
    assert 'href="/articles/category/network"' in page
    assert "finance-only" not in page.lower()
    assert 'href="/articles/category/network"' not in sign_in(app, cast.olek).get("/").text


def test_the_first_page_needs_few_queries(app: Flask, cast: Cast, agent: FlaskClient) -> None:
    for number in range(8):
        file(app, cast.anna, f"Problem {number}")
    with QueryCounter(app) as counter:
        agent.get("/")
    assert len(counter.statements) <= 12, "\n".join(counter.statements)
