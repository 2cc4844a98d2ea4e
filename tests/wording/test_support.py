from __future__ import annotations

from dataclasses import replace

import pytest

from mailbox_desk.model.cause import Actor, Cause
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.wording import Wording
from mailbox_desk.wording.support import letter, request, support_text, without_others
from tests.ui.causes import dropped
from tests.ui.samples import NOW, mailbox

WORDS = Wording.load([], strict=True)


@pytest.mark.parametrize("cause", Cause)
@pytest.mark.parametrize("who", Actor)
def test_every_cause_has_a_text(cause: Cause, who: Actor) -> None:
    shown = dropped(cause, who)
    said = letter(WORDS, shown, "Somebody", NOW)
    assert "{" not in said.replace(WORDS.server_line(shown) or "-", "")
    assert "None" not in said
    assert "outreach@northwind.example" in said


def test_what_support_needs_is_there() -> None:
    said = support_text(WORDS, dropped(Cause.PROTOCOL_DISABLED), "Microsoft 365", NOW)
    for wanted in (
        "Provider: Microsoft 365",
        "smtp.office365.com, port 587, security STARTTLS",
        "User name: outreach@northwind.example",
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.",
        "Failing since: 2027-01-15 07:49:00 UTC (11 min)",
        "Last tried: 2027-01-15 07:52:00 UTC",
        "Works meanwhile: Receiving (IMAP)",
        "Sign in, 240 ms, failed",
    ):
        assert wanted in said


def test_a_certificate_is_told_with_its_end() -> None:
    assert "valid until 2027-11-11 08:00:00 UTC" in support_text(WORDS, dropped(Cause.TLS_FAILURE), "", NOW)


@pytest.mark.parametrize(
    ("cause", "who", "wanted"),
    [
        (Cause.PROTOCOL_DISABLED, Actor.ADMIN, "Authenticated SMTP"),
        (Cause.OAUTH_APP_BLOCKED, Actor.ADMIN, "API controls"),
        (Cause.ACCOUNT_SUSPENDED, Actor.PROVIDER, "suspended"),
        (Cause.ACCOUNT_SUSPENDED, Actor.ADMIN, "blocked"),
        (Cause.TLS_FAILURE, Actor.ADMIN, "imap.example.org"),
        (Cause.UNKNOWN, Actor.YOU, "what stops this sign-in"),
    ],
)
def test_the_request_fits_cause_actor_and_provider(cause: Cause, who: Actor, wanted: str) -> None:
    assert wanted in request(WORDS, dropped(cause, who))


def test_the_setting_is_that_of_the_failing_half() -> None:
    shown = dropped(Cause.PROTOCOL_DISABLED)
    standing = shown.standing
    turned = replace(shown, standing=replace(standing, receiving=standing.sending, sending=standing.receiving))
    assert "Manage email apps, IMAP" in request(WORDS, turned)


def _answering(text: str) -> Snapshot:
    shown = dropped(Cause.CREDENTIALS_REJECTED)
    view = shown.standing.receiving
    assert view.last is not None
    assert view.last.failure is not None
    last = replace(view.last, failure=replace(view.last.failure, text=text))
    return replace(shown, standing=replace(shown.standing, receiving=replace(view, last=last)))


def test_no_other_mailbox_is_named() -> None:
    said = letter(WORDS, _answering("NO outreach@northwind.example is not ann.other@fable.example"), "Google", NOW)
    assert "fable" not in said
    assert "NO outreach@northwind.example is not […]" in said


def test_an_office_may_be_written_to() -> None:
    text = "write to postmaster@example.net or Bob@example.net"
    assert without_others(text, mailbox("a")) == "write to postmaster@example.net or […]"


def test_ones_own_notes_stay_here() -> None:
    shown = dropped(Cause.OVER_QUOTA)
    noted = replace(shown, mailbox=replace(shown.mailbox, note="private", name="Ann", tags=("client-x",)))
    said = letter(WORDS, noted, "Yahoo", NOW)
    assert not [each for each in ("private", "Ann", "client-x") if each in said]


def test_a_line_of_odd_bytes_stays_one_line() -> None:
    said = support_text(WORDS, _answering("NO a\r\nb\x00c"), "", NOW)
    assert "NO a b\\x00c\n" in said
