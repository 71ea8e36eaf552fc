"""Commands, one group a feature, as `flask desk`, `flask people`, `flask kb`, `flask jobs`; `flask doctor` and `flask backup`."""

from flask import Flask

from servicedesk import jobs
from servicedesk.demo import cli as demo_cli
from servicedesk.incidents import cli as incidents_cli
from servicedesk.knowledge import cli as knowledge_cli
from servicedesk.operating import cli as operating_cli
from servicedesk.people import cli as people_cli


def register(app: Flask) -> None:
    """Add all commands to the application."""
    app.cli.add_command(demo_cli.commands)
    app.cli.add_command(incidents_cli.commands)
    app.cli.add_command(jobs.commands)
    app.cli.add_command(knowledge_cli.commands)
    app.cli.add_command(operating_cli.desk_commands)
    app.cli.add_command(operating_cli.doctor)
    app.cli.add_command(operating_cli.backup)
    app.cli.add_command(people_cli.commands)
