"""Add a mailbox: address and password; the servers are found, all is tried out live, and saved only when it works or
the person insists."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QDialog, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from mailbox_desk.model.credential import Credential, OAuthToken, Password
from mailbox_desk.model.discovery import UNKNOWN_PROVIDER, Candidate, DiscoveryEnded
from mailbox_desk.model.errand import Draft
from mailbox_desk.model.mailbox import AuthKind, Mailbox, MailboxId
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.about_fields import AboutFields
from mailbox_desk.ui.add_servers import AddServers
from mailbox_desk.ui.add_stage import Stage
from mailbox_desk.ui.address_field import AddressField
from mailbox_desk.ui.by_connection import access_without_secret
from mailbox_desk.ui.draft import Form, filled_in, problems
from mailbox_desk.ui.failures import in_words
from mailbox_desk.ui.look import MEASURES, Tone
from mailbox_desk.ui.parts import Folded, button, footer_of, label, scrolled, stacked
from mailbox_desk.ui.password_field import PasswordField
from mailbox_desk.ui.provider_hint import ProviderHint
from mailbox_desk.ui.server_search import ServerSearch
from mailbox_desk.ui.sign_in_offer import SignInOffer
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.try_out_view import Report, TryOutView

_OF_ADDRESS = ("ui.problem.address", "ui.problem.known")


class AddDialog(QDialog):
    """`added` carries the id of each new mailbox. Nothing typed outlives the dialog."""

    added = Signal(str)

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self._stage = Stage.FILLING
        self._draft: Draft | None = None
        self._grant: OAuthToken | None = None
        self._works = False
        self._looked_for = ""
        self._id = MailboxId(uuid4().hex)
        words = around.words
        self.setWindowTitle(words.text("ui.add.title"))
        self.setModal(True)
        self._address, self._password = AddressField(), PasswordField()
        self._search, self._hint = ServerSearch(around), ProviderHint(around)
        self._sign_in = SignInOffer(around)
        self._exactly = QCheckBox(words.text("ui.password.exactly"))
        self._servers, self._about = AddServers(words), AboutFields(words)
        self._servers_fold = Folded(words.text("adding.servers"), self._servers, around.theme)
        self._about_fold = Folded(words.text("adding.more"), self._about, around.theme)
        self._problem = label(role="muted")
        self._view = TryOutView(around.theme, words, around.now)
        self._cancel = button(words.text("ui.cancel"), self._cancel_or_stop)
        self._anyway = button(words.text("ui.add.anyway"), self._save_anyway)
        self._another = button(words.text("adding.another"), self._add_another)
        self._go = button(words.text("ui.add.go"), self._go_on, bright=True)
        self._go.setDefault(True)
        self._lay_out()
        self._listen()
        self._refresh()

    def start_with(self, address: str) -> None:
        """Fill in what is known already."""
        self._address.setText(address)
        self._look()

    # -- building

    def _lay_out(self) -> None:
        body = QWidget()
        body.setObjectName("pane_body")
        column = QVBoxLayout(body)
        column.setContentsMargins(*(MEASURES.gap_xl,) * 4)
        column.setSpacing(MEASURES.gap_l)
        form_part = QWidget()
        form = QVBoxLayout(form_part)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(MEASURES.gap_m)
        form.addLayout(self._first_fields())
        for fold in (self._servers_fold, self._about_fold):
            form.addWidget(fold)
        for part in (label(self._around.words.text("adding.intro"), "muted"), form_part, self._view):
            column.addWidget(part)
        column.addStretch(1)
        self._scroll = scrolled(body)
        stacked(self, self._scroll, footer_of(self._problem, self._cancel, self._anyway, self._another, self._go))
        self.setMinimumWidth(620)
        self.resize(720, 600)

    def _first_fields(self) -> QGridLayout:
        words = self._around.words
        grid = QGridLayout()
        grid.setHorizontalSpacing(MEASURES.gap_xl)
        grid.setVerticalSpacing(MEASURES.gap_m)
        for row, (key, field) in ((0, ("address", self._address)), (3, ("password", self._password))):
            caption = label(words.text(f"ui.add.{key}"), wraps=False)
            caption.setBuddy(field)
            field.setAccessibleName(words.text(f"ui.add.{key}"))
            grid.addWidget(caption, row, 0)
            grid.addWidget(field, row, 1)
        self._address.setPlaceholderText(words.text("ui.add.address_hint"))
        grid.addWidget(self._search, 1, 1)
        grid.addWidget(self._sign_in, 2, 1)
        grid.addWidget(self._exactly, 4, 1)
        grid.addWidget(self._hint, 5, 1)
        return grid

    def _listen(self) -> None:
        self._address.editingFinished.connect(self._look)
        self._address.entered.connect(self._address_entered)
        for field in (self._address, self._password):
            field.textEdited.connect(self._edited)
        self._exactly.toggled.connect(self._edited)
        self._servers.changed.connect(self._edited)
        self._sign_in.granted.connect(self._granted)
        self._sign_in.changed.connect(self._signing)
        self._search.found.connect(self._servers_found)
        self._search.ended.connect(self._search_ended)
        self._view.ended.connect(self._tried)
        self._view.certificate_accepted.connect(self._pin)

    # -- finding the servers

    def _look(self) -> None:
        """The address is complete: look for its servers, once."""
        address = self._address.address
        if address == self._looked_for:
            return
        self._looked_for = address
        self._search.clear()
        self._servers.empty()
        self._show_provider(None)
        found = problems(Form(address, None, None), self._known())
        if found and found[0] in _OF_ADDRESS:
            if address:
                self._search.warn(self._around.words.text(found[0]))
            return
        self._search.look(self._address.domain, self._around.engine.discover(address))

    def _servers_found(self, candidate: Candidate) -> None:
        self._servers.fill_in(candidate)
        self._show_provider(candidate)

    def _show_provider(self, candidate: Candidate | None) -> None:
        """A grant is for one address: for another it counts no more."""
        self._grant = None
        self._hint.show_for(candidate)
        self._sign_in.know(candidate.provider if candidate else "", candidate.auth if candidate else ())

    def _search_ended(self, end: DiscoveryEnded) -> None:
        waited = self._stage is Stage.WAITING
        if waited:
            self._stage = Stage.FILLING
        if end.best is None:
            self._sign_in.know(UNKNOWN_PROVIDER)
        if end.best is None or not end.best.is_complete:
            self._servers_fold.turn(is_open=True)
            if not waited and not self._is_typing_elsewhere:
                self._servers.focus_on_missing()
        self._refresh()
        if waited:
            self._try_out()

    @property
    def _is_typing_elsewhere(self) -> bool:
        """The cursor is never taken out of a field: the rest of a password would be typed into one that shows it."""
        focused = self.focusWidget()
        return isinstance(focused, QLineEdit) and focused is not self._address

    # -- what the person does

    def _address_entered(self) -> None:
        if self._password.is_blank(exactly=self._exactly.isChecked()):
            self._password.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._go_on()

    def _edited(self) -> None:
        self._draft = None
        self._view.clear()
        self._refresh()

    def _go_on(self) -> None:
        """The bright button: try it out, or, where that is done, leave."""
        if self._stage is Stage.SAVED:
            self.accept()
        elif self._stage is Stage.FILLING:
            self._look()
            if self._search.is_running and not self._has_servers and not self._first_problem_is_elsewhere():
                self._stage = Stage.WAITING
                self._refresh()
            else:
                self._try_out()

    @property
    def _has_servers(self) -> bool:
        fields = [self._servers.fields(half) for half in Half]
        return all(each is None or each.host for each in fields)

    def _first_problem_is_elsewhere(self) -> bool:
        found = problems(self._typed(), self._known())
        return bool(found) and (found[0] in _OF_ADDRESS or found[0] == "ui.problem.password")

    def _try_out(self) -> None:
        form = self._typed()
        found = problems(form, self._known())
        if found:
            self._show_problem(found[0])
            return
        about = {"name": self._about.name, "tags": self._about.tags, "note": self._about.note}
        empty = Mailbox(self._id, form.address, None, None, **about)  # type: ignore[arg-type]  # texts and a tuple
        mailbox = filled_in(empty, form)
        self._search.stop()
        if self._signs_in and self._grant is None:
            self._sign_in.begin(replace(mailbox, auth=AuthKind.OAUTH))
            return
        self._draft = Draft(mailbox, self._credential())
        self._stage = Stage.TRYING
        self._view.start(self._draft.mailbox, self._around.engine.try_out(self._draft))
        self._refresh()
        QTimer.singleShot(0, self._show_outcome)

    @property
    def _signs_in(self) -> bool:
        """No password was typed, and none is needed."""
        is_blank = self._password.is_blank(exactly=self._exactly.isChecked())
        return is_blank and (self._sign_in.is_offered or self._grant is not None)

    def _signing(self) -> None:
        if self._sign_in.is_running:
            self._stage = Stage.SIGNING
        elif self._stage is Stage.SIGNING:
            self._stage = Stage.FILLING
        self._refresh()
        QTimer.singleShot(0, self._show_outcome)

    def _granted(self, grant: OAuthToken) -> None:
        """Who signed in is known to be right; both halves are proved before anything is saved."""
        self._grant, self._stage = grant, Stage.FILLING
        self._try_out()

    def _show_problem(self, key: str) -> None:
        text = self._around.words.text(key)
        self._refresh("" if key in _OF_ADDRESS else text)
        if key in _OF_ADDRESS:
            self._search.warn(text)
            self._address.setFocus(Qt.FocusReason.OtherFocusReason)
        elif key == "ui.problem.password":
            self._password.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._servers_fold.turn(is_open=True)
            self._servers.focus_on_missing()

    def _tried(self, report: Report) -> None:
        self._stage = Stage.FILLING
        self._works = report.passed
        if self._draft is not None and report.passed:
            self._save(Draft(report.mailbox, self._draft.credential))
        self._refresh()
        QTimer.singleShot(0, self._show_outcome)  # once the layout knows how tall it is

    def _show_outcome(self) -> None:
        bar = self._scroll.verticalScrollBar()
        bar.setValue(bar.maximum())

    def _pin(self, half: Half, sha256: str) -> None:
        self._servers.pin(half, sha256)
        self._try_out()

    def _save_anyway(self) -> None:
        if self._draft is not None:
            self._works = False
            self._save(self._draft)

    def _cancel_or_stop(self) -> None:
        match self._stage:
            case Stage.SIGNING:
                self._sign_in.stop()
            case Stage.WAITING | Stage.TRYING:
                self._view.stop()
                self._stage = Stage.FILLING
                self._view.say(self._around.words.text("ui.try.stopped"), Tone.GREY)
                self._refresh()
            case _:
                self.reject()

    def _add_another(self) -> None:
        """Begin anew for the next one; its servers are found by its own address."""
        self._id = MailboxId(uuid4().hex)
        self._draft, self._looked_for = None, ""
        self._stage = Stage.FILLING
        self._search.clear()
        self._show_provider(None)
        self._view.clear()
        self._address.clear()
        self._servers.forget()
        self._servers_fold.turn(is_open=False)
        self._about.for_another()
        self._refresh()
        self._address.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- saving and leaving

    def _save(self, draft: Draft) -> None:
        self._stage = Stage.SAVING
        if self._works:
            self._view.say(self._around.words.text("ui.add.saving"), Tone.BLUE)
        self._around.bridge.wish(self._around.engine.add(draft), self._saved, self._not_saved)
        self._refresh()

    def _saved(self) -> None:
        self._stage = Stage.SAVED
        address = self._draft.mailbox.address if self._draft else self._address.address
        self._forget_secrets()
        key, tone = ("adding.works", Tone.GREEN) if self._works else ("adding.kept", Tone.GREY)
        self._view.say(self._around.words.text(key, address=address), tone)
        self._refresh()
        self._go.setFocus(Qt.FocusReason.OtherFocusReason)
        self.added.emit(self._id)

    def _not_saved(self, error: BaseException) -> None:
        self._stage = Stage.FILLING
        self._view.say(in_words(error, self._around.words), Tone.RED)
        self._refresh()

    def _forget_secrets(self) -> None:
        self._draft = self._grant = None
        self._password.forget()
        self._servers.sending_password.forget()

    def done(self, result: int) -> None:
        """Closed, however: what runs is ended, what was typed is forgotten."""
        for part in (self._search, self._sign_in, self._view):
            part.stop()
        self._forget_secrets()
        super().done(result)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  Qt's name
        super().showEvent(event)
        self._address.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- reading the fields

    def _known(self) -> list[str]:
        return [each.mailbox.address for each in self._around.engine.board.snapshots()]

    def _typed(self) -> Form:
        exactly = self._exactly.isChecked()
        return Form(
            address=self._address.address,
            receiving=self._servers.fields(Half.RECEIVING),
            sending=self._servers.fields(Half.SENDING),
            has_password=self._signs_in or self._access is not None or not self._password.is_blank(exactly=exactly),
            wants_sending_password=self._servers.wants_sending_password,
            has_sending_password=not self._servers.sending_password.is_blank(exactly=exactly),
        )

    @property
    def _access(self) -> Credential | None:
        """Without a password an admin connection signs it in, where one does."""
        return access_without_secret(self._around.engine, self._address.address)

    def _credential(self) -> Credential:
        exactly = self._exactly.isChecked()
        if self._signs_in and self._grant is not None:
            return self._grant
        if self._access is not None and self._password.is_blank(exactly=exactly):
            return self._access
        own = self._servers.wants_sending_password
        sending = self._servers.sending_password.secret(exactly=exactly) if own else None
        return Password(self._password.secret(exactly=exactly), sending)

    def _refresh(self, problem: str = "") -> None:
        words, stage = self._around.words, self._stage
        filling, saved = stage is Stage.FILLING, stage is Stage.SAVED
        stoppable, signing = stage in (Stage.WAITING, Stage.TRYING), stage is Stage.SIGNING
        for each in (self._address, self._password, self._exactly, self._hint, self._servers_fold, self._about_fold):
            each.setEnabled(filling)
        self._problem.setText(problem)
        self._go.setEnabled(filling or saved)
        self._go.setVisible(not signing)
        key = "adding.done" if saved else "adding.wait" if stage is Stage.WAITING else ""
        self._go.setText(words.text(key or ("ui.add.again" if self._draft else "ui.add.go")))
        if self._signs_in and self._grant is None and not key:
            self._go.setText(self._sign_in.go)
        self._anyway.setVisible(self._draft is not None and filling and not self._signs_in)
        self._another.setVisible(saved)
        self._cancel.setVisible(not saved)
        self._cancel.setText(words.text("signin.cancel" if signing else "ui.stop" if stoppable else "ui.cancel"))
        self._cancel.setDisabled(stage is Stage.SAVING)
