"""Foreign words made fit to be kept and shown: no secret in them, odd bytes visible, not endless."""

from __future__ import annotations

import base64
import json
import re
from functools import cached_property
from typing import Final
from urllib.parse import quote

from mailbox_desk.model.credential import Secret

HIDDEN: Final = "•••"
MOST_CHARACTERS: Final = 2000
_SHORT: Final = 4
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_URL_SAFE: Final = str.maketrans("-_", "+/")

# A secret that is one of these words is not hidden where it stands alone: every server says them to everybody, and
# a gap in "Invalid ••• or user name" would tell the secret instead of keeping it.
_WORDS_OF_EVERY_SERVER: Final = frozenset(
    {"account", "authentication", "denied", "error", "failed", "imap", "invalid", "login", "mail", "password"}
    | {"secret", "server", "smtp", "user", "username", "wrong"}
)


class Redactor:
    """Knows secrets in the shapes in which a server may echo them."""

    def __init__(self, username: str, *secrets: Secret) -> None:
        self._username = username
        self._secrets = tuple(secret for secret in secrets if secret)

    def clean(self, text: str) -> str:
        """`text` without the secret, control characters as \\xNN, cut at MOST_CHARACTERS with the rest counted."""
        lines = text.replace("\r\n", "\n")
        for form in self._forms:
            if form in lines:
                lines = _without(form, lines)
        if self._secrets:
            lines = _BASE64.sub(self._unless_it_holds_a_secret, lines)
        visible = _CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", lines)
        rest = len(visible) - MOST_CHARACTERS
        return f"{visible[:MOST_CHARACTERS]}… (+{rest})" if rest > 0 else visible

    def clean_bytes(self, data: bytes) -> str:
        return self.clean(decoded(data))

    @cached_property
    def _forms(self) -> list[str]:
        """Every shape of every secret, longest first."""
        forms = {form for secret in self._secrets for form in _shapes(self._username, secret.reveal())}
        return sorted(forms, key=len, reverse=True)

    def _unless_it_holds_a_secret(self, found: re.Match[str]) -> str:
        """A secret may stand anywhere inside of what is coded, a bearer token mostly in the middle; and where the coded
        part begins is not certain, since "-" and "/" stand before it as well."""
        coded = found[0].rstrip("=").translate(_URL_SAFE)
        readings = [base64.b64decode(coded[start : len(coded) - (len(coded) - start) % 4]) for start in range(4)]
        rest = base64.b64decode(coded[: len(coded) - (len(coded) % 4 == 1)] + "==")
        held = any(plain in data for plain in self._plain for data in (*readings, rest))
        return HIDDEN if held else found[0]

    @cached_property
    def _plain(self) -> tuple[bytes, ...]:
        """What is looked for inside of base64."""
        known = {secret.reveal() for secret in self._secrets} - _WORDS_OF_EVERY_SERVER
        return tuple(plain.encode(errors="replace") for plain in known if len(plain) >= _SHORT)


def _shapes(user: str, plain: str) -> set[str]:
    raw = {plain.encode(errors="replace"), plain.encode("latin-1", "backslashreplace")}
    sasl = {f"{acting}\0{user}\0{plain}".encode(errors="replace") for acting in ("", user)}
    coded = {base64.b64encode(each).decode() for each in raw | sasl}
    forms = {decoded(each) for each in raw} | coded | {each.rstrip("=") for each in coded}
    forms |= {quote(plain, safe=""), json.dumps(plain)[1:-1], plain.replace("\\", "\\\\").replace('"', '\\"')}
    return forms - _WORDS_OF_EVERY_SERVER - {""}


def decoded(data: bytes) -> str:
    """UTF-8, other bytes as \\xNN."""
    return data.decode("utf-8", "backslashreplace")


def _without(form: str, text: str) -> str:
    """A very short form counts only where it stands alone."""
    if len(form) >= _SHORT:
        return text.replace(form, HIDDEN)
    return re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", HIDDEN, text)
