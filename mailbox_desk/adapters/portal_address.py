"""Where this network says that its captive portal API stands (RFC 8910), as far as the system passes that on.

DHCP option 114 (103 in DHCPv6) and router advertisements carry it. Over the system bus it is told by systemd-networkd
(254 and later: "CaptivePortal" of a link in Manager.Describe) and by NetworkManager among the options of a lease, under
the name that its DHCP client has for it; NetworkManager's own client does not ask for it (1.5x, looked up 2026-11-24).
Elsewhere nobody tells: then there are the probes alone. Whatever comes is the network's word, to be vetted by who asks.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from mailbox_desk.adapters.system_bus import BusLost, bus_line

if sys.platform == "linux":
    from jeepney import (  # type: ignore[import-untyped]  # jeepney ships no types
        DBusAddress,
        DBusErrorResponse,
        MessageFlag,
        Properties,
        new_method_call,
    )
    from jeepney.io.common import RouterClosed  # type: ignore[import-untyped]  # likewise
    from jeepney.wrappers import unwrap_msg  # type: ignore[import-untyped]  # likewise

_log = logging.getLogger(__name__)
_LIMIT: Final = 3.0
_MOST: Final = 3
_MANAGER: Final = "org.freedesktop.NetworkManager"
_NETWORKD: Final = "org.freedesktop.network1"
_OPTIONS: Final = ("captive_portal_uri", "default_url", "dhcp6_captive_portal_uri")
"""Option 114 as dhcpcd and as dhclient and NetworkManager call it, and 103 of DHCPv6."""
_NO_OBJECT: Final = "/"


async def portal_addresses() -> tuple[str, ...]:
    """At most a few, as they came; none where nobody tells. Takes seconds at most, and never raises."""
    if sys.platform != "linux":
        return ()
    try:
        async with bus_line() as router:
            leases, links = await asyncio.gather(_told(_leases, router), _told(_links, router))
    except BusLost as error:
        _log.debug("nobody tells of a captive portal API: %s", error)
        return ()
    return tuple(dict.fromkeys([*leases, *links]))[:_MOST]


async def _told(ask: Callable[[Any], Awaitable[list[str]]], router: Any) -> list[str]:
    """Nothing where this service is not there, hangs, or says what makes no sense."""
    try:
        async with asyncio.timeout(_LIMIT):
            return await ask(router)
    except (DBusErrorResponse, RouterClosed, OSError, EOFError, TimeoutError) as error:
        _log.debug("%s: %s", ask.__name__, type(error).__name__)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        _log.debug("%s makes no sense: %s", ask.__name__, type(error).__name__)
    return []


async def _leases(router: Any) -> list[str]:
    """NetworkManager: the leases of the connection that leads to the world."""
    active = await _property(router, "/org/freedesktop/NetworkManager", _MANAGER, "PrimaryConnection")
    found = []
    for family in ("4", "6"):
        lease = await _property(router, active, f"{_MANAGER}.Connection.Active", f"Dhcp{family}Config")
        if lease != _NO_OBJECT:
            found += told_in(await _property(router, lease, f"{_MANAGER}.DHCP{family}Config", "Options"))
    return found


async def _links(router: Any) -> list[str]:
    """systemd-networkd: every link."""
    manager = DBusAddress("/org/freedesktop/network1", bus_name=_NETWORKD, interface=f"{_NETWORKD}.Manager")
    (described,) = await _reply(router, new_method_call(manager, "Describe"))
    links = json.loads(described)["Interfaces"]
    return [each["CaptivePortal"] for each in links if isinstance(each.get("CaptivePortal"), str)]


def told_in(options: Mapping[str, tuple[str, Any]]) -> list[str]:
    """The addresses among a lease's options, each a D-Bus variant."""
    told = (options[name][1] for name in _OPTIONS if name in options)
    return [each for each in told if isinstance(each, str)]


async def _property(router: Any, path: str, interface: str, name: str) -> Any:
    asked = Properties(DBusAddress(path, bus_name=_MANAGER, interface=interface)).get(name)
    ((_, value),) = await _reply(router, asked)
    return value


async def _reply(router: Any, message: Any) -> Any:
    message.header.flags |= MessageFlag.no_auto_start  # a service that does not run has nothing to tell
    return unwrap_msg(await router.send_and_get_reply(message))
