"""Articles that are drafted from an incident: making one, and letting one go that holds nothing of it. The caller commits."""

from collections.abc import Collection

from sqlalchemy import select

from servicedesk.database import db
from servicedesk.errors import N_, NotAllowedError, NotFoundError
from servicedesk.incidents.actions.history import record
from servicedesk.incidents.message_text import Part, parts, without_articles
from servicedesk.incidents.models import Incident, Message
from servicedesk.incidents.queries.drafted_articles import list_drafted
from servicedesk.incidents.queries.named_articles import named_for_everybody
from servicedesk.incidents.queries.rights import require
from servicedesk.knowledge import actions as knowledge
from servicedesk.knowledge.sources import Draft
from servicedesk.people.models import Person

_STEPS = {"en": "Steps", "pl": "Kroki"}
_HIDDEN_ARTICLE = {
    "en": "(an article that is not open to everybody)",
    "pl": "(artykuł, który nie jest dostępny dla wszystkich)",
}


def propose_article(incident: Incident, by: Person) -> None:
    """Draft an article from what requester and desk wrote to each other; an editor makes it fit to be read."""
    if incident.team.visibility != "normal":
        raise NotAllowedError(N_("What only one team may read cannot become an article."))
    article = knowledge.create_article(_draft_of(incident), language=incident.language, by=by)
    knowledge.draw_from(article, incident.id)
    incident.proposed_article_id = article.id
    record(incident, "article_proposed", by=by, after=str(article.id), is_public=False)


def prepare_article(incident: Incident, by: Person, *, last_words: str) -> None:
    """Render what `propose_article` would draft once these words of the desk are added, while no transaction is open."""
    knowledge.prepare(_draft_of(incident, last_words), language=incident.language, by=by)


def _draft_of(incident: Incident, last_words: str = "") -> Draft:
    said = (
        select(Message.text)
        .where(Message.incident_id == incident.id, Message.is_from_desk)
        .order_by(Message.id)
    )
    steps = "\n\n".join([*db.session.scalars(said), *([last_words] if last_words.strip() else [])])
    heading = _STEPS.get(incident.language, _STEPS["en"])
    body = f"{incident.text}\n\n## {heading}\n\n{steps}\n"
    named = named_for_everybody([incident.title, body])
    hidden = _HIDDEN_ARTICLE.get(incident.language, _HIDDEN_ARTICLE["en"])
    is_hidden = any(part.kind == "article" and part.target not in named for part in parts(incident.title))
    title = " ".join(without_articles(incident.title).split()) or hidden if is_hidden else incident.title
    return Draft(title=title, body="".join(_in_markdown(part, named, hidden) for part in parts(body)))


def _in_markdown(part: Part, named: Collection[str], hidden: str) -> str:
    """Make a link of an article that all may read; of another nothing is copied: its address has the words of its title."""
    if part.kind != "article":
        return part.text
    return f"[{part.target.replace('-', ' ')}]({part.text})" if part.target in named else hidden


def let_article_go(incident: Incident, article_id: int, by: Person) -> None:
    """Open an article although its incident is closed: the person has read it and vouches that nothing of that is in it.

    Out of a restricted team only its lead lets it. Raises NotFoundError, NotAllowedError.
    """
    rights = require("change", incident.id, by)
    if rights.is_restricted and not rights.lead:
        raise NotAllowedError(N_("Only the lead of a restricted team may open what was drafted in it."))
    drafted = {one.article.id: one for one in list_drafted(incident, seen_by=by)}
    if article_id not in drafted:
        raise NotFoundError(N_("There is no such article."))
    if not drafted[article_id].is_seen_whole:
        raise NotAllowedError(N_("A newer text of this article is not open to you. Ask an editor."))
    knowledge.let_go(drafted[article_id].article, by=by)
    record(incident, "article_opened", by=by, after=str(article_id), is_public=False)
