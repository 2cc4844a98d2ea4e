from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QPushButton, QTextBrowser, QWidget

from mailbox_desk.adapters.help_pages import load_help
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.help_page import HelpLibrary, HelpPage
from mailbox_desk.ui.help_window import HelpWindow
from mailbox_desk.ui.style import Theme
from mailbox_desk.wording import Wording
from tests.ui.finding import by_name, pressed, said

LIBRARY = load_help()
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


class Outside(QObject):
    """Stands for the web browser: writes down what it is asked to open."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toString())


@pytest.fixture
def outside(qapp: QApplication) -> Iterator[Outside]:
    asked = Outside()
    for scheme in ("https", "http", "file"):
        QDesktopServices.setUrlHandler(scheme, asked, "open")  # type: ignore[arg-type]  # the stub wants bytes, PySide text
    yield asked
    for scheme in ("https", "http", "file"):
        QDesktopServices.unsetUrlHandler(scheme)


@pytest.fixture
def window(theme: Theme, words: Wording) -> Iterator[HelpWindow]:
    made = HelpWindow(theme, words, LIBRARY)
    made.show()
    made.activateWindow()
    yield made
    made.close()
    made.deleteLater()


class Reader:
    """What a person sees and does in the window."""

    def __init__(self, window: HelpWindow, words: Wording) -> None:
        self.window = window
        self.search = by_name(window, QLineEdit, words.text("help.search"))
        self.pages = by_name(window, QListWidget, words.text("help.pages"))
        self.text = by_name(window, QTextBrowser, words.text("help.page"))

    @property
    def reads(self) -> str:
        """The title of the page that is shown."""
        return self.text.toPlainText().partition("\n")[0]

    @property
    def listed(self) -> list[str]:
        items = [self.pages.item(row) for row in range(self.pages.count())]
        return [item.text() for item in items if item.flags() & Qt.ItemFlag.ItemIsSelectable]

    @property
    def marked(self) -> str | None:
        item = self.pages.currentItem()
        return item.text() if item is not None else None

    def asks(self, text: str) -> None:
        self.search.clear()
        QTest.keyClicks(self.search, text)

    def clicks_in_list(self, title: str) -> None:
        item = self.pages.findItems(title, Qt.MatchFlag.MatchExactly)[0]
        self.pages.scrollToItem(item)
        place = self.pages.visualItemRect(item).center()
        QTest.mouseClick(self.pages.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def clicks_link(self, address: str) -> None:
        """Find the link in the text as the eye does, and click it."""
        for at in range(self.text.document().characterCount()):
            cursor = self.text.textCursor()
            cursor.setPosition(at)
            cursor.movePosition(cursor.MoveOperation.NextCharacter, cursor.MoveMode.KeepAnchor)
            if cursor.charFormat().anchorHref() == address:
                self.text.setTextCursor(cursor)
                self.text.ensureCursorVisible()
                cursor.setPosition(at + 1)
                place = self.text.cursorRect(cursor).center()
                QTest.mouseClick(self.text.viewport(), Qt.MouseButton.LeftButton, pos=place)
                return
        raise AssertionError(f"no link to {address} on {self.reads!r}")


@pytest.fixture
def reader(window: HelpWindow, words: Wording) -> Reader:
    return Reader(window, words)


def title(page_id: str) -> str:
    page = LIBRARY.page(page_id)
    assert page is not None
    return page.title


def test_it_begins_with_the_first_page_and_lists_all_in_their_sections(reader: Reader, words: Wording) -> None:
    assert reader.reads == reader.marked == LIBRARY.pages[0].title
    assert reader.listed == [page.title for page in LIBRARY]
    everything = [reader.pages.item(row).text() for row in range(reader.pages.count())]
    assert everything[0] == words.text("help.section.desk")


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_comes_forward_with_its_page(reader: Reader, cause: Cause) -> None:
    reader.window.show_cause(cause)
    assert reader.reads == reader.marked == title(cause.value)


def test_a_page_is_read_by_clicking_it(reader: Reader) -> None:
    reader.clicks_in_list(title("over_quota"))
    assert reader.reads == title("over_quota")
    assert "What not to do" in reader.text.toPlainText()


def test_a_heading_of_the_list_is_no_page(reader: Reader, words: Wording) -> None:
    before = reader.reads
    reader.clicks_in_list(words.text("help.section.account"))
    assert reader.reads == before


def test_typing_finds_pages_and_enter_opens_the_best(reader: Reader) -> None:
    reader.asks("certificate")
    assert reader.listed[0] == title("tls_failure")
    assert len(reader.listed) < 8
    QTest.keyClick(reader.search, Qt.Key.Key_Return)
    assert reader.reads == reader.marked == title("tls_failure")


def test_arrow_keys_move_through_what_was_found_while_one_types(reader: Reader) -> None:
    reader.asks("campaign")
    found = reader.listed
    QTest.keyClick(reader.search, Qt.Key.Key_Down)
    assert reader.reads == found[0]
    QTest.keyClick(reader.search, Qt.Key.Key_Down)
    assert reader.reads == reader.marked == found[1]
    QTest.keyClick(reader.search, Qt.Key.Key_Up)
    assert reader.reads == found[0]


def test_arrow_keys_go_over_headings(reader: Reader) -> None:
    last_guide = [page for page in LIBRARY if page.section == "desk"][-1]
    reader.window.show_page(last_guide.id)
    QTest.keyClick(reader.search, Qt.Key.Key_Down)
    assert reader.reads == title("credentials_rejected")


def test_nothing_found_is_said_and_a_way_on_offered(reader: Reader, words: Wording) -> None:
    wanted: list[bool] = []
    reader.window.paste_wanted.connect(lambda: wanted.append(True))
    reader.asks("zzzz")
    assert reader.listed == []
    assert words.text("help.nothing_found") in said(reader.window)
    pressed(reader.window, words.text("help.paste"))
    assert wanted == [True]
    reader.asks("")
    assert words.text("help.nothing_found") not in said(reader.window)


def test_links_to_pages_are_followed_and_the_way_back_is_kept(reader: Reader, words: Wording) -> None:
    reader.window.show_cause(Cause.CREDENTIALS_REJECTED)
    reader.clicks_link("app_passwords.md")
    assert reader.reads == reader.marked == title("app_passwords")
    pressed(reader.window, words.text("help.back"))
    assert reader.reads == reader.marked == title("credentials_rejected")
    pressed(reader.window, words.text("help.forward"))
    assert reader.reads == title("app_passwords")
    QTest.keyClick(reader.text, Qt.Key.Key_Left, ALT)
    assert reader.reads == title("credentials_rejected")
    QTest.keyClick(reader.search, Qt.Key.Key_Right, ALT)
    assert reader.reads == title("app_passwords")


def test_back_and_forward_are_off_where_they_lead_nowhere(reader: Reader, words: Wording) -> None:
    buttons = {each.text(): each for each in reader.window.findChildren(QPushButton)}
    back, forward = buttons[words.text("help.back")], buttons[words.text("help.forward")]
    assert not back.isEnabled()
    assert not forward.isEnabled()
    reader.window.show_page("privacy")
    assert back.isEnabled()


def test_the_web_is_opened_by_a_click_only(reader: Reader, outside: Outside) -> None:
    for page in LIBRARY:
        reader.window.show_page(page.id)
    assert outside.opened == []
    reader.window.show_page("over_quota")
    reader.clicks_link("https://one.google.com/storage")
    assert outside.opened == ["https://one.google.com/storage"]
    assert reader.reads == title("over_quota")


def test_only_https_leads_outside_and_no_file_is_read(theme: Theme, words: Wording, outside: Outside) -> None:
    evil = "# Evil\n\n[a](http://example.org/) [b](file:///etc/passwd) [c](gone.md) [d](../x.md)\n\n![p](/etc/hosts)\n"
    window = HelpWindow(theme, words, HelpLibrary((HelpPage("evil", "desk", "Evil", evil),)))
    window.show()
    reader = Reader(window, words)
    for address in ("http://example.org/", "file:///etc/passwd", "gone.md", "../x.md"):
        reader.clicks_link(address)
    assert outside.opened == []
    assert reader.reads == "Evil"
    assert "localhost" not in reader.text.toPlainText()
    window.close()


def test_ctrl_f_goes_to_the_search_and_esc_closes(reader: Reader) -> None:
    reader.asks("vault")
    reader.text.setFocus()
    QTest.keyClick(reader.text, Qt.Key.Key_F, CTRL)
    assert reader.window.focusWidget() is reader.search
    assert reader.search.selectedText() == "vault"
    QTest.keyClick(reader.search, Qt.Key.Key_Escape)
    assert not reader.window.isVisible()


def test_coming_forward_again_shows_the_page_in_the_whole_list(reader: Reader) -> None:
    reader.asks("certificate")
    reader.window.close()
    reader.window.show_cause(Cause.OVER_QUOTA)
    assert reader.window.isVisible()
    assert reader.marked == title("over_quota")
    assert len(reader.listed) == len(LIBRARY.pages)


def test_the_text_follows_the_theme_and_stays_where_it_was(reader: Reader, theme: Theme) -> None:
    reader.window.show_page("app_passwords")
    bar = reader.text.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    place = bar.value()
    theme.changed.emit()
    assert reader.reads == title("app_passwords")
    assert bar.value() == place > 0


def test_narrow_it_stands_one_below_the_other(reader: Reader) -> None:
    assert reader.text.mapTo(reader.window, reader.text.rect().topLeft()).x() > reader.pages.width() // 2
    reader.window.resize(520, 600)
    assert _top(reader.text, reader.window) > _top(reader.pages, reader.window) + reader.pages.height()


def test_without_pages_it_opens_and_does_nothing(theme: Theme, words: Wording) -> None:
    window = HelpWindow(theme, words, HelpLibrary())
    window.show_cause(Cause.UNKNOWN)
    assert window.isVisible()
    window.close()


def _top(widget: QWidget, window: QWidget) -> int:
    return widget.mapTo(window, widget.rect().topLeft()).y()
