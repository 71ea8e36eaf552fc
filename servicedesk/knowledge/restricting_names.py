"""Names and words by which files of this and other systems say who may read them, as `plain_name` and `plain_value` give them."""

from servicedesk.knowledge import restricting_names_pl as polish

TRUE = frozenset({"true", "yes", "on", "y", "t", "1"}) | polish.TRUE
FALSE = frozenset({"", "false", "no", "off", "n", "f", "0"}) | polish.FALSE
AUDIENCES = frozenset({"audience", "audiences"}) | polish.AUDIENCES
EVERYBODY = polish.EVERYBODY
OPEN_LEVELS = (
    frozenset(
        {"", "public", "everyone", "everybody", "all", "anyone", "anybody", "open", "world", "unrestricted"}
    )
    | polish.OPEN_LEVELS
)
STAFF_LEVELS = (
    frozenset(
        {"staff", "internal", "agents", "agent", "it", "it staff", "staff only", "agents only", "agent only", "it only",
         "it staff only", "internal only", "internal use", "internal use only", "for internal use", "for internal use only",
         "for staff only", "for it only", "for it staff only"}
    )
    | polish.STAFF_LEVELS
)  # fmt: skip
OPEN_STATES = frozenset(
    {"", "published", "publish", "public", "final", "live", "active", "approved", "current", "done", "complete", "completed",
     "released", "stable", "verified", "accepted", "visible", "new"}
) | polish.OPEN_STATES  # fmt: skip
GONE_STATES = frozenset(
    {"archived", "archive", "deprecated", "obsolete", "retired", "withdrawn", "gone", "deleted", "removed", "expired",
     "superseded", "outdated", "historic", "historical", "inactive", "rejected", "trash", "trashed"}
) | polish.GONE_STATES  # fmt: skip
DRAFT_STATES = frozenset(
    {"draft", "drafting", "rough draft", "first draft", "wip", "work in progress", "in progress", "do not publish",
     "not published", "unpublished", "not for publication", "not public", "for review", "in review", "under review",
     "pending review", "private", "protected", "confidential", "strictly confidential", "restricted", "secret", "top secret",
     "hidden", "unlisted", "embargoed", "members only"}
) | polish.DRAFT_STATES  # fmt: skip
# Microsoft's documentation marks with these whom a page is written for, not who may read it.
WRITTEN_FOR = frozenset({"itpro", "admin", "developer"})
FOR_ANYBODY = frozenset({"enduser", "end user", "end users", "user", "users"})
MICROSOFT = frozenset(
    {
        "msauthor",
        "mstopic",
        "msdate",
        "msservice",
        "msprod",
        "mscontentlocale",
        "msassetid",
        "mscustom",
        "msreviewer",
    }
)

DRAFT_IF_TRUE = frozenset(
    {"draft", "drafts", "isdraft", "wip", "unpublished", "hidden", "ishidden", "unlisted", "private", "isprivate",
     "restricted", "isrestricted", "confidential", "secret", "protected", "membersonly", "loginrequired", "requireslogin",
     "requirelogin", "requiresauth", "requireauth", "authrequired", "password", "headless", "excluded", "dontpublish",
     "donotpublish", "nopublish", "eleventyexcludefromcollections", "embargoed"}
) | polish.DRAFT_IF_TRUE  # fmt: skip
STAFF_IF_TRUE = (
    frozenset({"internal", "isinternal", "internalonly", "staffonly", "agentsonly", "agentonly", "itonly"})
    | polish.STAFF_IF_TRUE
)
GONE_IF_TRUE = frozenset(
    {"archived", "isarchived", "archive", "deprecated", "obsolete", "deleted", "trashed", "outdated", "retired", "withdrawn",
     "superseded", "expired"}
) | polish.GONE_IF_TRUE  # fmt: skip
DRAFT_IF_FALSE = frozenset(
    {"published", "ispublished", "publish", "public", "ispublic", "listed", "islisted", "visible", "isvisible"}
) | polish.DRAFT_IF_FALSE  # fmt: skip
LEVELS = frozenset(
    {"visibility", "access", "accesslevel", "accesscontrol", "classification", "confidentiality", "sensitivity",
     "securitylevel", "security", "permission", "permissions", "restrictedto", "restrictto", "roles", "allowedroles",
     "requiredroles", "groups", "allowedgroups", "usergroups", "readers", "viewers", "allowedusers", "acl", "members",
     "visibleto", "sharedwith", "availableto", "usersegment", "usersegments", "whocanread"}
) | polish.LEVELS  # fmt: skip
STATES = frozenset(
    {"state", "status", "workflowstate", "publishstatus", "publicationstatus", "publishingstate", "articlestatus",
     "pagestatus", "docstatus", "lifecycle"}
) | polish.STATES  # fmt: skip
FROM_ON = frozenset(
    {"publishdate", "publishon", "publishat", "publishedat", "publishedon", "publisheddate", "pubdate", "goeslive", "golive",
     "embargo", "embargodate", "embargountil", "scheduled", "scheduledfor", "validfrom", "startdate", "availablefrom",
     "releasedate", "effectivedate"}
) | polish.FROM_ON  # fmt: skip
UNTIL = frozenset(
    {"expirydate", "expires", "expireson", "expiresat", "expiration", "expirationdate", "expiry", "expiredate", "validuntil",
     "validto", "unpublishdate", "unpublishon", "unpublishedat", "enddate", "archiveon", "archivedate", "archivedat",
     "archivedon", "deletedat", "deletedon", "removedon", "retiredon", "retirementdate", "sunset", "availableuntil"}
) | polish.UNTIL  # fmt: skip
# Names of other meaning, unless these words stand there: Eleventy, Hugo's `build`, Jekyll. MkDocs hides the menu by `hide`.
DRAFT_BY_WORD = {
    "permalink": {"false"}, "render": {"false", "never"}, "list": {"false", "never"}, "output": {"false"}, "hide": TRUE,
}  # fmt: skip
NEVER = frozenset({"never", "none", "false", "no"}) | polish.NEVER
# Known words that are a letter away from one of ours, and say nothing of reading.
OTHER_WORDS = frozenset(
    {"msaudience", "publisher", "publishes", "interval", "external", "primate", "craft", "drift", "shared"}
)
MISSPELT = {
    "audience": 2, "visibility": 2, "published": 1, "private": 1, "internal": 1, "restricted": 1, "draft": 1,
    "archived": 1, "hidden": 1, "unlisted": 1, "confidential": 1, "expirydate": 1, "publishdate": 1, "permissions": 1,
    "widocznosc": 2, "odbiorcy": 2, "szkic": 1, "opublikowane": 1,
}  # fmt: skip
# Names that nobody can list all: with one of these parts they say who may read, as the name before them does.
LIKE = {
    "restricted": ("restrict", "confidential", "unpublish", "notpublish", "embargo", *polish.LIKE_RESTRICTED),
    "visibility": (
        "permission", "visibility", "audience", "viewableby", "viewableto", "viewaccess", "readableby", "readableto",
        "readaccess", "accessgroup", "accessrole", "allowedgroup", "allowedrole", "requiregroup", "requirerole",
        "requiredgroup", "intendedfor", *polish.LIKE_VISIBILITY,
    ),
}  # fmt: skip
# A title "… (deprecated)" tells of a thing that is; these tell of the article.
GONE_MARKS = frozenset({"archived", "withdrawn"}) | frozenset(
    {"nieaktualne", "nieaktualny", "nieaktualna", "archiwalne", "archiwalny", "archiwalna", "wycofane", "wycofany",
     "wycofana", "zarchiwizowane", "zarchiwizowany"}
)  # fmt: skip
# Names of teams, which titles name without restricting anything.
TEAMS = frozenset({"it", "agent", "agents"})
STAFF_MARKS = STAFF_LEVELS - TEAMS
LABEL_MARKS = frozenset(
    {"draft", "wip", "work in progress", "do not publish", "unpublished", "confidential", "szkic", "robocze", "wersja robocza",
     "nie publikowac", "poufne"}
)  # fmt: skip
RESTRICTING = DRAFT_STATES | STAFF_MARKS | GONE_MARKS | {"true", "yes", "tak", "false", "no", "nie"}
# Names that say of a text itself who may read it, whatever stands behind them; those of other names only with a word that
# restricts, for `Status`, `Access` or `Draft` are words of many articles.
SURE = AUDIENCES | frozenset(
    {"visibility", "confidentiality", "restrictedto", "visibleto", "whocanread", "accesslevel", "widocznosc", "widocznedla",
     "poufnosc", "klauzula", "ktomozeczytac", "tylkodla", "dostepdla"}
)  # fmt: skip
# Names of lists of words that an author hangs on a text.
LABELS = frozenset(
    {"tags", "tag", "labels", "label", "flags", "badge", "badges", "marks", "etykiety", "tagi"}
)
