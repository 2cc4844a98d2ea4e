"""A server's words made comparable: unwrapped, decoded where they came garbled, folded to plain lower case.

Pure text in, text out; never raises, never slow: what is longer than a server's answer can be is cut in the middle.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
import unicodedata
from collections.abc import Callable
from typing import Final

LONGEST = 6_000  # characters looked at; the longest genuine answers (OAuth JSON, Microsoft bounces) have some 3,000

_CUT: Final = " […] "
_PLAIN: Final = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\x00": " "})
_ESCAPED_BREAKS: Final = re.compile(r"\\r\\n|\\n|\\r|\\t|\\\"")
_ESCAPED_BYTES: Final = re.compile(r"\\x([0-9a-fA-F]{2})")
_ESCAPED_CODES: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_QUOTED_PRINTABLE: Final = re.compile(r"(?:=[0-9A-F]{2}){2,}")
_CHALLENGE: Final = re.compile(r"eyJ[A-Za-z0-9+/_-]{8,}={0,2}")
_CONTINUED: Final = re.compile(r"^\s*([2-5]\d\d)-")
_CODED: Final = re.compile(r"^\s*[2-5]\d\d[ -]\s*([2-5]\.\d{1,3}\.\d{1,3}(?=\s|$))?\s*")
_HIGH_BYTES: Final = re.compile(rb"[\x80-\xff]+")
_TWO_CHARACTERS: Final = 4
_SPACES: Final = re.compile(r"\s+")


def normalised(raw: str) -> str:
    """One line of lower-case words without accents: what rules are matched against."""
    text = clipped(raw)
    for repair in _REPAIRS:
        text = repair(text)
    return folded(_SPACES.sub(" ", " ".join(_joined(text.splitlines()))).strip())


def folded(text: str) -> str:
    """Plain quotes and dashes, no accents, compatibility forms resolved. Case is left to the matching."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return unicodedata.normalize("NFC", "".join(each for each in apart if not unicodedata.combining(each)))


def clipped(text: str) -> str:
    """At most LONGEST characters: the beginning and, since the last line tells most, the end."""
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]}{_CUT}{text[-half:]}"


def last_line(raw: str) -> str:
    """The last line that says something: in a multi-line reply it names the real reason (RFC 5321 section 4.2.1)."""
    lines = [line.strip() for line in _unescaped(clipped(raw)).splitlines()]
    return next((line for line in reversed(lines) if line), "")


def _unescaped(text: str) -> str:
    """Undo how programs print answers: escaped line breaks, bytes and code points, HTML entities."""
    text = _ESCAPED_BREAKS.sub(lambda found: '"' if found.group() == '\\"' else "\n", text)
    text = _ESCAPED_CODES.sub(lambda found: _code_point(int(found.group(1), 16)), text)
    if _ESCAPED_BYTES.search(text):
        text = _ESCAPED_BYTES.sub(lambda found: chr(int(found.group(1), 16)), text)
    return html.unescape(text) if "&" in text else text


def _code_point(number: int) -> str:
    return " " if 0xD800 <= number <= 0xDFFF else chr(number)


def _quoted_printable_decoded(text: str) -> str:
    return _QUOTED_PRINTABLE.sub(lambda found: bytes.fromhex(found.group().replace("=", "")).decode("latin-1"), text)


def _mojibake_decoded(text: str) -> str:
    """Bytes that were read as Latin-1 but are UTF-8, or GBK as QQ sends it."""
    if text.isascii():
        return text
    try:
        octets = text.encode("cp1252" if any(ord(each) > 0xFF for each in text) else "latin-1")
    except UnicodeEncodeError:
        return text
    for charset in ("utf-8", "gb18030"):
        try:
            decoded = octets.decode(charset)
        except UnicodeDecodeError:
            continue
        if charset == "utf-8" or _comes_in_runs(octets):
            return decoded
    return text


def _comes_in_runs(octets: bytes) -> bool:
    """Latin accents stand alone among ASCII letters; Chinese comes in runs of two bytes a character."""
    runs = [len(run) for run in _HIGH_BYTES.findall(octets)]
    return 2 * sum(run for run in runs if run >= _TWO_CHARACTERS) > sum(runs)


def _challenge_decoded(text: str) -> str:
    """A SASL challenge is JSON in base64 (XOAUTH2): put what it says behind it."""
    return _CHALLENGE.sub(lambda found: f"{found.group()} {_json_of(found.group())}", text)


def _json_of(encoded: str) -> str:
    padded = encoded.rstrip("=") + "=" * (-len(encoded.rstrip("=")) % 4)
    try:
        value = json.loads(base64.urlsafe_b64decode(padded.replace("+", "-").replace("/", "_")))
    except (binascii.Error, ValueError, RecursionError):
        return ""
    return clipped(json.dumps(value, ensure_ascii=False)) if isinstance(value, dict) else ""


def _joined(lines: list[str]) -> list[str]:
    """Lines of one SMTP reply run on: `550-5.4.5 Daily` + `550 5.4.5 limit` is one sentence; a new code stays."""
    joined: list[str] = []
    said: str | None = None
    continues = False
    for line in lines:
        found = _CODED.match(line)
        status = found.group(1) if found else None
        if continues and found is not None:
            rest = line[found.end() :]
            joined.append(f"{status} {rest}" if status and status != said else rest)
        else:
            joined.append(line)
        said = status or said
        continues = _CONTINUED.match(line) is not None
    return joined


_REPAIRS: Final[tuple[Callable[[str], str], ...]] = (
    _unescaped,
    _quoted_printable_decoded,
    _mojibake_decoded,
    _challenge_decoded,
)
