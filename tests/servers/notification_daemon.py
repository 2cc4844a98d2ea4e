"""Real notification daemons on a screen and bus of our own: dunst and xfce4-notifyd; started, hung, killed, restarted.

The bus starts nothing by itself, so that none really means none: what these need beside them is started here.
"""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Final

from tests.servers.processes import stop

_NAME: Final = "org.freedesktop.Notifications"
_XFCONF: Final = "org.xfce.Xfconf"
_XFCONFD: Final = "/usr/lib/x86_64-linux-gnu/xfce4/xfconf/xfconfd"
_START_SECONDS: Final = 15.0
_DUNSTRC: Final = """[global]
mouse_left_click = do_action
mouse_middle_click = context
min_icon_size = 32
max_icon_size = 48
width = 420
origin = top-right
offset = 20x60
markup = full
"""
_PROGRAMS: Final = {
    "dunst": ["dunst", "-conf", "{config}"],
    "xfce4-notifyd": ["/usr/lib/x86_64-linux-gnu/xfce4/notifyd/xfce4-notifyd"],
}
DAEMONS: Final = tuple(_PROGRAMS)


class NotificationDaemon:
    """`env` has the session bus and DISPLAY. It is on the bus once `start` returns."""

    def __init__(self, kind: str, env: dict[str, str], folder: Path) -> None:
        config = folder / "dunstrc"
        config.write_text(_DUNSTRC)
        self._words = [word.format(config=config) for word in _PROGRAMS[kind]]
        self._env = env
        self._process: subprocess.Popen[bytes] | None = None
        self._xfconf = Xfconf(env)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> NotificationDaemon:
        self._xfconf.start()
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._xfconf.stop()

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._words,
            env=self._env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        end = time.monotonic() + _START_SECONDS
        while not name_is_owned(_NAME, self._env):
            assert self._process.poll() is None, "the notification daemon ended"
            assert time.monotonic() < end, "the notification daemon does not start"
            time.sleep(0.05)

    def stop(self) -> None:
        """Take it away; stopping what does not run is nothing."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGCONT)
            stop(process)

    def hang(self) -> None:
        """It holds its name and answers nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)


class Xfconf:
    """Xfce's settings, as panel and daemon read them; one a bus."""

    def __init__(self, env: dict[str, str]) -> None:
        self._env = env
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if name_is_owned(_XFCONF, self._env):
            return
        self._process = subprocess.Popen([_XFCONFD], env=self._env, stderr=subprocess.DEVNULL, start_new_session=True)
        end = time.monotonic() + _START_SECONDS
        while not name_is_owned(_XFCONF, self._env):
            assert time.monotonic() < end, "xfconfd does not start"
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process)


def name_is_owned(name: str, env: dict[str, str]) -> bool:
    """Somebody on this bus has that name."""
    asked = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/"]
    asked += ["org.freedesktop.DBus.NameHasOwner", f"string:{name}"]
    return "true" in subprocess.run(asked, env=env, capture_output=True, text=True, check=False).stdout
