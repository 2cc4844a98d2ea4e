"""From home to a running engine, for the window: imported on a thread once the first rows are painted, for it brings
along everything heavy. What can stop the start is turned into one Trouble with its words' key."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from mailbox_desk import wiring
from mailbox_desk.model.history import ArchiveFailed, StoreIsNewer
from mailbox_desk.model.network import Hints
from mailbox_desk.model.summons import Summons
from mailbox_desk.model.vault_state import WrongPassphrase
from mailbox_desk.paths import Home
from mailbox_desk.ui.extras import Extras
from mailbox_desk.ui.rehearsal_bar import RehearsalBar
from mailbox_desk.ui.tidings import Tidings
from mailbox_desk.ui.tray import Tray
from mailbox_desk.wiring import (
    Desktop,
    HomeTaken,
    NobodyAnswers,
    NoPassphrase,
    NoServers,
    ask_to_leave,
    help_page,
    knock,
    read_help,
    read_passphrase,
    watcher_of,
)
from mailbox_desk.wording import Wording

if sys.platform != "linux":
    from mailbox_desk.ui.system_hints import SystemHints


class Trouble(Exception):
    """The desk can't start. `reason` names the page `ui.start.<reason>`, `detail` goes into it."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


class ShownElsewhere(Exception):
    """The desk of this home is open already, and has come forward."""


class WatchedElsewhere(Exception):
    """A watcher in the background holds this home, and may be asked to leave. `seconds`: how long it has been there;
    `stands_by`: it comes back by itself once the window has gone."""

    def __init__(self, seconds: float, *, stands_by: bool) -> None:
        super().__init__(seconds)
        self.seconds = seconds
        self.stands_by = stands_by


@asynccontextmanager
async def open_house(
    home: Home, told: argparse.Namespace, words: Wording, show: Callable[[Summons], None], tray: Tray
) -> AsyncIterator[wiring.House]:
    """The started desk of this home; a second start of the program calls `show`.
    Raises Trouble, ShownElsewhere or WatchedElsewhere."""

    try:
        desktop = Desktop(words, tray.balloon, tray.picture, _hints())
        made = wiring.rehearsal_house(desktop=desktop) if told.demo else wiring.open_house(home, desktop=desktop)
        async with made as house:
            if told.passphrase_file:
                await house.unlock(read_passphrase(told.passphrase_file))
            await house.engine.start()
            await house.answer_at_the_door(words, show=show)
            yield house
    except HomeTaken as error:
        await _show_the_first(home, summons_of(told), error)
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


def _hints() -> Hints | None:
    """On Linux the system's bus tells them."""
    if sys.platform != "linux":
        return SystemHints()
    return None


async def take_over(home: Home) -> bool:
    """Ask the watcher of this home to leave, and wait until it has; False where it stays."""
    return await ask_to_leave(home)


async def extras(house: wiring.House) -> Extras:
    """What the window needs besides the engine. Raises BadResource."""
    return Extras(help_page, await read_help(), wiring.Rehearsals().open, house.files)


def summons_of(told: argparse.Namespace) -> Summons:
    """What this start asks of the window, ours or that of the desk which is open already."""
    token = os.environ.get("XDG_ACTIVATION_TOKEN") or os.environ.get("DESKTOP_STARTUP_ID") or ""
    return Summons(told.add.strip(), told.show.strip(), told.reconnect.strip(), token)


async def _show_the_first(home: Home, summons: Summons, taken: HomeTaken) -> None:
    try:
        async for answer in knock(home, "show", summons.arguments()):
            if answer.get("shown"):
                raise ShownElsewhere from taken
    except NobodyAnswers as error:
        raise Trouble("taken") from error
    watcher = await watcher_of(home)
    if watcher is None:
        raise Trouble("taken") from taken  # another command holds it: there is nothing to show
    raise WatchedElsewhere(watcher.seconds, stands_by=watcher.stands_by) from taken


__all__ = [
    "RehearsalBar",
    "ShownElsewhere",
    "Tidings",
    "Trouble",
    "WatchedElsewhere",
    "extras",
    "open_house",
    "summons_of",
    "take_over",
]
