"""Add a mailbox: address, password, servers; tried out live, and saved only when it works or the person insists."""

from __future__ import annotations

from uuid import uuid4

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QDialog, QFrame, QGridLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from mailbox_desk.model.credential import Password
from mailbox_desk.model.errand import Draft
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.draft import Form, filled_in, problems
from mailbox_desk.ui.failures import in_words
from mailbox_desk.ui.look import MEASURES, Tone
from mailbox_desk.ui.parts import button, label, row_of
from mailbox_desk.ui.password_field import PasswordField
from mailbox_desk.ui.server_form import ServerForm
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.try_out_view import Report, TryOutView


class AddDialog(QDialog):
    """`added` carries the id of the new mailbox. Nothing typed outlives the dialog."""

    added = Signal(str)

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self._draft: Draft | None = None
        self._saving = False
        self._id = MailboxId(uuid4().hex)
        words = around.words
        self.setWindowTitle(words.text("ui.add.title"))
        self.setModal(True)
        self._address, self._password, self._sending_password = QLineEdit(), PasswordField(), PasswordField()
        self._exactly = QCheckBox(words.text("ui.password.exactly"))
        self._sends = QCheckBox(words.text("ui.add.sends"))
        self._own_password = QCheckBox(words.text("ui.add.own_password"))
        self._servers = {half: ServerForm(half, words) for half in Half}
        self._problem = label(role="muted")
        self._view = TryOutView(around.theme, words, around.now)
        self._cancel = button(words.text("ui.cancel"), self._cancel_or_stop)
        self._anyway = button(words.text("ui.add.anyway"), self._save_anyway)
        self._go = button(words.text("ui.add.go"), self._try_out, bright=True)
        self._go.setDefault(True)
        self._lay_out()
        self._listen()
        self._refresh()

    def start_with(self, address: str) -> None:
        """Fill in what is known already."""
        self._address.setText(address)
        self._guess()

    # -- building

    def _lay_out(self) -> None:
        words = self._around.words
        self._form = QWidget()
        grid = QGridLayout(self._form)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(MEASURES.gap_xl)
        grid.setVerticalSpacing(MEASURES.gap_m)
        for row, (key, field) in enumerate((("address", self._address), ("password", self._password))):
            caption = label(words.text(f"ui.add.{key}"), wraps=False)
            caption.setBuddy(field)
            field.setAccessibleName(words.text(f"ui.add.{key}"))
            grid.addWidget(caption, row, 0)
            grid.addWidget(field, row, 1)
        self._address.setPlaceholderText(words.text("ui.add.address_hint"))
        self._address.setInputMethodHints(Qt.InputMethodHint.ImhEmailCharactersOnly)
        self._sending_password.setAccessibleName(words.text("ui.add.sending_password"))
        self._sending_password.setPlaceholderText(words.text("ui.add.sending_password"))
        grid.addWidget(self._exactly, 2, 1)
        grid.addLayout(self._server_columns(), 3, 0, 1, 2)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(*(MEASURES.gap_xl,) * 4)
        column.setSpacing(MEASURES.gap_l)
        column.addWidget(label(words.text("ui.add.intro"), "muted"))
        column.addWidget(self._form)
        column.addWidget(self._view)
        column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        body.setObjectName("pane_body")
        self._scroll.setWidget(body)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._scroll, 1)
        whole.addWidget(self._footer())
        self.resize(720, 600)

    def _server_columns(self) -> QGridLayout:
        words = self._around.words
        columns = QGridLayout()
        columns.setHorizontalSpacing(MEASURES.gap_xl * 2)
        columns.setVerticalSpacing(MEASURES.gap_m)
        columns.addWidget(label(words.text("ui.add.receives"), "section"), 0, 0)
        columns.addWidget(self._sends, 0, 1)
        columns.addWidget(self._servers[Half.RECEIVING], 1, 0, Qt.AlignmentFlag.AlignTop)
        sending = QWidget()
        stack = QVBoxLayout(sending)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(MEASURES.gap_m)
        for widget in (self._servers[Half.SENDING], self._own_password, self._sending_password):
            stack.addWidget(widget)
        columns.addWidget(sending, 1, 1, Qt.AlignmentFlag.AlignTop)
        columns.setColumnStretch(0, 1)
        columns.setColumnStretch(1, 1)
        self._sends.setChecked(True)
        return columns

    def _footer(self) -> QWidget:
        footer = QWidget()
        footer.setObjectName("footer")
        footer.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        line = row_of(self._problem, stretch=False)
        line.setStretch(0, 1)
        for each in (self._cancel, self._anyway, self._go):
            line.addWidget(each)
        line.setContentsMargins(MEASURES.gap_xl, MEASURES.gap_l, MEASURES.gap_xl, MEASURES.gap_l)
        footer.setLayout(line)
        return footer

    def _listen(self) -> None:
        self._address.editingFinished.connect(self._guess)
        for field in (self._address, self._password, self._sending_password):
            field.textEdited.connect(self._edited)
        for box in (self._exactly, self._sends, self._own_password):
            box.toggled.connect(self._edited)
        for form in self._servers.values():
            form.changed.connect(self._edited)
        self._view.ended.connect(self._tried)
        self._view.certificate_accepted.connect(self._pin)

    # -- what the person does

    def _guess(self) -> None:
        receiving, sending = self._around.engine.guess(self._address.text().strip())
        self._servers[Half.RECEIVING].prefill(receiving)
        self._servers[Half.SENDING].prefill(sending)
        self._refresh()

    def _edited(self) -> None:
        self._draft = None
        self._view.clear()
        self._refresh()

    def _try_out(self) -> None:
        form = self._typed()
        known = [each.mailbox.address for each in self._around.engine.board.snapshots()]
        found = problems(form, known)
        if found:
            self._refresh(self._around.words.text(found[0]))
            return
        self._draft = Draft(filled_in(Mailbox(self._id, form.address, None, None), form), self._credential())
        self._view.start(self._draft.mailbox, self._around.engine.try_out(self._draft))
        self._refresh()
        self._scroll.ensureWidgetVisible(self._view)

    def _tried(self, report: Report) -> None:
        if self._draft is not None and report.passed:
            self._save(Draft(report.mailbox, self._draft.credential))
        self._refresh()
        QTimer.singleShot(0, self._show_outcome)  # once the layout knows how tall it is

    def _show_outcome(self) -> None:
        bar = self._scroll.verticalScrollBar()
        bar.setValue(bar.maximum())

    def _pin(self, half: Half, sha256: str) -> None:
        self._servers[half].pin(sha256)
        self._try_out()

    def _save_anyway(self) -> None:
        if self._draft is not None:
            self._save(self._draft)

    def _cancel_or_stop(self) -> None:
        if self._view.is_running:
            self._view.stop()
            self._view.say(self._around.words.text("ui.try.stopped"), Tone.GREY)
            self._refresh()
        else:
            self.reject()

    # -- saving and leaving

    def _save(self, draft: Draft) -> None:
        self._saving = True
        self._view.say(self._around.words.text("ui.add.saving"), Tone.BLUE)
        self._around.bridge.wish(self._around.engine.add(draft), self._saved, self._not_saved)
        self._refresh()

    def _saved(self) -> None:
        self._saving = False
        self.added.emit(self._id)
        self.accept()

    def _not_saved(self, error: BaseException) -> None:
        self._saving = False
        self._view.say(in_words(error, self._around.words), Tone.RED)
        self._refresh()

    def done(self, result: int) -> None:
        """Closed, however: what runs is ended, what was typed is forgotten."""
        self._view.stop()
        self._draft = None
        for field in (self._password, self._sending_password):
            field.forget()
        super().done(result)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  Qt's name
        super().showEvent(event)
        self._address.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- reading the fields

    def _typed(self) -> Form:
        exactly = self._exactly.isChecked()
        sends = self._sends.isChecked()
        return Form(
            address=self._address.text().strip(),
            receiving=self._servers[Half.RECEIVING].fields,
            sending=self._servers[Half.SENDING].fields if sends else None,
            has_password=not self._password.is_blank(exactly=exactly),
            wants_sending_password=sends and self._own_password.isChecked(),
            has_sending_password=not self._sending_password.is_blank(exactly=exactly),
        )

    def _credential(self) -> Password:
        exactly = self._exactly.isChecked()
        own = self._sends.isChecked() and self._own_password.isChecked()
        sending = self._sending_password.secret(exactly=exactly) if own else None
        return Password(self._password.secret(exactly=exactly), sending)

    def _refresh(self, problem: str = "") -> None:
        busy = self._view.is_running or self._saving
        words = self._around.words
        sends = self._sends.isChecked()
        self._form.setDisabled(busy)
        self._servers[Half.SENDING].setEnabled(sends)
        self._own_password.setEnabled(sends)
        self._sending_password.setVisible(sends and self._own_password.isChecked())
        self._problem.setText(problem)
        self._go.setDisabled(busy)
        self._go.setText(words.text("ui.add.again" if self._draft else "ui.add.go"))
        self._anyway.setVisible(self._draft is not None and not busy)
        self._cancel.setText(words.text("ui.stop" if self._view.is_running else "ui.cancel"))
        self._cancel.setDisabled(self._saving)
