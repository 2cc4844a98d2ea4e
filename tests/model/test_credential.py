"""A secret shows itself to nobody who does not ask by name."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback

import msgspec
import pytest

from mailbox_desk.model.credential import OAuthToken, Password, Secret
from mailbox_desk.model.errand import Draft, Errand
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.verdict import Half

TEXT = "correct horse battery"
ENDPOINT = Endpoint("mail.example", 993, Security.TLS, "a@example.com")


def test_no_way_of_printing_shows_it(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret(TEXT)
    mailbox = Mailbox(MailboxId("1"), "a@example.com", ENDPOINT, None)
    holders = [
        secret,
        Password(secret, Secret(TEXT)),
        OAuthToken(secret, secret, 0.0),
        Draft(mailbox, Password(secret)),
        Errand(Half.RECEIVING, ENDPOINT, "a@example.com", secret),
    ]
    with caplog.at_level(logging.DEBUG):
        for holder in holders:
            logging.getLogger("test").warning("%s %r", holder, holder)
            assert TEXT not in f"{holder} {holder!r} {holder!s}"
    assert TEXT not in caplog.text


def test_it_is_not_written_down() -> None:
    for write in (pickle.dumps, copy.deepcopy, json.dumps, msgspec.json.encode):
        with pytest.raises(TypeError):
            write(Secret(TEXT))


def test_an_error_raised_around_it_does_not_carry_it() -> None:
    try:
        raise ValueError(Secret(TEXT))
    except ValueError:
        assert TEXT not in traceback.format_exc()


def test_equality_and_sharing() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("é") == Secret("é")
    assert Secret("a").__eq__("a") is NotImplemented
    assert len({Secret("a"), Secret("a")}) == 1
    assert not Secret("")
    assert Password(Secret("a")).is_shared
    assert Password(Secret("a"), Secret("a")).is_shared
    assert not Password(Secret("a"), Secret("b")).is_shared
    assert Password(Secret("a"), Secret("b")).secret(Half.SENDING).reveal() == "b"
    assert Password(Secret("a")).secret(Half.SENDING).reveal() == "a"
