"""The form of one admin connection: its key, its domains, and a try on one address. It saves nothing itself; the key
leaves it only as a Secret."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from mailbox_desk.model.admin_connection import AdminConnection, BadKey, ConnectionKind, KeyFacts
from mailbox_desk.model.credential import Secret
from mailbox_desk.ui.files import Files
from mailbox_desk.ui.look import MEASURES
from mailbox_desk.ui.parts import breakable, button, label, row_of
from mailbox_desk.ui.password_field import PasswordField
from mailbox_desk.ui.path_field import file_dialog
from mailbox_desk.ui.surroundings import Surroundings

_GOOGLE: Final = ConnectionKind.GOOGLE_SERVICE_ACCOUNT
_DOMAIN: Final = re.compile(r"(?=.{1,253}\Z)[^\s@./:]+(\.[^\s@./:]+)+\Z")
_TALL: Final = frozenset({"key_file", "certificate"})
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


class ConnectionForm(QWidget):
    """`edited` at each change; `before`: the connection as it was kept, with an empty client id for a new one."""

    edited = Signal()

    def __init__(self, around: Surroundings, files: Files, before: AdminConnection, *, is_new: bool) -> None:
        super().__init__()
        self._around, self._files, self._before, self._is_new = around, files, before, is_new
        self._read, self._facts = before, KeyFacts(is_certificate=False)
        self._key: Secret | None = None
        words = around.words
        self._domains = self._line("domains", ", ".join(before.domains))
        self._tenant = self._line("tenant", before.tenant)
        self._client = self._line("client", before.client_id)
        self._ends = self._line("ends", _as_day(before.secret_expires_at))
        self._note = self._line("note", before.note)
        self._secret = PasswordField()
        self._secret.setAccessibleName(words.text("fleets.secret"))
        self._secret.setPlaceholderText(words.text("fleets.secret_hint" if is_new else "fleets.kept_hint"))
        self._secret.textEdited.connect(self._secret_typed)
        self._file_says = label(role="muted")
        self._copy = button(words.text("fleets.copy_client"), self._copy_client)
        self._choose = button(words.text("fleets.choose_json" if self._is_google else "fleets.choose_pem"), self._ask)
        self._lay_out()
        self._tell_file("")

    @property
    def _is_google(self) -> bool:
        return self._before.kind is _GOOGLE

    @property
    def key(self) -> Secret | None:
        """The key that was chosen or typed; None keeps the one that is there."""
        if self._key is not None:
            return self._key
        return None if self._is_google or self._secret.is_blank(exactly=False) else self._secret.secret(exactly=False)

    @property
    def problem(self) -> str:
        """The key of the words that say what is missing; "" where it is whole."""
        if not self._domain_list() or not all(_DOMAIN.match(each) for each in self._domain_list()):
            return "fleets.problem.domains"
        if not self._is_google and not (self._tenant.text().strip() and self._client.text().strip()):
            return "fleets.problem.ids"
        if self._is_new and self.key is None:
            return "fleets.problem.key_google" if self._is_google else "fleets.problem.key_microsoft"
        if self._ends.text().strip() and self._end() is None:
            return "fleets.problem.ends"
        return ""

    @property
    def connection(self) -> AdminConnection:
        """As it is to be kept."""
        ids = (self._read.client_id, self._read.account, "")
        if not self._is_google:
            ids = (self._client.text().strip(), "", self._tenant.text().strip())
        return AdminConnection(
            self._before.id,
            self._before.kind,
            self._domain_list(),
            ids[0],
            account=ids[1],
            tenant=ids[2],
            note=self._note.text().strip(),
            secret_expires_at=self._facts.expires_at or self._end(),
        )

    def forget(self) -> None:
        """Used or given up: nothing of the key stays here."""
        self._key = None
        self._secret.forget()

    # -- building

    def _line(self, name: str, text: str) -> QLineEdit:
        words = self._around.words
        line = QLineEdit(text)
        line.setAccessibleName(words.text(f"fleets.{name}"))
        line.setPlaceholderText(words.text(f"fleets.{name}_hint"))
        line.textEdited.connect(lambda: self.edited.emit())
        return line

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(MEASURES.gap_l)
        grid.setVerticalSpacing(MEASURES.gap_m)
        grid.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(MEASURES.gap_l)
        column.addLayout(grid)
        for name, field in self._rows():
            place, caption = grid.rowCount(), label(self._around.words.text(f"fleets.{name}"), "muted", wraps=False)
            caption.setBuddy(field)
            caption.setContentsMargins(0, MEASURES.gap_m if name in _TALL else 0, 0, 0)
            grid.addWidget(
                caption, place, 0, Qt.AlignmentFlag.AlignTop if name in _TALL else Qt.AlignmentFlag.AlignVCenter
            )
            grid.addWidget(field, place, 1)

    def _rows(self) -> list[tuple[str, QWidget]]:
        chooser = QWidget()
        column = QVBoxLayout(chooser)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(MEASURES.gap_s)
        column.addLayout(row_of(self._choose, *((self._copy,) if self._is_google else ())))
        column.addWidget(self._file_says)
        domains: list[tuple[str, QWidget]] = [("domains", self._domains)]
        note: list[tuple[str, QWidget]] = [("note", self._note)]
        if self._is_google:
            return [*domains, ("key_file", chooser), *note]
        ids: list[tuple[str, QWidget]] = [("tenant", self._tenant), ("client", self._client)]
        return [*domains, *ids, ("secret", self._secret), ("ends", self._ends), ("certificate", chooser), *note]

    # -- the key

    def _ask(self) -> None:
        words = self._around.words
        dialog = file_dialog(self, words, saves=False)
        dialog.setWindowTitle(words.text("fleets.choose_title"))
        own = words.text("fleets.filter.json" if self._is_google else "fleets.filter.pem")
        dialog.setNameFilters([own, words.text("import.filter.all")])
        dialog.fileSelected.connect(lambda path: self.read_file(Path(path)))
        dialog.open()

    def read_file(self, path: Path) -> None:
        """Read the key from this file."""
        self._around.bridge.wish(self._take(path), None, self._not_taken)

    async def _take(self, path: Path) -> None:
        engine, secret = self._around.engine, await self._files.read_key(path)
        read = self._before
        if self._is_google:
            read, secret = engine.read_service_account(secret.reveal(), self._before.id)
        facts = await engine.admin_key_facts(self._before.kind, secret)
        if not self._is_google and not facts.is_certificate:
            self._tell_file(self._around.words.text("fleets.key.no_certificate"))
            return
        self._read, self._key, self._facts = read, secret, facts
        self._secret.forget()
        if not self._domains.text().strip() and self._is_google:
            self._domains.setFocus()
        self._tell_file(path.name)
        self.edited.emit()

    def _not_taken(self, error: BaseException) -> None:
        words = self._around.words
        fault = error.fault.value if isinstance(error, BadKey) else "unreadable"
        self._tell_file(words.text(f"fleets.key.{fault}"))

    def _tell_file(self, said: str) -> None:
        """What is known of the key; `said`: its file's name, or what is wrong with it."""
        words, read = self._around.words, self._read
        if self._key is not None and self._facts.is_certificate:
            said = words.text("fleets.read_pem", file=said, day=_as_day(self._facts.expires_at))
        elif self._is_google and read.account:
            named = {"account": read.account, "client": read.client_id}
            said = f"{said}\n{words.text('fleets.read_json', **named)}".strip()
        self._file_says.setText(breakable(said))
        self._file_says.setVisible(bool(said))
        self._copy.setVisible(self._is_google and bool(read.client_id))

    def _secret_typed(self) -> None:
        self._key, self._facts = None, KeyFacts(is_certificate=False)
        self._tell_file("")
        self.edited.emit()

    def _copy_client(self) -> None:
        """The number that the admin console asks for; it is no secret."""
        QGuiApplication.clipboard().setText(self._read.client_id)

    def _domain_list(self) -> tuple[str, ...]:
        parts = re.split(r"[\s,;]+", self._domains.text().strip().lower())
        return tuple(dict.fromkeys(each.removeprefix("@") for each in parts if each))

    def _end(self) -> float | None:
        text = self._ends.text().strip()
        if self._is_google or not _DATE.match(text):
            return None
        try:
            return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
        except ValueError:
            return None


def _as_day(seconds: float | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
