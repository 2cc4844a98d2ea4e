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


async def test_an_app_is_entered_and_a_mailbox_added_by_it(person: Person, lab: OAuthLab, tmp_path: Path) -> None:
    home, log = lab.fill_home(person, tmp_path / "home", app=False), tmp_path / "log"
    with desk(person, home, lab.mail, log) as process:
        person.opens_menu(lambda: person.clicks(WORDS.text("ui.header.menu")))
        person.picks(WORDS.text("ui.action.oauth_apps"))
        enter_app(person, lab)
        person.clicks(WORDS.text("ui.header.add"))
        person.fills(WORDS.text("ui.add.address"), ANNA)
        person.presses("Tab")
        person.sees(WORDS.text("adding.offline"))
        for half, port in (("receiving", lab.mail.imaps_port), ("sending", lab.mail.submissions_port)):
            person.fills(named(half, "host"), "localhost")
            person.fills(named(half, "port"), str(port))
        person.clicks(GO)
        person.sees(WORDS.text("adding.works", address=ANNA), seconds=40)
        person.presses("Return")
        until_status(person, ANNA, "Connected")
        removed(person, lab)
        person.presses("ctrl+q")
        assert ended(process)[0] == 0
    assert "Traceback" not in log.read_text()


def named(half: str, field: str) -> str:
    said = {"half": WORDS.text(f"ui.half.{half}"), "field": WORDS.text(f"ui.server.{field}")}
    return WORDS.text("ui.server.spoken", **said)


def enter_app(person: Person, lab: OAuthLab) -> None:
    """Any provider by its issuer; the rest is what the issuer publishes."""
    person.sees(WORDS.text("oauth_apps.intro"))
    person.clicks("Google", role="combo box")
    person.presses("End", "Return")
    typed = {"issuer": lab.provider.issuer, "scopes": "mail", "client_id": "desktop"}
    for name, text in typed.items():
        person.fills(WORDS.text(f"oauth_apps.{name}"), text)
    person.clicks(WORDS.text("oauth_apps.save"))
    person.sees(WORDS.text("oauth_apps.saved"))
    person.clicks(WORDS.text("ui.close"))
    person.sees_no(WORDS.text("oauth_apps.intro"))


def removed(person: Person, lab: OAuthLab) -> None:
    """And signed out at the provider, once it can't be taken back any more."""
    lab.provider.order("fault")
    person.clicks(ANNA, role="table cell")
    person.presses("Delete")
    person.sees(WORDS.text("signout.also"), role="check box")
    person.clicks(WORDS.text("ui.remove.yes"))
    person.sees(WORDS.plural("ui.remove.done", 1, address=ANNA))
    person._until(
        lambda: any("/token/revocation" in each for each in lab.provider.order("fault")),
        "the grant is not given back",
    )
