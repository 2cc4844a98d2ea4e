"""argv -> command line or window; nothing else. Imports wait until the wish is known: a command loads no Qt."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from mailbox_desk.cli.arguments import SERVERS, parse


def main(argv: Sequence[str] | None = None) -> int:
    """Start what the arguments ask for; the answer is the exit code."""
    told = parse(sys.argv[1:] if argv is None else argv)
    if told.command == SERVERS:
        from mailbox_desk.demo.servers import run as run_servers

        return run_servers()
    if told.command is None and has_display():
        gc.disable()  # collecting amid the imports only holds up the first paint; ui.collector takes over afterwards
        from mailbox_desk.ui.main import run as run_window

        return run_window(told)
    from mailbox_desk.cli.main import run as run_command

    return run_command(told)


def has_display() -> bool:
    """Whether a window can be shown. Windows and macOS always can; Qt's own platform setting counts as a yes."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


if __name__ == "__main__":
    sys.exit(main())
