"""What a person may say about a mailbox: a name, tags, a note. All of it may stay empty."""

from __future__ import annotations

from PySide6.QtWidgets import QFormLayout, QLineEdit, QWidget

from mailbox_desk.model.mailbox import Mailbox
from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.parts import label
from mailbox_desk.wording import Wording

_LONGEST = 200
_LONGEST_NOTE = 2000


class AboutFields(QWidget):
    """Read by `name`, `tags` and `note`."""

    def __init__(self, words: Wording) -> None:
        super().__init__()
        self._name, self._tags, self._note = QLineEdit(), QLineEdit(), QLineEdit()
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(MEASURES.gap_m)
        form.setHorizontalSpacing(MEASURES.gap_xl)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for key, field in (("name", self._name), ("tags", self._tags), ("note", self._note)):
            text = words.text(f"adding.about.{key}")
            caption = label(text, wraps=False)
            caption.setBuddy(field)
            field.setAccessibleName(text)
            field.setPlaceholderText(words.text(f"adding.about.{key}_hint"))
            field.setMaxLength(_LONGEST_NOTE if key == "note" else _LONGEST)
            form.addRow(caption, field)

    @property
    def name(self) -> str:
        return self._name.text().strip()

    @property
    def tags(self) -> tuple[str, ...]:
        """Parted by commas, each once, in their order."""
        return tuple(dict.fromkeys(each.strip() for each in self._tags.text().split(",") if each.strip()))

    @property
    def note(self) -> str:
        return self._note.text().strip()

    def show_of(self, mailbox: Mailbox) -> None:
        """What is said about this one now."""
        self._name.setText(mailbox.name)
        self._tags.setText(", ".join(mailbox.tags))
        self._note.setText(mailbox.note)

    def for_another(self) -> None:
        """Name and note belong to one mailbox; tags are mostly those of the next one too."""
        self._name.clear()
        self._note.clear()
