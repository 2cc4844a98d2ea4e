"""The one table: foreign exception -> Failure. Only the kind is decided here; what a text *means* is diagnosis' work.

The kinds, and the marks they come with (mailbox_desk.model.mark.Mark; only the marks that are certain are set):

UNREACHABLE   name_unknown (the name has no address), name_server_trouble (the look-up failed, EAI_AGAIN and kin),
              refused_connection, no_route (network or host unreachable, no permission by a firewall)
TIMED_OUT     resolve_timeout, connect_timeout, step_timeout (any later step), total_timeout (the whole check);
              with tls_on_plain_port at the greeting: the server waits for TLS, proved by a second look
UNTRUSTED     cert_expired, cert_not_yet_valid, cert_hostname, cert_untrusted, cert_revoked, pin_changed
              (one of them always; `certificate` is set where it was seen)
TLS_BROKEN    plain_on_tls_port (the text is what the server said in plain, beside not_a_mail_server or
              other_mail_protocol where that shows), tls_too_old, starttls_injection (plain bytes after the answer
              to STARTTLS; the text shows them); none for any other TLS alert or error
BROKEN        not_a_mail_server (HTTP, SSH, FTP ...), other_mail_protocol (SMTP, POP3 or IMAP where another was
              expected), tls_on_plain_port (TLS bytes where text was expected), too_much_data,
              unexpected_answer (wrong tag, binary, nonsense); the text shows the bytes
CLOSED        eof (closed without a word), reset, shut (by the desk itself: cancelled or quitting)
TEMPORARY     bye (IMAP BYE: greeting or later), IMAP [UNAVAILABLE], [INUSE], [LIMIT] (see `code`), SMTP 4xx
REFUSED       any other negative answer, at any step; unsure counts as refused. At sign_in this is a refused secret
UNSUPPORTED   starttls_not_offered, starttls_refused, login_disabled (IMAP: no way in without a clear password),
              auth_not_offered (SMTP or IMAP: none of the mechanisms we have), plain_not_allowed (nothing was
              sent), unsendable (user name or password holds characters that the protocol can't carry);
              preauth beside starttls_not_offered: the server says PREAUTH where STARTTLS was wanted
INTERNAL      none: a fault of the desk

Besides, with any kind: alert (the server's text holds [ALERT]), preauth.
"""

from __future__ import annotations

import errno
import imaplib
import os
import smtplib
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from mailbox_desk.adapters.answers import (
    Declined,
    InjectedAnswer,
    NotOffered,
    UnexpectedAnswer,
    language_marks,
    negative_answer,
)
from mailbox_desk.adapters.cutoff import LineShut, TotalTimedOut
from mailbox_desk.adapters.dial import ConnectTimedOut, NameUnusable, ResolveTimedOut
from mailbox_desk.adapters.line import LineEnded, LineLost, PlainAnswer, StepTimedOut, TooMuchData
from mailbox_desk.adapters.redaction import Redactor, decoded
from mailbox_desk.model.check import Certificate, Failure, FailureKind, Step
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.verdict import Half

# X509_V_ERR_* of openssl/x509_vfy.h (OpenSSL 3.0)
_CERTIFICATE_MARKS: Final = {
    9: Mark.CERT_NOT_YET_VALID,
    10: Mark.CERT_EXPIRED,
    23: Mark.CERT_REVOKED,
    62: Mark.CERT_HOSTNAME,
    64: Mark.CERT_HOSTNAME,
}
_TOO_OLD_REASONS: Final = ("UNSUPPORTED_PROTOCOL", "PROTOCOL_VERSION", "DH_KEY_TOO_SMALL", "NO_CIPHERS_AVAILABLE")
_OWN_SHORTAGE: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS})
_NO_SUCH_NAME: Final = frozenset(
    getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY") if hasattr(socket, name)
)


class PinChanged(Exception):
    """The server shows another certificate than the one that a person accepted."""

    def __init__(self, shown: Certificate) -> None:
        super().__init__(shown.sha256)
        self.shown = shown


class PlainNotAllowed(Exception):
    """The secret would cross a network in clear, and nobody said yes to it."""


class Unsendable(Exception):
    """The user name, password or address holds characters that the protocol can't carry."""


class StepFailed(Exception):
    """A step ended the check; what is known of it."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.kind)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Scene:
    """Where an exception was met. `heard`: the lines of this step; `pending`: what came besides, half a line mostly."""

    half: Half
    step: Step
    redactor: Redactor
    heard: Sequence[bytes] = ()
    pending: bytes = b""

    @property
    def last_words(self) -> bytes:
        """What came last: half a line, else the last whole one; of a greeting all that came."""
        if self.step is Step.GREETING:
            return (b"".join(self.heard) + self.pending).rstrip(b"\r\n")
        return self.pending or (self.heard[-1].rstrip(b"\r\n") if self.heard else b"")


@dataclass(frozen=True, slots=True)
class _Finding:
    kind: FailureKind
    text: str
    marks: frozenset[Mark] = frozenset()
    code: str = ""
    certificate: Certificate | None = None


def failure_from(error: Exception, scene: Scene) -> Failure:
    """The Failure that an exception means."""
    found = (
        _of_name(error) or _of_line(error, scene) or _of_tls(error, scene) or _of_talk(error, scene) or _of_rest(error)
    )
    return Failure(
        half=scene.half,
        step=scene.step,
        kind=found.kind,
        text=scene.redactor.clean(found.text),
        code=found.code,
        marks=found.marks,
        certificate=found.certificate,
    )


def _finding(kind: FailureKind, text: str, *marks: Mark) -> _Finding:
    return _Finding(kind, text, frozenset(marks))


def _of_name(error: Exception) -> _Finding | None:
    match error:
        case socket.gaierror():
            mark = Mark.NAME_UNKNOWN if error.errno in _NO_SUCH_NAME else Mark.NAME_SERVER_TROUBLE
            return _finding(FailureKind.UNREACHABLE, str(error), mark)
        case NameUnusable():
            return _finding(
                FailureKind.UNREACHABLE,
                socket.gaierror(socket.EAI_NONAME, str(error)).strerror or "",
                Mark.NAME_UNKNOWN,
            )
        case ResolveTimedOut():
            return _finding(FailureKind.TIMED_OUT, TIMED_OUT, Mark.RESOLVE_TIMEOUT)
    return None


TIMED_OUT: Final = os.strerror(errno.ETIMEDOUT)


def _of_line(error: Exception, scene: Scene) -> _Finding | None:
    """The line itself. A BYE heard before it went silent or closed says more than the end does."""
    said = decoded(scene.last_words)
    match error:
        case LineShut():
            return _finding(FailureKind.CLOSED, said, Mark.SHUT)
        case ConnectTimedOut():
            return _finding(FailureKind.TIMED_OUT, TIMED_OUT, Mark.CONNECT_TIMEOUT)
        case TotalTimedOut():
            return _after_bye(scene) or _finding(FailureKind.TIMED_OUT, said or TIMED_OUT, Mark.TOTAL_TIMEOUT)
        case StepTimedOut():
            return _after_bye(scene) or _finding(FailureKind.TIMED_OUT, said or TIMED_OUT, Mark.STEP_TIMEOUT)
        case LineEnded():
            return _after_bye(scene) or _finding(FailureKind.CLOSED, said, Mark.EOF)
        case LineLost() if isinstance(error.__cause__, ssl.SSLError):
            return _finding(FailureKind.TLS_BROKEN, str(error))
        case LineLost():
            return _after_bye(scene) or _finding(FailureKind.CLOSED, said or str(error), Mark.RESET)
        case TooMuchData():
            marks = language_marks(scene.half, scene.last_words)
            return _Finding(FailureKind.BROKEN, said, marks | {Mark.TOO_MUCH_DATA})
    return None


def _after_bye(scene: Scene) -> _Finding | None:
    return _of_answer(scene.half, scene.heard) if scene.half is Half.RECEIVING else None


def _of_tls(error: Exception, scene: Scene) -> _Finding | None:
    match error:
        case PinChanged():
            return _Finding(FailureKind.UNTRUSTED, error.shown.sha256, frozenset({Mark.PIN_CHANGED}), "", error.shown)
        case ssl.SSLCertVerificationError():
            mark = _CERTIFICATE_MARKS.get(getattr(error, "verify_code", 0), Mark.CERT_UNTRUSTED)
            return _finding(FailureKind.UNTRUSTED, str(error), mark)
        case InjectedAnswer():
            return _finding(FailureKind.TLS_BROKEN, decoded(error.pending), Mark.STARTTLS_INJECTION)
        case PlainAnswer():
            marks = language_marks(scene.half, error.answer) | {Mark.PLAIN_ON_TLS_PORT}
            return _Finding(FailureKind.TLS_BROKEN, decoded(error.answer.rstrip(b"\r\n")), marks)
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            return _finding(FailureKind.CLOSED, str(error), Mark.EOF)
        case ssl.SSLError():
            is_old = any(word in (error.reason or "") for word in _TOO_OLD_REASONS)
            return _finding(FailureKind.TLS_BROKEN, str(error), *([Mark.TLS_TOO_OLD] if is_old else []))
    return None


def _of_talk(error: Exception, scene: Scene) -> _Finding | None:
    """What was said. imaplib reports a no, a syntax error and nonsense alike: the lines tell them apart."""
    match error:
        case Declined():
            found = _of_answer(scene.half, error.lines) or _unexpected(scene)
            return replace(found, text=f"{decoded(error.reason)}\n{found.text}") if error.reason else found
        case NotOffered():
            return _Finding(FailureKind.UNSUPPORTED, decoded(error.said), error.marks)
        case PlainNotAllowed():
            return _finding(FailureKind.UNSUPPORTED, "", Mark.PLAIN_NOT_ALLOWED)
        case Unsendable():
            return _finding(FailureKind.UNSUPPORTED, "", Mark.UNSENDABLE)
        case imaplib.IMAP4.abort() | UnexpectedAnswer() | smtplib.SMTPException():
            return _unexpected(scene)
        case imaplib.IMAP4.error():
            return _of_answer(scene.half, scene.heard) or _unexpected(scene)
    return None


def _of_answer(half: Half, lines: Sequence[bytes]) -> _Finding | None:
    answer = negative_answer(half, lines)
    if answer is None:
        return None
    kind = FailureKind.TEMPORARY if answer.is_temporary else FailureKind.REFUSED
    return _Finding(kind, answer.text, answer.marks, answer.code)


def _unexpected(scene: Scene) -> _Finding:
    said = scene.last_words
    marks = language_marks(scene.half, said) or {Mark.UNEXPECTED_ANSWER}
    return _Finding(FailureKind.BROKEN, decoded(said), frozenset(marks))


def _of_rest(error: Exception) -> _Finding:
    match error:
        case OSError() if error.errno in _OWN_SHORTAGE:
            return _finding(FailureKind.INTERNAL, str(error))
        case ConnectionRefusedError():
            return _finding(FailureKind.UNREACHABLE, str(error), Mark.REFUSED_CONNECTION)
        case ConnectionError():
            return _finding(FailureKind.CLOSED, str(error), Mark.RESET)
        case TimeoutError():
            return _finding(FailureKind.TIMED_OUT, str(error), Mark.CONNECT_TIMEOUT)
        case OSError():
            return _finding(FailureKind.UNREACHABLE, str(error), Mark.NO_ROUTE)
    return _finding(FailureKind.INTERNAL, f"{type(error).__name__}: {error}")
