"""How gunicorn serves the product: few processes, some threads each, loaded once and then forked, so that memory is shared.

What a stranger sends is read by an event loop (`worker`), so that a thread begins only when a request is there as a whole.
"""

import ctypes
import gc
import logging
from contextlib import suppress
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from servicedesk import jobs
from servicedesk.database import db
from servicedesk.directory.current import EXTENSION as DIRECTORY
from servicedesk.directory.errors import DirectoryUnavailableError
from servicedesk.search.current import EXTENSION as SEARCH
from servicedesk.search.engine import SearchUnavailableError

bind = "127.0.0.1:8000"
workers = 2
worker_class = "servicedesk.gunicorn.worker.BufferingWorker"
threads = 8
preload_app = True
timeout = 60
graceful_timeout = 10
accesslog = None
logger_class = "servicedesk.gunicorn.log.JsonLogger"
loglevel = "warning"
worker_tmp_dir = "/dev/shm"  # noqa: S108 - gunicorn's heartbeat file; a slow disk must not look like a hanging worker.

_log = logging.getLogger("servicedesk.gunicorn")
_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1  # Of glibc's malloc.h.
_KEPT_BYTES = 8 << 20


def when_ready(server: Any) -> None:
    """Refuse a directory that takes an empty password for a right one; one that is down may come back later.

    Then keep what is loaded out of the collector's way: it would touch, and so copy, every page that workers share.
    """
    app = server.app.wsgi()
    with suppress(SearchUnavailableError):  # The jobs process builds it; until then the database answers.
        app.extensions[SEARCH].warm()
    try:
        app.extensions[DIRECTORY].check_at_start()
    except DirectoryUnavailableError as error:
        _log.warning("The directory does not answer at start: %s", error)
    except ValueError as error:
        _log.error("%s", error)
        raise SystemExit(4) from error
    _keep_numbers(app)
    _keep_freed_memory()
    gc.freeze()


def _keep_numbers(app: Flask) -> None:
    """See to it before anybody files that an older database, put back, gives no number twice."""
    with app.app_context():
        try:
            jobs.keep_numbers()
        except (SQLAlchemyError, OSError, ValueError) as error:
            _log.error("Which numbers were given could not be compared: %s", error)
        finally:
            db.session.remove()
            db.engine.dispose()  # A connection must not come along into the processes that are forked.


def _keep_freed_memory() -> None:
    """Let the allocator keep a few megabytes that were freed: ranking makes and drops arrays of half a megabyte.

    glibc maps each such array anew, and every page of it faults once: a third of the time that a long question takes.
    """
    with suppress(AttributeError):  # Another C library has no such knob, and may not need it.
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_MMAP_THRESHOLD, _KEPT_BYTES)
        mallopt(_TRIM_THRESHOLD, 2 * _KEPT_BYTES)
