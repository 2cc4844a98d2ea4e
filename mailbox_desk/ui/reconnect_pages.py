"""What the reconnect dialog asks for: a page for each need. A page gives a Trial or the key of what is missing;
it tries and saves nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox

from mailbox_desk.model.credential import Password
from mailbox_desk.model.mailbox import Mailbox
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Half, Shown, VeilReason
from mailbox_desk.ui.certificate_card import CertificateCard
from mailbox_desk.ui.draft import pinned
from mailbox_desk.ui.pane_parts import PageLink
from mailbox_desk.ui.parts import label
from mailbox_desk.ui.password_field import PasswordField
from mailbox_desk.ui.provider_pages import Page, link_for, link_to
from mailbox_desk.ui.reconnect_page import Act, ReconnectPage, folded_letter, letter_field, whose
from mailbox_desk.ui.reconnect_plan import Need, shown_certificate
from mailbox_desk.ui.server_columns import ServerColumns
from mailbox_desk.ui.sign_in_page import SignInPage
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.try_out import Trial
from mailbox_desk.wording import Wording
from mailbox_desk.wording.report import cause_of


class PasswordPage(ReconnectPage):
    """A new password, or an app password. What pasting brings along is left out, unless exactly as typed."""

    act = Act.TRY
    go = "ui.reconnect.go"

    def __init__(self, around: Surroundings, snapshot: Snapshot, need: Need) -> None:
        super().__init__()
        words, self._mailbox = around.words, snapshot.mailbox
        pages = around.provider_pages(self._mailbox.provider)
        wants_app = need is Need.APP_PASSWORD
        self._password, self._sending_password = PasswordField(), PasswordField()
        self._exactly = QCheckBox(words.text("ui.password.exactly"))
        self._own = QCheckBox(words.text("ui.add.own_password"))
        caption = label(words.text("reconnect.app_password" if wants_app else "ui.reconnect.password"), wraps=False)
        caption.setBuddy(self._password)
        self._password.setAccessibleName(caption.text())
        self._sending_password.setAccessibleName(words.text("ui.add.sending_password"))
        self._sending_password.setPlaceholderText(words.text("ui.add.sending_password"))
        link = PageLink(words)
        link.lead_to(link_to(Page.APP_PASSWORD, pages) if wants_app else link_for(cause_of(snapshot), pages))
        if wants_app:
            self._add(label(words.text("reconnect.app_password_how", provider=whose(pages, words)), "muted"))
        self._add(link, caption, self._password, self._exactly, self._own, self._sending_password)
        self._add(label(words.text("reconnect.tried_first"), "muted"))
        self._listen()

    def trial(self) -> Trial | str:
        exactly, own = self._exactly.isChecked(), self._uses_own
        if self._password.is_blank(exactly=exactly):
            return "ui.problem.password"
        if own and self._sending_password.is_blank(exactly=exactly):
            return "ui.problem.sending_password"
        sending = self._sending_password.secret(exactly=exactly) if own else None
        return Trial(self._mailbox, Password(self._password.secret(exactly=exactly), sending))

    def enter(self) -> None:
        self._password.setFocus(Qt.FocusReason.OtherFocusReason)

    def refused(self) -> None:
        self._password.selectAll()
        self.enter()

    def forget(self) -> None:
        for field in (self._password, self._sending_password):
            field.forget()

    @property
    def _uses_own(self) -> bool:
        return not self._own.isHidden() and self._own.isChecked()

    def _listen(self) -> None:
        receiving, sending = self._mailbox.receiving, self._mailbox.sending
        self._own.setVisible(receiving is not None and sending is not None)
        if receiving is not None and sending is not None:
            self._own.setChecked(receiving.username != sending.username)
        self._sending_password.setVisible(self._uses_own)
        self._own.toggled.connect(self._sending_password.setVisible)
        for field in (self._password, self._sending_password):
            field.textEdited.connect(self.edited)
        for box in (self._exactly, self._own):
            box.toggled.connect(self.edited)


class ServersPage(ReconnectPage):
    """Corrected servers, tried out with the secret that is kept."""

    act = Act.TRY
    go = "reconnect.servers_go"
    width_wanted = 720

    def __init__(self, around: Surroundings, snapshot: Snapshot) -> None:
        super().__init__()
        self._half = snapshot.standing.worst
        self._columns = ServerColumns(snapshot.mailbox, around.words)
        self._columns.changed.connect(self.edited)
        self._add(label(around.words.text("reconnect.servers_how"), "muted"), self._columns)

    def trial(self) -> Trial | str:
        return self._columns.problem or Trial(self._columns.mailbox)

    def enter(self) -> None:
        self._columns.focus(self._half)


class CertificatePage(ReconnectPage):
    """The certificate that was shown, and the explicit yes."""

    act = Act.NOTHING

    def __init__(self, around: Surroundings, snapshot: Snapshot) -> None:
        super().__init__()
        self._mailbox: Mailbox = snapshot.mailbox
        self._accepted: Mailbox | None = None
        card = CertificateCard(around.theme, around.words)
        shown = shown_certificate(snapshot)
        if shown is not None:
            half, certificate = shown
            endpoint = self._mailbox.endpoint(half)
            card.ask(half, endpoint.host if endpoint else "", certificate)
        card.accepted.connect(self._accept)
        self._add(label(around.words.text("reconnect.certificate_how"), "muted"), card)

    def trial(self) -> Trial | str:
        return Trial(self._accepted) if self._accepted is not None else ""

    def _accept(self, half: Half, sha256: str) -> None:
        self._accepted = pinned(self._mailbox, half, sha256)
        self.tried.emit()


class AskPage(ReconnectPage):
    """Only somebody else can mend it: who, and a text to send them."""

    act = Act.COPY
    go = "reconnect.ask.copy"

    def __init__(self, around: Surroundings, snapshot: Snapshot, need: Need) -> None:
        super().__init__()
        words = around.words
        actor = "admin" if need is Need.ASK_ADMIN else "provider"
        self._text = letter_field(around, snapshot)
        self._add(label(words.text(f"reconnect.ask.{actor}"), "muted"), self._text)
        link = PageLink(words)
        link.lead_to(link_for(cause_of(snapshot), around.provider_pages(snapshot.mailbox.provider)))
        self._add(link)

    def copy(self) -> None:
        QApplication.clipboard().setText(self._text.toPlainText())


class TellPage(ReconnectPage):
    """Mended elsewhere, or by time: what to do, the provider's page, and a text for its support where one is wanted."""

    def __init__(self, around: Surroundings, snapshot: Snapshot, need: Need) -> None:
        super().__init__()
        words, pages = around.words, around.provider_pages(snapshot.mailbox.provider)
        key = {Need.PROVIDER_PAGE: "reconnect.page_how", Need.LOOK: "reconnect.look_how"}.get(need)
        if key is not None:
            self._add(label(words.text(key, provider=whose(pages, words)), "muted"))
        if snapshot.shown in (Shown.BLIND, Shown.PAUSED):
            self._look_behind(snapshot, words, around.now())
        link = PageLink(words)
        link.lead_to(link_for(cause_of(snapshot), pages))
        self._add(link)
        if snapshot.standing.diagnosis is not None:
            self._add(folded_letter(around, snapshot))

    def _look_behind(self, snapshot: Snapshot, words: Wording, now: float) -> None:
        """What lifts the veil: resuming, unlocking, or the network coming back."""
        said = words.next_try(snapshot, now)
        if snapshot.shown is Shown.PAUSED:
            self.act, self.go = Act.RESUME, "ui.offer.resume"
        elif any(veil.reason is VeilReason.VAULT_LOCKED for veil in snapshot.standing.veils):
            self.act, said = Act.NOTHING, words.text("reconnect.unlock_first")
        self._add(label(said, "muted"))


def page_for(need: Need, around: Surroundings, snapshot: Snapshot) -> ReconnectPage:
    """The page that asks for what is needed."""
    match need:
        case Need.PASSWORD | Need.APP_PASSWORD:
            return PasswordPage(around, snapshot, need)
        case Need.SERVERS:
            return ServersPage(around, snapshot)
        case Need.CERTIFICATE:
            return CertificatePage(around, snapshot)
        case Need.SIGN_IN:
            return SignInPage(around, snapshot)
        case Need.ASK_ADMIN | Need.ASK_PROVIDER:
            return AskPage(around, snapshot, need)
        case Need.PROVIDER_PAGE | Need.LOOK | Need.WAIT:
            return TellPage(around, snapshot, need)
