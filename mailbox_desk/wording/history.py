"""A mailbox's changes as lines for reading: when, what it became, and how long it had been down. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailbox_desk.model.history import StatusChange
from mailbox_desk.model.verdict import Shown
from mailbox_desk.wording.voice import Wording

_DOWN = frozenset({Shown.RECONNECTING, Shown.NEEDS_YOU})


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One change in words, newest first in a list of them."""

    when: str
    said: str


def history_lines(words: Wording, changes: Sequence[StatusChange], now: float) -> tuple[HistoryLine, ...]:
    """The lines for `changes`, both the newest first. `now` is seconds since 1970 UTC."""
    after = seconds_down_before(changes)
    return tuple(
        HistoryLine(words.clock(change.at, now), _said(words, change, down))
        for change, down in zip(changes, after, strict=True)
    )


def seconds_down_before(changes: Sequence[StatusChange]) -> list[float]:
    """For each change (the newest first) to CONNECTED: how long the mailbox was down before it, 0 where it was not.

    Down is RECONNECTING and NEEDS_YOU, from the first failed check on; paused and unseen time does not count. A
    trouble that began before the oldest change is not summed up: its beginning is not known here."""
    found: list[float] = []
    down, began, doubted, is_known = 0.0, None, None, False
    for change in reversed(changes):
        is_down = change.shown in _DOWN
        if began is not None and not is_down:
            down, began = down + change.at - began, None
        elif is_down and began is None and is_known:
            began = change.at if doubted is None else doubted
        is_known = is_known or not is_down
        doubted = change.at if change.shown is Shown.SUSPECT else None
        ended = change.shown is Shown.CONNECTED
        found.append(down if ended else 0.0)
        down = 0.0 if ended else down
    return found[::-1]


def _said(words: Wording, change: StatusChange, down: float) -> str:
    status = words.status(change.shown)
    if down > 0:
        return words.text("pane.history.was_down", status=status, time=words.duration(down))
    if change.cause is None or change.shown is Shown.CONNECTED:
        return status
    return words.text("pane.history.because", status=status, phrase=words.text(f"cause.{change.cause}.phrase"))
