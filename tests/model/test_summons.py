from __future__ import annotations

import pytest

from mailbox_desk.model.summons import Summons, summons_from


def test_it_comes_through_the_door_as_it_was() -> None:
    asked = Summons(add="a@x", show="b@x", reconnect="c@x", token="t_TIME5")
    assert summons_from(asked.arguments()) == asked
    assert summons_from({}) == Summons()


@pytest.mark.parametrize("odd", [None, 5, ["a@x"], "a\nb", "\x1b[2J", "x" * 2000, {"a": "b"}])
def test_what_is_no_address_is_left_out(odd: object) -> None:
    assert summons_from({"show": odd, "add": " a@x ", "more": "y"}) == Summons(add="a@x")
