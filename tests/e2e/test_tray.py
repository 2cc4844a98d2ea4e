"""The tray, notices and a second start on a real screen: real panels, real notification daemons, mouse and keys."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from PySide6.QtGui import QColor, QImage

from mailbox_desk.ui.look import LIGHT, Tone
from mailbox_desk.wording import Wording
from tests.e2e.screen import Person
from tests.e2e.test_window import desk, ended
from tests.e2e.tray_desk import PASSPHRASE, address, furnish, password
from tests.servers.dovecot import Dovecot, DovecotUser
from tests.servers.notification_daemon import DAEMONS, NotificationDaemon
from tests.servers.secret_service import SecretService
from tests.servers.tray_host import HOSTS, TrayHost

COUNT = 3
WORDS = Wording.load(["en"], strict=True)
WINDOW = WORDS.text("ui.title")
PASSWORD_FIELD = WORDS.text("ui.reconnect.password")
_PANEL_HEIGHT = 30


@pytest.fixture
def server(ca: trustme.CA) -> Iterator[Dovecot]:
    with Dovecot([DovecotUser(address(each), password(each)) for each in range(COUNT)], ca=ca) as made:
        yield made


@pytest.fixture
def person() -> Iterator[Person]:
    with SecretService() as bus, Person(bus.env) as made:
        yield made


@dataclass
class Scene:
    """One desk and whoever sits before it."""

    person: Person
    server: Dovecot
    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @contextmanager
    def desk(self, *more: str) -> Iterator[subprocess.Popen[bytes]]:
        passphrase = self.folder / "passphrase"
        passphrase.write_text(f"{PASSPHRASE}\n")
        with desk(
            self.person, self.home, self.server, self.log, "--passphrase-file", str(passphrase), *more
        ) as process:
            yield process
        assert "Traceback" not in self.log.read_text()

    def starts_again(self, *more: str) -> int:
        """A second start; its exit code."""
        words = [sys.executable, "-m", "mailbox_desk", "--home", str(self.home), *more]
        return subprocess.run(words, env=self.person.env, check=False, timeout=60, capture_output=True).returncode

    def in_front(self) -> str:
        """The title of the window that has the keyboard."""
        asked = ["xdotool", "getactivewindow", "getwindowname"]
        done = subprocess.run(asked, env=self.person.env, check=False, capture_output=True, text=True)
        return done.stdout.strip()

    def windows(self) -> list[str]:
        """Those of the desk that are on the screen, by the window manager: a picture in the tray is none."""
        asked = ["xprop", "-root", "_NET_CLIENT_LIST"]
        told = subprocess.run(asked, env=self.person.env, check=True, capture_output=True, text=True).stdout
        listed = re.findall(r"0x[0-9a-f]+", told)
        names = [["xdotool", "getwindowname", each] for each in listed]
        run = [subprocess.run(each, env=self.person.env, check=False, capture_output=True, text=True) for each in names]
        return [each.stdout.strip() for each in run if each.stdout.strip() == WINDOW]

    def icon(self, tone: Tone, *, seconds: float = 25.0) -> tuple[int, int]:
        """Wait until the tray shows this colour, and say where."""
        found: list[tuple[int, int]] = []

        def there() -> bool:
            picture = self.folder / "screen.png"
            self.person.picture(picture)
            found[:] = _pixels(QImage(str(picture)), LIGHT.tone(tone))
            return len(found) > 20

        self.until(there, f"no {tone.value} in the tray", seconds=seconds)
        return found[len(found) // 2]

    def first_entry(self) -> tuple[int, int]:
        """Wait for the menu, and say where its first mailbox is: below the summary, above four more entries. No
        screen reader is told of it, neither by the panel nor by Qt."""
        found: list[tuple[int, int]] = []

        def there() -> bool:
            asked = ["xdotool", "search", "--onlyvisible", "--class", "panel|wrapper|mailbox"]
            told = subprocess.run(asked, env=self.person.env, check=False, capture_output=True, text=True).stdout
            boxes = [self.box(each) for each in told.split()]
            menus = [box for box in boxes if box and 100 < box[3] < 400 and box[2] < 600]
            found[:] = [(x + width // 3, y + height // 4) for x, y, width, height in menus]
            return bool(found)

        self.until(there, "no menu")
        return found[-1]

    def box(self, window: str) -> tuple[int, int, int, int] | None:
        """Place and size of a window by its id; None where it has just gone."""
        asked = ["xdotool", "getwindowgeometry", "--shell", window]
        told = subprocess.run(asked, env=self.person.env, check=False, capture_output=True, text=True).stdout
        parts = dict(line.split("=", 1) for line in told.split() if "=" in line)
        if "HEIGHT" not in parts:
            return None
        return int(parts["X"]), int(parts["Y"]), int(parts["WIDTH"]), int(parts["HEIGHT"])

    def until(self, holds: Callable[[], object], otherwise: str, *, seconds: float = 20.0) -> None:
        self.person._until(lambda: bool(holds()), otherwise, seconds=seconds)

    def clicks_at(self, place: tuple[int, int], button: int = 1) -> None:
        self.person._do("mousemove", str(place[0]), str(place[1]))
        self.person._do("click", str(button))


@pytest.fixture
async def scene(person: Person, server: Dovecot, tmp_path: Path) -> Scene:
    await furnish(tmp_path / "home", server, count=COUNT, wrong=1, settings={"closing_explained": "on"})
    return Scene(person, server, tmp_path)


def _pixels(screen: QImage, colour: str) -> list[tuple[int, int]]:
    wanted = QColor(colour).rgb()
    places = [(x, y) for x in range(screen.width()) for y in range(_PANEL_HEIGHT)]
    return [place for place in places if screen.pixel(*place) == wanted]


@contextmanager
def as_seen_by(person: Person, pid: int) -> Iterator[None]:
    """Look at another program's windows for a while."""
    own, person.pid = person.pid, pid
    try:
        yield
    finally:
        person.pid = own


@pytest.mark.parametrize("host", HOSTS)
async def test_the_tray_shows_the_worst_and_leads_to_it(scene: Scene, host: str) -> None:
    person = scene.person
    with TrayHost(host, person.env), scene.desk("--hidden") as process:
        icon = scene.icon(Tone.RED)
        assert scene.windows() == [], "it was started hidden"
        scene.clicks_at(icon)
        scene.until(lambda: scene.in_front() == WINDOW, "a click on the icon brings the window")
        await asyncio.sleep(0.6)  # two clicks, not a double one
        scene.clicks_at(scene.icon(Tone.RED))  # the panel's list of windows has moved it
        scene.until(lambda: not scene.windows(), "another click takes it away")

        scene.clicks_at(scene.icon(Tone.RED), 3)
        scene.clicks_at(scene.first_entry())
        person.sees(PASSWORD_FIELD)
        person.presses("Escape")
        person.sees_no(PASSWORD_FIELD)

        person.presses("alt+F4")
        scene.until(lambda: not scene.windows(), "closing takes the window away")
        assert process.poll() is None, "the desk goes on in the tray"
        assert scene.starts_again("--reconnect", address(0).upper()) == 0
        person.sees(PASSWORD_FIELD)
        person.presses("Escape")
        person.sees_no(PASSWORD_FIELD)
        person.presses("ctrl+q")
        code, seconds = ended(process)
        assert (code, seconds < 2) == (0, True), (code, seconds, scene.log.read_text())


@pytest.mark.parametrize("daemon", DAEMONS)
async def test_a_notice_leads_to_its_mailbox_and_goes_when_it_is_back(scene: Scene, daemon: str) -> None:
    person = scene.person
    with (
        NotificationDaemon(daemon, person.env, scene.folder) as notices,
        TrayHost("trayer", person.env),
        scene.desk("--hidden") as process,
    ):
        notice = wait_for_notice(scene, notices, daemon)
        if daemon == "dunst":  # draws no buttons: a click on the notice itself shows the mailbox
            scene.clicks_at(notice)
            scene.until(lambda: scene.in_front() == WINDOW, "the notice brings the window")
            person.sees(address(0))
            person.presses("ctrl+r")
        else:
            with as_seen_by(person, notices.pid):
                person.clicks(WORDS.text("tray.button.reconnect"))
        person.fills(PASSWORD_FIELD, password(0))
        person.clicks(WORDS.text("ui.reconnect.go"))
        person.sees_no(PASSWORD_FIELD)
        if daemon != "dunst":
            with as_seen_by(person, notices.pid):
                person.sees(WORDS.text("tray.back.one", address=address(0)))
        scene.icon(Tone.GREEN)
        process.terminate()
        code, seconds = ended(process)
        assert (code, seconds < 2) == (0, True), (code, seconds, scene.log.read_text())


def wait_for_notice(scene: Scene, notices: NotificationDaemon, daemon: str) -> tuple[int, int]:
    """Where the notice of the first mailbox is."""
    title = WORDS.text("tray.trouble.needs_you", address=address(0))
    if daemon != "dunst":
        with as_seen_by(scene.person, notices.pid):
            assert scene.person.sees(WORDS.text("tray.button.show"), role="push button")
            return scene.person.sees(title, seconds=30).centre
    asked = ["xdotool", "search", "--sync", "--onlyvisible", "--class", "Dunst"]
    told = subprocess.run(asked, env=scene.person.env, check=True, capture_output=True, text=True, timeout=60).stdout
    box = scene.box(told.split()[-1])
    assert box is not None
    return box[0] + box[2] // 2, box[1] + box[3] // 2


@pytest.mark.parametrize("fate", ["killed", "hung"])
async def test_a_daemon_that_fails_holds_up_nothing(scene: Scene, fate: str) -> None:
    """The tray tells instead, and the end is as quick as ever."""
    person = scene.person
    with NotificationDaemon("dunst", person.env, scene.folder) as notices, TrayHost("trayer", person.env):
        notices.hang() if fate == "hung" else notices.stop()
        with scene.desk() as process:
            person.sees(WORDS.text("tray.trouble.needs_you", address=address(0)), seconds=40)
            person.sees("Needs you", role="table cell")
            process.terminate()
            code, seconds = ended(process)
            assert (code, seconds < 2) == (0, True), (code, seconds, scene.log.read_text())
        assert (scene.home / "desk.log").read_text().count("no notification daemon answers") == 1


async def test_without_a_tray_it_says_so_once_and_stays_reachable(scene: Scene, server: Dovecot) -> None:
    person = scene.person
    await furnish(scene.folder / "other", server, count=1, wrong=0)
    (scene.folder / "home").rename(scene.folder / "unused")
    (scene.folder / "other").rename(scene.home)
    with scene.desk("--hidden") as process:
        person.sees(WORDS.text("tray.no_tray.text"))
        person.clicks(WORDS.text("tray.no_tray.keep"))
        person.sees(WORDS.text("tray.no_tray.kept"))
        scene.until(lambda: scene.in_front() == WINDOW, "the window has the keyboard")
        person.presses("alt+F4")
        scene.until(lambda: not scene.windows(), "closing takes the window away")
        with covered(scene):
            assert scene.starts_again("--show", address(0)) == 0
            scene.until(lambda: scene.in_front() == WINDOW, f"it does not come to the front: {scene.in_front()}")
        with covered(scene):
            assert scene.starts_again() == 0
            scene.until(lambda: scene.in_front() == WINDOW, "it comes to the front from behind another window")
        assert scene.starts_again("--show", "nobody@example.org") == 0
        person.sees(WORDS.text("tray.not_here", address="nobody@example.org"))
        person.presses("ctrl+q")
        assert ended(process)[0] == 0
    with scene.desk() as process:
        person.sees("Connected", role="table cell")
        person.sees_no(WORDS.text("tray.no_tray.text"))
        process.terminate()
        assert ended(process)[0] == 0


@contextmanager
def covered(scene: Scene) -> Iterator[None]:
    """Another program has the keyboard meanwhile."""
    words = ["xmessage", "-geometry", "1200x800+10+40", "-title", "another", "another program"]
    other = subprocess.Popen(words, env=scene.person.env, stderr=subprocess.DEVNULL)
    try:
        scene.until(lambda: scene.in_front() == "another", "the other window takes the keyboard")
        scene.clicks_at((600, 400))
        yield
    finally:
        other.kill()
        other.wait()
