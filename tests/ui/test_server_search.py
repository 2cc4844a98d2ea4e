"""Finding the servers inside the add dialog, as a person sees it: found, foreign, nothing, offline, another one."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLineEdit

from mailbox_desk.diagnosis.provider import Provider
from mailbox_desk.model.discovery import Candidate, DiscoveryEnded, DiscoveryStep, Found, Source
from mailbox_desk.model.errand import HalfTried, TryOutEnded, TryOutStep
from mailbox_desk.model.mailbox import AuthKind, Endpoint, Security
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.add_dialog import AddDialog
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.finding import by_name, pressed, said
from tests.ui.samples import mailbox, result, snapshot
from tests.ui.waiting import until

ADDRESS = "me@own.example"
FASTMAIL = Provider(
    "fastmail",
    "Fastmail",
    app_password_page="https://app.fastmail.com/settings/security/apps",
)


def candidate(source: Source = Source.SRV, host: str = "mail.own.example", **more: object) -> Candidate:
    chosen: dict[str, object] = {
        "receiving": Endpoint(host, 993, Security.TLS, ADDRESS),
        "sending": Endpoint(host, 465, Security.TLS, ADDRESS),
        **more,
    }
    return Candidate(source, **chosen)  # type: ignore[arg-type]  # names are checked by Candidate itself


def finding(*found: Candidate) -> list[DiscoveryStep | None]:
    return [*(Found(each) for each in found), DiscoveryEnded(tuple(sorted(found, key=lambda each: each.order)))]


@pytest.fixture
def dialog(around: Surroundings) -> AddDialog:
    made = AddDialog(around)
    made.open()
    return made


def address_field(dialog: AddDialog, words: Wording) -> QLineEdit:
    return by_name(dialog, QLineEdit, words.text("ui.add.address"))


def password_field(dialog: AddDialog, words: Wording) -> QLineEdit:
    return by_name(dialog, QLineEdit, words.text("ui.add.password"))


def enter(dialog: AddDialog, words: Wording, address: str = ADDRESS) -> None:
    """Type the address and press Enter."""
    QTest.keyClicks(address_field(dialog, words), address)
    QTest.keyClick(address_field(dialog, words), Qt.Key.Key_Return)


def host(dialog: AddDialog, words: Wording, half: Half = Half.RECEIVING) -> QLineEdit:
    half_name = words.text(f"ui.half.{half.value}")
    return by_name(
        dialog, QLineEdit, words.text("ui.server.spoken", half=half_name, field=words.text("ui.server.host"))
    )


def passing() -> list[TryOutStep | None]:
    return [*(HalfTried(result(half)) for half in Half), TryOutEnded(True, mailbox("found", ADDRESS))]


async def test_what_is_found_is_said_and_filled_in(dialog: AddDialog, engine: FakeEngine, words: Wording) -> None:
    engine.finds["own.example"] = finding(candidate())
    enter(dialog, words)
    assert words.text("adding.looking", domain="own.example") in said(dialog)
    await until(lambda: "mail.own.example" in said(dialog))
    assert words.text("adding.source.srv", domain="own.example") in said(dialog)
    assert host(dialog, words).text() == "mail.own.example"
    assert not host(dialog, words).isVisible()  # Servers stay folded


async def test_enter_in_the_address_moves_on_and_tries_nothing(
    dialog: AddDialog, engine: FakeEngine, words: Wording
) -> None:
    engine.finds["own.example"] = finding(candidate())
    enter(dialog, words)
    assert password_field(dialog, words).hasFocus()
    assert not engine.tried
    assert words.text("ui.problem.password") not in said(dialog)


async def test_a_better_answer_takes_the_place_and_a_worse_does_not(
    dialog: AddDialog, engine: FakeEngine, words: Wording
) -> None:
    steps = (
        candidate(Source.SRV, "c.example"),
        candidate(Source.ISPDB, "b.example"),
        candidate(Source.GUESS, "d.example"),
    )
    engine.finds["own.example"] = finding(*steps)
    enter(dialog, words)
    await until(lambda: not dialog._search.is_running)
    assert host(dialog, words).text() == "b.example"


async def test_connect_waits_for_the_servers(dialog: AddDialog, engine: FakeEngine, words: Wording) -> None:
    engine.finds["own.example"] = [None, *finding(candidate())]
    engine.scripts = [passing()]
    enter(dialog, words)
    QTest.keyClicks(password_field(dialog, words), "a-secret")
    QTest.keyClick(password_field(dialog, words), Qt.Key.Key_Return)
    assert words.text("adding.wait") in said(dialog)
    assert not engine.tried
    engine.gate.set()
    await until(lambda: engine.wished("add"))
    assert engine.tried[0].mailbox.receiving is not None
    assert engine.tried[0].mailbox.receiving.host == "mail.own.example"


async def test_waiting_can_be_stopped(dialog: AddDialog, engine: FakeEngine, words: Wording) -> None:
    engine.finds["own.example"] = [None, *finding(candidate())]
    enter(dialog, words)
    QTest.keyClicks(password_field(dialog, words), "a-secret")
    pressed(dialog, words.text("ui.add.go"))
    pressed(dialog, words.text("ui.stop"))
    engine.gate.set()
    await until(lambda: host(dialog, words).text())
    assert not engine.tried
    assert words.text("ui.add.go") in said(dialog)


async def test_nothing_found_opens_the_servers_and_puts_the_cursor_there(
    dialog: AddDialog, engine: FakeEngine, words: Wording
) -> None:
    QTest.keyClicks(address_field(dialog, words), ADDRESS)
    QTest.keyClick(address_field(dialog, words), Qt.Key.Key_Tab)
    address_field(dialog, words).clearFocus()
    dialog._exactly.setFocus()
    await until(lambda: words.text("adding.nothing", domain="own.example") in said(dialog))
    assert host(dialog, words).isVisible()
    await until(lambda: host(dialog, words).hasFocus())


async def test_the_cursor_is_never_taken_out_of_the_password(
    dialog: AddDialog, engine: FakeEngine, words: Wording
) -> None:
    engine.finds["own.example"] = [None, DiscoveryEnded()]
    enter(dialog, words)
    QTest.keyClicks(password_field(dialog, words), "half of a sec")
    engine.gate.set()
    await until(lambda: host(dialog, words).isVisible())
    assert password_field(dialog, words).hasFocus()
    QTest.keyClick(password_field(dialog, words), Qt.Key.Key_Return)
    assert host(dialog, words).hasFocus()
    assert words.text("ui.problem.host.receiving") in said(dialog)


async def test_offline_is_said(dialog: AddDialog, engine: FakeEngine, words: Wording) -> None:
    engine.finds["own.example"] = [DiscoveryEnded(offline=True)]
    enter(dialog, words)
    await until(lambda: words.text("adding.offline") in said(dialog))


async def test_hosts_of_another_domain_are_shown(dialog: AddDialog, engine: FakeEngine, words: Wording) -> None:
    engine.finds["own.example"] = finding(candidate(host="mx.stranger.example", foreign=("mx.stranger.example",)))
    enter(dialog, words)
    await until(lambda: words.text("adding.foreign", hosts="mx.stranger.example", domain="own.example") in said(dialog))


async def test_a_half_that_nobody_named_is_asked_for(dialog: AddDialog, engine: FakeEngine, words: Wording) -> None:
    engine.finds["own.example"] = finding(candidate(sending=None))
    enter(dialog, words)
    await until(lambda: host(dialog, words, Half.SENDING).isVisible())
    QTest.keyClicks(password_field(dialog, words), "pw")
    pressed(dialog, words.text("ui.add.go"))
    assert words.text("ui.problem.host.sending") in said(dialog)
    assert host(dialog, words, Half.SENDING).hasFocus()


async def test_an_app_password_is_asked_for_before_the_first_try(
    dialog: AddDialog, engine: FakeEngine, words: Wording
) -> None:
    engine.provider_files["fastmail"] = FASTMAIL
    needs = candidate(Source.PROVIDER, provider="fastmail", auth=frozenset({AuthKind.APP_PASSWORD}))
    engine.finds["own.example"] = finding(needs)
    opener = Opener()
    QDesktopServices.setUrlHandler("https", opener, "open")  # type: ignore[arg-type]  # the stubs ask for bytes, PySide for text
    try:
        enter(dialog, words)
        await until(lambda: words.text("adding.hint.app_password", provider="Fastmail") in said(dialog))
        pressed(dialog, words.text("adding.hint.page", host="app.fastmail.com"))
    finally:
        QDesktopServices.unsetUrlHandler("https")
    assert opener.opened == [FASTMAIL.app_password_page]
    assert not engine.tried


async def test_a_provider_without_passwords_is_explained(dialog: AddDialog, engine: FakeEngine, words: Wording) -> None:
    engine.finds["own.example"] = finding(candidate(auth=frozenset({AuthKind.OAUTH})))
    enter(dialog, words)
    provider = words.text("adding.hint.this_provider")
    await until(lambda: words.text("adding.hint.oauth_only", provider=provider) in said(dialog))


async def test_a_duplicate_is_said_before_anything_is_looked_up(
    dialog: AddDialog, engine: FakeEngine, words: Wording
) -> None:
    engine.board.publish(snapshot("x", address="ME@own.example"))
    enter(dialog, words)
    assert words.text("ui.problem.known") in said(dialog)
    assert engine.looked_for == []


async def test_an_address_that_is_none_is_said(dialog: AddDialog, engine: FakeEngine, words: Wording) -> None:
    enter(dialog, words, "me-at-own.example")
    assert words.text("ui.problem.address") in said(dialog)
    assert engine.looked_for == []


async def test_another_address_takes_back_what_was_found_for_the_first(
    dialog: AddDialog, engine: FakeEngine, words: Wording
) -> None:
    engine.finds["own.example"] = finding(candidate())
    enter(dialog, words)
    await until(lambda: host(dialog, words).text())
    address_field(dialog, words).selectAll()
    enter(dialog, words, "me@nobody.example")
    assert host(dialog, words).text() == ""
    await until(lambda: words.text("adding.nothing", domain="nobody.example") in said(dialog))
    assert engine.looked_for == [ADDRESS, "me@nobody.example"]


async def test_closing_ends_the_search(dialog: AddDialog, engine: FakeEngine, words: Wording) -> None:
    engine.finds["own.example"] = [None]
    enter(dialog, words)
    await until(lambda: engine.looked_for)
    dialog.reject()
    await until(lambda: engine.searches_ended)


async def test_a_search_that_breaks_off_leaves_the_person_able_to_go_on(
    dialog: AddDialog, engine: FakeEngine, words: Wording, caplog: pytest.LogCaptureFixture
) -> None:
    engine.finds["own.example"] = [Found(None), DiscoveryEnded()]  # type: ignore[arg-type]  # a fault of ours
    enter(dialog, words)
    await until(lambda: words.text("adding.nothing", domain="own.example") in said(dialog))
    assert "broke off" in caplog.text


async def test_name_tags_and_note_are_kept(dialog: AddDialog, engine: FakeEngine, words: Wording) -> None:
    engine.finds["own.example"] = finding(candidate())
    engine.scripts = [passing()]
    pressed(dialog, words.text("adding.more"))
    for key, text in (("name", " Jane "), ("tags", "sales, north,,sales "), ("note", "of the old team")):
        QTest.keyClicks(by_name(dialog, QLineEdit, words.text(f"adding.about.{key}")), text)
    enter(dialog, words)
    QTest.keyClicks(password_field(dialog, words), "pw")
    pressed(dialog, words.text("ui.add.go"))
    await until(lambda: engine.tried)
    tried = engine.tried[0].mailbox
    assert (tried.name, tried.tags, tried.note) == ("Jane", ("sales", "north"), "of the old team")


async def test_another_can_be_added_at_once(dialog: AddDialog, engine: FakeEngine, words: Wording) -> None:
    engine.finds["own.example"] = finding(candidate())
    engine.scripts = [passing(), passing()]
    added: list[str] = []
    dialog.added.connect(added.append)
    for address in (ADDRESS, "second@own.example"):
        enter(dialog, words, address)
        QTest.keyClicks(password_field(dialog, words), "pw")
        pressed(dialog, words.text("ui.add.go"))
        await until(lambda: words.text("adding.another") in said(dialog))
        assert password_field(dialog, words).text() == ""
        pressed(dialog, words.text("adding.another"))
        assert address_field(dialog, words).hasFocus()
        assert address_field(dialog, words).text() == ""
        assert host(dialog, words).text() == ""
    assert len(set(added)) == 2
    assert [draft.mailbox.address for draft in engine.tried] == [ADDRESS, "second@own.example"]


async def test_receiving_can_be_off(dialog: AddDialog, engine: FakeEngine, words: Wording) -> None:
    engine.finds["own.example"] = finding(candidate())
    engine.scripts = [[None]]
    enter(dialog, words)
    pressed(dialog, words.text("adding.servers"))
    box = next(each for each in dialog.findChildren(QCheckBox) if each.text() == words.text("ui.servers.on.receiving"))
    box.click()
    QTest.keyClicks(password_field(dialog, words), "pw")
    pressed(dialog, words.text("ui.add.go"))
    await until(lambda: engine.tried)
    assert engine.tried[0].mailbox.receiving is None
    dialog.reject()


class Opener(QObject):
    """Stands where the browser would."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toString())
