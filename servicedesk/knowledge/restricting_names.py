"""Names and words by which files of this and other systems say who may read them, written as `plain_name` gives them."""

TRUE = frozenset({"true", "yes", "on", "y", "t", "1"})
FALSE = frozenset({"", "false", "no", "off", "n", "f", "0"})
OPEN_LEVELS = frozenset(
    {"", "public", "everyone", "everybody", "all", "anyone", "anybody", "open", "world", "unrestricted"}
)
STAFF_LEVELS = frozenset(
    {"staff", "internal", "agents", "agent", "it", "it staff", "staff only", "agents only"}
)
OPEN_STATES = frozenset(
    {"", "published", "publish", "public", "final", "live", "active", "approved", "current", "done", "complete", "completed",
     "released", "stable", "verified", "accepted", "visible", "new"}
)  # fmt: skip
GONE_STATES = frozenset(
    {"archived", "archive", "deprecated", "obsolete", "retired", "withdrawn", "gone", "deleted", "removed", "expired",
     "superseded", "outdated", "historic", "historical", "inactive", "rejected", "trash", "trashed"}
)  # fmt: skip
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
)  # fmt: skip
STAFF_IF_TRUE = frozenset(
    {"internal", "isinternal", "internalonly", "staffonly", "agentsonly", "agentonly", "itonly"}
)
GONE_IF_TRUE = frozenset(
    {"archived", "isarchived", "archive", "deprecated", "obsolete", "deleted", "trashed", "outdated", "retired", "withdrawn",
     "superseded", "expired"}
)  # fmt: skip
DRAFT_IF_FALSE = frozenset(
    {"published", "ispublished", "publish", "public", "ispublic", "listed", "islisted", "visible", "isvisible"}
)  # fmt: skip
LEVELS = frozenset(
    {"visibility", "access", "accesslevel", "accesscontrol", "classification", "confidentiality", "sensitivity",
     "securitylevel", "security", "permission", "permissions", "restrictedto", "restrictto", "roles", "allowedroles",
     "requiredroles", "groups", "allowedgroups", "usergroups", "readers", "viewers", "allowedusers", "acl", "members",
     "visibleto", "sharedwith", "availableto", "usersegment", "usersegments", "whocanread"}
)  # fmt: skip
STATES = frozenset(
    {"state", "status", "workflowstate", "publishstatus", "publicationstatus", "publishingstate", "articlestatus",
     "pagestatus", "docstatus", "lifecycle"}
)  # fmt: skip
FROM_ON = frozenset(
    {"publishdate", "publishon", "publishat", "publishedat", "publishedon", "publisheddate", "pubdate", "goeslive", "golive",
     "embargo", "embargodate", "embargountil", "scheduled", "scheduledfor", "validfrom", "startdate", "availablefrom",
     "releasedate", "effectivedate"}
)  # fmt: skip
UNTIL = frozenset(
    {"expirydate", "expires", "expireson", "expiresat", "expiration", "expirationdate", "expiry", "expiredate", "validuntil",
     "validto", "unpublishdate", "unpublishon", "unpublishedat", "enddate", "archiveon", "archivedate", "archivedat",
     "archivedon", "deletedat", "deletedon", "removedon", "retiredon", "retirementdate", "sunset", "availableuntil"}
)  # fmt: skip
# Names of other meaning, unless these words stand there: Eleventy, Hugo's `build`, Jekyll. MkDocs hides the menu by `hide`.
DRAFT_BY_WORD = {
    "permalink": {"false"}, "render": {"false", "never"}, "list": {"false", "never"}, "output": {"false"}, "hide": TRUE,
}  # fmt: skip
NEVER = frozenset({"never", "none", "false", "no"})
# Known words that are a letter away from one of ours, and say nothing of reading.
OTHER_WORDS = frozenset(
    {"msaudience", "publisher", "publishes", "interval", "external", "primate", "craft", "drift", "shared"}
)
MISSPELT = {
    "audience": 2, "visibility": 2, "published": 1, "private": 1, "internal": 1, "restricted": 1, "draft": 1,
    "archived": 1, "hidden": 1, "unlisted": 1, "confidential": 1, "expirydate": 1, "publishdate": 1, "permissions": 1,
}  # fmt: skip
# Names that nobody can list all: with one of these parts they say who may read, as the name before them does.
LIKE = {
    "restricted": ("restrict", "confidential", "unpublish", "notpublish", "embargo"),
    "visibility": (
        "permission", "visibility", "audience", "viewableby", "viewableto", "viewaccess", "readableby", "readableto",
        "readaccess", "accessgroup", "accessrole", "allowedgroup", "allowedrole", "requiregroup", "requirerole",
        "requiredgroup", "intendedfor",
    ),
}  # fmt: skip
