"""`flask people sync`: what it would do, what it does, and that it can be undone."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text, update

import config
from servicedesk.database import db
from servicedesk.desk.models import Team, TeamMember
from servicedesk.people.models import Person, SecurityEvent, SyncChange, SyncRun, WebSession
from tests.directory.company import group_dn, group_ldif, many_people_ldif, person_dn, person_ldif
from tests.factories import sign_in
from tests.people.conftest import MakeApp, ldap_settings
from tests.services.databases import IS_POSTGRESQL
from tests.services.slapd import SlapdServer, start_slapd

NAMES = [f"s{number:02}" for number in range(40)]


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlapdServer]:
    """Start a directory of forty people of its own, because these tests change it."""
    people = "".join(person_ldif(name, f"Person {name}", "x") for name in NAMES)
    groups = group_ldif("IT staff", [person_dn("s00"), person_dn("s01")])
    server = start_slapd(tmp_path_factory.mktemp("office") / "slapd", ldif=people + groups)
    yield server
    server.program.stop()


@pytest.fixture
def office_app(make_app: MakeApp, office: SlapdServer) -> Flask:
    """The application on that directory, with nobody in it but one person of its own."""
    app = make_app(**ldap_settings(office))
    with app.app_context():
        db.session.execute(delete(TeamMember))
        db.session.execute(delete(Person))
        db.session.commit()
    return app


def run(app: Flask, *args: str) -> str:
    """Run `flask people ...` and return its exit code and output."""
    result = app.test_cli_runner().invoke(args=["people", *args])
    return f"{result.exit_code}\n{result.output}"


def reference(app: Flask, number: int) -> str:
    """Return what the sync of this number is undone by."""
    with app.app_context():
        return db.session.get_one(SyncRun, number).reference


def snapshot(app: Flask) -> list[tuple[object, ...]]:
    """Return everything that a sync may change."""
    columns = ("id", "user_name", "mail", "display_name", "department", "roles", "groups", "is_active")
    with app.app_context():
        people = db.session.scalars(select(Person).order_by(Person.id)).all()
        return [tuple(getattr(person, name) for name in columns) for person in people]


def find(app: Flask, name: str) -> Person:
    """Return one person."""
    with app.app_context():
        return db.session.scalars(select(Person).where(Person.user_name == name)).one()


def test_a_dry_run_names_everybody_and_changes_nothing(office_app: Flask) -> None:
    told = run(office_app, "sync", "--dry-run")
    assert told.startswith("0\nTo add: 40\n")
    assert "Person s07 (s07)" in told
    assert snapshot(office_app) == []


def test_it_has_to_be_said_which_of_both_is_meant(office_app: Flask) -> None:
    assert run(office_app, "sync").startswith("2\n")


def test_applying_adds_people_with_roles_and_teams(office_app: Flask) -> None:
    assert re.search(r"To undo it: flask people undo 1-[a-z2-9]{4}\n", run(office_app, "sync", "--apply"))
    assert len(snapshot(office_app)) == 40
    assert find(office_app, "s00").roles == ["agent"]
    with office_app.app_context():
        members = select(Person.user_name).join(TeamMember, TeamMember.person_id == Person.id).join(Team)
        assert sorted(db.session.scalars(members.where(Team.key == "service-desk"))) == ["s00", "s01"]
    # A second time there is nothing to do.
    assert run(office_app, "sync", "--dry-run") == "0\nTo add: 0\nTo change: 0\nTo disable: 0\n"


def test_changes_are_told_field_by_field_and_applied(office_app: Flask, office: SlapdServer) -> None:
    run(office_app, "sync", "--apply")
    office.modify(
        f"dn: {person_dn('s05')}\nchangetype: modify\nreplace: displayName\ndisplayName: Nowe Imię\n"
    )
    office.modify(
        f"dn: {group_dn('IT staff')}\nchangetype: modify\ndelete: member\nmember: {person_dn('s01')}\n"
    )
    told = run(office_app, "sync", "--apply")
    assert "To change: 2\n" in told
    assert "Person s05 (s05): display_name: Person s05 → Nowe Imię" in told
    assert "Person s01 (s01): roles: agent → none" in told
    assert find(office_app, "s05").display_name == "Nowe Imię"
    with office_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(TeamMember)) == 1


def test_who_left_is_disabled_not_deleted_and_signed_out(office_app: Flask, office: SlapdServer) -> None:
    run(office_app, "sync", "--apply")
    client = sign_in(office_app, find(office_app, "s10").id)
    office.modify(f"dn: {person_dn('s10')}\nchangetype: delete\n")
    office.modify(f"dn: {person_dn('s11')}\nchangetype: modify\nadd: shadowExpire\nshadowExpire: 15000\n")
    told = run(office_app, "sync", "--apply")
    assert "To disable: 2\n  Person s10 (s10)\n  Person s11 (s11)\n" in told
    assert client.get("/profile").status_code == 303
    assert len(snapshot(office_app)) == 40
    for name in ("s10", "s11"):
        assert not find(office_app, name).is_active
        assert find(office_app, name).disabled_at is not None


def test_more_than_the_limit_needs_a_word(office_app: Flask, office: SlapdServer) -> None:
    run(office_app, "sync", "--apply")
    before = snapshot(office_app)
    for name in NAMES[20:23]:  # 3 of 40 are 7.5 %
        office.modify(f"dn: {person_dn(name)}\nchangetype: delete\n")
    told = run(office_app, "sync", "--apply")
    assert told.startswith("1\n")
    assert "To disable: 3" in told
    assert "--i-know" in told
    assert snapshot(office_app) == before
    assert run(office_app, "sync", "--apply", "--i-know").startswith("0\n")
    assert sum(not row[-1] for row in snapshot(office_app)) == 3


def test_undo_puts_everything_back(office_app: Flask, office: SlapdServer) -> None:
    run(office_app, "sync", "--apply")
    before = snapshot(office_app)
    office.modify(f"dn: {person_dn('s30')}\nchangetype: delete\n")
    office.modify(f"dn: {person_dn('s31')}\nchangetype: modify\nreplace: mail\nmail: s30@example.com\n")
    office.modify(
        f"dn: {group_dn('IT staff')}\nchangetype: modify\nadd: member\nmember: {person_dn('s32')}\n"
    )
    run(office_app, "sync", "--apply")
    assert snapshot(office_app) != before
    assert find(office_app, "s30").mail is None
    second = reference(office_app, 2)
    assert run(office_app, "undo", second) == f"0\nSync {second} is undone.\n"
    assert snapshot(office_app) == before
    with office_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(TeamMember)) == 2
    assert find(office_app, "s30").disabled_at is None
    assert "undone already" in run(office_app, "undo", second)
    assert run(office_app, "undo", "77").startswith("1\n")


def test_a_sync_that_has_the_number_of_another_is_not_undone_for_it(
    office_app: Flask, office: SlapdServer
) -> None:
    """As after an older database was put back: the numbers that it had given are given again."""
    run(office_app, "sync", "--apply")
    change = f"dn: {person_dn('s05')}\nchangetype: modify\nreplace: displayName\ndisplayName: "
    office.modify(change + "Meant\n")
    run(office_app, "sync", "--apply")
    meant = reference(office_app, 2)
    with office_app.app_context():
        db.session.execute(delete(SyncChange).where(SyncChange.run_id == 2))
        db.session.execute(delete(SyncRun).where(SyncRun.id == 2))
        if IS_POSTGRESQL:
            db.session.execute(text("SELECT setval(pg_get_serial_sequence('sync_runs', 'id'), 1)"))
        db.session.commit()
    office.modify(change + "Another\n")
    run(office_app, "sync", "--apply")
    another = reference(office_app, 2)
    for said in (
        meant,
        "2",
        "2-",
        "-2",
        "02" + another[1:],
        "2" * 400,
        another + "x",
        f"{another}\n{meant}",
        "٢",
        "",
    ):
        told = run(office_app, "undo", "--", said)
        assert told.startswith("1\nError: There is no sync")
        assert re.search(rf"  {another} of 20\d\d-\d\d-\d\d \d\d:\d\d UTC, 1 people\n", told)
        assert find(office_app, "s05").display_name == "Another"
    assert run(office_app, "undo", f" {another.upper()} ").startswith(f"0\nSync {another} is undone.")
    assert find(office_app, "s05").display_name == "Meant"


def test_admins_are_told_of_a_sync_and_that_it_was_undone(office_app: Flask, office: SlapdServer) -> None:
    run(office_app, "sync", "--apply")
    run(office_app, "sync", "--apply")
    first = reference(office_app, 1)
    run(office_app, "undo", first)
    kinds = ("people_synced", "sync_undone")
    with office_app.app_context():
        events = select(SecurityEvent.kind, SecurityEvent.detail).where(SecurityEvent.kind.in_(kinds))
        told = [tuple(row) for row in db.session.execute(events.order_by(SecurityEvent.id))]
    assert told == [("people_synced", f"{first}: 40 added, 0 changed, 0 disabled"), ("sync_undone", first)]


def test_undo_leaves_alone_what_changed_again(office_app: Flask, office: SlapdServer) -> None:
    run(office_app, "sync", "--apply")
    change = f"dn: {person_dn('s05')}\nchangetype: modify\nreplace: displayName\ndisplayName: "
    office.modify(change + "Second\n")
    run(office_app, "sync", "--apply")
    office.modify(change + "Third\n")
    run(office_app, "sync", "--apply")
    told = run(office_app, "undo", reference(office_app, 2))
    assert "Third: changed again since" in told
    assert find(office_app, "s05").display_name == "Third"


def test_undoing_an_addition_shuts_people_out_and_keeps_them(office_app: Flask) -> None:
    run(office_app, "sync", "--apply")
    client = sign_in(office_app, find(office_app, "s00").id)
    run(office_app, "undo", reference(office_app, 1))
    assert [row[-1] for row in snapshot(office_app)] == [False] * 40
    assert client.get("/profile").status_code == 303
    with office_app.app_context():
        assert db.session.scalar(select(func.count(WebSession.id_hash))) == 0
    # The directory still has them, so the next sync lets them in again.
    assert "To change: 40" in run(office_app, "sync", "--apply")


def test_the_journal_holds_only_what_differs(office_app: Flask, office: SlapdServer) -> None:
    run(office_app, "sync", "--apply")
    office.modify(f"dn: {person_dn('s05')}\nchangetype: modify\nreplace: displayName\ndisplayName: Second\n")
    run(office_app, "sync", "--apply")
    with office_app.app_context():
        change = db.session.scalars(select(SyncChange).where(SyncChange.run_id == 2)).one()
        assert (change.before, change.after) == ({"display_name": "Person s05"}, {"display_name": "Second"})


def test_a_directory_that_breaks_off_changes_nothing(office_app: Flask, office: SlapdServer) -> None:
    run(office_app, "sync", "--apply")
    before = snapshot(office_app)
    office.program.stop()
    told = run(office_app, "sync", "--apply", "--i-know")
    assert told.startswith("1\n")
    assert "does not answer" in told
    assert snapshot(office_app) == before


def test_the_break_glass_admin_is_not_the_directorys(office_app: Flask) -> None:
    runner = office_app.test_cli_runner()
    runner.invoke(
        args=["people", "break-glass", "rescue", "--password-stdin"], input="a long sentence nobody guesses\n"
    )
    told = run(office_app, "sync", "--apply")
    assert "rescue" not in told
    assert find(office_app, "rescue").is_active


def test_the_directory_can_be_checked(office_app: Flask, offline_app: Flask) -> None:
    assert run(office_app, "check-directory").startswith("0\nThe directory answers")
    assert run(offline_app, "check-directory").startswith("1\n")


def test_twelve_thousand_people_take_less_than_a_minute(
    make_app: MakeApp, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("large") / "slapd"
    server = start_slapd(folder, ldif=many_people_ldif(12_000))
    try:
        app = make_app(**ldap_settings(server))
        began = time.perf_counter()
        assert "To add: 12000\n" in run(app, "sync", "--apply", "--i-know")
        first_s = time.perf_counter() - began
        began = time.perf_counter()
        assert "To change: 0\n" in run(app, "sync", "--apply")
        second_s = time.perf_counter() - began
    finally:
        server.program.stop()
    assert max(first_s, second_s) < 60, (first_s, second_s)
    sys.stdout.write(f"12,000 people: added in {first_s:.1f} s, compared in {second_s:.1f} s\n")


def test_nobody_waits_for_a_long_list_to_be_read(
    make_app: MakeApp, settings: config.Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As `flask people sync --apply | less` does, which prints no further until somebody scrolls."""
    server = start_slapd(tmp_path_factory.mktemp("many") / "slapd", ldif=many_people_ldif(3_000))
    app = make_app(**ldap_settings(server))
    given = {
        "INSTANCE_DIR": str(settings.instance_dir), "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key, "PUBLIC_URL": "http://localhost", **ldap_settings(server),
    }  # fmt: skip
    environ = {**os.environ, **{f"SERVICEDESK_{name}": value for name, value in given.items()}}
    words = [sys.executable, "-m", "flask", "--app", "wsgi", "people", "sync", "--apply", "--i-know"]
    with subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            begun = process.stdout.readline()
            with app.app_context():
                db.session.execute(update(Person).values(telephone="7"))
                db.session.commit()
            rest, _ = process.communicate(timeout=60)
        finally:
            process.kill()
            server.program.stop()
    assert begun == "To add: 3000\n"
    assert "Done. To undo it" in rest
