"""What an article was: its revisions, what changed between two, and the buttons that change its state."""

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from servicedesk.database import db
from servicedesk.knowledge import actions, queries
from servicedesk.knowledge.actions.exporting import draft_of
from servicedesk.knowledge.models import Article, ArticleRevision
from servicedesk.knowledge.pages.blueprint import blueprint
from servicedesk.knowledge.pages.wording import audience_words
from servicedesk.knowledge.rendering import compare
from servicedesk.knowledge.sources import write_source
from servicedesk.people.current import current_person
from servicedesk.web import access, headers, sent_forms
from servicedesk.web.forms import takes


@blueprint.get("/articles/<slug>/revisions")
@access.role("agent", "editor", "admin")
def revisions(slug: str) -> str:
    """List all revisions, newest first."""
    person = current_person()
    article = _article(slug)
    return render_template(
        "knowledge/revisions.html",
        article=article,
        revisions=queries.list_revisions(article, person),
        audience_words=audience_words,
        may_publish="editor" in person.known_roles or "admin" in person.known_roles,
    )


@blueprint.get("/articles/<slug>/revisions/<int:number>")
@access.role("agent", "editor", "admin")
def revision(slug: str, number: int) -> str:
    """Show a revision and what it changed; `?against=` compares with another one."""
    person = current_person()
    article = _article(slug)
    shown = queries.get_revision(article, number, person)
    earlier = [one.number for one in queries.list_revisions(article, person) if one.number < number]
    wanted = request.args.get("against", "")
    base = int(wanted) if wanted.isdecimal() and len(wanted) < 8 else max(earlier, default=0)
    other = queries.get_revision(article, base, person) if base else None
    return render_template(
        "knowledge/revision.html",
        article=article,
        revision=shown,
        other=other,
        passages=compare(_text(other, article), _text(shown, article)) if other else [],
        html=queries.open_html(shown, person),
    )


@blueprint.post("/articles/<slug>/verify")
@access.role("editor", "admin")
@takes()
@sent_forms.once
def verify(slug: str) -> Response:
    """Record that the article is still right."""
    actions.verify(queries.get_for_edit(slug, current_person()), by=current_person())
    address = url_for("knowledge.show", slug=slug)
    answer = sent_forms.answer(_("Recorded: you checked this article today."), address)
    db.session.commit()
    return answer


@blueprint.post("/articles/<slug>/archive")
@access.role("editor", "admin")
@takes()
@sent_forms.once
def archive(slug: str) -> Response:
    """Take the article away from readers."""
    actions.archive(queries.get_for_edit(slug, current_person()), by=current_person())
    answer = sent_forms.answer(
        _("The article is archived. Its text is kept, and publishing it again brings it back."),
        url_for("knowledge.edit_index", shelf="archived"),
    )
    db.session.commit()
    return answer


def _article(slug: str) -> Article:
    article = queries.get_for_edit(slug, current_person())
    if article.is_for_group:
        headers.hide_address()
    return article


def _text(revision: ArticleRevision, article: Article) -> str:
    """Return header and text, so that a change of audience or tags is seen as well."""
    return write_source(draft_of(revision), slug=article.slug, language=article.language)
