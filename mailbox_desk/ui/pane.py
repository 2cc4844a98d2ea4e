"""The pane: one mailbox, read from top to bottom as one thought. It shows values and emits wishes.

News of the mailbox come at every turn of a round: what is equal is not painted again, and the history is asked for
only where it can have grown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QTextBrowser, QVBoxLayout, QWidget

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.history import StatusChange
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.flow import Flow
from mailbox_desk.ui.look import LOOKS, MEASURES
from mailbox_desk.ui.offers import Offer
from mailbox_desk.ui.pane_parts import (
    LONGEST_WORD,
    Badge,
    CopyButton,
    Lines,
    LinkButton,
    PageLink,
    ServerWords,
    StepTable,
    open_outside,
    set_small,
)
from mailbox_desk.ui.pane_story import Story, joined, story_of
from mailbox_desk.ui.parts import Bullets, Folded, Section, breakable, button, label
from mailbox_desk.ui.provider_pages import ProviderPages
from mailbox_desk.ui.style import Theme
from mailbox_desk.ui.together import Together
from mailbox_desk.wording import Wording
from mailbox_desk.wording.history import HistoryLine, history_lines
from mailbox_desk.wording.support import letter

HelpPage = Callable[[Cause], str]
_HISTORY_AT_FIRST = 8


class Pane(QScrollArea):
    """`offered` carries a mailbox id and the Offer pressed; `history_wanted` the id whose history is looked at;
    `help_wanted` the Cause to open in the help window; `copied` what went onto the clipboard.
    `pages_of` gives the provider's own pages by its id."""

    offered = Signal(str, object)
    history_wanted = Signal(str)
    help_wanted = Signal(object)
    copied = Signal(str)

    def __init__(self, theme: Theme, words: Wording, now: Callable[[], float]) -> None:
        super().__init__()
        self._theme, self._words, self._now = theme, words, now
        self._id: MailboxId | None = None
        self._snapshot: Snapshot | None = None
        self._provider = ""
        self._story = Story("", "", LOOKS[Shown.CHECKING])
        self._history_of: tuple[object, ...] = ()
        self._lines: tuple[HistoryLine, ...] = ()
        self._shows_all = False
        self._helped: Cause | None = None
        self.help_page: HelpPage | None = None
        self.pages_of: Callable[[str], ProviderPages] | None = None
        self.together: Together | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(words.text("ui.pane.name"))
        self._make_parts()
        self._lay_out()
        self.show_nothing()

    # -- what it shows

    def show_nothing(self) -> None:
        self._forget()
        self._where.setText(self._words.text("ui.pane.nothing"))

    def show_stored(self, mailbox_id: MailboxId, address: str, provider: str, shown: Shown, cause: str) -> None:
        """What was known last time, until the engine speaks."""
        self._forget()
        self._id = mailbox_id
        self._where.setText(joined(address, provider))
        self._headline.setText(cause or self._words.status(shown))
        self._headline.show()

    def show_snapshot(self, snapshot: Snapshot, provider: str) -> None:
        pages = self.pages_of(snapshot.mailbox.provider) if self.pages_of is not None else None
        now = self._now()
        together = self.together.in_pane(snapshot, now) if self.together is not None else ()
        story = story_of(snapshot, self._words, now, provider, pages, together)
        is_other = snapshot.id != self._id or self._snapshot is None
        self._id, self._snapshot, self._provider = snapshot.id, snapshot, provider
        if story != self._story or is_other:
            self._tell(story)
        if is_other:
            self._lines, self._shows_all = (), False
            self._history.say(())
            for each in (self._no_history, self._all_history):
                each.hide()
            self._history_section.show()
            self.verticalScrollBar().setValue(0)
        self._ask_history(snapshot)

    def show_history(self, mailbox_id: MailboxId, changes: Sequence[StatusChange]) -> None:
        """The last changes, the newest first; an answer for another mailbox is dropped."""
        if mailbox_id != self._id:
            return
        self._lines = history_lines(self._words, changes, self._now())
        self._show_history()

    def sizeHint(self) -> QSize:  # noqa: N802  Qt's name
        return QSize(MEASURES.pane_width, 480)

    # -- how it is built

    def _make_parts(self) -> None:
        words, theme = self._words, self._theme
        self._where, self._headline = label(role="muted"), label()
        self._headline.setFont(theme.title_font)
        self._badge, self._down_for = Badge(theme), label(role="muted", wraps=False)
        self._because, self._server, self._todo = Bullets(), ServerWords(theme, words), label()
        self._ruled_out = label(role="muted")
        self._server.copied.connect(self.copied)
        self._link = PageLink(words)
        self._meanwhile, self._signed_in, self._others = label(role="muted"), label(role="muted"), Bullets()
        self._history, self._all_history, self._steps = Lines(), LinkButton(), StepTable(theme, words)
        self._no_history = label(words.text("ui.pane.history_none"), "muted")
        self._all_history.clicked.connect(self._show_all_history)
        self._bright = button("", lambda: self._press(self._story.bright), bright=True)
        self._quiet = {offer: self._quiet_button(offer) for offer in _QUIET}
        self._help = QTextBrowser()
        self._help.setOpenLinks(False)
        self._help.anchorClicked.connect(open_outside)
        self._help.setMinimumHeight(260)
        self._help.setAccessibleName(words.text("ui.pane.help"))
        self._open_help = LinkButton(words.text("pane.help.open"))
        self._open_help.clicked.connect(lambda: self.help_wanted.emit(self._helped))

    def _quiet_button(self, offer: Offer) -> QWidget:
        if offer is not Offer.SUPPORT:
            return button(self._words.text(f"ui.offer.{offer.value}"), lambda: self._press(offer))
        made = CopyButton(self._words, "ui.offer.support")
        made.clicked.connect(lambda: made.copy(self._for_support()))
        made.copied.connect(self.copied)
        return made

    def _lay_out(self) -> None:
        words = self._words
        self._because_section = Section(words.text("ui.pane.because"), self._because)
        self._todo_section = Section(words.text("ui.pane.todo"), _stacked(self._todo, self._link))
        self._meanwhile_section = Section(words.text("pane.meanwhile"), self._meanwhile)
        self._others_fold = Folded(words.text("pane.others"), _indented(self._others), self._theme)
        self._steps_fold = Folded(words.text("ui.pane.steps"), self._steps, self._theme)
        self._history_section = Section(
            words.text("ui.pane.history"),
            _stacked(_stacked(self._history, self._no_history, whole=True), self._all_history),
        )
        self._help_fold = Folded(words.text("ui.pane.help"), _stacked(self._help, self._open_help), self._theme)
        self._steps_fold.opened.connect(lambda: self._steps.say(self._story.steps))
        self._help_fold.opened.connect(self._fill_help)
        self._folds = _stacked(self._others_fold, self._steps_fold, whole=True)
        self._buttons = QWidget()
        flow = Flow(self._buttons)
        for each in (self._bright, *self._quiet.values()):
            flow.addWidget(each)
        self._status = QWidget()
        beside = Flow(self._status)
        beside.addWidget(self._badge)
        beside.addWidget(self._down_for)
        self._down_for.setContentsMargins(0, MEASURES.gap_s, 0, 0)
        body = QWidget()
        body.setObjectName("pane_body")
        column = QVBoxLayout(body)
        column.setContentsMargins(*(MEASURES.gap_xl,) * 4)
        column.setSpacing(MEASURES.gap_l)
        column.addWidget(self._where)
        column.addWidget(self._headline)
        column.addWidget(self._status)
        for widget in self._below():
            column.addWidget(widget)
        column.addStretch(1)
        self.setWidget(body)

    def _below(self) -> tuple[QWidget, ...]:
        return (
            self._because_section,
            self._ruled_out,
            self._server,
            self._todo_section,
            self._buttons,
            self._meanwhile_section,
            self._signed_in,
            self._folds,
            self._history_section,
            self._help_fold,
        )

    # -- how it is painted

    def _forget(self) -> None:
        self._id, self._snapshot, self._history_of = None, None, ()
        for widget in (self._headline, self._status, *self._below()):
            widget.hide()

    def _tell(self, story: Story) -> None:
        """Paint what differs. Setting equal words again would lay the whole pane out anew."""
        self._story = story
        _say(self._where, self._where, breakable(story.where, LONGEST_WORD))
        _say(self._headline, self._headline, story.headline)
        self._badge.say(story.badge, story.look)
        self._status.setVisible(bool(story.badge))
        _say(self._down_for, self._down_for, story.down_for)
        self._because.say(story.because)
        _say(self._ruled_out, self._ruled_out, story.ruled_out)
        self._because_section.setVisible(bool(story.because))
        self._server.say(story.server, story.whose_words)
        _say(self._todo, self._todo_section, story.todo)
        self._link.lead_to(story.link)
        self._show_buttons(story)
        _say(self._meanwhile, self._meanwhile_section, story.meanwhile)
        _say(self._signed_in, self._signed_in, story.signed_in)
        self._others.say(story.others)
        self._others_fold.setVisible(bool(story.others))
        self._folds.show()
        if self._steps_fold.is_open:
            self._steps.say(story.steps)
        self._help_fold.setVisible(story.helped is not None and self.help_page is not None)
        if self._help_fold.is_open:
            self._fill_help()

    def _show_buttons(self, story: Story) -> None:
        has_bright = story.bright is not Offer.NOTHING
        if has_bright:
            self._bright.setText(self._words.text(f"ui.offer.{story.bright.value}"))
        self._bright.setVisible(has_bright)
        self._bright.setDisabled(story.checking_now and story.bright is Offer.CHECK_NOW)
        for offer, each in self._quiet.items():
            each.setVisible(offer in story.quiet)
            each.setDisabled(story.checking_now and offer is Offer.CHECK_NOW)
        self._buttons.setVisible(has_bright or bool(story.quiet))

    def _ask_history(self, snapshot: Snapshot) -> None:
        """Ask where another mailbox is looked at, or its change list has grown."""
        standing = snapshot.standing
        cause = standing.diagnosis.cause if standing.diagnosis else None
        shown = (snapshot.id, snapshot.shown, standing.since, cause)
        if shown != self._history_of:
            self._history_of = shown
            self.history_wanted.emit(snapshot.id)

    def _show_all_history(self) -> None:
        self._shows_all = True
        self._show_history()

    def _show_history(self) -> None:
        shown = self._lines if self._shows_all else self._lines[:_HISTORY_AT_FIRST]
        self._history.say([(line.when, line.said) for line in shown])
        self._no_history.setVisible(not shown)
        self._all_history.say(self._words.text("pane.history.all", count=len(self._lines)))
        self._all_history.setVisible(len(shown) < len(self._lines))

    def _fill_help(self) -> None:
        if self._story.helped is not None and self._story.helped is not self._helped and self.help_page is not None:
            self._helped = self._story.helped
            self._help.setMarkdown(self.help_page(self._helped))
            set_small(self._help.document())

    def _for_support(self) -> str:
        if self._snapshot is None:
            return ""
        return letter(self._words, self._snapshot, self._provider, self._now())

    def _press(self, offer: Offer) -> None:
        if self._id is not None:
            self.offered.emit(self._id, offer)


_QUIET = (Offer.CHECK_NOW, Offer.RECONNECT, Offer.PAUSE, Offer.SUPPORT)


def _stacked(*widgets: QWidget, whole: bool = False) -> QWidget:
    """One below the other; the first as wide as there is room, the others too where `whole`."""
    stack = QWidget()
    column = QVBoxLayout(stack)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(MEASURES.gap_s)
    column.addWidget(widgets[0])
    for widget in widgets[1:]:
        column.addWidget(widget, 0, Qt.AlignmentFlag(0) if whole else Qt.AlignmentFlag.AlignLeft)
    return stack


def _indented(widget: QWidget) -> QWidget:
    stack = _stacked(widget)
    stack.setContentsMargins(MEASURES.gap_xl, 0, 0, 0)
    return stack


def _say(target: QLabel, shown_with_it: QWidget, text: str) -> None:
    target.setText(text)
    shown_with_it.setVisible(bool(text))
