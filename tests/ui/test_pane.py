from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QTextBrowser, QToolButton, QWidget

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.history import StatusChange
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.offers import Offer
from mailbox_desk.ui.pane import Pane
from mailbox_desk.ui.provider_pages import ProviderPages
from mailbox_desk.ui.style import Theme
from mailbox_desk.wording import Wording
from tests.ui.causes import changes_of, dropped
from tests.ui.finding import pressed, said
from tests.ui.samples import NOW, snapshot

DROPPED = dropped(Cause.CREDENTIALS_REJECTED)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pane(theme: Theme, words: Wording, clock: Clock) -> Iterator[Pane]:
    made = Pane(theme, words, clock)
    made.pages_of = lambda _: ProviderPages("Google", app_password="https://pages.example/app")
    made.help_page = lambda cause: f"# Help on {cause.value}\n\nText."
    made.resize(420, 900)
    made.show()
    QTest.qWaitForWindowExposed(made)
    yield made
    made.close()
    made.deleteLater()


def unfold(pane: Pane, heading: str) -> None:
    next(each for each in pane.findChildren(QToolButton) if each.text() == heading).click()


def settle() -> None:
    """New labels are shown, and laid out, by events of their own."""
    for _ in range(5):
        QApplication.processEvents()


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_is_told_from_top_to_bottom(pane: Pane, words: Wording, cause: Cause) -> None:
    shown = dropped(cause)
    pane.show_snapshot(shown, "Google")
    told = said(pane)
    for wanted in (
        "outreach@northwind.example · Google",
        words.headline(shown),
        words.whose_move(shown),
        words.next_step(shown, NOW),
        *words.because(shown),
        words.ruled_out(shown),
        words.server_line(shown),
    ):
        assert wanted in told


def test_the_next_try_is_told_once(pane: Pane, words: Wording) -> None:
    for cause in (Cause.PROVIDER_OUTAGE, Cause.OVER_QUOTA, Cause.CREDENTIALS_REJECTED):
        pane.show_snapshot(dropped(cause), "Google")
        assert said(pane).count(words.clock(NOW + 240, NOW)) == (0 if cause is Cause.CREDENTIALS_REJECTED else 1)
    held = replace(dropped(Cause.PROVIDER_OUTAGE), held_until=NOW + 400)
    pane.show_snapshot(held, "Google")
    assert words.next_try(held, NOW) in said(pane)


def test_no_words_of_a_server_widen_it(pane: Pane) -> None:
    pane.resize(300, 900)
    for cause in Cause:
        pane.show_snapshot(dropped(cause), "Google")
        settle()
        body = pane.widget()
        assert body is not None
        assert body.width() <= pane.viewport().width(), cause


def test_all_labels_read_plain_text(pane: Pane) -> None:
    pane.show_snapshot(DROPPED, "Google")
    assert {each.textFormat().name for each in pane.findChildren(QLabel)} == {"PlainText"}


def test_it_says_how_long_it_is_down_and_when_it_was_refused(pane: Pane, words: Wording) -> None:
    pane.show_snapshot(DROPPED, "Google")
    assert "down for 11 min" in said(pane)
    assert f"refused twice: {words.clock(NOW - 660)} and {words.clock(NOW - 480)}" in said(pane)


def test_the_copy_button_copies_the_servers_line_alone(pane: Pane, words: Wording) -> None:
    told: list[str] = []
    pane.copied.connect(told.append)
    pane.show_snapshot(DROPPED, "Google")
    pressed(pane, words.text("pane.copy"))
    assert QApplication.clipboard().text() == "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)"
    assert told == [QApplication.clipboard().text()]
    assert words.text("pane.copied") in said(pane)


def test_copy_for_support_copies_the_letter(pane: Pane, words: Wording) -> None:
    pane.show_snapshot(dropped(Cause.PROTOCOL_DISABLED), "Microsoft 365")
    pressed(pane, words.text("ui.offer.support"))
    copied = QApplication.clipboard().text()
    assert "Authenticated SMTP" in copied
    assert "smtp.office365.com" in copied


@pytest.mark.parametrize(
    ("cause", "offer"),
    [
        (Cause.CREDENTIALS_REJECTED, Offer.RECONNECT),
        (Cause.CREDENTIALS_REJECTED, Offer.CHECK_NOW),
        (Cause.CREDENTIALS_REJECTED, Offer.PAUSE),
        (Cause.PROTOCOL_DISABLED, Offer.ASK_ADMIN),
        (Cause.ACCOUNT_SUSPENDED, Offer.ASK_PROVIDER),
        (Cause.PROVIDER_OUTAGE, Offer.RECONNECT),
        (Cause.PROTECTIVE_PAUSE, Offer.RESUME),
    ],
)
def test_its_buttons_carry_the_offer(pane: Pane, words: Wording, cause: Cause, offer: Offer) -> None:
    pressed_offers: list[tuple[str, Offer]] = []
    pane.offered.connect(lambda mailbox_id, pressed_offer: pressed_offers.append((mailbox_id, pressed_offer)))
    pane.show_snapshot(dropped(cause), "Google")
    pressed(pane, words.text(f"ui.offer.{offer.value}"))
    assert pressed_offers == [(cause.value, offer)]


class Opened(QObject):
    """Stands where the browser would."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []

    def open(self, url: QUrl) -> None:
        self.urls.append(url.toString())


def test_the_providers_page_opens_by_a_click_alone(pane: Pane, words: Wording, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Opened()
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.open)
    pane.show_snapshot(dropped(Cause.APP_PASSWORD_REQUIRED), "Google")
    assert opened.urls == []
    pressed(pane, words.text("pane.link.app_password", provider="Google"))
    assert opened.urls == ["https://pages.example/app"]
    pane.show_snapshot(dropped(Cause.TLS_FAILURE), "Google")
    assert "at Google" not in said(pane)


def test_a_link_is_cut_short_only_where_there_is_no_room(pane: Pane, words: Wording) -> None:
    whole = words.text("pane.link.perhaps_app_password", provider="Google")
    pane.show_snapshot(DROPPED, "Google")
    settle()
    assert whole in said(pane)
    pane.resize(280, 900)
    settle()
    assert whole not in said(pane)
    assert whole[:20] in said(pane)
    pane.resize(420, 900)
    settle()
    assert whole in said(pane)


def test_what_else_it_could_be_is_folded(pane: Pane, words: Wording) -> None:
    pane.show_snapshot(DROPPED, "Google")
    assert "(maybe)" not in said(pane)
    unfold(pane, words.text("pane.others"))
    assert "App password wanted (maybe)" in said(pane)
    assert "Sign-in looks unusual (less likely)" in said(pane)


def test_the_steps_of_both_halves_unfold_and_follow(pane: Pane, words: Wording) -> None:
    pane.show_snapshot(DROPPED, "Google")
    unfold(pane, words.text("ui.pane.steps"))
    settle()
    told = said(pane)
    assert told.count(words.step_name(DROPPED.standing.receiving.last.steps[0].step)) == 2  # type: ignore[union-attr]  # it was checked
    assert f"Receiving · checked {words.clock(NOW - 480)}" in told
    pane.show_snapshot(snapshot("other"), "Own server")
    settle()
    assert "checked" not in said(pane)


def test_the_help_page_is_folded_and_opens_in_the_help_window(pane: Pane, words: Wording) -> None:
    wanted: list[Cause] = []
    pane.help_wanted.connect(wanted.append)
    pane.show_snapshot(DROPPED, "Google")
    unfold(pane, words.text("ui.pane.help"))
    browser = pane.findChild(QTextBrowser)
    assert isinstance(browser, QTextBrowser)
    assert "Help on credentials_rejected" in browser.toPlainText()
    pressed(pane, words.text("pane.help.open"))
    assert wanted == [Cause.CREDENTIALS_REJECTED]
    pane.show_snapshot(dropped(Cause.OVER_QUOTA), "Yahoo")
    assert "Help on over_quota" in browser.toPlainText()


def test_a_note_at_a_pause_is_shown(pane: Pane, words: Wording) -> None:
    pane.show_snapshot(dropped(Cause.PROTECTIVE_PAUSE), "Google")
    assert words.text("pane.note", note="warming up again on Monday") in said(pane)


# -- history


def test_history_has_a_column_of_times_and_says_how_long_it_was_down(pane: Pane, words: Wording) -> None:
    pane.show_snapshot(DROPPED, "Google")
    pane.show_history(DROPPED.id, changes_of(DROPPED))
    told = said(pane).splitlines()
    assert words.clock(NOW - 480, NOW) in told
    assert "Needs you: Password refused" in told
    assert "Connected, after 2 h 07 down" in told


def test_a_long_history_is_cut_until_asked_for(pane: Pane, words: Wording) -> None:
    many = [StatusChange(DROPPED.id, NOW - 100 * n, Shown.BLIND if n % 2 else Shown.CONNECTED) for n in range(20)]
    pane.show_snapshot(DROPPED, "Google")
    pane.show_history(DROPPED.id, many)
    assert said(pane).splitlines().count("Connected") == 4
    pressed(pane, words.text("pane.history.all", count=20))
    assert said(pane).splitlines().count("Connected") == 10
    pane.show_snapshot(snapshot("other"), "Own server")
    pane.show_history(MailboxId("other"), many[:2])
    assert said(pane).splitlines().count("Connected") == 1


def test_another_mailboxes_history_is_dropped(pane: Pane) -> None:
    pane.show_snapshot(DROPPED, "Google")
    pane.show_history(MailboxId("other"), [StatusChange(MailboxId("other"), NOW, Shown.CONNECTED)])
    assert "Connected" not in said(pane)


def test_history_is_asked_for_only_where_it_can_have_grown(pane: Pane) -> None:
    asked: list[str] = []
    pane.history_wanted.connect(asked.append)
    pane.show_snapshot(DROPPED, "Google")
    for version in range(2, 9):
        pane.show_snapshot(replace(DROPPED, version=version, checking_now=bool(version % 2)), "Google")
    assert asked == [DROPPED.id]
    back = replace(snapshot(DROPPED.id, version=9), mailbox=DROPPED.mailbox)
    pane.show_snapshot(back, "Google")
    pane.show_snapshot(snapshot("other"), "Own server")
    assert asked == [DROPPED.id, DROPPED.id, "other"]


# -- cheap


class Layouts(QObject):
    """Counts how often something in the pane is laid out."""

    def __init__(self, pane: Pane) -> None:
        super().__init__(pane)
        self.count = 0
        for each in pane.findChildren(QWidget):
            each.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        self.count += event.type() is QEvent.Type.LayoutRequest
        return False


def test_equal_news_are_not_laid_out_again(pane: Pane, clock: Clock) -> None:
    pane.show_snapshot(DROPPED, "Google")
    pane.show_history(DROPPED.id, changes_of(DROPPED))
    settle()
    layouts = Layouts(pane)
    for version in range(2, 30):
        pane.show_snapshot(replace(DROPPED, version=version), "Google")
        QApplication.processEvents()
    assert layouts.count == 0
    clock.now += 120
    pane.show_snapshot(replace(DROPPED, version=30), "Google")
    QApplication.processEvents()
    assert layouts.count > 0
    assert "down for 13 min" in said(pane)


def test_a_stored_row_gives_way_to_the_engines_word(pane: Pane, words: Wording) -> None:
    pane.show_stored(DROPPED.id, "outreach@northwind.example", "", Shown.NEEDS_YOU, "Password refused")
    assert "Password refused" in said(pane)
    assert words.text("ui.pane.because") not in said(pane)
    pane.show_snapshot(DROPPED, "Google")
    assert words.headline(DROPPED) in said(pane)
    pane.show_nothing()
    assert said(pane) == words.text("ui.pane.nothing")
