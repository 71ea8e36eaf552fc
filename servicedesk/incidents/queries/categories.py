"""The categories that an incident can be filed under."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from servicedesk.database import db
from servicedesk.desk.models import Category, Team
from servicedesk.errors import N_, InvalidInputError


def list_active_categories() -> list[Category]:
    """Return all categories that can be chosen, in their order."""
    return list(
        db.session.scalars(
            select(Category)
            .join(Category.team)
            .where(Category.is_active, Team.is_active)
            .order_by(Category.position, Category.id)
        )
    )


def get_active_category(category_id: int) -> Category:
    """Return a category with its team. Raises InvalidInputError for one that cannot be chosen."""
    found = db.session.scalar(
        select(Category)
        .join(Category.team)
        .options(joinedload(Category.team))
        .where(Category.id == category_id, Category.is_active, Team.is_active)
    )
    if found is None:
        raise InvalidInputError(
            N_("This category is not used any more. Choose another one."), field="category_id"
        )
    return found
