"""One person asks for suggestions at most sixty times a minute; more than that costs nothing and stops nobody from filing."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

import config
from servicedesk.app import create_app
from servicedesk.database import db
from servicedesk.incidents.suggestions.models import SuggestionAnswer
from tests.conftest import settings_for
from tests.factories import Cast, sign_in
from tests.incidents.library import publish, write_index

_API, _FORM = "/api/v1/suggestions", "/incidents/suggestions"
_A_MINUTE = 60


@pytest.fixture
def strict_app(settings: config.Settings) -> Iterator[Flask]:
    app = create_app(
        settings_for(
            settings.instance_dir, DATABASE_URL=settings.database_url, SUGGESTIONS_A_MINUTE=str(_A_MINUTE)
        )
    )
    app.config["WTF_CSRF_ENABLED"] = False
    publish(app, "vpn", "VPN does not connect")
    write_index(app)
    yield app
    with app.app_context():
        db.engine.dispose()


def _ask_form(client: FlaskClient) -> str:
    answer = client.get(
        _FORM, query_string={"text": "my vpn " + "x" * 3000, "session": "a-visit-to-the-form-1"}
    )
    assert answer.status_code == 200
    return answer.text


def test_sixty_is_what_an_installation_starts_with(settings: config.Settings) -> None:
    prefix = config.PREFIX
    given = {f"{prefix}INSTANCE_DIR": str(settings.instance_dir), f"{prefix}PUBLIC_URL": "http://localhost"}
    assert config.load(given).suggestions_a_minute == _A_MINUTE


def test_more_than_anybody_types_is_put_off_by_both_doors_for_this_person_alone(
    strict_app: Flask, cast: Cast
) -> None:
    ewa, olek = sign_in(strict_app, cast.ewa), sign_in(strict_app, cast.olek)
    # The minute may turn once meanwhile.
    asked = [(ewa.get(_API, query_string={"text": "my vpn"}), _ask_form(ewa)) for _ in range(2 * _A_MINUTE)]
    states = [answer.status_code for answer, _page in asked]
    assert states[: _A_MINUTE // 2 - 1] == [200] * (_A_MINUTE // 2 - 1)
    assert 429 in states
    late = next(answer for answer, _page in asked if answer.status_code == 429)
    assert 0 < int(late.headers["Retry-After"]) <= 60
    assert any("data-again" in page and "VPN" not in page for _answer, page in asked)
    assert olek.get(_API, query_string={"text": "my vpn"}).status_code == 200
    filed = ewa.post("/incidents", data={"text": "My VPN", "key": "a-key"})
    assert filed.status_code == 303
    with strict_app.app_context():
        recorded = db.session.scalar(select(func.count()).select_from(SuggestionAnswer)) or 0
    assert recorded <= _A_MINUTE, "What is put off leaves no row."


@pytest.mark.parametrize("limit", ["0", "11", "20"])
def test_at_most_ten_are_told(strict_app: Flask, cast: Cast, limit: str) -> None:
    client = sign_in(strict_app, cast.ewa)
    assert client.get(_API, query_string={"text": "vpn", "limit": limit}).status_code == 422
    assert client.get(_API, query_string={"text": "vpn", "limit": "10"}).status_code == 200
