"""Brings the window to life: news of the engine into list, pane and strips; wishes of the person to the acts.

Made once the frame has been painted; until the engine is there it shows what was stored. It decides nothing about
mailboxes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.vault_state import VaultState
from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.actions import CONTEXT_MENU, Act
from mailbox_desk.ui.bars import FailureBar, UndoBar, VaultBar
from mailbox_desk.ui.day import HOURS, DayBook
from mailbox_desk.ui.failures import in_words
from mailbox_desk.ui.look import THEME_SETTING, Choice
from mailbox_desk.ui.network_bar import NetworkBar
from mailbox_desk.ui.offers import Offer
from mailbox_desk.ui.pane import Pane
from mailbox_desk.ui.row_maker import RowMaker
from mailbox_desk.ui.rows import FIXED, Column, Row
from mailbox_desk.ui.shared_bar import SharedBar
from mailbox_desk.ui.style import Theme
from mailbox_desk.ui.together import Together
from mailbox_desk.ui.undisturbed import undisturbed
from mailbox_desk.ui.window import Window
from mailbox_desk.wording import Wording
from mailbox_desk.wording.support import support_text

if TYPE_CHECKING:  # these bring along the engine, which is loaded on a thread meanwhile
    from mailbox_desk.engine.board import Gone
    from mailbox_desk.ui.acts import Acts
    from mailbox_desk.ui.surroundings import Surroundings

_HISTORY_LINES: Final = 20
_SUMS_MS: Final = 250
_PORTION: Final = 40
_DAY_SECONDS: Final = HOURS * 3600.0


class DeskView(QObject):
    """One for the window, for as long as it lives."""

    def __init__(self, window: Window, theme: Theme, words: Wording, now: Callable[[], float]) -> None:
        super().__init__(window)
        self._window, self._words, self._now = window, words, now
        self._acts: Acts | None = None
        self._around: Surroundings | None = None
        self._days = DayBook()
        theme.chosen.connect(self._keep_look)
        self._maker = RowMaker(words, str, now, self._days)
        self._leaving: dict[MailboxId, None] = {}
        self._going: set[MailboxId] = set()  # being forgotten: news on their way do not bring them back
        self._has_chosen = False
        self.pane = Pane(theme, words, now)
        self._failure_bar, self._vault_bar, self._undo_bar = FailureBar(words), VaultBar(words), UndoBar(words)
        window.put_pane(self.pane)
        self._network_bar = NetworkBar(words)
        self._is_stale = False
        self._sums = QTimer(self, singleShot=True, interval=_SUMS_MS)
        self._sums.timeout.connect(lambda: self._sum_up() if self._is_stale else None)
        self._shared_bar, self._together = SharedBar(theme, words), Together(words)
        strips = (self._failure_bar, self._vault_bar, self._network_bar, self._shared_bar, self._undo_bar)
        for strip in strips:
            window.put_strip(strip)
        window.header.make_menu()
        self._menu = window.acts.menu((), window)  # one for good: Qt tells screen readers of the first only
        self._listen()
        self._choose(window.list.current_id() or "")

    def _listen(self) -> None:
        view, columns = self._window.list, self._window.list.columns
        view.chosen.connect(self._choose)
        view.acted.connect(lambda mailbox_id: self._offer(mailbox_id, None))
        view.marked.connect(self._enable)
        view.seen.connect(self._seen)
        view.aged.connect(self._age)
        view.customContextMenuRequested.connect(self._open_context_menu)
        view.horizontalHeader().customContextMenuRequested.connect(self._open_columns_menu)
        columns.changed.connect(lambda: self._keep("ui.columns"))
        self.pane.offered.connect(self._offer)
        self.pane.history_wanted.connect(self._ask_history)
        self._window.acts.wanted.connect(self._do)
        self._shared_bar.only_wanted.connect(self._list_only)
        self._window.all_wanted.connect(self._shared_bar.list_all)
        self._window.closing.connect(self._keep_layout)
        self._window.complained.connect(self._failure_bar.say)
        self._undo_bar.undone.connect(self._bring_back)
        self._undo_bar.settled.connect(self.settle)

    # -- from the outside

    def attach(self, around: Surroundings, acts: Acts) -> None:
        """The engine is there: rows become live and acts possible."""
        self._around, self._acts = around, acts
        self._together = self.pane.together = Together(self._words, around.provider_name, around.engine.board.get)
        self._maker = RowMaker(self._words, around.provider_name, self._now, self._days, self._together)
        self.pane.help_page = acts.extras.help_page
        self.pane.pages_of = around.provider_pages
        self.pane.help_wanted.connect(acts.show_cause)
        self._window.quitting.connect(acts.close_windows)
        acts.added.connect(self._show_added)
        acts.leaving.connect(self._let_go)
        acts.failed.connect(self._tell_failure)
        acts.unlock_asked.connect(self._vault_bar.press)
        acts.vault_told.connect(self.tell_vault)
        acts.vault_refused.connect(self._vault_bar.say)
        self._vault_bar.unlock_wanted.connect(acts.unlock)
        self._shared_bar.mend_wanted.connect(acts.admin_connections)
        around.bridge.news.connect(self.hear)
        around.bridge.failed.connect(self._tell_failure)
        self._network_bar.accepted.connect(around.engine.accept_network)
        self._network_bar.show_view(around.engine.network)
        self._drop_unknown(around)
        self.tell_vault(around.engine.vault_state)
        self._window.sum_up()
        self._enable()
        self._choose_first()
        self._choose(self._window.list.current_id() or "")
        self._seen(self._window.list.visible_ids())
        around.bridge.wish(self._come_alive(around))

    def leave(self) -> None:
        """The program ends: what must not be lost is begun now, and is to be waited for."""
        self.settle()
        self._keep_layout()

    def settle(self) -> None:
        """What could still be taken back is done now: the time is over, or the program ends."""
        ids, self._leaving = tuple(self._leaving), {}
        self._going.update(ids)
        if self._acts is not None and ids:
            self._acts.remove_for_good(ids, self._not_removed)

    def hear(self, news: Iterable[Snapshot | Gone]) -> None:
        """One pass of news of the board."""
        is_new_together = self._hear_of_incidents()
        with undisturbed():
            made = self._maker.take(news)
        fresh = [row for row in made.rows if row.id not in self._leaving and row.id not in self._going]
        self._window.model.take(fresh, made.gone)
        self._sum_up()
        if self._around is not None:
            self._network_bar.show_view(self._around.engine.network)
            if self._around.engine.vault_state is not self._vault_bar.state:  # it may be unlocked elsewhere
                self.tell_vault(self._around.engine.vault_state)
        self._choose_first()
        looked_at = self._window.list.current_id()
        if is_new_together or any(row.id == looked_at for row in fresh):
            self._choose(looked_at or "")
        if fresh or made.gone:
            self._enable()

    def _sum_up(self) -> None:
        """At once, then a few times a second: it looks through all lines."""
        if self._sums.isActive():
            self._is_stale = True
            return
        self._is_stale = False
        self._window.sum_up()
        self._sums.start()

    def _hear_of_incidents(self) -> bool:
        """What many have together; whether that is news."""
        if self._around is None or not self._together.take(self._around.engine.shared_incidents):
            return False
        self._window.told_above = self._shared_bar.show_incidents(self._together)
        self._list_only(self._shared_bar.only)
        return True

    def _list_only(self, identity: str) -> None:
        incident = self._together.incident(identity)
        self._window.show_only(incident.members if incident is not None else None)

    def _choose_first(self) -> None:
        """Until something was looked at, the worst is."""
        first = self._window.model.row(0)
        if not self._has_chosen and first is not None:
            self._has_chosen = True
            if not self._window.list.selected_ids():
                self._window.list.choose(first.id)

    def tell_vault(self, state: VaultState) -> None:
        self._vault_bar.show_state(state)
        self._window.tell_vault(self._words.text(f"ui.footer.vault.{state.value}"))

    # -- what it shows

    def _choose(self, mailbox_id: str) -> None:
        chosen = MailboxId(mailbox_id)
        snapshot, row = self._maker.snapshot(chosen), self._window.model.any_row(chosen)
        if snapshot is not None and row is not None:
            self.pane.show_snapshot(snapshot, row.provider)
        elif row is not None:
            self.pane.show_stored(row.id, row.address, row.provider, row.shown, row.cause)
        else:
            self.pane.show_nothing()

    def _show_added(self, mailbox_id: str) -> None:
        added = MailboxId(mailbox_id)
        snapshot = self._around.engine.board.get(added) if self._around else None
        if snapshot is not None:
            self.hear((snapshot,))
        if self._window.model.place_of(added) is None:
            self._window.show_everything()
        self._window.list.choose(added)
        self._window.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell_failure(self, error: BaseException) -> None:
        self._failure_bar.say(in_words(error, self._words))

    def _enable(self) -> None:
        self._window.acts.enable(is_live=self._acts is not None, marked=self._marked())

    def _marked(self) -> Collection[Row]:
        rows = map(self._window.model.any_row, self._window.list.selected_ids())
        return [row for row in rows if row is not None]

    def _age(self, ids: Sequence[MailboxId]) -> None:
        self._window.model.take([row for row in self._maker.again(ids) if row.id not in self._leaving])

    def _drop_unknown(self, around: Surroundings) -> None:
        """Stored lines of mailboxes that the engine does not know go; what is in sight comes alive at once."""
        known = {snapshot.id: snapshot for snapshot in around.engine.board.snapshots()}
        gone = tuple(row.id for row in self._window.model.all_rows() if row.id not in known)
        first = self._window.list.visible_ids() or list(known)
        made = self._maker.take([known[each] for each in first if each in known][:_PORTION])
        self._window.model.take(made.rows, gone)

    async def _come_alive(self, around: Surroundings) -> None:
        """The lines by the engine's truth, with their last day; a portion at a time, for a thousand take long."""
        self._days.remember(await around.engine.changes_since(self._now() - _DAY_SECONDS))
        for place in range(0, len(ids := around.engine.ids), _PORTION):
            snapshots = map(around.engine.board.get, ids[place : place + _PORTION])
            self.hear([each for each in snapshots if each is not None])
            await asyncio.sleep(0)

    def _ask_history(self, mailbox_id: str) -> None:
        if self._around is not None:
            self._around.bridge.wish(self._fetch_history(MailboxId(mailbox_id), self._around))

    async def _fetch_history(self, mailbox_id: MailboxId, around: Surroundings) -> None:
        self.pane.show_history(mailbox_id, await around.engine.changes(mailbox_id, _HISTORY_LINES))

    def _seen(self, ids: Sequence[MailboxId]) -> None:
        if self._around is not None:
            self._around.bridge.prefer(ids)
            self._around.engine.prioritise(ids)

    def _keep_layout(self) -> None:
        """A window that nobody sees has no shape of its own."""
        if self._window.isVisible():
            self._keep(*self._window.layout_kept())

    def _keep(self, *names: str) -> None:
        if self._around is not None:
            kept = self._window.layout_kept()
            for name in names:
                self._around.bridge.wish(self._around.engine.save_setting(name, kept[name]), to_the_end=True)

    def _keep_look(self, choice: Choice) -> None:
        if self._around is not None:
            self._around.bridge.wish(self._around.engine.save_setting(THEME_SETTING, choice.value))

    # -- what the person does

    def _do(self, act: Act) -> None:
        """An act by key, menu or button. Those that only touch the window need no engine."""
        match act:
            case Act.UNDO:
                self._undo_bar.undo()
            case Act.CLOSE:
                self._window.close()
            case Act.QUIT:
                self._window.quitting.emit()
            case _ if self._acts is not None:
                self._do_live(act, self._acts)
            case _:
                return

    def _do_live(self, act: Act, acts: Acts) -> None:
        ids, everyone = self._window.list.selected_ids(), [row.id for row in self._window.model.all_rows()]
        current = MailboxId(self._window.list.current_id() or "")
        match act:
            case Act.ADD:
                acts.add()
            case Act.IMPORT:
                acts.import_list()
            case Act.EXPORT:
                acts.export_list(ids)
            case Act.RECONNECT_ALL:
                acts.reconnect_all(ids if len(ids) > 1 else everyone)
            case Act.CHECK:
                acts.check(ids or everyone)
            case Act.CHECK_ALL:
                acts.check(everyone)
            case Act.NEXT_STEP:
                self._offer(current, None)
            case Act.ACKNOWLEDGE | Act.TELL_AGAIN:
                acts.acknowledge(ids, known=act is Act.ACKNOWLEDGE)
            case Act.EDIT:
                acts.edit(current)
            case Act.COPY_ADDRESS:
                QGuiApplication.clipboard().setText("\n".join(row.address for row in self._marked()))
            case Act.COPY_FOR_SUPPORT:
                self._copy_for_support(current)
            case Act.REMOVE:
                acts.remove(ids)
            case _:
                self._do_rarer(act, acts, ids, everyone)

    def _do_rarer(self, act: Act, acts: Acts, ids: Sequence[MailboxId], everyone: Sequence[MailboxId]) -> None:
        match act:
            case Act.PAUSE:
                acts.pause(ids)
            case Act.PAUSE_ALL:
                acts.pause(everyone)
            case Act.RESUME:
                acts.resume([row.id for row in self._marked() if row.shown is Shown.PAUSED])
            case Act.RESUME_ALL:
                acts.resume([row.id for row in self._window.model.all_rows() if row.shown is Shown.PAUSED])
            case Act.PASTE_ERROR:
                acts.explain_pasted()
            case Act.OAUTH_APPS:
                acts.show_oauth_apps()
            case Act.CONNECTIONS:
                acts.admin_connections()
            case Act.REHEARSAL:
                acts.rehearse()
            case Act.HELP:
                acts.show_help()
            case Act.KEYBOARD:
                acts.show_help("keyboard")
            case _:
                return

    def _offer(self, mailbox_id: str, offer: Offer | None) -> None:
        if self._acts is not None:
            self._acts.offered(mailbox_id, offer)

    def _copy_for_support(self, mailbox_id: MailboxId) -> None:
        snapshot = self._maker.snapshot(mailbox_id)
        if snapshot is not None and self._around is not None:
            provider = self._around.provider_name(snapshot.mailbox.provider)
            QGuiApplication.clipboard().setText(support_text(self._words, snapshot, provider, self._now()))

    def _let_go(self, ids: Sequence[MailboxId]) -> None:
        """These leave the list at once and the desk a little later, unless the person takes it back."""
        self.settle()
        rows = [row for row in map(self._window.model.any_row, ids) if row is not None]
        self._leaving = dict.fromkeys(row.id for row in rows)
        self._window.model.take([], tuple(self._leaving))
        self._window.sum_up()
        first = rows[0].address if rows else ""
        self._undo_bar.offer(self._words.plural("ui.remove.done", len(rows), address=first))

    def _bring_back(self) -> None:
        ids, self._leaving = tuple(self._leaving), {}
        self._window.model.take(self._maker.again(ids))
        self._window.sum_up()
        if ids:
            self._window.list.choose(ids[0])

    def _not_removed(self, mailbox_id: MailboxId, error: BaseException) -> None:
        self._going.discard(mailbox_id)
        self._window.model.take(self._maker.again((mailbox_id,)))
        self._window.sum_up()
        self._tell_failure(error)

    def _open_context_menu(self, at: QPoint) -> None:
        self._window.acts.fill(self._menu, CONTEXT_MENU)
        self._menu.popup(self._window.list.viewport().mapToGlobal(at))

    def _open_columns_menu(self, at: QPoint) -> None:
        columns = self._window.list.columns
        menu = QMenu(self._window)
        for column in Column:
            action = menu.addAction(self._words.text(f"ui.column.{column.name.lower()}"))
            action.setCheckable(True)
            action.setChecked(columns.is_shown(column))
            action.setEnabled(column not in FIXED)
            action.toggled.connect(lambda wanted, column=column: columns.show(column, wanted=wanted))
        menu.addSeparator()
        menu.addAction(self._words.text("ui.columns.reset")).triggered.connect(columns.as_first)
        # Ended a moment after it closes: the action chosen is told only then.
        menu.aboutToHide.connect(lambda: QTimer.singleShot(0, menu.deleteLater))
        menu.popup(self._window.list.horizontalHeader().mapToGlobal(at))
