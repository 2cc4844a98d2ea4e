"""Which networks are remembered, and how many."""

from __future__ import annotations

from mailbox_desk.engine.new_network import KnownNetworks


def test_the_newest_fifty_are_kept() -> None:
    known = KnownNetworks()
    assert not known
    for number in range(60):
        assert known.add(f"n{number}")
    assert known.text.split() == [f"n{number}" for number in range(10, 60)]
    assert "n9" not in known
    assert "n10" in known


def test_where_the_desk_was_again_comes_last() -> None:
    known = KnownNetworks("home office hotel")
    assert not known.add("hotel"), "nothing to write"
    assert known.add("home")
    assert known.text == "office hotel home"
