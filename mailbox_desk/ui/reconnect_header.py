"""The head of the reconnect dialog: which mailbox, why it dropped, whose move it is, and the server's own words."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.ui.look import LOOKS, MEASURES
from mailbox_desk.ui.pane_parts import Badge
from mailbox_desk.ui.pane_story import has_trouble, joined
from mailbox_desk.ui.parts import breakable, code_label, label
from mailbox_desk.ui.surroundings import Surroundings


class ReconnectHeader(QWidget):
    """The cause comes first, in every page."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__()
        self._around = around
        self._where, self._headline = label(role="muted"), label()
        self._headline.setFont(around.theme.title_font)
        self._badge = Badge(around.theme)
        self._server, self._advice = code_label(around.theme), label()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(MEASURES.gap_m)
        column.addWidget(self._where)
        column.addWidget(self._headline)
        column.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._server)
        column.addWidget(self._advice)

    def show_mailbox(self, snapshot: Snapshot) -> None:
        words, now = self._around.words, self._around.now()
        self._where.setText(joined(snapshot.mailbox.address, self._around.provider_name(snapshot.mailbox.provider)))
        self._headline.setText(words.headline(snapshot))
        self._badge.say(words.whose_move(snapshot), LOOKS[snapshot.shown])
        self._badge.setVisible(has_trouble(snapshot))
        line = words.server_line(snapshot)
        self._server.setText(breakable(line))
        self._server.setVisible(bool(line))
        advice = words.next_step(snapshot, now)
        self._advice.setText(advice)
        self._advice.setVisible(bool(advice))

    def make_way(self) -> None:
        """The outcome of a try says it anew: the old answer and advice only take room."""
        self._server.hide()
        self._advice.hide()

    def close_the_case(self) -> None:
        """It works again: what was wrong is no longer so."""
        self.make_way()
        self._headline.hide()
        self._badge.hide()
