from __future__ import annotations

from dataclasses import replace

import pytest

from mailbox_desk.engine.fleet_ends import ending_now, warns
from mailbox_desk.model.kept_connections import KeptConnection
from tests.engine.fakes import DAY
from tests.engine.fleets import MICROSOFT


@pytest.mark.parametrize(
    ("left", "told", "now"),
    [
        (31.0, None, None),
        (30.0, None, 30),
        (29.0, 30, None),
        (7.0, 30, 7),
        (6.0, None, 7),
        (0.5, 7, 1),
        (0.5, 1, None),
        (-3.0, None, 1),
        (-3.0, 1, None),
    ],
)
def test_each_step_is_told_once_and_a_missed_one_is_not_told_late(
    left: float, told: int | None, now: int | None
) -> None:
    kept = KeptConnection(replace(MICROSOFT, secret_expires_at=left * DAY), told_days=told)
    assert ending_now(kept, 0.0) == now
    assert warns(kept.connection, 0.0) is (left <= 30)


def test_a_key_without_an_end_never_warns() -> None:
    assert ending_now(KeptConnection(MICROSOFT), 1e12) is None
    assert not warns(MICROSOFT, 1e12)
