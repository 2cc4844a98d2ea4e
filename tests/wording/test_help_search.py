from __future__ import annotations

import time

import pytest

from mailbox_desk.adapters.help_pages import load_help
from mailbox_desk.model.help_page import HelpLibrary, HelpPage
from mailbox_desk.wording.help_search import HelpSearch

SHIPPED = HelpSearch(load_help())
SMALL = HelpLibrary(
    (
        HelpPage("text", "s", "One", "# One\n\nA certificate here.\n"),
        HelpPage("key", "s", "Two", "# Two\n\nNothing.\n", keywords=("certificate",)),
        HelpPage("title", "s", "The certificate", "# The certificate\n\n[x](https://example.org/secretword)\n"),
    )
)


def ids(pages: tuple[HelpPage, ...]) -> list[str]:
    return [page.id for page in pages]


def test_title_before_keyword_before_text() -> None:
    assert ids(HelpSearch(SMALL).found("Certificate")) == ["title", "key", "text"]


@pytest.mark.parametrize("asked", ["", "   "])
def test_nothing_asked_is_everything_in_order(asked: str) -> None:
    assert ids(HelpSearch(SMALL).found(asked)) == ["text", "key", "title"]


@pytest.mark.parametrize("asked", ["zzzz", "secretword", "a", "the", "?!", "zzzz yyyy xxxx the"])
def test_what_nobody_says_is_not_found(asked: str) -> None:
    assert HelpSearch(SMALL).found(asked) == ()


@pytest.mark.parametrize(
    ("asked", "best"),
    [
        ("password refused", "credentials_rejected"),
        ("app password", "app_passwords"),
        ("certificate", "tls_failure"),
        ("50076", "mfa_required"),
        ("aadsts700082", "token_expired"),
        ("storage full", "over_quota"),
        ("campaign", "after_reconnecting"),
        ("smartlead csv", "import_and_export"),
        ("shortcuts", "keyboard"),
        ("timed out", "network_unreachable"),
        ("telemetry", "privacy"),
        ("don't know the reason", "unknown"),
        ("535-5.7.8 Username and Password not accepted", "credentials_rejected"),
        ("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled", "protocol_disabled"),
        ("[ALERT] Please log in via your web browser (Failure)", "suspicious_activity"),
        ("getaddrinfo ENOTFOUND imap.example.org", "network_unreachable"),
    ],
)
def test_the_best_page_comes_first(asked: str, best: str) -> None:
    assert ids(SHIPPED.found(asked))[:1] == [best]


def test_a_keystroke_is_answered_at_once() -> None:
    began = time.perf_counter()
    for _ in range(10):
        SHIPPED.found("535 5.7.139 Authentication unsuccessful, basic authentication is disabled for the tenant " * 4)
    assert (time.perf_counter() - began) / 10 < 0.016
