"""Hears the system's hints and hands each to who knows what it means: lookout, waking, the guard of new networks.

It decides nothing about mailboxes.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import cast

from mailbox_desk.engine.lookout import Lookout
from mailbox_desk.engine.new_network import NewNetworkGuard
from mailbox_desk.engine.ports import Network
from mailbox_desk.engine.waking import Waking
from mailbox_desk.model.network import FactKind, NetworkFact, NetworkView, Sight
from mailbox_desk.model.verdict import VeilReason

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NetworkCalls:
    """`blinded` and `sighted` are for all mailboxes; `changed`: other addresses, so lines that were kept are dead or
    will be; `count`: how many mailboxes there are."""

    blinded: Callable[[VeilReason], None]
    sighted: Callable[[VeilReason], None]
    changed: Callable[[], None]
    count: Callable[[], int]


class NetworkWatch:
    """One for all mailboxes."""

    def __init__(
        self, network: Network, lookout: Lookout, waking: Waking, guard: NewNetworkGuard, calls: NetworkCalls
    ) -> None:
        self._network, self._lookout, self._waking, self._guard, self._calls = network, lookout, waking, guard, calls
        self._here = ""

    async def begin(self) -> None:
        """Learn where we are, before anybody is checked."""
        self._here = await self._network.here()
        self._guard.arrived(self._here)

    async def run(self) -> None:
        """Hear hints until cancelled."""
        facts = cast(AsyncGenerator[NetworkFact, None], self._network.facts())
        async with aclosing(facts):
            async for fact in facts:
                self._take(fact)

    def woke(self) -> None:
        """The clocks tell that this computer slept, or that this program was held."""
        _log.info("time went by that nobody lived through: this computer slept, or the desk was held")
        self._waking.woke()

    def accept(self) -> None:
        """A person says: check from this new network."""
        self._guard.accept()

    def reasons(self) -> Iterator[VeilReason]:
        """Why no mailbox can be looked at now."""
        if self._lookout.reason is not None:
            yield self._lookout.reason
        if self._waking.is_asleep:
            yield VeilReason.ASLEEP
        if self._guard.asks:
            yield VeilReason.NEW_NETWORK

    @property
    def view(self) -> NetworkView:
        asks_for = self._calls.count() if self._guard.asks else 0
        return NetworkView(next(self.reasons(), None), self._lookout.page, asks_for)

    def stop(self) -> None:
        self._waking.stop()
        self._lookout.stop()

    def _take(self, fact: NetworkFact) -> None:
        _log.debug("the system says: %s", fact.kind.value)
        match fact.kind:
            case FactKind.ONLINE:
                self._lookout.hinted(Sight.OPEN)
                self._lookout.look_now()
            case FactKind.UNKNOWN:
                self._lookout.hinted(Sight.OPEN)
            case FactKind.OFFLINE:
                self._lookout.hinted(Sight.NOTHING)
            case FactKind.PORTAL:
                self._lookout.hinted(Sight.PORTAL)
            case FactKind.SLEEPING:
                self._waking.sleeping()
            case FactKind.WOKE:
                self._waking.woke()
            case FactKind.CHANGED:
                self._changed(fact.fingerprint)

    def _changed(self, fingerprint: str) -> None:
        if fingerprint == self._here:
            return
        self._here = fingerprint
        self._guard.arrived(fingerprint)
        if fingerprint:
            self._calls.changed()
            self._lookout.look_now()
