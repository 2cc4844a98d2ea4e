"""Blots secrets out of foreign text that a person pasted: here nobody knows the secret, so it is known by its shape.

Rather too much is hidden than too little; what a server says of a password stays readable. Pure; never raises.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Final

HIDDEN: Final = "•••"

_QUOTED_OR_WORD: Final = r"""("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']+)"""
_CODED: Final = r"([A-Za-z0-9+/_=-]{8,})"
_CLIENT: Final = r"^([ \t]*(?:C:|>+|->|b['\"])?[ \t]*)"

_PASSWORD: Final = re.compile(
    r"""(?i)(["']?\b(?:password|passwd|passphrase|passwort|pwd|pass|secret)\b["']?\s*(?:[:=]|=>)\s*)"""
    r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^,;&}\r\n]+)"""
)
_TOKEN: Final = re.compile(
    r"""(?i)(["']?\b(?:client_secret|token|(?:access|refresh|id|auth)_?token|assertion|code_verifier|api[_-]?key|cookie)"""
    r"""\b["']?\s*(?:[:=]|=>)\s*)("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;&}"']+)"""
)
_IMAP_LOGIN: Final = re.compile(rf"(\b[A-Za-z]*\d+\s+LOGIN\s+){_QUOTED_OR_WORD}(\s+){_QUOTED_OR_WORD}", re.IGNORECASE)
_POP_PASS: Final = re.compile(rf"{_CLIENT}(PASS\s+)(.+)$", re.MULTILINE)
_SASL: Final = re.compile(rf"(\bAUTH(?:ENTICATE)?\s+[A-Z0-9-]+\s+){_CODED}", re.IGNORECASE)
_BEARER: Final = re.compile(r"(\b(?:Bearer|Basic)\s+)([A-Za-z0-9._~+/=-]{8,})", re.IGNORECASE)
_CODED_LINE: Final = re.compile(rf"{_CLIENT}{_CODED}[ \t\r]*$", re.MULTILINE)
_IN_ADDRESS: Final = re.compile(r"(://[^/\s:@]+:)([^@\s/]+)(?=@)")
_TOKENS: Final = re.compile(
    r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*|\bya29\.[\w.-]+|\b1//[\w-]{20,}|\b[01]\.A[\w.-]{40,}|\bM\.[A-Z]\d+_[\w.!*$-]{20,}"
)
_RUN: Final = re.compile(r"[A-Za-z0-9+/]{12,}={0,2}")


def without_secrets(text: str) -> str:
    """`text` with what looks like a password, a token or a coded sign-in hidden."""
    for blot in _BLOTS:
        text = blot(text)
    return text


def _is_coded(word: str) -> bool:
    """Base64 or the like, not a word of a sentence: digits, signs, or capitals within."""
    return any(each.isdigit() or each in "+/=_" for each in word) or word[1:] not in (
        word[1:].lower(),
        word[1:].upper(),
    )


def _after_coded(found: re.Match[str]) -> str:
    return f"{found[1]}{HIDDEN}" if _is_coded(found[2]) else found[0]


def _signs_in(found: re.Match[str]) -> str:
    """A SASL answer is known by what it decodes to: user NUL password, or user=… auth=Bearer … (RFC 4616, 7628)."""
    run = found[0]
    try:
        plain = base64.b64decode(run + "=" * (-len(run) % 4), validate=True)
    except (binascii.Error, ValueError):
        return run
    return HIDDEN if b"\0" in plain[:256] or b"auth=Bearer" in plain else run


_BLOTS: Final[tuple[Callable[[str], str], ...]] = (
    lambda text: _IN_ADDRESS.sub(rf"\1{HIDDEN}", text),
    lambda text: _IMAP_LOGIN.sub(rf"\1\2\3{HIDDEN}", text),
    lambda text: _POP_PASS.sub(rf"\1\2{HIDDEN}", text),
    lambda text: _SASL.sub(_after_coded, text),
    lambda text: _BEARER.sub(_after_coded, text),
    lambda text: _PASSWORD.sub(rf"\1{HIDDEN}", text),
    lambda text: _TOKEN.sub(rf"\1{HIDDEN}", text),
    lambda text: _TOKENS.sub(HIDDEN, text),
    lambda text: _CODED_LINE.sub(_after_coded, text),
    lambda text: _RUN.sub(_signs_in, text),
)
