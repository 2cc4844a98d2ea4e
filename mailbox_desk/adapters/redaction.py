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

# A secret that is one of these words is not hidden where it stands alone: every server says them to everybody, and
# a gap in "Invalid ••• or user name" would tell the secret instead of keeping it.
_WORDS_OF_EVERY_SERVER: Final = frozenset(
    {"account", "authentication", "denied", "error", "failed", "imap", "invalid", "login", "mail", "password"}
    | {"secret", "server", "smtp", "user", "username", "wrong"}
)


class Redactor:
    """Knows one secret in the shapes in which a server may echo it."""

    def __init__(self, username: str, secret: Secret) -> None:
        self._username = username
        self._secret = secret

    def clean(self, text: str) -> str:
        """`text` without the secret, control characters as \\xNN, cut at MOST_CHARACTERS with the rest counted."""
        lines = text.replace("\r\n", "\n")
        for form in self._forms if self._secret else ():
            if form in lines:
                lines = _without(form, lines)
        visible = _CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", lines)
        rest = len(visible) - MOST_CHARACTERS
        return f"{visible[:MOST_CHARACTERS]}… (+{rest})" if rest > 0 else visible

    def clean_bytes(self, data: bytes) -> str:
        return self.clean(decoded(data))

    @cached_property
    def _forms(self) -> list[str]:
        """Every shape, longest first."""
        plain = self._secret.reveal()
        user = self._username
        raw = {plain.encode(errors="replace"), plain.encode("latin-1", "backslashreplace")}
        sasl = {f"{acting}\0{user}\0{plain}".encode(errors="replace") for acting in ("", user)}
        coded = {base64.b64encode(each).decode() for each in raw | sasl}
        forms = {decoded(each) for each in raw} | coded | {each.rstrip("=") for each in coded}
        forms |= {quote(plain, safe=""), json.dumps(plain)[1:-1], plain.replace("\\", "\\\\").replace('"', '\\"')}
        return sorted(forms - _WORDS_OF_EVERY_SERVER - {""}, key=len, reverse=True)


def decoded(data: bytes) -> str:
    """UTF-8, other bytes as \\xNN."""
    return data.decode("utf-8", "backslashreplace")


def _without(form: str, text: str) -> str:
    """A very short form counts only where it stands alone."""
    if len(form) >= _SHORT:
        return text.replace(form, HIDDEN)
    return re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", HIDDEN, text)
