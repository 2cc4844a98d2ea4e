from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMessageBox, QPushButton, QWidget

from mailbox_desk.model.admin_connection import (
    ADMIN_ACCESS,
    AdminConnection,
    ConnectionKind,
    ConnectionView,
    DomainServed,
)
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.errand import Draft, HalfTried, TryOutEnded
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.add_dialog import AddDialog
from mailbox_desk.ui.admin_connection_form import ConnectionForm
from mailbox_desk.ui.admin_connections_dialog import AdminConnectionsDialog
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.wording import Wording
from tests.servers.admin_tokens import Account, Pair
from tests.ui.finding import by_name, pressed, said
from tests.ui.fleet_engine import CERTIFICATE, GOOGLE, MICROSOFT, FleetEngine, Keys
from tests.ui.samples import mailbox, result
from tests.ui.waiting import until

ACCOUNT = Account(Pair.make())


@pytest.fixture
def fleet() -> FleetEngine:
    return FleetEngine()


@pytest.fixture
def keys() -> Iterator[Keys]:
    made = Keys(
        {"key.json": ACCOUNT.json, "pair.pem": CERTIFICATE, "locked.pem": CERTIFICATE + "LOCKED", "x.json": "{"}
    )
    yield made
    made.close()


@pytest.fixture
def dialog(around: Surroundings, fleet: FleetEngine, keys: Keys) -> AdminConnectionsDialog:
    made = AdminConnectionsDialog(replace(around, engine=fleet.face), keys)
    made.open()
    return made


def typed(dialog: QWidget, words: Wording, name: str, text: str) -> None:
    line = by_name(dialog, QLineEdit, words.text(f"fleets.{name}"))
    line.selectAll()
    QTest.keyClicks(line, text)


def form_of(dialog: AdminConnectionsDialog) -> ConnectionForm:
    return next(each for each in dialog.findChildren(ConnectionForm) if each.isVisible())


async def test_a_json_key_makes_a_connection(
    dialog: AdminConnectionsDialog, fleet: FleetEngine, words: Wording
) -> None:
    pressed(dialog, words.text("fleets.add.google_service_account"))
    pressed(dialog, words.text("fleets.save"))
    assert words.text("fleets.problem.domains") in said(dialog)
    typed(dialog, words, "domains", "Example.org; @example.net")
    pressed(dialog, words.text("fleets.save"))
    assert words.text("fleets.problem.key_google") in said(dialog)
    form_of(dialog).read_file(Path("key.json"))
    await until(lambda: ACCOUNT.email in said(dialog))
    pressed(dialog, words.text("fleets.save"))
    await until(lambda: bool(fleet.wished("save_admin_connection")))
    [(connection, key)] = fleet.wished("save_admin_connection")
    assert isinstance(connection, AdminConnection)
    assert (connection.domains, connection.client_id) == (("example.org", "example.net"), ACCOUNT.client_id)
    assert (connection.account, connection.kind) == (ACCOUNT.email, ConnectionKind.GOOGLE_SERVICE_ACCOUNT)
    assert key == Secret(ACCOUNT.pair.key_pem)
    await until(lambda: "example.org, example.net" in said(dialog))


async def test_a_secret_and_its_end_or_a_certificate(
    dialog: AdminConnectionsDialog, fleet: FleetEngine, words: Wording
) -> None:
    pressed(dialog, words.text("fleets.add.microsoft_app_only"))
    typed(dialog, words, "domains", "fable.example")
    pressed(dialog, words.text("fleets.save"))
    assert words.text("fleets.problem.ids") in said(dialog)
    typed(dialog, words, "tenant", MICROSOFT.tenant)
    typed(dialog, words, "client", MICROSOFT.client_id)
    pressed(dialog, words.text("fleets.save"))
    assert words.text("fleets.problem.key_microsoft") in said(dialog)
    typed(dialog, words, "secret", "value-of-the-secret")
    typed(dialog, words, "ends", "31 May")
    pressed(dialog, words.text("fleets.save"))
    assert words.text("fleets.problem.ends") in said(dialog)
    typed(dialog, words, "ends", "2027-05-31")
    form = form_of(dialog)
    assert (form.key, form.connection.secret_expires_at) == (Secret("value-of-the-secret"), 1811721600.0)
    form.read_file(Path("pair.pem"))
    await until(lambda: "pair.pem" in said(dialog))
    assert form.key == Secret(CERTIFICATE)
    pressed(dialog, words.text("fleets.save"))
    await until(lambda: bool(fleet.wished("save_admin_connection")))
    await until(lambda: not dialog.findChildren(ConnectionForm))  # nothing of the key stays


@pytest.mark.parametrize(
    ("file", "kind", "fault"),
    [
        ("x.json", ConnectionKind.GOOGLE_SERVICE_ACCOUNT, "not_json"),
        ("gone.json", ConnectionKind.GOOGLE_SERVICE_ACCOUNT, "file_unreadable"),
        ("locked.pem", ConnectionKind.MICROSOFT_APP_ONLY, "locked"),
        ("key.json", ConnectionKind.MICROSOFT_APP_ONLY, "no_certificate"),
    ],
)
async def test_a_wrong_file_is_said(
    dialog: AdminConnectionsDialog, words: Wording, file: str, kind: ConnectionKind, fault: str
) -> None:
    dialog.begin(kind)
    form_of(dialog).read_file(Path(file))
    await until(lambda: words.text(f"fleets.key.{fault}") in said(dialog))
    assert form_of(dialog).key is None


async def test_a_live_test_before_saving(dialog: AdminConnectionsDialog, fleet: FleetEngine, words: Wording) -> None:
    dialog.change(GOOGLE)
    pressed(dialog, words.text("fleets.test"))
    assert words.text("fleets.problem.address") in said(dialog)
    typed(dialog, words, "test_address", "a@northwind.example")
    fleet.scripts = [[*(HalfTried(result(half)) for half in Half), TryOutEnded(True, mailbox("t"))]]
    pressed(dialog, words.text("fleets.test"))
    await until(lambda: "Receiving works. Sending works." in said(dialog))
    assert fleet.tried_connections == [(GOOGLE, None, "a@northwind.example")]
    assert not fleet.wished("save_admin_connection")


async def test_what_stands_is_told_and_the_rest_is_taken_over(
    around: Surroundings, fleet: FleetEngine, keys: Keys, words: Wording
) -> None:
    fleet.views = [ConnectionView(GOOGLE, 38, 2, is_resting=True), ConnectionView(MICROSOFT, 1, 0, is_resting=False)]
    dialog = AdminConnectionsDialog(replace(around, engine=fleet.face), keys)
    dialog.open()
    await until(lambda: words.text("fleets.resting") in said(dialog))
    assert words.plural("fleets.ends_in", 12) in said(dialog)
    fleet.not_served = (MailboxId("two"),)
    pressed(dialog, words.text("fleets.take_over"))
    box = dialog.findChild(QMessageBox)
    assert box is not None
    assert box.text().startswith("2 mailboxes have a password or a sign-in of their own.")
    safe = box.defaultButton()
    assert safe is not None
    assert safe.text() == words.text("ui.cancel")
    assert not fleet.wished("serve")
    yes = next(each for each in box.findChildren(QPushButton) if each.text() == words.text("fleets.take_over"))
    yes.click()
    await until(lambda: fleet.wished("serve") == [((MailboxId("one"), MailboxId("two")),)])
    await until(lambda: words.plural("fleets.not_taken_over", 1) in said(dialog))
    dialog.close()


async def test_enter_alone_hands_nothing_over(
    around: Surroundings, fleet: FleetEngine, keys: Keys, words: Wording
) -> None:
    fleet.views = [ConnectionView(GOOGLE, 38, 2, is_resting=False)]
    dialog = AdminConnectionsDialog(replace(around, engine=fleet.face), keys)
    dialog.open()
    await until(lambda: words.plural("fleets.others", 2) in said(dialog))
    pressed(dialog, words.text("fleets.take_over"))
    box = dialog.findChild(QMessageBox)
    assert box is not None
    QTest.keyClick(box, Qt.Key.Key_Return)
    await until(lambda: not dialog.findChildren(QMessageBox))
    assert not fleet.wished("serve")
    dialog.close()


async def test_the_connection_of_a_domain_is_opened_at_once(
    around: Surroundings, fleet: FleetEngine, keys: Keys
) -> None:
    fleet.views = [ConnectionView(GOOGLE, 38, 2, is_resting=True), ConnectionView(MICROSOFT, 1, 0, is_resting=False)]
    dialog = AdminConnectionsDialog(replace(around, engine=fleet.face), keys, domain="fable.example")
    dialog.open()
    await until(lambda: bool(dialog.findChildren(ConnectionForm)))
    assert form_of(dialog).connection.id == MICROSOFT.id
    dialog.close()


async def test_removing_asks_first(around: Surroundings, fleet: FleetEngine, keys: Keys, words: Wording) -> None:
    fleet.views = [ConnectionView(MICROSOFT, 1, 0, is_resting=False)]
    dialog = AdminConnectionsDialog(replace(around, engine=fleet.face), keys)
    dialog.open()
    await until(lambda: "fable.example" in said(dialog))
    pressed(dialog, words.text("fleets.remove"))
    box = dialog.findChild(QMessageBox)
    assert box is not None
    assert not fleet.wished("remove_admin_connection")
    yes = next(each for each in box.findChildren(QPushButton) if each.text() == words.text("fleets.remove"))
    yes.click()
    await until(lambda: fleet.wished("remove_admin_connection") == [(MICROSOFT.id,)])
    dialog.close()


async def test_a_domain_of_another_connection_is_said(
    dialog: AdminConnectionsDialog, fleet: FleetEngine, words: Wording
) -> None:
    dialog.change(GOOGLE)
    fleet.fails = DomainServed("northwind.example")
    pressed(dialog, words.text("fleets.save"))
    await until(lambda: words.text("fleets.problem.served", domain="northwind.example") in said(dialog))
    assert form_of(dialog).connection == GOOGLE


async def test_help_is_asked_for(dialog: AdminConnectionsDialog, words: Wording) -> None:
    wanted: list[str] = []
    dialog.help_wanted.connect(wanted.append)
    dialog.begin(ConnectionKind.MICROSOFT_APP_ONLY)
    pressed(dialog, words.text("fleets.guide"))
    assert wanted == ["fleet_microsoft"]


async def test_an_address_of_a_served_domain_is_added_without_a_password(
    around: Surroundings, fleet: FleetEngine, words: Wording
) -> None:
    fleet.views = [ConnectionView(GOOGLE, 0, 0, is_resting=False)]
    box = mailbox("x", "new@northwind.example")
    fleet.guesses["northwind.example"] = (box.receiving, box.sending)
    fleet.scripts = [[*(HalfTried(result(half)) for half in Half), TryOutEnded(True, box)]]
    dialog = AddDialog(replace(around, engine=fleet.face))
    dialog.open()
    field = by_name(dialog, QLineEdit, words.text("ui.add.address"))
    QTest.keyClicks(field, box.address)
    field.editingFinished.emit()
    pressed(dialog, words.text("ui.add.go"))
    await until(lambda: bool(fleet.wished("add")))
    ((draft,),) = fleet.wished("add")
    assert isinstance(draft, Draft)
    assert draft.credential is ADMIN_ACCESS
    dialog.close()
