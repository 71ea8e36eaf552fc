"""What people do with articles."""

from servicedesk.knowledge.actions.feedback import give_feedback
from servicedesk.knowledge.actions.writing import (
    add_revision,
    archive,
    attach_file,
    create_article,
    draw_from,
    edit_article,
    let_go,
    new_article,
    prepare,
    publish,
    put_forward,
    verify,
)

__all__ = [
    "add_revision",
    "archive",
    "attach_file",
    "create_article",
    "draw_from",
    "edit_article",
    "give_feedback",
    "let_go",
    "new_article",
    "prepare",
    "publish",
    "put_forward",
    "verify",
]
