"""How stored bytes reach a browser: known images inline, all else only to be saved (security.md X4, X12)."""

from pathlib import Path

from flask import Response, send_file

from servicedesk.files import sniffing, storage
from servicedesk.files.models import StoredFile

_SANDBOX = "sandbox; default-src 'none'"


def send(file: StoredFile, root: Path) -> Response:
    """Answer with a file whose reader has been checked. Its type comes from our own short list."""
    is_inline = file.media_type in sniffing.INLINE_TYPES
    path = storage.path_of(file.storage_name, root)
    try:
        response = send_file(
            path,
            mimetype=file.media_type if is_inline else sniffing.OTHER,
            as_attachment=not is_inline,
            download_name=file.name,
            conditional=True,
            etag=file.sha256,
            max_age=0,
        )
    except OSError as error:
        raise storage.unreadable(path, error) from error
    response.headers["Content-Security-Policy"] = _SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
