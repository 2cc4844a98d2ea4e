from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbox_desk.ui.pasted_passwords import read_pasted

WANTED = ("anna@example.org", "Bob@example.org")


def revealed(text: str) -> dict[str, str]:
    return {address: secret.reveal() for address, secret in read_pasted(text, WANTED).passwords.items()}


@pytest.mark.parametrize(
    "text",
    [
        "anna@example.org,one\nbob@example.org,two",
        "anna@example.org; one\r\n\r\nBOB@example.org;two\r\n",
        "anna@example.org\tone\nbob@example.org\ttwo",
        "anna@example.org one\nbob@example.org two",
        '"anna@example.org","one"\n"bob@example.org","two"',
        "\ufeffemail,name,password\nanna@example.org,Anna,one\nbob@example.org,Bob,two",
        "Password;Address\none;anna@example.org\ntwo;bob@example.org",
        "anna@example.org,old\nanna@example.org,one\nbob@example.org,two",
    ],
)
def test_every_way_people_keep_them(text: str) -> None:
    assert revealed(text) == {"anna@example.org": "one", "bob@example.org": "two"}


def test_a_password_may_hold_the_divider_and_blanks() -> None:
    assert revealed("anna@example.org,a,b;c d") == {"anna@example.org": "a,b;c d"}
    assert revealed('"anna@example.org","a,""b"') == {"anna@example.org": 'a,"b'}


def test_others_and_odd_lines_are_said() -> None:
    pasted = read_pasted("carl@example.org,x\nnot a line\nanna@example.org,one\nbob@example.org", WANTED)
    assert pasted.unknown == ("carl@example.org",)
    assert pasted.odd == (2, 4)
    assert set(pasted.passwords) == {"anna@example.org"}


@given(st.text())
def test_any_text_is_read_and_tells_no_password(text: str) -> None:
    pasted = read_pasted(text, WANTED)
    assert all(
        secret.reveal() not in repr(pasted.passwords[each]) or len(secret.reveal()) < 7
        for each, secret in pasted.passwords.items()
    )
