"""Each verb on an article, tried by each relation through each door: done, refused, or as if there were nothing.

Files have no door of their own (security.md A2, A9, X7).
"""

from itertools import product

import pytest

from servicedesk.database import db
from servicedesk.knowledge import actions
from servicedesk.knowledge.models import Article, ArticleFeedback
from servicedesk.knowledge.sources import Draft
from tests.permissions import oracle, shelf
from tests.permissions.answers import is_sent_to_log_in, knock, knock_at_nothing, lacks_role
from tests.permissions.conftest import Desk
from tests.permissions.doors import ARTICLE_DOORS, PEOPLE_DOORS, Door, Target
from tests.permissions.matrix import load
from tests.permissions.oracle import Paper, Somebody
from tests.permissions.stage import PEOPLE
from tests.sameness import plain

_SUBJECTS = ("emil", "olek", "anna", "nina", "edyta", "adam")
_PAPERS = ("everyone", "staff", "group", "draft", "group draft", "proposal", "archived")
_PUBLISHED = ("everyone", "staff", "group")
_READING = {"read_everyone": "everyone", "read_staff": "staff", "read_group": "group"}
_ONLY_WHAT_IS_PUBLISHED = ("knowledge.article_file", "knowledge.verify", "knowledge.archive")
_WITHOUT_TRACES = ("preview", "solved")
_WRITING = [door for door in ARTICLE_DOORS if door.verb == "propose"]
_DOORS = [door for door in ARTICLE_DOORS if door.verb != "propose"]

# Only who may knock is asked here; what trying a mail again does stands in tests/incidents/test_failed_mails.py.
_NO_MAIL = Target({"mail_id": 999_999})


class Nothing:
    """What each door answers each person about an article that never was; asked once."""

    def __init__(self, staged: Desk) -> None:
        self._staged = staged
        self._known: dict[tuple[Door, str], object] = {}

    def answer(self, door: Door, name: str, target: Target) -> object:
        """Return all that the answer tells."""
        if (door, name) not in self._known:
            browser = self._staged.browsers[name]
            self._known[door, name] = plain(knock_at_nothing(self._staged.app, browser, door, target))
        return self._known[door, name]


@pytest.fixture(scope="module")
def nothing(staged: Desk) -> Nothing:
    """Answers about nothing."""
    return Nothing(staged)


def _cases() -> list[tuple[Door, str]]:
    """Return each door with its articles: by audience for the reading verbs, and where there is something to be done."""
    return [(door, name) for door in _DOORS for name in _PAPERS if name in _papers_of(door)]


def _papers_of(door: Door) -> tuple[str, ...]:
    if door.endpoint in _ONLY_WHAT_IS_PUBLISHED:
        return tuple(name for name in _PUBLISHED if door.verb not in _READING or _READING[door.verb] == name)
    if door.verb in _READING:
        return {
            "everyone": ("everyone", "draft", "proposal", "archived"),
            "group": ("group", "group draft"),
        }.get(_READING[door.verb], (_READING[door.verb],))
    return _PAPERS


def _name(value: object) -> str | None:
    return value.name.replace(" ", "_") if isinstance(value, Door) else None


@pytest.mark.parametrize(
    ("door", "paper", "name"), [(*case, name) for case in _cases() for name in _SUBJECTS], ids=_name
)
def test_an_article_is_open_refused_or_answered_as_if_there_were_nothing(
    staged: Desk, nothing: Nothing, door: Door, paper: str, name: str
) -> None:
    seen = staged.stage.shelf.papers[paper]
    who, browser, target = PEOPLE[name], staged.browsers[name], _target(staged, door, paper, name)
    before = _traces(staged, door, target)
    answer = knock(staged.app, browser, door, target)
    if lacks_role(staged.app, door, who):
        assert answer.status_code == 403
        assert plain(answer) == nothing.answer(door, name, target)
    elif _may(who, door, seen):
        assert answer.status_code in door.expected
        assert door.method == "GET" or door.name in _WITHOUT_TRACES or _traces(staged, door, target) != before
        return
    elif oracle.may_read(who, seen):
        assert answer.status_code == 403
    else:
        assert answer.status_code == 404
        assert plain(answer) == nothing.answer(door, name, target)
    assert _traces(staged, door, target) == before


@pytest.mark.parametrize(("door", "name"), list(product(ARTICLE_DOORS, (None, "zoe"))), ids=_name)
def test_no_article_opens_without_being_signed_in(staged: Desk, door: Door, name: str | None) -> None:
    target = _staged_target(staged, "everyone")
    assert is_sent_to_log_in(knock(staged.app, staged.browsers[name], door, target))


@pytest.mark.parametrize(("door", "name"), list(product(_WRITING, _SUBJECTS)), ids=_name)
def test_articles_are_written_by_staff(staged: Desk, door: Door, name: str) -> None:
    answer = knock(staged.app, staged.browsers[name], door, Target({}))
    may = any(load()["knowledge"].grants("propose", relation) for relation in _roles(PEOPLE[name]))
    assert answer.status_code in (door.expected if may else (403,))


@pytest.mark.parametrize(("door", "name"), list(product(PEOPLE_DOORS, _SUBJECTS)), ids=_name)
def test_pages_about_people_are_ones_own_or_an_admins(staged: Desk, door: Door, name: str) -> None:
    answer = knock(staged.app, staged.browsers[name], door, _NO_MAIL)
    may = any(load()["people"].grants(door.verb, relation) for relation in _roles(PEOPLE[name]))
    assert answer.status_code in (door.expected if may else (403,))


@pytest.mark.parametrize(("door", "name"), list(product(PEOPLE_DOORS, (None, "zoe"))), ids=_name)
def test_no_page_about_people_opens_without_being_signed_in(
    staged: Desk, door: Door, name: str | None
) -> None:
    assert is_sent_to_log_in(knock(staged.app, staged.browsers[name], door, _NO_MAIL))


def _may(who: Somebody, door: Door, paper: Paper) -> bool:
    if door.verb in _READING or door.verb == "feedback":
        return oracle.may_read(who, paper)
    return oracle.may_edit(who, paper)


def _roles(who: Somebody) -> list[str]:
    short = {"agent": "ag", "editor": "ed", "admin": "adm"}
    return ["emp", *(short[role] for role in who.roles)]


def _target(staged: Desk, door: Door, name: str, who: str) -> Target:
    paper = staged.stage.shelf.papers[name]
    if door.method == "GET" or door.verb == "feedback" or not oracle.may_edit(PEOPLE[who], paper):
        return _staged_target(staged, name)
    with staged.app.app_context():
        article = _copy_of(paper)
        db.session.commit()
        return _target_of(article, paper)


def _staged_target(staged: Desk, name: str) -> Target:
    with staged.app.app_context():
        article = db.session.get_one(Article, staged.stage.shelf.article_ids[name])
        target = _target_of(article, staged.stage.shelf.papers[name])
    target_file = staged.stage.shelf.file_ids.get(name, 0)
    return Target(
        {**target.address, "file_id": target_file},
        audience=target.audience,
        newest_number=target.newest_number,
    )


def _target_of(article: Article, paper: Paper) -> Target:
    address = {"slug": article.slug, "number": 1, "file_id": 0, "article_id": article.id}
    return Target(address, audience=paper.audience, newest_number=article.newest_number)


def _copy_of(paper: Paper) -> Article:
    """Write an article like the staged one, to be changed by one request."""
    draft = Draft(title="Feed a copied bird", body="Grains.\n", audience=paper.audience)
    article = actions.create_article(draft, language="en", by=shelf.as_member(paper.created_by))
    if paper.state != "draft":
        actions.publish(article, by=shelf.as_member("edyta"))
    if paper.state == "archived":
        actions.archive(article, by=shelf.as_member("edyta"))
    db.session.flush()
    return article


def _traces(staged: Desk, door: Door, target: Target) -> tuple[object, ...]:
    """Return everything about an article that a request may have changed; one that only reads is known to change nothing."""
    if door.method == "GET":
        return ()
    with staged.app.app_context():
        article = db.session.query(Article).filter_by(slug=target.address["slug"]).one()
        columns = [str(getattr(article, column.key)) for column in Article.__table__.columns]
        said = db.session.query(ArticleFeedback).filter_by(article_id=article.id).all()
        return (*columns, *sorted((row.person_id, row.solved) for row in said))
