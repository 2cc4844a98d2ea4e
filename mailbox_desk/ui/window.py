"""The main window: header, strips, list, pane. It is painted from stored rows first and comes alive with the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMainWindow, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from mailbox_desk.engine.board import Gone
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.vault_state import VaultState
from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.bars import FailureBar, VaultBar
from mailbox_desk.ui.failures import in_words
from mailbox_desk.ui.list_view import ListView
from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.mailbox_model import MailboxModel
from mailbox_desk.ui.offers import Offer
from mailbox_desk.ui.pane import HelpPage, Pane
from mailbox_desk.ui.parts import button, card, label, row_of
from mailbox_desk.ui.rows import Row
from mailbox_desk.ui.style import Theme
from mailbox_desk.wording import Wording

if TYPE_CHECKING:  # both bring along the engine, which is not loaded before the first paint
    from mailbox_desk.ui.acts import Acts
    from mailbox_desk.ui.surroundings import Surroundings

_SIDE_BY_SIDE: Final = 940
_READING_WIDTH: Final = 440
_HISTORY_LINES: Final = 20
_SUMMARY_ORDER: Final = (Shown.NEEDS_YOU, Shown.RECONNECTING, Shown.SUSPECT, Shown.BLIND, Shown.PAUSED, Shown.CHECKING)


class Window(QMainWindow):
    """`closing` is emitted when the person closes it; the program decides what that means. `quitting`: it is to end."""

    closing = Signal()
    quitting = Signal()

    def __init__(self, theme: Theme, words: Wording, now: Callable[[], float]) -> None:
        super().__init__()
        self._theme, self._words = theme, words
        self._acts: Acts | None = None
        self._around: Surroundings | None = None
        self.model = MailboxModel(words, now, parent=self)
        self.list = ListView(self.model, theme, words)
        self.pane = Pane(theme, words, now)
        self._summary = label(wraps=False)
        self._counts, self._vault = label(role="muted", wraps=False), label(role="muted", wraps=False)
        self._failure_bar, self._vault_bar = FailureBar(words), VaultBar(words)
        self._pages = QStackedWidget()
        self._message = label()
        self._message_title = label()
        self.setWindowTitle(words.text("ui.title"))
        self.setWindowIcon(theme.icons.program())
        self._add, self._check_all, self._pause, self._remove = self._header_buttons()
        self._build()
        self._make_actions()
        self.list.chosen.connect(self._choose)
        self.list.acted.connect(lambda mailbox_id: self._offer(mailbox_id, None))
        self.pane.offered.connect(self._offer)
        self.pane.history_wanted.connect(self._ask_history)
        self.list.seen.connect(self._seen)
        self._enable(live=False)
        self.resize(1280, 800)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- from the outside

    def show_first(self, rows: Sequence[Row]) -> None:
        """What was stored last time."""
        self.model.show_first(rows)
        self._turn_page()
        self._sum_up()
        if rows:
            self.list.selectRow(0)

    def attach(self, around: Surroundings, acts: Acts, help_page: HelpPage) -> None:
        """The engine is there: rows become live and acts possible."""
        self._around = around
        self._acts = acts
        self.pane.help_page = help_page
        self.model.name_providers(around.provider_name)
        acts.added.connect(self._show_added)
        acts.unlock_asked.connect(self._vault_bar.press)
        acts.vault_told.connect(self._tell_vault)
        acts.vault_refused.connect(self._vault_bar.say)
        self._vault_bar.unlock_wanted.connect(acts.unlock)
        around.bridge.news.connect(self._hear)
        around.bridge.failed.connect(lambda error: self._failure_bar.say(in_words(error, self._words)))
        self.model.show_only(around.engine.board.snapshots())
        self._enable(live=True)
        self._tell_vault(around.engine.vault_state)
        self._turn_page()
        self._sum_up()
        self._choose(self.list.current_id() or "")
        if self.list.current_id() is None and self.model.rowCount():
            self.list.selectRow(0)
        self._seen(self.list.visible_ids())

    def show_message(self, title: str, text: str) -> None:
        """One page instead of the list: the desk can't start, and why."""
        self._message_title.setText(title)
        self._message.setText(text)
        self._summary.hide()
        self._pages.setCurrentIndex(2)
        self._enable(live=False)

    def come_forward(self) -> None:
        """A second start of the program wants to see this window."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def reveal(self, ids: Sequence[MailboxId]) -> None:
        """Lead the person to these mailboxes."""
        if ids:
            self.list.choose(ids[0])
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def complain(self, text: str) -> None:
        """Say in a strip what could not be done."""
        self._failure_bar.say(text)

    def add_strip(self, strip: QWidget) -> None:
        """Between header and list, above the others."""
        self._column.insertWidget(1, strip)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  Qt's name
        event.accept()
        self.closing.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  Qt's name
        super().resizeEvent(event)
        beside = self.width() >= _SIDE_BY_SIDE
        wanted = Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical
        if self._splitter.orientation() is not wanted:
            self._splitter.setOrientation(wanted)

    def minimumSizeHint(self) -> QSize:  # noqa: N802  Qt's name
        return QSize(480, 360)

    # -- how it is built

    def _header_buttons(self) -> tuple[QWidget, QWidget, QWidget, QWidget]:
        text = self._words.text
        return (
            button(text("ui.header.add"), self._act_add),
            button(text("ui.header.check"), self._act_check),
            button(text("ui.header.pause"), self._act_pause),
            button(text("ui.header.remove"), self._act_remove),
        )

    def _build(self) -> None:
        header = _strip("header", row_of(self._add, self._check_all, self._pause, self._remove))
        footer = _strip("footer", row_of(self._counts, self._vault, gap=MEASURES.gap_xl))
        self._summary.setFont(self._theme.summary_font)
        self._summary.setContentsMargins(MEASURES.gap_xl, MEASURES.gap_l, MEASURES.gap_xl, MEASURES.gap_m)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.addWidget(_carded(self.list))
        self._splitter.addWidget(_carded(self.pane))
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setStretchFactor(1, 0)
        self._splitter.setSizes([828, MEASURES.pane_width])
        self._splitter.setHandleWidth(MEASURES.gap_l)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setContentsMargins(MEASURES.gap_xl, 0, MEASURES.gap_xl, MEASURES.gap_l)
        for page in (self._splitter, self._empty_page(), self._message_page()):
            self._pages.addWidget(page)
        body = QWidget()
        column = self._column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (header, self._failure_bar, self._vault_bar, self._summary):
            column.addWidget(part)
        column.addWidget(self._pages, 1)
        column.addWidget(footer)
        self.setCentralWidget(body)

    def _empty_page(self) -> QWidget:
        title, text = label(self._words.text("ui.empty.title")), label(self._words.text("ui.empty.text"), "muted")
        title.setFont(self._theme.title_font)
        self._invite = button(self._words.text("ui.header.add"), self._act_add, bright=True)
        return _centred(title, text, self._invite)

    def _message_page(self) -> QWidget:
        self._message_title.setFont(self._theme.title_font)
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return _centred(self._message_title, self._message)

    def _make_actions(self) -> None:
        table: tuple[tuple[str, str, Callable[[], None]], ...] = (
            ("add", "Ctrl+N", self._act_add),
            ("check", "F5", self._act_check),
            ("check_all", "Shift+F5", self._act_check_everything),
            ("reconnect", "Ctrl+R", self._act_on_current),
            ("remove", "Del", self._act_remove),
            ("quit", "Ctrl+Q", self._act_quit),
        )
        for name, keys, act in table:
            action = QAction(self._words.text(f"ui.action.{name}"), self)
            action.setShortcut(QKeySequence(keys))
            action.triggered.connect(lambda _checked=False, act=act: act())
            self.addAction(action)
        for widget, name in ((self._add, "Ctrl+N"), (self._check_all, "F5"), (self._remove, "Del")):
            widget.setToolTip(f"{widget.property('text')} ({name})")

    # -- what it shows

    def _hear(self, news: Iterable[Snapshot | Gone]) -> None:
        self.model.take(news)
        self._turn_page()
        self._sum_up()
        looked_at = self.list.current_id()
        for each in news:
            if isinstance(each, Snapshot) and each.id == looked_at:
                self._show(each)

    def _choose(self, mailbox_id: str) -> None:
        chosen = MailboxId(mailbox_id)
        snapshot = self.model.snapshot(chosen)
        place = self.model.place_of(chosen)
        row = self.model.row(place) if place is not None else None
        if snapshot is not None:
            self._show(snapshot)
        elif row is not None:
            self.pane.show_stored(row.id, row.address, row.provider, row.shown, row.cause)
        else:
            self.pane.show_nothing()

    def _show(self, snapshot: Snapshot) -> None:
        around = self._around
        self.pane.show_snapshot(snapshot, around.provider_name(snapshot.mailbox.provider) if around else "")

    def _show_added(self, mailbox_id: str) -> None:
        added = MailboxId(mailbox_id)
        snapshot = self._around.engine.board.get(added) if self._around else None
        if snapshot is not None:
            self._hear((snapshot,))
        self.list.choose(added)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _turn_page(self) -> None:
        self._pages.setCurrentIndex(0 if self.model.rowCount() else 1)
        self._summary.setVisible(self.model.rowCount() > 0)

    def _sum_up(self) -> None:
        counts = Counter(row.shown for row in self.model.rows())
        words, total = self._words, self.model.rowCount()
        parts = [
            words.plural(f"ui.summary.{shown.value.lower()}", counts[shown])
            for shown in _SUMMARY_ORDER
            if counts[shown]
        ]
        if counts[Shown.CONNECTED] == total:
            parts = [words.plural("ui.summary.all_connected", total)]
        self._summary.setText(" ".join(parts[:2]))
        self._counts.setText(words.plural("ui.footer.mailboxes", total))

    def _tell_vault(self, state: VaultState) -> None:
        self._vault_bar.show_state(state)
        self._vault.setText(self._words.text(f"ui.footer.vault.{state.value}"))

    def _enable(self, *, live: bool) -> None:
        for each in (self._add, self._check_all, self._pause, self._remove, self._invite):
            each.setEnabled(live)

    # -- what the person does

    def _act_add(self) -> None:
        if self._acts is not None:
            self._acts.add()

    def _act_check(self) -> None:
        if self._acts is not None:
            self._acts.check(self.list.selected_ids() or [row.id for row in self.model.rows()])

    def _act_check_everything(self) -> None:
        if self._acts is not None:
            self._acts.check([row.id for row in self.model.rows()])

    def _act_pause(self) -> None:
        if self._acts is not None and self.list.selected_ids():
            self._acts.pause(self.list.selected_ids())

    def _act_remove(self) -> None:
        if self._acts is not None:
            self._acts.remove(self.list.selected_ids())

    def _act_quit(self) -> None:
        self.quitting.emit()

    def _act_on_current(self) -> None:
        current = self.list.current_id()
        if current is not None:
            self._offer(current, None)

    def _offer(self, mailbox_id: str, offer: Offer | None) -> None:
        if self._acts is not None:
            self._acts.offered(mailbox_id, offer)

    def _ask_history(self, mailbox_id: str) -> None:
        if self._around is not None:
            self._around.bridge.wish(self._fetch_history(MailboxId(mailbox_id), self._around))

    async def _fetch_history(self, mailbox_id: MailboxId, around: Surroundings) -> None:
        self.pane.show_history(mailbox_id, await around.engine.changes(mailbox_id, _HISTORY_LINES))

    def _seen(self, ids: Sequence[MailboxId]) -> None:
        if self._around is not None:
            self._around.engine.prioritise(ids)


def _strip(name: str, line: QHBoxLayout) -> QWidget:
    strip = QWidget()
    strip.setObjectName(name)
    strip.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    line.setContentsMargins(MEASURES.gap_xl, MEASURES.gap_m, MEASURES.gap_xl, MEASURES.gap_m)
    strip.setLayout(line)
    return strip


def _carded(content: QWidget) -> QWidget:
    frame = card()
    column = QVBoxLayout(frame)
    column.setContentsMargins(1, 1, 1, 1)
    column.addWidget(content)
    return frame


def _centred(*parts: QWidget) -> QWidget:
    page, middle = QWidget(), QWidget()
    middle.setFixedWidth(_READING_WIDTH)
    column = QVBoxLayout(middle)
    column.setSpacing(MEASURES.gap_l)
    column.addStretch(2)
    for part in parts:
        is_text = isinstance(part, QLabel)
        column.addWidget(part, 0, Qt.AlignmentFlag(0) if is_text else Qt.AlignmentFlag.AlignLeft)
    column.addStretch(3)
    across = QHBoxLayout(page)
    across.addWidget(middle, 0, Qt.AlignmentFlag.AlignHCenter)
    return page
