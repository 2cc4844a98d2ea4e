"""A field for the path of a file, with a dialog to choose it by. It touches no file itself."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QDir, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.parts import button
from mailbox_desk.wording import Wording


class PathField(QWidget):
    """`edited` at each change by typing; `chosen` once a file was picked in the dialog. `saves`: the file is to be
    written, and the dialog has asked before one that is there is chosen."""

    edited = Signal()
    chosen = Signal()

    def __init__(self, words: Wording, *, saves: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words, self._saves = words, saves
        self._line = QLineEdit()
        self._line.setAccessibleName(words.text("import.file"))
        self._line.setPlaceholderText(words.text("import.file_hint"))
        self._line.textEdited.connect(lambda: self.edited.emit())
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(MEASURES.gap_m)
        line.addWidget(self._line, 1)
        line.addWidget(button(words.text("import.choose"), self.choose))
        self.setFocusProxy(self._line)

    @property
    def path(self) -> Path | None:
        """As typed or chosen; quotation marks around it, as file managers copy them, are left out."""
        text = self._line.text().strip().strip('"')
        if not text:
            return None
        home = text == "~" or text.startswith(("~/", "~\\"))
        return Path(QDir.homePath() + text[1:]) if home else Path(text)

    def show_path(self, path: str) -> None:
        self._line.setText(path)

    def choose(self) -> None:
        """Open the dialog; Qt's own, which screen readers and keys reach alike everywhere."""
        dialog = file_dialog(self, self._words, saves=self._saves)
        if self.path is not None:
            dialog.setDirectory(str(self.path.parent))
        dialog.fileSelected.connect(self._take)
        dialog.open()

    def _take(self, path: str) -> None:
        self._line.setText(path)
        self.chosen.emit()


def file_dialog(parent: QWidget, words: Wording, *, saves: bool) -> QFileDialog:
    """A dialog for one CSV file, not opened yet; `saves` asks before a file that is there is chosen."""
    dialog = QFileDialog(parent, words.text("import.save_title" if saves else "import.choose_title"))
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile if saves else QFileDialog.FileMode.ExistingFile)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave if saves else QFileDialog.AcceptMode.AcceptOpen)
    dialog.setNameFilters([words.text("import.filter.csv"), words.text("import.filter.all")])
    dialog.setDefaultSuffix("csv" if saves else "")
    dialog.setDirectory(QDir.homePath())
    return dialog
