"""The pane: one mailbox, read from top to bottom as one thought. It shows values and emits wishes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QTextBrowser, QVBoxLayout, QWidget

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import HalfResult
from mailbox_desk.model.history import StatusChange
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.look import LOOKS, MEASURES
from mailbox_desk.ui.offers import Offer, offer_of
from mailbox_desk.ui.parts import Bullets, Folded, Section, breakable, button, clear, code_label, label, row_of, tinted
from mailbox_desk.ui.style import Theme
from mailbox_desk.wording import Wording

HelpPage = Callable[[Cause], str]


class Pane(QScrollArea):
    """`offered` carries a mailbox id and the Offer pressed; `history_wanted` the id whose history is looked at."""

    offered = Signal(str, object)
    history_wanted = Signal(str)

    def __init__(self, theme: Theme, words: Wording, now: Callable[[], float]) -> None:
        super().__init__()
        self._theme, self._words, self._now = theme, words, now
        self._id: MailboxId | None = None
        self._offer = Offer.NOTHING
        self._helped: Cause | None = None
        self._results: tuple[HalfResult, ...] = ()
        self.help_page: HelpPage | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(words.text("ui.pane.name"))
        self._build()
        self.show_nothing()

    # -- what it shows

    def show_nothing(self) -> None:
        self._id = None
        self._hide_all()
        self._where.setText(self._words.text("ui.pane.nothing"))

    def show_stored(self, mailbox_id: MailboxId, address: str, provider: str, shown: Shown, cause: str) -> None:
        """What was known last time, until the engine speaks."""
        self._hide_all()
        self._id = mailbox_id
        self._where.setText(_joined(address, provider))
        self._headline.setText(cause or self._words.status(shown))
        self._headline.show()

    def show_snapshot(self, snapshot: Snapshot, provider: str) -> None:
        words, now = self._words, self._now()
        is_other = snapshot.id != self._id
        self._id, self._offer = snapshot.id, offer_of(snapshot)
        self._where.setText(_joined(snapshot.mailbox.address, provider))
        _say(self._headline, self._headline, words.headline(snapshot))
        _say(self._whose, self._whose, words.whose_move(snapshot) if _has_trouble(snapshot) else "")
        tinted(self._whose, LOOKS[snapshot.shown].tone)
        facts = words.because(snapshot)
        self._because.say(facts)
        self._because_section.setVisible(bool(facts))
        _say(self._server, self._server_section, breakable(words.server_line(snapshot)))
        _say(self._todo, self._todo_section, words.next_step(snapshot, now))
        _say(self._meanwhile, self._meanwhile, words.next_try(snapshot, now))
        diagnosis = snapshot.standing.diagnosis if _has_trouble(snapshot) else None
        _say(self._others, self._others, words.could_also_be(diagnosis) if diagnosis else "")
        self._show_buttons(snapshot)
        self._show_steps(snapshot)
        self._show_help(snapshot)
        self._steps_fold.show()
        self._history_section.show()
        if is_other:
            self._history.setText(words.text("ui.pane.history_loading"))
            self.verticalScrollBar().setValue(0)
        self.history_wanted.emit(snapshot.id)

    def show_history(self, mailbox_id: MailboxId, changes: Sequence[StatusChange]) -> None:
        """The last changes, the newest first; an answer for another mailbox is dropped."""
        if mailbox_id != self._id:
            return
        lines = [self._change_in_words(change) for change in changes]
        self._history.setText("\n".join(lines) if lines else self._words.text("ui.pane.history_none"))

    # -- how it is built

    def _build(self) -> None:
        words = self._words
        body = QWidget()
        body.setObjectName("pane_body")
        column = QVBoxLayout(body)
        column.setContentsMargins(*(MEASURES.gap_xl,) * 4)
        column.setSpacing(MEASURES.gap_l)
        self._where, self._headline, self._whose = label(role="muted"), label(), label(role="badge", wraps=False)
        self._headline.setFont(self._theme.title_font)
        self._because, self._server, self._todo = Bullets(), code_label(self._theme), label()
        self._meanwhile, self._others = label(role="muted"), label(role="muted")
        self._history, self._steps = label(), QWidget()
        self._steps_grid = QGridLayout(self._steps)
        self._steps_grid.setContentsMargins(MEASURES.gap_xl, 0, 0, 0)
        self._steps_grid.setVerticalSpacing(2)
        self._help = self._help_browser()
        self._because_section = Section(words.text("ui.pane.because"), self._because)
        self._server_section = Section(words.text("ui.pane.server"), self._server)
        self._todo_section = Section(words.text("ui.pane.todo"), self._todo)
        self._history_section = Section(words.text("ui.pane.history"), self._history)
        self._steps_fold = Folded(words.text("ui.pane.steps"), self._steps, self._theme)
        self._help_fold = Folded(words.text("ui.pane.help"), self._help, self._theme)
        self._steps_fold.opened.connect(self._fill_steps)
        self._help_fold.opened.connect(self._fill_help)
        self._bright = button("", lambda: self._press(self._offer), bright=True)
        self._check = button(words.text("ui.offer.check_now"), lambda: self._press(Offer.CHECK_NOW))
        self._buttons = QWidget()
        line = row_of(self._bright, self._check)
        line.setContentsMargins(0, 0, 0, 0)
        self._buttons.setLayout(line)
        column.addWidget(self._where)
        column.addWidget(self._headline)
        column.addWidget(self._whose, 0, Qt.AlignmentFlag.AlignLeft)
        for widget in self._below():
            column.addWidget(widget)
        column.addStretch(1)
        self.setWidget(body)

    def _below(self) -> tuple[QWidget, ...]:
        return (
            self._because_section,
            self._server_section,
            self._todo_section,
            self._buttons,
            self._meanwhile,
            self._others,
            self._history_section,
            self._steps_fold,
            self._help_fold,
        )

    def _help_browser(self) -> QTextBrowser:
        browser = QTextBrowser()
        browser.setOpenLinks(False)
        browser.anchorClicked.connect(_open_outside)
        browser.setMinimumHeight(260)
        browser.setAccessibleName(self._words.text("ui.pane.help"))
        return browser

    def sizeHint(self) -> QSize:  # noqa: N802  Qt's name
        return QSize(MEASURES.pane_width, 480)

    def _hide_all(self) -> None:
        for widget in (self._headline, self._whose, *self._below()):
            widget.hide()

    def _show_buttons(self, snapshot: Snapshot) -> None:
        has_bright = self._offer is not Offer.NOTHING
        if has_bright:
            self._bright.setText(self._words.text(f"ui.offer.{self._offer.value}"))
        self._bright.setVisible(has_bright)
        self._check.setVisible(self._offer is not Offer.CHECK_NOW and snapshot.shown is not Shown.PAUSED)
        for each in (self._bright, self._check):
            each.setDisabled(snapshot.checking_now and each.text() == self._check.text())
        self._buttons.show()

    def _show_steps(self, snapshot: Snapshot) -> None:
        halves = (snapshot.standing.receiving.last, snapshot.standing.sending.last)
        self._results = tuple(result for result in halves if result is not None)
        if self._steps_fold.is_open:
            self._fill_steps()

    def _fill_steps(self) -> None:
        clear(self._steps_grid)
        line = 0
        for result in self._results:
            line = self._add_steps(result, line)
        self._steps_grid.setColumnStretch(0, 1)
        if line == 0:
            self._steps_grid.addWidget(label(self._words.text("ui.pane.steps_none"), "muted"), 0, 0, 1, 2)

    def _add_steps(self, result: HalfResult, line: int) -> int:
        heading = label(self._words.text(f"ui.half.{result.half.value}"), "section")
        self._steps_grid.addWidget(heading, line, 0, 1, 2)
        for step in result.steps:
            line += 1
            mark = "✓" if step.passed else "✕"
            name = f"{mark} {self._words.step_name(step.step)}"
            self._steps_grid.addWidget(label(name, wraps=False), line, 0)
            took = label(self._words.text("ui.milliseconds", count=f"{step.milliseconds:.0f}"), "muted", wraps=False)
            self._steps_grid.addWidget(took, line, 1, Qt.AlignmentFlag.AlignRight)
            if step.note:
                line += 1
                self._steps_grid.addWidget(label(breakable(step.note[:200]), "muted"), line, 0, 1, 2)
        return line + 1

    def _show_help(self, snapshot: Snapshot) -> None:
        diagnosis = snapshot.standing.diagnosis
        self._helped = diagnosis.cause if diagnosis and self.help_page is not None else None
        self._help_fold.setVisible(self._helped is not None)
        if self._help_fold.is_open:
            self._fill_help()

    def _fill_help(self) -> None:
        if self._helped is not None and self.help_page is not None:
            self._help.setMarkdown(self.help_page(self._helped))

    def _change_in_words(self, change: StatusChange) -> str:
        when = self._words.clock(change.at, self._now())
        status = self._words.status(change.shown)
        cause = self._words.text(f"cause.{change.cause}.phrase") if change.cause else ""
        return f"{when}   {status}" + (f": {cause}" if cause else "")

    def _press(self, offer: Offer) -> None:
        if self._id is not None:
            self.offered.emit(self._id, offer)


def _has_trouble(snapshot: Snapshot) -> bool:
    return snapshot.standing.diagnosis is not None or snapshot.shown in (Shown.PAUSED, Shown.BLIND)


def _joined(address: str, provider: str) -> str:
    return f"{address} · {provider}" if provider else address


def _say(target: QLabel, shown_with_it: QWidget, text: str) -> None:
    target.setText(text)
    shown_with_it.setVisible(bool(text))


def _open_outside(url: QUrl) -> None:
    """A link of a help page opens in the browser, and only where a person clicked it."""
    if url.scheme() in ("https", "http", "mailto"):
        QDesktopServices.openUrl(url)
