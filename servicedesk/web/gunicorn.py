"""How gunicorn serves the product: few processes, some threads each, loaded once and then forked, so that memory is shared."""

import gc

bind = "127.0.0.1:8000"
workers = 2
worker_class = "gthread"
threads = 8
preload_app = True
timeout = 60
graceful_timeout = 10
keepalive = 5
limit_request_line = 8190
limit_request_fields = 60
accesslog = None
loglevel = "warning"
worker_tmp_dir = "/dev/shm"  # noqa: S108 - gunicorn's heartbeat file; a slow disk must not look like a hanging worker.


def when_ready(_server: object) -> None:
    """Keep what is loaded out of the collector's way: it would touch, and so copy, every shared page."""
    gc.freeze()
