"""A person at a screen: looks through the accessibility bus, acts by mouse and keys alone.

Xvfb with a window manager; boxes come from AT-SPI, clicks and keys from xdotool (XTEST). Needs the Debian packages
at-spi2-core, python3-pyatspi, openbox, xdotool and imagemagick.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from tests.servers.display import Display
from tests.servers.processes import stop

_LAUNCHER: Final = "/usr/libexec/at-spi-bus-launcher"
_SYSTEM_PYTHON: Final = "/usr/bin/python3"


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing on the screen. `box` is x, y, width, height in pixels of the screen."""

    role: str
    name: str
    text: str
    box: tuple[int, int, int, int]
    enabled: bool
    checked: bool
    focused: bool

    @property
    def centre(self) -> tuple[int, int]:
        x, y, width, height = self.box
        return x + width // 2, y + height // 2

    @property
    def words(self) -> str:
        return self.text or self.name


class Person:
    """`env` is that of the session: bus and HOME; DISPLAY is added to it."""

    def __init__(self, env: dict[str, str]) -> None:
        self._display = Display()
        self.env = dict(env)
        self._helpers: list[subprocess.Popen[bytes]] = []
        self._eyes: subprocess.Popen[str] | None = None
        self.pid = 0

    def __enter__(self) -> Person:
        self._display.__enter__()
        self.env |= {"DISPLAY": self._display.name, "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "QT_QPA_PLATFORM": "xcb"}
        self._start("openbox")
        self._start(_LAUNCHER, "--launch-immediately")
        self._until(self._bus_is_there, "no accessibility bus")
        self._eyes = subprocess.Popen(
            [_SYSTEM_PYTHON, str(Path(__file__).with_name("eyes.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self.env,
            start_new_session=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._eyes is not None:
            assert self._eyes.stdin is not None
            assert self._eyes.stdout is not None
            self._eyes.stdin.close()
            self._eyes.wait(10)
            self._eyes.stdout.close()
        for helper in reversed(self._helpers):
            stop(helper)
        self._display.__exit__(None, None, None)

    # -- looking

    def look(self) -> list[Seen]:
        """All that the program shows now."""
        assert self._eyes is not None
        assert self._eyes.stdin is not None
        assert self._eyes.stdout is not None
        self._eyes.stdin.write(f"{self.pid}\n")
        self._eyes.stdin.flush()
        return [_seen(each) for each in json.loads(self._eyes.stdout.readline())]

    def sees(self, words: str, *, role: str = "", seconds: float = 20.0) -> Seen:
        """Wait until something with these words in name or text is there, and return it; the last one found."""
        found: list[Seen] = []

        def there() -> bool:
            found[:] = [each for each in self.look() if _fits(each, words, role)]
            return bool(found)

        self._until(there, f"{words!r} {role} is not to be seen", seconds=seconds)
        return found[-1]

    def sees_no(self, words: str, *, role: str = "", seconds: float = 20.0) -> None:
        """Wait until nothing with these words is there."""
        self._until(
            lambda: not any(_fits(each, words, role) for each in self.look()), f"{words!r} stays", seconds=seconds
        )

    def said(self) -> str:
        return "\n".join(each.words for each in self.look() if each.words)

    # -- acting

    def clicks(
        self, words: str, *, role: str = "push button", seconds: float = 20.0, button: int = 1, holding: str = ""
    ) -> None:
        """Wait until it is there and can be used, and click its middle; with a key held down where `holding` names
        one. Buttons: 1 left, 3 right, 4 and 5 the wheel up and down."""
        end = time.monotonic() + seconds
        seen = self.sees(words, role=role, seconds=seconds)
        while not seen.enabled:
            assert time.monotonic() < end, f"{words!r} can't be used"
            seen = self.sees(words, role=role)
        x, y = seen.centre
        held = (["keydown", holding], ["keyup", holding]) if holding else ([], [])
        self._do("mousemove", str(x), str(y), *held[0], "click", str(button), *held[1])

    def drags(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """With the left button down, by way of the middle: a drag begins only after some pixels."""
        middle = (start[0] + end[0]) // 2, (start[1] + end[1]) // 2
        self._do("mousemove", *map(str, start), "mousedown", "1")
        for x, y in (middle, end, end):
            self._do("mousemove", str(x), str(y))
        self._do("mouseup", "1")

    def opens_menu(self, act: Callable[[], None]) -> None:
        """Do what opens a menu, and step onto its first entry: only from then on is a screen reader told of it."""
        before = self._windows()
        act()
        self._until(lambda: self._windows() > before, "no menu opens")
        self.presses("Down")
        self._until(lambda: any(each.role == "menu item" for each in self.look()), "the menu says nothing")

    def picks(self, entry: str) -> None:
        """Click this entry of the menu that is open."""
        self.clicks(entry, role="menu item")
        self.sees_no(entry, role="menu item")

    def types(self, text: str) -> None:
        """Into what has the focus. By stdin: what is typed shows in no process list."""
        words = ["xdotool", "type", "--clearmodifiers", "--delay", "8", "--file", "-"]
        subprocess.run(words, input=text.encode(), env=self.env, check=True, timeout=60)

    def fills(self, field: str, text: str) -> None:
        """Click the field of this name, and put the text in place of what it held."""
        self.clicks(field, role="text" if not _is_secret(field) else "password text")
        self.presses("ctrl+a")
        self.types(text)

    def presses(self, *keys: str) -> None:
        self._do("key", "--clearmodifiers", *keys)

    def picture(self, file: Path) -> None:
        subprocess.run(["import", "-window", "root", str(file)], env=self.env, check=True, timeout=60)

    # -- how

    def _start(self, *words: str) -> None:
        self._helpers.append(
            subprocess.Popen(
                words, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
            )
        )

    def _do(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self.env, check=True, timeout=60, capture_output=True)

    def _windows(self) -> int:
        """How many windows and menus the program has on the screen."""
        asked = ["xdotool", "search", "--onlyvisible", "--pid", str(self.pid)]
        return len(subprocess.run(asked, env=self.env, capture_output=True, check=False, timeout=60).stdout.split())

    def _bus_is_there(self) -> bool:
        asked: Sequence[str] = (
            *("dbus-send", "--session", "--print-reply", "--dest=org.a11y.Bus", "/org/a11y/bus"),
            "org.a11y.Bus.GetAddress",
        )
        return subprocess.run(asked, env=self.env, capture_output=True, check=False).returncode == 0

    def _until(self, holds: Callable[[], bool], otherwise: str, *, seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                raise AssertionError(f"{otherwise}; there is:\n{self.said() if self._eyes else ''}")
            time.sleep(0.05)


def _seen(told: dict[str, Any]) -> Seen:
    x, y, width, height = told["box"]
    return Seen(
        told["role"],
        told["name"],
        told["text"],
        (x, y, width, height),
        told["enabled"],
        told["checked"],
        told["focused"],
    )


def _fits(seen: Seen, words: str, role: str) -> bool:
    return (not role or seen.role == role) and (words in seen.name or words in seen.text)


def _is_secret(field: str) -> bool:
    return "password" in field.lower() or "passphrase" in field.lower()
