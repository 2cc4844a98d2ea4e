"""Fetches one small XML file over https and nothing else: no cookie, no proxy, no word about the person.

Every byte is counted, the whole has one limit of time, and a redirect may lead neither to http nor to another domain.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

from mailbox_desk.adapters.cutoff import Cutoff, LineShut, TotalTimedOut
from mailbox_desk.adapters.dial import Address, ConnectTimedOut, connect
from mailbox_desk.adapters.line import Line, LineLost, PlainAnswer, StepTimedOut, TooMuchData
from mailbox_desk.adapters.trust import Trust
from mailbox_desk.adapters.web_channel import Channel
from mailbox_desk.model.discovery import Miss, NotFound
from mailbox_desk.model.host_names import is_host_name, is_within

MOST_BYTES: Final = 256 * 1024
_OVERHEAD: Final = 64 * 1024  # heads, certificates and TLS records come on top of the file
_MOST_REDIRECTS: Final = 3
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_TYPES: Final = frozenset({"text/xml", "application/xml"})
_USUAL_PORT: Final = 443

AddressesOf = Callable[[str, int], tuple[Address, ...]]


@dataclass(frozen=True, slots=True)
class Page:
    """A place on an https server. `home`: the domain that no redirect may leave."""

    host: str
    path: str
    home: str
    port: int = _USUAL_PORT

    @property
    def address(self) -> str:
        port = "" if self.port == _USUAL_PORT else f":{self.port}"
        return f"https://{self.host}{port}{self.path}"


def fetch(page: Page, addresses_of: AddressesOf, trust: Trust, cutoff: Cutoff, seconds: float) -> bytes:
    """The file's bytes. Blocks; `cutoff` ends it. Raises NotFound."""
    for _ in range(_MOST_REDIRECTS + 1):
        answer = _asked(page, addresses_of, trust, cutoff, seconds)
        if isinstance(answer, bytes):
            return answer
        page = answer
    raise NotFound(Miss.UNUSABLE, "redirected in a circle")


def _asked(page: Page, addresses_of: AddressesOf, trust: Trust, cutoff: Cutoff, seconds: float) -> bytes | Page:
    addresses = addresses_of(page.host, page.port)
    try:
        line = Line(connect(addresses, cutoff, seconds), cutoff)
        try:
            line.budget = MOST_BYTES + _OVERHEAD
            line.allow(seconds)
            line.start_tls(trust.verifying, page.host)
            return _exchange(page, line)
        finally:
            line.close()
    except ssl.SSLCertVerificationError as error:
        raise NotFound(Miss.UNTRUSTED, f"{page.host}: {error.verify_message}") from error
    except TooMuchData as error:
        raise NotFound(Miss.UNSAFE, f"{page.host}: too large") from error
    except (ConnectTimedOut, StepTimedOut, TotalTimedOut, LineShut) as error:
        raise NotFound(Miss.NO_ANSWER, page.host) from error
    except ConnectionRefusedError as error:
        raise NotFound(Miss.NOTHING, f"{page.host}: nothing listens") from error
    except (OSError, LineLost, PlainAnswer, http.client.HTTPException, ValueError) as error:
        raise NotFound(Miss.UNUSABLE, f"{page.host}: {error!r}") from error


def _exchange(page: Page, line: Line) -> bytes | Page:
    connection = http.client.HTTPConnection(page.host, page.port)
    connection.sock = Channel(line)  # has what http.client uses of a socket
    connection.putrequest("GET", page.path, skip_host=True, skip_accept_encoding=True)
    port = "" if page.port == _USUAL_PORT else f":{page.port}"
    for name, value in (("Host", page.host + port), ("Accept", "text/xml, application/xml"), ("Connection", "close")):
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    if response.status in _REDIRECTS:
        return _redirected(page, response.getheader("Location", ""))
    if response.status != http.client.OK:
        raise NotFound(Miss.NOTHING, f"{page.address}: {response.status}")
    kind = response.getheader("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in _TYPES or response.getheader("Content-Encoding", "identity") != "identity":
        raise NotFound(Miss.UNUSABLE, f"{page.address}: {kind[:60] or 'no type'} where XML should be")
    data = response.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise TooMuchData
    return data


def _redirected(page: Page, location: str) -> Page:
    """Where a redirect leads. Raises NotFound where it may not."""
    target = urlsplit(urljoin(page.address, location))
    host = (target.hostname or "").rstrip(".")
    if target.scheme != "https":
        raise NotFound(Miss.UNSAFE, f"{page.address}: redirected to {target.scheme[:10]}")
    if not is_host_name(host) or not is_within(host, page.home):
        raise NotFound(Miss.UNSAFE, f"{page.address}: redirected to another domain")
    if target.username is not None or (target.port or _USUAL_PORT) not in (_USUAL_PORT, page.port):
        raise NotFound(Miss.UNSAFE, f"{page.address}: redirected to an odd place")
    path = target.path or "/"
    return Page(host, f"{path}?{target.query}" if target.query else path, page.home, target.port or _USUAL_PORT)
