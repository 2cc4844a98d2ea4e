"""What is said of a sign-in by OAuth: when it was made, and how long it lasts. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from mailbox_desk.model.verdict import Shown
from mailbox_desk.wording.voice import Wording

if TYPE_CHECKING:  # not loaded before the window's first paint
    from mailbox_desk.model.snapshot import Snapshot

_WELL: Final = frozenset({Shown.CONNECTED, Shown.CHECKING, Shown.PAUSED, Shown.BLIND})


def grant_sentence(words: Wording, snapshot: Snapshot, now: float) -> str:
    """ "" where there is no such sign-in, or nobody knows when it was made. A mailbox in trouble is told no more than
    its age: whether it still lasts is the question. `now` is seconds since 1970 UTC."""
    life = snapshot.grant
    if life is None:
        return ""
    since = words.ago(now - life.granted_at)
    if life.ends_at is None or (life.by_disuse and (snapshot.shown not in _WELL or life.ends_at <= now)):
        return words.text("grant.signed_in", ago=since)
    key = "grant.lasts_in_use" if life.by_disuse else "grant.ends" if life.ends_at > now else "grant.ended"
    return words.text(key, ago=since, day=_day(words, life.ends_at))


def _day(words: Wording, time: float) -> str:
    moment = datetime.fromtimestamp(time).astimezone()
    return words.text("grant.day", day=moment.day, month=words.text(f"time.month.{moment.month}"))
