"""Articles as readers see them: the categories, one category, one article, and "Did this solve it?"."""

from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from servicedesk.database import db
from servicedesk.errors import N_, NotFoundError
from servicedesk.knowledge import actions, categories, queries
from servicedesk.knowledge.pages.blueprint import blueprint
from servicedesk.knowledge.pages.wording import reason_choices
from servicedesk.people.current import current_person
from servicedesk.search.current import current_engine
from servicedesk.web import access, headers, sent_forms
from servicedesk.web.forms import takes
from servicedesk.web.language import current_language
from servicedesk.web.paging import Page, page_number

_PAGE_SIZE = 50
# A table of contents is a help only where there is something to skip.
_CONTENTS_FROM = 3


@blueprint.get("/articles")
@access.signed_in
def index() -> str:
    """Show the categories and what is new."""
    person, language = current_person(), current_language()
    return render_template(
        "knowledge/index.html",
        categories=_described(queries.count_categories(person, language), language),
        recent=queries.list_recent(person, language),
    )


@blueprint.get("/articles/category/<path:path>")
@access.signed_in
def category(path: str) -> str:
    """Show one category: those below it, then its articles."""
    person, language = current_person(), current_language()
    number = page_number()
    below = queries.count_categories(person, language, below=path)
    articles, total = queries.list_category(
        path, person, language, offset=(number - 1) * _PAGE_SIZE, limit=_PAGE_SIZE
    )
    if not below and not total:
        raise NotFoundError(N_("There is no such category."))
    return render_template(
        "knowledge/category.html",
        category=categories.describe(path, language),
        trail=categories.trail(path, language)[:-1],
        below=_described(below, language),
        page=Page(articles, number, _PAGE_SIZE, total),
    )


@blueprint.get("/articles/<slug>")
@access.signed_in
def show(slug: str) -> str | Response:
    """Show an article with its steps; at an address that it had before, lead on to today's."""
    person, language = current_person(), current_language()
    article = queries.get_article(slug, person)
    if article.slug != slug:
        return redirect(url_for("knowledge.show", slug=article.slug), 303)
    revision = article.published_revision
    if revision is None:
        raise NotFoundError(N_("There is no such article."))
    if article.is_for_group:
        headers.hide_address()
    headings = [heading for heading in revision.contents if heading["level"] == 2]
    return render_template(
        "knowledge/show.html",
        article=article,
        revision=revision,
        html=queries.open_html(revision, person),
        headings=headings if len(headings) >= _CONTENTS_FROM else [],
        trail=categories.trail(article.category, language),
        translations=queries.list_translations(article, person),
        related=queries.list_related(current_engine(), article, revision, person),
        feedback=queries.find_feedback(article, person),
        reasons=reason_choices(),
        may_edit=person.is_staff and queries.may_edit(article, person),
        asks_why=request.args.get("solved") == "no",
    )


@blueprint.get("/articles/numbers/<int:article_id>")
@access.signed_in
def by_number(article_id: int) -> Response:
    """Lead to the article with this number, if the person may read it: lists that must not tell its title link here."""
    return redirect(url_for("knowledge.show", slug=queries.get_address(article_id, current_person())), 303)


@blueprint.post("/articles/<slug>/feedback")
@access.signed_in
@takes("solved", "reason", "comment")
@sent_forms.once
def give_feedback(slug: str) -> Response:
    """Record whether the article solved it; after a "no" the page asks why."""
    article = queries.get_article(slug, current_person())
    solved = request.form.get("solved") == "yes"
    reason, comment = request.form.get("reason", ""), request.form.get("comment", "")
    actions.give_feedback(article, by=current_person(), solved=solved, reason=reason, comment=comment)
    words, asks_why = "", None
    if solved:
        words = _("Good that it works again. Thank you for saying so.")
    elif reason or comment:
        words = _("Noted for the people who keep this article. If you still need help, ask the desk.")
    else:
        asks_why = "no"
    address = url_for("knowledge.show", slug=slug, solved=asks_why, _anchor="solved")
    answer = sent_forms.answer(words, address)
    db.session.commit()
    return answer


def _described(
    counts: Sequence[queries.CategoryCount], language: str
) -> list[tuple[categories.CategoryWords, int]]:
    ordered = sorted(counts, key=lambda count: categories.position(count.path))
    return [(categories.describe(count.path, language), count.count) for count in ordered]
