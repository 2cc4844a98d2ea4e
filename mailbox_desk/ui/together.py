"""What a mailbox has together with others, or that it comes and goes: in words, for list and pane. No Qt here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mailbox_desk.model.incident import Incident
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Shown
from mailbox_desk.wording import Wording
from mailbox_desk.wording.shared import Look, shared_in_pane, shared_line, shared_phrase

_VEILED = (Shown.BLIND, Shown.PAUSED)


class Together:
    """Knows the shared incidents under way. `provider_name` gives a provider's id in words, `look` a mailbox as it is
    shown now."""

    def __init__(self, words: Wording, provider_name: Callable[[str], str] = str, look: Look = lambda _: None) -> None:
        self._words, self._provider_name, self._look = words, provider_name, look
        self._incidents: dict[str, Incident] = {}

    @property
    def incidents(self) -> tuple[Incident, ...]:
        return tuple(self._incidents.values())

    def take(self, incidents: Sequence[Incident]) -> bool:
        """These are under way now; whether that is news."""
        if self.incidents == tuple(incidents):
            return False
        self._incidents = {each.id: each for each in incidents}
        return True

    def incident(self, identity: str) -> Incident | None:
        return self._incidents.get(identity)

    def line(self, incident: Incident) -> str:
        """For the strip above the list."""
        return shared_line(self._words, incident, self._provider_name, self._look)

    def phrase(self, snapshot: Snapshot, now: float) -> str:
        """A few words for the list; "" where the mailbox is alone with what it has."""
        if snapshot.shown in _VEILED:
            return ""
        if snapshot.unsteady_since is not None:
            return self._words.text("unsteady.row", clock=self._words.clock(snapshot.unsteady_since, now))
        incident = self._incidents.get(snapshot.part_of)
        return "" if incident is None else shared_phrase(self._words, incident, self._provider_name)

    def in_pane(self, snapshot: Snapshot, now: float) -> tuple[str, ...]:
        """Reasons for the pane, before all others."""
        if snapshot.shown in _VEILED:
            return ()
        if snapshot.unsteady_since is not None:
            return (self._words.text("unsteady.pane", clock=self._words.clock(snapshot.unsteady_since, now)),)
        incident = self._incidents.get(snapshot.part_of)
        return () if incident is None else (shared_in_pane(self._words, incident, self._provider_name, now),)
