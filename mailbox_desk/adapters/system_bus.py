"""What NetworkManager and logind say over the system bus: the link, a sign-in page before it, sleep and wake.

Sockets that never block, on the loop that asks. Hints only; where nobody answers there are none. What the numbers mean:
NetworkManager's D-Bus types NMState and NMConnectivityState (developer.gnome.org, nm-dbus-types,
looked up 2026-11-24); PrepareForSleep: org.freedesktop.login1(5).
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, Final

from mailbox_desk.model.network import FactKind, NetworkFact

if sys.platform == "linux":
    from jeepney import DBusAddress, DBusErrorResponse, MatchRule, Properties, message_bus  # type: ignore[import-untyped]  # jeepney ships no types
    from jeepney.io.asyncio import DBusRouter, Proxy, open_dbus_connection  # type: ignore[import-untyped]  # likewise
    from jeepney.io.common import RouterClosed  # type: ignore[import-untyped]  # likewise
    from jeepney.wrappers import unwrap_msg  # type: ignore[import-untyped]  # likewise

_log = logging.getLogger(__name__)
_MANAGER: Final = "org.freedesktop.NetworkManager"
_MANAGER_PATH: Final = "/org/freedesktop/NetworkManager"
_LOGIN: Final = "org.freedesktop.login1"
_LOGIN_PATH: Final = "/org/freedesktop/login1"
_LIMIT: Final = 5.0
_SIGNALS_KEPT: Final = 100
_MEMBER: Final = 3  # HeaderFields.member, D-Bus specification, "Header fields"
_FULL, _PORTAL, _NONE = 4, 2, 1
_CONNECTED_LOCAL, _DISCONNECTING, _DISCONNECTED = 50, 30, 20


class BusLost(Exception):
    """There is no system bus, or the line to it was lost. The cause is kept."""


async def hints() -> AsyncIterator[NetworkFact]:
    """Every hint, first how the link is now. Raises BusLost; closing it hangs up."""
    try:
        async with bus_line() as router:
            manager = Properties(DBusAddress(_MANAGER_PATH, bus_name=_MANAGER, interface=_MANAGER))
            with router.filter(MatchRule(type="signal"), bufsize=_SIGNALS_KEPT) as signals:
                await _subscribe(router)
                yield NetworkFact(await _link(router, manager))
                while True:
                    for kind in understood(await signals.get()):
                        yield NetworkFact(kind if kind is not None else await _link(router, manager))
    except (OSError, EOFError, KeyError, RuntimeError, TimeoutError, RouterClosed) as error:
        raise BusLost(type(error).__name__) from error


@asynccontextmanager
async def bus_line() -> AsyncIterator[Any]:
    """A router on the system's bus, hung up at the end. Raises BusLost."""
    try:
        async with asyncio.timeout(_LIMIT):
            connection = await open_dbus_connection("SYSTEM")
    except (OSError, EOFError, KeyError, RuntimeError, TimeoutError) as error:
        raise BusLost(type(error).__name__) from error  # KeyError: there is no bus; RuntimeError: not one of ours
    router = DBusRouter(connection)
    try:
        yield router
    finally:
        try:
            await router.__aexit__(None, None, None)
        except (OSError, EOFError, RouterClosed) as error:
            _log.debug("the line to the system bus was lost: %s", type(error).__name__)
        finally:
            connection.writer.close()


async def _subscribe(router: Any) -> None:
    bus = Proxy(message_bus, router)
    owner = MatchRule(type="signal", sender=message_bus.bus_name, member="NameOwnerChanged")
    owner.add_arg_condition(0, _MANAGER)
    rules = (
        MatchRule(type="signal", sender=_MANAGER, path=_MANAGER_PATH),
        MatchRule(type="signal", sender=_LOGIN, path=_LOGIN_PATH, member="PrepareForSleep"),
        owner,
    )
    async with asyncio.timeout(_LIMIT):
        for rule in rules:
            await bus.AddMatch(rule)


async def _link(router: Any, manager: Any) -> FactKind:
    """How NetworkManager sees the link; UNKNOWN where there is none, or it does not answer."""
    try:
        async with asyncio.timeout(_LIMIT):
            kept = dict(unwrap_msg(await router.send_and_get_reply(manager.get_all()))[0])
    except (DBusErrorResponse, TimeoutError) as error:
        _log.debug("NetworkManager does not answer: %s", type(error).__name__)
        return FactKind.UNKNOWN
    return link_of(int(kept.get("State", ("u", 0))[1]), int(kept.get("Connectivity", ("u", 0))[1]))


def link_of(state: int, connectivity: int) -> FactKind:
    """What NMState and NMConnectivityState mean for us; what is between two states is UNKNOWN."""
    if connectivity == _PORTAL and state >= _CONNECTED_LOCAL:
        return FactKind.PORTAL
    if 0 < state <= _DISCONNECTING or (state >= _CONNECTED_LOCAL and connectivity == _NONE):
        return FactKind.OFFLINE
    return FactKind.ONLINE if state >= _CONNECTED_LOCAL and connectivity == _FULL else FactKind.UNKNOWN


def understood(message: Any) -> Iterator[FactKind | None]:
    """What a signal says; None: the link is to be asked for anew. Nothing for what is not ours."""
    match message.header.fields.get(_MEMBER), message.body:
        case "PrepareForSleep", (bool(begins),):
            yield FactKind.SLEEPING if begins else FactKind.WOKE
        case "StateChanged", (int(),):
            yield None
        case "PropertiesChanged", (str(interface), dict(changed), *_) if interface == _MANAGER:
            if {"State", "Connectivity", "PrimaryConnection"} & changed.keys():
                yield None
        case "NameOwnerChanged", (str(name), *_) if name == _MANAGER:
            yield None
        case _:
            return
