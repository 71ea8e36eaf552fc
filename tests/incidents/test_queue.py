"""The queue: what it shows to whom, how it is narrowed down, and what it costs."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import Cast, sign_in
from tests.incidents.desk_work import answer, category_id, send, team_id
from tests.incidents.library import QueryCounter, file

MOST_QUERIES = 12


@pytest.fixture
def incidents(app: Flask, cast: Cast) -> dict[str, int]:
    """Six incidents: three of the service desk, and one of each other team."""
    return {
        "printer": file(app, cast.ewa, "Printer jams on every page", category="email", impact=1, urgency=1),
        "mail": file(app, cast.olek, "Mail does not leave", category="email"),
        "other": file(app, cast.olek, "Drzwi się nie otwierają"),
        "vpn": file(app, cast.ewa, "VPN shows error 0x80070005", category="network"),
        "contract": file(app, cast.ewa, "Contract of CANARYLEGAL", category="contracts"),
        "pay": file(app, cast.ewa, "Pay of CANARYPAY", category="payroll"),
    }


def listed(client: FlaskClient, address: str = "/queue") -> list[int]:
    """Return the numbers on the page, in their order."""
    page = client.get(address)
    assert page.status_code == 200
    return [int(number) for number in re.findall(r'queue-number">INC-(\d+)', page.get_data(as_text=True))]


def view_counts(client: FlaskClient) -> list[tuple[str, int]]:
    """Return address and count of each saved view."""
    page = client.get("/queue").get_data(as_text=True)
    found = re.findall(
        r'<li><a href="([^"]+)"[^>]*><span>[^<]+</span> <span class="queue-count">(\d+)<', page
    )
    return [(address.replace("&amp;", "&"), int(count)) for address, count in found]


def test_only_staff_open_the_queue(client: FlaskClient, employee: FlaskClient, editor: FlaskClient) -> None:
    assert client.get("/queue").status_code == 303
    assert employee.get("/queue").status_code == 403
    assert editor.get("/queue").status_code == 403


def test_everybody_sees_what_their_rights_of_this_moment_show(
    app: Flask, cast: Cast, incidents: dict[str, int]
) -> None:
    normal = {incidents[name] for name in ("printer", "mail", "other", "vpn")}
    expected = {
        cast.anna: normal,
        cast.nina: normal,
        cast.lena: normal | {incidents["contract"]},
        cast.hanna: normal | {incidents["pay"]},
        cast.adam: normal | {incidents["contract"]},
    }
    for person_id, visible in expected.items():
        assert set(listed(sign_in(app, person_id))) == visible


def test_nothing_of_other_teams_is_named_counted_or_found(
    app: Flask, agent: FlaskClient, incidents: dict[str, int]
) -> None:
    pages = "".join(
        agent.get(address).get_data(as_text=True)
        for address in (
            "/queue",
            "/queue?state=all",
            "/queue?q=CANARYPAY&state=all",
            "/queue?q=CANARYLEGAL",
            f"/queue?team={team_id(app, 'hr')}&state=all",
            f"/queue?category={category_id(app, 'payroll')}",
        )
    )
    assert "Pay of" not in pages
    assert "Contract of" not in pages
    assert "Human resources" not in pages
    assert "Payroll" not in pages
    assert dict(view_counts(agent))["/queue"] == 4
    assert agent.get(f"/queue?q=INC-{incidents['pay']}").status_code == 200


def test_each_view_counts_what_it_lists(app: Flask, agent: FlaskClient, incidents: dict[str, int]) -> None:
    """Counted after authorization (security.md A8)."""
    agent.post(f"/incidents/{incidents['mail']}/take", data={})
    send(agent, app, incidents["mail"], "state", state="waiting")
    agent.post(f"/incidents/{incidents['printer']}/take", data={})
    counts = view_counts(agent)
    assert [count for _, count in counts] == [2, 1, 4, 1, 0]
    for address, count in counts:
        assert len(listed(agent, address)) == count


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("/queue?assignee=nobody", {"printer", "other", "vpn"}),
        ("/queue?assignee=me", {"mail"}),
        ("/queue?team=mine", {"printer", "mail", "other"}),
        ("/queue?state=in_progress", {"mail"}),
        ("/queue?state=closed", set()),
        ("/queue?priority=1", {"printer"}),
        ("/queue?q=printers", {"printer"}),
        ("/queue?q=drzwi", {"other"}),
        ("/queue?q=0x80070005", {"vpn"}),
        ("/queue?q=nowak", {"printer", "vpn"}),
        ("/queue?q=printers+leave", set()),
        (
            "/queue?state=nonsense&team=x&assignee=-1&category=a&priority=%27&sort=drop",
            {"printer", "mail", "other", "vpn"},
        ),
    ],
)
def test_filters_narrow_the_list(
    agent: FlaskClient, incidents: dict[str, int], address: str, names: set[str]
) -> None:
    """Only known words sort and filter (security.md X20)."""
    agent.post(f"/incidents/{incidents['mail']}/take", data={})
    assert set(listed(agent, address)) == {incidents[name] for name in names}


def test_the_order_is_newest_oldest_or_priority(agent: FlaskClient, incidents: dict[str, int]) -> None:
    by_age = [incidents[name] for name in ("printer", "mail", "other", "vpn")]
    assert listed(agent) == by_age[::-1]
    assert listed(agent, "/queue?sort=oldest") == by_age
    assert listed(agent, "/queue?sort=priority")[0] == incidents["printer"]


@pytest.mark.parametrize("words", ["INC-{}", "inc-{}", " {} "])
def test_a_number_opens_the_incident(agent: FlaskClient, incidents: dict[str, int], words: str) -> None:
    found = agent.get("/queue", query_string={"q": words.format(incidents["vpn"])})
    assert found.location == f"/incidents/{incidents['vpn']}"


def test_answers_are_found_and_internal_notes_are_not(
    app: Flask, agent: FlaskClient, incidents: dict[str, int]
) -> None:
    answer(agent, app, incidents["mail"], "Look at the quarantine of the gateway")
    agent.post(f"/incidents/{incidents['mail']}/notes", data={"note": "Suspicious blunderbuss"})
    assert listed(agent, "/queue?q=quarantine") == [incidents["mail"]]
    assert listed(agent, "/queue?q=blunderbuss") == []


def test_each_filter_can_be_taken_off(agent: FlaskClient, incidents: dict[str, int]) -> None:
    page = agent.get("/queue?state=all&priority=1&q=printer").get_data(as_text=True)
    chips = {address.replace("&amp;", "&") for address in re.findall(r'class="chip" href="([^"]+)"', page)}
    assert chips == {
        "/queue?priority=1&q=printer",
        "/queue?state=all&q=printer",
        "/queue?state=all&priority=1",
    }


def test_what_people_type_is_never_a_query_language(agent: FlaskClient, incidents: dict[str, int]) -> None:
    """Bound as parameters, all of it (security.md X20)."""
    for words in (
        '"',
        "*",
        "a AND (b",
        "NEAR(",
        "terms:x",
        "' OR 1=1 --",
        "%",
        "\x00",
        "😀" * 300,
        "INC-99999999999999999999",
    ):
        assert agent.get("/queue", query_string={"q": words}).status_code == 200


def test_assigning_from_the_queue_comes_back_to_it(agent: FlaskClient, incidents: dict[str, int]) -> None:
    taken = agent.post(f"/incidents/{incidents['mail']}/take", data={"next": "/queue?team=mine"})
    assert taken.location == "/queue?team=mine"
    away = agent.post(f"/incidents/{incidents['other']}/take", data={"next": "//evil.test"})
    assert away.location == "/queue"


def test_a_full_page_needs_few_queries(app: Flask, cast: Cast, agent: FlaskClient) -> None:
    for number in range(51):
        file(app, cast.ewa, f"Printer {number} jams")
    for address in ("/queue", "/queue?q=printer&state=all&sort=priority", "/queue?page=2"):
        with QueryCounter(app) as counter:
            assert agent.get(address).status_code == 200
        assert len(counter.statements) <= MOST_QUERIES, counter.statements
    assert len(listed(agent)) == 50
    assert len(listed(agent, "/queue?page=2")) == 1
