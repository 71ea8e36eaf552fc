"""Who is let in, and who they then are."""

import logging
import re
import time

import pytest
from flask import Flask
from sqlalchemy import select

from servicedesk.database import db
from servicedesk.people.models import Person
from tests.directory.company import CAST, PEOPLE, group_dn, person_dn, person_ldif
from tests.people.conftest import forget_attempts, log_in
from tests.services.slapd import SlapdServer, ldif_entry


def find(app: Flask, user_name: str) -> Person:
    """Return the person of this name who logged in here."""
    with app.app_context():
        logged_in = select(Person).where(Person.user_name == user_name, Person.last_login_at.is_not(None))
        return db.session.scalars(logged_in).one()


def test_the_right_password_opens_the_start_page(company_app: Flask) -> None:
    client = company_app.test_client()
    answer = log_in(client, "ewa", CAST["ewa"][1])
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/profile").status_code == 200


@pytest.mark.parametrize("name", ["łukasz", "żaneta", "anna"])
def test_names_with_any_letters_log_in(company_app: Flask, name: str) -> None:
    assert log_in(company_app.test_client(), name, CAST[name][1]).status_code == 303
    assert find(company_app, name).display_name == CAST[name][0]


def test_mail_is_as_good_as_the_user_name(company_app: Flask) -> None:
    assert log_in(company_app.test_client(), "EWA@example.com", CAST["ewa"][1]).status_code == 303
    assert find(company_app, "ewa").mail == "ewa@example.com"


_ODD_NAMES = (
    *("o'brien", "j.smith+it", "space user", "amp&co", "hash#1", "Smith, John", "a[1]", "a/b", "żółć.jaźń"),
    *('quo"te', "semi;colon", "le<ss", "n" * 128),
)


def test_whoever_the_sync_brings_can_sign_in(company_app: Flask, company: SlapdServer) -> None:
    """What the directory holds is a name, and its letters mean nothing in filters (security.md L1)."""
    company.add(
        "".join(
            person_ldif(name, f"Odd {number}", "secret", dn=f"cn=odd {number},{PEOPLE}").replace(
                _mail_line(f"{name}@example.com"), _mail_line(f"odd{number}@example.com")
            )
            for number, name in enumerate(_ODD_NAMES)
        )
    )
    told = company_app.test_cli_runner().invoke(args=["people", "sync", "--apply", "--i-know"]).output
    assert "Odd 3 (amp&co)" in told
    for name in _ODD_NAMES:
        assert log_in(company_app.test_client(), name, "secret").status_code == 303, name
        assert find(company_app, name).user_name == name


@pytest.mark.parametrize(
    "name", ["EXAMPLE\\ewa", "example.com\\EWA", "ｅｗａ", "EXAMPLE\\ewa@example.com", "  ewa  "]
)
def test_a_domain_before_the_name_is_taken_off(company_app: Flask, name: str) -> None:
    assert log_in(company_app.test_client(), name, CAST["ewa"][1]).status_code == 303
    assert find(company_app, "ewa").display_name == "Ewa Nowak"


def test_a_long_address_signs_in(company_app: Flask, company: SlapdServer) -> None:
    mail = f"{'long.' * 12}name@department.example.com"
    assert len(mail) > 84
    company.add(
        person_ldif("lng", "Long Address", "secret").replace(_mail_line("lng@example.com"), _mail_line(mail))
    )
    assert log_in(company_app.test_client(), mail, "secret").status_code == 303
    assert find(company_app, "lng").mail == mail


def _mail_line(mail: str) -> str:
    return ldif_entry("cn=x", ("mail", mail)).splitlines()[1]


@pytest.mark.parametrize("more", ["\0", "\r", " ", "\u200b", "\x85", "\u202e"])
def test_a_password_is_compared_as_it_was_typed(company_app: Flask, company: SlapdServer, more: str) -> None:
    """Nothing is taken out of it, at either end (security.md S8)."""
    client = company_app.test_client()
    for typed in (CAST["ewa"][1] + more, more + CAST["ewa"][1]):
        assert log_in(client, "ewa", typed).status_code == 401
    name = f"exact{ord(more)}"
    if more != "\0":
        company.add(person_ldif(name, "Exact Person", f"{more}secret{more}"))
        assert log_in(client, name, f"{more}secret{more}").status_code == 303
        assert log_in(company_app.test_client(), name, "secret").status_code == 401


def test_groups_also_nested_ones_give_roles(company_app: Flask) -> None:
    for name in ("anna", "żaneta"):
        log_in(company_app.test_client(), name, CAST[name][1])
    assert find(company_app, "anna").roles == ["agent"]
    assert "IT staff" in find(company_app, "anna").groups
    assert find(company_app, "żaneta").roles == []


def test_every_reason_not_to_let_somebody_in_looks_the_same(company_app: Flask) -> None:
    """Nobody learns who has an account (security.md S6)."""
    tries = [
        ("ewa", "wrong"),
        ("nobody", "wrong"),
        ("ghost", "boo"),  # locked
        ("gone", "bye"),  # expired
        ("dup@example.com", "twins"),  # two people have this address
        ("ewa", "x" * 1025),
        ("ewa", "\u00ad"),
        ("uid=ewa,ou=people", "wrong"),
        ("x" * 200, "wrong"),
    ]
    pages = set()
    for name, password in tries:
        answer = log_in(company_app.test_client(), name, password)
        assert answer.status_code == 401, name
        assert "sid" not in answer.headers.get("Set-Cookie", "")
        text = re.sub(r'value="[^"]*"|Request number.*', "", answer.text)
        pages.add(text)
    assert len(pages) == 1
    assert "do not fit together" in pages.pop()


@pytest.mark.parametrize("name", ["*)(uid=*", "ewa\r\nSet-Cookie: a=b", "ewa*", "x" * 257])
def test_what_can_be_nobodys_name_is_said_to_be_none_and_counts_as_no_try(
    company_app: Flask, name: str
) -> None:
    client = company_app.test_client()
    for _ in range(11):
        answer = log_in(client, name, CAST["ewa"][1])
        assert answer.status_code == 422
        assert "No account has such a name" in answer.text
        assert "sid" not in answer.headers.get("Set-Cookie", "")


@pytest.mark.parametrize(("name", "password"), [("", "x"), ("ewa", ""), ("", "")])
def test_an_empty_field_is_named(company_app: Flask, name: str, password: str) -> None:
    answer = log_in(company_app.test_client(), name, password)
    assert answer.status_code == 422
    assert "Enter your" in answer.text


def test_the_typed_name_is_kept_and_the_password_is_not(company_app: Flask) -> None:
    page = log_in(company_app.test_client(), "ewa <b>", "a-wrong-password").text
    assert 'value="ewa &lt;b&gt;"' in page
    assert "a-wrong-password" not in page


def test_a_renamed_person_stays_the_same_person(company_app: Flask, company: SlapdServer) -> None:
    company.add(person_ldif("maiden", "Maria Maiden", "secret-m"))
    log_in(company_app.test_client(), "maiden", "secret-m")
    before = find(company_app, "maiden").id
    company.modify(
        f"dn: {person_dn('maiden')}\nchangetype: modrdn\nnewrdn: uid=married\ndeleteoldrdn: 1\n\n"
        f"dn: uid=married,{PEOPLE}\nchangetype: modify\nreplace: displayName\ndisplayName: Maria Married\n"
    )
    log_in(company_app.test_client(), "married", "secret-m")
    after = find(company_app, "married")
    assert (after.id, after.display_name) == (before, "Maria Married")


def test_a_new_person_with_an_old_address_does_not_inherit(company_app: Flask, company: SlapdServer) -> None:
    company.add(person_ldif("jan", "Jan Pierwszy", "secret-1"))
    log_in(company_app.test_client(), "jan", "secret-1")
    first = find(company_app, "jan").id
    company.modify(f"dn: {person_dn('jan')}\nchangetype: delete\n")
    company.add(person_ldif("jan", "Jan Drugi", "secret-2"))
    log_in(company_app.test_client(), "jan", "secret-2")
    with company_app.app_context():
        people = db.session.scalars(select(Person).where(Person.user_name == "jan").order_by(Person.id)).all()
        assert [person.display_name for person in people] == ["Jan Pierwszy", "Jan Drugi"]
        assert people[0].id == first
        # The first one's mail would reach the second.
        assert [person.mail for person in people] == [None, "jan@example.com"]


def test_the_language_of_the_directory_counts_until_somebody_chooses(company_app: Flask) -> None:
    client = company_app.test_client()
    log_in(client, "ewa", CAST["ewa"][1])
    assert find(company_app, "ewa").language == "pl"
    client.post("/profile", data={"language": "en", "time_zone": "", "theme": "auto"})
    log_in(company_app.test_client(), "ewa", CAST["ewa"][1])
    assert find(company_app, "ewa").language == "en"


def test_a_role_that_is_taken_away_ends_other_sessions(company_app: Flask, company: SlapdServer) -> None:
    """A session has the rights it began with, or is no more (security.md S1)."""
    company.add(person_ldif("rolf", "Rolf Rolle", "secret-r"))
    member = f"dn: {group_dn('Admins')}\nchangetype: modify\n{{}}: member\nmember: {person_dn('rolf')}\n"
    company.modify(member.format("add"))
    old = company_app.test_client()
    log_in(old, "rolf", "secret-r")
    assert old.get("/admin/security-events").status_code == 200
    company.modify(member.format("delete"))
    new = company_app.test_client()
    log_in(new, "rolf", "secret-r")
    assert new.get("/admin/security-events").status_code == 403
    assert old.get("/profile").status_code == 303


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/profile?x=1", "/profile?x=1"),
        ("/articles", "/articles"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("/logout", "/"),
        ("/login", "/"),
        ("/no-such-page", "/"),
        ("/" + "a" * 3000, "/"),
    ],
)
def test_the_next_page_is_one_of_ours(company_app: Flask, wanted: str, leads_to: str) -> None:
    """No open redirect (security.md X15)."""
    client = company_app.test_client()
    client.get("/login", query_string={"next": wanted})
    answer = log_in(client, "ewa", CAST["ewa"][1], next=wanted[:2000])
    assert answer.location == leads_to


def test_a_field_that_the_form_does_not_have_is_refused(company_app: Flask) -> None:
    answer = log_in(company_app.test_client(), "ewa", CAST["ewa"][1], is_admin="1")
    assert answer.status_code == 422
    assert "Set-Cookie" not in answer.headers or "sid" not in answer.headers["Set-Cookie"]


def test_a_person_who_left_may_log_in_again_when_the_directory_says_so(company_app: Flask) -> None:
    log_in(company_app.test_client(), "ewa", CAST["ewa"][1])
    with company_app.app_context():
        person = db.session.get_one(Person, find(company_app, "ewa").id)
        person.is_active = False
        db.session.commit()
    assert log_in(company_app.test_client(), "ewa", CAST["ewa"][1]).status_code == 303
    assert find(company_app, "ewa").is_active


def test_an_identity_header_is_believed_from_nobody(company_app: Flask) -> None:
    """There is no log-in by a header, so each is ignored (security.md S7)."""
    names = ("X-Remote-User", "Remote-User", "X-Forwarded-User", "X-Authenticated-User")
    client = company_app.test_client()
    answer = client.get(
        "/profile", headers=dict.fromkeys(names, "adam"), environ_base={"REMOTE_USER": "adam"}
    )
    assert answer.status_code == 303


def test_the_password_is_nowhere_afterwards(
    company_app: Flask, company: SlapdServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Log in with passwords that are found nowhere else, then look everywhere (security.md L6)."""
    right, wrong, misplaced = "canary-right-7d1f", "canary-wrong-93ab", "canary-misplaced-55e0"
    company.add(person_ldif("kanarek", "Kan Arek", right))
    caplog.set_level(logging.DEBUG)
    client = company_app.test_client()
    texts = []
    for name, password in (("kanarek", wrong), (misplaced, wrong), ("kanarek", right)):
        answer = log_in(client, name, password)
        texts += [str(answer.headers), answer.text.replace(misplaced, "", 1)]
    texts += [client.get(path).text for path in ("/profile", "/profile/sessions")]
    with company_app.app_context():
        for table in db.metadata.sorted_tables:
            texts += [str(row) for row in db.session.execute(select(table))]
    texts += [caplog.text, *(str(vars(record)) for record in caplog.records)]
    instance_dir = company_app.extensions["servicedesk.settings"].instance_dir
    texts += [path.read_bytes().decode("latin-1") for path in instance_dir.rglob("*") if path.is_file()]
    assert any("kanarek" in text for text in texts)
    found = [secret for secret in (right, wrong, misplaced) if any(secret in text for text in texts)]
    assert found == []


def test_unknown_and_wrong_take_the_same_time(company_app: Flask, company: SlapdServer) -> None:
    """As in RT's own test: the quickest answers within a generous ratio, for a busy machine (security.md S5)."""
    company.add(person_ldif("slow", "Slow Poke", "secret-s"))
    took: dict[str, list[float]] = {"slow": [], "nobody": [], "gone": []}
    client = company_app.test_client()
    for round_number in range(24):
        if round_number % 8 == 0:
            forget_attempts(company_app)
        for name, times in took.items():
            began = time.perf_counter()
            assert log_in(client, name, "wrong").status_code == 401
            times.append(time.perf_counter() - began)
    quickest = {name: min(times) for name, times in took.items()}
    assert max(quickest.values()) / min(quickest.values()) < 4, quickest
