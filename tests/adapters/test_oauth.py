"""Signing in and staying so, against a real OpenID provider, and with its tokens at a real Dovecot."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import replace

import pytest
import trustme

from mailbox_desk.adapters.oauth import OAuthTokens
from mailbox_desk.adapters.oauth_client import MOST_AT_ONE_HOST, WebLimits
from mailbox_desk.adapters.trust import Trust
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.model.check import FailureKind, HalfResult, Step
from mailbox_desk.model.credential import OAuthToken, Secret
from mailbox_desk.model.mailbox import AuthKind, Security
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.oauth import CameBack, CodeReady, Granted, LinkReady, SignInFailed, TokenFailed
from mailbox_desk.model.verdict import Half
from tests.adapters.checks import Checks, expect
from tests.adapters.oauth_makings import ANNA, BERT, USERS, grant, link_of, refusal, sign_in, words
from tests.servers.browser import Browser
from tests.servers.dovecot import Dovecot, DovecotUser
from tests.servers.dovecot_conf import OAUTH2
from tests.servers.oidc import OpenIdProvider


@pytest.fixture(scope="module")
def provider(ca: trustme.CA) -> Iterator[OpenIdProvider]:
    with OpenIdProvider(USERS, ca) as running:
        yield running


@pytest.fixture(autouse=True)
def no_fault_stays(provider: OpenIdProvider) -> Iterator[None]:
    yield
    provider.order("fault")


@pytest.fixture(scope="module")
def mail(ca: trustme.CA, provider: OpenIdProvider) -> Iterator[Dovecot]:
    server = Dovecot([DovecotUser(ANNA), DovecotUser(BERT)], ca=ca, top_conf=OAUTH2)
    asking = provider.introspection() + f"tls_ca_cert_file = {server.ca_file}\n"
    (server.root / "oauth2.conf.ext").write_text(asking)
    with server:
        yield server


@pytest.fixture
async def tokens(trust: Trust) -> AsyncIterator[OAuthTokens]:
    lane, resolver = Lane("test-oauth", 4), Lane("test-names", 2, spares=2)
    yield OAuthTokens(lane, resolver, lambda: trust, words, limits=WebLimits(4.0, 6.0))
    lane.close()
    resolver.close()


async def check(checks: Checks, mail: Dovecot, half: Half, token: OAuthToken, user: str = ANNA) -> HalfResult:
    port, security = (
        (mail.imaps_port, Security.TLS) if half is Half.RECEIVING else (mail.submission_port, Security.STARTTLS)
    )
    secret = token.access_token.reveal()
    return await checks.run(half, port, security, user=user, secret=secret, auth=AuthKind.OAUTH)


async def test_a_whole_sign_in_and_mail_in_both_halves(
    tokens: OAuthTokens, provider: OpenIdProvider, mail: Dovecot, checks: Checks
) -> None:
    went = await sign_in(tokens, provider)
    assert [type(step) for step in went.steps] == [LinkReady, CameBack, Granted]
    assert went.granted.address == ANNA
    token = went.granted.token
    assert token.refresh_token
    assert token.app == "lab"
    assert abs(token.expires_at - time.time() - 3600) < 30
    assert token.granted_at == token.refreshed_at == pytest.approx(time.time(), abs=30)
    assert went.seen is not None
    assert "browser.granted.title" in went.seen.text
    for half in Half:
        result = await check(checks, mail, half, token)
        assert result.is_ok, result
    assert "XOAUTH2" in str(sorted(result.capabilities))


async def test_an_access_token_that_ended_is_refused_with_the_reason_and_a_fresh_one_taken(
    tokens: OAuthTokens, provider: OpenIdProvider, mail: Dovecot, checks: Checks
) -> None:
    token = (await sign_in(tokens, provider)).granted.token
    fresh = await tokens.refresh(provider.app, token)
    assert fresh.refresh_token != token.refresh_token  # rotated
    assert fresh.access_token != token.access_token
    assert fresh.granted_at == token.granted_at
    assert (await check(checks, mail, Half.RECEIVING, fresh)).is_ok
    spoilt = replace(fresh, access_token=Secret(fresh.access_token.reveal()[:-3] + "xyz"))
    for half in Half:
        failure = expect(await check(checks, mail, half, spoilt), Step.SIGN_IN, FailureKind.REFUSED)
        reason, final = failure.text.splitlines()[0], failure.text.splitlines()[-1]
        assert '"status":"401"' in reason.replace(" ", "")
        assert "AUTHENTICATIONFAILED" in final or final.startswith("535")
        assert spoilt.access_token.reveal() not in repr(failure)


async def test_an_access_token_runs_out_at_a_server_with_oauthbearer_alone(
    tokens: OAuthTokens, checks: Checks, ca: trustme.CA
) -> None:
    server = Dovecot([DovecotUser(ANNA)], ca=ca, top_conf=OAUTH2.replace("xoauth2 ", ""))
    with OpenIdProvider(USERS, ca, access_seconds=10) as brief:
        asking = brief.introspection() + f"tls_ca_cert_file = {server.ca_file}\n"
        (server.root / "oauth2.conf.ext").write_text(asking)
        with server:
            token = (await sign_in(tokens, brief)).granted.token
            for half in Half:
                result = await check(checks, server, half, token)
                assert result.is_ok, result
                assert "XOAUTH2" not in str(result.capabilities)
            await asyncio.sleep(token.expires_at - time.time() + 1)  # until it has run out
            for half in Half:
                failure = expect(await check(checks, server, half, token), Step.SIGN_IN, FailureKind.REFUSED)
                assert '"status":"invalid_token"' in failure.text.replace(" ", "")
            fresh = await tokens.refresh(brief.app, token)
            assert (await check(checks, server, Half.RECEIVING, fresh)).is_ok


async def test_a_server_without_either(checks: Checks, dovecot: Dovecot) -> None:
    for half in Half:
        result = await check(checks, dovecot, half, grant())
        expect(result, Step.SIGN_IN, FailureKind.UNSUPPORTED, [Mark.AUTH_NOT_OFFERED])


async def test_the_token_of_another_is_refused(
    tokens: OAuthTokens, provider: OpenIdProvider, mail: Dovecot, checks: Checks
) -> None:
    token = (await sign_in(tokens, provider)).granted.token
    expect(await check(checks, mail, Half.RECEIVING, token, user=BERT), Step.SIGN_IN, FailureKind.REFUSED)


async def test_a_rotated_token_that_comes_again_ends_the_grant(tokens: OAuthTokens, provider: OpenIdProvider) -> None:
    token = (await sign_in(tokens, provider)).granted.token
    fresh = await tokens.refresh(provider.app, token)
    for used in (token, fresh):
        failure = (await refusal(tokens, provider.app, used)).failure
        assert (failure.kind, failure.code, failure.step) == (FailureKind.REFUSED, "invalid_grant", Step.TOKEN)


async def test_a_server_that_does_not_rotate_leaves_the_refresh_token(tokens: OAuthTokens, ca: trustme.CA) -> None:
    with OpenIdProvider(USERS, ca, rotates=False, email_in_id_token=True) as plain:
        token = (await sign_in(tokens, plain)).granted.token
        plain.order("none")
        fresh = await tokens.refresh(plain.app, token)
        assert fresh.refresh_token == token.refresh_token
        assert plain.order("none") == ["POST /token"]
        went = await sign_in(tokens, plain)
        assert went.granted.address == ANNA
        assert "GET /me" not in plain.order("none")  # the id token has said it


async def test_giving_a_grant_back(
    tokens: OAuthTokens, provider: OpenIdProvider, mail: Dovecot, checks: Checks
) -> None:
    token = (await sign_in(tokens, provider)).granted.token
    await tokens.revoke(provider.app, token)
    expect(await check(checks, mail, Half.RECEIVING, token), Step.SIGN_IN, FailureKind.REFUSED)
    assert (await refusal(tokens, provider.app, token)).failure.code == "invalid_grant"
    await tokens.revoke(provider.app, token)  # twice is no fault
    dumb = replace(provider.app, service=replace(provider.service, revoke_url=""))
    with pytest.raises(TokenFailed) as raised:
        await tokens.revoke(dumb, token)
    assert raised.value.failure.kind is FailureKind.UNSUPPORTED


async def test_a_person_who_takes_the_access_away(tokens: OAuthTokens, provider: OpenIdProvider) -> None:
    token = (await sign_in(tokens, provider)).granted.token
    provider.order("revoke", user=ANNA)
    failure = (await refusal(tokens, provider.app, token)).failure
    assert (failure.kind, failure.code) == (FailureKind.REFUSED, "invalid_grant")


@pytest.mark.parametrize("way", ["client_secret_post", "client_secret_basic"])
async def test_an_app_with_a_secret(tokens: OAuthTokens, provider: OpenIdProvider, way: str) -> None:
    service = replace(provider.service, basic_auth=way.endswith("basic"))
    app = replace(provider.app, client_id=way, client_secret=Secret("secret of the app/+&"), service=service)
    went = await sign_in(tokens, provider, app=app)
    assert (await tokens.refresh(app, went.granted.token)).access_token
    wrong = replace(app, client_secret=Secret("another-secret-canary"))
    failure = (await refusal(tokens, wrong, went.granted.token)).failure
    assert (failure.kind, failure.code) == (FailureKind.REFUSED, "invalid_client")


async def test_a_wrong_account_is_told_by_name(tokens: OAuthTokens, provider: OpenIdProvider) -> None:
    went = await sign_in(tokens, provider, who=BERT)
    assert went.granted.address == BERT  # the engine refuses it, by name
    assert went.seen is not None
    assert f"browser.other_account.text &lt;{BERT}&gt; &lt;{ANNA}&gt;" in went.seen.text


async def test_a_person_who_says_no(tokens: OAuthTokens, provider: OpenIdProvider) -> None:
    went = await sign_in(tokens, provider, declines=True)
    failure = went.failure
    assert (failure.kind, failure.code, failure.step) == (FailureKind.REFUSED, "access_denied", Step.AUTHORIZE)
    assert "The person said no" in failure.text
    assert went.seen is not None
    assert "browser.declined.title" in went.seen.text


async def test_cancelled_nothing_listens_any_more(tokens: OAuthTokens, provider: OpenIdProvider) -> None:
    walk = tokens.sign_in(provider.app, ANNA, 30)
    link = await link_of(walk)
    await walk.aclose()
    browser = Browser(provider.context, ANNA, USERS[ANNA])
    with pytest.raises(OSError, match="refused"):
        await browser.sign_in(link)


async def test_the_time_is_limited(tokens: OAuthTokens, provider: OpenIdProvider) -> None:
    async with aclosing(tokens.sign_in(provider.app, ANNA, 0.05)) as walk:
        first, last = [step async for step in walk]
    assert isinstance(first, LinkReady)
    assert isinstance(last, SignInFailed)
    assert (last.failure.kind, last.failure.step) == (FailureKind.TIMED_OUT, Step.AUTHORIZE)


@pytest.mark.parametrize(
    ("fault", "kind", "seconds"),
    [
        ({"status": 429, "headers": {"retry-after": "17"}}, FailureKind.TEMPORARY, 17.0),
        ({"status": 500}, FailureKind.TEMPORARY, None),
        ({"status": 503, "headers": {"retry-after": "999999999"}}, FailureKind.TEMPORARY, 86400.0),
        ({"status": 200, "body": "<html>Log in to the hotel's network</html>"}, FailureKind.BROKEN, None),
        ({"status": 200, "body": '{"access_token": 7}'}, FailureKind.BROKEN, None),
        ({"status": 302, "headers": {"location": "https://example.org/"}}, FailureKind.BROKEN, None),
        ({"status": 404}, FailureKind.BROKEN, None),
        ({"status": 200, "body": "x" * 400_000}, FailureKind.BROKEN, None),
        ({"hang": True}, FailureKind.TIMED_OUT, None),
    ],
)
async def test_weather_at_the_token_endpoint(
    tokens: OAuthTokens, provider: OpenIdProvider, fault: dict[str, object], kind: FailureKind, seconds: float | None
) -> None:
    provider.order("fault", path="/token", **fault)
    error = await refusal(tokens, provider.app, grant())
    assert (error.failure.kind, error.retry_after) == (kind, seconds), error.failure
    went = await sign_in(tokens, provider)
    assert went.failure.kind is kind
    assert went.seen is not None
    assert ("browser.failed" if kind is FailureKind.BROKEN else "browser.later") in went.seen.text


async def test_a_provider_that_hangs_holds_up_no_other(trust: Trust, provider: OpenIdProvider, ca: trustme.CA) -> None:
    lane, resolver = Lane("test-oauth", MOST_AT_ONE_HOST + 1), Lane("test-names", 2, spares=2)
    tokens = OAuthTokens(lane, resolver, lambda: trust, words, limits=WebLimits(2.0, 20.0))
    elsewhere = replace(provider.service, revoke_url=f"https://127.0.0.1:{provider.port}/token/revocation")
    provider.order("fault", path="/token", hang=True)
    waiting = [asyncio.create_task(refusal(tokens, provider.app, grant())) for _ in range(3 * MOST_AT_ONE_HOST)]
    hanging = 0
    for _ in range(200):
        hanging += provider.order("fault", path="/token", hang=True).count("POST /token")
        if hanging == MOST_AT_ONE_HOST:
            break
        await asyncio.sleep(0.02)
    assert hanging == MOST_AT_ONE_HOST
    async with asyncio.timeout(5):
        await tokens.revoke(replace(provider.app, service=elsewhere), grant())  # another host by name
    for task in waiting:
        task.cancel()
    ended = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(each, asyncio.CancelledError) for each in ended)
    async with asyncio.timeout(2):
        await asyncio.gather(*(lane.run(lambda: None) for _ in range(20)))  # cancelled: the threads came free at once
    lane.close()
    resolver.close()


async def test_nobody_there_and_nobody_trusted(tokens: OAuthTokens, provider: OpenIdProvider, ca: trustme.CA) -> None:
    closed = OpenIdProvider({}, ca)
    assert (await refusal(tokens, closed.app, grant())).failure.kind is FailureKind.UNREACHABLE
    unknown = replace(provider.app, service=replace(provider.service, token_url="https://nobody.invalid/token"))
    assert (await refusal(tokens, unknown, grant())).failure.marks == {Mark.NAME_UNKNOWN}
    plain = replace(
        provider.app, service=replace(provider.service, token_url=f"http://localhost:{provider.port}/token")
    )
    assert (await refusal(tokens, plain, grant())).failure.kind is FailureKind.INTERNAL  # never in clear
    with OpenIdProvider({}, trustme.CA()) as stranger:
        assert (await refusal(tokens, stranger.app, grant())).failure.kind is FailureKind.UNTRUSTED


async def test_a_grant_without_a_refresh_token_is_none(tokens: OAuthTokens, provider: OpenIdProvider) -> None:
    app = replace(provider.app, service=replace(provider.service, scopes=("openid", "email", "mail")))
    assert (await sign_in(tokens, provider, app=app)).failure.marks == {Mark.NO_REFRESH_TOKEN}


async def test_by_device(tokens: OAuthTokens, provider: OpenIdProvider, mail: Dovecot, checks: Checks) -> None:
    async with aclosing(tokens.sign_in_by_device(provider.app, ANNA)) as walk:
        ready = await anext(walk)
        assert isinstance(ready, CodeReady)
        assert ready.url.startswith(provider.issuer)
        await Browser(provider.context, ANNA, USERS[ANNA]).sign_in(ready.complete_url)
        async with asyncio.timeout(20):
            last = await anext(walk)
    assert isinstance(last, Granted)
    assert last.address == ANNA
    assert (await check(checks, mail, Half.SENDING, last.token)).is_ok


async def test_an_issuer_tells_of_itself(tokens: OAuthTokens, provider: OpenIdProvider) -> None:
    service = await tokens.service_at(provider.issuer, "lab", ["mail"])
    assert service == replace(provider.service, scopes=("openid", "email", "offline_access", "mail"))
    assert (await sign_in(tokens, provider, app=replace(provider.app, service=service))).granted.address == ANNA
    for issuer in (f"{provider.issuer}/other", "http://localhost/", f"https://localhost:{provider.port}/?x"):
        with pytest.raises(TokenFailed) as raised:
            await tokens.service_at(issuer, "lab", ["mail"])
        assert raised.value.failure.kind is FailureKind.BROKEN


async def test_no_secret_is_told(
    tokens: OAuthTokens, provider: OpenIdProvider, mail: Dovecot, checks: Checks, caplog: pytest.LogCaptureFixture
) -> None:
    """Tokens, code and verifier: in no log, repr, exception or failure, whatever the level."""
    caplog.set_level(logging.DEBUG)
    provider.order("fault")
    went = await sign_in(tokens, provider)
    token = went.granted.token
    expect(await check(checks, mail, Half.RECEIVING, token, user=BERT), Step.SIGN_IN, FailureKind.REFUSED)
    echo = {"error": "invalid_grant", "error_description": f"no such token {token.refresh_token.reveal()}"}
    provider.order("fault", path="/token", status=400, body=str(echo).replace("'", '"'))
    error = await refusal(tokens, provider.app, token)
    assert error.failure.code == "invalid_grant"
    assert "•••" in error.failure.text
    told = caplog.text + repr(went.steps) + repr(error) + repr(error.failure) + repr(error.__cause__)
    assert went.seen is not None
    code = went.seen.url.partition("code=")[2].partition("&")[0]
    assert len(code) > 20
    for secret in (token.refresh_token.reveal(), token.access_token.reveal(), code):
        assert secret not in told
        assert secret not in went.seen.text
