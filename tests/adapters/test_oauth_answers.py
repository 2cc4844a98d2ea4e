"""The table from an answer to a Failure, with the providers' real words."""

from __future__ import annotations

import http.client
import json

import pytest

from mailbox_desk.adapters.line import TooMuchData
from mailbox_desk.adapters.oauth_answers import (
    failure_by_exception,
    failure_of,
    granting_of,
    refusal_by_browser,
    retry_after,
)
from mailbox_desk.adapters.oauth_web import AddressUnusable, Question, WebAnswer, place_of
from mailbox_desk.adapters.redaction import Redactor
from mailbox_desk.model.check import FailureKind, Stage, Step
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.oauth import TokenFailed
from tests.adapters.oauth_makings import grant

NOW = 1_790_000_000.0
NOTHING = Redactor("")


def answer(status: int, body: object, **headers: str) -> WebAnswer:
    text = body if isinstance(body, str) else json.dumps(body)
    return WebAnswer(status, {name.replace("_", "-"): value for name, value in headers.items()}, text.encode())


ENTRA = {
    "error": "invalid_grant",
    "error_description": "AADSTS700082: The refresh token has expired due to inactivity.",
    "error_codes": [700082],
}
ENTRA_BUSY = {
    "error": "invalid_grant",
    "error_description": "AADSTS90033: A transient error has occurred. Please try again.",
    "error_codes": [90033],
}
ZOHO_BUSY = {
    "error": "Access Denied",
    "error_description": "You have made too many requests continuously. Please try again after some time.",
}


@pytest.mark.parametrize(
    ("said", "kind", "code"),
    [
        (answer(400, ENTRA), FailureKind.REFUSED, "invalid_grant"),
        (answer(400, ENTRA_BUSY), FailureKind.TEMPORARY, "invalid_grant"),
        (answer(400, ZOHO_BUSY), FailureKind.TEMPORARY, ""),
        (answer(200, {"error": "invalid_code"}), FailureKind.REFUSED, "invalid_code"),  # Zoho says it with a 200
        (answer(401, {"error": "invalid_client"}), FailureKind.REFUSED, "invalid_client"),
        (answer(400, {"error": "interaction_required", "suberror": "basic_action"}), FailureKind.REFUSED, None),
        (answer(400, {"error": "temporarily_unavailable"}), FailureKind.TEMPORARY, None),
        (answer(503, "<html>sorry</html>"), FailureKind.TEMPORARY, ""),
        (answer(429, {"error": "invalid_grant"}), FailureKind.TEMPORARY, "invalid_grant"),
        (answer(408, ""), FailureKind.TEMPORARY, ""),
        (answer(400, "<html>a proxy</html>"), FailureKind.BROKEN, ""),
        (answer(400, {"error": {"code": 400}}), FailureKind.BROKEN, ""),
        (answer(400, "[" * 100_000), FailureKind.BROKEN, ""),
        (answer(200, [1]), FailureKind.BROKEN, ""),
        (answer(200, {"access_token": ""}), FailureKind.BROKEN, ""),
    ],
)
def test_what_an_answer_means(said: WebAnswer, kind: FailureKind, code: str | None) -> None:
    with pytest.raises(TokenFailed) as raised:
        granting_of(said, grant(), NOW, NOTHING)
    failure = raised.value.failure
    assert (failure.kind, failure.stage) == (kind, Stage.OAUTH_TOKEN)
    assert code is None or failure.code == code
    assert len(failure.text) < 2100
    assert failure.marks == ({Mark.UNEXPECTED_ANSWER} if kind is FailureKind.BROKEN else set())


def test_the_body_stands_in_the_text_as_the_rules_know_it() -> None:
    assert json.loads(failure_of(Step.TOKEN, answer(400, ENTRA), NOTHING).text) == ENTRA


def test_half_a_grant_is_shown_to_nobody() -> None:
    said = answer(200, {"access_token": "access-canary", "error": "oops"})
    failure = failure_of(Step.TOKEN, said, NOTHING)
    assert "canary" not in repr(failure)
    assert "canary" not in repr(said)
    assert "canary" not in repr(Question("https://a", "refresh_token=canary", {"Authorization": "canary"}))


def test_a_grant_is_read_leniently() -> None:
    said = answer(200, {"access_token": "new", "expires_in": "1800", "scope": "mail", "refresh_token": "next"})
    token = granting_of(said, grant(), NOW, NOTHING).token
    assert (token.expires_at, token.refreshed_at, token.granted_at) == (NOW + 1800, NOW, 5.0)
    assert token.refresh_token == Secret("next")
    bare = answer(200, {"access_token": "new", "expires_in": None, "scope": None, "refresh_token": 7})
    token = granting_of(bare, grant(), NOW, NOTHING).token
    assert token.expires_at == NOW + 3600
    assert (token.refresh_token, token.scope) == (grant().refresh_token, "mail")
    for odd in (-5, 0, "nan", "inf", "soon", [1], True):
        seconds = granting_of(answer(200, {"access_token": "new", "expires_in": odd}), grant(), NOW, NOTHING)
        assert NOW < seconds.token.expires_at <= NOW + 3600


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("99999999", 86400.0),
        ("-1", None),
        ("soon", None),
        ("", None),
        ("Mon, 21 Sep 2026 14:18:20 GMT", 300.0),
        ("Mon, 21 Sep 2020 14:18:20 GMT", 0.0),
    ],
)
def test_how_long_to_wait(said: str, seconds: float | None) -> None:
    assert retry_after(answer(429, "", retry_after=said), NOW) == seconds


def test_a_refusal_by_the_browser() -> None:
    told = {"error": "access_denied", "error_description": "No <b>", "state": "state-canary", "code": "code-canary"}
    failure = refusal_by_browser(told, NOTHING)
    assert (failure.kind, failure.code, failure.stage) == (FailureKind.REFUSED, "access_denied", Stage.OAUTH_AUTHORIZE)
    assert json.loads(failure.text) == {"error": "access_denied", "error_description": "No <b>"}
    assert refusal_by_browser({"error": "server_error"}, NOTHING).kind is FailureKind.TEMPORARY


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (http.client.RemoteDisconnected("x"), FailureKind.CLOSED),
        (http.client.IncompleteRead(b"x"), FailureKind.CLOSED),
        (http.client.BadStatusLine("SSH-2.0"), FailureKind.BROKEN),
        (TooMuchData(), FailureKind.BROKEN),
        (AddressUnusable("no https address"), FailureKind.INTERNAL),
        (TimeoutError(), FailureKind.TIMED_OUT),
    ],
)
def test_a_way_that_led_nowhere(error: Exception, kind: FailureKind) -> None:
    assert failure_by_exception(Step.TOKEN, error, NOTHING).kind is kind


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://a.test/",
        "ftp://a",
        "https://",
        "https://u@a.test/",
        "https://a.test:x/",
        "https://a.test/\r\nX: y",
        "https://a b/",
    ],
)
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(AddressUnusable):
        place_of(url)
