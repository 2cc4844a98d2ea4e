"""Real trays on a screen of our own: xfce4-panel (StatusNotifier, drawn by another process) and trayer (XEmbed)."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Final

from tests.servers.notification_daemon import Xfconf, name_is_owned
from tests.servers.processes import stop

HOSTS: Final = ("xfce4-panel", "trayer")
_START_SECONDS: Final = 20.0
_PANEL: Final = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array"><value type="int" value="1"/>
    <property name="dark-mode" type="bool" value="{dark}"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/><property name="position-locked" type="bool" value="true"/>
      <property name="icon-size" type="uint" value="{edge}"/><property name="size" type="uint" value="30"/>
      <property name="background-style" type="uint" value="1"/>
      <property name="background-rgba" type="array">{ground}</property>
      <property name="plugin-ids" type="array"><value type="int" value="1"/><value type="int" value="2"/></property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="tasklist"/>
    <property name="plugin-2" type="string" value="systray">
      <property name="icon-size" type="int" value="{edge}"/><property name="square-icons" type="bool" value="false"/>
    </property>
  </property>
</channel>
"""
_GROUNDS: Final = {False: (0.96, 0.96, 0.97, 1.0), True: (0.13, 0.13, 0.14, 1.0)}


class TrayHost:
    """`env` has the session bus, HOME and DISPLAY; a panel along the upper edge of the screen."""

    def __init__(self, kind: str, env: dict[str, str], *, dark: bool = False, edge: int = 22) -> None:
        self._kind, self._env, self._dark, self._edge = kind, env, dark, edge
        self._process: subprocess.Popen[bytes] | None = None
        self._xfconf = Xfconf(env)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> TrayHost:
        words = ["xfce4-panel", "--disable-wm-check"] if self._kind == "xfce4-panel" else self._trayer()
        if self._kind == "xfce4-panel":
            self._configure()
            self._xfconf.start()
        self._process = subprocess.Popen(
            words, env=self._env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        end = time.monotonic() + _START_SECONDS
        while not self._is_there():
            assert self._process.poll() is None, "the tray ended"
            assert time.monotonic() < end, "the tray does not start"
            time.sleep(0.05)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            stop(self._process)
        self._xfconf.stop()

    def _is_there(self) -> bool:
        if self._kind == "xfce4-panel":
            return name_is_owned("org.kde.StatusNotifierWatcher", self._env)
        asked = ["xdotool", "search", "--class", "trayer"]
        return subprocess.run(asked, env=self._env, capture_output=True, check=False).returncode == 0

    def _trayer(self) -> list[str]:
        tint = "0x202124" if self._dark else "0xf6f6f7"
        look = ["--transparent", "true", "--alpha", "0", "--tint", tint, "--height", "28"]
        return ["trayer", "--edge", "top", "--align", "right", "--widthtype", "request", *look]

    def _configure(self) -> None:
        folder = Path(self._env["HOME"]) / ".config/xfce4/xfconf/xfce-perchannel-xml"
        folder.mkdir(parents=True, exist_ok=True)
        ground = "".join(f'<value type="double" value="{part}"/>' for part in _GROUNDS[self._dark])
        text = _PANEL.format(dark=str(self._dark).lower(), edge=self._edge, ground=ground)
        (folder / "xfce4-panel.xml").write_text(text)
