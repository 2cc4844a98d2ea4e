"""The main window: its frame with header, strips, list and room for the pane. It is painted from stored rows first;
ui.desk_view brings it to life. It shows values and emits wishes."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from mailbox_desk.ui.actions import Act, Actions
from mailbox_desk.ui.chips import Chips
from mailbox_desk.ui.header import Header
from mailbox_desk.ui.list_filter import ListFilter, terms_of
from mailbox_desk.ui.list_view import ListView
from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.mailbox_model import MailboxModel
from mailbox_desk.ui.parts import button, card, label, row_of
from mailbox_desk.ui.rows import Row
from mailbox_desk.ui.style import Theme
from mailbox_desk.ui.summary import summary
from mailbox_desk.wording import Wording

if TYPE_CHECKING:
    from mailbox_desk.model.mailbox import MailboxId

_SIDE_BY_SIDE: Final = 940
_CHIPS_BESIDE: Final = 1180
_READING_WIDTH: Final = 440
_LIST, _EMPTY, _NO_MATCH, _MESSAGE = range(4)


class Window(QMainWindow):
    """`closing` is emitted when the person closes it; the program decides what that means. `quitting`: it is to end;
    `all_wanted`: the whole list is shown. `told_above`: whose common trouble a strip tells, so that the sentence above
    the list does not."""

    closing = Signal()
    quitting = Signal()
    all_wanted = Signal()
    complained = Signal(str)

    def __init__(self, theme: Theme, words: Wording, now: Callable[[], float]) -> None:
        super().__init__()
        self._theme, self._words = theme, words
        self.acts = Actions(self, words)
        self.header = Header(self.acts, theme, words)
        self.model = MailboxModel(words, now, parent=self)
        self.list = ListView(self.model, theme, words)
        self.chips = Chips(words)
        self._summary = label()
        self._counts, self._busy, self._vault = (label(role="muted", wraps=False) for _ in range(3))
        self._pages = QStackedWidget()
        self._message, self._message_title = label(), label()
        self._message_does: Callable[[], None] = lambda: None
        self._message_act = button("", lambda: self._message_does(), bright=True)
        self._only: frozenset[MailboxId] | None = None
        self.told_above: frozenset[MailboxId] = frozenset()
        self._strips = QVBoxLayout()
        self._pane_card = QVBoxLayout()
        self.setWindowTitle(words.text("ui.title"))
        self._build()
        self.chips.picked.connect(self._refilter)
        self.header.search.searched.connect(self._refilter)
        self.header.search.left.connect(lambda: self.list.setFocus(Qt.FocusReason.OtherFocusReason))
        self.acts.action(Act.FIND).triggered.connect(self._find)
        self.resize(QSize(1440, 880).boundedTo(self.screen().availableSize()))
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- from the outside

    def show_first(self, rows: Sequence[Row]) -> None:
        """What was stored last time."""
        self.model.show_all(rows)
        self.sum_up()
        if rows:
            self.list.selectRow(0)

    def put_pane(self, pane: QWidget) -> None:
        """What is chosen is told here, beside the list or below it."""
        self._pane_card.addWidget(pane)

    def put_strip(self, strip: QWidget) -> None:
        """A line above the list, shown while there is need."""
        self._strips.addWidget(strip)

    def sum_up(self) -> None:
        """Say anew how things stand."""
        sums = self.model.sums
        self._turn_page(sums.total)
        self.chips.show_counts(sums.shown)
        _say(self._summary, summary(sums, self._words, self.told_above))
        _say(self._counts, self._words.plural("ui.footer.mailboxes", sums.total))
        _say(self._busy, self._words.plural("ui.footer.checking", sums.checking) if sums.checking else "")

    def tell_vault(self, text: str) -> None:
        self._vault.setText(text)

    def show_message(self, title: str, text: str, act: tuple[str, Callable[[], None]] | None = None) -> None:
        """One page instead of the list: the desk can't start, and why. `act`: the one thing that would help."""
        self._message_title.setText(title)
        self._message.setText(text)
        self._message_act.setVisible(act is not None)
        if act is not None:
            self._message_act.setText(act[0])
            self._message_does = act[1]
            self._message_act.setFocus(Qt.FocusReason.OtherFocusReason)
        self._above.hide()
        self._pages.setCurrentIndex(_MESSAGE)
        self.acts.enable(is_live=False, marked=())

    def come_forward(self) -> None:
        """A second start of the program wants to see this window."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def show_everything(self) -> None:
        """No chip, no search: the whole list."""
        self._only = None
        self.all_wanted.emit()
        self.header.search.clear()
        self.chips.pick(None)
        self._refilter()

    def show_only(self, ids: Iterable[MailboxId] | None) -> None:
        """List these alone, whatever was searched for; None: all that chip and search let through."""
        wanted = None if ids is None else frozenset(ids)
        if wanted == self._only:
            return
        if wanted is not None and self._only is None:
            self.header.search.clear()
            self.chips.pick(None)
        self._only = wanted
        self._refilter()

    def reveal(self, ids: Sequence[MailboxId]) -> None:
        """Lead the person to these mailboxes, whatever is searched for now."""
        if any(self.model.place_of(each) is None for each in ids):
            self.show_everything()
        if ids:
            self.list.choose_all(ids)
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def complain(self, text: str) -> None:
        """Say in a strip what could not be done."""
        self.complained.emit(text)

    def layout_kept(self) -> Mapping[str, str]:
        """What of the window's shape is kept between starts, as pairs of names and texts."""
        geometry = bytes(self.saveGeometry().toBase64().data()).decode("ascii")
        splitter = bytes(self._splitter.saveState().toBase64().data()).decode("ascii")
        return {"ui.columns": self.list.columns.kept(), "ui.geometry": geometry, "ui.splitter": splitter}

    def restore_layout(self, kept: Mapping[str, str]) -> None:
        """Take the shape that was kept; what can't be read is left as it comes."""
        if "ui.columns" in kept:
            self.list.columns.restore(kept["ui.columns"])
        if "ui.geometry" in kept:
            self.restoreGeometry(_from_base64(kept["ui.geometry"]))
        if "ui.splitter" in kept:
            self._splitter.restoreState(_from_base64(kept["ui.splitter"]))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  Qt's name
        event.accept()
        self.closing.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  Qt's name
        super().resizeEvent(event)
        beside = self.width() >= _SIDE_BY_SIDE
        wanted = Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical
        if self._splitter.orientation() is not wanted:
            self._turn_splitter(wanted)
        self.header.fit(self.width())
        self._place_chips()

    def _turn_splitter(self, wanted: Qt.Orientation) -> None:
        """Each way of standing keeps its own parts; one above the other list and pane share evenly at first."""
        self._parts[self._splitter.orientation()] = self._splitter.sizes()
        self._splitter.setOrientation(wanted)
        self._splitter.setStretchFactor(1, 0 if wanted is Qt.Orientation.Horizontal else 1)
        share = max(1, self.height() // 2)
        self._splitter.setSizes(self._parts.get(wanted, [share, share]))

    def minimumSizeHint(self) -> QSize:  # noqa: N802  Qt's name
        return QSize(480, 360)

    # -- how it is built

    def _build(self) -> None:
        footer = _strip("footer", row_of(self._counts, self._busy, gap=MEASURES.gap_xl), self._vault)
        self._summary.setFont(self._theme.summary_font)
        self._above = QWidget()
        self._above_grid = QGridLayout(self._above)
        self._above_grid.setContentsMargins(MEASURES.gap_xl, MEASURES.gap_l, MEASURES.gap_xl, MEASURES.gap_m)
        self._above_grid.setColumnStretch(0, 1)
        self._above_grid.addWidget(self._summary, 0, 0)
        self._chips_place = (0, 1)
        self._above_grid.addWidget(self.chips, *self._chips_place)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._parts = {Qt.Orientation.Horizontal: [828, MEASURES.pane_width]}
        listed = QVBoxLayout()
        listed.addWidget(self.list)
        for inside in (listed, self._pane_card):
            inside.setContentsMargins(1, 1, 1, 1)
            frame = card()
            frame.setLayout(inside)
            self._splitter.addWidget(frame)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setStretchFactor(1, 0)
        self._splitter.setSizes(self._parts[Qt.Orientation.Horizontal])
        self._splitter.setHandleWidth(MEASURES.gap_l)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setContentsMargins(MEASURES.gap_xl, 0, MEASURES.gap_xl, MEASURES.gap_l)
        for page in (self._splitter, self._empty_page(), self._no_match_page(), self._message_page()):
            self._pages.addWidget(page)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        self._strips.setSpacing(0)
        column.addLayout(self._strips)
        column.addWidget(self._above)
        column.addWidget(self._pages, 1)
        column.addWidget(footer)
        self.setCentralWidget(body)

    def _empty_page(self) -> QWidget:
        title, text = label(self._words.text("ui.empty.title")), label(self._words.text("ui.empty.text"), "muted")
        title.setFont(self._theme.title_font)
        acts = [self._invitation(act, is_bright=act is Act.ADD) for act in (Act.ADD, Act.IMPORT, Act.REHEARSAL)]
        line, inside = QWidget(), row_of(*acts)
        inside.setContentsMargins(0, 0, 0, 0)
        line.setLayout(inside)
        return _centred(title, text, line)

    def _invitation(self, act: Act, *, is_bright: bool) -> QWidget:
        action = self.acts.action(act)
        made = button(self._words.text(f"ui.empty.{act.value}"), action.trigger, bright=is_bright)
        made.setEnabled(action.isEnabled())
        action.enabledChanged.connect(made.setEnabled)
        return made

    def _no_match_page(self) -> QWidget:
        title = label(self._words.text("ui.no_match.title"))
        title.setFont(self._theme.title_font)
        text = label(self._words.text("ui.no_match.text"), "muted")
        return _centred(title, text, button(self._words.text("ui.no_match.show_all"), self.show_everything))

    def _message_page(self) -> QWidget:
        self._message_title.setFont(self._theme.title_font)
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._message_act.hide()
        return _centred(self._message_title, self._message, self._message_act)

    def _place_chips(self) -> None:
        """Beside the sentence where there is room for both, else below it."""
        wanted = (0, 1) if self.width() >= _CHIPS_BESIDE else (1, 0)
        if wanted != self._chips_place:
            self._chips_place = wanted
            self._above_grid.addWidget(self.chips, *wanted)

    # -- what it shows

    def _turn_page(self, total: int) -> None:
        page = _LIST if self.model.rowCount() else _NO_MATCH if total else _EMPTY
        self._pages.setCurrentIndex(page)
        self._above.setVisible(total > 0)

    def _refilter(self, *_: object) -> None:
        self.model.filter_by(ListFilter(self.chips.on, terms_of(self.header.search.text()), self._only))
        self._turn_page(len(self.model.all_rows()))

    def _find(self) -> None:
        self.header.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.header.search.selectAll()


def _say(target: QLabel, text: str) -> None:
    if target.text() != text:
        target.setText(text)


def _from_base64(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return b""


def _strip(name: str, line: QHBoxLayout, *at_the_end: QWidget) -> QWidget:
    strip = QWidget()
    strip.setObjectName(name)
    strip.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    line.setContentsMargins(MEASURES.gap_xl, MEASURES.gap_m, MEASURES.gap_xl, MEASURES.gap_m)
    for each in at_the_end:
        line.addWidget(each)
    strip.setLayout(line)
    return strip


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
