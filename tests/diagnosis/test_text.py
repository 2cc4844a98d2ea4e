import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbox_desk.diagnosis.text import LONGEST, folded, normalised, thinned


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("  NO   [ALERT]\r\n  sorry ", "NO [ALERT] sorry"),
        ("550-5.4.5 Daily user sending\n550 5.4.5 limit exceeded", "550-5.4.5 Daily user sending limit exceeded"),
        ("450-Requested action\n450 Mail send limit", "450-Requested action Mail send limit"),
        ("(535, b'5.7.8 no\\n5.7.8 more')", "(535, b'5.7.8 no 5.7.8 more')"),
        ("Boîte pleine, désolé", "Boite pleine, desole"),
        ("we can’t — “sorry”", 'we can\'t - "sorry"'),
        ("Zertifikat ung=C3=BCltig", "Zertifikat ungultig"),
        ("&lt;b&gt; no&nbsp;more", "<b> no more"),
        ("ＦＵＬＬ", "FULL"),
        ("a\x00b", "a\x00b"),
    ],
)
def test_wrappers_and_accents_go(raw: str, text: str) -> None:
    assert normalised(raw) == text


@pytest.mark.parametrize("sentence", ["请使用授权码登录", "登录频率过于频繁，请稍后再试"])
def test_gbk_that_was_read_as_latin_1_is_read_again(sentence: str) -> None:
    garbled = sentence.encode("gbk").decode("latin-1")
    assert folded(sentence) in normalised(f"535 Error: {garbled}")


def test_gbk_in_a_bytes_literal_is_read_again() -> None:
    assert "授权码" in normalised(repr("535 请使用授权码登录".encode("gbk")))


def test_utf_8_that_was_read_as_latin_1_is_read_again() -> None:
    assert normalised("Passwort ungültig".encode().decode("latin-1")) == "Passwort ungultig"


def test_latin_1_stays_what_it_is() -> None:
    assert normalised("ungültiges Paßwort für Größe") == folded("ungültiges Paßwort für Größe")


def test_a_challenge_is_read() -> None:
    told = {"status": "400", "schemes": "Bearer", "scope": "https://mail.google.com/"}
    encoded = base64.b64encode(json.dumps(told).encode()).decode()
    assert '"status": "400"' in normalised(f"334 {encoded}")


def test_escaped_code_points_are_read() -> None:
    assert normalised("\\u8bf7 \\ud800") == "请"


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    text = normalised("begin " + "x" * 100_000 + " end")
    assert len(text) <= LONGEST + 10
    assert text.startswith("begin")
    assert text.endswith("end")


@given(st.text())
def test_no_text_is_too_odd(raw: str) -> None:
    text = normalised(raw)
    assert "\n" not in text
    assert len(thinned(text)) <= len(text) + 10 * len(text.split())


@given(st.binary(max_size=300))
def test_no_bytes_are_too_odd(raw: bytes) -> None:
    normalised(raw.decode("latin-1"))
    normalised(repr(raw))


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("2024-05-06 12:01:02,123 ERROR imap: b'LOGIN failed.'", "imap: b'LOGIN failed.'"),
        ("Jan  5 10:11:12 mail postfix/smtp[1]: 535 5.7.8 no", "postfix/smtp[1]: 535 5.7.8 no"),
        ("C: A1 LOGIN x y\nS: A1 NO LOGIN failed.", "A1 NO LOGIN failed."),
        ("CLIENT -> SERVER: QUIT\nSERVER -> CLIENT: 221 bye", "221 bye"),
        ("Error: no at SMTPConnection._formatError (C:\\x\\index.js:528:15) at X.y (a:1)", "Error: no"),
        (
            'Traceback (most recent call last):\n  File "x.py", line 3, in login\n    raise self.error(dat)\nerror: no',
            "error: no",
        ),
        ("javax.mail.X: oops\n\tat com.sun.Y.z(Y.java:3)\nCaused by: NO no", "javax.mail.X: oops Caused by: NO no"),
        ('{"body":"{\\"error\\":\\"invalid_grant\\"}"}', '{"body":"{"error":"invalid_grant"}"}'),
        ("<html><head><title>503</title></head><b>Service</b> <i>Unavailable</i>", "<html> 503 Service Unavailable"),
        ("C: A1 LOGIN x y", "C: A1 LOGIN x y"),
    ],
)
def test_what_a_program_wrote_around_it_goes(raw: str, text: str) -> None:
    assert normalised(raw) == text


def test_a_challenge_may_begin_with_a_space_or_a_new_line() -> None:
    for told in ('{ "status": "401"}', '{\n"status": "401"}'):
        assert '"status": "401"' in normalised("334 " + base64.b64encode(told.encode()).decode())


def test_the_first_and_the_last_four_kilobytes_are_read() -> None:
    assert LONGEST == 2 * 4096


def test_an_answer_of_usual_length_is_left_as_it_is() -> None:
    text = "no " * 200
    assert thinned(text) == text


def test_of_a_long_text_what_comes_again_and_noise_is_left_out() -> None:
    text = " ".join(["exceeded"] * 500 + ["1234"] * 500 + ["\x01\x02\x03$%&/()=a"] * 500 + ["quota", "x" * 5000, "535"])
    thin = thinned(text)
    assert len(thin) < 700
    assert thin.count("exceeded") == 6
    assert "quota" in thin
    assert "x" * 100 in thin
    assert "$%&" not in thin
