from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from mailbox_desk.adapters.door import Door, NobodyAnswers, Request, knock
from mailbox_desk.paths import Home


class House:
    """Answers what it is asked, and remembers who came and who left early."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.left = asyncio.Event()

    async def answer(self, request: Request) -> AsyncIterator[dict[str, Any]]:
        self.asked.append(request)
        match request.ask:
            case "count":
                for number in range(request.arguments["to"]):
                    yield {"number": number, "text": "zwölf\n"}
            case "for ever":
                try:
                    while True:
                        yield {"tick": True}
                        await asyncio.sleep(0.005)
                finally:
                    self.left.set()
            case _:
                raise LookupError(request.ask)


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def door(desk_home: Home, house: House) -> AsyncIterator[Door]:
    desk_home.root.mkdir(mode=0o700)
    opened = Door(desk_home)
    await opened.open(house.answer)
    yield opened
    await opened.close()


def plate(home: Home) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(home.door.read_bytes())
    return content


async def shout(port: int, content: bytes) -> bytes:
    """Send it and read what comes until the other side hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(content)
        await writer.drain()
        async with asyncio.timeout(8):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def all_of(home: Home, ask: str, **arguments: object) -> list[dict[str, Any]]:
    return [each async for each in knock(home, ask, arguments)]


async def test_a_second_process_is_answered_line_by_line(desk_home: Home, door: Door, house: House) -> None:
    answers = await all_of(desk_home, "count", to=3)
    assert answers == [{"number": n, "text": "zwölf\n"} for n in range(3)]
    assert await all_of(desk_home, "count", to=0) == []
    assert house.asked[0] == Request("count", {"to": 3})


async def test_many_are_answered_at_once(desk_home: Home, door: Door) -> None:
    answers = await asyncio.gather(*(all_of(desk_home, "count", to=50) for _ in range(10)))
    assert [len(each) for each in answers] == [50] * 10


async def test_who_leaves_is_no_longer_answered(desk_home: Home, door: Door, house: House) -> None:
    async with aclosing(knock(desk_home, "for ever")) as answers:
        assert await anext(answers) == {"tick": True}
    async with asyncio.timeout(2):
        await house.left.wait()


async def test_an_answer_that_breaks_off_is_not_taken_for_the_whole(
    desk_home: Home, door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(NobodyAnswers):
        await all_of(desk_home, "unheard of")
    assert await all_of(desk_home, "count", to=1) == [{"number": 0, "text": "zwölf\n"}]


async def test_closing_ends_those_that_are_being_answered(desk_home: Home, door: Door, house: House) -> None:
    answers = knock(desk_home, "for ever")
    await anext(answers)
    async with asyncio.timeout(2):
        await door.close()
        with pytest.raises(NobodyAnswers):
            while True:
                await anext(answers)
    assert house.left.is_set()
    assert not desk_home.door.exists()
    with pytest.raises(NobodyAnswers):
        await all_of(desk_home, "count", to=1)


@pytest.mark.parametrize(
    "line",
    [
        b'{"token": "wrong", "ask": "count", "arguments": {"to": 1}}\n',
        b'{"token": "w\\ud800rong", "ask": "count", "arguments": {"to": 1}}\n',
        b'{"ask": "count", "arguments": {"to": 1}}\n',
        b'["token"]\n',
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"\xff\x00\xfe\n",
        b"[" * 100_000 + b"\n",
        b"x" * (3 << 20),
        b"\n",
    ],
)
async def test_who_has_not_the_token_is_cut_off_unheard(desk_home: Home, door: Door, house: House, line: bytes) -> None:
    assert await shout(plate(desk_home)["port"], line) == b""
    assert house.asked == []
    assert len(await all_of(desk_home, "count", to=1)) == 1


async def test_the_token_is_for_the_owner_alone_and_new_each_time(desk_home: Home, door: Door, house: House) -> None:
    assert stat.S_IMODE(desk_home.door.stat().st_mode) == 0o600
    first = plate(desk_home)
    await door.close()
    again = Door(desk_home)
    await again.open(house.answer)
    assert plate(desk_home)["token"] != first["token"]
    await again.close()


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\xff", b'{"port": 70000, "token": "x"}', b'{"port": 1, "token": "x"}']
)
async def test_a_door_left_behind_is_nobody(desk_home: Home, content: bytes) -> None:
    desk_home.root.mkdir()
    with pytest.raises(NobodyAnswers):
        await all_of(desk_home, "count", to=1)
    desk_home.door.write_bytes(content)
    with pytest.raises(NobodyAnswers):
        await all_of(desk_home, "count", to=1)
