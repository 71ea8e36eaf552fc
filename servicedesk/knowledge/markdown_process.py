"""The render process: "ready", then a JSON line in and one out, within limits of time and memory that end it.

Started by rendering.py as `python -m servicedesk.knowledge.markdown_process`. Any Markdown may come in; the worst that
it can do is to end this process.
"""

import json
import resource
import sys
import time

from servicedesk.knowledge.markdown_rendering import MarkdownRenderer, TooDeepError

CPU_LIMIT_S = 2
_MEMORY_LIMIT_BYTES = 256 * 1024 * 1024


def main() -> None:
    """Answer until the other side closes."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_LIMIT_BYTES, _MEMORY_LIMIT_BYTES))
    renderer = MarkdownRenderer()
    sys.stdout.buffer.write(b"ready\n")
    sys.stdout.buffer.flush()
    for line in sys.stdin.buffer:
        _limit_time()
        sys.stdout.buffer.write(_answer(renderer, line) + b"\n")
        sys.stdout.buffer.flush()


def _limit_time() -> None:
    """Have the system end this process when this one text takes too long."""
    soft = int(time.process_time()) + CPU_LIMIT_S + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _answer(renderer: MarkdownRenderer, line: bytes) -> bytes:
    try:
        return json.dumps(renderer.render(**json.loads(line))).encode()
    except (TooDeepError, RecursionError, MemoryError):
        return json.dumps({"error": "too-deep"}).encode()
    except Exception:  # noqa: BLE001 - whatever a parser trips over, the caller gets an answer.
        return json.dumps({"error": "failed"}).encode()


if __name__ == "__main__":
    main()
