"""`service` as a person meets it, where no systemd answers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def service(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"XDG_CONFIG_HOME": str(tmp_path / "config"), "PATH": str(tmp_path), "PYTHONWARNINGS": "error"}
    command = [sys.executable, "-m", "mailbox_desk", "service", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_it_is_installed_told_of_and_removed(tmp_path: Path) -> None:
    unit = tmp_path / "config/systemd/user/mailbox-desk.service"
    none = service(tmp_path, "status")
    assert (none.returncode, "service install" in none.stdout) == (1, True)

    made = service(tmp_path, "install", "--home", "my home", "--passphrase-file", "~/secret", "--metrics", "9100")
    assert made.returncode == 1, "a line is left to run"
    assert str(unit) in made.stdout
    assert "    systemctl --user enable --now mailbox-desk.service" in made.stdout.splitlines()
    (line,) = [each for each in unit.read_text().splitlines() if each.startswith("ExecStart=")]
    assert f'"--home" "{Path.cwd() / "my home"}"' in line
    assert f'"--passphrase-file" "{Path.home() / "secret"}"' in line
    assert line.endswith('"--metrics" "9100"')

    assert service(tmp_path, "status").returncode == 0
    gone = service(tmp_path, "remove")
    assert (gone.returncode, "is gone" in gone.stdout) == (1, True), "a line is left to run"
    assert not unit.exists()
    assert service(tmp_path, "remove").returncode == 0


def test_words_it_does_not_know_and_a_folder_that_cant_be_written(tmp_path: Path) -> None:
    assert service(tmp_path, "dance").returncode == 2
    (tmp_path / "config").write_text("a file where a folder should be")
    failed = service(tmp_path, "install")
    assert failed.returncode == 2
    assert failed.stderr.strip()
    assert "Traceback" not in failed.stderr
