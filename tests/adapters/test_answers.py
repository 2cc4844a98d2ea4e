"""What a server said, taken apart."""

from __future__ import annotations

import pytest

from mailbox_desk.adapters.answers import language_marks, last_reply, negative_answer, worth_noting
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.verdict import Half


@pytest.mark.parametrize(
    ("line", "code", "is_temporary"),
    [
        (b"MD1 NO [AUTHENTICATIONFAILED] x", "AUTHENTICATIONFAILED", False),
        (b"MD1 no [unavailable] x", "UNAVAILABLE", True),
        (b"MD1 NO [ALERT] x", "ALERT", False),
        (b"MD1 NO [ALERT] [LIMIT] x", "LIMIT", True),
        (b"MD1 NO [CONTACTADMIN] [ALERT] x", "CONTACTADMIN", False),
        (b"MD1 NO [REFERRAL imap://x/] x", "REFERRAL", False),
        (b"MD1 NO x", "", False),
        (b"MD1 BAD x", "", False),
        (b"* BYE [UNAVAILABLE] x", "UNAVAILABLE", True),
    ],
)
def test_imap_codes(line: bytes, code: str, is_temporary: bool) -> None:
    answer = negative_answer(Half.RECEIVING, [b"* OK still here\r\n", line + b"\r\n"])
    assert answer is not None
    assert (answer.code, answer.is_temporary) == (code, is_temporary)


def test_an_ok_is_no_negative_answer() -> None:
    assert negative_answer(Half.RECEIVING, [b"MD1 OK in\r\n"]) is None
    assert negative_answer(Half.RECEIVING, [b"MD1 NOTHING\r\n"]) is None


@pytest.mark.parametrize(
    ("line", "code", "is_temporary"),
    [
        (b"535 5.7.8 x", "535 5.7.8", False),
        (b"535 x 5.7.8", "535", False),
        (b"535", "535", False),
        (b"454-4.7.0 a\n454 4.7.0 b", "454 4.7.0", True),
    ],
)
def test_smtp_codes(line: bytes, code: str, is_temporary: bool) -> None:
    answer = negative_answer(Half.SENDING, [b"250 before\r\n", *(part + b"\r\n" for part in line.split(b"\n"))])
    assert answer is not None
    assert (answer.code, answer.is_temporary) == (code, is_temporary)
    assert answer.text == line.decode()


def test_last_reply_of_nothing() -> None:
    assert last_reply([]) == []


def test_alerts_are_worth_noting() -> None:
    lines = [b"* OK [ALERT] nearly full\r\n", b"* 3 EXISTS\r\n", b"* NO [WEBALERT x] y\r\n", b"MD1 OK\r\n"]
    assert worth_noting(lines) == b"* OK [ALERT] nearly full\n* NO [WEBALERT x] y"


def test_languages() -> None:
    assert language_marks(Half.RECEIVING, b"* OK hi") == frozenset()
    assert language_marks(Half.SENDING, b"* OK hi") == {Mark.OTHER_MAIL_PROTOCOL}
    assert language_marks(Half.RECEIVING, b"220 FTP server") == {Mark.NOT_A_MAIL_SERVER}
    assert language_marks(Half.RECEIVING, b"\x16\x03\x01") == {Mark.TLS_ON_PLAIN_PORT}
    assert language_marks(Half.RECEIVING, b"gibberish") == frozenset()
