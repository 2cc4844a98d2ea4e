"""One question to an OAuth server over https, and its answer. No redirect is followed, no cookie kept, no proxy asked.

A token goes out in a form or a header, never in an address; every byte is counted and the whole has one limit.
"""

from __future__ import annotations

import http.client
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from mailbox_desk.adapters.cutoff import Cutoff
from mailbox_desk.adapters.dial import Address, connect
from mailbox_desk.adapters.line import Line, TooMuchData
from mailbox_desk.adapters.trust import Trust
from mailbox_desk.adapters.web_channel import Channel

MOST_BYTES: Final = 256 * 1024
_OVERHEAD: Final = 64 * 1024  # heads, certificates and TLS records come on top of the body
_HTTPS: Final = 443


class AddressUnusable(Exception):
    """An address that is no https address of a host: nothing was sent."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an https address leads. `target`: path and query."""

    host: str
    port: int
    target: str

    @property
    def name(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _HTTPS else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Question:
    """`form`: the body of a POST, percent-encoded; None makes it a GET. It holds secrets, and its repr none."""

    url: str
    form: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """`headers` in lower case. The body may hold tokens, and the repr does not show it."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


def place_of(url: str) -> Place:
    """Raises AddressUnusable for all but https."""
    try:
        parts = urlsplit(url)
        port = parts.port or _HTTPS
    except ValueError as error:
        raise AddressUnusable("no address") from error
    odd = parts.username is not None or any(not "!" <= char <= "~" for char in url)
    if parts.scheme != "https" or not parts.hostname or odd:
        raise AddressUnusable("no https address")
    path = parts.path or "/"
    return Place(parts.hostname, port, f"{path}?{parts.query}" if parts.query else path)


def ask(
    question: Question, place: Place, addresses: Sequence[Address], trust: Trust, cutoff: Cutoff, seconds: float
) -> WebAnswer:
    """Blocks; `cutoff` ends it. Raises as Line and dial.connect do, ssl.SSLError, http.client.HTTPException."""
    line = Line(connect(addresses, cutoff, seconds), cutoff)
    try:
        line.budget = MOST_BYTES + _OVERHEAD
        line.allow(seconds)
        line.start_tls(trust.verifying, place.host)
        return _exchange(question, place, line)
    finally:
        line.close()


def _exchange(question: Question, place: Place, line: Line) -> WebAnswer:
    connection = http.client.HTTPConnection(place.host, place.port)
    connection.sock = Channel(line)  # has what http.client uses of a socket
    form = question.form.encode("ascii") if question.form is not None else None
    connection.putrequest("GET" if form is None else "POST", place.target, skip_host=True, skip_accept_encoding=True)
    headers = {"Host": place.name, "Accept": "application/json", "Connection": "close", **question.headers}
    if form is not None:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(form))}
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders(form)
    response = connection.getresponse()
    body = response.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise TooMuchData
    return WebAnswer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)
