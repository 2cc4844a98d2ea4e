"""Foreign words made fit to be kept."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbox_desk.adapters.redaction import HIDDEN, MOST_CHARACTERS, Redactor
from mailbox_desk.model.credential import Secret

USER = "user@example.org"
SECRET = 'pa"ss w\u00f6rd\\/'


@pytest.mark.parametrize(
    "echo",
    [
        SECRET,
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(f"\0{USER}\0{SECRET}".encode()).decode(),
        base64.b64encode(f"{USER}\0{USER}\0{SECRET}".encode()).decode().rstrip("="),
        quote(SECRET, safe=""),
        json.dumps(SECRET)[1:-1],
        'pa\\"ss w\u00f6rd\\\\/',
    ],
)
def test_every_shape_is_hidden(echo: str) -> None:
    assert Redactor(USER, Secret(SECRET)).clean(f"NO <{echo}> is wrong") == f"NO <{HIDDEN}> is wrong"


def test_bytes_of_another_encoding_are_hidden() -> None:
    assert Redactor(USER, Secret("schön-geheim")).clean_bytes("NO schön-geheim".encode("latin-1")) == f"NO {HIDDEN}"


@settings(max_examples=50)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=4, max_size=30))
def test_no_secret_survives(rest: str) -> None:
    secret = f"Zq{rest}"  # no word that a server says anyway
    from_server = f"NO [X] {secret} {base64.b64encode(secret.encode()).decode()}"
    assert Redactor(USER, Secret(secret)).clean(from_server) == f"NO [X] {HIDDEN} {HIDDEN}"


def test_a_very_short_secret_is_hidden_where_it_stands_alone() -> None:
    assert Redactor(USER, Secret("pw")).clean("pw is no password, pwned") == f"{HIDDEN} is no password, pwned"


def test_a_word_of_every_server_would_be_told_by_hiding_it() -> None:
    text = "NO Invalid password"
    assert Redactor(USER, Secret("password")).clean(text) == text


def test_an_empty_secret_hides_nothing() -> None:
    assert Redactor(USER, Secret("")).clean("NO") == "NO"


def test_controls_are_shown_and_lines_kept() -> None:
    assert Redactor(USER, Secret("x" * 9)).clean_bytes(b"a\0b\x1b\r\nc\xff") == "a\\x00b\\x1b\nc\\xff"


def test_a_long_text_is_cut_and_the_rest_counted() -> None:
    cleaned = Redactor(USER, Secret("x" * 9)).clean("y" * (MOST_CHARACTERS + 7))
    assert cleaned == "y" * MOST_CHARACTERS + "… (+7)"


def test_a_secret_inside_of_base64_is_hidden_with_all_that_is_coded() -> None:
    token = "ya29.token-canary"
    for before in ("", "a", "ab", "abc", "user=x\1auth=Bearer "):
        for code in (base64.b64encode, base64.urlsafe_b64encode):
            coded = code(f"{before}{token}\1\1".encode()).decode()
            for shown in (coded, coded.rstrip("=")):
                cleaned = Redactor(USER, Secret(token)).clean(f"NO <{shown}> x/{shown}")
                assert cleaned.count(HIDDEN) == 2
                assert coded[8:20] not in cleaned  # before and behind the secret something may be left
    other = base64.b64encode(b'{"status":"401","schemes":"bearer"}').decode()
    assert Redactor(USER, Secret(token)).clean(other) == other


def test_several_secrets() -> None:
    cleaned = Redactor(USER, Secret("first-canary"), Secret(""), Secret("other-canary")).clean(
        "first-canary other-canary"
    )
    assert cleaned == f"{HIDDEN} {HIDDEN}"
