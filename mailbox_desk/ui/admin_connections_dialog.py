"""Admin connections: which there are, whom they serve, and the form of one, with a live try. What happens is the
engine's; here it is shown and wished for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final
from uuid import uuid4

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QFrame, QLineEdit, QMessageBox, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from mailbox_desk.model.admin_connection import (
    AdminConnection,
    BadKey,
    ConnectionId,
    ConnectionKind,
    ConnectionView,
    DomainServed,
)
from mailbox_desk.ui.admin_connection_form import ConnectionForm
from mailbox_desk.ui.failures import in_words
from mailbox_desk.ui.files import Files
from mailbox_desk.ui.look import MEASURES, Tone
from mailbox_desk.ui.parts import breakable, button, card, clear, label, row_of, tinted
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.try_out_view import TryOutView

_DAY: Final = 86_400.0
_SOON: Final = 30
HELP: Final = {
    ConnectionKind.GOOGLE_SERVICE_ACCOUNT: "fleet_google",
    ConnectionKind.MICROSOFT_APP_ONLY: "fleet_microsoft",
}


class ConnectionCard(QFrame):
    """One connection: its domains, how it stands, whom it serves."""

    def __init__(
        self, around: Surroundings, view: ConnectionView, acts: Sequence[tuple[str, Callable[[], None]]]
    ) -> None:
        super().__init__()
        self.setObjectName("card")
        words, connection = around.words, view.connection
        title = label(breakable(", ".join(connection.domains)))
        title.setFont(around.theme.title_font)
        kind = words.text(f"fleets.kind.{connection.kind.value}")
        served = words.plural("fleets.serves", view.served)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(MEASURES.gap_l,) * 4)
        column.setSpacing(MEASURES.gap_s)
        column.addWidget(title)
        column.addWidget(label(words.text("fleets.line", kind=kind, served=served), "muted"))
        if connection.note:
            column.addWidget(label(breakable(connection.note), "muted"))
        for text, tone in told(around, view):
            note = label(text, "note")
            tinted(note, tone)
            column.addWidget(note)
        if view.others:
            column.addWidget(label(words.plural("fleets.others", view.others), "muted"))
        column.addLayout(row_of(*(button(words.text(key), act) for key, act in acts)))


def told(around: Surroundings, view: ConnectionView) -> list[tuple[str, Tone]]:
    """What a person must know of it now."""
    words, ends = around.words, view.connection.secret_expires_at
    said = [(words.text("fleets.resting"), Tone.RED)] if view.is_resting else []
    if ends is not None:
        left = int((ends - around.now()) // _DAY)
        if left < 0:
            said.append((words.text("fleets.ended"), Tone.RED))
        elif left <= _SOON:
            said.append((words.plural("fleets.ends_in", left), Tone.AMBER))
    return said


class AdminConnectionsDialog(QDialog):
    """`help_wanted` carries the id of a help page. `domain`: the connection for it is to be changed, where there is
    one."""

    help_wanted = Signal(str)

    def __init__(self, around: Surroundings, files: Files, parent: QWidget | None = None, *, domain: str = "") -> None:
        super().__init__(parent)
        self._wanted, self._is_over = domain, False
        self._around, self._files = around, files
        self._form: ConnectionForm | None = None
        self._kind = ConnectionKind.GOOGLE_SERVICE_ACCOUNT
        words = around.words
        self.setWindowTitle(words.text("fleets.title"))
        self.setModal(True)
        self._pages, self._list, self._place = QStackedWidget(), QVBoxLayout(), QVBoxLayout()
        self._heading, self._steps = label(), label(role="muted")
        self._heading.setFont(around.theme.title_font)
        self._address = QLineEdit()
        self._address.setPlaceholderText(words.text("fleets.test_hint"))
        self._address.setAccessibleName(words.text("fleets.test_address"))
        self._address.returnPressed.connect(self._try)
        self._test = button(words.text("fleets.test"), self._try)
        self._view = TryOutView(around.theme, words, around.now)
        self._problem, self._list_problem = label(role="muted"), label(role="muted")
        self._save = button(words.text("fleets.save"), self._keep, bright=True)
        self._lay_out()
        self.setMinimumSize(680, 560)
        self.resize(720, 740)
        self._look()

    # -- building

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(*(MEASURES.gap_xl,) * 4)
        column.addWidget(self._pages)
        self._pages.addWidget(self._list_page())
        self._pages.addWidget(self._form_page())

    def _list_page(self) -> QWidget:
        words = self._around.words
        page, inside, area = QWidget(), QWidget(), QScrollArea()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(MEASURES.gap_l)
        inside.setLayout(self._list)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inside)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(MEASURES.gap_l)
        column.addWidget(label(words.text("fleets.intro"), "muted"))
        column.addWidget(area, 1)
        column.addWidget(self._list_problem)
        footer = row_of(*(button(words.text(f"fleets.add.{kind.value}"), partial(self.begin, kind)) for kind in HELP))
        footer.addWidget(button(words.text("ui.close"), self.accept))
        column.addLayout(footer)
        return page

    def _form_page(self) -> QWidget:
        words, page = self._around.words, QWidget()
        outside, inside, area = QVBoxLayout(page), QWidget(), QScrollArea()
        outside.setContentsMargins(0, 0, 0, 0)
        outside.setSpacing(MEASURES.gap_l)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inside)
        outside.addWidget(area, 1)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(MEASURES.gap_l)
        column.addWidget(self._heading)
        column.addWidget(self._steps)
        column.addLayout(self._place)
        column.addWidget(label(words.text("fleets.test_address"), "section"))
        line = row_of(self._address, self._test, stretch=False)
        line.setStretch(0, 1)
        column.addLayout(line)
        column.addWidget(self._view)
        column.addStretch(1)
        footer = row_of(self._problem, stretch=False)
        footer.setStretch(0, 1)
        guide = button(words.text("fleets.guide"), lambda: self.help_wanted.emit(HELP[self._kind]))
        for each in (guide, button(words.text("fleets.back"), self._back), self._save):
            footer.addWidget(each)
        outside.addLayout(footer)
        return page

    # -- the list

    def _look(self) -> None:
        self._around.bridge.wish(self._show_all(), None, self._not_done)

    async def _show_all(self) -> None:
        views = await self._around.engine.admin_connections()
        if self._is_over:
            return
        clear(self._list)
        if not views:
            empty = card()
            inside = QVBoxLayout(empty)
            inside.addWidget(label(self._around.words.text("fleets.empty"), "muted"))
            self._list.addWidget(empty)
        for view in views:
            self._list.addWidget(ConnectionCard(self._around, view, self._acts(view)))
        self._list.addStretch(1)
        wanted, self._wanted = self._wanted, ""
        for view in views:
            if wanted in view.connection.domains:
                self.change(view.connection)

    def _acts(self, view: ConnectionView) -> list[tuple[str, Callable[[], None]]]:
        connection = view.connection
        acts: list[tuple[str, Callable[[], None]]] = [
            ("fleets.change", partial(self.change, connection)),
            ("fleets.remove", partial(self._ask_to_remove, view)),
        ]
        if view.others:
            acts.insert(0, ("fleets.take_over", partial(self._ask_to_take_over, view)))
        return acts

    def _ask_to_take_over(self, view: ConnectionView) -> None:
        words = self._around.words
        question, explained = words.plural("fleets.take_over_question", view.others), "fleets.take_over_explained"
        self._ask(question, words.text(explained), "fleets.take_over", partial(self._take_over, view))

    def _take_over(self, view: ConnectionView) -> None:
        self._list_problem.setText(self._around.words.plural("fleets.taking_over", view.others))
        self._around.bridge.wish(self._served(view.connection), self._look, self._not_done)

    async def _served(self, connection: AdminConnection) -> None:
        engine = self._around.engine
        kept = await engine.serve(await engine.own_sign_ins(connection))
        if self._is_over:
            return  # it took a while, and nobody looks here any more
        self._list_problem.setText(self._around.words.plural("fleets.not_taken_over", len(kept)) if kept else "")

    def _ask_to_remove(self, view: ConnectionView) -> None:
        words, bridge = self._around.words, self._around.bridge
        removal = self._around.engine.remove_admin_connection
        self._ask(
            words.text("fleets.remove_question", domains=", ".join(view.connection.domains)),
            words.plural("fleets.remove_explained", view.served),
            "fleets.remove",
            lambda: bridge.wish(removal(view.connection.id), self._look, self._not_done, to_the_end=True),
        )

    def _ask(self, question: str, explained: str, yes_key: str, act: Callable[[], object]) -> None:
        """Once, with Cancel for who presses Enter without reading."""
        words = self._around.words
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setText(question)
        box.setInformativeText(explained)
        yes = box.addButton(words.text(yes_key), QMessageBox.ButtonRole.DestructiveRole)
        no = box.addButton(QMessageBox.StandardButton.Cancel)
        no.setText(words.text("ui.cancel"))
        no.setIcon(QIcon())
        box.setDefaultButton(no)
        box.buttonClicked.connect(lambda pressed: act() if pressed is yes else None)
        box.open()

    # -- the form

    def begin(self, kind: ConnectionKind) -> None:
        """A new one of this kind."""
        self._open_form(AdminConnection(ConnectionId(uuid4().hex), kind, (), ""), is_new=True)

    def change(self, connection: AdminConnection) -> None:
        """One that is kept."""
        self._open_form(connection, is_new=False)

    def _open_form(self, connection: AdminConnection, *, is_new: bool) -> None:
        words, self._kind = self._around.words, connection.kind
        self._close_form()
        self._form = ConnectionForm(self._around, self._files, connection, is_new=is_new)
        self._form.edited.connect(self._edited)
        self._place.addWidget(self._form)
        self._heading.setText(words.text(f"fleets.kind.{connection.kind.value}"))
        self._steps.setText(words.text(f"fleets.steps.{connection.kind.value}"))
        self._address.clear()
        self._edited()
        self._pages.setCurrentIndex(1)
        self._form.setFocus()

    def _edited(self) -> None:
        self._view.stop()
        self._view.clear()
        self._problem.clear()

    def _whole(self) -> ConnectionForm | None:
        """The form, where it is whole; else what is missing is said."""
        if self._form is None:
            return None
        self._problem.setText(self._around.words.text(self._form.problem) if self._form.problem else "")
        return None if self._form.problem else self._form

    def _try(self) -> None:
        form, address = self._whole(), self._address.text().strip()
        if form is None:
            return
        if "@" not in address.strip("@"):
            self._problem.setText(self._around.words.text("fleets.problem.address"))
            return
        self._edited()
        engine, connection = self._around.engine, form.connection
        mailbox = engine.mailbox_of_connection(connection, address)
        self._view.start(mailbox, engine.try_admin_connection(connection, form.key, address))

    def _keep(self) -> None:
        form = self._whole()
        if form is not None:
            self._save.setEnabled(False)
            saving = self._around.engine.save_admin_connection(form.connection, form.key)
            self._around.bridge.wish(saving, self._kept, self._not_done, to_the_end=True)

    def _kept(self) -> None:
        self._back()
        self._look()

    def _not_done(self, error: BaseException) -> None:
        words = self._around.words
        if self._is_over:
            self._around.bridge.failed.emit(error)
            return
        match error:
            case DomainServed():
                said = words.text("fleets.problem.served", domain=error.domain)
            case BadKey():
                said = words.text(f"fleets.key.{error.fault.value}")
            case _:
                said = in_words(error, words)
        self._save.setEnabled(True)
        for each in (self._problem, self._list_problem):
            each.setText(said)

    def _back(self) -> None:
        self._close_form()
        self._save.setEnabled(True)
        self._list_problem.clear()
        self._pages.setCurrentIndex(0)

    def _close_form(self) -> None:
        self._view.stop()
        self._view.clear()
        if self._form is not None:
            self._form.forget()
            self._form.hide()
            self._form.deleteLater()
            self._form = None

    def done(self, result: int) -> None:
        """Closed, however: what runs is ended, and nothing of a key stays."""
        self._is_over = True
        self._close_form()
        super().done(result)
