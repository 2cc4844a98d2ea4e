from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbox_desk.adapters.formula_guard import guarded, unguarded


@pytest.mark.parametrize("text", ["=1+1", "+49 1", "-x", "@SUM(A1)", "\t=1", "'=1"])
def test_what_a_spreadsheet_would_run_begins_with_a_mark(text: str) -> None:
    assert guarded(text) == "'" + text


@pytest.mark.parametrize("text", ["", "Ann", "'Ann'", "a=b"])
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text


@given(st.text(alphabet="'=+-@\ta ", max_size=6))
def test_it_comes_back_whole(text: str) -> None:
    assert unguarded(guarded(text)) == text
