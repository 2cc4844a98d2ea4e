from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbox_desk.wording.redacted import HIDDEN, without_secrets

SECRET = "hunter2-Tr0ub4dor"


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"A001 LOGIN me@example.org {SECRET}",
        f'> b\'AAAA1 LOGIN "me" "{SECRET}"\'',
        f"C: PASS {SECRET}",
        f"AUTHENTICATE PLAIN {coded(f'{chr(0)}me{chr(0)}{SECRET}')}",
        f"C: AUTH LOGIN\n334 UGFzc3dvcmQ6\n{coded(SECRET)}\n235 ok",
        f"client said {coded(f'user=me{chr(1)}auth=Bearer {SECRET}{chr(1)}{chr(1)}')} then left",
        f'{{"access_token": "{SECRET}", "expires_in": 3599}}',
        f"grant_type=refresh_token&refresh_token={SECRET}&client_secret={SECRET}",
        f"Authorization: Bearer {SECRET}",
        f"password = my {SECRET} with blanks",
        f"'passwd': '{SECRET}'",
        f"imaps://me:{SECRET}@mail.example.org/",
        f"token ya29.{SECRET}",
    ],
)
def test_a_secret_of_a_known_shape_is_hidden(text: str) -> None:
    clean = without_secrets(text)
    assert SECRET not in clean
    assert coded(SECRET) not in clean
    assert HIDDEN in clean


@pytest.mark.parametrize(
    "text",
    [
        "535-5.7.8 Username and Password not accepted. For more information, go to\n"
        "535 5.7.8  https://support.google.com/mail/?p=BadCredentials a640c23a62f3a-a5cda29e2bbsm",
        "A1 NO LOGIN failed.",
        "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)",
        "535 5.7.3 Basic authentication is disabled.",
        "AUTHENTICATE PLAIN failed",
        "+ eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIn0=",
        "AADSTS50173: The provided grant has expired due to it being revoked. Trace ID: 0f5a\n",
    ],
)
def test_what_servers_say_stays(text: str) -> None:
    assert without_secrets(text) == text


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_text_is_taken(text: str) -> None:
    assert isinstance(without_secrets(text), str)


@given(st.text(alphabet=st.characters(codec="ascii", categories=["L", "N"]), min_size=8, max_size=40))
@settings(deadline=None)
def test_any_password_behind_its_name_is_hidden(secret: str) -> None:
    assert without_secrets(f"smtp_user=me; password={secret}; host=x") == f"smtp_user=me; password={HIDDEN}; host=x"


@pytest.mark.parametrize(
    "piece", ["a", "1 ", "\n", "password=", "A1 LOGIN ", '"', "AUTH PLAIN ", "://a:", "eyJaaaaaaaa."]
)
def test_no_text_makes_it_slow(piece: str) -> None:
    text = (piece * 64_000)[:64_000]
    began = time.perf_counter()
    without_secrets(text)
    assert time.perf_counter() - began < 1.0
