from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLineEdit

from mailbox_desk.model.errand import HalfTried, TryOutEnded
from mailbox_desk.model.history import ArchiveFailed
from mailbox_desk.model.mailbox import Security
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.servers_dialog import ServersDialog
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.finding import by_name, pressed, said
from tests.ui.samples import mailbox, result
from tests.ui.waiting import until

BOX = mailbox("a")


@pytest.fixture
def dialog(around: Surroundings) -> ServersDialog:
    made = ServersDialog(around, BOX)
    made.open()
    return made


def port(dialog: ServersDialog, words: Wording) -> QLineEdit:
    half, name = words.text("ui.half.receiving"), words.text("ui.server.port")
    return by_name(dialog, QLineEdit, words.text("ui.server.spoken", half=half, field=name))


async def test_tried_out_before_saving_what_became_known_is_saved(
    dialog: ServersDialog, engine: FakeEngine, words: Wording
) -> None:
    port(dialog, words).selectAll()
    QTest.keyClicks(port(dialog, words), "4993")
    assert BOX.receiving is not None
    typed = replace(BOX, receiving=replace(BOX.receiving, port=4993, security=Security.AUTO))
    found = replace(BOX, receiving=replace(BOX.receiving, port=4993, security=Security.TLS))
    engine.scripts = [[HalfTried(result(half)) for half in Half] + [TryOutEnded(True, found)]]
    pressed(dialog, words.text("servers.try"))
    await until(lambda: "Receiving works. Sending works." in said(dialog))
    assert engine.tried_servers == [typed]
    assert not engine.wished("update")
    pressed(dialog, words.text("ui.servers.keep"))
    await until(lambda: engine.wished("update") == [(found,)] and not dialog.isVisible())


async def test_what_is_changed_after_a_try_is_what_is_saved(
    dialog: ServersDialog, engine: FakeEngine, words: Wording
) -> None:
    engine.scripts = [[HalfTried(result(half)) for half in Half] + [TryOutEnded(True, BOX)]]
    pressed(dialog, words.text("servers.try"))
    await until(lambda: "Receiving works." in said(dialog))
    sends = next(each for each in dialog.findChildren(QCheckBox) if each.text() == words.text("ui.servers.on.sending"))
    sends.click()
    assert "Receiving works." not in said(dialog)
    pressed(dialog, words.text("ui.servers.keep"))
    await until(lambda: engine.wished("update") == [(replace(BOX, sending=None),)])


async def test_a_store_that_fails_is_said_and_nothing_is_lost(
    dialog: ServersDialog, engine: FakeEngine, words: Wording
) -> None:
    engine.fails = ArchiveFailed("disk full")
    pressed(dialog, words.text("ui.servers.keep"))
    await until(lambda: words.text("ui.failed.archive", detail="disk full") in said(dialog))
    assert dialog.isVisible()
    pressed(dialog, words.text("ui.servers.keep"))
    await until(lambda: not dialog.isVisible())


async def test_a_field_left_empty_is_said(dialog: ServersDialog, engine: FakeEngine, words: Wording) -> None:
    port(dialog, words).clear()
    for act in ("servers.try", "ui.servers.keep"):
        pressed(dialog, words.text(act))
        assert words.text("ui.problem.port.receiving") in said(dialog)
    assert not engine.tried_servers
    assert not engine.wished("update")
