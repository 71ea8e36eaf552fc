"""`flask kb`: import and export trees of Markdown, and keep kb_articles/ and the database in step."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from servicedesk import database, foreign_text
from servicedesk.database import db
from servicedesk.errors import InvalidInputError
from servicedesk.knowledge.actions.exporting import export_articles
from servicedesk.knowledge.actions.import_decisions import Allowed
from servicedesk.knowledge.actions.importing import ImportPlan
from servicedesk.knowledge.actions.reading_files import BadFile
from servicedesk.knowledge.actions.syncing import Sync
from servicedesk.knowledge.categories import ARTICLES_DIR
from servicedesk.knowledge.rules import is_audience
from servicedesk.web.commands import CommandGroup
from servicedesk.web.settings import current_settings

commands = CommandGroup("kb", help="Articles: import, export, sync with kb_articles/.")


@commands.command("import")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--language", type=click.Choice(["en", "pl"]), help="For files that do not say.")
@click.option("--audience", help="For files that do not say: everyone, staff or group:NAME.")
@click.option(
    "--tree", default="", help="The tree's name where its place does not tell it: one for each tree."
)
@click.option(
    "--widen", is_flag=True, help="Let files open articles to more people, bring archived ones back."
)
@click.option("--replace", is_flag=True, help="Let files replace articles of which they keep nearly nothing.")
def import_tree(
    path: Path, language: str | None, audience: str | None, tree: str, *, widen: bool, replace: bool
) -> None:
    """Take in a tree of Markdown files: folders become categories. Done again, it changes nothing."""
    if audience and not is_audience(audience):
        raise click.BadParameter("Give everyone, staff or group:NAME.", param_hint="--audience")
    try:
        plan = ImportPlan(
            path,
            files_dir=current_settings().files_dir,
            language=language or current_settings().default_language,
            audience=audience or "",
            tree=foreign_text.line(tree),
            allowed=Allowed(widening=widen, replacing=replace),
        )
    except InvalidInputError as error:
        raise click.UsageError(str(error)) from error
    with click.progressbar(length=len(plan), label="Importing", file=sys.stderr) as bar:
        for done in plan.run():
            db.session.commit()
            bar.update(done)
    report = plan.report
    click.echo(
        f"{report.added} added, {report.changed} changed, {report.unchanged} unchanged, {len(report.bad)} refused."
    )
    if report.pictures or report.bad_pictures:
        click.echo(f"{report.pictures} pictures taken in, {report.pictures_left_out} left out.")
    if report.other_texts:
        click.echo(f"Passed over, for they are no Markdown: {report.other_texts}.", err=True)
    _say("Refused", report.bad)
    if report.restrictions:
        click.echo(f"{len(report.restricted)} of them restricted by their files: {report.restrictions}.")
    _say("Restricted", report.restricted)
    _say("Opened", report.opened)
    _say("Not used", report.notes)
    _say("Picture left out", report.bad_pictures)
    _say("Link that leads nowhere", report.links_nowhere)


@commands.command("export")
@click.argument("path", type=click.Path(file_okay=False, path_type=Path))
def export_tree(path: Path) -> None:
    """Write all published articles as Markdown files below PATH, each with its pictures in a folder beside it."""
    database.start_reading()
    report = export_articles(path, files_dir=current_settings().files_dir)
    click.echo(f"{report.articles} articles written.")
    if report.pictures:
        click.echo(f"{report.pictures} pictures written.")
    for empty in report.empty:
        click.echo(f"Left out, for it has no text: {empty}", err=True)
    for missing in report.missing:
        click.echo(f"Picture missing in the store: {missing}", err=True)


@commands.command("sync")
@click.option("--path", type=click.Path(exists=True, file_okay=False, path_type=Path), default=ARTICLES_DIR)
@click.option("--from-files-only", is_flag=True, help="Take changes from the files, write none.")
@click.option("--widen", is_flag=True, help="Let changed files open articles to more people.")
def sync_tree(path: Path, *, from_files_only: bool, widen: bool) -> None:
    """Move changes both ways between the articles and their files; on a conflict, change neither text and say so."""
    sync = Sync(path, writes_files=not from_files_only, may_widen=widen)
    for _ in sync.run():
        db.session.commit()
    report = sync.report
    click.echo(
        f"{len(report.to_articles)} articles from files, {len(report.to_files)} files from articles, "
        f"{len(report.archived)} archived, {report.in_step} in step, {len(report.conflicts)} in conflict, "
        f"{len(report.bad) + len(report.not_stored)} refused."
    )
    _say("Conflict", report.conflicts)
    _say("Refused", [*report.bad, *report.not_stored])
    if report.restrictions:
        click.echo(f"{len(report.restricted)} of them restricted by their files: {report.restrictions}.")
    _say("Restricted", report.restricted)
    _say("Opened", report.opened)
    _say("Not used", report.notes)
    if report.conflicts or report.not_stored:
        sys.exit(1)


def _say(kind: str, files: Sequence[BadFile]) -> None:
    for file in files:
        click.echo(f"{kind}: {file.shown}: {file.reason}", err=True)
