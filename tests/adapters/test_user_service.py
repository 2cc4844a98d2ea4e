"""The systemd unit: what systemd itself says to it, and how it is installed with and without a manager to ask."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mailbox_desk.adapters.user_service import NAME, ServiceFailed, UserService, program, quoted, unit_of

SYSTEMCTL = """#!/bin/sh
echo "$*" >> "$SYSTEMCTL_LOG"
case "$*" in
  *is-active*) echo active ;;
  *restart*) test -z "$SYSTEMCTL_FAILS" || { echo "Job failed." >&2; exit 1; } ;;
esac
"""


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A systemctl that writes down what it is asked; the answer is where."""
    tool, log = tmp_path / "bin" / "systemctl", tmp_path / "asked"
    tool.parent.mkdir()
    tool.write_text(SYSTEMCTL)
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("SYSTEMCTL_LOG", str(log))
    return log


def service(tmp_path: Path) -> UserService:
    return UserService({"XDG_CONFIG_HOME": str(tmp_path / "config")})


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_has_nothing_to_complain_of(tmp_path: Path) -> None:
    unit = tmp_path / NAME
    unit.write_text(unit_of([sys.executable, "watch", "--standby", "--home", "/srv/a b/100% $HOME"]))
    run = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", str(unit)],
        env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")


def test_words_are_what_they_are() -> None:
    assert quoted('a "b" \\ 100% $HOME') == '"a \\"b\\" \\\\ 100%% $$HOME"'
    assert Path(program()[0]).exists()


def test_install_status_and_remove_with_a_manager(tmp_path: Path, manager: Path) -> None:
    state = service(tmp_path).install(["--home", "/x y"])
    assert (state.is_installed, state.says, state.lines) == (True, "active", ())
    text = state.unit.read_text()
    assert 'watch" "--standby" "--home" "/x y"' in text
    assert "Type=notify" in text
    assert "WatchdogSec=" in text
    asked = manager.read_text()
    assert "--user --no-pager daemon-reload" in asked
    assert f"enable --now {NAME}" in asked
    assert service(tmp_path).remove().is_installed is False
    assert f"disable --now {NAME}" in manager.read_text()
    assert service(tmp_path).remove().is_installed is False, "twice is once"


def test_a_manager_that_would_not_is_told_by_its_words(
    tmp_path: Path, manager: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYSTEMCTL_FAILS", "yes")
    with pytest.raises(ServiceFailed, match="Job failed"):
        service(tmp_path).install([])


def test_without_a_manager_the_lines_to_run_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    state = service(tmp_path).install([])
    assert state.is_installed
    assert state.lines[1] == f"systemctl --user enable --now {NAME}"
    assert service(tmp_path).state().says == ""
    gone = service(tmp_path).remove()
    assert (gone.is_installed, gone.lines) == (False, (f"systemctl --user disable --now {NAME}",))
