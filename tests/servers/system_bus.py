"""NetworkManager, systemd-networkd and logind played on a bus of our own, as far as a desk listens and asks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from jeepney import (  # type: ignore[import-untyped]  # jeepney ships no types
    DBusAddress,
    HeaderFields,
    MessageType,
    message_bus,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.io.asyncio import DBusConnection, open_dbus_connection  # type: ignore[import-untyped]  # likewise

MANAGER = "org.freedesktop.NetworkManager"
LOGIN = "org.freedesktop.login1"
NETWORKD = "org.freedesktop.network1"
_MANAGER_PATH = "/org/freedesktop/NetworkManager"
_LOGIN_PATH = "/org/freedesktop/login1"
_STRANGER = "org.example.Stranger"


@dataclass
class SystemServices:
    """All names belong to one connection. `silent`: NetworkManager holds its name and answers nothing. `objects`: other
    properties of NetworkManager's objects, by path and name; `links`: what systemd-networkd describes."""

    connection: DBusConnection
    state: int = 70
    connectivity: int = 4
    silent: bool = False
    asked: int = 0
    objects: dict[tuple[str, str], tuple[str, Any]] = field(default_factory=dict)
    links: str | None = None

    async def network(self, state: int, connectivity: int) -> None:
        """NetworkManager sees another state and says so, the way it does."""
        self.state, self.connectivity = state, connectivity
        changed = {"State": ("u", state), "Connectivity": ("u", connectivity)}
        properties = DBusAddress(_MANAGER_PATH, interface="org.freedesktop.DBus.Properties")
        await self._send(properties, "PropertiesChanged", "sa{sv}as", (MANAGER, changed, []))
        await self._send(DBusAddress(_MANAGER_PATH, interface=MANAGER), "StateChanged", "u", (state,))

    async def sleep(self, *, begins: bool) -> None:
        """logind says that the system is about to sleep, or that it woke."""
        await self._send(DBusAddress(_LOGIN_PATH, interface=f"{LOGIN}.Manager"), "PrepareForSleep", "b", (begins,))

    async def chatter(self) -> None:
        """What a desk must not take for news."""
        await self._send(DBusAddress(_MANAGER_PATH, interface=MANAGER), "CheckPermissions", "", ())
        await self._send(DBusAddress("/x", interface=_STRANGER), "StateChanged", "u", (20,))

    async def _send(self, emitter: DBusAddress, name: str, signature: str, body: tuple[Any, ...]) -> None:
        await self.connection.send(new_signal(emitter, name, signature or None, body))

    async def serve(self) -> None:
        while True:
            message = await self.connection.receive()
            fields = message.header.fields
            is_question = message.header.message_type is MessageType.method_call
            if not is_question or self.silent:
                self.asked += is_question
                continue
            match fields.get(HeaderFields.member):
                case "GetAll":
                    self.asked += 1
                    kept = {"State": ("u", self.state), "Connectivity": ("u", self.connectivity)}
                    await self.connection.send(new_method_return(message, "a{sv}", (kept,)))
                case "Get":
                    held = self.objects.get((fields[HeaderFields.path], message.body[1]))
                    await self._answer(message, "v", held)
                case "Describe":
                    await self._answer(message, "s", self.links)

    async def _answer(self, message: Any, signature: str, value: object) -> None:
        no_such = "org.freedesktop.DBus.Error.InvalidArgs"
        told = new_error(message, no_such) if value is None else new_method_return(message, signature, (value,))
        await self.connection.send(told)

    def lease(self, **options: str) -> None:
        """The connection that leads to the world has this lease."""
        active, lease = "/nm/active/1", "/nm/dhcp4/1"
        self.objects[_MANAGER_PATH, "PrimaryConnection"] = ("o", active)
        self.objects[active, "Dhcp4Config"] = ("o", lease)
        self.objects[active, "Dhcp6Config"] = ("o", "/")
        self.objects[lease, "Options"] = ("a{sv}", {name: ("s", text) for name, text in options.items()})


@asynccontextmanager
async def system_services(address: str) -> AsyncIterator[SystemServices]:
    """Both services on the bus at this address, until left."""
    connection = await open_dbus_connection(address)
    services = SystemServices(connection)
    for name in (MANAGER, LOGIN, NETWORKD):
        await connection.send(message_bus.RequestName(name))
        await connection.receive()
    serving = asyncio.create_task(services.serve())
    try:
        yield services
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await connection.close()
