"""No token, code, verifier or client secret lies about in clear: a whole life with OAuth in the window, at a real
provider that remembers all it gave out; then every byte that the desk wrote and every process seen is searched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from mailbox_desk.paths import Home
from tests.e2e.flow_desk import WORDS, until_status
from tests.e2e.oauth_desk import OAuthLab, oauth_lab
from tests.e2e.oauth_home import DEAD, OVER
from tests.e2e.screen import Person
from tests.e2e.secrecy import ProcessWatch, disguises, files_under, found_in
from tests.e2e.test_signing_in import ANNA, BERT, PROVIDER, removed
from tests.e2e.test_window import desk, ended
from tests.servers.secret_service import SecretService

CLIENT, CLIENT_SECRET = "client_secret_post", "secret of the app/+&"
BRIEF = 45
"""Seconds that an access token lives: less than a check wants, so that every check renews it."""
IN_THE_LINK = frozenset({"state", "nonce"})
"""RFC 8252 hands the link to another program; without the verifier, whoever reads these there can get nothing by them.
They are looked for everywhere else."""


@pytest.fixture
def lab(ca: trustme.CA, tmp_path: Path) -> Iterator[OAuthLab]:
    with oauth_lab(ca, tmp_path / "online", [ANNA, BERT], access_seconds=BRIEF) as made:
        yield made


@pytest.fixture
def keyring() -> Iterator[SecretService]:
    with SecretService() as service:
        service.start()
        yield service


@pytest.fixture
def person(lab: OAuthLab, keyring: SecretService) -> Iterator[Person]:
    with Person(keyring.env) as made:
        lab.give_browser(made)
        yield made


@pytest.mark.timeout(240)
async def test_nothing_of_a_life_with_oauth_lies_about(
    person: Person, lab: OAuthLab, keyring: SecretService, tmp_path: Path
) -> None:
    home, log = tmp_path / "home", tmp_path / "log"
    lab.fill_home(person, home, [ANNA], client=CLIENT, secret=CLIENT_SECRET)
    with desk(person, home, lab.mail, log) as process, ProcessWatch(process.pid) as first:
        until_status(person, ANNA, "Needs you")
        signed_in_as_another_then_as_oneself(person, lab)
        renewed_in_silence(person, lab)
        refused_with_the_token_echoed(person, lab)
        person.presses("ctrl+q")
        assert ended(process)[0] == 0
    with desk(person, home, lab.mail, log) as process, ProcessWatch(process.pid) as second:
        until_status(person, ANNA, "Needs you")
        signed_in_by_a_code(person, lab)
        amid = list(files_under(home))  # as a thief would find it: the journals of the stores are still there
        removed(person, lab)
        person.presses("ctrl+q")
        assert ended(process)[0] == 0
    told = lab.provider.issued()
    assert {each.kind for each in told} == {
        *("state", "nonce", "code", "code_verifier", "device_code"),
        *("access_token", "refresh_token", "id_token"),
    }
    secrets = {each.value: each.account or ANNA for each in told}
    secrets |= {CLIENT_SECRET: CLIENT, DEAD: ANNA, OVER: ANNA}
    written = [*amid, *files_under(home), *files_under(keyring.home), ("log", log.read_bytes())]
    assert {Home(home).vault.name, Home(home).database.name, Home(home).log.name} <= {
        Path(at).name for at, _ in written
    }
    assert any(str(Home(home).backups) in place for place, _ in written)
    assert found_in(written, secrets) == []
    beside_the_link = {each.value: each.account for each in told if each.kind not in IN_THE_LINK}
    links = {each.value: "" for each in told if each.kind == "state"}
    assert found_in(first.places(), links)  # the watch sees even what lives for a moment
    assert found_in([*first.places(), *second.places()], beside_the_link | {CLIENT_SECRET: CLIENT}) == []
    assert found_in([*first.places(but=b"code_challenge="), *second.places(but=b"code_challenge=")], secrets) == []


def signed_in_as_another_then_as_oneself(person: Person, lab: OAuthLab) -> None:
    lab.persona(login=BERT)
    person.clicks(WORDS.text("ui.offer.reconnect"))
    person.sees(WORDS.text("signin.wrong_account", signed_in=BERT, wanted=ANNA))
    lab.persona(declines=True)
    person.clicks(WORDS.text("signin.sign_in_as", address=ANNA))
    person.sees(WORDS.text("signin.declined", provider=PROVIDER))
    lab.persona()
    person.clicks(WORDS.text("signin.go", provider=PROVIDER))
    person.sees_no(WORDS.text("ui.reconnect.title", address=ANNA), seconds=40)
    until_status(person, ANNA, "Connected")


def refresh_tokens(lab: OAuthLab) -> list[str]:
    """Of Anna, the oldest first."""
    return [each.value for each in lab.provider.issued() if (each.kind, each.account) == ("refresh_token", ANNA)]


def renewed_in_silence(person: Person, lab: OAuthLab) -> None:
    for _ in range(2):
        before = len(refresh_tokens(lab))
        person.clicks(WORDS.text("ui.offer.check_now"))
        person._until(lambda many=before: len(refresh_tokens(lab)) > many, "no rotated token")  # type: ignore[misc]
        until_status(person, ANNA, "Connected")


def refused_with_the_token_echoed(person: Person, lab: OAuthLab) -> None:
    """A provider that quotes the token that it refuses: what it said is shown and kept, but for the token."""
    lab.provider.order("revoke", user=ANNA)
    newest = refresh_tokens(lab)[-1]
    said = {"error": "invalid_grant", "error_description": f"Token has been revoked: {newest} of {CLIENT_SECRET}"}
    lab.provider.order("fault", path="/token", status=400, body=json.dumps(said))
    person.clicks(WORDS.text("ui.offer.check_now"))
    until_status(person, ANNA, "Needs you")
    person.sees("Token has been revoked: •••")
    assert newest not in person.said()
    lab.provider.order("fault")


def signed_in_by_a_code(person: Person, lab: OAuthLab) -> None:
    person.clicks(WORDS.text("ui.offer.reconnect"))
    lab.persona(stays_away=True)
    person.sees(WORDS.text("signin.open_again"))
    person.clicks(WORDS.text("signin.use_code"))
    code_page = person.sees(f"{lab.provider.issuer}/device")
    lab.persona(login=ANNA)
    person.clicks(code_page.words)
    person.sees_no(WORDS.text("ui.reconnect.title", address=ANNA), seconds=60)
    until_status(person, ANNA, "Connected")


LONG = "x7Fq-canary_" * 4


@pytest.mark.parametrize("form", list(disguises(LONG, ANNA)))
def test_the_search_finds_a_token_in_each_form(form: str) -> None:
    hidden = b"before " + disguises(LONG, ANNA)[form] + b" behind"
    assert any(where.endswith(form) for where in found_in([("file", hidden)], {LONG: ANNA}))
