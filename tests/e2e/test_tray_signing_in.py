"""A grant taken away at the provider, seen by the desk in the background, and mended from where the person is: from the
notice's button, from the tray's menu. The browser signs in, the tray is green again, and the past is still there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from mailbox_desk.adapters.first_rows import read_first_rows
from mailbox_desk.paths import Home
from mailbox_desk.ui.look import Tone
from tests.e2e.flow_desk import WORDS, until_status
from tests.e2e.oauth_desk import OAuthLab, oauth_lab
from tests.e2e.real_grants import real_grants
from tests.e2e.screen import Person
from tests.e2e.test_tray import Scene, as_seen_by
from tests.e2e.test_window import desk, ended
from tests.servers.notification_daemon import NotificationDaemon
from tests.servers.secret_service import SecretService
from tests.servers.tray_host import HOSTS, TrayHost

ANNA = "anna@north.example"
TITLE = WORDS.text("ui.reconnect.title", address=ANNA)
NOTICE = WORDS.text("tray.trouble.needs_you", address=ANNA)
OFTEN = {"interval": "3"}


@pytest.fixture
def lab(ca: trustme.CA, tmp_path: Path) -> Iterator[OAuthLab]:
    with oauth_lab(ca, tmp_path / "online", [ANNA], access_seconds=45) as made:
        yield made


@pytest.fixture
def person(lab: OAuthLab) -> Iterator[Person]:
    with SecretService() as keyring:
        keyring.start()
        with Person(keyring.env) as made:
            lab.give_browser(made)
            yield made


@pytest.fixture
async def scene(person: Person, lab: OAuthLab, tmp_path: Path) -> Scene:
    grants = await real_grants(lab, [ANNA])
    lab.fill_home(person, tmp_path / "home", [ANNA], grants=grants, settings=OFTEN)
    return Scene(person, lab.mail, tmp_path)


@contextmanager
def hidden_desk(scene: Scene, lab: OAuthLab) -> Iterator[subprocess.Popen[bytes]]:
    """In the tray, green by silent renewals of a real grant; then the person takes that away at the provider."""
    with desk(scene.person, scene.home, scene.server, scene.log, "--hidden") as process:
        scene.icon(Tone.GREEN)
        assert scene.windows() == []
        assert stored_cause(scene) is None
        lab.provider.order("revoke", user=ANNA)
        scene.icon(Tone.RED)
        scene.until(lambda: stored_cause(scene) == "token_revoked", f"not revoked but {stored_cause(scene)}")
        assert lab.links() == []
        yield process
    assert "Traceback" not in scene.log.read_text()


def stored_cause(scene: Scene) -> str | None:
    (row,) = read_first_rows(Home(scene.home))
    return row.cause


def back_with_its_past(scene: Scene, lab: OAuthLab) -> None:
    person = scene.person
    person.sees_no(TITLE, seconds=40)
    until_status(person, ANNA, "Connected")
    scene.icon(Tone.GREEN)
    person.sees("Needs you: ")  # the history of the drop
    (link,) = lab.links()
    assert "login_hint=anna%40north.example" in link
    assert WORDS.text("browser.granted.title") in (lab.folder / "last_page.html").read_text()


def leaves(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    assert ended(process)[0] == 0


async def test_from_the_notice(scene: Scene, lab: OAuthLab) -> None:
    person = scene.person
    with (
        NotificationDaemon("xfce4-notifyd", person.env, scene.folder) as notices,
        TrayHost("trayer", person.env),
        hidden_desk(scene, lab) as process,
    ):
        with as_seen_by(person, notices.pid):
            person.sees(NOTICE, seconds=30)
            person.clicks(WORDS.text("tray.button.reconnect"))
        back_with_its_past(scene, lab)
        with as_seen_by(person, notices.pid):
            person.sees(WORDS.text("tray.back.one", address=ANNA))
        leaves(process)


@pytest.mark.parametrize("host", HOSTS)
async def test_from_the_trays_menu(scene: Scene, lab: OAuthLab, host: str) -> None:
    with TrayHost(host, scene.person.env), hidden_desk(scene, lab) as process:
        scene.clicks_at(scene.icon(Tone.RED), 3)
        scene.clicks_at(scene.first_entry())
        back_with_its_past(scene, lab)
        leaves(process)
