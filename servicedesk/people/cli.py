"""`flask people`: sync with the directory, undo it, check the directory, and make the break-glass admin."""

import sys
from collections.abc import Sequence
from functools import partial

import click

from servicedesk import database
from servicedesk.database import db, now
from servicedesk.directory.current import current_directory
from servicedesk.directory.entries import Unreadable
from servicedesk.errors import ConflictError, NotFoundError, ServiceDeskError
from servicedesk.people import actions
from servicedesk.people.actions.sync_plan import ADDED, CHANGED, DISABLED, Change
from servicedesk.web.commands import CommandGroup
from servicedesk.web.settings import current_settings

commands = CommandGroup("people", help="Everybody who uses the desk, as the company directory knows them.")
# Of a change, these are too long for one line.
_UNTOLD = frozenset({"groups"})


@commands.command("sync")
@click.option("--dry-run", "mode", flag_value="dry-run", help="Only print what would be done.")
@click.option("--apply", "mode", flag_value="apply", help="Do it, with a journal to undo it.")
@click.option(
    "--i-know", is_flag=True, help="Disable more people than the setting PEOPLE_DISABLE_LIMIT allows."
)
def sync(mode: str | None, *, i_know: bool) -> None:
    """Compare everybody with the directory: who is new, who changed, who left."""
    if mode is None:
        raise click.UsageError("Say --dry-run to see what would be done, or --apply to do it.")
    settings = current_settings()
    try:
        asked_at = now()
        unread: list[Unreadable] = []
        found = list(current_directory().list_people(unread.append))
        plan_now = partial(
            actions.plan_sync, found, by_role=settings.groups["roles"], asked_at=asked_at,
            unread_keys=[one.key for one in unread if one.key],
        )  # fmt: skip
        database.start_reading()
        shown = plan_now()
        db.session.rollback()  # Printing may wait for whoever reads, as in `| less`: nobody else may wait for that.
        _print_plan(shown)
        _print_unread(unread)
        if mode == "dry-run":
            return
        database.start_writing()
        plan = plan_now()
        run = actions.apply_sync(plan, disable_limit=settings.people_disable_limit, i_know=i_know)
        db.session.commit()
    except ServiceDeskError as error:
        raise click.ClickException(_words(error)) from error
    if _by_key(plan) != _by_key(shown):
        click.echo(
            "People changed here meanwhile: the journal has what was done, which is not all of the above."
        )
    click.echo(f"Done. To undo it: flask people undo {run.reference}")


@commands.command("undo")
@click.argument("run")
def undo(run: str) -> None:
    """Put back what the sync RUN changed: its number and its mark, as `sync --apply` told them."""
    run = run.strip().lower()
    try:
        _run, changed_since = actions.undo_sync(run)
        db.session.commit()
    except NotFoundError as error:
        raise click.ClickException(_no_sync(run)) from error
    except ServiceDeskError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Sync {run} is undone.")
    for name in changed_since:
        click.echo(f"  {name}: changed again since, and that part stays as it is.")


def _no_sync(run: str) -> str:
    listed = [
        f"  {one.reference} of {one.applied_at:%Y-%m-%d %H:%M} UTC, {count} people"
        for one, count in actions.list_syncs()
    ]
    return "\n".join([f"There is no sync {run}. It is named by number and mark. The last ones:", *listed])


@commands.command("break-glass")
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def break_glass(name: str, *, password_stdin: bool) -> None:
    """Make NAME the one admin who needs no directory, or set a new password. All admins see each use."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        actions.make_break_glass(name, password)
        db.session.commit()
    except ServiceDeskError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{name} can sign in without the directory. Keep the password where only admins find it.")


@commands.command("check-directory")
def check_directory() -> None:
    """Ask the directory whether it answers, whether it is safe to log in with, and which groups GROUPS means."""
    directory = current_directory()
    try:
        directory.check_at_start()
        named = directory.named_groups()
    except (ValueError, ServiceDeskError) as error:
        raise click.ClickException(str(error)) from error
    click.echo("The directory answers, and refuses empty passwords.")
    for group in named:
        if group.is_missing:
            click.echo(
                f"GROUPS names '{group.text}': no such group below the groups base, so it gives nothing."
            )
    ambiguous = [group for group in named if group.is_ambiguous]
    for group in ambiguous:
        click.echo(f"GROUPS names '{group.text}': several groups have this name, so it gives nothing:")
        for dn in group.dns:
            click.echo(f"  {dn}")
    if ambiguous:
        raise click.ClickException("Name these groups by their DN in GROUPS, or give each a name of its own.")


def _by_key(plan: actions.SyncPlan) -> dict[str, Change]:
    return {change.key: change for change in plan.changes}


def _print_plan(plan: actions.SyncPlan) -> None:
    for kind, words in ((ADDED, "To add"), (CHANGED, "To change"), (DISABLED, "To disable")):
        changes = plan.of_kind(kind)
        click.echo(f"{words}: {len(changes)}")
        for change in changes:
            fields = sorted(change.before.keys() - _UNTOLD) if kind == CHANGED else []
            told = [f"{name}: {_told(change.before[name])} → {_told(change.after[name])}" for name in fields]
            click.echo(f"  {change.name}" + (f": {'; '.join(told)}" if told else ""))

    if plan.shared_mail:
        click.echo(f"One address, several people: {len(plan.shared_mail)}")
        for mail, names in plan.shared_mail:
            click.echo(f"  {mail}: {', '.join(names)}. Each signs in with the user name.")
    if plan.no_names:
        click.echo(f"Cannot sign in by their user name: {len(plan.no_names)}")
        for name in plan.no_names:
            click.echo(f"  {name}")


def _print_unread(unread: Sequence[Unreadable]) -> None:
    if unread:
        click.echo(f"Entries that cannot be used, and are left as they are: {len(unread)}")
        for one in unread:
            click.echo(f"  {one.dn}: {one.reason}")


def _told(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return "none" if value is None else str(value)


def _words(error: ServiceDeskError) -> str:
    if isinstance(error, ConflictError):
        limit = current_settings().people_disable_limit
        return f"{error} It is {limit:.0%} now. Read the list above; if it is right, add --i-know."
    return str(error)
