"""A system that says nothing of its network: for a desk that must not ask, as in the rehearsal. Fits Network."""

from __future__ import annotations

from collections.abc import AsyncIterator

from mailbox_desk.model.network import NetworkFact, PublicSight, Sight


class QuietNetwork:
    """No hint, no fingerprint, nobody asked."""

    async def here(self) -> str:
        return ""

    async def facts(self) -> AsyncIterator[NetworkFact]:
        nothing: tuple[NetworkFact, ...] = ()
        for fact in nothing:
            yield fact

    async def public_sight(self) -> PublicSight:
        return PublicSight(Sight.NOTHING)
