"""The rehearsal's strip: the right passwords in plain sight, and the rest of the fleet at a press."""

from __future__ import annotations

import pytest

from mailbox_desk.demo.child import Playing
from mailbox_desk.demo.fleet import Fleet, Part, Role
from mailbox_desk.demo.rehearsal import Rehearsal, rehearsal_of
from mailbox_desk.model.vault_state import VaultFailed
from mailbox_desk.ui.rehearsal_bar import RehearsalBar
from mailbox_desk.ui.surroundings import Surroundings
from tests.ui.fakes import FakeEngine
from tests.ui.finding import pressed, said
from tests.ui.waiting import until

ROLES = (
    Role("first@a.example", first=True, right="Right-1"),
    Role("fine@a.example", first=True),
    Role("later@a.example", right="Right-2", sending=Part(off=True)),
    Role("last@a.example"),
)


@pytest.fixture
def rehearsal() -> Rehearsal:
    ports = {role.address: {"receiving": 1993, "sending": 1465} for role in ROLES}
    return rehearsal_of(Fleet(ROLES, {"google": ("a.example",)}, {}), Playing("", ports))


@pytest.fixture
def bar(around: Surroundings, rehearsal: Rehearsal) -> RehearsalBar:
    made = RehearsalBar(around, rehearsal)
    made.show()
    return made


async def test_it_says_what_this_is_and_which_passwords_are_right(bar: RehearsalBar) -> None:
    assert "rehearsal" in said(bar)
    assert "first@a.example takes “Right-1”" in said(bar)
    assert "Right-2" not in said(bar)


async def test_every_cause_comes_at_a_press(bar: RehearsalBar, around: Surroundings, engine: FakeEngine) -> None:
    pressed(bar, around.words.text("demo.bar.all"))
    await until(lambda: "Right-2" in said(bar))
    assert [draft.mailbox.address for (draft,) in engine.wished("add")] == ["later@a.example", "last@a.example"]  # type: ignore[attr-defined]
    assert around.words.text("demo.bar.all") not in said(bar)


async def test_after_a_failure_another_press_goes_on(
    bar: RehearsalBar, around: Surroundings, engine: FakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    failed: list[BaseException] = []
    around.bridge.failed.connect(failed.append)
    engine.fails = VaultFailed("full")
    pressed(bar, around.words.text("demo.bar.all"))
    await until(lambda: bool(failed))
    pressed(bar, around.words.text("demo.bar.all"))
    await until(lambda: "Right-2" in said(bar))
    assert len(engine.wished("add")) == 2


async def test_it_fits_a_narrow_window(bar: RehearsalBar) -> None:
    assert bar.minimumSizeHint().width() <= 480


def test_drafts_of_a_fleet(rehearsal: Rehearsal) -> None:
    first, fine = rehearsal.first
    assert first.mailbox.provider == "google"
    assert first.mailbox.receiving is not None
    assert (first.mailbox.receiving.host, first.mailbox.receiving.port) == ("localhost", 1993)
    assert len({first.mailbox.id, fine.mailbox.id}) == 2
    assert rehearsal.right_passwords == {"first@a.example": "Right-1", "later@a.example": "Right-2"}
