"""What the web server loads: `gunicorn wsgi:app`."""

import config
from servicedesk.app import create_app

app = create_app(config.load())
