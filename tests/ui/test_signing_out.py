"""Removing a mailbox that signs in at its provider: the box that signs out there, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QCheckBox, QMessageBox, QWidget

from mailbox_desk.adapters.resources import load_providers
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.oauth import Revocation
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.ui.acts import Acts
from mailbox_desk.ui.failures import in_words
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.wording import Wording
from tests.ui.causes import dropped
from tests.ui.fakes import FakeEngine
from tests.ui.finding import pressed, said
from tests.ui.oauth_samples import app_of, revoked
from tests.ui.waiting import until

Asked = Callable[[Snapshot], tuple[Acts, QMessageBox]]


def not_gone(_id: MailboxId, error: BaseException) -> None:
    raise AssertionError(error)


@pytest.fixture
def window() -> Iterator[QWidget]:
    made = QWidget()
    yield made
    made.close()


@pytest.fixture
def asked(around: Surroundings, engine: FakeEngine, window: QWidget) -> Asked:
    """Those that leave are forgotten a moment later, as the window does it."""

    def remove(shown: Snapshot) -> tuple[Acts, QMessageBox]:
        engine.provider_files = {each.id: each for each in load_providers()}
        engine.apps = [app_of("google")]
        engine.board.publish(shown)
        acts = Acts(around, window)
        acts.leaving.connect(lambda ids: QTimer.singleShot(0, lambda: acts.remove_for_good(ids, not_gone)))
        acts.remove([shown.id])
        (box,) = window.findChildren(QMessageBox)
        return acts, box

    return remove


@pytest.mark.parametrize("wants", [True, False])
async def test_it_signs_out_where_the_person_wants_it(
    asked: Asked, engine: FakeEngine, words: Wording, wants: bool
) -> None:
    shown = revoked()
    _acts, box = asked(shown)
    also = box.checkBox()
    assert isinstance(also, QCheckBox)
    assert also.isChecked()
    assert words.text("signout.explained") in said(box)
    assert "password" not in said(box).lower()
    also.setChecked(wants)
    pressed(box, words.text("ui.remove.yes"))
    await until(lambda: engine.wished("remove"))
    assert bool(engine.wished("revoke")) is wants


async def test_a_mailbox_with_a_password_is_not_asked_about(asked: Asked) -> None:
    _acts, box = asked(dropped(Cause.CREDENTIALS_REJECTED))
    assert box.checkBox() is None
    box.reject()


async def test_a_sign_out_that_failed_is_told(asked: Asked, engine: FakeEngine, words: Wording) -> None:
    engine.revocation = Revocation.FAILED
    acts, box = asked(revoked())
    told: list[BaseException] = []
    acts.failed.connect(told.append)
    pressed(box, words.text("ui.remove.yes"))
    await until(lambda: told)
    assert in_words(told[0], words) == words.text("signout.failed")
