"""The 64 bits that stand for a term in the files of the index."""

from hashlib import blake2b


def term_key(term: str) -> int:
    """Return the key of a term, the same on every machine."""
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "little")
