from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel

from mailbox_desk.adapters.resources import load_providers, load_rules
from mailbox_desk.diagnosis.diagnose import explain
from mailbox_desk.model.cause import Cause
from mailbox_desk.ui.paste_dialog import PasteDialog, PasteField
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.finding import by_name, pressed, said

RULES = load_rules()
FULL = "NO [OVERQUOTA] Mailbox is full"
REFUSED = "535-5.7.8 Username and Password not accepted.\n535 5.7.8 https://support.google.com/mail/?p=BadCredentials"


@pytest.fixture
def dialog(around: Surroundings, engine: FakeEngine) -> Iterator[PasteDialog]:
    engine.judge = lambda response: explain(response, RULES)
    engine.provider_files = {each.id: each for each in load_providers()}
    made = PasteDialog(around)
    made.open()
    yield made
    made.close()
    made.deleteLater()


def field(dialog: PasteDialog, words: Wording) -> PasteField:
    return by_name(dialog, PasteField, words.text("help.paste.text"))


def paste(dialog: PasteDialog, words: Wording, text: str) -> None:
    """By the clipboard and Ctrl+V, as a person does."""
    QGuiApplication.clipboard().setText(text)
    QTest.keyClick(field(dialog, words), Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def choose_provider(dialog: PasteDialog, words: Wording, name: str) -> None:
    box = by_name(dialog, QComboBox, words.text("help.paste.provider"))
    box.setFocus()
    QTest.keyClicks(box, name)
    assert box.currentText() == name


async def test_an_error_is_pasted_and_explained(dialog: PasteDialog, words: Wording) -> None:
    assert words.text("help.paste.answer") not in said(dialog)
    paste(dialog, words, FULL)
    pressed(dialog, words.text("help.paste.explain"))
    told = said(dialog)
    assert words.text("cause.over_quota.headline") in told
    assert words.text("cause.over_quota.next_step") in told
    assert words.text("certainty.certain") in told
    assert words.text("fact.server_says_so") in told


async def test_what_else_it_could_be_is_said(dialog: PasteDialog, words: Wording) -> None:
    paste(dialog, words, REFUSED)
    QTest.keyClick(field(dialog, words), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert words.text("cause.app_password_required.phrase") in said(dialog)


async def test_the_provider_is_weighed_where_it_is_known(dialog: PasteDialog, words: Wording) -> None:
    paste(dialog, words, "NO [AUTHENTICATIONFAILED] LOGIN Invalid credentials")
    pressed(dialog, words.text("help.paste.explain"))
    assert words.text("cause.credentials_rejected.headline") in said(dialog)
    choose_provider(dialog, words, "Yahoo")
    assert words.text("cause.credentials_rejected.headline") not in said(dialog)  # that was about nobody's server
    pressed(dialog, words.text("help.paste.explain"))
    assert words.text("cause.app_password_required.headline") in said(dialog)


async def test_providers_stand_by_name_behind_nobody_in_particular(dialog: PasteDialog, words: Wording) -> None:
    box = by_name(dialog, QComboBox, words.text("help.paste.provider"))
    names = [box.itemText(place) for place in range(box.count())]
    assert names[0] == words.text("help.paste.provider_unknown")
    assert names[1:] == sorted(names[1:], key=str.casefold)
    assert len(names) == len(load_providers())


async def test_nothing_pasted_is_said_and_nothing_judged(dialog: PasteDialog, words: Wording) -> None:
    paste(dialog, words, "  \n ")
    pressed(dialog, words.text("help.paste.explain"))
    assert words.text("help.paste.empty") in said(dialog)
    assert words.text("help.paste.todo") not in said(dialog)


async def test_another_text_takes_the_old_answer_away(dialog: PasteDialog, words: Wording) -> None:
    paste(dialog, words, FULL)
    pressed(dialog, words.text("help.paste.explain"))
    QTest.keyClicks(field(dialog, words), "x")
    assert words.text("cause.over_quota.headline") not in said(dialog)


async def test_its_help_page_is_asked_for(dialog: PasteDialog, words: Wording) -> None:
    wanted: list[object] = []
    dialog.help_wanted.connect(wanted.append)
    paste(dialog, words, FULL)
    pressed(dialog, words.text("help.paste.explain"))
    pressed(dialog, words.text("help.paste.more"))
    assert wanted == [Cause.OVER_QUOTA]


async def test_keys_lead_from_the_error_to_its_page(dialog: PasteDialog, words: Wording) -> None:
    wanted: list[object] = []
    dialog.help_wanted.connect(wanted.append)
    paste(dialog, words, FULL)
    QTest.keyClick(field(dialog, words), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    for key in (Qt.Key.Key_Tab, Qt.Key.Key_Return):
        focused = dialog.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, key)
    assert wanted == [Cause.OVER_QUOTA]


async def test_what_is_copied_holds_no_secret(dialog: PasteDialog, words: Wording) -> None:
    paste(dialog, words, f"A1 LOGIN me@example.org geheim-7\n{FULL}")
    pressed(dialog, words.text("help.paste.explain"))
    pressed(dialog, words.text("help.paste.copy"))
    copied = QGuiApplication.clipboard().text()
    assert "geheim-7" not in copied
    assert FULL in copied
    assert words.text("cause.over_quota.headline") in copied
    assert words.text("help.paste.copied") in said(dialog)


async def test_formatted_text_is_taken_as_plain(dialog: PasteDialog, words: Wording) -> None:
    paste(dialog, words, "<b>550</b> <img src='https://example.org/x.png'>")
    assert field(dialog, words).toPlainText() == "<b>550</b> <img src='https://example.org/x.png'>"
    pressed(dialog, words.text("help.paste.explain"))
    formats = {each.textFormat() for each in dialog.findChildren(QLabel)}
    assert formats == {Qt.TextFormat.PlainText}


@pytest.mark.parametrize("piece", ["x", "a line of a log\n", "word "], ids=["one_line", "lines", "words"])
async def test_a_huge_text_is_shortened_and_holds_nobody_up(dialog: PasteDialog, words: Wording, piece: str) -> None:
    huge = "begin " + piece * (5_000_000 // len(piece)) + f" {FULL}"
    began = time.perf_counter()
    paste(dialog, words, huge)
    pressed(dialog, words.text("help.paste.explain"))
    assert time.perf_counter() - began < 2.0
    kept = field(dialog, words).toPlainText()
    assert len(kept.encode()) < 1_000_000
    assert kept.startswith("begin")
    assert kept.endswith(FULL)
    assert words.text("cause.over_quota.headline") in said(dialog)


async def test_that_it_was_shortened_is_said(dialog: PasteDialog, words: Wording) -> None:
    paste(dialog, words, "x" * 100_000)
    assert words.text("help.paste.shortened") in said(dialog)
    paste(dialog, words, "more")
    assert len(field(dialog, words).toPlainText()) < 100_000


async def test_esc_closes_and_nothing_stays(dialog: PasteDialog, words: Wording, engine: FakeEngine) -> None:
    paste(dialog, words, FULL)
    QTest.keyClick(field(dialog, words), Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert engine.wishes == []
