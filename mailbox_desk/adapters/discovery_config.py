"""Reads Thunderbird's autoconfig format 1.1: https://www.bucksch.org/1/projects/thunderbird/autoconfiguration/ and
draft-ietf-mailmaint-autoconfig-04 (read 2026-11). The file comes from anybody: nothing in it is believed here but its
shape, and no entity is ever expanded.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final, Protocol
from xml.etree.ElementTree import ParseError

import idna
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from mailbox_desk.model.discovery import Miss, NotFound, ServerOffer
from mailbox_desk.model.mailbox import AuthKind, Security
from mailbox_desk.model.verdict import Half

_HALVES: Final = {("incomingServer", "imap"): Half.RECEIVING, ("outgoingServer", "smtp"): Half.SENDING}
_SECURITIES: Final = {"SSL": Security.TLS, "STARTTLS": Security.STARTTLS, "plain": Security.NONE}
_AUTH: Final = {
    "OAuth2": AuthKind.OAUTH,
    "password-cleartext": AuthKind.PASSWORD,
    "plain": AuthKind.PASSWORD,
    "password-encrypted": AuthKind.PASSWORD,
    "secure": AuthKind.PASSWORD,
}
_MOST_SERVERS: Final = 40


class Node(Protocol):
    """An element of the file, as far as it is used."""

    tag: str
    text: str | None

    def get(self, key: str, default: str = "") -> str: ...

    def iterfind(self, path: str) -> Iterator[Node]: ...

    def findtext(self, path: str, default: str = "") -> str: ...


def offers_in(data: bytes) -> tuple[ServerOffer, ...]:
    """The IMAP and SMTP servers, in the file's order, those in clear last. Raises NotFound."""
    try:
        root: Node = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise NotFound(Miss.UNSAFE, f"XML with {type(error).__name__}") from error
    except (ParseError, ValueError, LookupError) as error:
        raise NotFound(Miss.UNUSABLE, f"no XML: {error}") from error
    if root.tag != "clientConfig":
        raise NotFound(Miss.UNUSABLE, f"<{root.tag[:40]}> where <clientConfig> should be")
    nodes = [node for tag in ("incomingServer", "outgoingServer") for node in root.iterfind(f"emailProvider/{tag}")]
    offers = [offer for node in nodes[:_MOST_SERVERS] if (offer := _offer(node)) is not None]
    if not offers:
        raise NotFound(Miss.NOTHING, "neither IMAP nor SMTP")
    return tuple(sorted(offers, key=lambda offer: offer.security is Security.NONE))


def _offer(node: Node) -> ServerOffer | None:
    half = _HALVES.get((node.tag, node.get("type")))
    security = _SECURITIES.get(_text(node, "socketType"))
    port = _text(node, "port")
    if half is None or security is None:
        return None
    return ServerOffer(
        half,
        _host(_text(node, "hostname")),
        int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else 0,
        security,
        _text(node, "username") or "%EMAILADDRESS%",
        frozenset(
            _AUTH[said] for each in node.iterfind("authentication") if (said := (each.text or "").strip()) in _AUTH
        ),
    )


def _text(node: Node, name: str) -> str:
    return node.findtext(name, "").strip()


def _host(name: str) -> str:
    """A name with letters beyond ASCII in its ASCII form; what can't be one is left for the vetting to refuse."""
    if name.isascii():
        return name
    with contextlib.suppress(idna.IDNAError):
        return idna.encode(name, uts46=True).decode("ascii")
    return name
