"""What a server might send, from the words of the standards to noise: bytes for one end of a socket pair."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import strategies as st

from mailbox_desk.adapters.answers import TAG

CASES = Path(__file__).resolve().parents[1] / "cases" / "collected.jsonl"
REAL = [json.loads(line)["raw"].encode()[:400] for line in CASES.read_text(encoding="utf-8").splitlines()[:400]]

_WORDS = st.sampled_from(
    [
        b"[AUTHENTICATIONFAILED]",
        b"[UNAVAILABLE]",
        b"[ALERT]",
        b"[LIMIT]",
        b"[CAPABILITY IMAP4rev1 IDLE QUOTA AUTH=PLAIN]",
        b"IMAP4rev1 LOGINDISABLED",
        b"(\\Seen {3}",
        b"{18446744073709551616}",
        b"{5}",
        b"{-1}",
        b'"unended',
        b"\\\\",
        b"\x00",
        b"\xff\xfe",
        b"\r",
        b"NIL",
        b"5.7.8",
        b"9" * 40,
        b"eyJzdGF0dXMiOiI0MDAifQ==",
        b"the-secret-of-m",
    ]
)
_TEXT = st.one_of(
    st.sampled_from(REAL),
    st.lists(_WORDS, max_size=4).map(b" ".join),
    st.binary(max_size=40),
    st.text(max_size=30).map(lambda text: text.encode("utf-8", "surrogatepass")),
)
_ENDS = st.sampled_from([b"\r\n"] * 6 + [b"\n", b"\r", b"", b"\r\n\r\n"])


def _line(*parts: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    return st.tuples(*parts, _ENDS).map(lambda words: b" ".join(words[:-1]) + words[-1])


_UNTAGGED = st.sampled_from(
    [b"OK", b"NO", b"BAD", b"BYE", b"PREAUTH", b"CAPABILITY", b"3 EXISTS", b"QUOTAROOT INBOX root", b"QUOTA root"]
)
_ANSWER = st.sampled_from([b"OK"] * 4 + [b"NO", b"BAD", b"ok", b"OKAY", b""])
_NUMBER = st.integers(0, 8).map(lambda number: TAG + b"%d" % number)


_OFFERS = st.sets(
    st.sampled_from([b"IDLE", b"QUOTA", b"AUTH=PLAIN", b"AUTH=XOAUTH2", b"ID", b"LOGINDISABLED"]), max_size=4
)


@st.composite
def _odd_answer(draw: st.DrawFn, number: int) -> bytes:
    before = draw(st.lists(st.one_of(_line(st.just(b"*"), _UNTAGGED, _TEXT), _line(st.just(b"+"), _TEXT)), max_size=2))
    return b"".join(before) + TAG + b"%d " % number + draw(_ANSWER) + b" " + draw(_TEXT) + draw(_ENDS)


@st.composite
def _orderly_imap(draw: st.DrawFn) -> bytes:
    """Good answers to every command, but for one or two from the odd one on."""
    odd = draw(st.integers(-1, 8))
    lines = [draw(_line(st.just(b"*"), _UNTAGGED, _TEXT)) if odd < 0 else b"* OK ready\r\n"]
    told = b"* CAPABILITY " + b" ".join((b"IMAP4rev1", *draw(_OFFERS))) + b"\r\n"
    for number in range(9):
        if number in (odd, odd + 3):
            lines.append(draw(_odd_answer(number)))
        else:
            lines.append(told + b'* 3 EXISTS\r\n* QUOTAROOT INBOX ""\r\n* QUOTA "" (STORAGE 3 9)\r\n')
            lines.append(TAG + b"%d OK done\r\n" % number)
    return b"".join(lines)


_CODES = st.one_of(
    st.sampled_from([b"220", b"250", b"235", b"334", b"421", b"450", b"454", b"501", b"503", b"530", b"535", b"550"]),
    st.integers(0, 1200).map(lambda code: b"%d" % code),
)


@st.composite
def _orderly_smtp(draw: st.DrawFn) -> bytes:
    """Good replies up to somewhere, then others."""
    good = [b"220 ready\r\n", b"250-mail\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN XOAUTH2\r\n", b"235 in\r\n"]
    good += [b"250 go on\r\n"] * 4
    lines = good[: draw(st.integers(0, 7))]
    for _ in range(draw(st.integers(0, 4))):
        sign = draw(st.sampled_from([b" ", b" ", b"-", b""]))
        lines.append(draw(_CODES) + sign + draw(_TEXT) + draw(_ENDS))
    return b"".join(lines)


_NOISE = st.lists(st.one_of(_line(_TEXT), _line(_NUMBER, _ANSWER, _TEXT), st.binary(max_size=200)), max_size=6)


@st.composite
def _marred(draw: st.DrawFn, orderly: st.SearchStrategy[bytes]) -> bytes:
    """Cut off, or with bytes changed."""
    whole = bytearray(draw(orderly))
    for _ in range(draw(st.integers(0, 3))):
        if whole:
            whole[draw(st.integers(0, len(whole) - 1))] = draw(st.integers(0, 255))
    return bytes(whole[: draw(st.integers(0, len(whole)))])


def _server(orderly: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    return st.one_of(orderly, orderly, _marred(orderly), _NOISE.map(b"".join))


IMAP_SERVER = _server(_orderly_imap())
SMTP_SERVER = _server(_orderly_smtp())
