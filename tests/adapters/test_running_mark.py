"""Whether the run before ended properly."""

from __future__ import annotations

import os

from mailbox_desk.adapters.private_files import make_private_folder
from mailbox_desk.adapters.running_mark import RunningMark
from mailbox_desk.paths import Home


def test_a_clean_end_leaves_nothing_to_tell(desk_home: Home) -> None:
    make_private_folder(desk_home.root)
    mark = RunningMark(desk_home)
    assert mark.set() is None
    assert desk_home.running.stat().st_mode & 0o077 == 0
    mark.clear()
    assert RunningMark(desk_home).set() is None


def test_a_run_that_broke_off_is_told_with_its_last_sign(desk_home: Home) -> None:
    make_private_folder(desk_home.root)
    RunningMark(desk_home).set()
    desk_home.log.write_text("a line\n")
    for path, at in ((desk_home.running, 1000.0), (desk_home.log, 5000.0)):
        os.utime(path, (at, at))
    assert RunningMark(desk_home).set() == 5000.0
    again = RunningMark(desk_home).set()
    assert again is not None
    assert again > 5000.0, "each run leaves its own mark"
