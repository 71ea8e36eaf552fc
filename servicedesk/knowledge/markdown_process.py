"""The render process: "ready", then a JSON line in and one out, within limits of time and memory that end it.

Started by rendering.py as `python -m servicedesk.knowledge.markdown_process NICENESS`, so that what people wait for goes first.
Any Markdown may come in; the worst that it can do is to end this process.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from servicedesk.errors import InvalidInputError
from servicedesk.knowledge.differences import differences
from servicedesk.knowledge.foreign_markdown import ForeignReader
from servicedesk.knowledge.markdown_rendering import MarkdownRenderer, TooDeepError
from servicedesk.knowledge.sources import read_source, source_as_values

Task = Callable[..., dict[str, Any]]

CPU_LIMIT_S = 2
_MEMORY_LIMIT_BYTES = 256 * 1024 * 1024


def main() -> None:
    """Answer until the other side closes."""
    os.nice(int(sys.argv[1]))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_LIMIT_BYTES, _MEMORY_LIMIT_BYTES))
    tasks = _tasks()
    sys.stdout.buffer.write(b"ready\n")
    sys.stdout.buffer.flush()
    for line in sys.stdin.buffer:
        _limit_time()
        sys.stdout.buffer.write(_answer(tasks, line) + b"\n")
        sys.stdout.buffer.flush()


def _limit_time() -> None:
    """Have the system end this process when this one text takes too long."""
    soft = int(time.process_time()) + CPU_LIMIT_S + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _tasks() -> Mapping[str, Task]:
    renderer, foreign = MarkdownRenderer(), ForeignReader()
    return {
        "render": renderer.render,
        "take_apart": foreign.read,
        "find_pictures": foreign.pictures,
        "read_source": _read_source,
        "compare": lambda old, new: {"passages": [asdict(one) for one in differences(old, new)]},
    }


def _read_source(text: str, at: str) -> dict[str, Any]:
    try:
        return source_as_values(read_source(text, at=datetime.fromisoformat(at)))
    except InvalidInputError as error:
        return {"refused": str(error)}


def _answer(tasks: Mapping[str, Task], line: bytes) -> bytes:
    try:
        job = json.loads(line)
        return json.dumps(tasks[job.pop("task")](**job)).encode()
    except (TooDeepError, RecursionError):
        return json.dumps({"error": "too-deep"}).encode()
    except MemoryError:
        return json.dumps({"error": "too-long"}).encode()
    except Exception:  # noqa: BLE001 - whatever a parser trips over, the caller gets an answer.
        return json.dumps({"error": "failed"}).encode()


if __name__ == "__main__":
    main()
