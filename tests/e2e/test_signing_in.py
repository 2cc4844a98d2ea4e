"""Signing in at a real OpenID provider by mouse and keys: a grant that died, one click, the browser, green; and all the
ways in which a person does something else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.e2e.flow_desk import WORDS, until_status
from tests.e2e.oauth_desk import OAuthLab, oauth_lab, web_password
from tests.e2e.oauth_home import DEAD
from tests.e2e.screen import Person
from tests.e2e.test_window import desk, ended
from tests.servers.secret_service import SecretService

ANNA, BERT = "anna@north.example", "bert@north.example"
PROVIDER = WORDS.text("reconnect.the_provider")
GO = WORDS.text("signin.go", provider=PROVIDER)


@pytest.fixture
def lab(ca: trustme.CA, tmp_path: Path) -> Iterator[OAuthLab]:
    with oauth_lab(ca, tmp_path / "online", [ANNA, BERT]) as made:
        yield made


@pytest.fixture
def person(lab: OAuthLab) -> Iterator[Person]:
    with SecretService() as keyring:
        keyring.start()
        with Person(keyring.env) as made:
            lab.give_browser(made)
            yield made


async def test_one_click_from_a_dead_grant_to_green(person: Person, lab: OAuthLab, tmp_path: Path) -> None:
    home, log = lab.fill_home(person, tmp_path / "home", [ANNA]), tmp_path / "log"
    with desk(person, home, lab.mail, log) as process:
        until_status(person, ANNA, "Needs you")
        assert lab.links() == []
        person.clicks(WORDS.text("ui.offer.reconnect"))
        person.sees_no(WORDS.text("ui.reconnect.title", address=ANNA), seconds=40)
        until_status(person, ANNA, "Connected")
        person.presses("ctrl+q")
        assert ended(process)[0] == 0
    (link,) = lab.links()
    assert "login_hint=anna%40north.example" in link
    assert WORDS.text("browser.granted.title") in (lab.folder / "last_page.html").read_text()
    said = log.read_text()
    assert "Traceback" not in said
    assert not [each for each in (DEAD, web_password(ANNA), link) if each in said]


async def test_whatever_else_the_person_does_nothing_is_changed(person: Person, lab: OAuthLab, tmp_path: Path) -> None:
    home, log = lab.fill_home(person, tmp_path / "home", [ANNA]), tmp_path / "log"
    lab.persona(login=BERT)
    with desk(person, home, lab.mail, log) as process:
        until_status(person, ANNA, "Needs you")
        person.clicks(WORDS.text("ui.offer.reconnect"))
        person.sees(WORDS.text("signin.wrong_account", signed_in=BERT, wanted=ANNA))
        until_status(person, ANNA, "Needs you")
        lab.persona(declines=True)
        person.clicks(WORDS.text("signin.sign_in_as", address=ANNA))
        person.sees(WORDS.text("signin.declined", provider=PROVIDER))
        lab.persona(stays_away=True)
        person.clicks(GO)
        person.sees(WORDS.text("signin.open_again"))
        person.clicks(WORDS.text("signin.cancel"))
        person.sees_no(WORDS.text("signin.open_again"))
        person.clicks(GO)
        person.clicks(WORDS.text("signin.use_code"))
        code_page = person.sees(f"{lab.provider.issuer}/device")
        lab.persona(login=ANNA)
        person.clicks(code_page.words)
        person.sees_no(WORDS.text("ui.reconnect.title", address=ANNA), seconds=60)
        until_status(person, ANNA, "Connected")
        person.presses("ctrl+q")
        assert ended(process)[0] == 0
    assert "Traceback" not in log.read_text()
