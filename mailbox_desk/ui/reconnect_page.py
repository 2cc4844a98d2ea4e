"""What every page of the reconnect dialog is, and the pieces that several of them show."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.pane_parts import CopyButton, LinkButton
from mailbox_desk.ui.parts import Folded
from mailbox_desk.ui.provider_pages import ProviderPages
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.try_out import Trial
from mailbox_desk.wording import Wording
from mailbox_desk.wording.support import letter


class Act(StrEnum):
    """What the dialog's bright button does on a page."""

    TRY = "try"
    CHECK = "check"
    RESUME = "resume"
    COPY = "copy"
    SIGN_IN = "sign_in"
    NOTHING = "nothing"


class ReconnectPage(QWidget):
    """`edited` at every change by the person; `tried` asks for a try without the bright button; `turned` carries the
    Need of another page that is wanted instead; `waits` says that a sign-in elsewhere began or ended."""

    edited = Signal()
    tried = Signal()
    turned = Signal(object)
    waits = Signal()
    act = Act.CHECK
    go = "ui.offer.check_now"
    width_wanted = 600

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(MEASURES.gap_m)

    def trial(self) -> Trial | str:
        """What to try out, or the key of what has to be mended first."""
        return ""

    def enter(self) -> None:
        """The cursor where typing begins."""

    def refused(self) -> None:
        """The server refused what was typed: ready to type it anew."""

    def forget(self) -> None:
        """Nothing typed stays."""

    @property
    def is_waiting(self) -> bool:
        """A person is signing in elsewhere."""
        return False

    def sign_in(self) -> None:
        """Begin to sign in at the provider."""

    def stop(self) -> None:
        """Wait no longer for a sign-in."""

    def copy(self) -> None:
        """The ready text onto the clipboard."""

    def _add(self, *widgets: QWidget) -> None:
        for widget in widgets:
            is_link = isinstance(widget, LinkButton | CopyButton)
            self._column.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft if is_link else Qt.AlignmentFlag(0))


def whose(pages: ProviderPages, words: Wording) -> str:
    """The provider's name within a sentence; of a server of one's own there is none."""
    return pages.name if pages.app_password or pages.account or pages.help else words.text("reconnect.the_provider")


def letter_field(around: Surroundings, snapshot: Snapshot) -> QPlainTextEdit:
    """The text for admin or support, to be read and changed before it is copied."""
    provider = around.provider_name(snapshot.mailbox.provider)
    field = QPlainTextEdit(letter(around.words, snapshot, provider, around.now()))
    field.setAccessibleName(around.words.text("reconnect.ask.text"))
    field.setMinimumHeight(200)
    field.setTabChangesFocus(True)
    return field


def folded_letter(around: Surroundings, snapshot: Snapshot) -> Folded:
    """The same text where it may help, out of the way."""
    text = letter_field(around, snapshot)
    stack = QWidget()
    column = QVBoxLayout(stack)
    column.setContentsMargins(0, 0, 0, 0)
    copy = CopyButton(around.words, "reconnect.ask.copy")
    copy.hold(text.toPlainText())
    column.addWidget(text)
    column.addWidget(copy, 0, Qt.AlignmentFlag.AlignLeft)
    return Folded(around.words.text("reconnect.ask.fold"), stack, around.theme)
