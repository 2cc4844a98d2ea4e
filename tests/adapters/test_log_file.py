from __future__ import annotations

import logging
from pathlib import Path

import pytest

from mailbox_desk.adapters.log_file import log_into
from mailbox_desk.paths import Home


def test_the_program_s_own_words_are_kept_until_it_ends(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    end = log_into(home)
    logging.getLogger("mailbox_desk.engine").info("the vault is closed")
    logging.getLogger("somebody.else").warning("not ours")
    end()
    logging.getLogger("mailbox_desk.engine").info("too late")
    text = home.log.read_text(encoding="utf-8")
    assert "INFO mailbox_desk.engine: the vault is closed" in text
    assert "not ours" not in text
    assert "too late" not in text
    assert home.log.stat().st_mode & 0o077 == 0


def test_it_never_grows_for_ever(tmp_path: Path) -> None:
    home = Home(tmp_path)
    end = log_into(home)
    for _ in range(500):
        logging.getLogger("mailbox_desk").info("x" * 10_000)
    end()
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 3_100_000


def test_a_full_disk_floods_nobody_and_ends_it_in_peace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """/dev/full takes nothing, as a full disk does."""
    monkeypatch.setattr("logging.raiseExceptions", True)
    home = Home(tmp_path)
    home.log.symlink_to("/dev/full")
    monkeypatch.setattr(Path, "chmod", lambda *_: None)
    end = log_into(home)
    logging.getLogger("mailbox_desk").info("x" * 100)
    end()
    assert capsys.readouterr().err == ""
