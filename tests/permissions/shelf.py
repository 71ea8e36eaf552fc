"""Articles of each audience and state, each with secrets in every field."""

import io
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import select

from servicedesk.database import db
from servicedesk.files import actions as files
from servicedesk.knowledge import actions
from servicedesk.knowledge.models import Article
from servicedesk.knowledge.sources import Draft
from servicedesk.people.models import Person
from tests.permissions import oracle
from tests.permissions.oracle import Paper
from tests.permissions.secrets import MaySee, Secrets

GROUP = "group:Finance"
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass
class Shelf:
    """Ids, slugs and files of the articles by name, and how the oracle sees them."""

    article_ids: dict[str, int] = field(default_factory=dict)
    slugs: dict[str, str] = field(default_factory=dict)
    file_ids: dict[str, int] = field(default_factory=dict)
    papers: dict[str, Paper] = field(default_factory=dict)


def fill_shelf(secrets: Secrets, files_dir: Path, *, word: str) -> Shelf:
    """Write the articles; the caller commits."""
    shelf = Shelf()
    writer = _Writer(secrets, files_dir, word, shelf)
    writer.published("everyone", "everyone", is_secret=False)
    writer.published("staff", "staff")
    writer.published("group", GROUP)
    writer.draft("draft", "everyone", by="edyta")
    writer.draft("group draft", GROUP, by="edyta")
    writer.draft("proposal", "everyone", by="anna")
    writer.archived("archived", "everyone")
    writer.newer_draft("everyone")
    writer.opened("opened")
    return shelf


class _Writer:
    def __init__(self, secrets: Secrets, files_dir: Path, word: str, shelf: Shelf) -> None:
        self._secrets, self._files_dir, self._word, self._shelf = secrets, files_dir, word, shelf

    def published(self, name: str, audience: str, *, is_secret: bool = True) -> None:
        """Write and publish an article with a picture."""
        paper = Paper("published", audience, audience, "edyta")
        may_see = _reader(paper) if is_secret else _anybody
        article = self._create(name, paper, may_see, by="edyta")
        self._attach(article, name, may_see)
        actions.publish(article, by=as_member("edyta"))

    def draft(self, name: str, audience: str, *, by: str) -> None:
        """Write an article that readers do not see."""
        paper = Paper("draft", audience, audience, by)
        self._create(name, paper, lambda who: oracle.may_edit(who, paper), by=by)

    def archived(self, name: str, audience: str) -> None:
        """Write, publish and archive an article."""
        paper = Paper("archived", audience, audience, "edyta")
        article = self._create(name, paper, lambda who: oracle.may_edit(who, paper), by="edyta")
        actions.publish(article, by=as_member("edyta"))
        actions.archive(article, by=as_member("edyta"))

    def newer_draft(self, name: str) -> None:
        """Write a further revision of a published article that is not published yet."""
        paper = self._shelf.papers[name]
        article = db.session.get_one(Article, self._shelf.article_ids[name])
        draft = self._text(f"newer {name}", lambda who: oracle.may_edit(who, paper))
        draft = replace(draft, audience=paper.audience)
        actions.edit_article(article, draft, by=as_member("edyta"), based_on=article.newest_number)

    def opened(self, name: str) -> None:
        """Publish an article for everyone whose first revision was a group's: that revision stays the group's."""
        before = Paper("published", GROUP, GROUP, "edyta")
        article = self._create(name, before, lambda who: oracle.may_edit(who, before), by="edyta")
        self._attach(article, name, lambda who: oracle.may_edit(who, before))
        actions.publish(article, by=as_member("edyta"))
        draft = Draft(title="Opened", body=f"Open to everyone: {self._word}.\n", audience="everyone")
        actions.edit_article(article, draft, by=as_member("edyta"), based_on=article.newest_number)
        actions.publish(article, by=as_member("edyta"), widening_confirmed=True)
        self._shelf.slugs[name] = article.slug
        self._shelf.papers[name] = Paper("published", "everyone", "everyone", "edyta")

    def _create(self, name: str, paper: Paper, may_see: MaySee, *, by: str) -> Article:
        draft = replace(self._text(name, may_see), audience=paper.audience)
        slug = "open-canary" if may_see is _anybody else ""
        is_opened = name == "opened"
        slug = slug or (
            "opened-canary" if is_opened else self._hide(f"{name} slug", may_see, is_in_addresses=True)
        )
        article = actions.create_article(draft, language="en", by=as_member(by))
        article.slug = slug
        db.session.flush()
        self._shelf.article_ids[name], self._shelf.slugs[name] = article.id, article.slug
        self._shelf.papers[name] = paper
        return article

    def _text(self, name: str, may_see: MaySee) -> Draft:
        return Draft(
            title=f"Feed the {self._word} {self._hide(f'{name} title', may_see)}",
            summary=f"The {self._word} {self._hide(f'{name} summary', may_see)} is hungry.",
            body=f"The {self._word} {self._hide(f'{name} body', may_see)} eats seeds.\n\n## Steps\n\n"
            f"- [ ] Buy {self._hide(f'{name} step', may_see)}.\n",
            category=f"birds/{self._hide(f'{name} category', may_see, is_in_addresses=True)}",
            tags=(self._hide(f"{name} tag", may_see),),
            keywords=(self._hide(f"{name} keyword", may_see),),
            facts_needed=(f"Which {self._hide(f'{name} fact', may_see)}?",),
        )

    def _attach(self, article: Article, name: str, may_see: MaySee) -> None:
        """Put a picture into the text by a further revision: only what the published text shows is sent."""
        by = as_member("edyta")
        content = _PNG + self._hide(f"{name} picture", may_see).encode()
        stored = files.upload(
            io.BytesIO(content),
            f"{self._hide(f'{name} file name', may_see)}.png",
            by_id=by.id,
            root=self._files_dir,
        )
        files.claim([stored.id], by_id=by.id)
        attached = actions.attach_file(article, file_id=stored.id, name=stored.name, by=by)
        newest = article.revisions[-1]
        draft = Draft(
            title=newest.title, summary=newest.summary, audience=newest.audience, category=newest.category,
            tags=tuple(newest.tags), keywords=tuple(newest.keywords), facts_needed=tuple(newest.facts_needed),
            body=f"{newest.body}\n![A bird](file:{attached.name})\n",
        )  # fmt: skip
        actions.edit_article(article, draft, by=by, based_on=article.newest_number)
        self._shelf.file_ids[name] = attached.id

    def _hide(self, name: str, may_see: MaySee, *, is_in_addresses: bool = False) -> str:
        return self._secrets.hide(f"article {name}", may_see, is_in_addresses=is_in_addresses)


def as_member(name: str) -> Person:
    """Return somebody of the cast who for a moment belongs to the group that the article is for."""
    found = db.session.scalars(select(Person).where(Person.user_name == name)).one()
    db.session.expunge(found)
    found.groups = ["Finance", *found.groups]
    return found


def _anybody(_who: object) -> bool:
    return True


def _reader(paper: Paper) -> MaySee:
    return lambda who: oracle.may_read(who, paper)
