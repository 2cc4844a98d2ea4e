from __future__ import annotations

from dataclasses import replace

import pytest

from mailbox_desk.model.errand import HalfTried
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.verdict import Half, Shown
from mailbox_desk.ui.draft import (
    Form,
    ServerFields,
    as_snapshot,
    filled_in,
    pinned,
    problems,
    wants_certificate_review,
)
from tests.ui.samples import NOW, mailbox, refusal, result, untrusted

IMAP = ServerFields("imap.example.org", 993, Security.TLS)
SMTP = ServerFields("smtp.example.org", 465, Security.TLS)
GOOD = Form("me@example.org", IMAP, SMTP)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (GOOD, ()),
        (replace(GOOD, address="me"), ("ui.problem.address",)),
        (replace(GOOD, address="me @example.org"), ("ui.problem.address",)),
        (replace(GOOD, has_password=False), ("ui.problem.password",)),
        (replace(GOOD, receiving=replace(IMAP, host=" ")), ("ui.problem.host.receiving",)),
        (replace(GOOD, sending=replace(SMTP, host="smtp.example.org/x")), ("ui.problem.host.sending",)),
        (replace(GOOD, sending=replace(SMTP, port=0)), ("ui.problem.port.sending",)),
        (replace(GOOD, sending=None, wants_sending_password=True), ()),
        (replace(GOOD, wants_sending_password=True), ("ui.problem.sending_password",)),
        (replace(GOOD, receiving=None, sending=None), ("ui.problem.no_half",)),
        (replace(GOOD, receiving=replace(IMAP, security=Security.NONE)), ("ui.problem.plain.receiving",)),
        (replace(GOOD, receiving=replace(IMAP, security=Security.NONE, plain_allowed=True)), ()),
        (replace(GOOD, receiving=replace(IMAP, security=Security.NONE, host="localhost")), ()),
    ],
)
def test_what_is_still_missing(form: Form, expected: tuple[str, ...]) -> None:
    assert problems(form) == expected


def test_an_address_already_there_is_said() -> None:
    assert problems(replace(GOOD, address="ME@example.org"), ["me@example.org"]) == ("ui.problem.known",)


def test_the_form_becomes_a_mailbox() -> None:
    form = Form(" me@example.org ", replace(IMAP, username=" someone "), SMTP)
    made = filled_in(Mailbox(MailboxId("1"), "", None, None), form)
    assert made.address == "me@example.org"
    assert made.receiving == Endpoint("imap.example.org", 993, Security.TLS, "someone")
    assert made.sending is not None
    assert made.sending.username == "me@example.org"


def test_a_yes_to_plain_counts_only_where_it_was_asked() -> None:
    fields = replace(IMAP, plain_allowed=True)
    assert not fields.endpoint("me@example.org").plain_allowed


def test_a_pin_goes_to_its_half_alone() -> None:
    made = pinned(mailbox("a"), Half.SENDING, "AB" * 32)
    assert made.sending is not None
    assert made.receiving is not None
    assert (made.receiving.pinned_sha256, made.sending.pinned_sha256) == (None, "ab" * 32)
    assert pinned(mailbox("a", sends=False), Half.SENDING, "ab" * 32) == mailbox("a", sends=False)


@pytest.mark.parametrize("half", list(Half))
def test_a_tried_half_speaks_like_a_mailbox(half: Half) -> None:
    seen = as_snapshot(mailbox("a"), HalfTried(result(half, refusal(half))), NOW)
    assert seen.shown is Shown.NEEDS_YOU
    assert seen.standing.worst is half


def test_only_a_shown_certificate_can_be_accepted() -> None:
    assert wants_certificate_review(HalfTried(result(Half.RECEIVING, untrusted())))
    assert not wants_certificate_review(HalfTried(result(Half.RECEIVING, refusal())))
    assert not wants_certificate_review(HalfTried(result(Half.RECEIVING)))
