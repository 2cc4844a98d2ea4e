"""Sending: one SMTP conversation by smtplib on a Line, from the greeting to QUIT. No message is ever sent, and the
secret once at most: smtplib's own `login` would try one mechanism after another and repeat a refused secret.
"""

from __future__ import annotations

import base64
import smtplib
from typing import Any, Final, cast

from mailbox_desk.adapters.answers import Declined, NotOffered, UnexpectedAnswer, last_reply
from mailbox_desk.adapters.bearer import Bearer, challenge_in, mechanism_among
from mailbox_desk.adapters.course import Course
from mailbox_desk.adapters.failures import StepFailed, Unsendable
from mailbox_desk.adapters.line import Line
from mailbox_desk.adapters.transport import Transport
from mailbox_desk.model.check import Step
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.mailbox import AuthKind, Endpoint, Security
from mailbox_desk.model.mark import Mark

_LONGEST_COMMAND: Final = 510  # RFC 4954 section 4: what is longer waits for the server's 334
_GO_ON: Final = 334  # RFC 4954 section 4: the server waits for the next part of the sign-in


class _Smtp(smtplib.SMTP):
    """smtplib on a Line."""

    def __init__(self, line: Line) -> None:
        super().__init__(local_hostname=_address_literal(line.local_host))
        self.sock = cast(Any, line)  # a Line has the part of a socket's face that smtplib uses
        self._line = line

    def send(self, s: Any) -> None:
        """Without smtplib's audit event, which would carry the secret."""
        self._line.sendall(s if isinstance(s, bytes) else s.encode(self.command_encoding))

    def expect(self, code: int, reply: tuple[int, bytes]) -> None:
        """Raises Declined for a no, UnexpectedAnswer for anything else but `code`."""
        if reply[0] == code:
            return
        if 400 <= reply[0] <= 599:
            raise Declined(self._line.reader.heard)
        raise UnexpectedAnswer


class Sending:
    """One SMTP conversation. `prepare` sends no secret. Both raise StepFailed."""

    def __init__(self, transport: Transport, course: Course, security: Security) -> None:
        self._transport = transport
        self._course = course
        self._security = security

    def prepare(self) -> _Conversation:
        """Connect and greet; TLS before or after, as asked for. STARTTLS never falls back to plain."""
        line = self._transport.open(self._course)
        try:
            return self._prepared(line)
        except BaseException:  # a fault of ours as well: no socket is left to the garbage collector
            line.close()
            raise

    def check(
        self, username: str, secret: Secret, envelope_address: str | None, auth: AuthKind = AuthKind.PASSWORD
    ) -> None:
        """The whole half, from connect to sign-out. `envelope_address`: who is asked for as sender and recipient.
        With OAUTH the secret is a bearer token."""
        conversation = self.prepare()
        try:
            conversation.sign_in(username, secret, auth)
            if envelope_address is not None:
                conversation.try_envelope(envelope_address)
            conversation.sign_out()
        finally:
            conversation.line.close()

    def _prepared(self, line: Line) -> _Conversation:
        if self._security is Security.TLS:
            self._transport.secure(line, self._course)
        conversation = _Conversation(line, self._course, self._transport.endpoint)
        conversation.greet()
        conversation.say_hello()
        if self._security is Security.STARTTLS:
            conversation.ask_starttls()
            self._transport.secure(line, self._course, after_starttls=True)
            conversation.say_hello()
        return conversation


class _Conversation:
    def __init__(self, line: Line, course: Course, endpoint: Endpoint) -> None:
        self.line = line
        self._endpoint = endpoint
        self._course = course
        self._smtp = _Smtp(line)

    def greet(self) -> None:
        with self._course.step(Step.GREETING, self.line) as taking:
            self._smtp.expect(220, self._smtp.getreply())
            taking.note = b"\n".join(last_reply(self.line.reader.heard))

    def say_hello(self) -> None:
        with self._course.step(Step.EHLO, self.line) as taking:
            self._smtp.expect(250, self._smtp.ehlo())
            taking.note = b"\n".join(last_reply(self.line.reader.heard))
        self._course.offer(f"{word} {details.strip()}".rstrip() for word, details in self._smtp.esmtp_features.items())

    def ask_starttls(self) -> None:
        with self._course.step(Step.STARTTLS, self.line):
            if not self._smtp.has_extn("starttls"):
                raise NotOffered(self._smtp.ehlo_resp or b"", Mark.STARTTLS_NOT_OFFERED)
            code, _ = self._smtp.docmd("STARTTLS")
            if 500 <= code <= 599:
                raise NotOffered(b"\n".join(last_reply(self.line.reader.heard)), Mark.STARTTLS_REFUSED)
            self._smtp.expect(220, (code, b""))
            self._smtp.esmtp_features = {}  # what was said in clear counts no more (RFC 3207 section 4.2)

    def sign_in(self, username: str, secret: Secret, auth: AuthKind = AuthKind.PASSWORD) -> None:
        with self._course.step(Step.SIGN_IN, self.line):
            offered = self._smtp.esmtp_features.get("auth", "").upper().split()
            if not username or "\0" in username + secret.reveal():
                raise Unsendable
            if auth is AuthKind.OAUTH:
                self._send_token(username, secret, offered)
                return
            if "PLAIN" in offered:
                words = ["PLAIN " + _coded(f"\0{username}\0{secret.reveal()}")]
            elif "LOGIN" in offered:
                words = ["LOGIN", _coded(username), _coded(secret.reveal())]
            else:
                raise NotOffered(self._smtp.ehlo_resp or b"", Mark.AUTH_NOT_OFFERED)
            self._send_secret(words)

    def try_envelope(self, address: str) -> None:
        """MAIL FROM and RCPT TO oneself, then RSET: many sending blocks show only here."""
        with self._course.step(Step.ENVELOPE, self.line) as taking:
            if not address.isascii() and not self._smtp.has_extn("smtputf8"):
                taking.passed = False  # can't be asked here (RFC 6531), and that is no failure
                return
            if any(odd in address for odd in "\0\r\n<>"):
                raise Unsendable
            utf8 = "" if address.isascii() else " SMTPUTF8"
            self._smtp.command_encoding = "utf-8"
            self._smtp.expect(250, self._smtp.docmd("MAIL", f"FROM:<{address}>{utf8}"))
            code, _ = self._smtp.docmd("RCPT", f"TO:<{address}>")
            self._smtp.expect(250, (250 if code == 251 else code, b""))
            taking.note = b"\n".join(last_reply(self.line.reader.heard))
            self._smtp.docmd("RSET")

    def sign_out(self) -> None:
        """QUIT. Everything is proved by now: no answer, or a bad one, is no failure."""
        try:
            with self._course.step(Step.SIGN_OUT, self.line):
                self._smtp.docmd("QUIT")
        except StepFailed:
            return

    def _send_secret(self, words: list[str]) -> None:
        """One mechanism, its words once. Whatever is no yes after the last word was said is taken as a no."""
        code, _ = self._smtp.docmd("AUTH", words[0])
        for word in words[1:]:
            if code == _GO_ON:
                code, _ = self._smtp.docmd(word)
        if code == _GO_ON:
            self._smtp.docmd("*")  # the server wants more than there is: call it off
        if not 200 <= code <= 299:
            raise Declined(self.line.reader.heard)

    def _send_token(self, username: str, token: Secret, offered: list[str]) -> None:
        """By whichever mechanism is offered; the server's reason for a no is heard out."""
        mechanism = mechanism_among(offered)
        if mechanism is None:
            raise NotOffered(self._smtp.ehlo_resp or b"", Mark.AUTH_NOT_OFFERED)
        bearer = Bearer(mechanism, username, token, self._endpoint.host, self._endpoint.port)
        command = f"{mechanism.value} {_coded_bytes(bearer.first)}"
        if len("AUTH ") + len(command) <= _LONGEST_COMMAND:
            bearer.answer(b"")  # given along with the command
        else:
            command = mechanism.value
        code, challenge = self._smtp.docmd("AUTH", command)
        while code == _GO_ON:
            answer = bearer.answer(challenge_in(challenge))
            if answer is None:
                self._smtp.docmd("*")  # the server wants more than there is: call it off
                break
            code, challenge = self._smtp.docmd(_coded_bytes(answer))
        if not 200 <= code <= 299:
            raise Declined(self.line.reader.heard, bearer.said)


def _coded(word: str) -> str:
    return _coded_bytes(word.encode())


def _coded_bytes(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _address_literal(host: str) -> str:
    """Who we say we are (RFC 5321 section 4.1.3): our own address, for a desktop has no name of its own."""
    return f"[IPv6:{host.partition('%')[0]}]" if ":" in host else f"[{host}]"
