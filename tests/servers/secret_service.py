"""A real Secret Service on a session bus of its own: gnome-keyring unlocked, locked, never set up, hung, or none."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

_NAME = "org.freedesktop.secrets"
_NO_ACTIVATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy></busconfig>"""
_START_SECONDS = 10.0
_UNLOCK = """
import sys
from jeepney import DBusAddress, new_method_call
from secretstorage import Collection, dbus_init
from secretstorage.util import format_secret, open_session

bus = dbus_init()
secret = format_secret(open_session(bus), sys.argv[1].encode(), "text/plain")
door = DBusAddress("/org/freedesktop/secrets", "org.freedesktop.secrets",
                   "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface")
collection = Collection(bus).collection_path
call = new_method_call(door, "UnlockWithMasterPassword", "o(oayays)", (collection, secret))
bus.send_and_get_reply(call)
assert not Collection(bus).is_locked()
"""


class SecretService:
    """The bus starts nothing by itself, so that no service really means none. `env` is for children that are to use
    this bus; what runs in the test's own process is left alone."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="desk-bus-"))
        (self.home / "run").mkdir(mode=0o700)
        dropped = {"DBUS_SESSION_BUS_ADDRESS", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "DISPLAY", "WAYLAND_DISPLAY"}
        self.env = {name: value for name, value in os.environ.items() if name not in dropped}
        self.env |= {"HOME": str(self.home), "XDG_RUNTIME_DIR": str(self.home / "run")}
        self._daemon: subprocess.Popen[bytes] | None = None
        configuration = self.home / "bus.conf"
        configuration.write_text(_NO_ACTIVATION)
        self._bus = subprocess.Popen(
            ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--print-address=1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=self.env,
            start_new_session=True,
        )
        assert self._bus.stdout is not None
        self.env["DBUS_SESSION_BUS_ADDRESS"] = self._bus.stdout.readline().strip()

    def __enter__(self) -> SecretService:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._bus.terminate()
        self._bus.wait(5)
        assert self._bus.stdout is not None
        self._bus.stdout.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def start(self, password: str = "master", *, unlock: bool = True) -> None:
        """gnome-keyring. A first start with `unlock` makes the login keyring under `password`; without, it is
        running but locked, or has none yet."""
        options = ["--foreground", "--components=secrets", *(["--unlock"] if unlock else [])]
        self._daemon = subprocess.Popen(
            ["gnome-keyring-daemon", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self.env,
            start_new_session=True,
        )
        assert self._daemon.stdin is not None
        if unlock:
            self._daemon.stdin.write(password.encode())
        self._daemon.stdin.close()
        deadline = time.monotonic() + _START_SECONDS
        while not self.is_there():
            if time.monotonic() > deadline or self._daemon.poll() is not None:
                raise TimeoutError("gnome-keyring did not come up")
            time.sleep(0.02)

    def stop(self) -> None:
        """Take the service away; what it stored stays for the next start."""
        daemon, self._daemon = self._daemon, None
        if daemon is not None:
            daemon.send_signal(signal.SIGCONT)
            daemon.terminate()
            daemon.wait(5)

    def hang(self) -> None:
        """It holds its name and answers nothing."""
        assert self._daemon is not None
        self._daemon.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        assert self._daemon is not None
        self._daemon.send_signal(signal.SIGCONT)

    def lock(self) -> None:
        self.run("from secretstorage import Collection, dbus_init; Collection(dbus_init()).lock()")

    def unlock(self, password: str = "master") -> None:
        """As a person does elsewhere: by gnome-keyring's own door, which needs no prompter."""
        self.run(_UNLOCK, [password])

    @contextmanager
    def overheard(self, heard: list[str]) -> Iterator[None]:
        """Adds to `heard` the names of the calls that reach the service meanwhile."""
        rule = f"type='method_call',destination='{_NAME}'"
        monitor = subprocess.Popen(
            ["dbus-monitor", "--session", "--profile", rule], env=self.env, stdout=subprocess.PIPE, text=True
        )
        assert monitor.stdout is not None
        line = monitor.stdout.readline()  # the head; the monitor's own name follows once it listens
        while "NameLost" not in line:
            line = monitor.stdout.readline()
        try:
            yield
        finally:
            time.sleep(0.2)  # the last call is written out by another process
            monitor.terminate()
            heard += [words[-1] for each in monitor.stdout if (words := each.split()) and words[0] == "mc"]
            monitor.wait(5)
            monitor.stdout.close()

    def labels(self) -> list[str]:
        """What lies in the default collection, by label."""
        code = "from secretstorage import Collection, dbus_init\nfor each in Collection(dbus_init()).get_all_items():"
        return self.run(f"{code} print(each.get_label())").splitlines()

    def forget_all(self) -> None:
        self.run(
            "from secretstorage import Collection, dbus_init\nfor each in Collection(dbus_init()).get_all_items():"
            " each.delete()"
        )

    def run(self, code: str, arguments: Sequence[str] = ()) -> str:
        """Python code in a child on this bus; what it printed."""
        done = subprocess.run(
            [sys.executable, "-W", "error::DeprecationWarning", "-c", code, *arguments],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def is_there(self) -> bool:
        asked = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/"]
        asked += ["org.freedesktop.DBus.NameHasOwner", f"string:{_NAME}"]
        return "true" in subprocess.run(asked, env=self.env, capture_output=True, text=True, check=False).stdout
