"""Whether a file is written: what has changed on either side, and whether it would open or replace what is there."""

from dataclasses import dataclass

from servicedesk.errors import N_
from servicedesk.knowledge import queries, rules
from servicedesk.knowledge.actions.import_planning import Planned
from servicedesk.knowledge.likeness import is_replaced
from servicedesk.knowledge.models import Article, ImportedFile
from servicedesk.knowledge.narrowing import narrows
from servicedesk.knowledge.restrictions import Restriction
from servicedesk.knowledge.sources import Draft
from servicedesk.knowledge.statements import state_named

UNCHANGED = "unchanged"
ARCHIVED_HERE = N_("The article was archived here. With --widen it comes back.")
CLOSED_HERE = N_("The article is closed here. With --widen its file opens it.")
OPENS = N_("More people than now could read the article. With --widen it is opened to them.")
OPENING = frozenset({ARCHIVED_HERE, CLOSED_HERE, OPENS})


@dataclass(frozen=True)
class Allowed:
    """What the person who runs it allows beyond the ordinary: more readers, other texts in the place of old ones."""

    widening: bool = False
    replacing: bool = False


NOTHING_MORE = Allowed()


def why_not(planned: Planned, digest: str, article: Article | None, draft: Draft, allowed: Allowed) -> str:
    """Return why a file is not written: UNCHANGED, or a sentence; "" if it is. `digest` is of all that it shows."""
    known, source = planned.known, planned.file.source
    if known is None or article is None:
        return ""
    # What an earlier version did not read, or a day that has come, restricts the same file anew.
    before = given(known, article.audience)
    says_other = source.state != before.state or narrows(source.restriction, before)
    is_edited = is_edited_here(known, article)
    if known.file_sha256 == digest and (is_edited or not says_other):
        return UNCHANGED
    if is_edited:
        return N_("File and article were both changed. Take one change over by hand; nothing was touched.")
    old = queries.newest_revision(article)
    if not allowed.replacing and is_replaced(old.title, old.body, draft.title, draft.body):
        return N_(
            "Nearly nothing is left of the article that came from this place. With --replace it is replaced."
        )
    return "" if allowed.widening or source.state != "published" else _opens(planned, article, draft)


def given(known: ImportedFile, audience: str = "") -> Restriction:
    """Return what the file gave its article when it was taken; its audience stands with the revisions."""
    return Restriction(audience, state_named(known.state))


def is_edited_here(known: ImportedFile, article: Article) -> bool:
    """Tell whether somebody wrote or published the article here since its file was taken."""
    is_published_here = known.state == "draft" and article.state == "published"
    return article.newest_number != known.revision_number or is_published_here


def _opens(planned: Planned, article: Article, draft: Draft) -> str:
    """Return a sentence if the file would let more people read than now."""
    state_given = state_named(planned.known.state) if planned.known is not None else ""
    if article.state == "archived" and state_given != "archived":
        return ARCHIVED_HERE
    if article.state == "draft" and state_given == "published":
        return CLOSED_HERE
    return OPENS if rules.is_wider(draft.audience, article.audience) else ""
