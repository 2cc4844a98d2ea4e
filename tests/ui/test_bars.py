from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit

from mailbox_desk.model.vault_state import VaultState
from mailbox_desk.ui.bars import VaultBar
from mailbox_desk.ui.style import Theme
from mailbox_desk.wording import Wording


@pytest.mark.parametrize(("width", "stacks"), [(480, True), (1200, False)])
def test_in_a_narrow_window_fields_stand_below_their_sentence(
    theme: Theme, words: Wording, width: int, stacks: bool
) -> None:
    bar = VaultBar(words)
    bar.show_state(VaultState.NO_KEYRING)
    bar.resize(width, bar.heightForWidth(width))
    QApplication.processEvents()
    field = bar.findChildren(QLineEdit)[0]
    assert (field.y() >= bar._text.geometry().bottom()) is stacks
    assert bar._text.width() > 300
    bar.deleteLater()
