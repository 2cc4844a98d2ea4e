"""Paste an error of another program, a log or a server, and read what it means. Nothing of it is stored or sent."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QDialog, QPlainTextEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from mailbox_desk.ui.look import MEASURES, Tone
from mailbox_desk.ui.parts import Bullets, Section, breakable, button, card, label, row_of, tinted
from mailbox_desk.ui.style import Theme
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.wording import Wording
from mailbox_desk.wording.explanation import Explanation, explanation_of, to_pass_on

_MOST_CHARACTERS: Final = 64_000
_CUT: Final = "\n[…]\n"
_NOBODY_IN_PARTICULAR: Final = "generic"


class PasteDialog(QDialog):
    """`help_wanted` carries the Cause whose page the person wants to read."""

    help_wanted = Signal(object)

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around = around
        words = around.words
        self.setWindowTitle(words.text("help.paste.title"))
        self._text = PasteField(around.theme, words)
        self._provider = _provider_choice(around)
        self._note = label(role="muted")
        self._explain = button(words.text("help.paste.explain"), self._answer, bright=True)
        self._explain.setDefault(True)
        self._answer_view = AnswerView(around.theme, words)
        self._text.textChanged.connect(self._stale)
        self._text.shortened.connect(lambda: self._note.setText(words.text("help.paste.shortened")))
        self._provider.currentIndexChanged.connect(self._stale)
        self._answer_view.copy_wanted.connect(self._copy)
        self._answer_view.help_wanted.connect(self.help_wanted)
        QShortcut(QKeySequence("Ctrl+Return"), self).activated.connect(self._answer)
        self._build(words)

    def _build(self, words: Wording) -> None:
        caption = label(words.text("help.paste.provider"), "muted", wraps=False)
        caption.setBuddy(self._provider)
        choice = row_of(caption, self._provider)
        choice.addWidget(self._explain)
        footer = row_of(self._note, stretch=False)
        footer.setStretch(0, 1)
        footer.addWidget(_pressed_by_enter(button(words.text("ui.close"), self.reject)))
        column = QVBoxLayout(self)
        column.setContentsMargins(*(MEASURES.gap_xl,) * 4)
        column.setSpacing(MEASURES.gap_l)
        column.addWidget(label(words.text("help.paste.intro"), "muted"))
        column.addWidget(self._text, 1)
        column.addLayout(choice)
        column.addWidget(self._answer_view, 2)
        column.addLayout(footer)
        self.setMinimumSize(480, 360)
        self.resize(640, 640)

    def _answer(self) -> None:
        pasted = self._text.toPlainText()
        if not pasted.strip():
            self._note.setText(self._around.words.text("help.paste.empty"))
            self._text.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        diagnosis = self._around.engine.explain(pasted, self._provider.currentData())
        self._answer_view.show_explanation(explanation_of(diagnosis, self._around.words))
        self._answer_view.setFocus(Qt.FocusReason.OtherFocusReason)  # the arrow keys read on, Tab goes to its buttons

    def _stale(self) -> None:
        """Another text or provider: what was said was not about it."""
        self._answer_view.forget()
        self._note.setText("")

    def _copy(self, explanation: Explanation) -> None:
        text = to_pass_on(explanation, self._text.toPlainText(), self._around.words)
        QGuiApplication.clipboard().setText(text)
        self._note.setText(self._around.words.text("help.paste.copied"))


class PasteField(QPlainTextEdit):
    """Takes plain text. Of a very long one the beginning and the end: these tell what happened, and Qt would be
    slow with the rest. `shortened` says so."""

    shortened = Signal()

    def __init__(self, theme: Theme, words: Wording) -> None:
        super().__init__()
        self.setFont(theme.mono_font)
        self.setTabChangesFocus(True)
        self.setAccessibleName(words.text("help.paste.text"))
        self.setPlaceholderText(words.text("help.paste.text_hint"))

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802  Qt's name
        text = source.text()
        room = max(0, _MOST_CHARACTERS - self.document().characterCount())
        self.textCursor().insertText(_shortened(text, room))
        if len(text) > room:
            self.shortened.emit()


class AnswerView(QScrollArea):
    """What the text means, from top to bottom; hidden until asked. `copy_wanted` carries the Explanation."""

    copy_wanted = Signal(object)
    help_wanted = Signal(object)

    def __init__(self, theme: Theme, words: Wording) -> None:
        super().__init__()
        self._explanation: Explanation | None = None
        self._meaning, self._whose = label(), label(role="badge", wraps=False)
        self._meaning.setFont(theme.title_font)
        self._todo, self._because, self._others = label(), Bullets(), label(role="muted")
        self._because_section = Section(words.text("help.paste.because"), self._because)
        tinted(self._whose, Tone.BLUE)
        body = card()
        column = QVBoxLayout(body)
        column.setContentsMargins(*(MEASURES.gap_xl,) * 4)
        column.setSpacing(MEASURES.gap_l)
        column.addWidget(self._meaning)
        column.addWidget(self._whose, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(Section(words.text("help.paste.todo"), self._todo))
        column.addWidget(self._because_section)
        column.addWidget(self._others)
        more = _pressed_by_enter(button(words.text("help.paste.more"), self._ask_help))
        copy = _pressed_by_enter(button(words.text("help.paste.copy"), self._ask_copy))
        column.addLayout(row_of(more, copy))
        column.addStretch(1)
        self.setWidget(body)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(words.text("help.paste.answer"))
        self.hide()

    def show_explanation(self, explanation: Explanation) -> None:
        self._explanation = explanation
        self._meaning.setText(breakable(explanation.meaning))
        self._whose.setText(explanation.whose)
        self._todo.setText(explanation.todo)
        self._because.say(explanation.reasons)
        self._because_section.setVisible(bool(explanation.reasons))
        self._others.setText(explanation.others)
        self._others.setVisible(bool(explanation.others))
        self.show()
        self.verticalScrollBar().setValue(0)

    def forget(self) -> None:
        self._explanation = None
        self.hide()

    def _ask_help(self) -> None:
        if self._explanation is not None:
            self.help_wanted.emit(self._explanation.cause)

    def _ask_copy(self) -> None:
        if self._explanation is not None:
            self.copy_wanted.emit(self._explanation)


def _pressed_by_enter(made: QPushButton) -> QPushButton:
    """Enter presses it while it has the focus; elsewhere in the dialog Enter goes on meaning "explain"."""
    made.setAutoDefault(True)
    return made


def _provider_choice(around: Surroundings) -> QComboBox:
    """Nobody in particular first, then the providers by name."""
    choice = QComboBox()
    choice.setAccessibleName(around.words.text("help.paste.provider"))
    choice.addItem(around.words.text("help.paste.provider_unknown"), _NOBODY_IN_PARTICULAR)
    known = (each for each in around.engine.providers if each.id != _NOBODY_IN_PARTICULAR)
    for provider in sorted(known, key=lambda each: each.name.casefold()):
        choice.addItem(provider.name, provider.id)
    return choice


def _shortened(text: str, most: int) -> str:
    """At most `most` characters: the beginning and the end."""
    if len(text) <= most:
        return text
    half = max(0, most - len(_CUT)) // 2
    return f"{text[:half]}{_CUT}{text[-half:]}" if half else ""
