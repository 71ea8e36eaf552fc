"""The title that the form proposes follows the words; one that the person wrote stays."""

from flask.testing import FlaskClient


def _title(browser: FlaskClient) -> str:
    page = browser.get("/incidents/new/details").get_data(as_text=True)
    field = page[page.index('id="title"') :]
    return field[field.index('value="') + len('value="') :].partition('"')[0]


def _autosave(browser: FlaskClient, **fields: str) -> None:
    """Keep what is typed, as the page does in the background."""
    assert browser.post("/incidents/draft", data=fields, headers={"X-Background": "1"}).status_code == 204


def test_a_proposed_title_does_not_outlive_the_words_it_came_from(employee: FlaskClient) -> None:
    employee.post("/incidents/new", data={"text": "The beamer turns itself off", "step": "details"})
    assert _title(employee) == "The beamer turns itself off"
    title = {"title": "The beamer turns itself off", "proposed_title": "The beamer turns itself off"}
    _autosave(employee, text="The beamer turns itself off", **title)
    # Whoever empties the box and rests has it kept so; then they press the button all the same.
    _autosave(employee, text="", **title)
    assert employee.post("/incidents", data={"text": "", **title}).status_code == 422

    employee.post("/incidents/new", data={"text": "No sound in the headset", "step": "details"})

    assert _title(employee) == "No sound in the headset"


def test_a_title_of_ones_own_stays(employee: FlaskClient) -> None:
    title = {"title": "Beamer", "proposed_title": "The beamer turns itself off"}
    _autosave(employee, text="The beamer turns itself off", **title)
    assert employee.post("/incidents", data={"text": "", **title}).status_code == 422

    _autosave(employee, text="The beamer turns itself off after an hour")

    assert _title(employee) == "Beamer"
