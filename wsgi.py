"""What the web server loads, and the `flask` command: `gunicorn wsgi:app`."""

import sys

from servicedesk.web import log_lines

log_lines.set_up_process()  # Before anything else is loaded that may warn.

import config  # noqa: E402
from servicedesk import foreign_text  # noqa: E402
from servicedesk.app import create_app  # noqa: E402

try:
    app = create_app(config.load())
except config.SettingError as error:  # For a person at a terminal: one sentence that says what to do.
    sys.exit(foreign_text.line(str(error)))
