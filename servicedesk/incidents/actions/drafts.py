"""What somebody has typed and not yet filed. It survives reload, an expired log-in and a restart; one a person."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select

from servicedesk.database import db, insert_missing, now
from servicedesk.files.actions import MOST_FILES
from servicedesk.incidents.models import Draft

_KEPT = timedelta(days=60)


@dataclass(frozen=True)
class DraftFields:
    """The form as it stands. `title` is the person's own: one that we propose would stand over whatever they write next.

    `article` is the slug it is about, `session` the visit it began with (suggestions).
    """

    text: str = ""
    title: str = ""
    category_id: int | None = None
    impact: int | None = None
    urgency: int | None = None
    contact: str = ""
    requester: str = ""
    article: str = ""
    steps: tuple[int, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    file_ids: tuple[int, ...] = ()
    session: str = ""


def get_draft(person_id: int) -> DraftFields:
    """Return the person's draft, an empty one if there is none."""
    draft = db.session.get(Draft, person_id)
    return _from_json(draft.fields) if draft else DraftFields()


def save(person_id: int, **changes: Any) -> DraftFields:
    """Change these fields of the draft and keep the others; return all of them."""
    draft = _locked(person_id)
    changed = replace(_from_json(draft.fields), **changes)
    draft.fields = {
        name: list(value) if isinstance(value, tuple) else value for name, value in asdict(changed).items()
    }
    draft.updated_at = now()
    db.session.flush()
    return changed


def add_file(person_id: int, file_id: int) -> None:
    """Attach an upload to the draft, so that it survives a reload."""
    file_ids = _from_json(_locked(person_id).fields).file_ids
    save(person_id, file_ids=(*file_ids, file_id)[-MOST_FILES:])


def remove_file(person_id: int, file_id: int) -> None:
    """Take an upload out of the draft."""
    file_ids = _from_json(_locked(person_id).fields).file_ids
    save(person_id, file_ids=tuple(number for number in file_ids if number != file_id))


def discard(person_id: int) -> None:
    """Forget the draft: it was filed, or solved, or is not wanted any more."""
    db.session.execute(delete(Draft).where(Draft.person_id == person_id))


def count_old() -> int:
    """Return how many drafts `forget_old` would forget."""
    return db.session.scalar(select(func.count(Draft.person_id)).where(Draft.updated_at < now() - _KEPT)) or 0


def count_all() -> int:
    """Return how many drafts there are."""
    return db.session.scalar(select(func.count(Draft.person_id))) or 0


def forget_old() -> int:
    """Forget drafts that nobody touched for two months; return how many."""
    gone = db.session.execute(
        delete(Draft).where(Draft.updated_at < now() - _KEPT).returning(Draft.person_id)
    )
    return len(gone.all())


def _locked(person_id: int) -> Draft:
    """Return the person's draft, made if there is none, so that nobody else changes it before this transaction ends."""
    insert_missing(Draft, {"person_id": person_id, "fields": {}})
    return db.session.get_one(Draft, person_id, with_for_update=True, populate_existing=True)


def _from_json(stored: Mapping[str, Any]) -> DraftFields:
    """Read a stored draft; fields of an older version of the form are left out."""
    known = {item.name for item in fields(DraftFields)}
    values = {name: value for name, value in stored.items() if name in known}
    for name in ("steps", "file_ids"):
        values[name] = tuple(values.get(name, ()))
    return DraftFields(**values)
