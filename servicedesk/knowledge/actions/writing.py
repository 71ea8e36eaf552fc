"""Writing articles: each change is a new revision, and nothing that was written is ever lost."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from servicedesk.database import db, now
from servicedesk.errors import N_, ConflictError, InvalidInputError, NotAllowedError
from servicedesk.knowledge import queries, rendering, rules
from servicedesk.knowledge.actions.addresses import follow_file, follow_title, leave_address, new_address
from servicedesk.knowledge.html_images import shown_numbers
from servicedesk.knowledge.html_links import linked_slugs
from servicedesk.knowledge.models import Article, ArticleFile, ArticleRevision, ArticleSource
from servicedesk.knowledge.rendering import Rendered, render
from servicedesk.knowledge.sources import Draft
from servicedesk.people.models import Person, SecurityEvent
from servicedesk.people.rules import ARTICLE_WIDENED
from servicedesk.search.actions import note_change

_VERIFIED_FOR = timedelta(days=365)


def create_article(
    draft: Draft, *, language: str, by: Person, translation_of_id: int | None = None
) -> Article:
    """Write a draft's first revision. Agents may: that is a proposal. Raises InvalidInputError, NotAllowedError."""
    if not rules.may_write(roles=by.known_roles):
        raise NotAllowedError(N_("Articles are written by editors and IT staff."))
    _check_draft(draft, by=by)
    article = new_article(slug=new_address(draft.title), language=language, draft=draft, by_id=by.id)
    article.translation_of_id = translation_of_id
    add_revision(article, draft, rendered=_render(article, draft, by), by_id=by.id)
    _flush(N_("The article was not saved. Save it again."))
    if translation_of_id is not None:
        share_source(article, translation_of_id)
    return article


def prepare(draft: Draft, *, language: str, by: Person, article: Article | None = None) -> None:
    """Render a draft while no transaction is open: `create_article` and `edit_article` then take what is ready."""
    slug, files = _place_of(article, by)
    rendering.prepare(draft.body, slug=slug, language=article.language if article else language, files=files)


def draw_from(article: Article, incident_id: int) -> None:
    """Record that the article holds the words of an incident: from now on it is closed while that is."""
    db.session.add(ArticleSource(article_id=article.id, incident_id=incident_id))
    db.session.flush()


def share_source(article: Article, original_id: int) -> None:
    """Let a translation be closed by what closes its original; one that has an incident of its own keeps it."""
    source = db.session.get(ArticleSource, original_id)
    if source is not None and db.session.get(ArticleSource, article.id) is None:
        open_from = None if source.open_from is None else 1
        db.session.add(
            ArticleSource(article_id=article.id, incident_id=source.incident_id, open_from=open_from)
        )


def let_go(article: Article, *, by: Person) -> None:
    """Open the newest text, whatever becomes of its incident: somebody found nothing of the incident left in it.

    Earlier revisions stay closed. Where readers had one of these before them, the newest waits for an editor as a draft.
    """
    source = db.session.get(ArticleSource, article.id)
    if source is None:
        raise ConflictError(N_("This article was not drafted from an incident."))
    newest = queries.newest_revision(article)
    source.open_from = newest.number
    if article.published_revision_id != newest.id:
        article.state, article.published_revision = "draft", None
        repeat_columns(article, newest)
    leave_address(article, newest.title)
    note_widening(article, by_id=by.id)
    note_change("article", article.id)


def edit_article(
    article: Article, draft: Draft, *, by: Person, based_on: int, note: str = ""
) -> ArticleRevision:
    """Write the next revision; readers see it when it is published.

    `based_on` is the number of the revision that the author had before them. Raises ConflictError when another was
    written since that they may see, InvalidInputError, NotAllowedError.
    """
    _check_draft(draft, by=by)
    db.session.execute(select(Article.id).where(Article.id == article.id).with_for_update())
    db.session.refresh(article)
    if queries.newest_open_revision(article, by).number != based_on:
        raise ConflictError(N_("Somebody else saved this article while you were writing."))
    _leave_hidden(article, based_on, by=by)
    revision = add_revision(article, draft, rendered=_render(article, draft, by), by_id=by.id, note=note)
    if article.published_revision_id is None:
        follow_title(article, revision)
    _flush(N_("Somebody else saved this article while you were writing."))
    return revision


def publish(article: Article, *, by: Person, widening_confirmed: bool = False) -> None:
    """Let readers see the newest revision. Raises NotAllowedError, InvalidInputError.

    When more people than before will read it, somebody has to have confirmed that.
    """
    if not rules.may_publish(roles=by.known_roles):
        raise NotAllowedError(N_("Articles are published by editors."))
    if queries.is_closed(article):
        raise NotAllowedError(queries.CLOSED)
    revision = queries.newest_open_revision(article, by)
    slugs = linked_slugs(revision.html)
    if slugs - queries.known_slugs(slugs, by):
        raise InvalidInputError(
            N_("A link leads to an article that does not exist. Correct its address or take it out."),
            field="body",
        )
    if article.published_revision_id and rules.is_wider(revision.audience, article.audience):
        if not widening_confirmed:
            raise InvalidInputError(
                N_("More people than before will be able to read this. Confirm that this is meant."),
                field="widening",
            )
        note_widening(article, by_id=by.id)
    follow_title(article, revision)
    put_forward(article, revision)
    article.verified_at, article.verified_by_id = now(), by.id


def verify(article: Article, *, by: Person) -> None:
    """Record that the published text is still right; the next review is then a year away."""
    if not rules.may_publish(roles=by.known_roles):
        raise NotAllowedError(N_("Articles are verified by editors."))
    if article.state != "published":
        raise ConflictError(N_("Only a published article can be verified."))
    article.verified_at, article.verified_by_id = now(), by.id
    article.review_on = (now() + _VERIFIED_FOR).date()
    note_change("article", article.id)  # Its words may count for more now.


def archive(article: Article, *, by: Person) -> None:
    """Take the article away from readers; its revisions stay, and publishing brings it back."""
    if not rules.may_publish(roles=by.known_roles):
        raise NotAllowedError(N_("Articles are archived by editors."))
    article.state = "archived"
    note_change("article", article.id)


def attach_file(article: Article, *, file_id: int, name: str, by: Person) -> ArticleFile:
    """Add a file to the article; its text shows it as `![...](file:name)`. The same picture sent again is there already."""
    # Two files of one name that come at once get names of their own.
    db.session.execute(select(Article.id).where(Article.id == article.id).with_for_update())
    if (same := queries.find_same_file(article, file_id, by)) is not None:
        return same
    free = queries.free_file_name(article, name, by)
    attached = ArticleFile(article_id=article.id, file_id=file_id, name=free)
    db.session.add(attached)
    db.session.flush()
    return attached


def new_article(*, slug: str, language: str, draft: Draft, by_id: int | None) -> Article:
    """Add an article without any revision yet; nobody reads it."""
    article = Article(
        slug=slug, language=language, audience=draft.audience, title=draft.title, newest_number=0,
        created_by_id=by_id,
    )  # fmt: skip
    db.session.add(article)
    return article


def add_revision(
    article: Article, draft: Draft, *, rendered: Rendered, by_id: int | None, note: str = ""
) -> ArticleRevision:
    """Write the next revision. While nothing is published, the article's own columns follow its newest text."""
    files = queries.own_files(article, shown_numbers(rendered.html))
    revision = ArticleRevision(
        article=article, number=article.newest_number + 1, title=draft.title, summary=draft.summary,
        audience=draft.audience, category=draft.category, tags=list(draft.tags), keywords=list(draft.keywords),
        facts_needed=list(draft.facts_needed), time_minutes=draft.time_minutes, review_on=draft.review_on,
        body=draft.body, html=rendered.html, plain_text=rendered.plain_text, contents=rendered.contents,
        steps=rendered.steps, change_note=note[:300], author_id=by_id, files=list(files),
    )  # fmt: skip
    article.newest_number = revision.number
    if article.published_revision_id is None:
        repeat_columns(article, revision)
    db.session.add(revision)
    return revision


def put_forward(article: Article, revision: ArticleRevision) -> None:
    """Make this revision the published one and have it indexed."""
    if revision.id is None or article.id is None:
        db.session.flush()
    article.published_revision = revision
    article.state = "published"
    article.published_at = now()
    repeat_columns(article, revision)
    note_change("article", article.id)


def place(article: Article, revision: ArticleRevision, *, state: str, slug: str = "") -> None:
    """Give the article the state that its file names. A draft takes the article away from readers until it is published.

    One that is opened to more people leaves an address that tells them a hidden title, for `slug` if its file says so.
    """
    if state == "draft":
        article.state = "draft" if article.state == "published" else article.state
        db.session.flush()
        note_change("article", article.id)
        return
    if revision.number > 1:
        comes_back = article.state != "published" and state == "published"
        if article.published_revision_id and (
            comes_back or rules.is_wider(revision.audience, article.audience)
        ):
            note_widening(article, by_id=None)
        follow_file(article, revision, slug=slug)
    put_forward(article, revision)
    article.state = state


def note_widening(article: Article, *, by_id: int | None) -> None:
    """Tell admins that more people than before may read it; by a command it is nobody in particular."""
    # Its words and the names of groups are looked up by whoever may read them.
    db.session.add(SecurityEvent(kind=ARTICLE_WIDENED, person_id=by_id, detail=str(article.id)))


def repeat_columns(article: Article, revision: ArticleRevision) -> None:
    """Let the article's own columns say what this revision says."""
    for name in ("audience", "category", "title", "summary", "tags", "review_on"):
        setattr(article, name, getattr(revision, name))


def _leave_hidden(article: Article, based_on: int, *, by: Person) -> None:
    """Mark a newest text that the author cannot see, for those who can; of what they themselves see they were told.

    What stands between the two was seen by whoever wrote the newest, or is marked since then.
    """
    told = [revision.id for revision in queries.list_left(article, by)]
    change = update(ArticleRevision).where(ArticleRevision.article_id == article.id)
    db.session.execute(change.where(ArticleRevision.id.in_(told)).values(is_left=False))
    is_hidden = ArticleRevision.number > based_on, ArticleRevision.number == article.newest_number
    db.session.execute(change.where(*is_hidden).values(is_left=True))


def _render(article: Article, draft: Draft, by: Person) -> Rendered:
    slug, files = _place_of(article if article.id else None, by)
    return render(draft.body, slug=slug, language=article.language, files=files)


def _place_of(article: Article | None, by: Person) -> tuple[str, dict[str, int]]:
    """Return what a text needs to show its pictures; a new article has none and needs no address for them."""
    if article is None:
        return "", {}
    return article.slug, {name: number for number, name in queries.files_of(article, by)}


def _check_draft(draft: Draft, *, by: Person) -> None:
    if not draft.title.strip():
        raise InvalidInputError(N_("Write a title."), field="title")
    if draft.audience not in by.audiences:
        raise InvalidInputError(N_("Choose an audience that you belong to yourself."), field="audience")


def _flush(message: str) -> None:
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        raise ConflictError(message) from error
