"""Token endpoints of Google's and Microsoft's shape give the answers that people met (tests/cases): the whole desk but
its window judges each right, and a refused grant is sent twice at most."""

from __future__ import annotations

import ast
import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from mailbox_desk.adapters.no_keyring import NoKeyring
from mailbox_desk.engine.engine import Engine
from mailbox_desk.model.credential import OAuthToken, Secret
from mailbox_desk.model.errand import Draft
from mailbox_desk.model.mailbox import AuthKind, Mailbox, MailboxId
from mailbox_desk.model.oauth import OAuthApp, OAuthAppId, OAuthService
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Shown
from mailbox_desk.paths import Home
from mailbox_desk.wiring import open_house
from tests.cases.reading import HERE, Answer, read_answers
from tests.e2e.oauth_home import mailbox_of
from tests.servers.dovecot import Dovecot
from tests.servers.https import Page, WebServer

MET = [
    each
    for each in read_answers(HERE / "responses.jsonl")
    if each.stage == "oauth_token" and each.auth == "oauth" and each.provider in ("google", "microsoft")
]
DAY = 86_400.0
STATUS = {"invalid_client": 401, "temporarily_unavailable": 503}
CODES = {"7000218": "invalid_client", "700025": "invalid_client", "90033": "temporarily_unavailable"}
WORDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("invalid_scope", {"error": "invalid_scope", "error_description": "Some requested scopes were invalid."}),
    ("deleted_client", {"error": "deleted_client", "error_description": "The OAuth client was deleted."}),
    ("invalid_rapt", {"error": "invalid_grant", "error_description": "reauth related error (invalid_rapt)"}),
    ("Bad Request", {"error": "invalid_grant", "error_description": "Bad Request"}),
)


def on_the_wire(answer: Answer) -> dict[str, Any]:
    """What the endpoint said: the JSON that the text quotes, else its words in the provider's shape."""
    quoted = re.search(r"\{.*\}", answer.raw, re.DOTALL)
    for read in (json.loads, ast.literal_eval):
        with suppress(ValueError, SyntaxError):
            told = read(quoted.group() if quoted else "")
            if isinstance(told, dict) and "error" in told:
                return told
    number = re.search(r"AADSTS(\d+)", answer.raw)
    if number is not None:
        return {"error": CODES.get(number[1], "invalid_grant"), "error_description": answer.raw}
    return next((told for word, told in WORDS if word in answer.raw), {"error": "invalid_grant"})


@pytest.fixture(scope="module")
def endpoints(ca: trustme.CA) -> Iterator[WebServer]:
    with WebServer(ca) as server:
        yield server


@pytest.fixture
async def engine(
    endpoints: WebServer, dovecot: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Engine]:
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.ca_file))
    async with open_house(Home(tmp_path / "home"), keys=NoKeyring()) as opened:
        await opened.unlock(Secret("correct horse"))
        await opened.engine.start(first_round=False)
        for provider in ("google", "microsoft"):
            at = f"https://localhost:{endpoints.port}/{provider}"
            service = OAuthService(provider, f"{at}/authorize", f"{at}/token", ("mail",))
            await opened.engine.save_oauth_app(OAuthApp(OAuthAppId(f"our-{provider}"), service, "client"))
        yield opened.engine


async def added(engine: Engine, dovecot: Dovecot, provider: str) -> Mailbox:
    """Signed in a hundred days ago; its access token has run out."""
    made = mailbox_of("user0007@example.org", {"imap": dovecot.imaps_port, "smtp": dovecot.submission_port})
    mailbox = replace(made, provider=provider, auth=AuthKind.OAUTH)
    then = time.time() - 100 * DAY
    app = OAuthAppId(f"our-{provider}")
    await engine.add(
        Draft(mailbox, OAuthToken(Secret("refresh-canary"), Secret("over"), then, app, then, then, "mail"))
    )
    return mailbox


async def looked_at(engine: Engine, mailbox_id: MailboxId) -> Snapshot:
    (snapshot,) = [each async for each in engine.round([mailbox_id])]
    return snapshot


@pytest.mark.long
@pytest.mark.parametrize("answer", MET, ids=[each.id for each in MET])
async def test_each_is_judged_right(engine: Engine, endpoints: WebServer, dovecot: Dovecot, answer: Answer) -> None:
    told = on_the_wire(answer)
    status = STATUS.get(told["error"], 400)
    page = Page(json.dumps(told).encode(), status, {"Content-Type": "application/json"})
    asked: list[str] = []
    endpoints.answer_post = lambda path: asked.append(path) or page  # type: ignore[func-returns-value]
    mailbox = await added(engine, dovecot, answer.provider)
    for _ in range(3):
        snapshot = await looked_at(engine, mailbox.id)
    assert snapshot.standing.diagnosis is not None
    assert snapshot.standing.diagnosis.cause.value in (answer.cause, *answer.also), told
    assert set(asked) == {f"/{answer.provider}/token"}
    if status != 503:
        assert (snapshot.shown, len(asked)) == (Shown.NEEDS_YOU, 2)
