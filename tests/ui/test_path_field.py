from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QLineEdit

from mailbox_desk.ui.path_field import PathField
from mailbox_desk.wording import Wording


@pytest.fixture
def field(words: Wording) -> PathField:
    return PathField(words, saves=True)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", None),
        ("  ", None),
        (" boxes.csv ", Path("boxes.csv")),
        ('"my boxes.csv"', Path("my boxes.csv")),
        ("~/boxes.csv", Path.home() / "boxes.csv"),
        ("~other/boxes.csv", Path("~other/boxes.csv")),
    ],
)
def test_what_is_typed_is_a_path(field: PathField, typed: str, meant: Path | None) -> None:
    field.show_path(typed)
    assert field.path == meant


def test_a_file_chosen_is_shown_and_told(field: PathField, tmp_path: Path) -> None:
    heard: list[str] = []
    field.chosen.connect(lambda: heard.append("chosen"))
    field.show_path(str(tmp_path / "x.csv"))
    field.choose()
    (dialog,) = field.findChildren(QFileDialog)
    assert dialog.directory().absolutePath() == str(tmp_path)
    dialog.fileSelected.emit(str(tmp_path / "y.csv"))
    dialog.close()
    assert heard == ["chosen"]
    assert field.findChildren(QLineEdit)[0].text() == str(tmp_path / "y.csv")
