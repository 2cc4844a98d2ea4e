"""Reconnect all, driven as a person does: each turn in order, passwords pasted at once, stopped half way."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QListWidget, QPlainTextEdit

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.credential import Password
from mailbox_desk.model.errand import HalfTried, HeldBack, TryOutEnded, TryOutStep
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.verdict import Half, Verdict
from mailbox_desk.ui.queue_dialog import QueueDialog
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.finding import by_name, pressed, said
from tests.ui.samples import NOW, diagnosed, refusal, result, snapshot
from tests.ui.waiting import until

BROKEN = [
    snapshot(each, Verdict.NEEDS_YOU, Cause.CREDENTIALS_REJECTED, address=f"{each}@example.org") for each in "abc"
]


def passing(mailbox: Mailbox) -> list[TryOutStep | None]:
    return [HalfTried(result(half)) for half in Half] + [TryOutEnded(True, mailbox)]


def refusing(mailbox: Mailbox) -> list[TryOutStep | None]:
    tried = HalfTried(result(Half.RECEIVING, refusal()), diagnosed(Cause.CREDENTIALS_REJECTED), 3)
    return [tried, TryOutEnded(False, mailbox)]


@pytest.fixture
def dialog(around: Surroundings, engine: FakeEngine) -> QueueDialog:
    for each in BROKEN:
        engine.board.publish(each)
    made = QueueDialog(around, engine.board.snapshots())
    made.open()
    return made


def lines(dialog: QueueDialog) -> list[str]:
    listed = dialog.findChildren(QListWidget)[0]
    return [listed.item(place).text() for place in range(listed.count())]


def is_turn_of(dialog: QueueDialog, address: str) -> bool:
    listed = dialog.findChildren(QListWidget)[0]
    item = listed.currentItem()
    return item is not None and item.text().startswith(address) and address in said(dialog)


def type_password(dialog: QueueDialog, words: Wording, text: str) -> None:
    fields = [each for each in dialog.findChildren(QLineEdit) if each.isVisible()]
    field = next(each for each in fields if each.accessibleName() == words.text("ui.reconnect.password"))
    field.clear()
    QTest.keyClicks(field, text)


async def test_one_proved_the_next_comes_by_itself_and_who_was_skipped_comes_again(
    dialog: QueueDialog, engine: FakeEngine, words: Wording
) -> None:
    assert is_turn_of(dialog, "a@example.org")
    engine.scripts = [passing(BROKEN[0].mailbox)]
    type_password(dialog, words, "new")
    pressed(dialog, words.text("ui.reconnect.go"))
    await until(lambda: engine.wished("replace_credential"))
    engine.board.publish(snapshot("a", version=2, address="a@example.org"))
    await until(lambda: is_turn_of(dialog, "b@example.org"))
    assert words.text("queue.how_far", done=1, count=3) in said(dialog)
    pressed(dialog, words.text("queue.skip"))
    assert is_turn_of(dialog, "c@example.org")
    pressed(dialog, words.text("queue.skip"))
    assert is_turn_of(dialog, "b@example.org")
    assert words.text("queue.mark.done") in lines(dialog)[0]
    assert words.text("queue.mark.skipped") in lines(dialog)[2]
    for _ in range(2):
        pressed(dialog, words.text("queue.skip"))
    assert words.plural("queue.some_left", 2) in said(dialog)


async def test_many_passwords_at_once_each_tried_before_it_is_kept(
    dialog: QueueDialog, engine: FakeEngine, words: Wording
) -> None:
    a, b, c = (each.mailbox for each in BROKEN)
    engine.scripts = [passing(a), refusing(b), [HeldBack(Half.RECEIVING, NOW + 600), TryOutEnded(False, c)]]
    pressed(dialog, words.text("queue.paste"))
    field = by_name(dialog, QPlainTextEdit, words.text("queue.paste.text"))
    field.setPlainText("a@example.org,one\nb@example.org,two\nc@example.org,three\nd@example.org,four")
    assert words.plural("queue.paste.match", 3) in said(dialog)
    assert "d@example.org" in said(dialog)
    pressed(dialog, words.text("queue.paste.go"))
    assert field.toPlainText() == ""
    await until(lambda: is_turn_of(dialog, "b@example.org"))
    ((mailbox_id, credential),) = engine.wished("replace_credential")
    assert mailbox_id == "a"
    assert isinstance(credential, Password)
    assert credential.receiving.reveal() == "one"
    assert words.text("queue.mark.done") in lines(dialog)[0]
    assert words.headline(BROKEN[1]) in lines(dialog)[1]
    assert words.clock(NOW + 600, NOW) in lines(dialog)[2]
    assert not field.document().isUndoAvailable()


async def test_who_comes_back_alone_or_is_removed_has_no_turn(
    dialog: QueueDialog, engine: FakeEngine, words: Wording
) -> None:
    engine.board.publish(snapshot("b", version=2, address="b@example.org"))
    engine.board.withdraw(MailboxId("c"))
    await until(lambda: len(lines(dialog)) == 2 and words.text("queue.mark.done") in lines(dialog)[1])
    for _ in range(2):
        pressed(dialog, words.text("queue.skip"))
    assert words.plural("queue.some_left", 1) in said(dialog)


async def test_stopping_ends_what_runs(dialog: QueueDialog, engine: FakeEngine, words: Wording) -> None:
    engine.scripts = [[None, TryOutEnded(True, BROKEN[0].mailbox)]]
    type_password(dialog, words, "new")
    pressed(dialog, words.text("ui.reconnect.go"))
    await until(lambda: engine.tried)
    pressed(dialog, words.text("queue.stop"))
    await until(lambda: engine.cancelled == 1)
    assert not dialog.isVisible()
    assert not engine.wished("replace_credential")


async def test_with_nothing_to_do_it_says_so(around: Surroundings, engine: FakeEngine, words: Wording) -> None:
    dialog = QueueDialog(around, [snapshot("a")])
    dialog.open()
    assert words.text("queue.nothing") in said(dialog)
    dialog.close()
