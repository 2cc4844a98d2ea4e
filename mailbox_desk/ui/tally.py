"""How many mailboxes stand how, kept up one by one: what the tray's picture and its sentence are made of. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from mailbox_desk.engine.board import Gone
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Shown
from mailbox_desk.wording import Wording

WORST_FIRST: Final = (
    Shown.NEEDS_YOU,
    Shown.RECONNECTING,
    Shown.SUSPECT,
    Shown.CHECKING,
    Shown.CONNECTED,
    Shown.BLIND,
    Shown.PAUSED,
)
_CAN_BE_KNOWN: Final = frozenset({Shown.NEEDS_YOU, Shown.RECONNECTING, Shown.SUSPECT})
_TOLD_FIRST: Final = (Shown.NEEDS_YOU, Shown.RECONNECTING, Shown.SUSPECT, Shown.BLIND, Shown.PAUSED, Shown.CHECKING)


class Tally:
    """Kept up by the board's news. A trouble that the person acknowledged is counted, but is not the worst."""

    def __init__(self) -> None:
        self._stand: dict[MailboxId, tuple[Shown, bool]] = {}
        self._counts: Counter[tuple[Shown, bool]] = Counter()

    def take(self, news: Iterable[Snapshot | Gone]) -> None:
        for each in news:
            before = self._stand.pop(each.id, None) if isinstance(each, Gone) else self._stand.get(each.id)
            if before is not None:
                self._counts[before] -= 1
            if isinstance(each, Snapshot):
                shown = each.shown
                after = self._stand[each.id] = shown, each.standing.acknowledged and shown in _CAN_BE_KNOWN
                self._counts[after] += 1

    @property
    def worst(self) -> Shown | None:
        """The worst status that is not acknowledged; None where there is none."""
        return next((each for each in WORST_FIRST if self._counts[each, False] > 0), None)

    def in_need(self) -> list[MailboxId]:
        """Those that need a person who does not know it yet."""
        wanted = (Shown.NEEDS_YOU, False)
        return [each for each, stands in self._stand.items() if stands == wanted] if self._counts[wanted] else []

    def all_paused(self) -> bool:
        return bool(self._stand) and self._counts[Shown.PAUSED, False] == len(self._stand)

    def ids(self) -> list[MailboxId]:
        return list(self._stand)

    def summary(self, words: Wording) -> str:
        """One or two sentences, the worst first."""
        counts, total = {each: self._counts[each, False] + self._counts[each, True] for each in Shown}, len(self._stand)
        if not total:
            return words.text("tray.no_mailboxes")
        if counts[Shown.CONNECTED] == total:
            return words.plural("ui.summary.all_connected", total)
        said = [words.plural(f"ui.summary.{each.value.lower()}", counts[each]) for each in _TOLD_FIRST if counts[each]]
        return " ".join(said[:2])
