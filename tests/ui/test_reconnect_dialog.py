from __future__ import annotations

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QDialog, QLineEdit

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Step
from mailbox_desk.model.credential import Password
from mailbox_desk.model.errand import HalfTried, HeldBack, StepTaken, TryOutEnded, TryOutStep
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.vault_state import VaultClosed, VaultState
from mailbox_desk.model.verdict import Half, Verdict
from mailbox_desk.ui.draft import pinned
from mailbox_desk.ui.reconnect_dialog import ReconnectDialog
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.finding import by_name, pressed, said
from tests.ui.samples import NOW, diagnosed, refusal, result, snapshot, untrusted
from tests.ui.waiting import until

BROKEN = snapshot("a", Verdict.NEEDS_YOU, Cause.CREDENTIALS_REJECTED)


@pytest.fixture
def dialog(around: Surroundings, engine: FakeEngine) -> ReconnectDialog:
    engine.board.publish(BROKEN)
    made = ReconnectDialog(around, BROKEN)
    made.open()
    return made


def passing(mailbox: Mailbox = BROKEN.mailbox) -> list[TryOutStep | None]:
    return [HalfTried(result(half)) for half in Half] + [TryOutEnded(True, mailbox)]


def refusing() -> list[TryOutStep | None]:
    tried = HalfTried(result(Half.RECEIVING, refusal()), diagnosed(Cause.CREDENTIALS_REJECTED), 3)
    return [StepTaken(Half.RECEIVING, tried.result.steps[0]), tried, TryOutEnded(False, BROKEN.mailbox)]


def type_password(dialog: ReconnectDialog, words: Wording, text: str) -> None:
    field = by_name(dialog, QLineEdit, words.text("ui.reconnect.password"))
    field.clear()
    QTest.keyClicks(field, text)


async def test_it_says_the_cause_first(dialog: ReconnectDialog, words: Wording) -> None:
    assert words.headline(BROKEN) in said(dialog)
    assert "Invalid credentials" in said(dialog)


async def test_a_wrong_one_is_explained_and_counted_then_the_right_one_brings_it_back(
    dialog: ReconnectDialog, engine: FakeEngine, words: Wording
) -> None:
    engine.scripts = [refusing(), refusing(), passing()]
    for count in (1, 2):
        type_password(dialog, words, f"wrong-{count}")
        pressed(dialog, words.text("ui.reconnect.go"))
        told = words.plural("ui.reconnect.refused", count)
        await until(lambda told=told: told in said(dialog))  # type: ignore[misc]  # a default binds the loop's value
    assert not engine.wished("replace_credential")
    type_password(dialog, words, " the-right-one ")
    pressed(dialog, words.text("ui.reconnect.go"))
    await until(lambda: engine.wished("replace_credential"))
    ((mailbox_id, credential),) = engine.wished("replace_credential")
    assert mailbox_id == BROKEN.id
    assert isinstance(credential, Password)
    assert credential.receiving.reveal() == "the-right-one"
    assert dialog.isVisible()
    engine.board.publish(snapshot("a", version=2))
    await until(lambda: not dialog.isVisible())
    assert dialog.result() == QDialog.DialogCode.Accepted


async def test_exactly_as_typed(dialog: ReconnectDialog, engine: FakeEngine, words: Wording) -> None:
    engine.scripts = [passing()]
    next(box for box in dialog.findChildren(QCheckBox) if box.text() == words.text("ui.password.exactly")).setChecked(
        True
    )
    type_password(dialog, words, " the-right-one ")
    pressed(dialog, words.text("ui.reconnect.go"))
    await until(lambda: engine.wished("replace_credential"))
    credential = engine.wished("replace_credential")[0][1]
    assert isinstance(credential, Password)
    assert credential.receiving.reveal() == " the-right-one "


async def test_nothing_typed_is_not_tried(dialog: ReconnectDialog, engine: FakeEngine, words: Wording) -> None:
    type_password(dialog, words, "  ")
    pressed(dialog, words.text("ui.reconnect.go"))
    assert words.text("ui.problem.password") in said(dialog)
    assert not engine.tried


async def test_a_vault_that_closed_meanwhile_is_said(
    dialog: ReconnectDialog, engine: FakeEngine, words: Wording
) -> None:
    engine.scripts = [passing()]
    engine.fails = VaultClosed(VaultState.LOCKED)
    type_password(dialog, words, "the-right-one")
    pressed(dialog, words.text("ui.reconnect.go"))
    await until(lambda: words.text("ui.failed.vault.locked") in said(dialog))
    assert dialog.isVisible()


async def test_a_certificate_accepted_on_the_way_is_pinned(
    dialog: ReconnectDialog, engine: FakeEngine, words: Wording
) -> None:
    tried = HalfTried(result(Half.RECEIVING, untrusted()), diagnosed(Cause.TLS_FAILURE))
    trusted = pinned(BROKEN.mailbox, Half.RECEIVING, "ab" * 32)
    engine.scripts = [[tried, TryOutEnded(False, BROKEN.mailbox)], passing(trusted)]
    type_password(dialog, words, "the-right-one")
    pressed(dialog, words.text("ui.reconnect.go"))
    await until(lambda: "AB AB" in said(dialog))
    next(b for b in dialog.findChildren(QCheckBox) if b.text() == words.text("ui.certificate.compared")).setChecked(
        True
    )
    pressed(dialog, words.text("ui.certificate.accept"))
    await until(lambda: engine.wished("replace_credential"))
    await until(lambda: engine.wished("update"))
    ((changed,),) = engine.wished("update")
    assert changed == trusted


async def test_a_mailbox_removed_meanwhile_closes_it(dialog: ReconnectDialog, engine: FakeEngine) -> None:
    engine.board.withdraw(MailboxId("a"))
    await until(lambda: not dialog.isVisible())


async def test_closing_forgets(dialog: ReconnectDialog, engine: FakeEngine, words: Wording) -> None:
    engine.scripts = [[None]]
    type_password(dialog, words, "half-typed")
    pressed(dialog, words.text("ui.reconnect.go"))
    await until(lambda: engine.tried)
    dialog.reject()
    await until(lambda: engine.cancelled)
    assert by_name(dialog, QLineEdit, words.text("ui.reconnect.password")).text() == ""
    assert dialog._try.trial is None


async def test_each_step_is_a_line_with_its_time(dialog: ReconnectDialog, engine: FakeEngine, words: Wording) -> None:
    tried = HalfTried(result(Half.RECEIVING, refusal()), diagnosed(Cause.CREDENTIALS_REJECTED), 2, 8)
    steps: list[TryOutStep | None] = [StepTaken(Half.RECEIVING, record) for record in tried.result.steps]
    engine.scripts = [[*steps[:2], None, *steps[2:], tried, TryOutEnded(False, BROKEN.mailbox)]]
    type_password(dialog, words, "wrong")
    pressed(dialog, words.text("ui.reconnect.go"))
    await until(lambda: words.text("ui.milliseconds", count=12) in said(dialog))
    lines = said(dialog).splitlines()
    assert words.step_name(Step.RESOLVE) in lines
    assert words.step_name(Step.TLS) not in lines
    assert words.text("try.half.running", half="Receiving") in lines
    engine.gate.set()
    await until(lambda: words.text("try.half.failed", half="Receiving") in said(dialog))
    assert words.text("try.half.not_tried", half="Sending") in said(dialog)
    assert words.plural("try.refusals", 2, limit=8) in said(dialog)


async def test_the_half_that_failed_is_named(dialog: ReconnectDialog, engine: FakeEngine, words: Wording) -> None:
    failed = HalfTried(result(Half.SENDING, refusal(Half.SENDING)), diagnosed(Cause.PROTOCOL_DISABLED))
    engine.scripts = [[HalfTried(result(Half.RECEIVING)), failed, TryOutEnded(False, BROKEN.mailbox)]]
    type_password(dialog, words, "right")
    pressed(dialog, words.text("ui.reconnect.go"))
    await until(lambda: "Receiving works. Sending failed:" in said(dialog))
    assert not engine.wished("replace_credential")


async def test_what_is_held_back_says_until_when(dialog: ReconnectDialog, engine: FakeEngine, words: Wording) -> None:
    engine.scripts = [[HeldBack(half, NOW + 400) for half in Half] + [TryOutEnded(False, BROKEN.mailbox)]]
    type_password(dialog, words, "wrong")
    pressed(dialog, words.text("ui.reconnect.go"))
    held = words.text("ui.try.held_back", until=words.clock(NOW + 400, NOW))
    await until(lambda: held in said(dialog))
    assert words.text("try.half.held", half="Sending") in said(dialog)


async def test_stop_ends_the_try_and_keeps_the_dialog(
    dialog: ReconnectDialog, engine: FakeEngine, words: Wording
) -> None:
    engine.scripts = [[None]]
    type_password(dialog, words, "right")
    pressed(dialog, words.text("ui.reconnect.go"))
    await until(lambda: engine.tried)
    pressed(dialog, words.text("ui.stop"))
    await until(lambda: engine.cancelled)
    assert words.text("ui.try.stopped") in said(dialog)
    assert dialog.isVisible()
    pressed(dialog, words.text("ui.cancel"))
    assert not dialog.isVisible()


async def test_success_says_what_works(dialog: ReconnectDialog, engine: FakeEngine, words: Wording) -> None:
    engine.scripts = [passing()]
    type_password(dialog, words, "right")
    pressed(dialog, words.text("ui.reconnect.go"))
    saved = words.text("reconnect.saved", works="Receiving works. Sending works.")
    await until(lambda: saved in said(dialog))
    assert words.text("ui.reconnect.password") not in said(dialog)
    engine.board.publish(snapshot("a", version=2))
    await until(lambda: words.text("reconnect.is_back", works="Receiving works. Sending works.") in said(dialog))
    pressed(dialog, words.text("ui.close"))
    assert not dialog.isVisible()
