"""Asks the network itself whether it wants a sign-in: the captive portal API (RFC 8908), where its address is told.

A network's word is believed where it says that we are captive, for only it can know; that we are free is proved by
the probes alone. Asked over https with the system's trust, without cookie, redirect, proxy or a word about the person.
"""

from __future__ import annotations

import http.client
import json
import logging
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from mailbox_desk.adapters.cutoff import Cutoff, LineShut, TotalTimedOut
from mailbox_desk.adapters.dial import Address, ConnectTimedOut, NameUnusable, ResolveTimedOut
from mailbox_desk.adapters.line import LineEnded, LineLost, PlainAnswer, StepTimedOut, TooMuchData
from mailbox_desk.adapters.lookup import Lookup
from mailbox_desk.adapters.oauth_web import AddressUnusable, Question, WebAnswer, ask, place_of
from mailbox_desk.adapters.portal_address import portal_addresses
from mailbox_desk.adapters.trust import Trust
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.model.network import PublicSight, Sight

_log = logging.getLogger(__name__)
_KIND: Final = "application/captive+json"
_SECONDS: Final = 5.0
_MOST_BYTES: Final = 8192
_LONGEST: Final = 2000
_NO_ANSWER: Final = (
    AddressUnusable,
    NameUnusable,
    ResolveTimedOut,
    ConnectTimedOut,
    LineShut,
    TotalTimedOut,
    StepTimedOut,
    TooMuchData,
    LineEnded,
    LineLost,
    PlainAnswer,
    ssl.SSLError,
    OSError,
    TimeoutError,
    http.client.HTTPException,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class PortalWord:
    """What the API says: whether we are captive, the page to sign in at, and one about the place; "" where it tells
    none that a browser may open."""

    captive: bool
    page: str = ""
    venue: str = ""


class PortalApi:
    """For one event loop. `addresses`: where the API stands, as the system tells; each is asked on a worker of
    `fetches` for some seconds at most."""

    def __init__(
        self,
        fetches: Lane,
        names: Lane,
        trust: Callable[[], Trust],
        addresses: Callable[[], Awaitable[tuple[str, ...]]] = portal_addresses,
    ) -> None:
        self._fetches, self._lookup, self._trust = fetches, Lookup(names), trust
        self._addresses = addresses

    async def look_before(self, probes: Callable[[], Awaitable[PublicSight]]) -> PublicSight:
        """Captive where the network says so; in all else the probes decide. A page that it tells not they may find."""
        for address in await self._addresses():
            word = await self.word_of(address)
            if word is not None and word.captive:
                return PublicSight(Sight.PORTAL, word.page or (await probes()).page)
        return await probes()

    async def word_of(self, address: str) -> PortalWord | None:
        """What the API at this address says; None where it is no https address, or no answer as the RFC has it."""
        cutoff = Cutoff()
        try:
            place = place_of(address)
            found = await self._lookup.start(place.host, place.port, _SECONDS)
            return word_in(await self._fetches.run(partial(self._fetch, address, found, cutoff), limit=2 * _SECONDS))
        except _NO_ANSWER as error:
            _log.debug("the captive portal API gave no answer: %s", type(error).__name__)
        finally:
            cutoff.shut()
        return None

    def _fetch(self, address: str, found: tuple[Address, ...], cutoff: Cutoff) -> WebAnswer:
        cutoff.ends = time.monotonic() + _SECONDS
        question = Question(address, headers={"Accept": _KIND})
        return ask(question, place_of(address), found, self._trust(), cutoff, _SECONDS)


def word_in(answer: WebAnswer) -> PortalWord | None:
    """RFC 8908 section 5: `captive` must be there, and be yes or no; both pages must be https. Raises ValueError."""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if answer.status != http.client.OK or kind != _KIND or len(answer.body) > _MOST_BYTES:
        return None
    try:
        told = json.loads(answer.body)
    except RecursionError:
        return None
    if not isinstance(told, dict) or not isinstance(told.get("captive"), bool):
        return None
    return PortalWord(told["captive"], _page(told.get("user-portal-url")), _page(told.get("venue-info-url")))


def _page(told: object) -> str:
    """A page that a browser may open, "" for anything else."""
    if not isinstance(told, str) or len(told) > _LONGEST or not told.isprintable():
        return ""
    try:
        parts = urlsplit(told)
        is_sane = parts.scheme == "https" and bool(parts.hostname) and parts.username is None
    except ValueError:
        return ""
    return told if is_sane else ""
