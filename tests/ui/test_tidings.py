"""What the desk says of itself above the list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from mailbox_desk.model.beginning import Beginning, Restored
from mailbox_desk.model.gauges import Bottleneck, Gauges, Shortfall
from mailbox_desk.model.history import StoreTrouble, Unwritten
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.ui.tidings import Tidings
from mailbox_desk.ui.window import Window
from mailbox_desk.wording import Wording
from mailbox_desk.wording.beginning import told_shortfall
from tests.ui.fakes import FakeEngine
from tests.ui.finding import pressed, said
from tests.ui.samples import NOW
from tests.ui.waiting import until

SHORT = Shortfall(Bottleneck.HOST, 1.4, 660.0, 80, "imap.example.org")


@pytest.fixture
def window(around: Surroundings, words: Wording) -> Iterator[Window]:
    made = Window(around.theme, words, lambda: NOW)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def strip(window: Window, around: Surroundings, beginning: Beginning, *, took_over: bool = False) -> Tidings:
    made = Tidings(around)
    window.put_strip(made)
    made.begin(beginning, took_over=took_over)
    return made


async def test_nothing_to_say_is_no_strip(window: Window, around: Surroundings) -> None:
    assert not strip(window, around, Beginning()).isVisible()


async def test_how_the_home_was_found_is_said_until_it_is_put_away(
    window: Window, around: Surroundings, words: Wording
) -> None:
    found = Beginning(NOW - 3600, Restored(NOW - 7200, "/srv/me/backups/damaged"))
    made = strip(window, around, found, took_over=True)
    assert f"did not end properly at {words.clock(NOW - 3600, NOW)}" in said(made)
    assert "/srv/me/backups/damaged" in said(made)
    assert "handed over" in said(made)
    pressed(made, words.text("ui.close"))
    assert not made.isVisible()


async def test_that_checks_cant_keep_up_is_said_while_it_is_so(
    window: Window, around: Surroundings, words: Wording
) -> None:
    made = strip(window, around, Beginning())
    made.take(SHORT)
    assert made.isVisible()
    assert "imap.example.org lets too few connections in for 80 mailboxes" in said(made)
    assert words.duration(660) in said(made)
    pressed(made, words.text("ui.close"))
    made.take(replace(SHORT, ratio=1.5))
    assert not made.isVisible(), "known is known"
    made.take(None)
    made.take(replace(SHORT, bottleneck=Bottleneck.WORKERS, host=""))
    assert made.isVisible(), "this is news"
    assert "threads" in said(made)


@pytest.mark.parametrize("bottleneck", list(Bottleneck))
@pytest.mark.parametrize("count", [1, 80])
async def test_each_bottleneck_has_words(words: Wording, bottleneck: Bottleneck, count: int) -> None:
    told = told_shortfall(replace(SHORT, bottleneck=bottleneck, mailboxes=count), words)
    assert words.duration(660) in told


@pytest.mark.parametrize("why", list(StoreTrouble))
async def test_that_the_store_takes_nothing_is_said_while_it_is_so(
    window: Window, around: Surroundings, engine: FakeEngine, words: Wording, why: StoreTrouble
) -> None:
    made = strip(window, around, Beginning())
    made._store_timer.setInterval(1)
    engine.unwritten = Unwritten(NOW - 600, 7, why)
    await until(made.isVisible)
    assert words.text(f"service.unwritten.{why.value}", at=words.clock(NOW - 600, NOW)) in said(made)
    pressed(made, words.text("ui.close"))
    engine.unwritten = Unwritten(NOW - 600, 8, why)
    made.take_unwritten(engine.unwritten)
    assert not made.isVisible(), "known is known"
    engine.unwritten = None
    made.take_unwritten(None)
    engine.unwritten = Unwritten(NOW - 60, 1, why)
    await until(made.isVisible)
    engine.unwritten = None
    await until(lambda: not made.isVisible())


async def test_it_looks_by_itself(
    window: Window, around: Surroundings, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gauges(_: FakeEngine) -> Gauges:
        return Gauges(started_at=NOW, shortfall=SHORT)

    monkeypatch.setattr(FakeEngine, "gauges", gauges, raising=False)
    made = strip(window, around, Beginning())
    made._timer.setInterval(1)
    await until(made.isVisible)
    made._timer.stop()


async def test_a_page_may_offer_the_one_thing_that_helps(window: Window, words: Wording) -> None:
    pressings: list[str] = []
    window.show_message("A watcher", "since noon", ("Take over", lambda: pressings.append("over")))
    pressed(window, "Take over")
    assert pressings == ["over"]
    window.show_message("Another", "page")
    assert not window._message_act.isVisible()
