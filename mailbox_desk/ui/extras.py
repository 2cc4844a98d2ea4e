"""What the window is handed besides the engine: help, and what reaches beyond it. Filled by ui.house."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.help_page import HelpLibrary
from mailbox_desk.ui.files import Files


def _no_page(_: Cause) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Extras:
    """`help_page` gives a cause's page as Markdown for the pane; `open_rehearsal` starts a window of its own;
    `files` reads and writes lists of mailboxes."""

    help_page: Callable[[Cause], str] = _no_page
    library: HelpLibrary = field(default_factory=lambda: HelpLibrary(()))
    open_rehearsal: Callable[[], Coroutine[Any, Any, None]] | None = None
    files: Files | None = None
