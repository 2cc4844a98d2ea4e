"""From home to a running engine, for the window: imported on a thread once the first rows are painted, for it brings
along everything heavy. What can stop the start is turned into one Trouble with its words' key."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from mailbox_desk import wiring
from mailbox_desk.model.history import ArchiveFailed, StoreIsNewer
from mailbox_desk.model.vault_state import WrongPassphrase
from mailbox_desk.paths import Home
from mailbox_desk.ui.extras import Extras
from mailbox_desk.ui.rehearsal_bar import RehearsalBar
from mailbox_desk.wiring import (
    HomeTaken,
    NobodyAnswers,
    NoPassphrase,
    NoServers,
    help_page,
    knock,
    read_help,
    read_passphrase,
)
from mailbox_desk.wording import Wording


class Trouble(Exception):
    """The desk can't start. `reason` names the page `ui.start.<reason>`, `detail` goes into it."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


class ShownElsewhere(Exception):
    """The desk of this home is open already, and has come forward."""


@asynccontextmanager
async def open_house(
    home: Home, told: argparse.Namespace, words: Wording, come_forward: Callable[[], None]
) -> AsyncIterator[wiring.House]:
    """The started desk of this home; a second start of the program calls `come_forward`.
    Raises Trouble or ShownElsewhere."""

    try:
        async with wiring.rehearsal_house() if told.demo else wiring.open_house(home) as house:
            if told.passphrase_file:
                await house.unlock(read_passphrase(told.passphrase_file))
            await house.engine.start()
            await house.answer_at_the_door(words, show=come_forward)
            yield house
    except HomeTaken as error:
        await _show_the_first(home, error)
    except NoServers as error:
        raise Trouble("rehearsal", str(error)) from error
    except NoPassphrase as error:
        raise Trouble("passphrase", str(error)) from error
    except WrongPassphrase as error:
        raise Trouble("passphrase") from error
    except StoreIsNewer as error:
        raise Trouble("newer", str(error)) from error
    except (ArchiveFailed, OSError) as error:
        raise Trouble("store", str(error)) from error


async def extras() -> Extras:
    """What the window needs besides the engine. Raises BadResource."""
    return Extras(help_page, await read_help(), wiring.Rehearsals().open)


async def _show_the_first(home: Home, taken: HomeTaken) -> None:
    try:
        async for answer in knock(home, "show"):
            if answer.get("shown"):
                raise ShownElsewhere from taken
    except NobodyAnswers as error:
        raise Trouble("taken") from error
    raise Trouble("taken") from taken  # a `watch` in a terminal holds it: there is nothing to show


__all__ = ["RehearsalBar", "ShownElsewhere", "Trouble", "extras", "open_house"]
