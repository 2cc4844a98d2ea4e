"""The rehearsal fleet as values: which mailboxes there are, how their servers behave, what the desk should find out.

Read from resources/demo/fleet.toml, which says what each key means. Nothing is played here.
"""

from __future__ import annotations

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.verdict import Half
from mailbox_desk.paths import resources_dir

USUAL_PASSWORD: Final = "rehearsal password"


class BadFleet(ValueError):
    """The fleet file can't be read or makes no sense; the text says where, the reason is the cause."""


class Point(StrEnum):
    """Where in a conversation a server says its special words. CONNECT: nobody listens."""

    CONNECT = "connect"
    GREETING = "greeting"
    SIGN_IN = "sign_in"
    SELECT = "select"
    MAIL = "mail"
    RCPT = "rcpt"


class Shown(StrEnum):
    """Whose certificate a server shows."""

    TRUSTED = "trusted"
    OWN = "own"
    EXPIRED = "expired"


class Speech(StrEnum):
    """What is spoken at a port from the first byte on."""

    TLS = "tls"
    STARTTLS = "starttls"
    HTTP = "http"


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one half behaves. `since`, `until`: seconds after the network is there, between which `at` holds."""

    at: Point | None = None
    says: str = ""
    since: float = 0.0
    until: float | None = None
    slow: float = 0.0
    certificate: Shown = Shown.TRUSTED
    speaks: Speech = Speech.TLS
    storage: tuple[int, int] = (524_288, 2_097_152)
    off: bool = False

    def holds(self, point: Point, seconds: float) -> bool:
        """Whether the special words are said at this point, so many seconds after the network came."""
        return self.at is point and self.since <= seconds < (float("inf") if self.until is None else self.until)


class Role(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One mailbox of the fleet. `cause` None: nothing is wrong with it."""

    address: str
    cause: Cause | None = None
    also: tuple[Cause, ...] = ()
    first: bool = False
    host: str = "localhost"
    paused: bool = False
    stored: str = ""
    right: str = ""
    receiving: Part = Part()
    sending: Part = Part()
    source: str = ""

    def part(self, half: Half) -> Part:
        return self.receiving if half is Half.RECEIVING else self.sending

    @property
    def kept_password(self) -> str:
        """What the desk has in its vault when the rehearsal begins."""
        return self.stored or self.right or USUAL_PASSWORD

    @property
    def taken_password(self) -> str:
        """What the server takes."""
        return self.right or USUAL_PASSWORD


class Fleet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All mailboxes. `providers`: id -> the domains that look like that provider's; `not_played`: cause -> why."""

    mailbox: tuple[Role, ...]
    providers: dict[str, tuple[str, ...]]
    not_played: dict[Cause, str]


def load_fleet(file: Path | None = None) -> Fleet:
    """The fleet of this file, or the one that ships with the program. Raises BadFleet."""
    place = file or resources_dir() / "demo" / "fleet.toml"
    try:
        return msgspec.convert(tomllib.loads(place.read_text(encoding="utf-8")), type=Fleet)
    except (OSError, ValueError) as error:  # msgspec's and tomllib's are ValueErrors
        raise BadFleet(f"{place.name}: {error}") from error
