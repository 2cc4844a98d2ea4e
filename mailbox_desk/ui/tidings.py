"""The quiet strip of what the desk has to say of itself: how it found its home, who watched before, that the checks
can't keep up, that its store takes nothing. It shows values and decides nothing."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QTimer

from mailbox_desk.model.beginning import Beginning
from mailbox_desk.model.gauges import Shortfall
from mailbox_desk.model.history import Unwritten
from mailbox_desk.ui.bars import Bar
from mailbox_desk.ui.look import Tone
from mailbox_desk.ui.parts import button
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.wording.beginning import told_beginning, told_shortfall, told_unwritten

_LOOK_MS: Final = 60_000
_LOOK_AT_STORE_MS: Final = 2_000


class Tidings(Bar):
    """Each sentence is shown until the person puts it away; that the checks can't keep up, or that the store takes
    nothing, while it is so."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(Tone.GREY)
        self._around = around
        self._told: list[str] = []
        self._short: Shortfall | None = None
        self._unwritten: Unwritten | None = None
        self._is_put_away = self._is_known_unwritten = False
        self._line.addWidget(button(around.words.text("ui.close"), self._put_away))
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._store_timer = QTimer(self)
        self._store_timer.setInterval(_LOOK_AT_STORE_MS)
        self._store_timer.timeout.connect(self._look_at_store)

    def begin(self, beginning: Beginning, *, took_over: bool) -> None:
        """Once it has its place in the window. `took_over`: from a background watcher that comes back."""
        self._told = told_beginning(beginning, self._around.words, self._around.now())
        if took_over:
            self._told.append(self._around.words.text("service.took_over"))
        self._timer.start()
        self._store_timer.start()
        self._show()

    def take(self, short: Shortfall | None) -> None:
        """How the checks keep up now."""
        if (short is None) != (self._short is None):
            self._is_put_away = False  # that is news
        self._short = short
        self._show()

    def take_unwritten(self, unwritten: Unwritten | None) -> None:
        """What waits for the store now; None where all is written."""
        before, self._unwritten = self._unwritten, unwritten
        if (unwritten is None) != (before is None):
            self._is_known_unwritten = False  # that is news
        if (unwritten and unwritten.why) != (before and before.why):
            self._show()

    def _look_at_store(self) -> None:
        self.take_unwritten(self._around.engine.unwritten)

    def _look(self) -> None:
        self._around.bridge.wish(self._read())

    async def _read(self) -> None:
        self.take((await self._around.engine.gauges()).shortfall)

    def _put_away(self) -> None:
        self._told, self._is_put_away, self._is_known_unwritten = [], True, True
        self._show()

    def _show(self) -> None:
        """In lines of their own: each sentence is about something else."""
        short = self._short
        late = [] if short is None or self._is_put_away else [told_shortfall(short, self._around.words)]
        waits = self._unwritten if not self._is_known_unwritten else None
        store = [told_unwritten(waits, self._around.words, self._around.now())] if waits is not None else []
        said = [*store, *self._told, *late]
        self._text.setText("\n".join(said))
        self.setVisible(bool(said))
