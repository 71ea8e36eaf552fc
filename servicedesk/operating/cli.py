"""`flask desk`: teams and categories. `flask doctor`: what is wrong, and what to do. `flask backup`: a copy of it all."""

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from servicedesk import database
from servicedesk.database import db, now
from servicedesk.desk import actions, queries
from servicedesk.desk import rules as desk_rules
from servicedesk.desk.models import Category, Team
from servicedesk.directory.current import current_directory
from servicedesk.directory.errors import DirectoryUnavailableError
from servicedesk.errors import ServiceDeskError
from servicedesk.incidents.queries.teams import has_incidents
from servicedesk.operating import backing_up, checks, rules
from servicedesk.operating import doctor as doctoring
from servicedesk.web.commands import CommandGroup
from servicedesk.web.settings import current_settings

_MARKS = {rules.State.OK: "well", rules.State.LOOK: "look", rules.State.ACT: "ACT "}
desk_commands = CommandGroup(
    "desk", help="Teams and categories. Directory groups give members: setting GROUPS."
)


@desk_commands.command("show")
def show() -> None:
    """List teams and categories."""
    database.start_reading()
    for team in db.session.scalars(select(Team).options(joinedload(Team.members)).order_by(Team.id)).unique():
        state = team.visibility if team.is_active else f"{team.visibility}, not used any more"
        leads = ", ".join(queries.list_leads(team.id))
        click.echo(
            f"Team {team.key} ({state}): {team.name_en} / {team.name_pl}; members: {len(team.members)}"
            + (f"; led by {leads}" if leads else "")
        )
    categories = select(Category).options(joinedload(Category.team))
    for category in db.session.scalars(categories.order_by(Category.position, Category.id)):
        names = f"{category.name_en} / {category.name_pl}"
        state = "" if category.is_active else " (not used any more)"
        click.echo(
            f"Category {category.key}{state}: {names} → {category.team.key}; position {category.position}"
        )


@desk_commands.command("team")
@click.argument("key")
@click.option("--name-en", help="What it is called in English.")
@click.option("--name-pl", help="What it is called in Polish.")
@click.option(
    "--visibility",
    type=click.Choice(desk_rules.CLASSES),
    help="Who reads what it has: all IT staff (normal), its members and admins (team), its members (restricted).",
)
@click.option("--active/--inactive", "is_active", default=None, help="Whether it takes incidents.")
@click.option(
    "--lead", "leads", multiple=True, metavar="USER_NAME", help="A member who leads it from now on."
)
@click.option(
    "--no-lead", "former_leads", multiple=True, metavar="USER_NAME", help="A member who leads it no more."
)
def team(
    key: str, leads: tuple[str, ...], former_leads: tuple[str, ...], *, is_active: bool | None, **given: str
) -> None:
    """Make the team KEY, or change it. A new one is for its members alone until you say otherwise.

    Out of a restricted team only its leads let an incident go, or an article that was drafted from one.
    """
    try:
        changed = actions.change_team(key, is_active=is_active, is_in_use=has_incidents, **given)
        for user_name in former_leads:
            actions.set_lead(changed, user_name, is_lead=False)
        for user_name in leads:
            actions.set_lead(changed, user_name, is_lead=True)
        db.session.commit()
    except ServiceDeskError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Team {changed.key}: {changed.name_en} / {changed.name_pl}, {changed.visibility}.")
    if leads or former_leads:
        click.echo(f"Led by: {', '.join(queries.list_leads(changed.id)) or 'nobody'}.")


@desk_commands.command("category")
@click.argument("key")
@click.option("--name-en", help="What it is called in English.")
@click.option("--name-pl", help="What it is called in Polish.")
@click.option("--team", "team_key", help="The key of the team that gets what is filed under it.")
@click.option(
    "--position", type=int, help="Its place in the list; the last one takes what fits nowhere else."
)
@click.option("--active/--inactive", "is_active", default=None, help="Whether it can be chosen.")
def category(key: str, *, is_active: bool | None, **given: str) -> None:
    """Make the category KEY, or change it."""
    try:
        changed = actions.change_category(key, is_active=is_active, **given)  # type: ignore[arg-type]
        db.session.commit()
    except ServiceDeskError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Category {changed.key}: {changed.name_en} / {changed.name_pl}, for {changed.team.key}.")


@click.command("doctor")
@click.option(
    "--person", "names", multiple=True, help="Say also what this user name or address may be here, and why."
)
@with_appcontext
def doctor(names: tuple[str, ...]) -> None:
    """Look at everything that must be right, and say what to do. Exit code 1 when something needs you now."""
    database.start_reading()
    settings, directory = current_settings(), current_directory()
    click.echo(f"Of the desk in {settings.instance_dir}")
    with force_locale("en"):
        findings = [*doctoring.outside(settings, directory), *checks.quick(settings, now())]
    try:
        for name in names:
            findings += doctoring.about_person(name, settings, directory)
    except DirectoryUnavailableError:
        pass  # Said above already.
    for finding in findings:
        click.echo(f"{_MARKS[finding.state]}  {finding.name}: {finding.sentence % finding.values}")
    if rules.worst(findings) == rules.State.ACT:
        sys.exit(1)


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path))
@with_appcontext
def backup(folder: Path) -> None:
    """Copy the whole desk into the new FOLDER while people work: database, files, key; not the index, a cache."""
    try:
        backing_up.back_up(current_settings().instance_dir, folder)
    except ServiceDeskError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Backed up into {folder.resolve()}")
