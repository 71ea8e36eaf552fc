"""Run all measurements one after the other; each writes its own table."""

import subprocess
import sys

_PARTS = (
    "benchmarks.ranking_quality",
    "benchmarks.search_latency",
    "benchmarks.pages",
    "benchmarks.filing_beside",
)


def main() -> int:
    """Return the worst exit code of the parts."""
    return max(subprocess.run([sys.executable, "-m", part], check=False).returncode for part in _PARTS)


if __name__ == "__main__":
    sys.exit(main())
