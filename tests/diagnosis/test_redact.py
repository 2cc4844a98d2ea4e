"""Nothing that a person pastes comes back with a secret in it."""

import base64
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbox_desk.diagnosis.redact import HIDDEN, blotted

SECRET = "hUnter2-Zq9x"
PLAIN = base64.b64encode(f"\0bob@example.com\0{SECRET}".encode()).decode()
XOAUTH2 = base64.b64encode(f"user=bob@example.com\1auth=Bearer {SECRET}\1\1".encode()).decode()
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJib2IifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ"


@pytest.mark.parametrize(
    "text",
    [
        f"C: a1 LOGIN bob@example.com {SECRET}",
        f'a1 LOGIN "bob" "{SECRET}"\r\na1 NO [AUTHENTICATIONFAILED] no',
        f"2024-05-06 12:00:00 DEBUG > A1 LOGIN bob {SECRET}",
        f'{{"access_token": "{SECRET}", "expires_in": 3599}}',
        f'{{\\"refresh_token\\": \\"{SECRET}\\"}}',
        f"grant_type=refresh_token&refresh_token={SECRET}&client_id=x",
        f"client_secret: {SECRET}",
        f"{{'client_secret': '{SECRET}', 'grant_type': 'refresh_token'}}",
        f"Authorization: Bearer {SECRET}",
        f"authorization: Basic {base64.b64encode(SECRET.encode()).decode()}",
        f"AUTH PLAIN {PLAIN}",
        f"a2 AUTHENTICATE XOAUTH2 {XOAUTH2}",
        f"CLIENT -> SERVER: {PLAIN}",
        f">>> {XOAUTH2}",
        f"C: {base64.b64encode(SECRET.encode()).decode()}",
        f"PASS {SECRET}",
        f"password={SECRET}",
        f'Passwort: "{SECRET}"',
        f"imaps://bob:{SECRET}@imap.example.com:993/INBOX",
        f"token is {JWT}",
        "ya29.a0AfH6SMBx-xyz_123",
        "refresh 1//0gAbCdEfGhIjKlMn",
        "secret GOCSPX-abcdefghij12",
        f'> b\'AAAA1 LOGIN "me" "{SECRET}"\'',
        f"C: AUTH LOGIN\n334 UGFzc3dvcmQ6\n{base64.b64encode(SECRET.encode()).decode()}\n235 ok",
        f"client said {XOAUTH2} then left",
        f"password = my {SECRET} with blanks",
        f"password: ab,c;d{SECRET}",
        f"'passwd': '{SECRET}'",
    ],
)
def test_secrets_go(text: str) -> None:
    shown = blotted(text)
    coded = base64.b64encode(SECRET.encode()).decode()
    assert HIDDEN in shown
    for form in (SECRET, PLAIN, XOAUTH2, coded, JWT, "ya29.a0", "0gAbCd", "abcdefghij12"):
        assert form not in shown


@pytest.mark.parametrize(
    "text",
    [
        "535 5.7.8 Username and Password not accepted. Learn more at https://support.google.com/mail/?p=BadCredentials",
        "NO [AUTHENTICATIONFAILED] LOGIN Invalid credentials",
        "LOGIN failed.",
        "A1 NO LOGIN failed.",
        "AUTHENTICATE failed.",
        "504 5.7.4 Unrecognized authentication type",
        "AUTH PLAIN failed",
        "AADSTS700082: The refresh token has expired due to inactivity. Trace ID: dc63a4ff-58c2-498c-a00c-22b28c6b1594",
        "NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833",
        "334 eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==",
        "the password has expired",
        "535 5.7.3 Basic authentication is disabled.",
        "+ eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIn0=",
        "Too many login attempts, please try again later.",
    ],
)
def test_what_servers_say_stays(text: str) -> None:
    assert blotted(text) == text


SHAPES = [
    "LOGIN bob@example.com {}",
    '"access_token":"{}"',
    "Bearer {}",
    "password: {}",
    "refresh_token={}",
    "AUTH PLAIN {}",
]


@given(
    shape=st.sampled_from(SHAPES),
    before=st.text(max_size=40),
    after=st.text(max_size=40),
    secret=st.text("ABCDEFGHijklmnop0123456789+/", min_size=12, max_size=40),
)
def test_whatever_stands_around_it(shape: str, before: str, after: str, secret: str) -> None:
    if secret not in before + after:
        assert secret not in blotted(f"{before}\n{shape.format(secret)}\n{after}")


@given(st.text(max_size=400) | st.binary(max_size=400).map(repr))
def test_no_text_is_too_odd(text: str) -> None:
    shown = blotted(text)
    assert blotted(shown) is not None


@given(st.text(alphabet=st.characters(codec="ascii", categories=["L", "N"]), min_size=8, max_size=40))
@settings(deadline=None)
def test_any_password_behind_its_name_is_hidden(secret: str) -> None:
    assert blotted(f"smtp_user=me; password={secret}; host=x") == f"smtp_user=me; password={HIDDEN}; host=x"


def test_a_short_answer_to_a_challenge_is_hidden() -> None:
    assert blotted("334 UGFzc3dvcmQ6\naGV5\n235 ok") == f"334 UGFzc3dvcmQ6\n{HIDDEN}\n235 ok"


@pytest.mark.parametrize(
    "piece",
    ["a", "1 ", "\n", "password=", "A1 LOGIN ", '"', "AUTH PLAIN ", "://a:", "eyJaaaaaaaa.", "334 \n", "pass: ,"],
)
def test_no_text_makes_it_slow(piece: str) -> None:
    text = (piece * 64_000)[:64_000]
    began = time.perf_counter()
    blotted(text)
    assert time.perf_counter() - began < 1.0
