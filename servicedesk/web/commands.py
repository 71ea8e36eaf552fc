"""Groups of commands, as `flask kb`: what all of them say when the database is not the one that they expect."""

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError

from servicedesk.database_errors import is_of_another_version


class CommandGroup(AppGroup):
    """Commands that work with the database, and say what to do where its tables are missing."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run one command. Raises ClickException, which is one line and exit code 1, in place of the driver's error."""
        try:
            return super().invoke(ctx)
        except DBAPIError as error:
            if not is_of_another_version(error):
                raise
            raise click.ClickException(
                "The database has not the tables of this version. Run: flask db upgrade"
            ) from error
