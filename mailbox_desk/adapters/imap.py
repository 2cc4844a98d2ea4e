"""Receiving: one IMAP conversation by imapclient on a Line, from greeting to LOGOUT. The secret is sent once at most.

INBOX is opened with EXAMINE: nothing on the server changes. imapclient's and imaplib's logs are kept silent.
"""

from __future__ import annotations

import binascii
import imaplib
import logging
import re
from collections.abc import Callable
from typing import Any, Final, cast

from imapclient import IMAPClient

from mailbox_desk.adapters.answers import TAG, Declined, NotOffered, UnexpectedAnswer, worth_noting
from mailbox_desk.adapters.bearer import Bearer, mechanism_among
from mailbox_desk.adapters.course import Course
from mailbox_desk.adapters.failures import StepFailed, Unsendable
from mailbox_desk.adapters.idling import Idling, LineDied
from mailbox_desk.adapters.line import Line
from mailbox_desk.adapters.redaction import decoded
from mailbox_desk.adapters.transport import Transport
from mailbox_desk.model.check import Quota, Step
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.mailbox import AuthKind, Endpoint, Security
from mailbox_desk.model.mark import Mark

logging.getLogger("imapclient").setLevel(
    logging.CRITICAL + 1
)  # it quotes odd lines of a server, which may echo a secret
_TAGGED: Final = re.compile(rb"(?P<tag>%s\d+) (?P<type>[A-Z]+) ?(?P<data>.*)" % TAG, re.ASCII | re.DOTALL)
_GREETINGS: Final = ("OK", "PREAUTH", "BYE")
_AFTER_BYE: Final = 2.0
_MOST_CAPABILITIES_NOTED: Final = 500


class _Imap4(imaplib.IMAP4):
    """imaplib on a Line. It asks nothing by itself, hears a server out after BYE and logs nothing."""

    def __init__(self, line: Line) -> None:
        self._line = line
        super().__init__("")

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        self.host, self.port = host, port
        self.sock = cast(Any, self._line)  # a Line has the part of a socket's face that imaplib uses
        self.file = cast(Any, self._line.reader)

    def _connect(self) -> None:
        """Where imaplib would read the greeting and ask CAPABILITY: both are steps of their own here."""
        self.tagpre: Any = TAG  # bytes; typeshed takes it for text
        self.tagre: Any = _TAGGED

    def readline(self) -> bytes:
        """A line; one that ends in a bare LF is taken too."""
        line = self._line.reader.readline()
        return line if line.endswith(b"\r\n") else line[:-1] + b"\r\n"

    def send(self, data: Any) -> None:
        """Without imaplib's audit event, which would carry the secret."""
        self._line.sendall(data)

    def shutdown(self) -> None:
        self._line.close()

    def _check_bye(self) -> None:
        """After BYE a tagged no may still come; it decides whether a secret was refused. Wait for it, not for long."""
        if "BYE" in self.untagged_responses:
            self._line.hurry(_AFTER_BYE)

    def _log(self, line: str) -> None:
        """imaplib would keep the last commands, the secret among them."""

    def _mesg(self, text: str, seconds: float | None = None) -> None:
        """imaplib would print."""

    def greet(self) -> str:
        """Read the greeting; "OK" or "PREAUTH"."""
        self._get_response()
        said = next((word for word in _GREETINGS if word in self.untagged_responses), None)
        if said is None:
            raise UnexpectedAnswer
        if said == "BYE":
            raise Declined(self._line.reader.heard)
        self.state = "AUTH" if said == "PREAUTH" else "NONAUTH"
        return said

    def offered(self) -> bytes:
        """The capabilities: those told unasked since the last command, else asked for."""
        if "CAPABILITY" not in self.untagged_responses:
            self.command("CAPABILITY")
        told = self.untagged_responses.pop("CAPABILITY", None)
        if not told or not isinstance(told[-1], bytes):
            raise UnexpectedAnswer
        return told[-1].upper()

    def command(self, name: str, *words: bytes) -> None:
        """Send a command and wait for its OK. Raises Declined, imaplib.IMAP4.error."""
        status, _ = self._simple_command(name, *words)
        if status != "OK":
            raise Declined(self._line.reader.heard)


class _Client(IMAPClient):  # type: ignore[misc]  # imapclient is not typed
    """imapclient on a Line."""

    def __init__(self, line: Line, host: str) -> None:
        self._line = line
        super().__init__(host, ssl=False)  # the Line brings its own TLS
        self._imap.debug = 0  # imapclient sets it to 5 and formats every line for a log that nobody reads

    def _create_IMAP4(self) -> _Imap4:  # noqa: N802  imapclient's name
        return _Imap4(self._line)

    def _set_read_timeout(self) -> None:
        """The Line has limits of its own."""

    @property
    def imap(self) -> _Imap4:
        imap: _Imap4 = self._imap
        return imap


class Receiving:
    """One IMAP conversation. `prepare` sends no secret. Both raise StepFailed."""

    def __init__(self, transport: Transport, course: Course, security: Security, *, program: str = "") -> None:
        self._transport = transport
        self._course = course
        self._security = security
        self._program = program

    def prepare(self) -> _Conversation:
        """Connect and greet; TLS before or after, as asked for. STARTTLS never falls back to plain."""
        line = self._transport.open(self._course)
        try:
            return self._prepared(line)
        except BaseException:  # a fault of ours as well: no socket is left to the garbage collector
            line.close()
            raise

    def check(
        self,
        username: str,
        secret: Secret,
        auth: AuthKind = AuthKind.PASSWORD,
        keep: Callable[[Idling], None] | None = None,
    ) -> Quota | None:
        """The whole half, from connect to sign-out; or to IDLE, where the server has it and `keep` wants the line.
        With OAUTH the secret is a bearer token."""
        conversation = self.prepare()
        idling: Idling | None = None
        try:
            conversation.sign_in(username, secret, auth)
            conversation.refresh_capabilities()
            conversation.examine(self._program)
            quota = conversation.quota()
            if keep is not None and (idling := conversation.idle()) is not None:
                keep(idling)
            else:
                conversation.sign_out()
            return quota
        finally:
            if idling is None:
                conversation.line.close()

    def _prepared(self, line: Line) -> _Conversation:
        if self._security is Security.TLS:
            self._transport.secure(line, self._course)
        conversation = _Conversation(line, self._course, self._transport.endpoint)
        conversation.greet()
        conversation.ask_capabilities()
        if self._security is Security.STARTTLS:
            conversation.ask_starttls()
            self._transport.secure(line, self._course, after_starttls=True)
            conversation.ask_capabilities()
        return conversation


class _Conversation:
    def __init__(self, line: Line, course: Course, endpoint: Endpoint) -> None:
        self.line = line
        self._course = course
        self._endpoint = endpoint
        self._client = _Client(line, endpoint.host)
        self._imap = self._client.imap
        self._offered = b""
        self._is_preauth = False

    def greet(self) -> None:
        with self._course.step(Step.GREETING, self.line) as taking:
            self._is_preauth = self._imap.greet() == "PREAUTH"
            taking.note = self.line.reader.heard[-1].rstrip(b"\r\n")

    def ask_capabilities(self) -> None:
        """What is offered before sign-in: LOGINDISABLED and AUTH= are evidence where that fails."""
        self._ask_capabilities()
        self._course.offer(decoded(self._offered).split())

    def _ask_capabilities(self) -> None:
        with self._course.step(Step.CAPABILITY, self.line) as taking:
            self._offered = self._imap.offered()
            taking.note = self._offered[:_MOST_CAPABILITIES_NOTED]

    def refresh_capabilities(self) -> None:
        """A server offers more after sign-in than before; most tell it unasked, in their OK."""
        if "CAPABILITY" in self._imap.untagged_responses:
            self._offered = self._imap.offered()
        else:
            self._ask_capabilities()
        self._client._cached_capabilities = tuple(self._offered.split())

    def ask_starttls(self) -> None:
        with self._course.step(Step.STARTTLS, self.line):
            if self._is_preauth:  # signed in already, so STARTTLS is not allowed any more (RFC 3501 section 6.2.1)
                raise NotOffered(self._offered, Mark.PREAUTH, Mark.STARTTLS_NOT_OFFERED)
            if not self._has(b"STARTTLS"):
                raise NotOffered(self._offered, Mark.STARTTLS_NOT_OFFERED)
            try:
                self._imap.command("STARTTLS")
            except (Declined, imaplib.IMAP4.error) as error:
                if isinstance(error, imaplib.IMAP4.abort):
                    raise
                raise NotOffered(b"".join(self.line.reader.heard).rstrip(), Mark.STARTTLS_REFUSED) from error
            self._imap.untagged_responses.clear()  # what was said in clear counts no more (RFC 3501 section 6.2.1)

    def sign_in(self, username: str, secret: Secret, auth: AuthKind = AuthKind.PASSWORD) -> None:
        with self._course.step(Step.SIGN_IN, self.line) as taking:
            if self._is_preauth:
                return
            if not username or any(odd in username + secret.reveal() for odd in "\0\r\n"):
                raise Unsendable
            if auth is AuthKind.OAUTH:
                self._send_token(username, secret)
            else:
                self._send_secret(username, secret)
            taking.note = worth_noting(self.line.reader.heard)

    def examine(self, program: str) -> None:
        """ID first where it is known: 163.com and 126.com allow no SELECT without it (RFC 2971)."""
        with self._course.step(Step.SELECT, self.line) as taking:
            if program and self._has(b"ID"):
                self._introduce(program)
            status, told = self._imap.select("INBOX", readonly=True)
            if status != "OK":
                raise Declined(self.line.reader.heard)
            taking.note = worth_noting(self.line.reader.heard) or b"%b EXISTS" % (told[0] or b"0")

    def quota(self) -> Quota | None:
        """The storage quota where the server tells one; a no is no failure of the mailbox."""
        if not self._has(b"QUOTA"):
            return None
        with self._course.step(Step.QUOTA, self.line) as taking:
            try:
                _, rows = self._client.get_quota_root("INBOX")
                quota = _fullest(rows)
            except imaplib.IMAP4.abort:
                raise
            except (imaplib.IMAP4.error, LookupError, ValueError, TypeError):  # a no, or rows that make no sense
                taking.passed = False
                taking.note = self.line.reader.heard[-1].rstrip(b"\r\n") if self.line.reader.heard else b""
                return None
            return quota

    def idle(self) -> Idling | None:
        """The line in IDLE (RFC 2177). Everything is proved by now: a server without it, or a no, is no failure."""
        if not self._has(b"IDLE"):
            return None
        idling = Idling(self.line)
        try:
            idling.begin()
        except LineDied:
            return None
        return idling

    def sign_out(self) -> None:
        """LOGOUT. Everything is proved by now: no answer, or a bad one, is no failure."""
        try:
            with self._course.step(Step.SIGN_OUT, self.line):
                self._client.logout()
        except StepFailed:
            return

    def _has(self, capability: bytes) -> bool:
        return capability in self._offered.split()

    def _send_secret(self, username: str, secret: Secret) -> None:
        """LOGIN where it will do. AUTHENTICATE PLAIN where LOGIN is closed or the words are not ASCII (RFC 3501 keeps
        quoted strings to ASCII, RFC 4616 has UTF-8). Where LOGIN is closed and the line is open, nothing is sent."""
        has_plain = self._has(b"AUTH=PLAIN")
        is_closed = self._has(b"LOGINDISABLED")
        if is_closed and not (has_plain and self.line.is_encrypted):
            raise NotOffered(self._offered, Mark.LOGIN_DISABLED)
        is_ascii = (username + secret.reveal()).isascii()
        if has_plain and (is_closed or not is_ascii):
            self._authenticate_plain(username, secret)
        else:
            self._imap.literal = None if is_ascii else cast(Any, secret.reveal().encode())
            words = (_quoted(username), _quoted(secret.reveal())) if is_ascii else (_quoted(username),)
            self._imap.command("LOGIN", *words)
            self._imap.state = "AUTH"

    def _send_token(self, username: str, token: Secret) -> None:
        """By whichever mechanism is offered; the server's reason for a no is heard out."""
        offered = {word.removeprefix("AUTH=") for word in decoded(self._offered).split() if word.startswith("AUTH=")}
        mechanism = mechanism_among(offered)
        if mechanism is None:
            raise NotOffered(self._offered, Mark.AUTH_NOT_OFFERED)
        bearer = Bearer(mechanism, username, token, self._endpoint.host, self._endpoint.port)
        try:
            self._answer_challenges(mechanism.value, bearer.answer)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise Declined(self.line.reader.heard, bearer.said) from error

    def _authenticate_plain(self, username: str, secret: Secret) -> None:
        """The secret answers the first challenge; a second one is called off."""
        answers = [f"\0{username}\0{secret.reveal()}"]
        self._answer_challenges("PLAIN", lambda _challenge: answers.pop() if answers else None)

    def _answer_challenges(self, mechanism: str, answer: Callable[[bytes], Any]) -> None:
        try:
            self._client.sasl_login(mechanism, answer)
        except binascii.Error as error:  # a challenge that is no base64 (RFC 3501 section 6.2.2)
            raise UnexpectedAnswer from error

    def _introduce(self, program: str) -> None:
        try:
            self._imap.command("ID", b'("name" %b)' % _quoted(program))
        except (Declined, imaplib.IMAP4.error) as error:
            if isinstance(error, imaplib.IMAP4.abort):
                raise


def _quoted(word: str) -> bytes:
    """A quoted string (RFC 3501 section 4.3)."""
    return b'"' + word.encode().replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def _fullest(rows: Any) -> Quota | None:
    """Of several storage quotas the one nearest to its end."""
    storage = [Quota(int(row.usage), int(row.limit)) for row in rows if str(row.resource).upper() == "STORAGE"]
    return max(storage, key=lambda quota: quota.used_kib / max(quota.limit_kib, 1), default=None)
