"""Words by which folders and names of files say that what they hold is not for everybody, as `plain_value` gives them."""

from servicedesk.knowledge import restricting_names as names
from servicedesk.knowledge import restricting_names_pl as polish

# Whole names of folders; `drafting` is a subject.
DRAFT_FOLDERS = (
    (names.DRAFT_STATES - {"drafting"})
    | {"drafts", "unfinished", "scratch", "tmp", "temp"}
    | polish.DRAFT_FOLDERS
)
GONE_FOLDERS = (
    names.GONE_STATES
    | {"old", "olds", "zzz old", "bak", "attic", "recycle bin", "deleted items"}
    | polish.GONE_FOLDERS
)
FOLDER_ENDINGS = frozenset({"confidential", "drafts", "szkice", "poufne"})
# What stands beside such a word in the name of a folder: `internal docs`, `old versions`.
KINDS = (
    frozenset(
        {"docs", "doc", "documents", "files", "pages", "notes", "articles", "versions", "stuff", "content"}
    )
    | polish.KINDS
)
DRAFT_ENDINGS = (
    names.CLEAR_MARKS
    | frozenset({"private", "secret", "hidden", "not published", "first draft", "rough draft", "final draft"})
    | polish.DRAFT_ENDINGS
)
# Words at the end of a file's name that say the same as those in front; a title that has them is about them.
GONE_ENDINGS = (
    frozenset(
        {"old", "obsolete", "deprecated", "archived", "outdated", "superseded", "withdrawn", "do not use"}
    )
    | polish.GONE_ENDINGS
)
# In a name with blanks, which is a title, only what is no ordinary adjective: `VPN draft`, not `Internal links`.
TITLE_ENDINGS = (
    frozenset(
        {"draft", "wip", "work in progress", "confidential", "unpublished", "do not publish", "do not use"}
    )
    | polish.TITLE_ENDINGS
)
BEGINNINGS = (
    frozenset(
        {"draft", "wip", "confidential", "unpublished", "do not publish", "internal only", "staff only"}
    )
    | polish.BEGINNINGS
)
# Beside these it is a subject: `save-as-draft`, `draft-an-email`, `external-and-internal`.
BEFORE_SUBJECTS = frozenset(
    {"a", "an", "the", "as", "is", "are", "be", "and", "or", "vs", "of", "to", "in", "on", "with", "from", "my", "your", "our",
     "their", "this", "new", "what", "how", "about", "not", "year", "create", "save", "edit", "delete", "discard", "recover",
     "restore", "find", "send", "open", "write", "publish", "mark", "make", "use", "view", "share", "manage"}
) | polish.BEFORE_SUBJECTS  # fmt: skip
BEHIND_SUBJECTS = BEFORE_SUBJECTS | frozenset(
    {"for", "mode", "email", "emails", "e", "mail", "mails", "message", "messages", "letter", "letters", "folder", "folders",
     "reply", "replies", "post", "posts", "data", "information", "limit", "limits", "document", "documents"}
) | polish.BEHIND_SUBJECTS  # fmt: skip
