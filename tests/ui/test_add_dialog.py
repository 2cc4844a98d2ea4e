from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QLineEdit

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Failure
from mailbox_desk.model.credential import Password
from mailbox_desk.model.errand import Draft, HalfTried, HeldBack, StepTaken, TryOutEnded, TryOutStep
from mailbox_desk.model.mailbox import Endpoint, Security
from mailbox_desk.model.vault_state import VaultClosed, VaultState
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.add_dialog import AddDialog
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.finding import by_name, pressed, said
from tests.ui.samples import NOW, diagnosed, mailbox, refusal, result, untrusted
from tests.ui.waiting import until

ADDRESS = "me@example.org"


@pytest.fixture
def dialog(around: Surroundings, engine: FakeEngine) -> AddDialog:
    receiving = Endpoint("imap.example.org", 993, Security.TLS, ADDRESS)
    engine.guesses["example.org"] = (receiving, Endpoint("smtp.example.org", 465, Security.TLS, ADDRESS))
    made = AddDialog(around)
    made.open()
    return made


def passing() -> list[TryOutStep | None]:
    halves = [HalfTried(result(half)) for half in Half]
    steps = [StepTaken(Half.RECEIVING, record) for record in halves[0].result.steps]
    return [*steps, *halves, TryOutEnded(True, mailbox("found", ADDRESS))]


def failing(failure: Failure, cause: Cause) -> list[TryOutStep | None]:
    tried = HalfTried(result(failure.half, failure), diagnosed(cause), refusals_at_host=2)
    steps = [StepTaken(failure.half, record) for record in tried.result.steps]
    return [*steps, tried, TryOutEnded(False, mailbox("found", ADDRESS))]


def fill_in(dialog: AddDialog, words: Wording, *, address: str = ADDRESS, password: str = "a-new-secret") -> None:
    field = by_name(dialog, QLineEdit, words.text("ui.add.address"))
    QTest.keyClicks(field, address)
    field.editingFinished.emit()
    QTest.keyClicks(by_name(dialog, QLineEdit, words.text("ui.add.password")), password)


def unfold(dialog: AddDialog, words: Wording, part: str = "adding.servers") -> None:
    pressed(dialog, words.text(part))


def connect(dialog: AddDialog, words: Wording) -> None:
    pressed(dialog, words.text("ui.add.go"))


async def test_it_works_and_is_saved(dialog: AddDialog, engine: FakeEngine, words: Wording) -> None:
    engine.scripts = [passing()]
    added: list[str] = []
    dialog.added.connect(added.append)
    fill_in(dialog, words)
    connect(dialog, words)
    await until(lambda: added)
    ((draft,),) = engine.wished("add")
    assert isinstance(draft, Draft)
    assert isinstance(draft.credential, Password)
    assert draft.credential.receiving.reveal() == "a-new-secret"
    assert draft.mailbox.address == ADDRESS
    assert all("secret" not in field.text() for field in dialog.findChildren(QLineEdit))
    assert words.text("adding.works", address=ADDRESS) in said(dialog)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.result() == QDialog.DialogCode.Accepted


async def test_servers_are_filled_in_and_what_was_typed_stays(
    dialog: AddDialog, engine: FakeEngine, words: Wording
) -> None:
    unfold(dialog, words)
    host = by_name(dialog, QLineEdit, _spoken(words, Half.SENDING, "host"))
    QTest.keyClicks(host, "out.own.example")
    fill_in(dialog, words)
    receiving = by_name(dialog, QLineEdit, _spoken(words, Half.RECEIVING, "host"))
    await until(lambda: receiving.text() == "imap.example.org")
    assert host.text() == "out.own.example"


async def test_the_wrong_password_is_explained_and_corrected(
    dialog: AddDialog, engine: FakeEngine, words: Wording
) -> None:
    engine.scripts = [failing(refusal(), Cause.CREDENTIALS_REJECTED), passing()]
    fill_in(dialog, words)
    connect(dialog, words)
    await until(lambda: "Invalid credentials" in said(dialog))
    assert words.text("ui.half.receiving") in said(dialog)
    assert not engine.wished("add")
    pressed(dialog, words.text("ui.add.again"))
    await until(lambda: engine.wished("add"))


async def test_it_may_be_saved_all_the_same(dialog: AddDialog, engine: FakeEngine, words: Wording) -> None:
    engine.scripts = [failing(refusal(Half.SENDING), Cause.CREDENTIALS_REJECTED)]
    fill_in(dialog, words)
    connect(dialog, words)
    await until(lambda: "Invalid credentials" in said(dialog))
    pressed(dialog, words.text("ui.add.anyway"))
    await until(lambda: engine.wished("add"))


async def test_editing_after_a_failure_takes_save_anyway_away(
    dialog: AddDialog, engine: FakeEngine, words: Wording
) -> None:
    engine.scripts = [failing(refusal(), Cause.CREDENTIALS_REJECTED)]
    fill_in(dialog, words)
    connect(dialog, words)
    await until(lambda: "Invalid credentials" in said(dialog))
    QTest.keyClicks(by_name(dialog, QLineEdit, words.text("ui.add.password")), "x")
    assert "Invalid credentials" not in said(dialog)
    assert words.text("ui.add.anyway") not in said(dialog)


async def test_a_try_out_can_be_stopped(dialog: AddDialog, engine: FakeEngine, words: Wording) -> None:
    engine.scripts = [[None, *passing()]]
    fill_in(dialog, words)
    connect(dialog, words)
    await until(lambda: engine.tried)
    pressed(dialog, words.text("ui.stop"))
    await until(lambda: engine.cancelled)
    assert words.text("ui.try.stopped") in said(dialog)
    assert dialog.isVisible()
    assert not engine.wished("add")


async def test_closing_ends_the_try_out_and_forgets(dialog: AddDialog, engine: FakeEngine, words: Wording) -> None:
    engine.scripts = [[None]]
    fill_in(dialog, words)
    connect(dialog, words)
    await until(lambda: engine.tried)
    dialog.reject()
    await until(lambda: engine.cancelled)
    assert dialog._draft is None
    assert by_name(dialog, QLineEdit, words.text("ui.add.password")).text() == ""


async def test_an_untrusted_certificate_needs_two_deliberate_acts(
    dialog: AddDialog, engine: FakeEngine, words: Wording
) -> None:
    engine.scripts = [failing(untrusted(), Cause.TLS_FAILURE), passing()]
    fill_in(dialog, words)
    connect(dialog, words)
    await until(lambda: "AB AB" in said(dialog))
    assert "Example Own CA" in said(dialog)
    with pytest.raises(AssertionError):
        pressed(dialog, words.text("ui.certificate.accept"))
    box = next(each for each in dialog.findChildren(QCheckBox) if each.text() == words.text("ui.certificate.compared"))
    box.setChecked(True)
    pressed(dialog, words.text("ui.certificate.accept"))
    await until(lambda: engine.wished("add"))
    assert engine.tried[0].mailbox.receiving is not None
    assert engine.tried[1].mailbox.receiving is not None
    assert engine.tried[0].mailbox.receiving.pinned_sha256 is None
    assert engine.tried[1].mailbox.receiving.pinned_sha256 == "ab" * 32


async def test_a_host_that_holds_back_says_until_when(dialog: AddDialog, engine: FakeEngine, words: Wording) -> None:
    engine.scripts = [[HeldBack(Half.RECEIVING, NOW + 60), TryOutEnded(False, mailbox("a"))]]
    fill_in(dialog, words)
    connect(dialog, words)
    await until(lambda: words.text("ui.try.held_back", until="x").split("x")[0] in said(dialog))


async def test_a_closed_vault_is_said_and_nothing_is_lost(
    dialog: AddDialog, engine: FakeEngine, words: Wording
) -> None:
    engine.scripts = [passing()]
    engine.fails = VaultClosed(VaultState.LOCKED)
    fill_in(dialog, words)
    connect(dialog, words)
    await until(lambda: words.text("ui.failed.vault.locked") in said(dialog))
    assert dialog.isVisible()
    assert by_name(dialog, QLineEdit, words.text("ui.add.password")).text() == "a-new-secret"


async def test_plain_needs_an_explicit_yes(dialog: AddDialog, engine: FakeEngine, words: Wording) -> None:
    fill_in(dialog, words)
    unfold(dialog, words)
    await until(lambda: not dialog._search.is_running)
    security = by_name(dialog, QComboBox, _spoken(words, Half.RECEIVING, "security"))
    security.setCurrentIndex(3)
    security.activated.emit(3)
    connect(dialog, words)
    assert words.text("ui.problem.plain.receiving") in said(dialog)
    assert not engine.tried
    engine.scripts = [passing()]
    boxes = [each for each in dialog.findChildren(QCheckBox) if each.text() == words.text("ui.server.plain")]
    next(box for box in boxes if box.isVisible()).setChecked(True)
    connect(dialog, words)
    await until(lambda: engine.tried)
    receiving = engine.tried[0].mailbox.receiving
    assert receiving is not None
    assert (receiving.security, receiving.plain_allowed) == (Security.NONE, True)


async def test_sending_can_be_off_or_have_its_own_password(
    dialog: AddDialog, engine: FakeEngine, words: Wording
) -> None:
    engine.scripts = [[None], [None]]
    fill_in(dialog, words)
    unfold(dialog, words)
    own = next(box for box in dialog.findChildren(QCheckBox) if box.text() == words.text("ui.add.own_password"))
    own.setChecked(True)
    connect(dialog, words)
    await until(lambda: words.text("ui.problem.sending_password") in said(dialog))
    QTest.keyClicks(by_name(dialog, QLineEdit, words.text("ui.add.sending_password")), "for-sending")
    connect(dialog, words)
    await until(lambda: engine.tried)
    credential = engine.tried[0].credential
    assert isinstance(credential, Password)
    assert credential.secret(Half.SENDING).reveal() == "for-sending"
    pressed(dialog, words.text("ui.stop"))
    await until(lambda: engine.cancelled)
    next(box for box in dialog.findChildren(QCheckBox) if box.text() == words.text("ui.servers.on.sending")).setChecked(
        False
    )
    connect(dialog, words)
    await until(lambda: len(engine.tried) == 2)
    assert engine.tried[1].mailbox.sending is None
    assert engine.tried[1].credential == Password(credential.receiving)


async def test_enter_in_a_field_connects(dialog: AddDialog, engine: FakeEngine, words: Wording) -> None:
    engine.scripts = [passing()]
    fill_in(dialog, words)
    QTest.keyClick(by_name(dialog, QLineEdit, words.text("ui.add.password")), Qt.Key.Key_Return)
    await until(lambda: engine.wished("add"))


def test_every_control_has_a_name(dialog: AddDialog) -> None:
    nameless = [each for each in dialog.findChildren(QLineEdit) if not each.accessibleName()]
    assert not nameless


def _spoken(words: Wording, half: Half, field: str) -> str:
    return words.text(
        "ui.server.spoken", half=words.text(f"ui.half.{half.value}"), field=words.text(f"ui.server.{field}")
    )
