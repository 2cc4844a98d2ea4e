"""The redirect's listener under attack: what is not the one request is turned away, logged without values, and over."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator

import pytest

from mailbox_desk.adapters.oauth_redirect import Redirect

STATE = "the-state-canary-0123456789"
CODE = "the-code-canary-0123456789"


@pytest.fixture
async def redirect() -> AsyncIterator[Redirect]:
    opened = Redirect("http://127.0.0.1", STATE, "stranger's page")
    await opened.open()
    yield opened
    opened.close()


def port_of(redirect: Redirect) -> int:
    return int(redirect.uri.rpartition(":")[2].partition("/")[0])


async def said_to(redirect: Redirect, data: bytes) -> bytes:
    """What it answers to these bytes, all of it; b"" where it just hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(redirect))
    writer.write(data)
    try:
        async with asyncio.timeout(8):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


def request(target: str, *, method: str = "GET", host: str | None = None, more: str = "") -> bytes:
    named = "HOST" if host is None else host
    return f"{method} {target} HTTP/1.1\r\nHost: {named}\r\n{more}\r\n".encode()


def good(redirect: Redirect, query: str = f"code={CODE}&state={STATE}") -> bytes:
    return request(f"/?{query}", host=redirect.uri.removeprefix("http://"))


async def test_the_one_request_is_taken_and_shown_its_page(redirect: Redirect) -> None:
    asking = asyncio.create_task(said_to(redirect, good(redirect, f"code={CODE}&state={STATE}&iss=https%3A%2F%2Fa")))
    back = await redirect.come()
    assert back.told == {"code": CODE, "state": STATE, "iss": "https://a"}
    assert CODE not in repr(back)
    await back.show("<p>done</p>")
    answer = await asking
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"default-src 'none'" in answer
    assert b"Cache-Control: no-store" in answer
    assert answer.endswith(b"<p>done</p>")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (f"code={CODE}&state=forged", b"400"),
        (f"code={CODE}&state={STATE}x", b"400"),
        (f"code={CODE}&state=%FF", b"400"),
        (f"code={CODE}", b"400"),
        (f"state={STATE}", b"400"),
        (f"code={CODE}&error=x&state={STATE}", b"400"),
        (f"code=injected&code={CODE}&state={STATE}", b"400"),
        (f"code={CODE}&state=forged&state={STATE}", b"400"),
        (f"code={'x' * 9000}&state={STATE}", b"400"),
        ("&".join(f"a{number}=1" for number in range(40)) + f"&code={CODE}&state={STATE}", b"400"),
    ],
)
async def test_forged_parameters_are_refused_and_the_wait_goes_on(
    redirect: Redirect, caplog: pytest.LogCaptureFixture, query: str, status: bytes
) -> None:
    caplog.set_level(logging.DEBUG, "mailbox_desk")
    answer = await said_to(redirect, good(redirect, query))
    assert answer.split()[1] == status
    assert b"stranger's page" in answer
    assert "turned away" in caplog.text
    assert CODE not in caplog.text
    assert STATE not in caplog.text
    await taken(redirect)


async def taken(redirect: Redirect) -> None:
    """The right request is still taken after all that."""
    asking = asyncio.create_task(said_to(redirect, good(redirect)))
    async with asyncio.timeout(5):
        back = await redirect.come()
    await back.show("")
    await asking


async def test_another_host_path_or_method_is_refused(redirect: Redirect) -> None:
    query = f"code={CODE}&state={STATE}"
    ours = redirect.uri.removeprefix("http://")
    attacks = {
        request(f"/?{query}", host="attacker.example"): b"421",  # a name that was made to lead to 127.0.0.1
        request(f"/?{query}", host=ours.replace("127.0.0.1", "localhost")): b"421",
        request(f"/?{query}", host="127.0.0.1"): b"421",
        request(f"/?{query}", host=ours, more=f"Host: {ours}\r\n"): b"421",
        f"GET /?{query} HTTP/1.1\r\n\r\n".encode(): b"421",
        request(f"/callback?{query}", host=ours): b"404",
        request(f"//?{query}", host=ours): b"404",
        request(f"http://{ours}/?{query}", host=ours): b"404",
        request("/favicon.ico", host=ours): b"404",
        request("/", host=ours): b"404",
        request(f"/?{query}", method="POST", host=ours): b"405",
        request(f"/?{query}", method="HEAD", host=ours): b"405",
        request(f"/?{query}", method="OPTIONS", host=ours): b"405",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n": b"400",
        b"HELO there\r\n\r\n": b"400",
    }
    for attack, status in attacks.items():
        assert (await said_to(redirect, attack)).split()[1] == status, attack
    await taken(redirect)


async def test_too_much_and_too_little_is_cut_off(redirect: Redirect) -> None:
    assert await said_to(redirect, b"GET /" + b"x" * 40_000) == b""
    begun = asyncio.get_running_loop().time()
    assert await said_to(redirect, b"GET / HTTP/1.1\r\nHost:") == b""
    assert asyncio.get_running_loop().time() - begun < 7
    await taken(redirect)


async def test_a_scan_of_the_port_and_many_that_stay_hinder_nobody_for_long(redirect: Redirect) -> None:
    for _ in range(40):
        _, writer = await asyncio.open_connection("127.0.0.1", port_of(redirect))
        writer.close()
    held = [await asyncio.open_connection("127.0.0.1", port_of(redirect)) for _ in range(30)]
    await asyncio.gather(*(reader.read() for reader, _ in held[20:]))  # the last are cut off at once
    await asyncio.gather(*(reader.read() for reader, _ in held))  # the rest after the time for a head
    for _, writer in held:
        writer.close()
    await taken(redirect)


async def test_what_was_sent_once_can_not_be_sent_again(redirect: Redirect) -> None:
    first = asyncio.create_task(said_to(redirect, good(redirect)))
    back = await redirect.come()
    with pytest.raises(ConnectionRefusedError):
        await said_to(redirect, good(redirect))
    await back.show("once")
    assert (await first).endswith(b"once")


async def test_of_two_that_race_one_is_taken(redirect: Redirect) -> None:
    both = [await asyncio.open_connection("127.0.0.1", port_of(redirect)) for _ in range(2)]
    for _, writer in both:
        writer.write(good(redirect))
    back = await redirect.come()
    await back.show("taken")
    answers = [await reader.read() for reader, _ in both]
    assert sorted(answer.split()[1] for answer in answers if answer) in ([b"200", b"410"], [b"200"])
    for _, writer in both:
        writer.close()


async def test_only_this_machine_and_only_we_listen(redirect: Redirect) -> None:
    with socket.socket() as rival:
        rival.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError, match="in use"):
            rival.bind(("127.0.0.1", port_of(redirect)))
            rival.listen()
    fixed = Redirect(f"http://localhost:{port_of(redirect)}/back", STATE, "")
    with pytest.raises(OSError, match="in use"):
        await fixed.open()
    fixed.close()


async def test_a_fixed_port_and_path_are_kept() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    redirect = Redirect(f"http://localhost:{port}/back", STATE, "")
    await redirect.open()
    assert redirect.uri == f"http://localhost:{port}/back"
    redirect.close()


async def test_closed_all_are_cut_off(redirect: Redirect) -> None:
    asking = asyncio.create_task(said_to(redirect, good(redirect)))
    await redirect.come()
    redirect.close()
    assert await asking == b""
