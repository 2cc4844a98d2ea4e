"""How things stand, in one line above the list. Pure: sums in, a sentence or three out."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.sums import Sums
from mailbox_desk.wording import Wording

_AT_LEAST: Final = 3
_MOST: Final = 3
_QUIET: Final = (Shown.SUSPECT, Shown.BLIND, Shown.PAUSED, Shown.CHECKING)


def summary(sums: Sums, words: Wording, told_above: Collection[MailboxId] = frozenset()) -> str:
    """What matters first: who needs a person, which provider has trouble, what comes back by itself, what works. That
    those in `told_above` wait is said already, in a strip of its own."""
    counts = {each: sums.shown.get(each, 0) for each in Shown}
    if counts[Shown.CONNECTED] == sums.total:
        return words.plural("ui.summary.all_connected", sums.total)
    reconnecting, waiting = sums.waiting_besides(told_above)
    troubled = {provider: count for provider, count in waiting.items() if count >= _AT_LEAST}
    alone = reconnecting - sum(troubled.values())
    mending = "reconnecting" if alone == counts[Shown.RECONNECTING] else "others_reconnecting"
    parts = [
        _counted(words, "needs_you", counts[Shown.NEEDS_YOU] - sums.known),
        _counted(words, "known", sums.known),
        *(words.text("ui.summary.provider_trouble", provider=provider) for provider in sorted(troubled)[:1]),
        _counted(words, mending, alone),
        *(_counted(words, shown.value.lower(), counts[shown]) for shown in _QUIET),
        _counted(words, "connected", counts[Shown.CONNECTED]),
    ]
    said = [part for part in parts if part][:_MOST]
    return " ".join(said) if said or not told_above else summary(sums, words)


def _counted(words: Wording, key: str, count: int) -> str:
    return words.plural(f"ui.summary.{key}", count) if count > 0 else ""
