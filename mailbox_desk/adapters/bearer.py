"""Signing in with a bearer token by SASL: XOAUTH2 (Google and Microsoft) and OAUTHBEARER (RFC 7628). Pure.

A server that refuses a token first says why, in JSON, as one more challenge; only an answer to that brings its final
no. XOAUTH2 wants an empty answer there, OAUTHBEARER the byte 0x01 (RFC 7628 section 3.2.3).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import Enum

from mailbox_desk.model.credential import Secret


class Mechanism(Enum):
    """In the order of preference. XOAUTH2 first: whoever has both was tried with it, and what they say is known."""

    XOAUTH2 = "XOAUTH2"
    OAUTHBEARER = "OAUTHBEARER"


@dataclass
class Bearer:
    """One sign-in: the token is given once. `said`: what the server answered the token with, decoded; b"" before."""

    mechanism: Mechanism
    username: str
    token: Secret
    host: str
    port: int
    said: bytes = field(default=b"", init=False)
    _is_given: bool = field(default=False, init=False)

    @property
    def first(self) -> bytes:
        """The answer that carries the token."""
        token = self.token.reveal()
        if self.mechanism is Mechanism.XOAUTH2:
            return f"user={self.username}\1auth=Bearer {token}\1\1".encode()
        name = self.username.replace("=", "=3D").replace(",", "=2C")  # a saslname (RFC 5801 section 4)
        return f"n,a={name},\1host={self.host}\1port={self.port}\1auth=Bearer {token}\1\1".encode()

    def answer(self, challenge: bytes) -> bytes | None:
        """The token to the first challenge, the end to the second; None to any more: call it off."""
        if not self._is_given:
            self._is_given = True
            return self.first
        if self.said:
            return None
        self.said = challenge or b"{}"
        return b"" if self.mechanism is Mechanism.XOAUTH2 else b"\1"


def mechanism_among(offered: Collection[str]) -> Mechanism | None:
    """The one to use of the names that a server offers, in upper case."""
    return next((each for each in Mechanism if each.value in offered), None)


def challenge_in(coded: bytes) -> bytes:
    """A challenge as SMTP carries it, decoded; as it came where it is no base64."""
    try:
        return base64.b64decode(coded, validate=True)
    except binascii.Error:
        return coded
