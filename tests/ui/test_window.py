from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QMessageBox, QTextBrowser, QToolButton

from mailbox_desk.adapters.help_pages import load_help
from mailbox_desk.engine.board import Gone
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.history import StatusChange
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.vault_state import VaultState, WrongPassphrase
from mailbox_desk.model.verdict import Half, Shown, VeilReason, Verdict
from mailbox_desk.ui.acts import Acts
from mailbox_desk.ui.add_dialog import AddDialog
from mailbox_desk.ui.certificate_dialog import CertificateDialog
from mailbox_desk.ui.desk_view import DeskView
from mailbox_desk.ui.extras import Extras
from mailbox_desk.ui.reconnect_dialog import ReconnectDialog
from mailbox_desk.ui.rows import Column, Row
from mailbox_desk.ui.servers_dialog import ServersDialog
from mailbox_desk.ui.style import Theme
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.window import Window
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.finding import by_name, pressed, said
from tests.ui.samples import NOW, REFUSAL, dozen, rows, snapshot
from tests.ui.waiting import until


@pytest.fixture
def window(theme: Theme, words: Wording) -> Iterator[Window]:
    made = Window(theme, words, lambda: NOW)
    made.show()
    yield made
    for dialog in made.findChildren(QDialog):
        dialog.close()
    made.close()
    made.deleteLater()


@pytest.fixture
def view(window: Window, theme: Theme, words: Wording) -> DeskView:
    return DeskView(window, theme, words, lambda: NOW)


@pytest.fixture
async def live(window: Window, view: DeskView, around: Surroundings, engine: FakeEngine) -> Window:
    """The window with the twelve of the samples."""
    for each in dozen():
        engine.board.publish(each)
    extras = Extras(lambda cause: f"# Help on {cause.value}\n\n[outside](https://example.org)", load_help())
    view.attach(around, Acts(around, window, extras))
    await until(lambda: all(row.is_live for row in window.model.all_rows()) and window.model.rowCount() == 12)
    return window


@pytest.fixture
def live_rows(words: Wording) -> list[Row]:
    return rows(dozen(), words)


def opened(kind: type[QDialog]) -> QDialog | None:
    return next((each for each in QApplication.topLevelWidgets() if isinstance(each, kind) and each.isVisible()), None)


def box_of() -> QDialog:
    box = opened(QMessageBox)
    assert box is not None
    return box


async def test_stored_rows_are_shown_before_the_engine(
    window: Window, view: DeskView, live_rows: list[Row], words: Wording
) -> None:
    window.show_first(live_rows)
    assert window.model.rowCount() == 12
    assert live_rows[0].address in said(view.pane)
    with pytest.raises(AssertionError, match="disabled"):
        pressed(window, words.text("ui.header.add"))


async def test_an_empty_desk_invites(window: Window, view: DeskView, around: Surroundings, words: Wording) -> None:
    window.show_first([])
    view.attach(around, Acts(around, window))
    assert words.text("ui.empty.title") in said(window)
    QTest.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: opened(AddDialog))


async def test_the_pane_tells_the_whole_story(live: Window, view: DeskView, words: Wording) -> None:
    live.list.choose(MailboxId("a"))
    told = said(view.pane)
    assert words.headline(dozen()[0]) in told
    assert REFUSAL in told
    assert words.next_step(dozen()[0], NOW) in told
    assert words.text("ui.offer.reconnect") in told


async def test_servers_words_are_never_read_as_markup(live: Window, view: DeskView, engine: FakeEngine) -> None:
    labels = view.pane.findChildren(QLabel)
    assert labels
    assert all(each.textFormat() is Qt.TextFormat.PlainText for each in labels)


async def test_rows_live_with_the_board(live: Window, view: DeskView, engine: FakeEngine, words: Wording) -> None:
    live.list.choose(MailboxId("h"))
    engine.board.publish(snapshot("h", Verdict.NEEDS_YOU, Cause.OVER_QUOTA, version=2, age=5))
    await until(lambda: live.model.rows()[live.model.place_of(MailboxId("h")) or 0].shown is Shown.NEEDS_YOU)
    assert live.list.current_id() == "h"
    assert words.headline(engine.board.get(MailboxId("h"))) in said(view.pane)  # type: ignore[arg-type]  # it is there
    for each in dozen():
        engine.board.withdraw(each.id)
    await until(lambda: words.text("ui.empty.title") in said(live))


async def test_history_is_that_of_the_chosen_one(
    live: Window, view: DeskView, engine: FakeEngine, words: Wording
) -> None:
    engine.history = (
        StatusChange(MailboxId("a"), NOW - 60, Shown.NEEDS_YOU, "credentials_rejected"),
        StatusChange(MailboxId("b"), NOW - 60, Shown.CONNECTED),
    )
    live.list.choose(MailboxId("b"))
    live.list.choose(MailboxId("a"))
    await until(lambda: words.status(Shown.NEEDS_YOU) + ":" in said(view.pane))
    assert words.status(Shown.CONNECTED) not in said(view.pane)


@pytest.mark.parametrize(
    ("mailbox_id", "kind"), [("a", ReconnectDialog), ("k", CertificateDialog), ("c", ReconnectDialog)]
)
async def test_enter_begins_the_next_step(live: Window, mailbox_id: str, kind: type[QDialog]) -> None:
    live.list.choose(MailboxId(mailbox_id))
    QTest.keyClick(live.list, Qt.Key.Key_Return)
    await until(lambda: opened(kind))


async def test_the_button_in_a_row_begins_it_too(live: Window) -> None:
    place = live.model.place_of(MailboxId("a"))
    assert place is not None
    cell = live.list.visualRect(live.model.index(place, Column.NEXT))
    QTest.mouseClick(live.list.viewport(), Qt.MouseButton.LeftButton, pos=cell.topLeft() + QPoint(30, 20))
    await until(lambda: opened(ReconnectDialog))


async def test_wrong_servers_are_edited(live: Window, view: DeskView, engine: FakeEngine, words: Wording) -> None:
    engine.board.publish(snapshot("w", Verdict.NEEDS_YOU, Cause.WRONG_SERVER_SETTINGS))
    await until(lambda: live.model.place_of(MailboxId("w")) is not None)
    live.list.choose(MailboxId("w"))
    pressed(view.pane, words.text("ui.offer.servers"))
    await until(lambda: opened(ServersDialog))
    dialog = opened(ServersDialog)
    assert dialog is not None
    name = words.text("ui.server.spoken", half=words.text("ui.half.receiving"), field=words.text("ui.server.host"))
    field = by_name(dialog, QLineEdit, name)
    field.selectAll()
    QTest.keyClicks(field, "imap.new.example")
    pressed(dialog, words.text("ui.servers.keep"))
    await until(lambda: engine.wished("update") and opened(ServersDialog) is None)


async def test_a_reviewed_certificate_is_pinned(
    live: Window, view: DeskView, engine: FakeEngine, words: Wording
) -> None:
    live.list.choose(MailboxId("k"))
    pressed(view.pane, words.text("ui.offer.certificate"))
    await until(lambda: opened(CertificateDialog))
    dialog = opened(CertificateDialog)
    assert dialog is not None
    dialog._card._compared.setChecked(True)  # type: ignore[attr-defined]  # a CertificateDialog
    pressed(dialog, words.text("ui.certificate.accept"))
    await until(lambda: engine.wished("pin_certificate") == [("k", Half.RECEIVING, "ab" * 32)])


async def test_check_now_and_resume(live: Window, view: DeskView, engine: FakeEngine, words: Wording) -> None:
    live.list.choose(MailboxId("d"))
    QTest.keyClick(live, Qt.Key.Key_F5)
    assert engine.wished("check_now") == [(("d",),)]
    QTest.keyClick(live, Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
    assert len(engine.wished("check_now")[1][0]) == 12  # type: ignore[arg-type]  # a tuple of ids
    live.list.choose(MailboxId("g"))
    pressed(view.pane, words.text("ui.offer.resume"))
    await until(lambda: engine.wished("resume") == [(("g",),)])


async def test_removing_asks_first_and_can_be_taken_back(live: Window, engine: FakeEngine, words: Wording) -> None:
    live.list.choose(MailboxId("h"))
    QTest.keyClick(live, Qt.Key.Key_Delete)
    pressed(box_of(), words.text("ui.cancel"))
    await until(lambda: opened(QMessageBox) is None)
    assert live.model.place_of(MailboxId("h")) is not None
    QTest.keyClick(live, Qt.Key.Key_Delete)
    pressed(box_of(), words.text("ui.remove.yes"))
    await until(lambda: live.model.place_of(MailboxId("h")) is None)
    engine.board.publish(snapshot("h", version=9))  # news of it meanwhile do not bring it back
    await asyncio.sleep(0.15)
    assert live.model.place_of(MailboxId("h")) is None
    pressed(live, words.text("ui.undo"))
    assert live.list.current_id() == "h"
    assert not engine.wished("remove")


async def test_what_was_removed_is_forgotten_in_the_end(
    live: Window, view: DeskView, engine: FakeEngine, words: Wording
) -> None:
    live.list.choose(MailboxId("h"))
    QTest.keyClick(live, Qt.Key.Key_Delete)
    pressed(box_of(), words.text("ui.remove.yes"))
    await until(lambda: live.model.place_of(MailboxId("h")) is None)
    view.settle()
    await until(lambda: engine.wished("remove") == [("h",)])
    QTest.keyClick(live, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert live.model.place_of(MailboxId("h")) is None


async def test_what_could_not_be_removed_comes_back(
    live: Window, view: DeskView, engine: FakeEngine, words: Wording
) -> None:
    live.list.choose(MailboxId("h"))
    QTest.keyClick(live, Qt.Key.Key_Delete)
    pressed(box_of(), words.text("ui.remove.yes"))
    await until(lambda: live.model.place_of(MailboxId("h")) is None)
    engine.fails = OSError("disk")
    view.settle()
    await until(lambda: live.model.place_of(MailboxId("h")) is not None)
    assert words.text("ui.failed.other", kind="OSError") in said(live)


async def test_the_chips_and_the_search_narrow_the_list(live: Window, words: Wording) -> None:
    live.chips.pick(Shown.NEEDS_YOU)
    assert {row.shown for row in live.model.rows()} == {Shown.NEEDS_YOU}
    QTest.keyClick(live, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(live.header.search, "nobody at all")
    await until(lambda: words.text("ui.no_match.title") in said(live))
    pressed(live, words.text("ui.no_match.show_all"))
    await until(lambda: live.model.rowCount() == 12)
    assert live.chips.on is None


async def test_known_troubles_are_acknowledged_and_told_again(live: Window, engine: FakeEngine) -> None:
    live.list.choose(MailboxId("a"))
    QTest.keyClick(live, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: engine.wished("acknowledge") == [(("a",), True)])


async def test_columns_are_hidden_moved_and_kept(live: Window, engine: FakeEngine) -> None:
    live.resize(1700, 800)
    live.list.columns.show(Column.DAY, wanted=False)
    live.list.columns.show(Column.STATUS, wanted=False)  # not to be had: a list without it says nothing
    live.list.horizontalHeader().moveSection(1, 3)
    await until(lambda: engine.wished("save_setting"))
    name, kept = engine.wished("save_setting")[-1]
    assert name == "ui.columns"
    assert live.list.isColumnHidden(Column.DAY)
    assert not live.list.isColumnHidden(Column.STATUS)
    live.list.columns.as_first()
    assert not live.list.isColumnHidden(Column.DAY)
    live.list.columns.restore(str(kept))
    assert live.list.isColumnHidden(Column.DAY)
    assert live.list.horizontalHeader().visualIndex(Column.MAILBOX) == 3
    for nonsense in ("", "[]", '{"order": 7, "widths": [], "sort": "colour"}', '{"order": ["next", "next"]}'):
        live.list.columns.restore(nonsense)
        assert live.list.horizontalHeader().count() == len(Column)


async def test_what_is_seen_is_looked_at_first(live: Window, engine: FakeEngine) -> None:
    await until(lambda: engine.wished("prioritise"))
    assert "a" in engine.wished("prioritise")[0][0]  # type: ignore[operator]  # a tuple of ids


async def test_a_wish_that_failed_is_told(live: Window, view: DeskView, engine: FakeEngine, words: Wording) -> None:
    engine.fails = OSError("disk")
    live.list.choose(MailboxId("g"))
    pressed(view.pane, words.text("ui.offer.resume"))
    await until(lambda: words.text("ui.failed.other", kind="OSError") in said(live))
    pressed(live, words.text("ui.close"))
    assert words.text("ui.failed.other", kind="OSError") not in said(live)


async def test_help_is_shown_and_opens_nothing_by_itself(live: Window, view: DeskView, words: Wording) -> None:
    live.list.choose(MailboxId("a"))
    fold = next(each for each in view.pane.findChildren(QToolButton) if each.text() == words.text("ui.pane.help"))
    fold.click()
    browser = view.pane.findChild(QTextBrowser)
    assert isinstance(browser, QTextBrowser)
    assert "Help on credentials_rejected" in browser.toPlainText()
    assert not browser.openLinks()


async def test_the_steps_of_the_last_check_unfold(live: Window, view: DeskView, words: Wording) -> None:
    live.list.choose(MailboxId("a"))
    assert "240" not in said(view.pane)
    fold = next(each for each in view.pane.findChildren(QToolButton) if each.text() == words.text("ui.pane.steps"))
    fold.click()
    await until(lambda: words.text("ui.milliseconds", count="240") in said(view.pane))


@pytest.mark.parametrize("state", [state for state in VaultState if state is not VaultState.OPEN])
async def test_a_vault_that_is_not_open_is_said(
    live: Window, view: DeskView, around: Surroundings, engine: FakeEngine, words: Wording, state: VaultState
) -> None:
    view.tell_vault(state)
    assert words.text(f"ui.vault.{state.value}") in said(live)


async def test_only_the_button_unlocks(live: Window, view: DeskView, engine: FakeEngine, words: Wording) -> None:
    view.tell_vault(VaultState.LOCKED)
    assert not engine.passphrases
    pressed(live, words.text("ui.vault.button.locked"))
    await until(lambda: words.text("ui.vault.locked") not in said(live))
    assert engine.passphrases == [None]


async def test_a_wrong_passphrase_is_said_and_forgotten(
    live: Window, view: DeskView, engine: FakeEngine, words: Wording
) -> None:
    engine.vault_state = VaultState.WANTS_PASSPHRASE
    view.tell_vault(VaultState.WANTS_PASSPHRASE)
    engine.fails = WrongPassphrase()
    field = by_name(live, QLineEdit, words.text("ui.vault.passphrase"))
    QTest.keyClicks(field, "not this one")
    QTest.keyClick(field, Qt.Key.Key_Return)
    await until(lambda: words.text("ui.vault.wrong") in said(live))
    assert field.text() == ""
    QTest.keyClicks(field, "this one")
    QTest.keyClick(field, Qt.Key.Key_Return)
    await until(lambda: not field.isVisible())
    assert engine.passphrases == [Secret("not this one"), Secret("this one")]


async def test_a_new_passphrase_is_asked_for_twice(
    live: Window, view: DeskView, engine: FakeEngine, words: Wording
) -> None:
    view.tell_vault(VaultState.NO_KEYRING)
    first = by_name(live, QLineEdit, words.text("ui.vault.passphrase"))
    again = by_name(live, QLineEdit, words.text("ui.vault.passphrase_again"))
    for one, two, answer in (
        ("short", "short", words.text("ui.vault.too_short", count=8)),
        ("long enough", "long enouhg", words.text("ui.vault.not_same")),
    ):
        first.setText(one)
        again.setText(two)
        pressed(live, words.text("ui.vault.button.no_keyring"))
        assert answer in said(live)
    assert not engine.passphrases
    first.setText("long enough")
    again.setText("long enough")
    pressed(live, words.text("ui.vault.button.no_keyring"))
    await until(lambda: engine.passphrases == [Secret("long enough")])


async def test_a_locked_vault_is_unlocked_from_the_pane(
    live: Window, view: DeskView, engine: FakeEngine, words: Wording
) -> None:
    engine.vault_state = VaultState.LOCKED
    view.tell_vault(VaultState.LOCKED)
    engine.board.publish(snapshot("v", veil=VeilReason.VAULT_LOCKED))
    await until(lambda: live.model.place_of(MailboxId("v")) is not None)
    live.list.choose(MailboxId("v"))
    pressed(view.pane, words.text("ui.offer.unlock"))
    await until(lambda: engine.passphrases == [None])


async def test_a_desk_that_cannot_start_says_why(window: Window, words: Wording) -> None:
    window.show_message("It is so", "because of that")
    assert "because of that" in said(window)


async def test_the_safe_answer_is_the_one_that_enter_gives(live: Window, engine: FakeEngine, words: Wording) -> None:
    live.list.choose(MailboxId("h"))
    QTest.keyClick(live, Qt.Key.Key_Delete)
    QTest.keyClick(box_of(), Qt.Key.Key_Return)
    await until(lambda: opened(QMessageBox) is None)
    assert not engine.wished("remove")


async def test_a_narrow_window_stacks_its_parts(live: Window) -> None:
    live.resize(1280, 800)
    await until(lambda: live._splitter.orientation() is Qt.Orientation.Horizontal)
    live.resize(700, 800)
    await until(lambda: live._splitter.orientation() is Qt.Orientation.Vertical)
    assert live.list.isColumnHidden(Column.SINCE)


async def test_news_of_a_mailbox_that_went_shows_another_or_nothing(live: Window, view: DeskView) -> None:
    live.list.choose(MailboxId("a"))
    view.hear((Gone(MailboxId("a")),))
    assert live.list.current_id() != "a"


def test_one_above_the_other_list_and_pane_share(window: Window, view: DeskView) -> None:
    window.resize(600, 800)
    assert window.list.height() > 120 and view.pane.height() > 120
