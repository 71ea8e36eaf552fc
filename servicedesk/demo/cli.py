"""`flask demo`: write the demo company, and prepare an instance for `make run`."""

from pathlib import Path

import click
from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import func, select

from servicedesk import database, jobs
from servicedesk.database import db
from servicedesk.demo.accounts import write_accounts
from servicedesk.demo.company import read_company
from servicedesk.demo.loading import is_loaded
from servicedesk.demo.loading import load as load_company
from servicedesk.errors import ServiceDeskError
from servicedesk.incidents.models import Incident
from servicedesk.knowledge.actions.syncing import Sync
from servicedesk.knowledge.categories import ARTICLES_DIR
from servicedesk.operating.jobs.running import run_safely
from servicedesk.search.models import IndexChange
from servicedesk.web.commands import CommandGroup
from servicedesk.web.settings import current_settings

commands = CommandGroup("demo", help="A small company for trying the product out.")


@commands.command("load")
def load() -> None:
    """Write the demo company into an empty database; do nothing when it is there."""
    _load()


@commands.command("prepare")
def prepare() -> None:
    """Migrate the database, read the articles, write the demo company and build the index: what is not done yet."""
    upgrade(directory=str(Path(current_app.root_path).parent / "migrations"))
    _read_articles()
    _load()
    _build_index()


def _read_articles() -> None:
    """Take changes from the files only: trying the product out must not write into its source tree."""
    sync = Sync(ARTICLES_DIR, writes_files=False)
    for _ in sync.run():
        db.session.commit()
    if sync.report.to_articles:
        click.echo(f"{len(sync.report.to_articles)} articles read.")
    for file in [*sync.report.conflicts, *sync.report.bad, *sync.report.not_stored]:
        click.echo(f"{file.shown}: {file.reason}", err=True)


def _load() -> None:
    settings, company = current_settings(), read_company()
    database.start_writing()
    try:
        if not is_loaded(company):
            load_company(company, time_zone=settings.time_zone)
            count = db.session.scalar(select(func.count(Incident.id)))
            click.echo(f"Demo company with {len(company.people)} people and {count} incidents written.")
    except ServiceDeskError as error:
        raise click.ClickException(str(error)) from error
    write_accounts(company, settings.instance_dir)
    db.session.commit()


def _build_index() -> None:
    """Index what is queued, or everything the first time. The jobs go on with it later if this fails."""
    waiting = select(func.count(IndexChange.id))
    count = db.session.scalar(waiting)
    db.session.rollback()
    if count:
        click.echo("Building the search index.")
    index = next(job for job in jobs.JOBS if job.name == "index")
    while run_safely(index) and db.session.scalar(waiting):
        db.session.rollback()
