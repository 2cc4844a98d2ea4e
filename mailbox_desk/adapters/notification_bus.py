"""Straight to the desktop's notification daemon, over the session bus (Desktop Notifications Specification 1.2).

Sockets that never block, on the loop that asks: no thread could get stuck here. Every call has its limit.
"""

from __future__ import annotations

import asyncio
import html
import logging
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from mailbox_desk.model.cause import Severity
from mailbox_desk.model.notice import Announcement, Choice, Picture

if sys.platform == "linux":
    from jeepney import DBusAddress, DBusErrorResponse, MatchRule, message_bus, new_method_call  # type: ignore[import-untyped]  # jeepney ships no types
    from jeepney.io.asyncio import DBusRouter, Proxy, open_dbus_connection  # type: ignore[import-untyped]  # likewise
    from jeepney.io.common import RouterClosed  # type: ignore[import-untyped]  # likewise
    from jeepney.wrappers import unwrap_msg  # type: ignore[import-untyped]  # likewise

_log = logging.getLogger(__name__)
_NAME: Final = "org.freedesktop.Notifications"
_PATH: Final = "/org/freedesktop/Notifications"
_PROGRAM: Final = "Mailbox Desk"
_DESKTOP_ENTRY: Final = "mailbox-desk"
_LIMIT: Final = 5.0  # seconds a call may take; a daemon that the bus starts for us needs one or two
_FAREWELL: Final = 0.2
_SIGNALS_KEPT: Final = 100
_URGENCY: Final[Mapping[Severity, int]] = {Severity.NOTE: 0, Severity.TROUBLE: 1, Severity.LOSS: 2}
_DRAW_DEFAULT: Final = frozenset({"Xfce Notify Daemon"})  # seen in xfce4-notifyd 0.7.3
_BY_DAEMON: Final = -1  # the daemon decides how long a notice stays


class NoDaemon(Exception):
    """No notification daemon answers: no bus, none installed, it hangs, or it went away. The cause is kept."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What the daemon says of the notice `number`: `name` is that of the specification, `detail` its second word."""

    name: str
    number: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Daemon:
    """Who shows notices here, and what it is able to do (the specification's capabilities)."""

    name: str
    able: frozenset[str]


@dataclass(slots=True)
class NotificationBus:
    """One connection to the session bus, made when it is first needed and again after it was lost."""

    heard: asyncio.Queue[Signal] = field(default_factory=lambda: asyncio.Queue(_SIGNALS_KEPT))
    _connection: Any = None
    _router: Any = None
    _listening: asyncio.Task[None] | None = None

    async def show(self, announcement: Announcement, picture: Picture, *, replaces: int = 0) -> int:
        """Show it, in place of the notice `replaces` where that is not 0; the number of what now stands there.
        Raises NoDaemon."""
        name = str((await self._call("GetServerInformation"))[0])
        daemon = Daemon(name, frozenset((await self._call("GetCapabilities"))[0]))
        words = notify_arguments(announcement, picture, daemon, replaces)
        return int((await self._call("Notify", "susssasa{sv}i", words))[0])

    async def take_away(self, number: int) -> None:
        """Close that notice, where it still stands. Raises NoDaemon."""
        await self._call("CloseNotification", "u", (number,))

    async def leave(self, numbers: tuple[int, ...] = ()) -> None:
        """Take these away without waiting for an answer, and hang up."""
        router = self._router
        if router is not None:
            with suppress(OSError, EOFError, TimeoutError):  # the bus may have gone before us
                async with asyncio.timeout(_FAREWELL):
                    for number in numbers:
                        await router.send(new_method_call(_address(), "CloseNotification", "u", (number,)))
        await self._hang_up()

    async def _call(self, name: str, signature: str = "", words: tuple[Any, ...] = ()) -> tuple[Any, ...]:
        try:
            async with asyncio.timeout(_LIMIT):
                if self._router is None:
                    await self._connect()
                method = new_method_call(_address(), name, signature or None, words)
                body: tuple[Any, ...] = unwrap_msg(await self._router.send_and_get_reply(method))
                return body
        except DBusErrorResponse as error:
            raise NoDaemon(error.name) from error
        except (OSError, EOFError, TimeoutError, KeyError, RuntimeError, RouterClosed) as error:
            await self._hang_up()
            raise NoDaemon(type(error).__name__) from error

    async def _connect(self) -> None:
        """KeyError: there is no session bus; RuntimeError: not one that we can speak to."""
        self._connection = await open_dbus_connection("SESSION")
        self._router = DBusRouter(self._connection)
        bus = Proxy(message_bus, self._router)
        daemon = MatchRule(type="signal", sender=_NAME, interface=_NAME, path=_PATH)
        owner = MatchRule(
            type="signal", sender=message_bus.bus_name, member="NameOwnerChanged", path="/org/freedesktop/DBus"
        )
        owner.add_arg_condition(0, _NAME)
        await bus.AddMatch(daemon)
        await bus.AddMatch(owner)
        self._listening = asyncio.create_task(self._listen(self._router), name="notification signals")

    async def _listen(self, router: Any) -> None:
        everything = MatchRule(type="signal")
        with router.filter(everything, bufsize=_SIGNALS_KEPT) as messages:
            while True:
                signal = understood(await messages.get())
                if signal is not None:
                    await self.heard.put(signal)

    async def _hang_up(self) -> None:
        listening, router, connection = self._listening, self._router, self._connection
        self._listening = self._router = self._connection = None
        if listening is not None:
            listening.cancel()
        if router is None:
            return
        try:
            async with asyncio.timeout(_FAREWELL):
                await router.__aexit__(None, None, None)
        except (OSError, EOFError, TimeoutError, RouterClosed) as error:
            _log.debug("the line to the session bus was lost: %s", type(error).__name__)
        finally:
            connection.writer.close()


def _address() -> Any:
    return DBusAddress(_PATH, bus_name=_NAME, interface=_NAME)


def notify_arguments(announcement: Announcement, picture: Picture, daemon: Daemon, replaces: int) -> tuple[Any, ...]:
    """What `Notify` takes, for this daemon."""
    body = announcement.body if "body" in daemon.able else ""
    if "body-markup" in daemon.able:
        body = html.escape(body, quote=False)
    actions = _actions(announcement, daemon) if "actions" in daemon.able and announcement.mailboxes else []
    edge = picture.edge
    hints = {
        "urgency": ("y", _URGENCY[announcement.severity]),
        "desktop-entry": ("s", _DESKTOP_ENTRY),
        "image-data": ("(iiibiiay)", (edge, edge, edge * 4, True, 8, 4, picture.rgba)),
    }
    return _PROGRAM, replaces, "", announcement.title, body, actions, hints, _BY_DAEMON


def _actions(announcement: Announcement, daemon: Daemon) -> list[str]:
    """Keys and labels by turns. A click on the notice itself is the key "default"; whoever draws a button for that one
    gets it under the words of "Show", and no second one."""
    draws_default = daemon.name in _DRAW_DEFAULT
    buttons = [
        (Choice.OPEN if draws_default and choice is Choice.SHOW else choice, label)
        for choice, label in announcement.buttons
    ]
    whole = [] if draws_default else [(Choice.OPEN, announcement.title)]
    return [word for choice, label in (*whole, *buttons) for word in (choice.value, label)]


def understood(message: Any) -> Signal | None:
    """A signal of the daemon, or that it came or went ("NameOwnerChanged", number 0); None for anything else."""
    match message.header.fields.get(_FIELD_MEMBER), message.body:
        case "ActionInvoked" | "ActivationToken" as name, (int(number), str(detail)):
            return Signal(name, number, detail)
        case "NotificationClosed" as name, (int(number), int(reason)):
            return Signal(name, number, str(reason))
        case "NameOwnerChanged" as name, (str(changed), str(), str()) if changed == _NAME:
            return Signal(name, 0)
        case _:
            return None


_FIELD_MEMBER: Final = 3  # HeaderFields.member, D-Bus specification, "Header fields"
