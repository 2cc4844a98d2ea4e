from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time

import pytest

from mailbox_desk.adapters.home_lock import HomeLock, HomeTaken
from mailbox_desk.paths import Home

HOLD = """
import sys, time
from pathlib import Path
from mailbox_desk.adapters.home_lock import HomeLock
from mailbox_desk.paths import Home
lock = HomeLock(Home(Path(sys.argv[1])))
lock.acquire()
print("held", flush=True)
time.sleep(60)
"""


def test_one_process_a_home_also_after_the_first_was_killed(desk_home: Home) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, desk_home.root], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        lock = HomeLock(desk_home)
        began = time.monotonic()
        with pytest.raises(HomeTaken):
            lock.acquire()
        assert time.monotonic() - began < 0.2
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait(5)
        lock.acquire()
        lock.release()
        lock.release()


def test_the_home_is_made_for_its_owner_alone(desk_home: Home) -> None:
    lock = HomeLock(desk_home)
    lock.acquire()
    assert stat.S_IMODE(desk_home.root.stat().st_mode) == 0o700
    assert stat.S_IMODE(desk_home.lock.stat().st_mode) == 0o600
    with pytest.raises(HomeTaken):
        HomeLock(desk_home).acquire()
    lock.release()
    again = HomeLock(desk_home)
    again.acquire()
    again.release()
