"""The folder of a rehearsal: private, gone at the end; a dead one's is swept, a living one's never."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mailbox_desk.demo.throwaway_home import PREFIX, ThrowawayHome


def homes(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{PREFIX}*"))


def test_it_is_private_and_goes_with_all_that_is_in_it(tmp_path: Path) -> None:
    folder = ThrowawayHome(tmp_path)
    home = folder.make()
    assert stat.S_IMODE(home.root.stat().st_mode) == 0o700
    home.backups.mkdir()
    home.database.write_bytes(b"x")
    folder.remove()
    assert homes(tmp_path) == []
    folder.remove()


def test_two_at_once_do_not_meet(tmp_path: Path) -> None:
    one, two = ThrowawayHome(tmp_path), ThrowawayHome(tmp_path)
    first, second = one.make(), two.make()
    assert first.root != second.root
    assert homes(tmp_path) == sorted([first.root, second.root])
    one.remove()
    assert homes(tmp_path) == [second.root]
    two.remove()


def test_what_a_killed_one_left_is_swept_by_the_next(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from mailbox_desk.demo.throwaway_home import ThrowawayHome; "
        "home = ThrowawayHome(Path(sys.argv[1])).make(); home.log.write_text('x'); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    (left,) = homes(tmp_path)
    folder = ThrowawayHome(tmp_path)
    made = folder.make()
    assert homes(tmp_path) == [made.root]
    assert made.root != left
    folder.remove()


def test_nothing_but_folders_of_ours_is_swept(tmp_path: Path) -> None:
    elsewhere = tmp_path / "precious"
    elsewhere.mkdir()
    (elsewhere / "file").touch()
    (tmp_path / f"{PREFIX}link").symlink_to(elsewhere)
    (tmp_path / f"{PREFIX}file").touch()
    folder = ThrowawayHome(tmp_path)
    folder.make()
    folder.remove()
    assert (elsewhere / "file").exists()
    assert [path.name for path in homes(tmp_path)] == [f"{PREFIX}file", f"{PREFIX}link"]


def test_a_place_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        ThrowawayHome(tmp_path / "nowhere").make()
