"""Names and words by which files of this and other systems say who may read them, as `plain_name` and `plain_value` give them."""

from servicedesk.knowledge import restricting_names_pl as polish

TRUE = frozenset({"true", "yes", "on", "y", "t", "1"}) | polish.TRUE
FALSE = frozenset({"", "false", "no", "off", "n", "f", "0", "none", "n/a"}) | polish.FALSE
AUDIENCES = frozenset({"audience", "audiences"}) | polish.AUDIENCES
EVERYBODY = (
    frozenset(
        {"all", "everybody", "all employees", "all staff", "all users", "company wide", "whole company"}
    )
    | polish.EVERYBODY
)
OPEN_LEVELS = (
    frozenset(
        {"", "public", "everyone", "anyone", "anybody", "open", "world", "unrestricted", "unclassified",
         "organization wide", "organisation wide"}
    )
    | EVERYBODY
    | polish.OPEN_LEVELS
)  # fmt: skip
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
     "released", "stable", "verified", "accepted", "visible", "new", "reviewed", "updated", "in use", "in force", "ready",
     "maintained", "final version", "ok"}
) | polish.OPEN_STATES  # fmt: skip
GONE_STATES = frozenset(
    {"archived", "archive", "deprecated", "obsolete", "retired", "withdrawn", "gone", "deleted", "removed", "expired",
     "superseded", "outdated", "historic", "historical", "inactive", "rejected", "trash", "trashed"}
) | polish.GONE_STATES  # fmt: skip
DRAFT_STATES = frozenset(
    {"draft", "drafting", "rough draft", "first draft", "wip", "work in progress", "in progress", "do not publish",
     "not published", "unpublished", "not for publication", "not public", "for review", "in review", "under review",
     "pending review", "private", "protected", "confidential", "strictly confidential", "restricted", "secret", "top secret",
     "hidden", "unlisted", "embargoed", "members only", "highly confidential", "company confidential", "do not distribute",
     "not for distribution", "do not share", "to be published", "to be approved", "to be reviewed", "pending approval",
     "awaiting approval", "not approved", "not final"}
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
     "donotpublish", "nopublish", "hiddenfrom", "hidefrom", "checkedout",
     "eleventyexcludefromcollections", "embargoed"}
) | polish.DRAFT_IF_TRUE  # fmt: skip
STAFF_IF_TRUE = (
    frozenset({"internal", "isinternal", "internalonly", "staffonly", "agentsonly", "agentonly", "itonly"})
    | polish.STAFF_IF_TRUE
)
GONE_IF_TRUE = frozenset(
    {"archived", "isarchived", "archive", "deprecated", "isdeprecated", "obsolete", "isobsolete",
     "isoutdated", "isold", "supersededby", "replacedby", "obsoletedby", "deleted", "trashed", "outdated", "retired", "withdrawn",
     "superseded", "expired"}
) | polish.GONE_IF_TRUE  # fmt: skip
DRAFT_IF_FALSE = frozenset(
    {"published", "ispublished", "publish", "public", "ispublic", "listed", "islisted", "visible", "isvisible", "customervisible",
     "employeevisible", "uservisible", "visibletoemployees", "visibletousers", "visibletoall"}
) | polish.DRAFT_IF_FALSE  # fmt: skip
LEVELS = frozenset(
    {"visibility", "access", "accesslevel", "accesscontrol", "allowed", "allowedto", "restrictedto", "restrictto", "roles",
     "allowedroles", "requiredroles", "groups", "allowedgroups", "usergroups", "readers", "viewers", "allowedusers", "acl",
     "members", "visibleto", "privacy", "privacylevel", "sharedwith", "availableto", "usersegment", "usersegments", "whocanread"}
) | polish.LEVELS  # fmt: skip
# The same, but here "none" says that nothing restricts it, where `readers: none` says that nobody may read.
MARKINGS = frozenset(
    {"classification", "confidentiality", "sensitivity", "securitylevel", "security", "protectivemarking",
     "permission", "permissions", "tlp"}
) | polish.MARKINGS  # fmt: skip
UNMARKED = frozenset({"none", "n/a", "brak", "nie dotyczy", "tlp clear", "clear", "white", "green"})
# Names of other meaning, unless it is readers that stand there: `for: HR`, `distribution: internal`, but `for: Windows`.
FOR_READERS = frozenset(
    {"for", "distribution", "share", "sharing", "scope", "role", "minrole", "minimumrole", "requiresrole", "requiredrole",
     "rolerequired", "teamonly", "grouponly",
     "group", "users", "people", "viewer", "reader", "showto", "shownto", "opento", "visiblefor", "dla", "rola", "przeznaczenie",
     "dystrybucja"}
)  # fmt: skip
# Names of what kind of text it is: `type: internal`.
KINDS_OF_TEXT = frozenset(
    {"type", "kind", "doctype", "documenttype", "pagetype", "articletype", "contenttype", "documentkind", "section", "folder",
     "class", "typ", "rodzaj", "typdokumentu", "typartykulu", "rodzajdokumentu"}
)  # fmt: skip
STATES = frozenset(
    {"state", "status", "workflowstate", "publishstatus", "publicationstatus", "publishingstate", "articlestatus",
     "pagestatus", "docstatus", "documentstate", "documentstatus", "lifecycle", "lifecyclestage"}
) | polish.STATES  # fmt: skip
FROM_ON = frozenset(
    {"publishdate", "publishon", "publishat", "publishedat", "publishedon", "publisheddate", "pubdate", "goeslive", "golive",
     "embargo", "embargodate", "embargountil", "scheduled", "scheduledfor", "validfrom", "startdate", "availablefrom",
     "releasedate", "effectivedate"}
) | polish.FROM_ON  # fmt: skip
UNTIL = frozenset(
    {"expirydate", "expires", "expireson", "expiresat", "expiration", "expirationdate", "expiry", "expiredate", "validuntil",
     "validto", "unpublishdate", "unpublishon", "unpublishedat", "enddate", "archiveon", "archivedate", "archivedat",
     "archivedon", "obsoletesince", "deprecatedsince", "deletedat", "deletedon", "removedon", "retiredon",
     "retirementdate", "sunset", "availableuntil"}
) | polish.UNTIL  # fmt: skip
UNDECIDED = (FALSE - {"", "n/a"}) | {"pending", "not yet", "waiting"}
# Names that belong to whatever they stand in, so they count among the article's own names alone.
_ON = frozenset(
    {"active", "isactive", "enabled", "isenabled", "enable", "show", "shown", "display", "displayed", "available", "isavailable",
     "online", "final", "isfinal", "complete", "completed", "iscomplete", "released", "isreleased", "finished", "valid",
     "isvalid", "current", "iscurrent"}
) | polish.ON  # fmt: skip
_OFF = frozenset(
    {"disabled", "isdisabled", "inactive", "isinactive", "unfinished", "incomplete", "underconstruction", "donotuse", "noshare",
     "notforemployees", "hidefromemployees"}
) | polish.OFF  # fmt: skip
OF_WHAT_HOLDS_IT = (
    _ON | _OFF | {"login", "auth", "authentication", "requires", "gated", "type", "kind", "class"}
)
OF_THE_ARTICLE = frozenset(
    {
        "",
        "params",
        "extra",
        "meta",
        "metadata",
        "attributes",
        "properties",
        "data",
        "page",
        "article",
        "document",
        "doc",
        "frontmatter",
        "header",
        "fields",
        "custom",
        "status",
        "cascade",
    }
)
# Names of other meaning, unless these words stand there: Eleventy, Hugo's `build`, Jekyll. MkDocs hides the menu by `hide`.
DRAFT_BY_WORD = {
    "permalink": {"false"}, "render": {"false", "never"}, "list": {"false", "never"}, "output": {"false"}, "hide": TRUE,
    **dict.fromkeys(
        ("approved", "isapproved", "approval", "approvalstatus", "moderationstatus", "reviewstatus", "live", "islive", "ready",
         *polish.APPROVED), UNDECIDED | DRAFT_STATES | {"not reviewed", "rejected"},
    ),
    **dict.fromkeys(("stage", "phase", "progress", "etap"), DRAFT_STATES | GONE_STATES),
    **dict.fromkeys(_ON, FALSE - {"", "n/a", "none"}), **dict.fromkeys(_OFF, TRUE),
    **dict.fromkeys(("login", "auth", "authentication", "requires", "gated"), TRUE | {"required", "login", "wymagane"}),
}  # fmt: skip
NEVER = frozenset({"never", "none", "false", "no", "n/a"}) | polish.NEVER
# Known words that are a letter away from one of ours, and say nothing of reading.
OTHER_WORDS = frozenset(
    {
        "msaudience",
        "publisher",
        "publishes",
        "interval",
        "external",
        "primate",
        "craft",
        "drift",
        "shared",
        "casesensitivity",
        "readonly",
        "viewonly",
        "textonly",
        "windowsonly",
        "maconly",
        "macosonly",
        "linuxonly",
        "iosonly",
        "androidonly",
        "desktoponly",
        "mobileonly",
        "webonly",
        "englishonly",
        "polishonly",
    }
)
MISSPELT = {
    "audience": 2, "visibility": 2, "published": 1, "private": 1, "internal": 1, "restricted": 1, "draft": 1,
    "archived": 1, "hidden": 1, "unlisted": 1, "confidential": 1, "expirydate": 1, "publishdate": 1, "permissions": 1,
    "widocznosc": 2, "odbiorcy": 2, "szkic": 1, "opublikowane": 1,
}  # fmt: skip
# Names that nobody can list all: with one of these parts they say who may read, as the name before them does.
LIKE = {
    "classification": ("classification", "sensitivity", "confidentiality", *polish.LIKE_CLASSIFICATION),
    "restricted": (
        "restrict", "confidential", "unpublish", "notpublish", "embargo", "donotshare", "donotdistribute",
        *polish.LIKE_RESTRICTED,
    ),
    "visibility": (
        "permission", "visibility", "audience", "viewableby", "viewableto", "viewaccess", "readableby", "readableto",
        "readaccess", "accessgroup", "accessrole", "allowedgroup", "allowedrole", "requiregroup", "requirerole",
        "requiredgroup", "intendedfor", "limitedto", "onlyfor", "authorizedgroup", "authorisedgroup", "authorizeduser",
        "authoriseduser", "securitygroup", "canview", "canread", "viewrole", "viewgroup", "readrole", "readgroup",
        "usercriteria", *polish.LIKE_VISIBILITY,
    ),
}  # fmt: skip
# A title "… (deprecated)" tells of a thing that is; these tell of the article.
GONE_MARKS = frozenset({"archived", "withdrawn"}) | frozenset(
    {"nieaktualne", "nieaktualny", "nieaktualna", "archiwalne", "archiwalny", "archiwalna", "wycofane", "wycofany",
     "wycofana", "zarchiwizowane", "zarchiwizowany"}
)  # fmt: skip
CLEAR_GONE_MARKS = (
    frozenset({"superseded", "old version", "do not use", "to be deleted", "to delete"})
    | polish.CLEAR_GONE_MARKS
)
GONE_WORDS = (
    frozenset({"obsolete", "deprecated", "outdated", "retired", "expired", "old", "archive"})
    | polish.GONE_WORDS
)
GONE_IF_LOUD = frozenset({"expired", "archive"})
# Names of teams, which titles name without restricting anything.
TEAM_NAMES = frozenset({"staff"}) | polish.TEAM_NAMES
STAFF_MARKS = STAFF_LEVELS - {"it", "agent", "agents"}
# What means nothing else, wherever it stands.
CLEAR_STAFF_MARKS = STAFF_MARKS - TEAM_NAMES - {"it staff"}
CLEAR_MARKS = frozenset(
    {"draft", "wip", "work in progress", "do not publish", "unpublished", "confidential", "strictly confidential",
     "highly confidential", "company confidential", "restricted", "do not distribute", "not for distribution", "tlp red",
     "tlp amber"}
) | polish.CLEAR_MARKS  # fmt: skip
# Words for those who alone may read: of the service desk, of others, and such as stand beside both.
OF_IT = frozenset(
    {"it", "staff", "agent", "agents", "helpdesk", "servicedesk", "desk", "support", "internal"}
) | polish.OF_IT  # fmt: skip
OTHER_READERS = frozenset(
    {"hr", "human", "resources", "finance", "legal", "payroll", "accounting", "procurement", "board", "management", "manager",
     "managers", "director", "directors", "executive", "executives", "leadership", "supervisors", "admin", "admins",
     "administrator", "administrators", "sysadmins", "engineers", "technicians", "editors", "leads", "personnel", "owners",
     "authorized", "authorised", "official", "restricted", "confidential"}
) | polish.OTHER_READERS  # fmt: skip
WITH_READERS = frozenset(
    {"team", "teams", "department", "departments", "dept", "group", "groups", "members", "service", "help", "users", "and",
     "or", "the", "&", "/", "of", "our"}
) | polish.WITH_READERS  # fmt: skip
RESTRICTING = DRAFT_STATES | STAFF_MARKS | GONE_MARKS | {"true", "yes", "tak", "false", "no", "nie"}
# Names that say of a text itself who may read it, whatever stands behind them; those of other names only with a word that
# restricts, for `Status`, `Access` or `Draft` are words of many articles.
SURE = AUDIENCES | frozenset(
    {"visibility", "confidentiality", "classification", "sensitivity", "tlp", "restrictedto", "visibleto", "whocanread",
     "accesslevel", "widocznosc", "widocznedla", "poufnosc", "klauzula", "ktomozeczytac", "tylkodla", "dostepdla"}
)  # fmt: skip
# Names of lists of words that an author hangs on a text.
LABELS = frozenset(
    {"tags", "tag", "labels", "label", "flags", "badge", "badges", "marks", "category", "categories", "etykiety", "etykieta",
     "tagi", "kategoria", "kategorie"}
)  # fmt: skip
# Names of an article's names, which hold any word.
NAMING = frozenset(
    {"title", "linktitle", "navtitle", "shorttitle", "menutitle", "sidebarlabel", "sidebartitle", "name", "id", "uid", "slug",
     "url", "permalink", "aliases", "redirectfrom", "keywords", "summary", "description", "icon", "factsneeded", "translationof",
     "tytul", "nazwa", "opis"}
) | LABELS  # fmt: skip
