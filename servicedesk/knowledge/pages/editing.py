"""Writing an article: form, preview, publish. Whatever goes wrong, the text stays in the form."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

from servicedesk import database
from servicedesk.database import db
from servicedesk.errors import N_, ConflictError, InvalidInputError, NotFoundError, ServiceDeskError
from servicedesk.files import actions as files
from servicedesk.files.names import shown_name
from servicedesk.knowledge import actions, queries
from servicedesk.knowledge.actions.exporting import draft_of
from servicedesk.knowledge.forms import ArticleForm, NewArticleForm
from servicedesk.knowledge.models import Article
from servicedesk.knowledge.pages.blueprint import blueprint
from servicedesk.knowledge.pages.wording import audience_words
from servicedesk.knowledge.rendering import Rendered, render
from servicedesk.people.current import current_person
from servicedesk.web import access, headers, sent_files, sent_forms, slow_work
from servicedesk.web.forms import takes
from servicedesk.web.language import current_language

Answer = Response | tuple[str, int]


def _prepare(slug: str | None = None) -> None:
    """Attach the pictures and render the text with them. A picture stays, whatever becomes of the text (its conflicts, say)."""
    form = _with_audiences(ArticleForm() if slug else NewArticleForm())
    is_valid = form.validate()
    article = queries.get_for_edit(slug, current_person()) if slug else None
    if article and sent_files.really_sent(form.files.data):
        article = _attach(form, article.slug)
    if not is_valid:
        return
    actions.prepare(form.draft(), language=_language(form, article), by=current_person(), article=article)


@blueprint.get("/articles/new")
@access.role("agent", "editor", "admin")
def new() -> Answer:
    """Show an empty form."""
    form = _with_audiences(NewArticleForm(language=current_language()))
    return _page(form, None)


@blueprint.post("/articles/new")
@access.role("agent", "editor", "admin")
@slow_work.first(_prepare)
@sent_forms.once
def create() -> Answer:
    """Write the first revision."""
    return _answer(_with_audiences(NewArticleForm()), None)


@blueprint.get("/articles/<slug>/edit")
@access.role("agent", "editor", "admin")
def edit(slug: str) -> Answer:
    """Show the newest revision in the form."""
    article = queries.get_for_edit(slug, current_person())
    form = _with_audiences(ArticleForm())
    newest = queries.newest_open_revision(article, current_person())
    form.fill(draft_of(newest))
    form.based_on.data = str(newest.number)
    return _page(form, article)


@blueprint.post("/articles/<slug>/edit")
@access.role("agent", "editor", "admin")
@slow_work.first(_prepare)
@sent_forms.once
def save(slug: str) -> Answer:
    """Write the next revision, or show what it would look like."""
    return _answer(_with_audiences(ArticleForm()), queries.get_for_edit(slug, current_person()))


@blueprint.post("/articles/preview")
@access.role("agent", "editor", "admin")
@takes("body", "slug", "language")
@slow_work.reads_only
def preview() -> str:
    """Answer with the text as readers would see it, as a piece of a page."""
    slug = request.form.get("slug", "")
    article = queries.get_for_edit(slug, current_person()) if slug else None
    language = article.language if article else request.form.get("language", "en")[:2]
    try:
        page = _render(request.form.get("body", ""), article, language)
    except InvalidInputError as error:
        return render_template("knowledge/preview.html", preview=None, unknown=[], error=_(str(error)))
    return render_template("knowledge/preview.html", preview=page, unknown=_unknown_links(page), error="")


def _answer(form: ArticleForm, article: Article | None) -> Answer:
    """Do what was pressed. An article that is edited keeps its language and original."""
    is_valid, problems = form.validate(), g.get("picture_problems", ())
    form.files.errors = [*form.files.errors, *problems]
    if not is_valid or problems:
        db.session.rollback()
        return _page(form, article, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        if form.preview.data:
            preview = _render(form.draft().body, article, _language(form, article))
            db.session.rollback()
            return _page(form, article, preview=preview)
        saved = _save(form, article)
        if form.publish.data:
            actions.publish(saved, by=current_person(), widening_confirmed=bool(form.widening.data))
    except (ConflictError, StaleDataError) as error:
        return _conflict(form, article, str(error))
    except InvalidInputError as error:
        return _refused(form, article, error)
    if form.publish.data:
        words, address = _("The article is published."), url_for("knowledge.show", slug=saved.slug)
    else:
        words = _("The draft is saved. Readers do not see it yet.")
        address = url_for("knowledge.edit", slug=saved.slug)
    answer = sent_forms.answer(words, address)
    db.session.commit()
    return answer


def _save(form: ArticleForm, article: Article | None) -> Article:
    person, draft = current_person(), form.draft()
    if article is None:
        original = form.translation_of.data if isinstance(form, NewArticleForm) else ""
        translation_of_id = _original_id(original or "")
        language = _language(form, None)
        return actions.create_article(
            draft, language=language, by=person, translation_of_id=translation_of_id
        )
    based_on, newest = form.base_number(), queries.newest_open_revision(article, person)
    if draft_of(newest) != draft or newest.number != based_on:
        actions.edit_article(article, draft, by=person, based_on=based_on, note=form.note.data or "")
    return article


def _attach(form: ArticleForm, slug: str) -> Article:
    """Attach what came with the form, in a transaction of its own; what cannot be attached is said at the field."""
    g.kept_files, g.picture_problems = [], []
    sent_files.store()
    database.start_writing()
    article = queries.get_for_edit(slug, current_person())
    for sent in sent_files.really_sent(form.files.data):
        try:
            file = sent_files.make_row(sent)
        except ServiceDeskError as error:
            g.picture_problems.append(f"{shown_name(sent.filename)}: {_(str(error))}")
            continue
        attached = actions.attach_file(article, file_id=file.id, name=file.name, by=current_person())
        if attached.file_id == file.id:
            files.claim([file.id], by_id=current_person().id)
        else:
            files.discard(file.id, by_id=current_person().id)
        g.kept_files.append(attached.name)
    db.session.commit()
    return article


def _conflict(form: ArticleForm, article: Article | None, message: str) -> Answer:
    """Show both texts' difference; saving again then keeps this one."""
    db.session.rollback()
    if article is None:
        return _refused(form, None, InvalidInputError(message, field="title"))
    theirs = queries.newest_open_revision(article, current_person())
    form.based_on.data = str(theirs.number)
    return _page(form, article, HTTPStatus.CONFLICT, conflict=theirs.number)


def _refused(form: ArticleForm, article: Article | None, error: InvalidInputError) -> Answer:
    db.session.rollback()
    field = next((field for field in form if field.name == error.field), form.body)
    field.errors = [*field.errors, _(str(error))]
    return _page(form, article, HTTPStatus.UNPROCESSABLE_ENTITY, widens=error.field == "widening")


def _render(body: str, article: Article | None, language: str) -> Rendered:
    names = {name: number for number, name in queries.files_of(article, current_person())} if article else {}
    return render(body, slug=article.slug if article else "", language=language, files=names)


def _unknown_links(page: Rendered) -> list[str]:
    return sorted(set(page.links) - queries.known_slugs(page.links, current_person()))


def _language(form: ArticleForm, article: Article | None) -> str:
    if article is not None:
        return article.language
    return form.language.data if isinstance(form, NewArticleForm) else current_language()


def _original_id(slug: str) -> int | None:
    if not slug:
        return None
    try:
        return queries.get_for_edit(slug, current_person()).id
    except NotFoundError as error:
        raise InvalidInputError(
            N_("There is no article with this address."), field="translation_of"
        ) from error


def _with_audiences(form: ArticleForm) -> ArticleForm:
    """Offer the audiences that the author belongs to."""
    audiences = current_person().audiences
    return form.offer([(audience, audience_words(audience)) for audience in audiences])


def _page(
    form: ArticleForm, article: Article | None, status: int = HTTPStatus.OK, *,
    preview: Rendered | None = None, conflict: int = 0, widens: bool = False,
) -> tuple[str, int]:  # fmt: skip
    if article and article.is_for_group:
        headers.hide_address()
    attached: Sequence[tuple[int, str]] = queries.files_of(article, current_person()) if article else []
    html = render_template(
        "knowledge/edit.html",
        form=form,
        article=article,
        preview=preview,
        unknown=_unknown_links(preview) if preview else [],
        conflict=conflict,
        widens=widens,
        attached=attached,
        number=queries.newest_open_revision(article, current_person()).number if article else 0,
        left=queries.list_left(article, current_person()) if article else [],
        kept=g.get("kept_files", ()),
        may_publish="editor" in current_person().known_roles or "admin" in current_person().known_roles,
        known_categories=queries.list_categories(current_person()),
    )
    return html, int(status)
