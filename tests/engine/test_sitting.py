"""Checks of mailboxes that sign in by OAuth, in the engine, with the judge's own rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbox_desk.adapters.resources import load_rules
from mailbox_desk.diagnosis.diagnose import diagnose
from mailbox_desk.model.check import Failure, FailureKind, Stage, Step
from mailbox_desk.model.credential import OAuthToken, Password, Secret
from mailbox_desk.model.errand import Errand
from mailbox_desk.model.mailbox import AuthKind, MailboxId
from mailbox_desk.model.oauth import TokenFailed
from tests.engine.fakes import DAY, HOUR, Lab, Script
from tests.engine.grants import APP, Acme, busy, by_token, refused, token_failure

RULES = load_rules()
ANN = MailboxId("ann")


@pytest.fixture
def acme(lab: Lab) -> Acme:
    made = Acme(lab.clock)
    lab.tokens, lab.apps = made, (APP,)
    lab.judge = lambda failure, context: diagnose(failure, context, RULES)
    return made


def takes(*good: str) -> Script:
    """A mail server that takes these access tokens alone."""

    def script(errand: Errand) -> Failure | None:
        assert errand.auth is AuthKind.OAUTH
        if errand.secret.reveal() in good:
            return None
        return Failure(errand.half, Step.SIGN_IN, FailureKind.REFUSED, "NO AUTHENTICATE failed.")

    return script


def failure_of(lab: Lab, user: str = "ann") -> Failure:
    last = lab.snapshot(user).standing.receiving.last
    assert last is not None
    assert last.failure is not None
    return last.failure


async def test_a_check_takes_a_token_that_lives_and_renews_it_in_silence(lab: Lab, acme: Acme) -> None:
    by_token(lab, acme, "ann", expires_in=30)
    lab.servers.set("ann", takes("access ann 1"))
    await lab.start()
    await lab.clock.pass_by(60)
    assert lab.shown("ann") == "CONNECTED"
    assert lab.history("ann") == ["CHECKING", "CONNECTED"]
    assert len(acme.asked) == 1


async def test_hours_go_by_and_nobody_notices_that_tokens_end(lab: Lab, acme: Acme) -> None:
    by_token(lab, acme, "ann")
    lab.servers.set("ann", lambda errand: takes(acme.given[-1] if acme.given else "first access of ann 1")(errand))
    await lab.start()
    await lab.clock.pass_by(DAY)
    assert lab.history("ann") == ["CHECKING", "CONNECTED"]
    assert 24 <= len(acme.asked) <= 30
    assert lab.notices == []


async def test_a_token_that_the_mail_server_refuses_is_renewed_once_and_tried_once(lab: Lab, acme: Acme) -> None:
    by_token(lab, acme, "ann")
    await lab.start()
    lab.servers.set("ann", takes("access ann 1"))
    await lab.clock.pass_by(600)
    assert lab.history("ann") == ["CHECKING", "CONNECTED"]
    assert lab.shelf.refusals == []
    assert len(acme.asked) == 1


async def test_a_fresh_token_that_is_refused_counts_once(lab: Lab, acme: Acme) -> None:
    by_token(lab, acme, "ann")
    await lab.start()
    lab.servers.set("ann", takes())
    await lab.clock.pass_by(350)
    standing = lab.snapshot("ann").standing
    assert (standing.receiving.refusals, standing.receiving.resting) == (1, False)
    assert len(acme.asked) == 1
    await lab.clock.pass_by(HOUR)
    standing = lab.snapshot("ann").standing
    assert standing.receiving.refusals + standing.sending.refusals == 2
    assert standing.receiving.resting
    assert lab.shown("ann") == "NEEDS_YOU"
    visits = len(lab.servers.visits)
    await lab.clock.pass_by(30 * DAY // 10)
    assert len(lab.servers.visits) == visits  # the grant rests


async def test_a_withdrawn_grant_is_judged_by_the_token_endpoints_words(lab: Lab, acme: Acme) -> None:
    by_token(lab, acme, "ann")
    await lab.start()
    acme.newest["ann"] = 9
    await lab.clock.pass_by(HOUR)
    assert lab.shown("ann") == "NEEDS_YOU"
    assert lab.cause("ann") == "token_revoked"
    assert failure_of(lab).stage is Stage.OAUTH_TOKEN
    assert "invalid_grant" in failure_of(lab).text
    assert lab.shelf.refusals == []  # no mail server said no
    asked = len(acme.asked)
    assert asked == 3  # ahead of time, by the check, and the second opinion
    await lab.clock.pass_by(DAY)
    assert len(acme.asked) == asked
    await lab.restart()
    await lab.clock.pass_by(DAY)
    assert len(acme.asked) == asked


async def test_a_grant_that_lay_unused_is_told_as_ended(lab: Lab, acme: Acme) -> None:
    by_token(lab, acme, "ann", expires_in=-100 * DAY)
    acme.newest["ann"] = 9
    await lab.start()
    await lab.clock.pass_by(HOUR)
    assert (lab.shown("ann"), lab.cause("ann")) == ("NEEDS_YOU", "token_expired")


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        (busy(), "too_many_logins"),
        (TokenFailed(token_failure(FailureKind.TEMPORARY, "HTTP 503 Service Unavailable")), "provider_outage"),
        (TokenFailed(token_failure(FailureKind.TIMED_OUT)), None),
    ],
)
async def test_weather_at_the_token_endpoint_is_mended_by_the_desk(
    lab: Lab, acme: Acme, fault: TokenFailed, cause: str | None
) -> None:
    by_token(lab, acme, "ann", expires_in=0)
    acme.faults = [fault] * 3
    await lab.start()
    await lab.clock.pass_by(30)
    assert lab.shown("ann") == "SUSPECT"
    assert cause is None or lab.cause("ann") == cause
    await lab.clock.pass_by(2 * HOUR)
    assert lab.shown("ann") == "CONNECTED"
    assert "NEEDS_YOU" not in lab.history("ann")


async def test_a_refused_app_is_no_fault_of_the_person(lab: Lab, acme: Acme) -> None:
    by_token(lab, acme, "ann", expires_in=0)
    acme.faults = [refused("invalid_client")] * 2
    await lab.start()
    await lab.clock.pass_by(HOUR)
    assert (lab.shown("ann"), lab.cause("ann")) == ("NEEDS_YOU", "oauth_app_blocked")


async def test_where_nothing_is_reached_it_is_the_network(lab: Lab, acme: Acme) -> None:
    for user in ("ann", "bob", "eve"):
        by_token(lab, acme, user, expires_in=0)
    acme.faults = [TokenFailed(token_failure(FailureKind.UNREACHABLE)) for _ in range(9)]
    lab.servers.unreachable_hosts |= {"mail.example", "smtp.mail.example"}
    await lab.start()
    await lab.clock.pass_by(60)
    assert failure_of(lab).step is Step.CONNECT
    assert acme.asked  # it was asked, and its silence alone is no verdict


async def test_a_grant_takes_the_place_of_a_password_and_back(lab: Lab, acme: Acme) -> None:
    lab.mailbox("ann")
    engine = await lab.start()
    await engine.replace_credential(ANN, acme.grant("ann"))
    await lab.clock.settle()
    assert lab.snapshot("ann").mailbox.auth is AuthKind.OAUTH
    assert lab.shelf.mailboxes[ANN].auth is AuthKind.OAUTH
    await engine.replace_credential(ANN, Password(Secret("pw")))
    await lab.clock.settle()
    assert lab.snapshot("ann").mailbox.auth is AuthKind.PASSWORD


async def test_a_new_sign_in_ends_a_refusal(lab: Lab, acme: Acme) -> None:
    by_token(lab, acme, "ann", expires_in=0)
    acme.newest["ann"] = 9
    engine = await lab.start()
    await lab.clock.pass_by(HOUR)
    assert lab.shown("ann") == "NEEDS_YOU"
    await engine.replace_credential(ANN, acme.grant("ann"))
    await lab.clock.pass_by(10)
    assert lab.shown("ann") == "CONNECTED"
    assert lab.history("ann")[-2:] != ["CONNECTED", "CONNECTED"]


async def test_how_long_it_lasts_is_shown(lab: Lab, acme: Acme) -> None:
    by_token(lab, acme, "ann")
    await lab.start()
    await lab.clock.pass_by(10)
    life = lab.snapshot("ann").grant
    assert life is not None
    assert life.granted_at == lab.clock.now() - lab.clock.monotonic()


async def test_changed_servers_are_tried_with_a_fresh_token(lab: Lab, acme: Acme) -> None:
    mailbox = by_token(lab, acme, "ann", expires_in=0)
    lab.servers.set("ann", takes("access ann 1"))
    engine = await lab.start(first_round=False)
    told = [step async for step in engine.try_servers(mailbox)]
    assert getattr(told[-1], "passed", None) is True
    acme.newest["ann"] = 9
    lab.vault.secrets[ANN] = replace(_grant(lab), expires_at=0.0, former_refresh_token=None)
    await lab.clock.pass_by(1)
    told = [step async for step in engine.try_servers(mailbox)]
    assert getattr(told[-1], "passed", None) is False


def _grant(lab: Lab) -> OAuthToken:
    credential = lab.vault.secrets[ANN]
    assert isinstance(credential, OAuthToken)
    return credential


async def test_a_mailbox_that_is_paused_is_not_looked_at_but_its_grant_lives(lab: Lab, acme: Acme) -> None:
    by_token(lab, acme, "ann")
    engine = await lab.start()
    await engine.pause([ANN], None)
    await lab.clock.pass_by(5 * HOUR)
    assert acme.asked == []  # nobody says that it dies of disuse
    await engine.resume([ANN])
    await lab.clock.pass_by(60)
    assert lab.shown("ann") == "CONNECTED"
