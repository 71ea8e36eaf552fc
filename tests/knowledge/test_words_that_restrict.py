"""The usual words of companies for what is not for everybody restrict, wherever they stand; words for everybody do not."""

from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from tests.knowledge import library

_PUBLISHED = ("published", "everyone")
_CLOSED_HEADERS = [
    "data-classification: Confidential", "dataClassification: restricted", "information_classification: confidential",
    "document classification: Internal", "sensitivity_label: Highly Confidential", "tlp: red", "TLP: AMBER",
    "distribution: internal", "klasyfikacja: poufne", "klasyfikacja informacji: wewnętrzne", "oznaczenie: poufne",
    "hr_only: true", "hrOnly: true", "managers_only: true", "engineers-only: yes", "helpdesk_only: true",
    "internal_use_only: true", "for_internal_use: true", "do_not_share: true", "do_not_distribute: true", "allowed: [HR]",
    "securityGroups: [HR]", "authorized_groups: HR", "can_view: [hr]", "view_roles: [hr]", "can_read_user_criteria: HR",
    "limited_to: HR", "only_for: HR", "for: HR", "for: it-staff", "dla: działu IT", "tylko_hr: tak", "tylko-dla: HR",
    "approved: false", "approval: pending", "zatwierdzone: nie", "stage: draft", "version: draft", "wersja: robocza",
    "tags: [restricted]", "tags: [vpn, hr-only]", "category: Confidential", "extra:\n  marking: Strictly confidential",
    "etykieta: poufne", "status: DRAFT v2",
    "role: hr", "roles: [hr]", "role: [managers]", "rola: kadry", "min_role: admin", "requires_role: hr", "group: hr",
    "users: [hr]", "viewer: hr", "show_to: hr", "type: internal", "Type: Internal", "doc_type: internal", "kind: draft",
    "typ: wewnętrzny", "rodzaj: wewnętrzny", "section: internal", "version: 0.3-draft", "version: v0.3 (draft)",
    "rev: 0.1 WIP", "wersja: 0.3 robocza", "wersja: v2-szkic", "active: false", "is_active: no", "enabled: no",
    "disabled: true", "inactive: yes", "aktywny: nie", "aktywna: nie", "włączone: nie", "nieaktywny: tak",
    "params:\n  active: false", "final: false", "completed: no", "released: false", "gotowe: nie", "show: false",
    "available: false", "valid: false", "current: no", "aktualny: nie", "obowiązuje: nie", "w budowie: tak",
    "under_construction: true", "do_not_use: true", "is_obsolete: yes", "superseded_by: vpn-2", "zastąpione przez: vpn-2",
    "obsolete_since: 2001-01-01", "data wycofania: 2001-01-01", "archiwum: tak", "stage: retired", "progress: in progress",
    "ApprovalStatus: Pending", "review_status: in review", "approval: rejected", "protective_marking: OFFICIAL",
    "privacy: private", "privacy: internal", "prywatność: prywatna", "login: required", "auth: true", "checked_out: true",
    "employee_visible: no", "hidden_from: employees", "tags: [status/draft]", "tags: '#draft #vpn'", "tags: [archived]",
    "drаft: true", "visibility: рrivate", "dra\u00adft: true", "draft: {enabled: true}",
]  # fmt: skip
_OPEN_HEADERS = [
    "classification: Public", "classification: Unclassified", "region_only: EU", "class: internal-link", "read_only: true",
    "windows_only: true", "for: Windows", "distribution: Ubuntu", "hr_only: false", "confidentiality level: Public",
    "case_sensitivity: yes", "approved: Anna Lis", "approved: 2001-05-03", "id: draft", "sidebar_label: Drafts",
    "keywords: [draft, confidential]", "audience: All employees", "audience: all",
    "odbiorcy: wszyscy pracownicy", "visibility: company-wide", "access: all staff", "restrictions: none",
    "permissions: none", "confidentiality: none", "klauzula: brak", "tlp: clear", "status: reviewed", "status: in use",
    "status: obowiązujący", "status: Approved v2", "status: updated", "expires: n/a", "dostęp: wszyscy pracownicy",
    "role: Writer", "role: everyone", "group: Printers", "users: all", "type: how-to", "type: article", "section: internals",
    "version: 2.1.0", "version: 1.0-beta", "wersja: 0.3", "active: true", "aktywny: tak", "final: yes", "show: true",
    "comments: {enabled: false}", "toc:\n  enable: false", "search:\n  show: false", "login: optional", "auth: sso",
    "stage: stable", "progress: 100%", "approval: Anna Lis", "owner: HR", "department: HR", "tags: [draft-mode]",
    "links: [{type: internal}]", "level: beginner", "replaced_by:", "tags: [internals/network]",
]  # fmt: skip
_CLOSED_TITLES = [
    "VPN - internal only", "VPN – IT only", "VPN - tylko dla IT", "VPN (HR only)", "[HR only] VPN", "HR only: VPN",
    "VPN (draft v2)", "VPN (wersja robocza 2)", "VPN, internal use only", "INTERNAL VPN setup", "VPN CONFIDENTIAL",
    "VPN (for the IT team only)", "VPN - confidential", "Wewnętrzne: VPN",
    "OBSOLETE VPN", "OBSOLETE: VPN", "VPN OBSOLETE", "VPN (OBSOLETE)", "[Obsolete] VPN", "VPN [obsolete]", "Deprecated: VPN",
    "DEPRECATED - VPN", "[OLD] VPN", "VPN [old]", "VPN (OLD)", "OLD: VPN", "DO NOT USE - VPN", "VPN (do not use)",
    "VPN – superseded", "VPN (old version)", "NIEAKTUALNE VPN", "VPN - nieaktualne", "[STARE] VPN", "Przestarzałe: VPN",
    "VPN (stara wersja)", "VPN [do usunięcia]", "[ARCHIWUM] VPN", "VPN [HR]", "[HR] VPN", "VPN [HR, Finance]", "VPN [zarząd]",
    "VPN {Managers}", "VPN for HR only", "VPN for the IT team only", "VPN tylko dla kadr", "[DRAFT] VPN", "VPN - draft",
    "VPN_DRAFT", "VPN v0.3 draft", "VPN 0.3 szkic", "VPN (draft 2026-01-01)", "VPN ‐ draft", "VPN\u00a0−\u00a0draft",
    "[DRАFT] VPN", "VPN (wewne\u0328trzne)", "[ＤＲＡＦＴ] VPN", "VPN (Intеrnal)", "VPN ‹internal›", "VPN (to be approved)",
]  # fmt: skip
_OPEN_TITLES = [
    "Draft an email", "Outlook (Windows only)", "Folders: read only", "Internal phone numbers", "Parking - staff",
    "INTERNAL PHONE NUMBERS", "INTERNAL_ERROR when Windows starts", "IT only wants your best", "Mail: draft",
    "VPN (for Mac only)", "Konto tylko do odczytu", "Drukarka (tylko Windows)",
    "Old password does not work", "OLD mailbox is full", "Outlook (old)", "Obsolete devices", "Archive: where mails go",
    "Human Resources (HR)", "HR: whom to ask", "[IT] Order a laptop", "VPN [Windows]", "VPN for Windows only",
    "Stary telefon", "Drukarka (stara)", "Office 2016 draft mode", "Save as draft", "Expired: the word of a certificate",
]  # fmt: skip
_CLOSED_LINES = [
    "CONFIDENTIAL – HR ONLY", "Confidential. Do not share.", "This document is confidential.", "TLP:RED",
    "This article is for IT staff only.", "This page is a draft", "Ten artykuł jest szkicem", "Dokument poufny",
    "Dokument wewnętrzny", "Tylko dla HR", "Tylko do użytku działu kadr", "Managers only", "IT department only",
    "For helpdesk use only", "DRAFT v0.2", "DRAFT - not yet approved", "> **Note:** internal use only",
    '!!! danger "Internal use only"\n    Keep it.', ":::warning Internal only\nKeep it.\n:::",
    "<!-- HR only, do not publish -->", "**Do not distribute**", "Data classification: Confidential", "**Klasyfikacja:** Poufne",
    "| Data classification | Confidential |\n|---|---|\n| Owner | Anna |",
    "| Owner | Anna |\n|---|---|\n| Klasyfikacja | Poufne |",
    "This article is only for HR.", "Only for HR", "Only HR may read this.", "Do not share outside IT.", "Not for employees.",
    "Please do not share this page with employees.", "Nie udostępniać pracownikom.", "This page is obsolete.", "**OBSOLETE**",
    "DEPRECATED - see Y", "This article has been archived.", "Ta strona jest nieaktualna.", "Strona nieaktualna",
    "Uwaga! Dokument w przygotowaniu.", "> [!CAUTION] Internal use only", "{{< draft >}}", "{info}Internal use only{info}",
    "#draft #vpn", "**Status** Draft", "Status - Draft", "Status → Draft", "Owner: Anna, Status: Draft", "Role: HR", "For: HR",
    "Type: Internal", "Version: 0.3 draft", "Active: No", "Aktywny: nie", "Wersja: 0.3 robocza", "DRАFT", "Internal‑use only",
    "| Wersja | Status | Autor |\n|---|---|---|\n| 0.3 | robocza | Anna |",
    "<table>\n<tr><th>Status</th><th>Owner</th></tr>\n<tr><td>Draft</td><td>Anna</td></tr>\n</table>",
]  # fmt: skip
_OPEN_LINES = [
    "Read only", "Windows only", "English only", "For Mac only", "Tylko do odczytu", "This page is about drafts.",
    "This document is for all employees.", "For employees only", "Ask your manager only.", "Contact: IT staff",
    "This page is a work in progress", '!!! note "Work in progress"\n    Soon more.', "Draft, then send it.",
    "| Role | Access |\n|---|---|\n| Admin | full |\n| User | read only |",
    "Not confidential at all, so share it with everybody.",
    "Classification: Public", "Visibility: all employees", "Dla kogo: wszyscy pracownicy",
    "#vpn #mail", "Not for Mac users.", "The device is obsolete.", "This function is deprecated.", "Do not share your password.",
    "Do not share it outside the company.", "Only Windows users see this.", "> [!NOTE] Save the draft first.", "Type: Printer",
    "Role: Author", "Version: 2.1", "How it goes.\n\nAvailable: no", "How it goes, then: stop.", "**Save** Draft mails",
    "| Feature | Active |\n|---|---|\n| VPN | no |\n| Mail | yes |",
    "<table>\n<tr><th>Key</th><th>Does</th></tr>\n<tr><td>F5</td><td>draft</td></tr>\n</table>",
    "How it goes.\n\nAccess: read only", "How it goes.\n\nStatus: no longer sold",
]  # fmt: skip
_PAIRS = [
    ("Classification: Confidential - HR", ("draft", "staff")), ("Classification: Internal - IT staff", ("draft", "staff")),
    ("Status: Draft v0.3", ("draft", "everyone")), ("Status: roboczy (do akceptacji)", ("draft", "everyone")),
    ("Access: HR only", ("draft", "staff")), ("Dostęp: tylko dział HR", ("draft", "staff")),
    ("Sensitivity: internal", ("published", "staff")),
    ("Classification: Public", _PUBLISHED), ("Status: Approved v2", _PUBLISHED),
]  # fmt: skip


def _found(app: Flask, root: Path, texts: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Import the texts and return state and audience of each, by what it is called here."""
    numbered = list(texts.items())
    library.write_tree(root, {f"a{number}.md": text for number, (_, text) in enumerate(numbered)})
    library.import_tree(app, root)
    states = library.states(app)
    return {name: states[f"a{number}"] for number, (name, _) in enumerate(numbered)}


def _closed(found: dict[str, tuple[str, str]]) -> list[str]:
    return [name for name, one in found.items() if one != _PUBLISHED]


def test_names_and_values_of_headers_that_companies_use(
    app: Flask, employee: FlaskClient, tmp_path: Path
) -> None:
    texts = {line: f"---\ntitle: X\n{line}\n---\nText.\n" for line in _CLOSED_HEADERS + _OPEN_HEADERS}
    assert _closed(_found(app, tmp_path, texts)) == _CLOSED_HEADERS
    assert [employee.get(f"/articles/a{place}").status_code for place in (0, len(_CLOSED_HEADERS))] == [
        404,
        200,
    ]


def test_titles_that_say_whom_they_are_for(app: Flask, tmp_path: Path) -> None:
    texts = {title: f"# {title}\n\nText.\n" for title in _CLOSED_TITLES + _OPEN_TITLES}
    assert _closed(_found(app, tmp_path, texts)) == _CLOSED_TITLES


def test_lines_below_a_title_that_say_whom_it_is_for(app: Flask, tmp_path: Path) -> None:
    texts = {line: f"# X\n\n{line}\n\nText.\n" for line in _CLOSED_LINES + _OPEN_LINES}
    assert _closed(_found(app, tmp_path, texts)) == _CLOSED_LINES


def test_a_name_with_its_value_says_the_same_in_each_place(app: Flask, tmp_path: Path) -> None:
    texts: dict[str, str] = {}
    expected: dict[str, tuple[str, str]] = {}
    for pair, result in _PAIRS:
        name, value = pair.split(": ")
        places = {
            "first": f"# X\n\n{pair}\n\nText.\n",
            "later": f"# X\n\nHow it goes.\n\n**{name}:** {value}\n\nText.\n",
            "table": f"# X\n\n| Field | Value |\n|---|---|\n| Owner | Anna |\n| {name} | {value} |\n\nText.\n",
        }
        texts |= {f"{pair} {place}": text for place, text in places.items()}
        expected |= {f"{pair} {place}": result for place in places}
    assert _found(app, tmp_path, texts) == expected


def test_whom_alone_an_article_is_for_is_draft_or_staff(app: Flask, tmp_path: Path) -> None:
    """Only those of the service desk are an audience that is known here; others wait for an editor."""
    texts = {
        line: f"# X\n\n{line}\n\nText.\n"
        for line in ("IT team only", "Tylko dla informatyków", "HR and IT only")
    }
    assert list(_found(app, tmp_path, texts).values()) == [
        *[("published", "staff")] * 2,
        ("draft", "everyone"),
    ]


def test_long_blanks_hide_nothing_and_take_no_time(app: Flask, tmp_path: Path) -> None:
    """The process that reads files is ended after two seconds: such a file would be refused."""
    far = " " * 20_000
    found = _found(
        app,
        tmp_path / "set",
        {
            "table": f"# A\n\nAbout the door.\n\n| Owner{far}| Anna |\n|---|---|\n| Classification |{far}Confidential |\n",
            "line": f"# B\n\nClassification:{far}Confidential\n",
            "comment": f"<!-- classification:{far}Confidential{far}-->\n# C\n\nPush it.\n",
            "open": f"# D\n\nPush{far}it.{far}\n",
        },
    )
    assert _closed(found) == ["table", "line", "comment"]
