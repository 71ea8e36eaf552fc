"""What is logged: one event, one JSON line on standard error, whoever writes it and whatever is in it."""

import json
import logging
import math
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

OURS = "servicedesk"
_LONGEST_TEXT = 10_000
_DEEPEST = 6
_MOST = 100
_log = logging.getLogger("python")


class JsonLines(logging.Formatter):
    """One event, one JSON line: nothing that somebody typed can begin a second one, or make the first unreadable."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        fields = getattr(record, "fields", None)
        line.update(fields if isinstance(fields, dict) else {})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = record.stack_info
        return json.dumps(_plain(line), ensure_ascii=True, allow_nan=False)


def set_up() -> None:
    """Send everything of this product to standard error as JSON lines."""
    ours = logging.getLogger(OURS)
    if not ours.handlers:
        ours.addHandler(_handler())
        ours.setLevel(logging.INFO)


def set_up_process() -> None:
    """Do so with all that this process may say: libraries, warnings, and what Python itself says of an error nobody caught."""
    set_up()
    if sys.excepthook is _say_end:
        return
    others = _handler()
    others.addFilter(lambda record: record.name.partition(".")[0] != OURS)
    logging.getLogger().addHandler(others)
    logging.captureWarnings(True)
    sys.excepthook = _say_end
    sys.unraisablehook = _say_unraisable
    threading.excepthook = _say_thread_end


def _handler() -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    return handler


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception as error:  # noqa: BLE001 - a line that is written wrongly must still be a line.
        return f"{record.msg!r} cannot be filled in: {error!r}"


def _plain(value: Any, depth: int = 0) -> Any:
    """Return what JSON can say of a value: cut where it is very long or deep."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, dict) and depth < _DEEPEST:
        return {_text(key): _plain(each, depth + 1) for key, each in list(value.items())[:_MOST]}
    if isinstance(value, list | tuple | set | frozenset) and depth < _DEEPEST:
        return [_plain(each, depth + 1) for each in list(value)[:_MOST]]
    return _text(value)


def _text(value: object) -> str:
    try:
        text = str(value)
    except Exception as error:  # noqa: BLE001 - whatever its __str__ does.
        text = f"{type(value).__name__} that cannot be shown: {type(error).__name__}"
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}... ({len(text)} letters)"


def _say_end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _log.critical("The process ends: %s", error, exc_info=(kind, error, trace))


def _say_unraisable(what: "sys.UnraisableHookArgs") -> None:
    _log.error(
        "%s: %r", what.err_msg or "An error that nobody could be told", what.object, exc_info=what.exc_value
    )


def _say_thread_end(what: "threading.ExceptHookArgs") -> None:
    if what.exc_value is not None and not issubclass(what.exc_type, SystemExit):
        _log.error("A thread has ended", exc_info=what.exc_value)
