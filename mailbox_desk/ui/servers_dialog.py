"""Change the servers of a mailbox. The secret stays where it is; the desk checks new servers as soon as saved."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from mailbox_desk.model.mailbox import Mailbox
from mailbox_desk.ui.failures import in_words
from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.parts import button, label, row_of
from mailbox_desk.ui.server_columns import ServerColumns
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.try_out import Trial, TryOut
from mailbox_desk.ui.try_out_view import TryOutView


class ServersDialog(QDialog):
    """Both halves as they are set up now, to be changed, and tried out first where the person likes."""

    def __init__(self, around: Surroundings, mailbox: Mailbox, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self._saving = False
        words = around.words
        self.setWindowTitle(words.text("ui.servers.title", address=mailbox.address))
        self.setModal(True)
        self._columns = ServerColumns(mailbox, words)
        self._columns.changed.connect(self._edited)
        self._view = TryOutView(around.theme, words, around.now)
        self._try = TryOut(around, self._view)
        self._try.changed.connect(self._refresh)
        self._problem = label(role="muted")
        self._cancel = button(words.text("ui.cancel"), lambda: self._try.stop_or(self.reject))
        self._try_it = button(words.text("servers.try"), self._try_out)
        self._keep = button(words.text("ui.servers.keep"), self._save, bright=True)
        self._keep.setDefault(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(MEASURES.gap_xl,) * 4)
        column.setSpacing(MEASURES.gap_l)
        for part in (*self._above(), self._columns, self._view):
            column.addWidget(part)
        column.addStretch(1)
        footer = row_of(self._problem, stretch=False)
        footer.setStretch(0, 1)
        for each in (self._cancel, self._try_it, self._keep):
            footer.addWidget(each)
        column.addLayout(footer)
        self.setMinimumWidth(720)

    def _above(self) -> Sequence[QWidget]:
        """What stands over the servers."""
        return (label(self._around.words.text("ui.servers.intro"), "muted"),)

    def _changed(self) -> Mailbox:
        """The mailbox as it is to be saved, with what a try-out found."""
        tried = self._try.trial
        return tried.mailbox if tried is not None else self._columns.mailbox

    def _edited(self) -> None:
        self._try.forget()
        self._view.clear()
        self._problem.clear()

    def _is_complete(self) -> bool:
        problem = self._columns.problem
        self._problem.setText(self._around.words.text(problem) if problem else "")
        return not problem

    def _try_out(self) -> None:
        if self._is_complete():
            self._try.begin(Trial(self._columns.mailbox))

    def _save(self) -> None:
        if self._is_complete():
            self._saving = True
            self._refresh()
            self._around.bridge.wish(self._around.engine.update(self._changed()), self.accept, self._not_saved)

    def _not_saved(self, error: BaseException) -> None:
        self._saving = False
        self._refresh()
        self._problem.setText(in_words(error, self._around.words))

    def done(self, result: int) -> None:
        """Closed, however: what runs is ended."""
        self._try.forget()
        super().done(result)

    def _refresh(self) -> None:
        words, busy = self._around.words, self._try.is_running or self._saving
        for each in (self._columns, self._try_it, self._keep):
            each.setDisabled(busy)
        self._cancel.setText(words.text("ui.stop" if self._try.is_running else "ui.cancel"))
