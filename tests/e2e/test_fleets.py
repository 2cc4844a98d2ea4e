"""Admin connections by mouse and keys: made, proved on real servers, broken at the provider, mended. The mailboxes have
passwords at first; the endpoint verifies signatures and claims, Dovecot asks it about every token."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.e2e.fleet_desk import FleetLab, fleet_lab
from tests.e2e.flow_desk import WORDS, until_status
from tests.e2e.screen import Person
from tests.e2e.test_window import desk, ended
from tests.servers.admin_tokens import APP, GOOGLE_SCOPE, TENANT
from tests.servers.secret_service import SecretService

AT_GOOGLE = ("ann@north.example", "ben@north.example", "cleo@north.example", "dora@north.example")
AT_MICROSOFT = "mail@south.example"
BRIEF = 60
"""Seconds that a token lives: a check wants one that is good for a minute, so each asks for another."""


@pytest.fixture
def lab(ca: trustme.CA, tmp_path: Path) -> Iterator[FleetLab]:
    with fleet_lab(ca, tmp_path / "program", AT_GOOGLE, AT_MICROSOFT) as made:
        made.tokens.lives = BRIEF
        yield made


@pytest.fixture
def person(lab: FleetLab) -> Iterator[Person]:
    with SecretService() as keyring:
        keyring.start()
        with Person(keyring.env) as made:
            lab.give_program(made)
            yield made


def keep(person: Person, name: str) -> None:
    """For eyes: MAILBOX_DESK_PICTURES names a folder."""
    folder = os.environ.get("MAILBOX_DESK_PICTURES")
    if folder:
        person.picture(Path(folder) / f"{name}.png")


def opens_connections(person: Person) -> None:
    person.opens_menu(lambda: person.clicks(WORDS.text("ui.header.menu")))
    person.picks(WORDS.text("ui.action.admin_connections"))
    person.sees(WORDS.text("fleets.intro"))


def makes_googles(person: Person, key: Path) -> None:
    person.clicks(WORDS.text("fleets.add.google_service_account"))
    person.clicks(WORDS.text("fleets.choose_json"))
    person.sees(WORDS.text("fleets.choose_title"))
    person.types(str(key))
    person.presses("Return")
    person.sees(WORDS.text("fleets.copy_client"))
    person.fills(WORDS.text("fleets.domains"), "north.example")
    keep(person, "1_google_form")
    person.clicks(WORDS.text("fleets.save"))
    person.sees("north.example")


def makes_microsofts(person: Person, secret: str) -> None:
    person.clicks(WORDS.text("fleets.add.microsoft_app_only"))
    person.fills(WORDS.text("fleets.domains"), "south.example")
    person.fills(WORDS.text("fleets.tenant"), TENANT)
    person.fills(WORDS.text("fleets.client"), APP)
    enters_secret(person, secret)
    keep(person, "2_microsoft_form")
    person.clicks(WORDS.text("fleets.save"))
    person.sees("south.example")


def enters_secret(person: Person, secret: str) -> None:
    person.clicks(WORDS.text("fleets.secret"), role="password text")
    person.presses("ctrl+a")
    person.types(secret)


def hands_over(person: Person, count: int) -> None:
    """The first card that still has others; Enter alone does nothing."""
    person.clicks(WORDS.text("fleets.take_over"))
    person.sees(WORDS.plural("fleets.take_over_question", count))
    keep(person, f"3_question_{count}")
    person.presses("Return")
    person.sees_no(WORDS.plural("fleets.take_over_question", count))
    person.clicks(WORDS.text("fleets.take_over"))
    person.sees(WORDS.plural("fleets.take_over_question", count))
    person.clicks(WORDS.text("fleets.take_over"))
    person.sees(WORDS.plural("fleets.serves", count), seconds=40)
    person.sees_no(WORDS.plural("fleets.others", count))


def title(domain: str, down: int) -> str:
    return WORDS.plural("shared.connection.title", down, place=domain, down=down)


@pytest.mark.timeout(400)
async def test_made_proved_broken_and_mended(person: Person, lab: FleetLab, tmp_path: Path) -> None:
    home, log = lab.fill_home(person, tmp_path / "home", [*AT_GOOGLE, AT_MICROSOFT]), tmp_path / "log"
    key = tmp_path / "key.json"
    key.write_text(lab.tokens.account.json)
    with desk(person, home, lab.mail, log) as process:
        person.sees(WORDS.text("ui.header.add"))
        for address in (*AT_GOOGLE, AT_MICROSOFT):
            until_status(person, address, "Connected", seconds=60)
        opens_connections(person)
        makes_googles(person, key)
        hands_over(person, len(AT_GOOGLE))
        makes_microsofts(person, lab.tokens.client_secret)
        hands_over(person, 1)
        keep(person, "4_both_serve")
        person.presses("Escape")
        person.sees_no(WORDS.text("fleets.intro"))
        assert set(lab.tokens.asked) == {*AT_GOOGLE, APP}
        keep(person, "5_green")
        breaks_both(person, lab)
        mends_microsofts(person, lab)
        mends_googles(person, lab)
        person.presses("ctrl+q")
        assert ended(process)[0] == 0
    assert "Traceback" not in log.read_text()
    assert lab.tokens.client_secret.encode() not in b"".join(
        each.read_bytes() for each in home.iterdir() if each.is_file()
    )


def breaks_both(person: Person, lab: FleetLab) -> None:
    """All of them are down, and it is two troubles."""
    lab.tokens.secret_expired, lab.tokens.account.delegated = True, frozenset()
    person.presses("shift+F5")
    person.sees(title("north.example", len(AT_GOOGLE)), seconds=60)
    person.sees(title("south.example", 1), seconds=60)
    person.sees(WORDS.text("rule.fleet-microsoft-secret-expired.next_step"))
    for address in (*AT_GOOGLE, AT_MICROSOFT):
        until_status(person, address, "Needs you")
    person.clicks(AT_MICROSOFT, role="table cell")
    keep(person, "6_broken")


def mends_microsofts(person: Person, lab: FleetLab) -> None:
    """A new secret at the provider, and entered in the form that the strip leads to."""
    lab.tokens.client_secret, lab.tokens.secret_expired = "another-secret-canary~9R", False
    line = person.sees(title("south.example", 1))
    buttons = [
        each
        for each in person.look()
        if each.role == "push button" and WORDS.text("shared.connection.mend") in each.name
    ]
    nearest = min(buttons, key=lambda each: abs(each.centre[1] - line.centre[1]))
    person._do("mousemove", *map(str, nearest.centre), "click", "1")
    enters_secret(person, lab.tokens.client_secret)
    keep(person, "7_mending_microsoft")
    person.clicks(WORDS.text("fleets.save"))
    person.sees(WORDS.text("fleets.intro"))
    person.presses("Escape")
    until_status(person, AT_MICROSOFT, "Connected")
    person.sees_no(title("south.example", 1))
    keep(person, "8_one_mended")


def mends_googles(person: Person, lab: FleetLab) -> None:
    """Mended in the provider's console; a test on one address shows it, and wakes all."""
    lab.tokens.account.delegated = frozenset({GOOGLE_SCOPE})
    person.clicks(WORDS.text("shared.connection.mend"))
    person.fills(WORDS.text("fleets.test_address"), AT_GOOGLE[0])
    person.clicks(WORDS.text("fleets.test"))
    person.sees(WORDS.text("fleets.save"))
    for address in AT_GOOGLE:
        until_status(person, address, "Connected", seconds=40)
    keep(person, "9_google_works")
    person.presses("Escape")
    person.sees_no(title("north.example", len(AT_GOOGLE)))
    keep(person, "10_green_again")
