"""Reconnect: says why first, asks for the one thing needed, tries it out live, keeps it only when it works."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from mailbox_desk.engine.board import Gone
from mailbox_desk.model.mailbox import AuthKind
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.draft import as_snapshot
from mailbox_desk.ui.failures import in_words
from mailbox_desk.ui.flow import Flow
from mailbox_desk.ui.look import MEASURES, Tone
from mailbox_desk.ui.pane_parts import LinkButton
from mailbox_desk.ui.parts import button, footer_of, label, scrolled
from mailbox_desk.ui.reconnect_header import ReconnectHeader
from mailbox_desk.ui.reconnect_page import Act, ReconnectPage, whose
from mailbox_desk.ui.reconnect_pages import page_for
from mailbox_desk.ui.reconnect_plan import Need, need_of, other_needs
from mailbox_desk.ui.sign_in_plan import apps_for, does_oauth
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.try_out import Trial, TryOut
from mailbox_desk.ui.try_out_view import Report, TryOutView, works_in_words

_PATIENCE_MS: Final = 15_000  # the first check after it was saved; later the list tells it
_READING_MS: Final = 2_500  # long enough to read that it works
_ROOM_AROUND: Final = 90  # for the frame of the window and a panel of the desktop


class ReconnectDialog(QDialog):
    """`reconnected` carries the mailbox id once what was tried is kept."""

    reconnected = Signal(str)

    def __init__(self, around: Surroundings, snapshot: Snapshot, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around, self._snapshot = around, snapshot
        self._saving = self._is_back = False
        self._provider = whose(around.provider_pages(snapshot.mailbox.provider), around.words)
        self._checks_from: int | None = None
        words = around.words
        self.setWindowTitle(words.text("ui.reconnect.title", address=snapshot.mailbox.address))
        self.setModal(True)
        self._header = ReconnectHeader(around)
        self._page: ReconnectPage | None = None
        self._view = TryOutView(around.theme, words, around.now)
        self._try = TryOut(around, self._view)
        self._problem, self._count = label(role="muted"), label(role="muted")
        self._others = QWidget()
        self._cancel = button(words.text("ui.cancel"), self._cancel_or_stop)
        self._anyway = button(words.text("reconnect.anyway"), self._save_anyway)
        self._check = button(words.text("ui.offer.check_now"), self._check_now)
        self._go = button(words.text("ui.reconnect.go"), self._act, bright=True)
        self._go.setDefault(True)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self.accept)
        self._lay_out()
        self._try.passed.connect(self._save)
        self._try.failed.connect(self._failed)
        self._try.changed.connect(self._refresh)
        around.bridge.news.connect(self._heard)
        self._turn_to(need_of(snapshot))

    @property
    def reason(self) -> str:
        """Why the last try failed, in words; "" where none did."""
        report = self._try.report
        if report is None or report.failed is None:
            return ""
        return self._around.words.headline(as_snapshot(report.mailbox, report.failed, self._around.now()))

    # -- building

    def _lay_out(self) -> None:
        body = self._body = QWidget()
        body.setObjectName("pane_body")
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(*(MEASURES.gap_xl,) * 4)
        self._column.setSpacing(MEASURES.gap_l)
        self._flow = Flow(self._others)
        for part in (self._header, self._view, self._count, self._others):
            self._column.addWidget(part)
        self._column.addStretch(1)
        self._scroll = scrolled(body)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body.installEventFilter(self)
        self._footer = footer_of(self._problem, self._cancel, self._anyway, self._check, self._go)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._scroll, 1)
        whole.addWidget(self._footer)

    def _turn_to(self, need: Need) -> None:
        """Ask for this from now on; what was typed for another need is forgotten."""
        self._drop_page()
        self._header.show_mailbox(self._snapshot)
        page = page_for(need, self._around, self._snapshot)
        page.edited.connect(self._edited)
        page.tried.connect(self._begin)
        page.waits.connect(self._refresh)
        self._column.insertWidget(1, page)
        self._page = page
        self._view.clear()
        self._offer_others(need)
        self._refresh()
        if self.isVisible():
            page.show()
            page.enter()

    def _drop_page(self) -> None:
        self._try.forget()
        if self._page is not None:
            self._page.forget()
            self._page.hide()
            self._column.removeWidget(self._page)
            self._page.deleteLater()
            self._page = None

    def _offer_others(self, need: Need) -> None:
        """The diagnosis may be wrong: the other things that a person can change are one click away."""
        while (item := self._flow.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        words = self._around.words
        before = label(words.text("reconnect.something_else"), "muted", wraps=False)
        before.setContentsMargins(0, 2, MEASURES.gap_s, 0)
        self._flow.addWidget(before)
        for other in self._others_than(need):
            link = LinkButton(words.text(f"reconnect.other.{other.value}"))
            link.clicked.connect(lambda _checked=False, other=other: self._turn_to(other))
            self._flow.addWidget(link)

    def _others_than(self, need: Need) -> tuple[Need, ...]:
        mailbox, engine = self._snapshot.mailbox, self._around.engine
        provider = engine.provider(mailbox.provider)
        return other_needs(
            need,
            need_of(self._snapshot),
            has_app_passwords=bool(self._around.provider_pages(mailbox.provider).app_password),
            signs_in=bool(apps_for(mailbox.provider, engine.oauth_apps(), engine.providers)),
            takes_passwords=not (does_oauth(provider) and mailbox.auth is AuthKind.OAUTH),
        )

    # -- what the person does

    def _act(self) -> None:
        match self._page.act if self._page is not None else Act.NOTHING:
            case Act.TRY:
                self._begin()
            case Act.CHECK:
                self._check_now()
            case Act.RESUME:
                self._around.bridge.wish(self._around.engine.resume([self._snapshot.id]), self.accept)
            case Act.SIGN_IN if self._page is not None:
                self.sign_in()
            case Act.COPY if self._page is not None:
                self._page.copy()
                self._refresh(self._around.words.text("reconnect.ask.copied"))
            case _:
                self.accept()

    def sign_in(self) -> None:
        """Begin the sign-in at the provider, where that is what brings the mailbox back."""
        if self._page is not None and self._page.act is Act.SIGN_IN:
            self._header.make_way()
            self._view.clear()
            self._page.sign_in()

    def _cancel_or_stop(self) -> None:
        if self._page is not None and self._page.is_waiting:
            self._page.stop()
        else:
            self._try.stop_or(self.reject)

    def _begin(self) -> None:
        trial = self._page.trial() if self._page is not None else ""
        if isinstance(trial, Trial):
            self._header.make_way()
            self._try.begin(trial)
        elif trial:
            self._refresh(self._around.words.text(trial))

    def _check_now(self) -> None:
        self._checks_from = self._snapshot.version
        self._view.say(self._around.words.text("reconnect.checking"), Tone.BLUE)
        self._around.engine.check_now([self._snapshot.id])
        QTimer.singleShot(_PATIENCE_MS, self, self._wait_no_longer)
        self._refresh()

    def _edited(self) -> None:
        if not self._try.is_running:
            self._try.forget()
        self._refresh()

    def _failed(self, report: Report) -> None:
        if report.was_refused:
            self._count.setText(self._around.words.plural("ui.reconnect.refused", self._try.refused))
        self._refresh()
        if self._page is not None and report.was_refused:
            self._page.refused()
        QTimer.singleShot(0, self, self._show_outcome)

    def _save_anyway(self) -> None:
        if self._try.trial is not None:
            self._save(self._try.trial)

    # -- keeping it

    def _save(self, trial: Trial) -> None:
        self._saving = True
        self._around.bridge.wish(self._keep(trial), self._kept, self._not_kept)
        self._refresh()

    async def _keep(self, trial: Trial) -> None:
        """The secret first: servers that were changed are checked at once, and with it. What else was changed of the
        mailbox meanwhile stays."""
        engine, tried = self._around.engine, trial.mailbox
        if trial.credential is not None:
            await engine.replace_credential(tried.id, trial.credential)
        known = engine.board.get(tried.id)
        now = known.mailbox if known is not None else tried
        if (now.receiving, now.sending) != (tried.receiving, tried.sending):
            await engine.update(replace(now, receiving=tried.receiving, sending=tried.sending))

    def _kept(self) -> None:
        report, words = self._try.report, self._around.words
        works = works_in_words(report.works, words) if report is not None else ""
        self._is_back = True
        self._try.forget()
        self._header.close_the_case()
        if self._page is not None:
            self._page.forget()
            self._page.hide()
        is_proved = report is not None and report.passed
        self._view.say(words.text("reconnect.saved", works=works).strip(), Tone.GREEN if is_proved else Tone.BLUE)
        self.reconnected.emit(self._snapshot.id)
        self._patience.start(_PATIENCE_MS)
        self._refresh()
        known = self._around.engine.board.get(self._snapshot.id)
        self._heard((known,) if known else ())

    def _not_kept(self, error: BaseException) -> None:
        self._saving = False
        self._view.say(in_words(error, self._around.words), Tone.RED)
        self._refresh()

    # -- what is heard of the mailbox

    def _heard(self, news: Iterable[Snapshot | Gone]) -> None:
        for each in news:
            if each.id != self._snapshot.id:
                continue
            if isinstance(each, Gone):
                self.reject()
            else:
                self._stands(each)

    def _stands(self, snapshot: Snapshot) -> None:
        if snapshot.checking_now:
            return
        is_fine = snapshot.shown is Shown.CONNECTED
        if is_fine and (self._is_back or self._checks_from is not None):
            self._came_back(snapshot)
        elif self._checks_from is not None and snapshot.version > self._checks_from:
            self._checked_again(snapshot)

    def _came_back(self, snapshot: Snapshot) -> None:
        words, report = self._around.words, self._try.report
        works = works_in_words(report.works, words) if report is not None else ""
        told = words.text("reconnect.is_back", works=works) if works else words.text("reconnect.came_back")
        self._snapshot, self._is_back, self._checks_from = snapshot, True, None
        self._header.close_the_case()
        if self._page is not None:
            self._page.hide()
        self._view.say(told, Tone.GREEN)
        self._patience.start(_READING_MS)
        self._refresh()

    def _wait_no_longer(self) -> None:
        """Nothing is under way, and nothing was told: the check found what it found before."""
        known = self._around.engine.board.get(self._snapshot.id)
        if self._checks_from is not None and known is not None and not known.checking_now:
            self._checked_again(known)

    def _checked_again(self, snapshot: Snapshot) -> None:
        before, self._snapshot, self._checks_from = self._snapshot, snapshot, None
        self._turn_to(need_of(snapshot))
        is_same = self._around.words.headline(before) == self._around.words.headline(snapshot)
        if is_same:
            self._view.say(self._around.words.text("reconnect.still"), Tone.GREY)

    # -- leaving, and how it is painted

    def done(self, result: int) -> None:
        """Closed, however: what runs is ended, what was typed is forgotten."""
        self._try.forget()
        self._patience.stop()
        if self._page is not None:
            self._page.forget()
        super().done(result)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  Qt's name
        super().showEvent(event)
        self._refresh()
        if self._page is not None:
            self._page.enter()
        self._fit()

    def _refresh(self, problem: str = "") -> None:
        words, running = self._around.words, self._try.is_running
        waiting = self._page is not None and self._page.is_waiting
        busy = running or waiting or self._saving or self._checks_from is not None
        act, go = (self._page.act, self._page.go) if self._page is not None else (Act.NOTHING, "")
        failed = self._try.report is not None and not self._try.report.passed and self._try.trial is not None
        is_seen = self._snapshot.shown not in (Shown.BLIND, Shown.PAUSED)
        for each in (self._page, self._go, self._check, self._others, self._anyway):
            if each is not None:
                each.setDisabled(busy and not (waiting and each is self._page))
        if act is not Act.NOTHING:
            self._go.setText(words.text(go, provider=self._provider, address=self._snapshot.mailbox.address))
        self._go.setVisible(act is not Act.NOTHING and not self._is_back and not waiting)
        self._check.setVisible(is_seen and act in (Act.COPY, Act.NOTHING) and not self._is_back)
        keeps_secret = self._try.trial is not None and self._try.trial.credential is None
        self._anyway.setVisible(failed and keeps_secret and not busy)
        self._others.setVisible(is_seen and not busy and not self._is_back)
        self._count.setVisible(self._try.refused > 0 and not busy)
        self._problem.setText(problem)
        running = running or waiting
        self._cancel.setVisible(self.isWindow() or running)  # a part of another window has that one's buttons
        idle = "ui.close" if self._is_back else "ui.cancel"
        self._cancel.setText(words.text("signin.cancel" if waiting else "ui.stop" if running else idle))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """What is said grew or shrank: so does the dialog."""
        if watched is self._body and event.type() is QEvent.Type.LayoutRequest:
            QTimer.singleShot(0, self, self._fit)
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        """As tall as what is said, as far as the screen goes; as a part of another window, as that one lays it out."""
        if not self.isWindow():
            return
        body = self._body
        least = self._page.width_wanted if self._page is not None else 0
        width = max(least, body.minimumSizeHint().width() + MEASURES.gap_xl)
        beside_a_bar = width - MEASURES.gap_l
        wanted = body.heightForWidth(beside_a_bar) if body.hasHeightForWidth() else body.sizeHint().height()
        room = self.screen().availableGeometry().height() - _ROOM_AROUND
        height = min(room, wanted + self._footer.sizeHint().height() + 2)
        if QSize(width, height) != self.size():
            self.resize(width, height)

    def _show_outcome(self) -> None:
        self._fit()
        self._scroll.ensureWidgetVisible(self._view)
