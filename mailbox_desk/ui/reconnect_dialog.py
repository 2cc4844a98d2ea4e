"""Reconnect: says why first, takes the new password, tries it out live, keeps it only when the server accepts it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QDialog, QVBoxLayout, QWidget

from mailbox_desk.engine.board import Gone
from mailbox_desk.model.credential import Password
from mailbox_desk.model.errand import Draft
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Half, Shown
from mailbox_desk.ui.draft import pinned
from mailbox_desk.ui.failures import in_words
from mailbox_desk.ui.look import MEASURES, Tone
from mailbox_desk.ui.parts import breakable, button, code_label, label, row_of
from mailbox_desk.ui.password_field import PasswordField
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.try_out_view import Report, TryOutView

_PATIENCE_MS = 15_000  # the first check after the new password; later the list tells it


class ReconnectDialog(QDialog):
    """`reconnected` carries the mailbox id once the new password is kept."""

    reconnected = Signal(str)

    def __init__(self, around: Surroundings, snapshot: Snapshot, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around, self._mailbox = around, snapshot.mailbox
        self._draft: Draft | None = None
        self._saving = False
        self._refused = 0
        words = around.words
        self.setWindowTitle(words.text("ui.reconnect.title", address=snapshot.mailbox.address))
        self.setModal(True)
        self._password, self._sending_password = PasswordField(), PasswordField()
        self._exactly = QCheckBox(words.text("ui.password.exactly"))
        self._own_password = QCheckBox(words.text("ui.add.own_password"))
        self._problem = label(role="muted")
        self._count = label(role="muted")
        self._view = TryOutView(around.theme, words, around.now)
        self._cancel = button(words.text("ui.cancel"), self._cancel_or_stop)
        self._go = button(words.text("ui.reconnect.go"), self._try_out, bright=True)
        self._go.setDefault(True)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self.accept)
        self._lay_out(snapshot)
        self._listen()
        self._refresh()

    # -- building

    def _lay_out(self, snapshot: Snapshot) -> None:
        words = self._around.words
        headline = label(words.headline(snapshot))
        headline.setFont(self._around.theme.title_font)
        where = f"{snapshot.mailbox.address} · {self._around.provider_name(snapshot.mailbox.provider)}"
        server = code_label(self._around.theme)
        server.setText(breakable(words.server_line(snapshot)))
        server.setVisible(bool(server.text()))
        caption = label(words.text("ui.reconnect.password"), wraps=False)
        caption.setBuddy(self._password)
        self._password.setAccessibleName(words.text("ui.reconnect.password"))
        self._sending_password.setAccessibleName(words.text("ui.add.sending_password"))
        self._sending_password.setPlaceholderText(words.text("ui.add.sending_password"))
        self._form = QWidget()
        form = QVBoxLayout(self._form)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(MEASURES.gap_m)
        for widget in (caption, self._password, self._exactly, self._own_password, self._sending_password):
            form.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(MEASURES.gap_xl,) * 4)
        column.setSpacing(MEASURES.gap_l)
        advice = label(words.next_step(snapshot, self._around.now()))
        for part in (label(where, "muted"), headline, server, advice, self._form, self._view, self._count):
            column.addWidget(part)
        column.addStretch(1)
        footer = row_of(self._problem, stretch=False)
        footer.setStretch(0, 1)
        footer.addWidget(self._cancel)
        footer.addWidget(self._go)
        column.addLayout(footer)
        self.setMinimumWidth(520)

    def _listen(self) -> None:
        halves = self._mailbox
        both = halves.receiving is not None and halves.sending is not None
        self._own_password.setVisible(both)
        if both and halves.receiving and halves.sending:
            self._own_password.setChecked(halves.receiving.username != halves.sending.username)
        for field in (self._password, self._sending_password):
            field.textEdited.connect(self._edited)
        for box in (self._exactly, self._own_password):
            box.toggled.connect(self._edited)
        self._view.ended.connect(self._tried)
        self._view.certificate_accepted.connect(self._pin)
        self._around.bridge.news.connect(self._heard)

    # -- what the person does

    def _edited(self) -> None:
        self._draft = None
        self._refresh()

    def _try_out(self) -> None:
        exactly, own = self._exactly.isChecked(), self._own_password.isChecked()
        blank = self._password.is_blank(exactly=exactly)
        if blank or (own and self._sending_password.is_blank(exactly=exactly)):
            self._refresh(self._around.words.text("ui.problem.password"))
            return
        sending = self._sending_password.secret(exactly=exactly) if own else None
        self._draft = Draft(self._mailbox, Password(self._password.secret(exactly=exactly), sending))
        self._view.start(self._mailbox, self._around.engine.try_out(self._draft))
        self._refresh()

    def _tried(self, report: Report) -> None:
        if report.passed and self._draft is not None:
            self._save(self._draft)
        elif any(each.result.failure and each.result.failure.is_refused_secret for each in report.tried):
            self._refused += 1
            self._count.setText(self._around.words.plural("ui.reconnect.refused", self._refused))
            self._password.selectAll()
        self._refresh()
        if not report.passed:
            self._password.setFocus(Qt.FocusReason.OtherFocusReason)
            self.adjustSize()

    def _pin(self, half: Half, sha256: str) -> None:
        self._mailbox = pinned(self._mailbox, half, sha256)
        self._try_out()

    def _cancel_or_stop(self) -> None:
        if self._view.is_running:
            self._view.stop()
            self._view.say(self._around.words.text("ui.try.stopped"), Tone.GREY)
            self._refresh()
        else:
            self.reject()

    # -- keeping it

    def _save(self, draft: Draft) -> None:
        self._saving = True
        self._view.say(self._around.words.text("ui.reconnect.saving"), Tone.GREEN)
        self._around.bridge.wish(self._keep(draft), self._kept, self._not_kept)

    async def _keep(self, draft: Draft) -> None:
        engine = self._around.engine
        known = engine.board.get(draft.mailbox.id)
        for half in Half:
            new, old = draft.mailbox.endpoint(half), known.mailbox.endpoint(half) if known else None
            if new and old and new.pinned_sha256 and new.pinned_sha256 != old.pinned_sha256:
                await engine.pin_certificate(draft.mailbox.id, half, new.pinned_sha256)
        await engine.replace_credential(draft.mailbox.id, draft.credential)

    def _kept(self) -> None:
        self._draft = None
        self._password.forget()
        self._sending_password.forget()
        self.reconnected.emit(self._mailbox.id)
        self._patience.start()
        known = self._around.engine.board.get(self._mailbox.id)
        self._heard((known,) if known else ())

    def _not_kept(self, error: BaseException) -> None:
        self._saving = False
        self._view.say(in_words(error, self._around.words), Tone.RED)
        self._refresh()

    def _heard(self, news: Iterable[Snapshot | Gone]) -> None:
        for each in news:
            if each.id != self._mailbox.id:
                continue
            waits = self._patience.isActive()
            if isinstance(each, Gone):
                self.reject()
            elif waits and each.shown is Shown.CONNECTED and not each.checking_now:
                self.accept()

    def done(self, result: int) -> None:
        """Closed, however: what runs is ended, what was typed is forgotten."""
        self._view.stop()
        self._patience.stop()
        self._draft = None
        self._password.forget()
        self._sending_password.forget()
        super().done(result)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  Qt's name
        super().showEvent(event)
        self._password.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refresh(self, problem: str = "") -> None:
        busy = self._view.is_running or self._saving
        words = self._around.words
        self._form.setDisabled(busy)
        self._go.setDisabled(busy)
        self._count.setVisible(self._refused > 0 and not busy)
        self._problem.setText(problem)
        own = not self._own_password.isHidden() and self._own_password.isChecked()
        self._sending_password.setVisible(own)
        self._cancel.setText(words.text("ui.stop" if self._view.is_running else "ui.cancel"))
