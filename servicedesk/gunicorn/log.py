"""What gunicorn itself says, as JSON lines like all others."""

from typing import Any

from gunicorn.glogging import Logger

from servicedesk.web.log_lines import JsonLines


class JsonLogger(Logger):  # type: ignore[misc]
    """gunicorn's logger with our form of lines, wherever they go."""

    def setup(self, cfg: Any) -> None:
        """Set it up as gunicorn does, but for the form."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                handler.setFormatter(JsonLines())
