"""The whole desk but its window, at a real provider and a real mail server: attacked amid a sign-in, and with a token
endpoint in every sort of trouble."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import trustme

from mailbox_desk.adapters import oauth
from mailbox_desk.adapters.no_keyring import NoKeyring
from mailbox_desk.adapters.oauth_client import WebLimits
from mailbox_desk.engine.engine import Engine
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.credential import OAuthToken, Secret
from mailbox_desk.model.errand import Draft
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.oauth import Granted, LinkReady, OAuthApp, OAuthAppId, SignInFailed, SigningInStep
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Shown
from mailbox_desk.paths import Home
from mailbox_desk.wiring import House, open_house
from tests.e2e.oauth_desk import OAuthLab, oauth_lab, web_password
from tests.e2e.oauth_home import mailbox_of
from tests.e2e.real_grants import real_grants
from tests.servers.browser import Browser

ANNA, MALLORY = "anna@north.example", "mallory@north.example"
LAB = OAuthAppId("lab")


@pytest.fixture(scope="module")
def lab(ca: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OAuthLab]:
    with oauth_lab(ca, tmp_path_factory.mktemp("online"), [ANNA, MALLORY], access_seconds=45) as made:
        yield made


@pytest.fixture
async def house(lab: OAuthLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """Started, with the app; a token endpoint that does not answer is waited for 3 seconds."""
    monkeypatch.setenv("SSL_CERT_FILE", str(lab.mail.ca_file))
    monkeypatch.setattr(oauth, "WebLimits", lambda: WebLimits(2.0, 3.0))
    lab.provider.order("fault")
    async with open_house(Home(tmp_path / "home"), keys=NoKeyring()) as opened:
        await opened.unlock(Secret("correct horse"))
        await opened.engine.start(first_round=False)
        service = await opened.engine.find_oauth_service(lab.provider.issuer, "localhost", ["mail"])
        await opened.engine.save_oauth_app(OAuthApp(LAB, service, "desktop"))
        yield opened


async def added(engine: Engine, lab: OAuthLab) -> Mailbox:
    (refresh_token,) = (await real_grants(lab, [ANNA])).values()
    mailbox = mailbox_of(ANNA, {"imap": lab.mail.imaps_port, "smtp": lab.mail.submission_port})
    past = time.time() - 3600
    await engine.add(Draft(mailbox, OAuthToken(Secret(refresh_token), Secret("over"), past, LAB, past, past, "mail")))
    return next(each for each in engine.mailboxes if each.id == mailbox.id)


async def looked_at(engine: Engine, mailbox_id: MailboxId) -> Snapshot:
    (snapshot,) = [each async for each in engine.round([mailbox_id])]
    return snapshot


class Victim:
    """A sign-in under way as Anna, and what an attacker on this computer may do to it."""

    def __init__(self, link: str) -> None:
        asked = parse_qs(urlsplit(link).query)
        self.link, self.state, self.redirect = link, asked["state"][0], asked["redirect_uri"][0]
        self.port = urlsplit(self.redirect).port or 0

    async def sent(self, query: str, host: str = "") -> int:
        """The status that a request of any program on this computer gets; 0 where it is just cut off."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"GET /?{query} HTTP/1.1\r\nHost: {host or f'127.0.0.1:{self.port}'}\r\n\r\n".encode())
        try:
            said = await reader.read()
        finally:
            writer.close()
        return int(said.split()[1]) if said else 0


async def failed_after(engine: Engine, mailbox: Mailbox, query: str) -> SignInFailed:
    """How a sign-in ends whose redirect is visited with this query; STATE in it stands for the right state."""
    app = await engine.oauth_app(LAB)
    last: SigningInStep | None = None
    visit: asyncio.Task[int] | None = None
    async with aclosing(engine.sign_in(mailbox, app)) as steps:
        async for last in steps:
            if isinstance(last, LinkReady):
                victim = Victim(last.url)
                visit = asyncio.create_task(victim.sent(query.replace("STATE", victim.state)))
    assert visit is not None
    await visit
    assert isinstance(last, SignInFailed), last
    return last


async def test_attacks_on_a_sign_in_are_refused_and_logged_and_change_nothing(
    house: House, lab: OAuthLab, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "mailbox_desk")
    engine = house.engine
    mailbox = await added(engine, lab)
    assert (await looked_at(engine, mailbox.id)).shown is Shown.CONNECTED
    before = await house.vault.read(mailbox.id)
    iss = quote(lab.provider.issuer, safe="")
    for query in (
        "code=stolen-code-canary&state=STATE&iss=https%3A%2F%2Fattacker.example",
        "code=stolen-code-canary&state=STATE",
        f"code=stolen-code-canary&state=STATE&iss={iss}",
        f"error=access_denied&state=STATE&iss={iss}",
    ):
        await failed_after(engine, mailbox, query)
        assert await house.vault.read(mailbox.id) == before
    await signed_in_amid_attacks(house, lab, mailbox)
    turned_away = [each for each in caplog.records if "turned away" in each.message]
    assert {each.message.rpartition(": ")[2] for each in turned_away} == {
        "the state is not ours",
        "another host is meant",
    }
    assert "canary" not in caplog.text
    assert await house.vault.read(mailbox.id) == before  # a grant is saved by whoever asked, not by the sign-in
    assert (await looked_at(engine, mailbox.id)).shown is Shown.CONNECTED


async def signed_in_amid_attacks(house: House, lab: OAuthLab, mailbox: Mailbox) -> None:
    """Scanned, forged, meant for another host, raced for; the person still gets in, and nothing comes twice."""
    app = await house.engine.oauth_app(LAB)
    last: SigningInStep | None = None
    async with aclosing(house.engine.sign_in(mailbox, app)) as steps:
        async for last in steps:
            if not isinstance(last, LinkReady):
                continue
            victim = Victim(last.url)
            with pytest.raises(OSError, match="in use"):  # a second program can't listen there
                await asyncio.start_server(lambda *_: None, "127.0.0.1", victim.port, reuse_port=False)
            for _ in range(30):
                _, writer = await asyncio.open_connection("127.0.0.1", victim.port)
                writer.close()
            assert await victim.sent("code=forged-canary&state=forged-state-canary") == 400
            assert await victim.sent(f"code=forged-canary&state={victim.state}", "attacker.example") == 421
            person = asyncio.create_task(Browser(lab.provider.context, ANNA, web_password(ANNA)).sign_in(victim.link))
    assert isinstance(last, Granted), last
    seen = await person
    assert (seen.status, last.address) == (200, ANNA)
    with pytest.raises(ConnectionRefusedError):
        await victim.sent(urlsplit(seen.url).query)  # replayed


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429, "headers": {"retry-after": "1"}},
        {"status": 500},
        {"status": 503},
        {"status": 200, "body": "\x00\x01 garbage"},
        {"status": 200, "body": "<html>The hotel's network</html>"},
        {"hang": True},
    ],
)
async def test_trouble_at_the_token_endpoint_is_weather_and_passes(
    house: House, lab: OAuthLab, fault: dict[str, object]
) -> None:
    engine = house.engine
    mailbox = await added(engine, lab)
    lab.provider.order("fault", path="/token", **fault)
    troubled = await looked_at(engine, mailbox.id)
    assert troubled.shown in (Shown.RECONNECTING, Shown.SUSPECT), troubled
    assert troubled.standing.diagnosis is not None
    assert troubled.standing.diagnosis.cause not in (Cause.TOKEN_REVOKED, Cause.TOKEN_EXPIRED), troubled
    lab.provider.order("fault")
    for _ in range(20):
        if (await looked_at(engine, mailbox.id)).shown is Shown.CONNECTED:
            return
        await asyncio.sleep(0.5)
    raise AssertionError(f"it does not come back: {engine.board.get(mailbox.id)}")
