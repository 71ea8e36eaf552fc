"""Names as people type them, and names as directories write them."""

import re
import unicodedata

from servicedesk import foreign_text

LONGEST_NAME = 256
LONGEST_PASSWORD_BYTES = 1024

# What no name has: these mean something in filters, where they would be harmless, for all is escaped there (L1).
_IN_NO_NAME = frozenset("*()")
_ATTRIBUTE = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*)\s*=")
_UNFOLDED = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe"})
_RDN_TOKEN = re.compile(r'\\[0-9A-Fa-f]{2}|\\.|"(?:[^"\\]|\\.)*"|.', re.DOTALL)


def login_name(typed: str) -> str | None:
    """Return the name in the form in which it is looked up (NFC), None when no account can have it.

    The same is asked of names that the sync brings: it tells whose name cannot sign in.
    """
    name = " ".join(filter(None, unicodedata.normalize("NFC", typed.strip()).split(" ")))
    if not 0 < len(unicodedata.normalize("NFKC", name)) <= LONGEST_NAME or _IN_NO_NAME & set(name):
        return None
    # Nothing that cannot be seen, and one kind of space.
    return name if foreign_text.line(name) == name and name.isprintable() else None


def spellings(name: str, *, is_active_directory: bool) -> list[str]:
    r"""Return what a log-in name may be in the directory: as it is, in plain letters, without its domain.

    At Windows people type EXAMPLE\anna. In Active Directory no name has a backslash; elsewhere one may.
    """
    own = name.rpartition("\\")[2].strip() or name
    found = [own] if is_active_directory else [name, own]
    return list(dict.fromkeys(form for one in found for form in (one, unicodedata.normalize("NFKC", one))))


def account_key(typed: str) -> str:
    r"""Return one text for the ways to type one's name: anna, ÁNNA, EXAMPLE\anna and anna@example.com alike."""
    own = typed.rpartition("\\")[2]
    return loose_key(own.partition("@")[0] or own or typed)


def password_bytes(typed: str) -> bytes | None:
    """Return what is sent, None when it cannot be anybody's password and must reach no network.

    Empty: a bind without a password succeeds as nobody (RFC 4513 §5.1.2). NUL: servers written in C may
    compare only what stands before it. The rest goes as typed: Active Directory and OpenLDAP compare octets.
    """
    try:
        password = typed.encode("utf-8")
    except UnicodeEncodeError:
        return None
    if not password or len(password) > LONGEST_PASSWORD_BYTES or b"\0" in password:
        return None
    return password


def filter_value(value: str | bytes) -> str:
    """Return the value for a search filter: all but plain letters and digits escaped (RFC 4515)."""
    octets = value.encode("utf-8") if isinstance(value, str) else value
    return "".join(
        chr(octet) if chr(octet).isalnum() and octet < 128 else f"\\{octet:02x}" for octet in octets
    )


def dn_value(value: str) -> str:
    """Return the value as a part of a DN, with the signs that mean something there escaped (RFC 4514)."""
    escaped = re.sub(r'([,+"\\\\<>;=\0])', lambda match: f"\\{ord(match[0]):02x}", value)
    return re.sub(r"^[ #]|(?<=.) $", lambda match: f"\\{ord(match[0]):02x}", escaped)


def dn_key(dn: str) -> str:
    """Return one spelling for all spellings of a DN: escapes, capitals, width and spaces do not matter (RFC 4514, 4518).

    No two directories fold letters alike: two entries may have one key, which then must give nothing.
    """
    return "\x1f".join("\x1e".join(sorted(map(_attribute_key, _split(rdn, "+")))) for rdn in _split(dn, ","))


def is_below(dn: str, base: str) -> bool:
    """Whether the entry is the base or stands somewhere below it."""
    key, base_key = dn_key(dn), dn_key(base)
    return key == base_key or key.endswith("\x1f" + base_key)


def domain_of(dn: str) -> str:
    """Return the part of a DN that names the domain: dc=example,dc=com."""
    return ",".join(rdn.strip() for rdn in _split(dn, ",") if rdn.strip().lower().startswith("dc="))


def is_dn(text: str) -> bool:
    """Whether a text reads as a DN: parts that all name an attribute."""
    return all(_ATTRIBUTE.match(part) for rdn in _split(text, ",") for part in _split(rdn, "+"))


def rdn_of(dn: str) -> tuple[str, str]:
    """Return attribute and value of a DN's first part: "cn" and "IT staff", both folded; of one with several the first."""
    kind, _, value = _attribute_key(_split(_split(dn, ",")[0], "+")[0]).partition("=")
    return kind, value


def name_key(text: str) -> str:
    """Return what OpenLDAP compares names by: capitals, width and spaces make no other name (RFC 4518)."""
    return _prepared(foreign_text.line(text))


def loose_key(text: str) -> str:
    """Return what Active Directory compares names by: it takes "éwa" and "ｅｗａ" for "ewa"."""
    letters = unicodedata.normalize("NFKD", foreign_text.key(text).translate(_UNFOLDED))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _prepared(text: str) -> str:
    """Fold letter by letter, as OpenLDAP does: to Python "ΑΣ" ends in another letter than "ασ", and "ß" would be "ss"."""
    letters = (letter.lower()[:1] for letter in unicodedata.normalize("NFKC", text))
    return " ".join(filter(None, unicodedata.normalize("NFKC", "".join(letters)).split(" ")))


def _split(text: str, separator: str) -> list[str]:
    parts = [""]
    for token in _RDN_TOKEN.findall(text):
        if token == separator:
            parts.append("")
        else:
            parts[-1] += token
    return parts


def _attribute_key(attribute: str) -> str:
    name, _, value = attribute.partition("=")
    raw = bytearray()
    for token in _RDN_TOKEN.findall(value.strip()):
        if len(token) == 3 and token[0] == "\\":
            raw.append(int(token[1:], 16))
        else:
            raw += _unquoted(token).encode("utf-8", "surrogatepass")
    # The two signs that join the parts of a key may come neither from a name nor from a value.
    key = f"{name.strip().lower()}={_prepared(raw.decode('utf-8', 'replace'))}"
    return key.replace("\x1e", " ").replace("\x1f", " ")


def _unquoted(token: str) -> str:
    if len(token) > 1 and token[0] == '"':
        return token[1:-1]
    return token[1:] if len(token) == 2 and token[0] == "\\" else token
