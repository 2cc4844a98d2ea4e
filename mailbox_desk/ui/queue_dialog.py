"""Reconnect all: many mailboxes one after the other, each proved before the next comes. The list at the left tells how
far it is; at the right stands the reconnect dialog of the one whose turn it is. It keeps nothing itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from mailbox_desk.engine.board import Gone
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.look import MEASURES, Shape, Tone
from mailbox_desk.ui.parts import button, carded, label, row_of
from mailbox_desk.ui.queue_paste import PastePage
from mailbox_desk.ui.quiet_trials import QuietTrials, Tried
from mailbox_desk.ui.reconnect_dialog import ReconnectDialog
from mailbox_desk.ui.reconnect_queue import Entry, Mark, Queue, queue_of
from mailbox_desk.ui.surroundings import Surroundings

SIGNS: Mapping[Mark, tuple[Shape, Tone]] = MappingProxyType(
    {
        Mark.WAITING: (Shape.RING, Tone.GREY),
        Mark.DONE: (Shape.TICK, Tone.GREEN),
        Mark.SKIPPED: (Shape.DASH, Tone.GREY),
        Mark.FAILED: (Shape.CROSS, Tone.RED),
        Mark.HELD: (Shape.BARS, Tone.AMBER),
    }
)
_ID: Final = Qt.ItemDataRole.UserRole


class QueueDialog(QDialog):
    """`snapshots`: all that may be meant; those that a person can bring back here make the queue."""

    def __init__(self, around: Surroundings, snapshots: Iterable[Snapshot], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around, words = around, around.words
        known = tuple(snapshots)
        names = {each.mailbox.provider: around.provider_name(each.mailbox.provider) for each in known}
        self._queue = queue_of(known, names)
        self._turn: ReconnectDialog | None = None
        self.setWindowTitle(words.text("queue.title"))
        self.setModal(True)
        self._how_far, self._bar, self._list = label(role="summary"), QProgressBar(), QListWidget()
        self._pages, self._end = QStackedWidget(), label(role="note")
        self._paste = PastePage(around)
        self._trials = QuietTrials(around, self)
        self._passwords = button(words.text("queue.paste"), self._turn_to_paste)
        self._skip = button(words.text("queue.skip"), self._put_off)
        self._close = button(words.text("queue.stop"), self.reject)
        self._lay_out()
        self._listen()
        self._go_on()

    # -- building

    def _lay_out(self) -> None:
        self._bar.setRange(0, max(1, len(self._queue.entries)))
        self._bar.setTextVisible(False)
        self._list.setAccessibleName(self._around.words.text("queue.list"))
        self._list.setUniformItemSizes(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setMinimumWidth(MEASURES.queue_list)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(MEASURES.gap_xl, MEASURES.gap_xl, MEASURES.gap_m, MEASURES.gap_l)
        column.setSpacing(MEASURES.gap_m)
        for part in (self._how_far, self._bar):
            column.addWidget(part)
        column.addWidget(carded(self._list), 1)
        column.addLayout(row_of(self._passwords))
        ended = QWidget()
        last = QVBoxLayout(ended)
        last.setContentsMargins(*(MEASURES.gap_xl,) * 4)
        last.addWidget(self._end)
        last.addStretch(1)
        for page in (ended, self._paste):
            self._pages.addWidget(page)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(self._pages)
        split.setStretchFactor(1, 1)
        split.setSizes([MEASURES.help_list, MEASURES.queue_turn])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(split, 1)
        whole.addWidget(self._footer())
        self._pages.setMinimumWidth(MEASURES.queue_turn)
        self.resize(MEASURES.help_list + MEASURES.queue_turn, MEASURES.queue_height)

    def _footer(self) -> QWidget:
        footer = QWidget()
        footer.setObjectName("footer")
        footer.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        line = QHBoxLayout(footer)
        line.setContentsMargins(MEASURES.gap_xl, MEASURES.gap_l, MEASURES.gap_xl, MEASURES.gap_l)
        line.setSpacing(MEASURES.gap_m)
        line.addStretch(1)
        for each in (self._skip, self._close):
            line.addWidget(each)
        return footer

    def _listen(self) -> None:
        self._list.itemActivated.connect(lambda item: self._choose(MailboxId(item.data(_ID))))
        self._list.itemClicked.connect(lambda item: self._choose(MailboxId(item.data(_ID))))
        self._paste.wanted.connect(self._try_pasted)
        self._paste.left.connect(self._go_on)
        self._trials.tried.connect(self._take_in)
        self._trials.ended.connect(self._pasted_ended)
        self._around.bridge.news.connect(self._heard)
        for entry in self._queue.entries:
            item = QListWidgetItem(self._list)
            item.setData(_ID, entry.id)

    # -- whose turn it is

    def _go_on(self) -> None:
        """The next one by itself."""
        self._turn_to(self._queue.next())

    def _choose(self, mailbox_id: MailboxId) -> None:
        entry = self._queue.entry(mailbox_id)
        is_open = entry is not None and entry.mark is not Mark.DONE
        if is_open and mailbox_id != self._queue.current and not self._trials.are_running:
            self._leave_turn()
            self._turn_to(self._queue.turned_to(mailbox_id))

    def _turn_to(self, queue: Queue) -> None:
        self._queue = queue
        snapshot = self._around.engine.board.get(queue.current) if queue.current is not None else None
        if snapshot is not None:
            self._open_turn(snapshot)
        else:
            self._show_end()
        self._refresh()

    def _open_turn(self, snapshot: Snapshot) -> None:
        turn = ReconnectDialog(self._around, snapshot)
        turn.setModal(False)
        turn.setWindowFlags(Qt.WindowType.Widget)
        turn.finished.connect(lambda result: self._turn_ended(turn, came_back=bool(result)))
        self._turn = turn
        self._pages.addWidget(turn)
        self._pages.setCurrentWidget(turn)
        turn.show()

    def _turn_ended(self, turn: ReconnectDialog, *, came_back: bool) -> None:
        if turn is not self._turn or self._queue.current is None:
            return
        if not came_back:
            self._put_off()
            return
        self._queue = self._queue.marked(self._queue.current, Mark.DONE)
        self._leave_turn()
        self._go_on()

    def _put_off(self) -> None:
        """Not now: it comes again once the others had their turn."""
        current = self._queue.current
        if current is not None:
            reason = self._turn.reason if self._turn is not None else ""
            self._queue = self._queue.marked(current, Mark.FAILED if reason else Mark.SKIPPED, reason)
        self._leave_turn()
        self._go_on()

    def _leave_turn(self) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            turn.done(QDialog.DialogCode.Rejected)
            self._pages.removeWidget(turn)
            turn.deleteLater()

    def _show_end(self) -> None:
        words, left = self._around.words, len(self._queue.left)
        if not self._queue.entries:
            told = words.text("queue.nothing")
        elif left == 0:
            told = words.text("queue.all_back")
        else:
            told = words.plural("queue.some_left", left)
        self._end.setText(told)
        self._pages.setCurrentIndex(0)

    # -- many passwords at once

    def _turn_to_paste(self) -> None:
        self._leave_turn()
        self._queue = Queue(self._queue.entries)
        self._paste.ask([entry.address for entry in self._queue.left])
        self._pages.setCurrentWidget(self._paste)
        self._refresh()

    def _try_pasted(self, passwords: Mapping[str, Secret]) -> None:
        pairs = []
        for entry in self._queue.left:
            snapshot = self._around.engine.board.get(entry.id)
            secret = passwords.get(entry.address.casefold())
            if snapshot is not None and secret is not None:
                pairs.append((snapshot.mailbox, secret))
        self._trials.begin(pairs)
        self._refresh()

    def _take_in(self, tried: Tried) -> None:
        self._queue = self._queue.marked(tried.id, tried.mark, tried.note)
        self._paste.tell(self._how_many())
        self._refresh()

    def _pasted_ended(self) -> None:
        """Those that came back are done; the others have their turn, with the reason beside them."""
        self._paste.clear()
        self._go_on()

    # -- what is heard, and how it is painted

    def _heard(self, news: Collection[Snapshot | Gone]) -> None:
        """One may come back by itself, or be removed, while others have their turn."""
        for each in news:
            if self._queue.entry(each.id) is None or each.id == self._queue.current:
                continue
            if isinstance(each, Gone):
                self._queue = self._queue.without(each.id)
            elif each.shown is Shown.CONNECTED:
                self._queue = self._queue.marked(each.id, Mark.DONE)
        self._refresh()

    def _refresh(self) -> None:
        words = self._around.words
        self._how_far.setText(self._how_many())
        self._bar.setValue(self._queue.done)
        entries: Sequence[Entry] = self._queue.entries
        for place in reversed(range(self._list.count())):
            if self._queue.entry(MailboxId(self._list.item(place).data(_ID))) is None:
                self._list.takeItem(place)
        for place, entry in enumerate(entries):
            item = self._list.item(place)
            said = entry.note or words.text(f"queue.mark.{entry.mark.value}")
            item.setText(f"{entry.address}\n{said} · {entry.provider}")
            item.setToolTip(said)
            item.setIcon(self._around.theme.icons.icon(*SIGNS[entry.mark], MEASURES.icon))
            if entry.id == self._queue.current:
                self._list.setCurrentItem(item)
        trying = self._trials.are_running
        is_pasting = self._pages.currentWidget() is self._paste
        self._skip.setVisible(self._turn is not None)
        self._passwords.setVisible(bool(self._queue.left) and not is_pasting)
        self._list.setDisabled(trying)
        self._close.setText(words.text("queue.stop" if trying or self._turn is not None else "ui.close"))

    def _how_many(self) -> str:
        return self._around.words.text("queue.how_far", done=self._queue.done, count=len(self._queue.entries))

    def done(self, result: int) -> None:
        """Stopped half way: what came back is back, the rest waits as before. Nothing that was typed stays."""
        self._trials.stop()
        self._paste.clear()
        self._leave_turn()
        super().done(result)
