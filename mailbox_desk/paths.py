"""Where things lie: the resources that ship with the program and the user's own folders. No file is opened here."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from platformdirs import PlatformDirs

HOME_VARIABLE = "MAILBOX_DESK_HOME"
_PACKAGE = Path(__file__).resolve().parent


def resources_dir() -> Path:
    """The resources of a frozen bundle, of an installed wheel, or of a checkout, whichever we run from."""
    bundle = getattr(sys, "_MEIPASS", None)
    candidates = [Path(bundle) / "resources"] if bundle else []
    candidates += [_PACKAGE / "resources", _PACKAGE.parent / "resources"]
    return next((path for path in candidates if path.is_dir()), candidates[-1])


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that holds everything the desk keeps of its user."""

    root: Path

    @property
    def database(self) -> Path:
        return self.root / "desk.sqlite"

    @property
    def vault(self) -> Path:
        return self.root / "vault.sqlite"

    @property
    def lock(self) -> Path:
        return self.root / "desk.lock"

    @property
    def door(self) -> Path:
        """Where the first process says how a second one reaches it."""
        return self.root / "desk.door"

    @property
    def running(self) -> Path:
        """Is there while a desk runs, and after one that did not end properly."""
        return self.root / "desk.running"

    @property
    def log(self) -> Path:
        return self.root / "desk.log"

    @property
    def backups(self) -> Path:
        return self.root / "backups"


def home(override: str | None = None) -> Home:
    """The home: `--home`, else MAILBOX_DESK_HOME, else the platform's data folder for this user."""
    chosen = override or os.environ.get(HOME_VARIABLE)
    if chosen:
        return Home(Path(chosen).expanduser().absolute())
    return Home(PlatformDirs("mailbox-desk", appauthor=False).user_data_path)
