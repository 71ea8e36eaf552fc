"""How much one request may bring (security.md M7, and its "Limits")."""

import json
import re
from pathlib import Path

import pytest
from flask import Flask
from flask import request as sent
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

import servicedesk
from servicedesk.web import access, limits
from servicedesk.web.paging import LARGEST_PAGE
from tests.factories import Cast, sign_in


@pytest.fixture
def api(own_app: Flask) -> FlaskClient:
    """A signed-in browser of an application with an address that takes JSON, and one that takes forms."""

    @access.signed_in
    def take() -> dict[str, int]:
        return {"size": len(sent.get_data()) if sent.is_json else sum(map(len, sent.form.values()))}

    own_app.add_url_rule("/api/take", "take", take, methods=["POST"])
    own_app.add_url_rule("/take", "take_form", take, methods=["POST"])
    with own_app.app_context():
        ewa = Cast.load().ewa
    return sign_in(own_app, ewa)


@pytest.mark.parametrize(("depth", "status"), [(1, 200), (20, 200), (21, 422), (5_000, 422), (200_000, 422)])
def test_json_may_be_nested_twenty_deep(api: FlaskClient, depth: int, status: int) -> None:
    answer = api.post("/api/take", data="[" * depth + "]" * depth, content_type="application/json")
    assert answer.status_code == status


@pytest.mark.parametrize(("size", "status"), [(900_000, 200), (1_000_100, 413)])
def test_json_may_be_a_megabyte(api: FlaskClient, size: int, status: int) -> None:
    answer = api.post("/api/take", data='"' + "a" * size + '"', content_type="application/json")
    assert answer.status_code == status


@pytest.mark.parametrize(("size", "status"), [(600_000, 200), (2_100_000, 413)])
def test_a_form_may_hold_the_longest_article(api: FlaskClient, size: int, status: int) -> None:
    assert api.post("/take", data={"body": "a" * size}).status_code == status


def test_who_is_not_signed_in_sends_a_name_and_a_password(client: FlaskClient) -> None:
    answer = client.post("/login", data={"username": "ewa", "password": "x" * 70_000})
    assert answer.status_code == 413


def test_a_form_has_at_most_two_hundred_parts(api: FlaskClient) -> None:
    fields = {f"f{number}": "x" for number in range(300)}
    assert api.post("/take", data=fields, content_type="multipart/form-data").status_code == 413


@pytest.mark.parametrize(("size", "is_refused"), [(30_000_000, False), (30_000_001, True)])
def test_files_may_be_thirty_megabytes_together(api: FlaskClient, size: int, *, is_refused: bool) -> None:
    """What is promised is refused before it is read; what is then not sent is another mistake."""
    kind, promised = "multipart/form-data; boundary=x", {"CONTENT_LENGTH": str(size)}
    answer = api.post("/take", data=b"--x--", content_type=kind, environ_overrides=promised)
    assert (answer.status_code == 413) == is_refused


def test_no_page_of_a_list_is_longer_than_a_hundred_lines() -> None:
    texts = (path.read_text(encoding="utf-8") for path in Path(servicedesk.__file__).parent.rglob("*.py"))
    sizes = [int(size) for text in texts for size in re.findall(r"PAGE_SIZE = (\d+)", text)]
    assert len(sizes) > 5
    assert max(sizes) <= LARGEST_PAGE


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=20,
    )
)
def test_depth_is_counted_without_being_fooled_by_strings(value: object) -> None:
    assert limits.json_depth(json.dumps(value).encode()) == _depth(value)


@pytest.mark.parametrize("text", [b"", b"]]]]", b'"[[[[', b'"\\"[["', b"\xff[", b'{"a": "\\\\"}'])
def test_broken_json_is_measured_too(text: bytes) -> None:
    assert limits.json_depth(text) <= 1


def _depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max((_depth(inner) for inner in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((_depth(inner) for inner in value), default=0)
    return 0
