from __future__ import annotations

import pytest

from mailbox_desk.model.history import StatusChange
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Shown
from mailbox_desk.wording import Wording
from mailbox_desk.wording.history import history_lines, seconds_down_before

WORDS = Wording.load([], strict=True)
NOW = 1_796_040_000.0


def changes(*told: tuple[float, Shown]) -> list[StatusChange]:
    """The newest first, as the store gives them; told oldest first, by seconds from a beginning."""
    made = [StatusChange(MailboxId("a"), NOW + at, shown) for at, shown in told]
    return made[::-1]


FINE, DOUBT, MENDS, NEEDS = Shown.CONNECTED, Shown.SUSPECT, Shown.RECONNECTING, Shown.NEEDS_YOU
AWAY, HELD = Shown.BLIND, Shown.PAUSED


@pytest.mark.parametrize(
    ("told", "down"),
    [
        ([(0, FINE), (10, MENDS), (40, FINE)], 30),
        ([(0, FINE), (10, DOUBT), (25, MENDS), (40, FINE)], 30),  # from the first failed check on
        ([(0, FINE), (10, DOUBT), (40, FINE)], 0),  # a doubt that heals was up
        ([(0, FINE), (10, MENDS), (20, NEEDS), (40, FINE)], 30),
        ([(0, FINE), (10, MENDS), (20, AWAY), (30, MENDS), (40, FINE)], 20),  # unseen time does not count
        ([(0, FINE), (10, MENDS), (20, HELD), (100, FINE)], 10),
        ([(10, MENDS), (20, NEEDS), (40, FINE)], 0),  # it began before: how long is not known
        ([(0, FINE), (10, MENDS), (20, FINE), (30, MENDS), (35, FINE)], 5),
    ],
)
def test_how_long_it_was_down(told: list[tuple[float, Shown]], down: float) -> None:
    assert seconds_down_before(changes(*told))[0] == down


def test_lines_say_when_what_why_and_how_long() -> None:
    told = changes((0, FINE), (60, MENDS), (7260, FINE), (7300, NEEDS))
    told[0] = StatusChange(MailboxId("a"), NOW + 7300, NEEDS, "over_quota")
    lines = history_lines(WORDS, told, NOW + 7300)
    assert [line.said for line in lines] == [
        "Needs you: Storage full",
        "Connected, after 2 h 00 down",
        "Reconnecting",
        "Connected",
    ]
    assert lines[0].when == WORDS.clock(NOW + 7300, NOW + 7300)


def test_no_changes_no_lines() -> None:
    assert history_lines(WORDS, [], NOW) == ()
