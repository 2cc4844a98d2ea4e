"""Where a bare text was met and what sort of failure it is, guessed from the text. Only for texts without a check."""

from __future__ import annotations

import re
from typing import Final

from mailbox_desk.model.check import FailureKind, Stage

_STAGES: Final = (
    (Stage.OAUTH_AUTHORIZE, r"access blocked|need admin approval|redirect_uri|disallowed_useragent|access_denied"),
    (Stage.OAUTH_TOKEN, r"aadsts\d|invalid_grant|invalid_client|refresh[ _]token|interaction_required|\"error\""),
    (Stage.DNS, r"name resolution|getaddrinfo|gaierror|nodename nor servname|name or service|nxdomain|enotfound"),
    (
        Stage.TLS,
        r"certificate|\bssl\b|\btls\b.{0,30}(fail|alert|error|handshake)|wrong version|hostname mismatch",
    ),
    (Stage.TCP, r"econnrefused|connection refused|etimedout|no route|unreachable|winerror 100|connect(ion)? timed out"),
    (Stage.IMAP_GREETING, r"greeting"),
    (Stage.SMTP_SEND, r"recipient|sender|relay|mail from|rcpt"),
    (Stage.IMAP_SELECT, r"\bselect\b|\bexamine\b"),
    (Stage.IMAP_SESSION, r"\bfetch\b|\bappend\b|\bidle\b|\bexpunge\b|quota"),
    (Stage.IMAP_AUTH, r"log-?[io]n|auth|sign.?in|password|credential|passw|kennwort|senha|contrasena|парол|密码"),
)
_SIGN_IN_CODES: Final = frozenset({"334", "432", "454", "525", "530", "534", "535", "538"})
_SMTP_CODES: Final = re.compile(r"^[45](\d\d|\.\d+\.\d+)$")
_TAGGED: Final = re.compile(r"^(\S{1,12} )?(no|bad|\* bye|\* no|\* bad|-err)\b")


def guessed_stage(text: str, codes: frozenset[str]) -> Stage:
    """The stage that a text most likely belongs to; a reply belongs to the sign-in, any other text to the session."""
    lower = text.lower()
    if codes & _SIGN_IN_CODES:
        return Stage.SMTP_AUTH
    is_reply = _TAGGED.match(lower) is not None
    smtp = not is_reply and any(_SMTP_CODES.match(code) for code in codes)
    family = "imap" if is_reply else "oauth" if smtp else ""
    for stage, pattern in _STAGES:
        if stage.value.startswith(family) and re.search(pattern, lower):
            return stage
    if smtp:
        return Stage.SMTP_CONNECT if "421" in codes else Stage.SMTP_SEND
    return Stage.IMAP_AUTH if is_reply else Stage.IMAP_SESSION


_KINDS: Final = (
    (FailureKind.TIMED_OUT, r"etimedout|timed out|10060|time-?out\b|timeouterror"),
    (
        FailureKind.CLOSED,
        r"unexpected(ly)? (eof|close)|connection (closed|reset|broken|dropped|lost|aborted)|econnreset|^\* bye",
    ),
    (FailureKind.UNREACHABLE, r"refused$|econnrefused|unreachable|no route|getaddrinfo|name resolution|eacces"),
    (FailureKind.UNTRUSTED, r"certificate"),
    (FailureKind.TLS_BROKEN, r"\bssl\b|\btls\b|handshake"),
)
_TEMPORARY_CODES: Final = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "SYS/TEMP", "TEMPFAIL"})
_TEMPORARY: Final = re.compile(r"^4[2-9]\d\b|temporar|try (again )?later|internal (server )?error")


def guessed_kind(text: str, codes: frozenset[str], stage: Stage) -> FailureKind:
    """The kind that a text most likely is; a refusal where nothing tells."""
    lower = text.lower()
    if codes & _TEMPORARY_CODES or _TEMPORARY.search(lower) or any(code[:2] == "4." for code in codes):
        return FailureKind.TEMPORARY
    for kind, pattern in _KINDS:
        if re.search(pattern, lower):
            return kind
    return FailureKind.UNREACHABLE if stage in (Stage.DNS, Stage.TCP) else FailureKind.REFUSED
