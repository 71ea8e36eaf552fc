"""What a file is called and what it is, whatever its sender says (security.md X4, X5)."""

import pytest

from servicedesk.files.names import LONGEST_NAME, shown_name
from servicedesk.files.sniffing import OTHER, media_type


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("report.pdf", "report.pdf"),
        ("C:\\Users\\ewa\\zrzut ekranu.png", "zrzut ekranu.png"),
        ("../../etc/passwd", "passwd"),
        ("\u200b.htaccess", "htaccess"),
        (".\u200bhtaccess", "htaccess"),
        ("a\r\nContent-Type: text.txt", "aContent-Type- text.txt"),
        ("\u202egpj.exe", "gpj.exe"),
        ("z\u0307ubr.txt", "żubr.txt"),
        ("", "file"),
        (None, "file"),
        ("...", "file"),
        ("///", "file"),
    ],
)
def test_a_name_is_normalised_before_it_is_checked(sent: str | None, shown: str) -> None:
    assert shown_name(sent) == shown


def test_a_long_name_keeps_its_ending() -> None:
    name = shown_name("x" * 500 + ".jpeg")
    assert len(name) == LONGEST_NAME
    assert name.endswith("x.jpeg")


@pytest.mark.parametrize(
    ("first_bytes", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"GIF89a....", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", OTHER),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", OTHER),
        (b"<!doctype html><script>", OTHER),
        (b"%PDF-1.7", OTHER),
        (b"", OTHER),
    ],
)
def test_only_the_bytes_say_what_a_file_is(first_bytes: bytes, kind: str) -> None:
    assert media_type(first_bytes) == kind
