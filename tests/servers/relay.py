"""The way out of Dovecot's submission service: takes SMTP on loopback and hands it back to Dovecot over LMTP."""

from __future__ import annotations

import asyncio
import smtplib
from typing import Any

from aiosmtpd.controller import Controller


class _ToLmtp:
    def __init__(self, lmtp_port: int) -> None:
        self._port = lmtp_port
        self.rcpt_answer = ""
        self.recipients: list[str] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802  a name of aiosmtpd
        self.recipients.append(address)
        if self.rcpt_answer:
            return self.rcpt_answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  a name of aiosmtpd
        try:
            await asyncio.to_thread(self._deliver, envelope.mail_from, envelope.rcpt_tos, envelope.content)
        except smtplib.SMTPRecipientsRefused as error:
            return f"550 {str(error)[:200]}"
        return "250 2.0.0 Ok: delivered"

    def _deliver(self, sender: str, recipients: list[str], content: bytes) -> None:
        with smtplib.LMTP("127.0.0.1", self._port) as lmtp:
            lmtp.sendmail(sender, recipients, content)


class Relay:
    """`rcpt_answer`: what RCPT TO is answered instead of OK, e.g. "550 5.7.1 Sending blocked" ("" for OK)."""

    def __init__(self, port: int, lmtp_port: int) -> None:
        self._handler = _ToLmtp(lmtp_port)
        self._controller = Controller(self._handler, hostname="127.0.0.1", port=port)

    @property
    def recipients(self) -> list[str]:
        """Every address that RCPT TO was asked for."""
        return self._handler.recipients

    @property
    def rcpt_answer(self) -> str:
        return self._handler.rcpt_answer

    @rcpt_answer.setter
    def rcpt_answer(self, answer: str) -> None:
        self._handler.rcpt_answer = answer

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()
