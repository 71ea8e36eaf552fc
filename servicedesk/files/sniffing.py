"""What bytes are, told by the bytes alone. Only these images are ever shown inline (security.md X4)."""

OTHER = "application/octet-stream"
INLINE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
BYTES_NEEDED = 16


def media_type(first_bytes: bytes) -> str:
    """Return what the first bytes show: one of INLINE_TYPES, else OTHER; the client has no say."""
    if first_bytes.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if first_bytes.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if first_bytes.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if first_bytes.startswith(b"RIFF") and first_bytes[8:12] == b"WEBP":
        return "image/webp"
    return OTHER
