"""What a server said, taken apart: the words to keep, the response code, whether it calls itself temporary.

Pure functions over the lines that were heard, and the exceptions that imap.py and smtp.py raise about them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mailbox_desk.adapters.redaction import decoded
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.verdict import Half

TAG: Final = b"MD"  # imaplib numbers the commands: MD0, MD1 ...

# RFC 5530 section 3 calls these three conditions that pass by themselves. SERVERBUG it does not: it stays a plain no.
_TEMPORARY_CODES: Final = frozenset({"UNAVAILABLE", "INUSE", "LIMIT"})

_IMAP_CODE: Final = re.compile(r"\[([A-Z][A-Z0-9_=-]*)(?: [^\]]*)?\]", re.IGNORECASE)
_IMAP_TAGGED_NO: Final = re.compile(rb"(?:%s\d+) ((?:NO|BAD)\b.*)" % TAG, re.IGNORECASE | re.DOTALL)
_IMAP_WORTH_KEEPING: Final = re.compile(rb"\* (?:NO|BAD|BYE)\b|\* .*\[(?:WEB)?ALERT", re.IGNORECASE)
_IMAP_BYE: Final = re.compile(rb"\* BYE\b", re.IGNORECASE)
_SMTP_CODE: Final = re.compile(rb"(\d{3})(?:[ -]+([245]\.\d{1,3}\.\d{1,3})\b)?")

_SPOKEN_BY: Final = (
    ("imap", re.compile(rb"\* (?:OK|BYE|PREAUTH)\b", re.IGNORECASE)),
    ("pop3", re.compile(rb"\+OK\b|-ERR\b")),
    ("ftp", re.compile(rb"220[ -].*FTP", re.IGNORECASE)),
    ("smtp", re.compile(rb"[245]\d\d[ -]")),
    ("tls", re.compile(rb"[\x15\x16]\x03[\x00-\x04]")),
    ("http", re.compile(rb"HTTP/\d|<!doctype|<html", re.IGNORECASE)),
    ("ssh", re.compile(rb"SSH-\d")),
)
_EXPECTED_OF: Final = {Half.RECEIVING: "imap", Half.SENDING: "smtp"}


class Declined(Exception):
    """The server said no. `lines`: its answer; `reason`: what it gave as its reason before, decoded (RFC 7628)."""

    def __init__(self, lines: Sequence[bytes], reason: bytes = b"") -> None:
        super().__init__(lines)
        self.lines = tuple(lines)
        self.reason = reason


class NotOffered(Exception):
    """The server lacks what the check needs, so nothing more was sent. `said`: what it does offer."""

    def __init__(self, said: bytes, *marks: Mark) -> None:
        super().__init__(marks)
        self.said = said
        self.marks = frozenset(marks)


class UnexpectedAnswer(Exception):
    """The server answered what no server of this protocol would."""


class InjectedAnswer(Exception):
    """Plain bytes came after the answer to STARTTLS. `pending`: those bytes."""

    def __init__(self, pending: bytes) -> None:
        super().__init__(pending)
        self.pending = pending


@dataclass(frozen=True, slots=True)
class Answer:
    """A negative answer. `text` is not redacted yet."""

    text: str
    code: str
    is_temporary: bool
    marks: frozenset[Mark] = frozenset()


def negative_answer(half: Half, lines: Sequence[bytes]) -> Answer | None:
    """The no that these lines hold, if any."""
    return _imap_answer(lines) if half is Half.RECEIVING else _smtp_answer(lines)


def worth_noting(lines: Sequence[bytes]) -> bytes:
    """The ALERT, NO and BYE lines that a server sent without being asked; RFC 3501 section 7.1 wants ALERTs shown."""
    return b"\n".join(line.rstrip(b"\r\n") for line in lines if _IMAP_WORTH_KEEPING.match(line))


def last_reply(lines: Sequence[bytes]) -> list[bytes]:
    """The lines of the last SMTP reply (RFC 5321 section 4.2.1: all but its last have a hyphen after the code)."""
    start = len(lines) - 1
    while start > 0 and lines[start - 1][3:4] == b"-":
        start -= 1
    return [line.rstrip(b"\r\n") for line in lines[max(start, 0) :]]


def language_marks(half: Half, said: bytes) -> frozenset[Mark]:
    """What is certain from the first words of a server that did not say what was expected."""
    spoken = next((name for name, words in _SPOKEN_BY if words.match(said)), "")
    if spoken in ("", _EXPECTED_OF[half]):
        return frozenset()
    if spoken == "tls":
        return frozenset({Mark.TLS_ON_PLAIN_PORT})
    return frozenset({Mark.OTHER_MAIL_PROTOCOL if spoken in ("imap", "pop3", "smtp") else Mark.NOT_A_MAIL_SERVER})


def _imap_answer(lines: Sequence[bytes]) -> Answer | None:
    stripped = [line.rstrip(b"\r\n") for line in lines]
    tagged = next((found[1] for line in reversed(stripped) if (found := _IMAP_TAGGED_NO.match(line))), None)
    bye = next((line for line in stripped if _IMAP_BYE.match(line)), None)
    decisive = tagged or bye
    if decisive is None:
        return None
    kept = [line for line in stripped if _IMAP_WORTH_KEEPING.match(line)]
    text = decoded(b"\n".join([*kept, tagged] if tagged else kept))
    code = _imap_code(decoded(decisive))
    marks = {Mark.ALERT} if "ALERT]" in text.upper() or "[WEBALERT" in text.upper() else set()
    if bye is not None:
        marks.add(Mark.BYE)
    return Answer(text, code, is_temporary=tagged is None or code in _TEMPORARY_CODES, marks=frozenset(marks))


def _imap_code(line: str) -> str:
    """The first response code that is more than ALERT: "NO [ALERT] ..." is ALERT, "NO [ALERT] [LIMIT] ..." is LIMIT."""
    codes = [code.upper() for code in _IMAP_CODE.findall(line)]
    return next((code for code in codes if code != "ALERT"), codes[0] if codes else "")


def _smtp_answer(lines: Sequence[bytes]) -> Answer | None:
    reply = last_reply(lines)
    found = _SMTP_CODE.match(reply[-1]) if reply else None
    if found is None:
        return None
    code = found[1].decode()
    enhanced = found[2].decode() if found[2] else ""
    full = f"{code} {enhanced}" if enhanced else code
    return Answer(decoded(b"\n".join(reply)), full, is_temporary=code.startswith("4"))
