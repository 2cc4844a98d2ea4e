"""The filter chips above the list: a status each, with its count; one is on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.flow import Flow
from mailbox_desk.ui.look import LOOKS
from mailbox_desk.wording import Wording

_ORDER: Final = (
    None,
    Shown.NEEDS_YOU,
    Shown.RECONNECTING,
    Shown.SUSPECT,
    Shown.CONNECTED,
    Shown.PAUSED,
    Shown.BLIND,
    Shown.CHECKING,
)
_KEYS: Final = {shown: f"Alt+{number}" for number, shown in enumerate(_ORDER, start=1)}
_ALWAYS: Final = frozenset({None, Shown.NEEDS_YOU, Shown.RECONNECTING, Shown.CONNECTED})
"""These stand there with a nought too, so that the row of chips moves little."""


class Chips(QWidget):
    """`picked` carries the Shown to be looked at, or None for all."""

    picked = Signal(object)

    def __init__(self, words: Wording) -> None:
        super().__init__()
        self._words = words
        self._counts: Mapping[Shown, int] = {}
        self._on: Shown | None = None
        self._chips: dict[Shown | None, QPushButton] = {}
        line = Flow(self)
        for shown in _ORDER:
            chip = self._chip(shown)
            line.addWidget(chip)
            self._chips[shown] = chip
        self.show_counts({})

    @property
    def on(self) -> Shown | None:
        return self._on

    def show_counts(self, counts: Mapping[Shown, int]) -> None:
        """How many mailboxes each chip stands for."""
        self._counts = counts
        for shown, chip in self._chips.items():
            count = sum(counts.values()) if shown is None else counts.get(shown, 0)
            said = f"{self._name(shown)}  {count}"
            if chip.text() != said:
                chip.setText(said)
                chip.setShortcut(_KEYS[shown])  # a new text takes the old key away
                chip.setAccessibleName(self._words.text("ui.chip.spoken", status=self._name(shown), count=count))
            chip.setVisible(count > 0 or shown in _ALWAYS or shown is self._on)

    def pick(self, shown: Shown | None) -> None:
        """Put this chip on, as if pressed."""
        if shown is not self._on:
            self._on = shown
            self.picked.emit(shown)
        for each, chip in self._chips.items():
            chip.setChecked(each is shown)
        self.show_counts(self._counts)

    def _chip(self, shown: Shown | None) -> QPushButton:
        chip = QPushButton()
        chip.setCheckable(True)
        chip.setChecked(shown is None)
        chip.setAutoDefault(False)
        chip.setProperty("chip", LOOKS[shown].tone.value if shown is not None else "all")
        # A second click on the chip that is on leads back to all.
        chip.clicked.connect(lambda: self.pick(None if self._on is shown else shown))
        chip.setToolTip(_KEYS[shown])
        return chip

    def _name(self, shown: Shown | None) -> str:
        return self._words.text("ui.chip.all") if shown is None else self._words.status(shown)
