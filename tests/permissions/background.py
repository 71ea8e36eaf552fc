"""What the jobs process leaves behind: mails in the spool."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path


def read_spool(spool_dir: Path) -> list[tuple[str, bytes]]:
    """Return for each mail in the spool its recipient's address and everything that it says, decoded."""
    return [_read(path) for path in sorted(spool_dir.glob("*.eml"))]


def _read(path: Path) -> tuple[str, bytes]:
    raw = path.read_bytes()
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    parts = [part.get_content() for part in message.walk() if not part.is_multipart()]
    headers = "\n".join(f"{name}: {value}" for name, value in message.items())
    return message["To"].addresses[0].addr_spec, "\n".join([headers, *parts]).encode() + raw
