"""How things stand, in one line above the list. Pure: lines in, a sentence or three out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Final

from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.rows import Row
from mailbox_desk.wording import Wording

_PROVIDERS_TROUBLE: Final = frozenset({"provider_outage", "maintenance", "server_busy"})
_AT_LEAST: Final = 3
_MOST: Final = 3
_QUIET: Final = (Shown.SUSPECT, Shown.BLIND, Shown.PAUSED, Shown.CHECKING)


def summary(rows: Collection[Row], words: Wording, told_above: Collection[MailboxId] = frozenset()) -> str:
    """What matters first: who needs a person, which provider has trouble, what comes back by itself, what works. That
    those in `told_above` wait is said already, in a strip of its own."""
    counts = Counter(row.shown for row in rows)
    total = len(rows)
    if counts[Shown.CONNECTED] == total:
        return words.plural("ui.summary.all_connected", total)
    known = sum(row.acknowledged for row in rows if row.shown is Shown.NEEDS_YOU)
    waiting = [row for row in rows if row.shown is Shown.RECONNECTING and row.id not in told_above]
    troubled = _providers_in_trouble(waiting)
    alone = len(waiting) - sum(troubled.values())
    mending = "reconnecting" if alone == counts[Shown.RECONNECTING] else "others_reconnecting"
    parts = [
        _counted(words, "needs_you", counts[Shown.NEEDS_YOU] - known),
        _counted(words, "known", known),
        *(words.text("ui.summary.provider_trouble", provider=provider) for provider in sorted(troubled)[:1]),
        _counted(words, mending, alone),
        *(_counted(words, shown.value.lower(), counts[shown]) for shown in _QUIET),
        _counted(words, "connected", counts[Shown.CONNECTED]),
    ]
    said = [part for part in parts if part][:_MOST]
    return " ".join(said) if said or not told_above else summary(rows, words)


def _providers_in_trouble(waiting: Collection[Row]) -> dict[str, int]:
    """Providers for which several of these wait, and how many do."""
    found = Counter(row.provider for row in waiting if row.cause_id in _PROVIDERS_TROUBLE and row.provider)
    return {provider: count for provider, count in found.items() if count >= _AT_LEAST}


def _counted(words: Wording, key: str, count: int) -> str:
    return words.plural(f"ui.summary.{key}", count) if count > 0 else ""
