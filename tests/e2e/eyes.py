"""Reads a window through the accessibility bus, as a screen reader does. Run by the system's Python, which has pyatspi.

For each line on stdin it prints one line of JSON: all that is showing, each with role, name, text, box and states.
Qt leaves menus out of what is below its windows; they are known once one of their entries was told as focused.
"""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Any

import pyatspi  # type: ignore[import-not-found]  # a package of the system (python3-pyatspi), not of the venv
from gi.repository import GLib  # type: ignore[import-not-found]  # likewise (python3-gi)

_DEEPEST = 40
_ENTRIES = ("menu item", "check menu item")
_STATES = {
    "enabled": pyatspi.STATE_ENABLED,
    "checked": pyatspi.STATE_CHECKED,
    "focused": pyatspi.STATE_FOCUSED,
    "modal": pyatspi.STATE_MODAL,
}


class Menu:
    """The one whose entry was focused last."""

    def __init__(self) -> None:
        self._entry: Any = None
        pyatspi.Registry.registerEventListener(self._heard, "object:state-changed:focused")

    def _heard(self, event: Any) -> None:
        with contextlib.suppress(GLib.GError):  # gone before it could be looked at
            if event.detail1 and event.source.getRoleName() in _ENTRIES:
                self._entry = event.source

    def look(self, seen: list[dict[str, Any]]) -> None:
        """Add what it shows, as far as it is open."""
        while GLib.MainContext.default().iteration(False):
            pass
        with contextlib.suppress(Exception):  # closed meanwhile
            if self._entry is not None:
                _walk(self._entry.parent, seen, 1)


def look(pid: int, menu: Menu) -> list[dict[str, Any]]:
    """Everything that this process shows now; what vanishes while being read is left out."""
    seen: list[dict[str, Any]] = []
    menu.look(seen)
    for application in pyatspi.Registry.getDesktop(0):
        if application is not None and application.get_process_id() == pid:
            _walk(application, seen, 0)
    return seen


def _walk(node: Any, seen: list[dict[str, Any]], depth: int) -> None:
    if depth > _DEEPEST:
        return
    for child in node:
        if child is None:
            continue
        with contextlib.suppress(Exception):  # gone between two calls: the next look will tell
            states = child.getState()
            if depth == 0 or states.contains(pyatspi.STATE_SHOWING):
                seen.append(_told(child, states, depth))
                _walk(child, seen, depth + 1)


def _told(node: Any, states: Any, depth: int) -> dict[str, Any]:
    told = {"role": node.getRoleName(), "name": node.name, "text": "", "depth": depth}
    told |= {name: states.contains(state) for name, state in _STATES.items()}
    box = node.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    told["box"] = [box.x, box.y, box.width, box.height]
    with contextlib.suppress(NotImplementedError):
        told["text"] = node.queryText().getText(0, -1)
    return told


def main() -> None:
    menu = Menu()
    for line in sys.stdin:
        try:
            seen = look(int(line), menu)
        except Exception as error:  # noqa: BLE001  said to the test, which looks again
            sys.stderr.write(f"{error!r}\n")
            seen = []
        sys.stdout.write(json.dumps(seen) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
