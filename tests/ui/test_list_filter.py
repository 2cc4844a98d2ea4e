from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.verdict import Shown, Verdict
from mailbox_desk.ui.list_filter import ListFilter, fitting, terms_of
from mailbox_desk.ui.rows import Row
from mailbox_desk.wording import Wording
from tests.ui.samples import rows, snapshot


@pytest.fixture
def row(words: Wording) -> Row:
    down = snapshot("sales", Verdict.NEEDS_YOU, Cause.CREDENTIALS_REJECTED, provider="google")
    tagged = replace(down, mailbox=replace(down.mailbox, name="Ann Lee", tags=("ACME", "cold"), note="ask Bo"))
    return rows([tagged], words)[0]


@pytest.mark.parametrize(
    ("typed", "fits"),
    [
        ("", True),
        ("SALES", True),
        ("ann sales", True),
        ("ann nobody", False),
        ('"ann lee"', True),
        ("status:needs_you", True),
        ("status:needs", True),
        ('status:"needs you"', True),
        ("status:connected", False),
        ("provider:google", True),
        ("provider:zoho", False),
        ("cause:credentials", True),
        ("tag:acme", True),
        ("tag:ac", False),
        ("bo", True),
        ("is:known", False),
        ("status:", True),
        ("provider:google status:needs_you ann", True),
    ],
)
def test_what_is_typed_finds(row: Row, typed: str, fits: bool) -> None:
    assert ListFilter(None, terms_of(typed)).fits(row) is fits


def test_the_chip_counts_besides(row: Row) -> None:
    assert ListFilter(Shown.NEEDS_YOU).fits(row)
    assert not ListFilter(Shown.CONNECTED).fits(row)
    assert ListFilter(None, terms_of("is:known")).fits(replace(row, acknowledged=True))
    assert fitting([row], ListFilter()) == [row]


@given(st.text())
def test_nothing_typed_breaks_it(typed: str) -> None:
    assert all(term.word for term in terms_of(typed))
