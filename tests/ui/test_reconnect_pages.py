from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QDialog, QLineEdit, QPlainTextEdit, QWidget

from mailbox_desk.adapters.resources import load_providers
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.credential import Password
from mailbox_desk.model.errand import HalfTried, TryOutEnded, TryOutStep
from mailbox_desk.model.mailbox import Mailbox
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.vault_state import SecretMissing
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.draft import pinned
from mailbox_desk.ui.pause_dialog import PauseDialog
from mailbox_desk.ui.reconnect_dialog import ReconnectDialog
from mailbox_desk.ui.servers_dialog import ServersDialog
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.wording import Wording
from tests.ui.causes import dropped
from tests.ui.fakes import FakeEngine
from tests.ui.finding import by_name, pressed, said
from tests.ui.samples import NOW, diagnosed, refusal, result, snapshot
from tests.ui.waiting import until


def opened(around: Surroundings, engine: FakeEngine, shown: Snapshot) -> ReconnectDialog:
    engine.provider_files = {each.id: each for each in load_providers()}
    engine.board.publish(shown)
    dialog = ReconnectDialog(around, shown)
    dialog.open()
    return dialog


def passing(mailbox: Mailbox) -> list[TryOutStep | None]:
    return [HalfTried(result(half)) for half in Half] + [TryOutEnded(True, mailbox)]


def refusing(mailbox: Mailbox) -> list[TryOutStep | None]:
    tried = HalfTried(result(Half.RECEIVING, refusal()), diagnosed(Cause.CREDENTIALS_REJECTED), 2, 8)
    return [tried, TryOutEnded(False, mailbox)]


def field(dialog: QDialog, words: Wording, half: Half, name: str) -> QLineEdit:
    said_half, said_name = words.text(f"ui.half.{half.value}"), words.text(f"ui.server.{name}")
    return by_name(dialog, QLineEdit, words.text("ui.server.spoken", half=said_half, field=said_name))


def shows(dialog: QWidget, text: str) -> bool:
    return any(each.text() == text and each.isVisible() for each in dialog.findChildren(QAbstractButton))


@pytest.mark.parametrize("cause", Cause)
async def test_every_page_says_the_cause_first(
    around: Surroundings, engine: FakeEngine, words: Wording, cause: Cause
) -> None:
    shown = dropped(cause)
    dialog = opened(around, engine, shown)
    assert said(dialog).splitlines()[1] == words.headline(shown)
    dialog.reject()


async def test_an_app_password_is_pasted_in_its_four_groups(
    around: Surroundings, engine: FakeEngine, words: Wording
) -> None:
    shown = dropped(Cause.APP_PASSWORD_REQUIRED)
    dialog = opened(around, engine, shown)
    engine.scripts = [passing(shown.mailbox)]
    assert words.text("pane.link.app_password", provider="Google") in said(dialog)
    QApplication.clipboard().setText("abcd efgh ijkl mnop\n")
    QTest.keyClick(
        by_name(dialog, QLineEdit, words.text("reconnect.app_password")),
        Qt.Key.Key_V,
        Qt.KeyboardModifier.ControlModifier,
    )
    pressed(dialog, words.text("ui.reconnect.go"))
    await until(lambda: engine.wished("replace_credential"))
    credential = engine.wished("replace_credential")[0][1]
    assert isinstance(credential, Password)
    assert credential.receiving.reveal() == "abcdefghijklmnop"
    dialog.reject()


async def test_a_server_of_ones_own_has_no_providers_name(
    around: Surroundings, engine: FakeEngine, words: Wording
) -> None:
    shown = dropped(Cause.APP_PASSWORD_REQUIRED)
    own = replace(shown, mailbox=replace(shown.mailbox, provider="generic"))
    dialog = opened(around, engine, own)
    assert words.text("reconnect.app_password_how", provider="the provider") in said(dialog)
    dialog.reject()


async def test_corrected_servers_are_tried_with_the_kept_password_and_saved(
    around: Surroundings, engine: FakeEngine, words: Wording
) -> None:
    shown = dropped(Cause.WRONG_SERVER_SETTINGS)
    dialog = opened(around, engine, shown)
    host = field(dialog, words, Half.RECEIVING, "host")
    host.selectAll()
    QTest.keyClicks(host, "imap.new.example")
    assert shown.mailbox.receiving is not None
    wanted = replace(shown.mailbox, receiving=replace(shown.mailbox.receiving, host="imap.new.example"))
    engine.scripts = [passing(wanted)]
    pressed(dialog, words.text("reconnect.servers_go"))
    await until(lambda: engine.wished("update") == [(wanted,)])
    assert engine.tried_servers == [wanted]
    assert not engine.tried
    assert not engine.wished("replace_credential")
    await until(lambda: words.text("try.works.receiving") in said(dialog))
    dialog.reject()


async def test_servers_that_fail_can_be_saved_anyway(around: Surroundings, engine: FakeEngine, words: Wording) -> None:
    shown = dropped(Cause.WRONG_SERVER_SETTINGS)
    dialog = opened(around, engine, shown)
    port = field(dialog, words, Half.SENDING, "port")
    port.selectAll()
    QTest.keyClicks(port, "465")
    engine.scripts = [refusing(shown.mailbox)]
    assert not shows(dialog, words.text("reconnect.anyway"))
    pressed(dialog, words.text("reconnect.servers_go"))
    await until(lambda: shows(dialog, words.text("reconnect.anyway")))
    assert words.plural("try.refusals", 2, limit=8) in said(dialog)
    assert not engine.wished("update")
    pressed(dialog, words.text("reconnect.anyway"))
    await until(lambda: engine.wished("update"))
    dialog.reject()


async def test_what_was_changed_elsewhere_meanwhile_stays(
    around: Surroundings, engine: FakeEngine, words: Wording
) -> None:
    shown = dropped(Cause.WRONG_SERVER_SETTINGS)
    dialog = opened(around, engine, shown)
    renamed = replace(shown, mailbox=replace(shown.mailbox, name="Sales"), version=2)
    engine.board.publish(renamed)
    engine.scripts = [passing(replace(shown.mailbox, sending=None))]
    pressed(dialog, words.text("reconnect.servers_go"))
    await until(lambda: engine.wished("update"))
    ((saved,),) = engine.wished("update")
    assert saved == replace(renamed.mailbox, sending=None)
    dialog.reject()


async def test_a_bad_port_is_said_and_nothing_tried(around: Surroundings, engine: FakeEngine, words: Wording) -> None:
    dialog = opened(around, engine, dropped(Cause.WRONG_SERVER_SETTINGS))
    field(dialog, words, Half.RECEIVING, "port").clear()
    pressed(dialog, words.text("reconnect.servers_go"))
    assert words.text("ui.problem.port.receiving") in said(dialog)
    assert not engine.tried_servers
    dialog.reject()


async def test_no_kept_password_is_said(around: Surroundings, engine: FakeEngine, words: Wording) -> None:
    dialog = opened(around, engine, dropped(Cause.WRONG_SERVER_SETTINGS))
    engine.script_fails = SecretMissing("x")
    pressed(dialog, words.text("reconnect.servers_go"))
    await until(lambda: words.text("ui.failed.secret_missing") in said(dialog))
    dialog.reject()


async def test_a_certificate_is_accepted_in_place_and_proved(
    around: Surroundings, engine: FakeEngine, words: Wording
) -> None:
    shown = dropped(Cause.TLS_FAILURE)
    dialog = opened(around, engine, shown)
    trusted = pinned(shown.mailbox, Half.RECEIVING, "ab" * 32)
    engine.scripts = [passing(trusted)]
    accept = words.text("ui.certificate.accept")
    with pytest.raises(AssertionError, match="disabled"):
        pressed(dialog, accept)
    text = words.text("ui.certificate.compared")
    box = next(each for each in dialog.findChildren(QCheckBox) if each.text() == text and each.isVisible())
    box.click()
    pressed(dialog, accept)
    await until(lambda: engine.wished("update") == [(trusted,)])
    assert engine.tried_servers == [trusted]
    dialog.reject()


async def test_an_admin_gets_a_ready_text(around: Surroundings, engine: FakeEngine, words: Wording) -> None:
    dialog = opened(around, engine, dropped(Cause.PROTOCOL_DISABLED))
    assert words.text("reconnect.ask.admin") in said(dialog)
    text = by_name(dialog, QPlainTextEdit, words.text("reconnect.ask.text"))
    QTest.keyClicks(text, "Dear Ann. ")
    pressed(dialog, words.text("reconnect.ask.copy"))
    copied = QApplication.clipboard().text()
    assert copied.startswith("Dear Ann. ")
    assert "Authenticated SMTP" in copied
    assert words.text("reconnect.ask.copied") in said(dialog)
    dialog.reject()


async def test_without_an_oauth_app_an_app_password_still_helps(
    around: Surroundings, engine: FakeEngine, words: Wording
) -> None:
    dialog = opened(around, engine, dropped(Cause.TOKEN_REVOKED))
    assert words.text("signin.no_app", provider="Google") in said(dialog)
    assert not shows(dialog, words.text("ui.reconnect.go"))
    pressed(dialog, words.text("reconnect.other.app_password"))
    assert by_name(dialog, QLineEdit, words.text("reconnect.app_password")).isVisible()
    await until(lambda: shows(dialog, words.text("reconnect.other.sign_in")))
    pressed(dialog, words.text("reconnect.other.sign_in"))
    assert words.text("signin.no_app", provider="Google") in said(dialog)
    dialog.reject()


async def test_check_now_tells_that_it_came_back_and_closes(
    around: Surroundings, engine: FakeEngine, words: Wording
) -> None:
    shown = dropped(Cause.PROVIDER_OUTAGE)
    dialog = opened(around, engine, shown)
    pressed(dialog, words.text("ui.offer.check_now"))
    assert engine.wished("check_now") == [((shown.id,),)]
    engine.board.publish(replace(shown, version=2, checking_now=True))
    await until(lambda: words.text("reconnect.checking") in said(dialog))
    engine.board.publish(snapshot(shown.id, version=3))
    await until(lambda: words.text("reconnect.came_back") in said(dialog))
    await until(lambda: not dialog.isVisible())
    assert dialog.result() == QDialog.DialogCode.Accepted


async def test_check_now_tells_that_nothing_changed_or_asks_for_what_is_needed_now(
    around: Surroundings, engine: FakeEngine, words: Wording
) -> None:
    shown = dropped(Cause.UNKNOWN)
    dialog = opened(around, engine, shown)
    pressed(dialog, words.text("ui.offer.check_now"))
    engine.board.publish(replace(shown, standing=replace(shown.standing, last_checked=NOW), version=2))
    await until(lambda: words.text("reconnect.still") in said(dialog))
    pressed(dialog, words.text("ui.offer.check_now"))
    other = dropped(Cause.CREDENTIALS_REJECTED)
    engine.board.publish(replace(other, mailbox=shown.mailbox, version=3))
    await until(lambda: words.text("ui.reconnect.password") in said(dialog))
    assert words.headline(other) in said(dialog)
    dialog.reject()


async def test_a_paused_one_is_resumed(around: Surroundings, engine: FakeEngine, words: Wording) -> None:
    shown = dropped(Cause.PROTECTIVE_PAUSE)
    dialog = opened(around, engine, shown)
    pressed(dialog, words.text("ui.offer.resume"))
    await until(lambda: engine.wished("resume") == [((shown.id,),)] and not dialog.isVisible())


async def test_a_locked_vault_is_unlocked_elsewhere(around: Surroundings, engine: FakeEngine, words: Wording) -> None:
    dialog = opened(around, engine, dropped(Cause.VAULT_LOCKED))
    assert words.text("reconnect.unlock_first") in said(dialog)
    assert not shows(dialog, words.text("ui.offer.check_now"))
    dialog.reject()


async def test_what_was_typed_on_another_page_is_forgotten(
    around: Surroundings, engine: FakeEngine, words: Wording
) -> None:
    dialog = opened(around, engine, dropped(Cause.CREDENTIALS_REJECTED))
    typed = by_name(dialog, QLineEdit, words.text("ui.reconnect.password"))
    QTest.keyClicks(typed, "half-typed")
    pressed(dialog, words.text("reconnect.other.servers"))
    assert typed.text() == ""
    dialog.reject()


@pytest.mark.parametrize("kind", ["reconnect", "pause", "servers"])
async def test_opened_and_closed_many_times_nothing_stays(
    around: Surroundings, engine: FakeEngine, qapp: QApplication, kind: str
) -> None:
    engine.provider_files = {each.id: each for each in load_providers()}

    def once(shown: Snapshot) -> None:
        made: dict[str, Callable[[], QDialog]] = {
            "reconnect": lambda: ReconnectDialog(around, shown),
            "pause": lambda: PauseDialog(around, [shown]),
            "servers": lambda: ServersDialog(around, shown.mailbox),
        }
        dialog = made[kind]()
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        dialog.close()
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)  # the loop of a test never gets to it

    for cause in Cause:
        once(dropped(cause))
    before = len(qapp.allWidgets())
    for _ in range(200 // len(Cause) + 1):
        for cause in Cause:
            once(dropped(cause))
    assert len(qapp.allWidgets()) == before
