"""Follows one sign-in by OAuth: the link or the code, whom to sign in as, how long it waits, and how it ended.
The browser is opened by whom the surroundings name; nothing is saved here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mailbox_desk.model.account_choice import asking_which_account
from mailbox_desk.model.history import ArchiveFailed
from mailbox_desk.model.mailbox import Mailbox
from mailbox_desk.model.oauth import (
    CameBack,
    CodeReady,
    Granted,
    IdentityUnproven,
    LinkReady,
    NoSuchApp,
    RegisteredApp,
    SignInFailed,
    SigningInStep,
    WrongAccount,
)
from mailbox_desk.model.vault_state import SecretUnreadable, VaultClosed
from mailbox_desk.ui.failures import in_words
from mailbox_desk.ui.look import MEASURES, Tone
from mailbox_desk.ui.pane_parts import CopyButton, LinkButton
from mailbox_desk.ui.parts import breakable, button, code_label, label, row_of, tinted
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.wording.sign_in import Ending, ending

_log = logging.getLogger(__name__)
_OUR_SIDE = (NoSuchApp, VaultClosed, SecretUnreadable, ArchiveFailed, OSError)
_TICK_MS = 1000


@dataclass(frozen=True, slots=True)
class Wish:
    """One sign-in: as whom, by which app. `by_code`: the device flow; `choosing`: the person picks the account anew."""

    who: Mailbox
    app: RegisteredApp
    provider: str
    by_code: bool = False
    choosing: bool = False


class SignInView(QWidget):
    """`granted` carries the OAuthToken of a sign-in whose person is known to be right; `changed` says that one began or
    ended; `apps_wanted` that the OAuth app is to be mended."""

    granted = Signal(object)
    changed = Signal()
    apps_wanted = Signal()

    def __init__(self, around: Surroundings, *, corrects: bool = True) -> None:
        """`corrects`: after a wrong account it offers the right one by itself; else who shows it does."""
        super().__init__()
        self._corrects, self.was_other_account = corrects, False
        self._around, words = around, around.words
        self._task: asyncio.Task[None] | None = None
        self._wish: Wish | None = None
        self._url = ""
        self._until = 0.0
        self.ending: Ending | None = None
        self._told, self._code = label(role="note"), code_label(around.theme)
        self._code.setFont(around.theme.title_font)
        self._code.setAccessibleName(words.text("signin.code"))
        self._left = label(role="muted")
        self._server, self._advice = code_label(around.theme), label()
        self._page = LinkButton()
        self._page.clicked.connect(lambda: self._browse())
        self._again = button(words.text("signin.open_again"), self._browse)
        self._copy_link = CopyButton(words, "signin.copy_link")
        self._copy_code = CopyButton(words, "signin.copy_code")
        self._by_code = button(words.text("signin.use_code"), lambda: self._begin_anew(by_code=True))
        self._by_browser = button(words.text("signin.use_browser"), lambda: self._begin_anew(by_code=False))
        self._right = button("", lambda: self._begin_anew(choosing=True))
        self._apps = button(words.text("signin.apps"), self.apps_wanted.emit)
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(self._show_left)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(MEASURES.gap_m)
        column.addWidget(self._told)
        column.addWidget(self._code, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._page, 0, Qt.AlignmentFlag.AlignLeft)
        for each in (self._server, self._advice, self._left):
            column.addWidget(each)
        column.addLayout(row_of(self._again, self._copy_link, self._copy_code, self._by_code, self._by_browser))
        column.addLayout(row_of(self._right, self._apps))
        self.clear()

    @property
    def is_running(self) -> bool:
        return self._task is not None

    def begin(self, wish: Wish) -> None:
        """Follow this sign-in from now on; one at a time."""
        self.stop()
        self.clear()
        self._wish = wish
        self._say(self._around.words.text("signin.opening", provider=wish.provider), Tone.BLUE)
        self._task = asyncio.get_running_loop().create_task(self._follow(wish))
        self.changed.emit()

    def stop(self) -> None:
        """Wait no longer: nothing listens any more, and what comes back late is not taken."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
            self.clear()
            self.changed.emit()

    def clear(self) -> None:
        self._url, self.ending, self.was_other_account = "", None, False
        self._tick.stop()
        self._show_only()

    # -- following it

    async def _follow(self, wish: Wish) -> None:
        last: SigningInStep | None = None
        try:
            async with aclosing(self._steps(wish)) as steps:
                async for step in steps:
                    last = step
                    self._take(step, wish)
        except _OUR_SIDE as error:
            _log.exception("the sign-in could not be made")
            self._task = None
            self._end(Ending(in_words(error, self._around.words)))
            return
        self._task = None
        self._came_to(last, wish)

    async def _steps(self, wish: Wish) -> AsyncGenerator[SigningInStep, None]:
        engine = self._around.engine
        app = await engine.oauth_app(wish.app.id)
        if wish.choosing:
            app = asking_which_account(app)
        async with aclosing(engine.sign_in(wish.who, app, device=wish.by_code)) as steps:
            async for step in steps:
                yield step

    def _take(self, step: SigningInStep, wish: Wish) -> None:
        words, address = self._around.words, wish.who.address
        match step:
            case LinkReady():
                self._url, self._until = step.url, step.until
                self._copy_link.hold(step.url)
                self._say(words.text("signin.in_browser", provider=wish.provider, address=address), Tone.BLUE)
                offers = (self._again, self._copy_link, *self._other_way(wish))
                self._wait_with(*offers)
                self._browse()
            case CodeReady():
                self._url, self._until = step.complete_url or step.url, step.until
                self._copy_code.hold(step.user_code)
                self._code.setText(step.user_code)
                self._page.say(step.url)
                self._say(words.text("signin.type_code", address=address), Tone.BLUE)
                self._wait_with(self._code, self._page, self._copy_code, self._by_browser)
            case CameBack():
                self._say(words.text("signin.came_back", provider=wish.provider), Tone.BLUE)
                self._tick.stop()
                self._show_only(self._told)
            case _:
                pass

    def _other_way(self, wish: Wish) -> tuple[QWidget, ...]:
        return (self._by_code,) if wish.app.app.service.device_url else ()

    def _came_to(self, last: SigningInStep | None, wish: Wish) -> None:
        match last:
            case Granted():
                self._tick.stop()
                self._show_only()
                self.granted.emit(last.token)
                self.changed.emit()
            case SignInFailed() | WrongAccount() | IdentityUnproven():
                words, engine = self._around.words, self._around.engine
                judged = ending(
                    words,
                    last,
                    wish.who.address,
                    wish.provider,
                    lambda text: engine.explain(text, wish.who.provider),
                )
                self._end(judged, self._offered_after(last, wish))
            case _:
                self._end(Ending(self._around.words.text("ui.try.broken")))

    def _offered_after(self, last: SigningInStep, wish: Wish) -> QWidget | None:
        self.was_other_account = isinstance(last, WrongAccount)
        if not self.was_other_account or not self._corrects:
            return None
        self._right.setText(self._around.words.text("signin.sign_in_as", address=wish.who.address))
        return self._right

    def _end(self, ending: Ending, offered: QWidget | None = None) -> None:
        self._tick.stop()
        self.ending = ending
        self._say(ending.text, Tone.RED)
        self._server.setText(breakable(ending.server))
        self._advice.setText(ending.advice)
        shown: list[QWidget] = [self._told]
        shown += [each for each, text in ((self._server, ending.server), (self._advice, ending.advice)) if text]
        shown += [self._apps] if ending.of_app else []
        self._show_only(*shown, *([offered] if offered is not None else []))
        self.changed.emit()

    # -- what the person does

    def _browse(self) -> None:
        if self._url:
            self._around.browse(QUrl(self._url))

    def _begin_anew(self, *, by_code: bool = False, choosing: bool = False) -> None:
        if self._wish is not None:
            self.begin(replace(self._wish, by_code=by_code, choosing=choosing))

    # -- how it is shown

    def _say(self, text: str, tone: Tone) -> None:
        self._told.setText(text)
        tinted(self._told, tone)
        self._told.show()

    def _wait_with(self, *widgets: QWidget) -> None:
        self._show_only(self._told, self._left, *widgets)
        self._show_left()
        self._tick.start()

    def _show_left(self) -> None:
        words, left = self._around.words, max(0.0, self._until - self._around.now())
        self._left.setText(words.text("signin.left", time=words.duration(left)))

    def _show_only(self, *shown: QWidget) -> None:
        for each in (
            *(self._told, self._code, self._page, self._server, self._advice, self._left),
            *(self._again, self._copy_link, self._copy_code, self._by_code, self._by_browser, self._right, self._apps),
        ):
            each.setVisible(each in shown)
