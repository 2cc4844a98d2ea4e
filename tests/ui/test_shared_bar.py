"""The line for what many have together: shown while there is such a thing, and it leads to just those mailboxes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.diagnosis import Diagnosis, RankedCause
from mailbox_desk.model.incident import Circle, Place
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Verdict
from mailbox_desk.ui.acts import Acts
from mailbox_desk.ui.desk_view import DeskView
from mailbox_desk.ui.shared_bar import SharedBar
from mailbox_desk.ui.style import Theme
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.together import Together
from mailbox_desk.ui.window import Window
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.finding import pressed
from tests.ui.samples import NOW, snapshot
from tests.ui.test_together import outage
from tests.ui.waiting import until


def texts(bar: SharedBar) -> list[str]:
    return [each.text() for each in bar.findChildren(QLabel) if each.isVisible() and each.text()]


@pytest.fixture
def bar(theme: Theme, words: Wording) -> Iterator[SharedBar]:
    made = SharedBar(theme, words)
    yield made
    made.close()
    made.deleteLater()


def test_a_line_each_the_gravest_first_and_a_word_for_the_rest(bar: SharedBar, words: Wording) -> None:
    together = Together(words)
    bar.show_incidents(together)
    assert not bar.isVisible()
    together.take([outage(3, "a"), outage(9, "b"), outage(4, "c", Verdict.NEEDS_YOU), outage(2, "d")])
    bar.show_incidents(together)
    found = texts(bar)
    assert [each.split(" ")[0] for each in found] == ["c", "b", "2"]
    assert found[2] == "2 more troubles concern several mailboxes at once."
    together.take([])
    bar.show_incidents(together)
    assert not bar.isVisible()


def test_the_button_leads_there_and_back_and_gives_up_with_the_incident(bar: SharedBar, words: Wording) -> None:
    together = Together(words)
    together.take([outage(name="google")])
    bar.show_incidents(together)
    wanted: list[str] = []
    bar.only_wanted.connect(wanted.append)
    pressed(bar, words.text("shared.show"))
    pressed(bar, words.text("shared.show_all"))
    pressed(bar, words.text("shared.show"))
    together.take([])
    bar.show_incidents(together)
    assert wanted == ["google", "", "google", ""]


def test_an_admin_connection_has_its_setting_named_and_is_one_click_away(bar: SharedBar, words: Wording) -> None:
    incident = replace(
        outage(2, "fable.example", Verdict.NEEDS_YOU),
        cause=Cause.OAUTH_APP_BLOCKED,
        place=Place(Circle.CONNECTION, "fable.example"),
    )
    down = snapshot("a", Verdict.NEEDS_YOU, Cause.OAUTH_APP_BLOCKED)
    diagnosis = Diagnosis((RankedCause(Cause.OAUTH_APP_BLOCKED, 0.9),), "fleet-microsoft-secret-expired")
    standing = replace(down.standing, receiving=replace(down.standing.receiving, diagnosis=diagnosis))
    together = Together(words, look=lambda _: replace(down, standing=standing))
    together.take([incident])
    bar.show_incidents(together)
    [line] = texts(bar)
    title = "The admin connection of fable.example is refused: 2 of 2 mailboxes."
    assert line == f"{title} {words.text('rule.fleet-microsoft-secret-expired.next_step')}"
    wanted: list[str] = []
    bar.mend_wanted.connect(wanted.append)
    pressed(bar, words.text("shared.connection.mend"))
    assert wanted == ["fable.example"]
    together.take([outage(3, "google")])
    bar.show_incidents(together)
    names = [each.text() for each in bar.findChildren(QPushButton) if each.isVisible()]
    assert names == [words.text("shared.show")]


@pytest.fixture
def window(theme: Theme, words: Wording) -> Iterator[Window]:
    made = Window(theme, words, lambda: NOW)
    made.show()
    yield made
    made.close()
    made.deleteLater()


async def test_in_the_window_rows_pane_and_list_follow(
    window: Window, theme: Theme, words: Wording, around: Surroundings, engine: FakeEngine
) -> None:
    incident = outage(3, "google")
    down = [snapshot(each, Verdict.RECONNECTING, Cause.PROVIDER_OUTAGE) for each in incident.mailboxes]
    for each in (*(replace(each, part_of="google") for each in down), snapshot("well")):
        engine.board.publish(each)
    engine.shared_incidents = (incident,)
    view = DeskView(window, theme, words, lambda: NOW)
    view.attach(around, Acts(around, window))
    await until(lambda: window.model.rowCount() == 4)
    bar = window.findChild(SharedBar)
    assert bar is not None
    await until(lambda: bar.isVisible())
    rows = {row.id: row for row in window.model.all_rows()}
    assert {rows[each].cause for each in incident.mailboxes} == {"google has trouble"}
    pressed(bar, words.text("shared.show"))
    assert window.model.rowCount() == 3
    window.list.choose(MailboxId("google0"))
    assert any("3 of 3 mailboxes" in each.text() for each in view.pane.findChildren(QLabel))
    engine.shared_incidents = (replace(incident, left=frozenset({MailboxId("google0")})),)
    engine.board.publish(snapshot("google0", version=2))
    await until(lambda: window.model.rowCount() == 2)
    assert texts(bar)[0].startswith("google has trouble: 2 of 3 mailboxes")
    window.show_everything()
    assert (window.model.rowCount(), bar.only) == (4, "")
    pressed(bar, words.text("shared.show"))
    engine.shared_incidents = ()
    for each in down:
        engine.board.publish(snapshot(each.id, version=3))
    await until(lambda: window.model.rowCount() == 4)
    assert not bar.isVisible()
