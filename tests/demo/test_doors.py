"""When somebody listens: from the coming of the network on, but for the times in which a door is shut."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest

from mailbox_desk.demo.fleet import Part, Point, Role, Speech
from mailbox_desk.model.verdict import Half
from tests.demo.playing import Stage, staged

ADDRESS = "a@b.example"


async def greeted(stage: Stage) -> bytes:
    port = stage.port(ADDRESS, Half.RECEIVING)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=stage.trusting())
    try:
        return await reader.readline()
    finally:
        writer.close()


async def test_nobody_listens_before_the_network_comes() -> None:
    async with staged(Role(ADDRESS)) as stage:
        await asyncio.sleep(0.3)  # a tick: nothing may have opened by itself
        with pytest.raises(ConnectionRefusedError):
            await greeted(stage)
        await stage.opened()
        assert (await greeted(stage)).startswith(b"* OK")


async def test_a_door_shuts_and_opens_at_the_same_port() -> None:
    away = Part(at=Point.CONNECT, since=100, until=200)
    async with staged(Role(ADDRESS, receiving=away)) as stage:
        await stage.opened()
        port, (door, _) = stage.port(ADDRESS, Half.RECEIVING), stage.doors.doors
        stage.network.since = time.monotonic() - 150
        await stage.until(lambda: door.server is None)
        with pytest.raises(ConnectionRefusedError):
            await greeted(stage)
        stage.network.since -= 100
        await stage.until(lambda: door.server is not None)
        assert (await greeted(stage)).startswith(b"* OK")
        assert stage.port(ADDRESS, Half.RECEIVING) == port


async def test_a_port_that_was_taken_meanwhile_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    away = Part(at=Point.CONNECT, since=0, until=100)
    async with staged(Role(ADDRESS, receiving=away)) as stage:
        door = stage.doors.doors[0]
        assert door.waits is not None
        door.waits.close()
        door.waits = None
        with socket.create_server(("127.0.0.1", door.port)):
            stage.network.since = time.monotonic() - 150
            await stage.until(lambda: "can't be opened" in caplog.text)
        await stage.until(lambda: door.server is not None)
        assert (await greeted(stage)).startswith(b"* OK")


async def test_a_half_that_is_off_has_no_door() -> None:
    async with staged(Role(ADDRESS, sending=Part(off=True))) as stage:
        assert list(stage.doors.ports()[ADDRESS]) == [Half.RECEIVING.value]


async def test_a_portal_answers_in_the_language_of_the_web() -> None:
    async with staged(Role(ADDRESS, receiving=Part(speaks=Speech.HTTP))) as stage:
        await stage.opened()
        reader, writer = await asyncio.open_connection("127.0.0.1", stage.port(ADDRESS, Half.RECEIVING))
        writer.write(b"\x16\x03\x01")
        assert (await reader.read()).startswith(b"HTTP/1.1 302 ")
        writer.close()


async def test_at_the_end_every_port_is_free_whoever_talks() -> None:
    async with staged(Role(ADDRESS, receiving=Part(slow=60))) as stage:
        await stage.opened()
        port = stage.port(ADDRESS, Half.RECEIVING)
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=stage.trusting())
        await stage.until(lambda: bool(stage.doors.talks))
    socket.create_server(("127.0.0.1", port)).close()
    writer.close()
