"""Where the large real data is, unpacked once per machine; tests and benchmarks that need it say so where it is absent."""

import os
import tarfile
import tempfile
from pathlib import Path

_SETS = (
    "sumo-kb-en",
    "ms-office-support-en",
    "ms-admin-insights-pl",
    "intune-user-help-pl",
    "tts-handbook-en",
    "sumo-routing-en",
)


def find_data() -> Path | None:
    """Return a folder that holds all sets unpacked, or None."""
    packed = Path(os.environ.get("SERVICEDESK_DATA") or Path(__file__).parents[2] / "shared" / "data")
    if not all((packed / f"{name}.tar.xz").exists() for name in _SETS):
        return None
    unpacked = Path(tempfile.gettempdir()) / "servicedesk-data"
    for name in _SETS:
        if (unpacked / name).exists():
            continue
        with tempfile.TemporaryDirectory(dir=_made(unpacked)) as partly:
            with tarfile.open(packed / f"{name}.tar.xz") as archive:
                archive.extractall(partly, filter="data")
            try:
                (Path(partly) / name).rename(unpacked / name)
            except OSError:  # Another process was quicker.
                continue
    return unpacked


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
