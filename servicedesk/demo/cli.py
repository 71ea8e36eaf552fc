"""`flask demo`: a small believable company to try the product out with."""

import click
from flask.cli import AppGroup

from servicedesk.database import db
from servicedesk.demo.company import (
    load_company,
    read_company,
    write_files,
)
from servicedesk.demo.incidents import load_incidents
from servicedesk.errors import ServiceDeskError
from servicedesk.web.settings import current_settings

commands = AppGroup("demo", help="A small company to try the product out with.")


@commands.command("load")
def load() -> None:
    """Write people, teams, incidents and the demo directory's file; a second time changes nothing."""
    settings = current_settings()
    company = read_company()
    try:
        if load_company(company):
            count = load_incidents()
            click.echo(f"Loaded {len(company['people'])} people and {count} incidents.")
        else:
            click.echo("The demo is loaded already.")
        write_files(company, settings.instance_dir, desk_password=settings.directory.bind_password)
    except ServiceDeskError as error:
        raise click.ClickException(str(error)) from error
    db.session.commit()
