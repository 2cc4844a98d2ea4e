"""Edit a mailbox: its name, tags and note, and its servers. The secret stays where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from mailbox_desk.model.mailbox import Mailbox
from mailbox_desk.ui.about_fields import AboutFields
from mailbox_desk.ui.parts import label
from mailbox_desk.ui.servers_dialog import ServersDialog
from mailbox_desk.ui.surroundings import Surroundings


class EditDialog(ServersDialog):
    """All of a mailbox that a person may change. Servers that were changed are checked as soon as they are saved."""

    def __init__(self, around: Surroundings, mailbox: Mailbox, parent: QWidget | None = None) -> None:
        self._about = AboutFields(around.words)
        self._about.show_of(mailbox)
        super().__init__(around, mailbox, parent)
        self.setWindowTitle(around.words.text("ui.edit.title", address=mailbox.address))

    def _above(self) -> Sequence[QWidget]:
        return (self._about, label(self._around.words.text("ui.servers.intro"), "muted"))

    def _changed(self) -> Mailbox:
        return replace(super()._changed(), name=self._about.name, tags=self._about.tags, note=self._about.note)
