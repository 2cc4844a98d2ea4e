"""What a person can do, once the engine is there: each act opens its dialog or sends its wish."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QMessageBox, QWidget

from mailbox_desk.model.admin_connection import account_of, domain_of
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.mailbox import AuthKind, MailboxId
from mailbox_desk.model.oauth import Revocation
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.vault_state import VaultClosed, VaultState, WrongPassphrase
from mailbox_desk.ui.add_dialog import AddDialog
from mailbox_desk.ui.admin_connections_dialog import AdminConnectionsDialog
from mailbox_desk.ui.by_connection import is_of_connection
from mailbox_desk.ui.certificate_dialog import CertificateDialog, shown_certificate
from mailbox_desk.ui.edit_dialog import EditDialog
from mailbox_desk.ui.export_dialog import ExportDialog
from mailbox_desk.ui.extras import Extras
from mailbox_desk.ui.failures import NotSignedOut, in_words
from mailbox_desk.ui.help_window import HelpWindow
from mailbox_desk.ui.import_dialog import ImportDialog
from mailbox_desk.ui.oauth_apps_dialog import OAuthAppsDialog
from mailbox_desk.ui.offers import Offer, offer_of
from mailbox_desk.ui.parts import question_box
from mailbox_desk.ui.paste_dialog import PasteDialog
from mailbox_desk.ui.pause_dialog import PauseDialog
from mailbox_desk.ui.queue_dialog import QueueDialog
from mailbox_desk.ui.reconnect_dialog import ReconnectDialog
from mailbox_desk.ui.servers_dialog import ServersDialog
from mailbox_desk.ui.sign_in_plan import can_sign_out
from mailbox_desk.ui.surroundings import Surroundings


class Acts(QObject):
    """`added` carries a new mailbox's id; `leaving` the ids that a person said may go; `failed` an error of ours;
    `unlock_asked` says that the vault bar should come forward; `vault_told` carries the VaultState after an unlock,
    `vault_refused` the sentence why it did not open."""

    added = Signal(str)
    leaving = Signal(object)
    failed = Signal(object)
    unlock_asked = Signal()
    vault_told = Signal(object)
    vault_refused = Signal(str)

    def __init__(self, around: Surroundings, window: QWidget, extras: Extras | None = None) -> None:
        super().__init__(window)
        self._around, self._window = around, window
        self.extras = extras or Extras()
        self._book: HelpWindow | None = None
        self._signing_out: frozenset[MailboxId] = frozenset()

    def add(self, address: str = "") -> None:
        dialog = AddDialog(self._around, self._window)
        if address:
            dialog.start_with(address)
        dialog.added.connect(self.added)
        self._open(dialog)

    def import_list(self) -> None:
        """Add many from a file."""
        if self.extras.files is not None:
            self._open(ImportDialog(self._around, self.extras.files, self._window))

    def export_list(self, ids: Sequence[MailboxId]) -> None:
        """Write mailboxes to a file: these, or all."""
        if self.extras.files is not None:
            self._open(ExportDialog(self._around, self.extras.files, self._window, selected=ids))

    def admin_connections(self, domain: str = "") -> None:
        """The keys that sign in whole domains; with `domain` the one that is for it."""
        if self.extras.files is not None:
            dialog = AdminConnectionsDialog(self._around, self.extras.files, self._window, domain=domain)
            dialog.help_wanted.connect(self.show_help)
            self._open(dialog)

    def edit(self, mailbox_id: MailboxId) -> None:
        snapshot = self._around.engine.board.get(mailbox_id)
        if snapshot is not None:
            self._open(EditDialog(self._around, snapshot.mailbox, self._window))

    def explain_pasted(self) -> None:
        """A person has an error at hand and wants it explained."""
        dialog = PasteDialog(self._around, self._window)
        dialog.help_wanted.connect(self.show_cause)
        self._open(dialog)

    def show_help(self, page_id: str = "") -> None:
        self._opened_book().show_page(page_id or self.extras.library.pages[0].id)

    def show_cause(self, cause: Cause) -> None:
        """The help page of this cause."""
        self._opened_book().show_cause(cause)

    def rehearse(self) -> None:
        """A rehearsal in a window of its own."""
        if self.extras.open_rehearsal is not None:
            self._around.bridge.wish(self.extras.open_rehearsal())

    def close_windows(self) -> None:
        """The main window goes: those of their own go with it."""
        if self._book is not None:
            self._book.close()

    def _opened_book(self) -> HelpWindow:
        if self._book is None:
            self._book = HelpWindow(self._around.theme, self._around.words, self.extras.library)
            self._book.paste_wanted.connect(self.explain_pasted)
        return self._book

    def check(self, ids: Sequence[MailboxId]) -> None:
        if ids:
            self._around.engine.check_now(ids)

    def pause(self, ids: Sequence[MailboxId]) -> None:
        """Ask for how long, then pause them."""
        snapshots = [each for each in map(self._around.engine.board.get, ids) if each is not None]
        if snapshots:
            dialog = PauseDialog(self._around, snapshots, self._window)
            dialog.chosen.connect(self._pause)
            self._open(dialog)

    def resume(self, ids: Sequence[MailboxId]) -> None:
        self._around.bridge.wish(self._around.engine.resume(ids), to_the_end=True)

    def acknowledge(self, ids: Sequence[MailboxId], *, known: bool) -> None:
        """Known: stop telling me; or tell me again."""
        self._around.bridge.wish(self._around.engine.acknowledge(ids, known=known), to_the_end=True)

    def offered(self, mailbox_id: str, offer: Offer | None = None) -> None:
        """Begin the act offered for this mailbox, or the named one."""
        snapshot = self._around.engine.board.get(MailboxId(mailbox_id))
        if snapshot is None:
            return
        match offer or offer_of(snapshot):
            case Offer.RECONNECT | Offer.ASK_ADMIN | Offer.ASK_PROVIDER if is_of_connection(snapshot):
                self.admin_connections(domain_of(account_of(snapshot.mailbox)))
            case Offer.RECONNECT | Offer.ASK_ADMIN | Offer.ASK_PROVIDER:
                self._reconnect(snapshot)
            case Offer.CHECK_NOW:
                self.check([snapshot.id])
            case Offer.UNLOCK:
                self.unlock_asked.emit()
            case Offer.CERTIFICATE:
                self._review(snapshot)
            case Offer.SERVERS:
                self._open(ServersDialog(self._around, snapshot.mailbox, self._window))
            case Offer.RESUME:
                self.resume([snapshot.id])
            case Offer.PAUSE:
                self.pause([snapshot.id])
            case Offer.NOTHING | Offer.SUPPORT:
                return

    def _reconnect(self, snapshot: Snapshot) -> None:
        """Who signs in at the provider is led there at once: one click, and the browser is at the right account."""
        dialog = ReconnectDialog(self._around, snapshot, self._window)
        self._open(dialog)
        if snapshot.mailbox.auth is AuthKind.OAUTH:
            dialog.sign_in()

    def show_oauth_apps(self) -> None:
        """By which registered apps the desk signs in."""
        self._open(OAuthAppsDialog(self._around, self._window))

    def reconnect_all(self, ids: Sequence[MailboxId]) -> None:
        """One after the other, those of these that need a person."""
        snapshots = [each for each in map(self._around.engine.board.get, ids) if each is not None]
        self._open(QueueDialog(self._around, snapshots, self._window))

    def remove(self, ids: Sequence[MailboxId]) -> None:
        """Ask first: history and secret go with the mailbox."""
        snapshots = [each for each in map(self._around.engine.board.get, ids) if each is not None]
        if not snapshots:
            return
        if self._around.engine.vault_state is not VaultState.OPEN:
            self.failed.emit(VaultClosed(self._around.engine.vault_state))
            return
        words = self._around.words
        box = self._removal(snapshots)
        yes = box.addButton(words.text("ui.remove.yes"), QMessageBox.ButtonRole.DestructiveRole)
        no = box.addButton(QMessageBox.StandardButton.Cancel)
        no.setText(words.text("ui.cancel"))
        box.setDefaultButton(no)
        box.buttonClicked.connect(lambda pressed: self._let_go(ids, box) if pressed is yes else None)
        self._open(box)

    def _removal(self, snapshots: Sequence[Snapshot]) -> QMessageBox:
        """The question, with the box to sign out at the provider where that can be done for one of them."""
        words = self._around.words
        asked = words.plural("ui.remove.question", len(snapshots), address=snapshots[0].mailbox.address)
        only_grants = all(each.mailbox.auth is AuthKind.OAUTH for each in snapshots)
        explained = words.text("signout.explained" if only_grants else "ui.remove.explained")
        box = question_box(self._window, words.text("ui.remove.title"), asked, explained)
        engine = self._around.engine
        if any(can_sign_out(each.mailbox, engine.oauth_apps(), engine.providers) for each in snapshots):
            also = QCheckBox(words.text("signout.also"), box)  # a parent of its own: setCheckBox leaves it to Python
            also.setChecked(True)
            box.setCheckBox(also)
        return box

    def _let_go(self, ids: Sequence[MailboxId], box: QMessageBox) -> None:
        also = box.checkBox()
        wanted = also is not None and also.isChecked()
        self.leaving.emit(tuple(ids))  # those who went before are settled first, as they were wanted
        self._signing_out = frozenset(ids) if wanted else frozenset()

    def remove_for_good(self, ids: Sequence[MailboxId], otherwise: Callable[[MailboxId, BaseException], None]) -> None:
        """Forget these now; `otherwise` is told of each that could not be forgotten."""
        for mailbox_id in ids:
            removal = self._forget(mailbox_id, signs_out=mailbox_id in self._signing_out)
            self._around.bridge.wish(removal, None, partial(otherwise, mailbox_id), to_the_end=True)

    async def _forget(self, mailbox_id: MailboxId, *, signs_out: bool) -> None:
        """Gone from the desk whatever the provider answers; a sign-out that failed is told."""
        revocation = await self._around.engine.remove(mailbox_id, revoke=signs_out)
        if revocation is Revocation.FAILED:
            self.failed.emit(NotSignedOut(mailbox_id))

    def unlock(self, passphrase: Secret | None) -> None:
        """The only way by which the system may ask the person for the keyring's password."""
        self._around.bridge.wish(self._unlock(passphrase), None, self._not_unlocked)

    async def _unlock(self, passphrase: Secret | None) -> None:
        self.vault_told.emit(await self._around.engine.unlock(passphrase))

    def _not_unlocked(self, error: BaseException) -> None:
        self.vault_told.emit(self._around.engine.vault_state)
        words = self._around.words
        is_wrong = isinstance(error, WrongPassphrase)
        self.vault_refused.emit(words.text("ui.vault.wrong") if is_wrong else in_words(error, words))

    def _pause(self, ids: Sequence[MailboxId], until: float | None, note: str) -> None:
        self._around.bridge.wish(self._around.engine.pause(ids, until, note), to_the_end=True)

    def _review(self, snapshot: Snapshot) -> None:
        shown = shown_certificate(snapshot)
        if shown is not None:
            self._open(CertificateDialog(self._around, snapshot, shown, self._window))

    def _open(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
