"""How a start found its home, whether the checks keep up and the store takes what is new, in short sentences."""

from __future__ import annotations

import math

from mailbox_desk.model.beginning import Beginning
from mailbox_desk.model.gauges import Shortfall
from mailbox_desk.model.history import Unwritten
from mailbox_desk.wording.voice import Wording


def told_beginning(beginning: Beginning, words: Wording, now: float) -> list[str]:
    """What a person is to know of it; nothing where all was in order. `now`: seconds since 1970 UTC."""
    told = []
    if beginning.broke_off is not None:
        told.append(words.text("service.broke_off", at=words.clock(beginning.broke_off, now)))
    if beginning.restored is not None:
        at, aside = words.clock(beginning.restored.at, now), beginning.restored.aside
        told.append(words.text("service.restored", at=at, aside=aside))
    return told


def told_shortfall(short: Shortfall, words: Wording) -> str:
    """Why the checks can't keep up, and what would help."""
    every = words.duration(math.ceil(short.interval / 60) * 60)
    return words.plural(f"service.short.{short.bottleneck.value}", short.mailboxes, host=short.host, every=every)


def told_unwritten(unwritten: Unwritten, words: Wording, now: float) -> str:
    """That what is new waits in memory, why, and what would help. `now`: seconds since 1970 UTC."""
    return words.text(f"service.unwritten.{unwritten.why.value}", at=words.clock(unwritten.since, now))
