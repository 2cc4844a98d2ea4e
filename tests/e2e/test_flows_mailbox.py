"""What is done to a mailbox, by mouse and keys alone: paused, acknowledged, edited, its servers spoilt and mended,
copied for support, explained, removed and brought back, removed for good."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import trustme
from PySide6.QtGui import QColor, QImage

from mailbox_desk.ui.look import LIGHT, Tone
from tests.e2e.flow_desk import (
    FINE,
    REFUSED,
    WORDS,
    cells,
    choose,
    import_list,
    quick_home,
    until_listed,
    until_status,
    users,
    write_list,
)
from tests.e2e.screen import Person
from tests.e2e.test_window import desk, ended
from tests.servers.dovecot import Dovecot
from tests.servers.secret_service import SecretService
from tests.servers.tray_host import TrayHost

BEN, CLEO = FINE[0], FINE[1]
PANEL_HEIGHT = 28
ERROR = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."


@pytest.fixture
def server(ca: trustme.CA) -> Iterator[Dovecot]:
    with Dovecot(users(), ca=ca) as made:
        yield made


@pytest.fixture
def person() -> Iterator[Person]:
    with SecretService() as keyring:
        keyring.start()
        with Person(keyring.env) as made:
            yield made


async def test_all_that_can_be_done_to_a_mailbox(person: Person, server: Dovecot, tmp_path: Path) -> None:
    home, log = await quick_home(tmp_path / "home"), tmp_path / "log"
    with TrayHost("trayer", person.env), desk(person, home, server, log) as process:
        person.sees(WORDS.text("ui.empty.title"))
        import_list(person, write_list(tmp_path / "list.csv", server))
        pause_and_resume(person, tmp_path / "paused.png")
        acknowledge(person, tmp_path / "tray.png")
        edit(person)
        spoil_and_mend(person, server)
        read_help(person)
        explain(person)
        remove_and_bring_back(person)
        assert secrets_in(home) == 1 + len(FINE)
        remove(person, CLEO)
        person.presses("ctrl+q")
        code, seconds = ended(process)
        assert (code, seconds < 2) == (0, True), (code, seconds, log.read_text())

    assert secrets_in(home) == len(FINE)
    with desk(person, home, server, log) as process:
        person.sees(BEN, role="table cell")
        until_listed(person, REFUSED, BEN, *FINE[2:])
        person.presses("ctrl+q")
        assert ended(process)[0] == 0
    assert "Traceback" not in log.read_text()


def pause_and_resume(person: Person, picture: Path) -> None:
    """For an hour, with a note: the line turns violet, and the pane says why."""
    choose(person, BEN)
    person.presses("ctrl+p")
    person.sees(WORDS.plural("pause.title", 1, address=BEN))
    assert person.sees(WORDS.text("pause.hour"), role="radio button").checked
    person.fills(WORDS.text("pause.note"), "moving the domain")
    person.presses("Return")
    until_status(person, BEN, "Paused")
    person.sees("moving the domain")
    person._until(lambda: tone_of(person, BEN, picture) is Tone.VIOLET, "the line is not violet")
    person.presses("ctrl+shift+p")
    until_status(person, BEN, "Connected")
    person._until(lambda: tone_of(person, BEN, picture) is Tone.GREEN, "the line is not green again")


def tone_of(person: Person, address: str, picture: Path) -> Tone | None:
    """The colour of the sign in the line's first cell."""
    person.picture(picture)
    screen, (x, y, _, height) = QImage(str(picture)), cells(person, address)[0].box
    seen = [screen.pixelColor(each, y + height // 2) for each in range(x + 4, x + 32)]
    tones = (Tone.VIOLET, Tone.GREEN, Tone.RED, Tone.AMBER)
    return next((each for each in tones if QColor(LIGHT.tone(each)) in seen), None)


def acknowledge(person: Person, picture: Path) -> None:
    """Known: line, sentence and tray say so, until one wants to be told again."""
    person._until(lambda: is_in_tray(person, Tone.RED, picture), "the tray is not red")
    until_status(person, REFUSED, "Needs you")
    choose(person, REFUSED)
    person.sees(WORDS.plural("ui.summary.needs_you", 1))
    person.presses("ctrl+k")
    until_status(person, REFUSED, WORDS.text("ui.list.status_known", status="Needs you"))
    person.sees(WORDS.plural("ui.summary.known", 1))
    person._until(lambda: is_in_tray(person, Tone.GREEN, picture), "the tray is not green")
    person.presses("ctrl+shift+k")
    person._until(lambda: is_in_tray(person, Tone.RED, picture), "the tray is not red again")
    person.sees(WORDS.plural("ui.summary.needs_you", 1))
    person.sees_no(WORDS.plural("ui.summary.known", 1))


def is_in_tray(person: Person, tone: Tone, picture: Path) -> bool:
    person.picture(picture)
    screen, colour = QImage(str(picture)), QColor(LIGHT.tone(tone)).rgb()
    places = [(x, y) for x in range(screen.width()) for y in range(PANEL_HEIGHT)]
    return sum(screen.pixel(*place) == colour for place in places) > 20


def edit(person: Person) -> None:
    """A name, tags and a note, by which it is found then."""
    choose(person, CLEO)
    person.presses("F2")
    person.fills(WORDS.text("adding.about.name"), "Cleo of Sales")
    person.fills(WORDS.text("adding.about.tags"), "gold, south")
    person.fills(WORDS.text("adding.about.note"), "asks for Mondays")
    person.clicks(WORDS.text("ui.servers.keep"))
    person.sees_no(WORDS.text("ui.edit.title", address=CLEO))
    person.presses("ctrl+f")
    for words in ("tag:gold", "mondays", "cleo of"):
        person.presses("ctrl+a")
        person.types(words)
        until_listed(person, CLEO)
    person.presses("Escape", "Escape")
    until_listed(person, REFUSED, *FINE)


def spoil_and_mend(person: Person, server: Dovecot) -> None:
    """Another service's port: told as what it is, and mended without the password."""
    port = WORDS.text("ui.server.spoken", half=WORDS.text("ui.half.receiving"), field=WORDS.text("ui.server.port"))
    choose(person, BEN)
    person.presses("F2")
    person.fills(port, str(server.submissions_port))
    person.clicks(WORDS.text("ui.servers.keep"))
    until_status(person, BEN, "Needs you")
    person.presses("ctrl+r")
    person.sees(WORDS.text("ui.servers.title", address=BEN))
    person.fills(port, str(server.imaps_port))
    person.presses("Return")
    until_status(person, BEN, "Connected")
    person.sees_no(WORDS.text("ui.servers.title", address=BEN))


def read_help(person: Person) -> None:
    person.presses("F1")
    person.sees(WORDS.text("help.pages"))
    person.presses("ctrl+f")
    person.types("app password")
    person.presses("Return")
    person._until(lambda: "app password" in page(person).lower(), "no page about app passwords")
    person.presses("Escape")
    person.sees_no(WORDS.text("help.pages"))


def page(person: Person) -> str:
    return next((each.text for each in person.look() if each.name == WORDS.text("help.page")), "")


def explain(person: Person) -> None:
    """An error of elsewhere; and what was copied for support, for it goes into the same field."""
    choose(person, REFUSED)
    person.presses("ctrl+shift+c", "ctrl+shift+v")
    field = WORDS.text("help.paste.text")
    person.sees(field, role="text")
    person.presses("ctrl+v")
    person._until(lambda: REFUSED in person.sees(field, role="text").text, "nothing was copied for support")
    copied = person.sees(field, role="text").text
    assert "AUTHENTICATIONFAILED" in copied
    assert "no longer right" not in copied
    person.presses("ctrl+a")
    person.types(ERROR)
    person.presses("ctrl+Return")
    person.sees(WORDS.text("help.paste.todo"))
    person.sees(WORDS.text("cause.protocol_disabled.next_step", protocol="IMAP or SMTP"))
    person.presses("Escape")
    person.sees_no(WORDS.text("help.paste.intro"))


def remove(person: Person, address: str) -> None:
    choose(person, address)
    person.presses("Delete")
    person.sees(WORDS.plural("ui.remove.question", 1, address=address))
    person.clicks(WORDS.text("ui.remove.yes"))
    person.sees(WORDS.plural("ui.remove.done", 1, address=address))
    person.sees_no(address, role="table cell")


def remove_and_bring_back(person: Person) -> None:
    """Asked first: Enter is the safe answer. Then undone by the button, and by the key."""
    choose(person, BEN)
    person.presses("Delete")
    person.sees(WORDS.plural("ui.remove.question", 1, address=BEN))
    person.presses("Return")
    person.sees_no(WORDS.plural("ui.remove.question", 1, address=BEN))
    until_listed(person, REFUSED, *FINE)
    remove(person, BEN)
    person.clicks(WORDS.text("ui.undo"))
    until_listed(person, REFUSED, *FINE)
    remove(person, BEN)
    person.presses("ctrl+z")
    until_listed(person, REFUSED, *FINE)
    person.sees_no(WORDS.text("ui.undo"))


def secrets_in(home: Path) -> int:
    """How many sealed rows the vault holds, on the disk."""
    with closing(sqlite3.connect(home / "vault.sqlite")) as connection:
        return int(connection.execute("SELECT count(*) FROM sealed").fetchone()[0])
