from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Verdict
from mailbox_desk.ui.tray_menu import ENTRIES, Content, TrayMenu, entries_of, pause_ends
from mailbox_desk.wording import Wording
from tests.ui.samples import NOW, snapshot


@pytest.fixture
def menu(qapp: QApplication, words: Wording) -> Iterator[TrayMenu]:
    made = TrayMenu(words)
    yield made
    made.deleteLater()


def seen(menu: TrayMenu) -> list[str]:
    return [each.text() for each in menu.actions() if each.isVisible() and each.text()]


def action(menu: TrayMenu, text: str) -> QAction:
    return next(each for each in menu.actions() if each.isVisible() and each.text() == text)


def test_entries_are_the_loudest_first_then_the_newest(words: Wording) -> None:
    need = [
        snapshot("old", Verdict.NEEDS_YOU, Cause.CREDENTIALS_REJECTED, age=900),
        snapshot("new", Verdict.NEEDS_YOU, Cause.CREDENTIALS_REJECTED, age=60),
        *(snapshot(f"m{each}", Verdict.NEEDS_YOU, Cause.CREDENTIALS_REJECTED, age=5000) for each in range(20)),
    ]
    entries = entries_of(need, words)
    assert [mailbox_id for mailbox_id, _ in entries][:2] == ["new", "old"]
    assert entries[0][1] == "new@example.org: Password refused"
    assert len(entries) == ENTRIES


def test_an_entry_leads_to_its_mailbox_and_keeps_its_letters(menu: TrayMenu) -> None:
    wanted: list[str] = []
    more: list[bool] = []
    menu.wanted.connect(wanted.append)
    menu.more_wanted.connect(lambda: more.append(True))
    entries = ((MailboxId("a"), "a&b@x: Password refused"), (MailboxId("b"), "b@x: Mailbox full"))
    menu.tell(Content("2 mailboxes need you.", entries, more=12, has_mailboxes=True))
    assert seen(menu)[:4] == ["2 mailboxes need you.", "a&&b@x: Password refused", "b@x: Mailbox full", "and 12 more …"]
    action(menu, "b@x: Mailbox full").trigger()
    action(menu, "and 12 more …").trigger()
    assert (wanted, more) == (["b"], [True])


def test_it_says_only_what_can_be_done(menu: TrayMenu) -> None:
    assert seen(menu) == ["Starting …", "Check all", "Pause all", "Show window", "Quit"]
    assert not action(menu, "Check all").isEnabled()
    menu.tell(Content("3 are paused.", has_mailboxes=True, all_paused=True))
    assert seen(menu) == ["3 are paused.", "Check all", "Resume all", "Show window", "Quit"]
    assert not action(menu, "3 are paused.").isEnabled()


def test_nothing_is_made_anew(menu: TrayMenu) -> None:
    """The desktop holds on to the entries by their numbers."""
    before = list(map(id, menu.actions()))
    for count in (8, 0, 3):
        menu.tell(Content("x", tuple((MailboxId(str(each)), str(each)) for each in range(count)), has_mailboxes=True))
        assert list(map(id, menu.actions())) == before


def test_pauses_end_when_they_say() -> None:
    ends = pause_ends(NOW)
    assert (ends["pause_hour"], ends["pause_open"]) == (NOW + 3600, None)
    morning = ends["pause_morning"]
    assert morning is not None
    assert (datetime.fromtimestamp(morning).hour, datetime.fromtimestamp(morning).minute) == (8, 0)
    assert 0 < morning - NOW < 32 * 3600 + 3600
