"""Adding two mailboxes by mouse and keys: servers found by an autoconfig file over a real DNS and https, tried out at
a real mail server. Only the domain leaves, until the person presses Connect."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from mailbox_desk.adapters.database import Database
from mailbox_desk.paths import Home
from mailbox_desk.wording import Wording
from tests.e2e.screen import Person
from tests.e2e.test_window import desk, ended
from tests.servers.dns import NameServer
from tests.servers.dovecot import Dovecot, DovecotUser
from tests.servers.https import Page, WebServer, usual_config
from tests.servers.secret_service import SecretService

FIRST, SECOND = "first.person@desk.test", "second@desk.test"
SECRET = "a Secret & more"


@pytest.fixture
def server(ca: trustme.CA) -> Iterator[Dovecot]:
    with Dovecot([DovecotUser(FIRST, SECRET), DovecotUser(SECOND, SECRET)], ca=ca) as made:
        yield made


@pytest.fixture
def web(ca: trustme.CA, server: Dovecot) -> Iterator[WebServer]:
    with WebServer(ca) as made:
        file = usual_config("localhost", server.imaps_port, server.submissions_port)
        made.pages["autoconfig.desk.test/mail/config-v1.1.xml"] = Page(file)
        yield made


@pytest.fixture
def names() -> Iterator[NameServer]:
    with NameServer({"desk.test": ["127.0.0.1"], "autoconfig.desk.test": ["127.0.0.1"]}) as made:
        yield made


@pytest.fixture
def person() -> Iterator[Person]:
    with SecretService() as keyring:
        keyring.start()
        with Person(keyring.env) as made:
            yield made


@pytest.fixture
async def home(tmp_path: Path, web: WebServer, names: NameServer) -> Path:
    root = tmp_path / "home"
    database = Database(Home(root))
    await database.open()
    await database.save_setting("discovery.nameserver", names.address)
    await database.save_setting("discovery.https_port", str(web.port))
    await database.close()
    return root


async def test_two_mailboxes_are_added(
    person: Person, home: Path, server: Dovecot, web: WebServer, tmp_path: Path
) -> None:
    words, log = Wording.load(["en"], strict=True), tmp_path / "log"
    with desk(person, home, server, log) as process:
        person.sees(words.text("ui.empty.title"))
        person.clicks(words.text("ui.header.add"))
        person.fills(words.text("ui.add.address"), FIRST)
        person.presses("Return")  # moves on to the password
        found = words.text("adding.source.autoconfig", domain="desk.test")
        person.sees(f"localhost · {found}", role="label")
        person.types("wrong")
        person.presses("Return")
        person.sees("AUTHENTICATIONFAILED")
        person.sees(words.text("ui.add.anyway"), role="push button")
        person.fills(words.text("ui.add.password"), SECRET)
        person.presses("Return")
        person.sees(words.text("adding.works", address=FIRST))

        person.clicks(words.text("adding.another"))
        person.types(SECOND)
        person.presses("Return")
        person.types(SECRET)
        person.clicks(words.text("ui.add.go"))
        person.sees(words.text("adding.works", address=SECOND))
        person.presses("Return")
        person.sees_no(words.text("adding.done"))
        for address in (FIRST, SECOND):
            person.sees(address, role="table cell")
        person.presses("ctrl+q")
        code, seconds = ended(process)
        assert (code, seconds < 2) == (0, True), (code, seconds, log.read_text())
    assert web.asked
    told = " ".join(f"{each.host} {each.path} {each.headers}" for each in web.asked)
    assert not any(part in told for part in ("first.person", "second", "Secret"))
    assert "Traceback" not in log.read_text()


async def test_nothing_found_leads_to_the_server_fields(
    person: Person, home: Path, server: Dovecot, web: WebServer, tmp_path: Path
) -> None:
    words, log = Wording.load(["en"], strict=True), tmp_path / "log"
    web.pages.clear()
    with desk(person, home, server, log) as process:
        person.clicks(words.text("ui.header.add"))
        person.fills(words.text("ui.add.address"), FIRST)
        person.presses("Return")
        person.types(SECRET)
        person.sees(words.text("adding.nothing", domain="desk.test"))
        person.presses("Return")
        person.sees(words.text("ui.problem.host.receiving"))
        person.types("localhost")  # the cursor is there already
        half = words.text("ui.half.receiving")
        field = words.text("ui.server.spoken", half=half, field=words.text("ui.server.host"))
        assert person.sees(field, role="text").text == "localhost"
        person.presses("Escape")
        person.presses("ctrl+q")
        assert ended(process)[0] == 0
    assert "Traceback" not in log.read_text()
