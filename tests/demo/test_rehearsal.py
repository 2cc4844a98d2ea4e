"""The whole rehearsal: every player, judged by the real engine over real sockets, ends in the cause it stands for."""

from __future__ import annotations

import asyncio
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from mailbox_desk import wiring
from mailbox_desk.demo.fleet import Role, load_fleet
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.errand import Draft, TryOutEnded
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Half, Shown
from mailbox_desk.wiring import house, rehearsing
from tests.demo.playing import demo

FLEET = {role.address: role for role in load_fleet().mailbox}
SETTLED = {"CONNECTED", "RECONNECTING", "NEEDS_YOU", "PAUSED", "BLIND"}
Told = dict[str, Any]


def fits(role: Role, told: Told) -> bool:
    """A settled status that says what this player stands for; grey for want of a network says nothing of it."""
    if told["status"] not in SETTLED:
        return False
    wanted = {None} if role.cause is None else {role.cause.value, *(cause.value for cause in role.also)}
    return told["cause"] in wanted


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Told]]:
    """What `demo --all` told until every mailbox had shown its cause, or for a minute."""
    with demo(tmp_path_factory.mktemp("demo"), "--all") as playing:
        told, missing = [], set(FLEET)
        for line in playing.lines(60):
            told.append(line | {"seconds_in": time.monotonic() - playing.began})
            missing -= {line["address"]} if fits(FLEET[line["address"]], line) else set()
            if not missing:
                break
        playing.process.terminate()
        assert playing.process.wait(10) == 0
        assert "Traceback" not in playing.said()
        yield told


@pytest.mark.parametrize("address", FLEET)
def test_a_player_ends_in_its_cause(history: list[Told], address: str) -> None:
    own = [told for told in history if told["address"] == address]
    assert any(fits(FLEET[address], told) for told in own), [(told["status"], told["cause"]) for told in own]


def test_every_colour_is_seen_within_a_minute(history: list[Told]) -> None:
    seen: dict[str, float] = {}
    for told in history:
        seen.setdefault(told["status"], told["seconds_in"])
    assert seen.keys() == {shown.value for shown in Shown}
    assert max(seen.values()) < 60


def test_a_lost_network_is_told_as_such(history: list[Told]) -> None:
    assert {told["cause"] for told in history if told["status"] == "BLIND"} >= {"local_network"}


def test_the_halves_are_told_apart(history: list[Told]) -> None:
    sending_only = [each for each in history if each["address"] == "ceo@northwind.example"][-1]
    assert (sending_only["receiving"], sending_only["sending"]) == ("ok", "failed")
    receiving_only = [each for each in history if each["address"] == "ops@orchard.example"][-1]
    assert (receiving_only["receiving"], receiving_only["sending"]) == ("failed", "ok")


class Watching:
    """A rehearsal in this process."""

    def __init__(self, house: wiring.House) -> None:
        self.engine, rehearsal = house.engine, house.rehearsal
        assert rehearsal is not None
        self.rehearsal = rehearsal

    def draft(self, address: str) -> Draft:
        drafts = (*self.rehearsal.first, *self.rehearsal.rest)
        return next(draft for draft in drafts if draft.mailbox.address == address)

    async def until(self, draft: Draft, shown: Shown, *, seconds: float = 30) -> Snapshot:
        async with asyncio.timeout(seconds):
            while True:
                snapshot = self.engine.board.get(draft.mailbox.id)
                if snapshot is not None and snapshot.shown is shown:
                    return snapshot
                await asyncio.sleep(0.05)

    async def tried(self, draft: Draft, password: str) -> bool:
        """Whether a try-out with this password passes."""
        async for step in self.engine.try_out(Draft(draft.mailbox, Password(Secret(password)))):
            if isinstance(step, TryOutEnded):
                return step.passed
        raise AssertionError("the try-out has no end")


@pytest.fixture
async def watching() -> AsyncIterator[Watching]:
    async with wiring.rehearsal_house() as house:
        await house.engine.start()
        yield Watching(house)


async def test_the_right_password_turns_it_green_and_a_wrong_one_does_not(watching: Watching) -> None:
    """Each of those that can be practised, side by side: one is added later, as the window's button does."""
    later = watching.draft("office@ledger.example")
    await watching.until(watching.draft("hello@harbor.example"), Shown.NEEDS_YOU)
    await watching.engine.add(later)
    assert len(watching.rehearsal.right_passwords) >= 3
    for address, right in watching.rehearsal.right_passwords.items():
        draft = watching.draft(address)
        await watching.until(draft, Shown.NEEDS_YOU)
        assert not await watching.tried(draft, "yet another wrong one")
        assert await watching.tried(draft, right)
        await watching.engine.replace_credential(draft.mailbox.id, Password(Secret(right)))
        await watching.until(draft, Shown.CONNECTED)


async def test_a_certificate_of_its_own_can_be_accepted(watching: Watching) -> None:
    draft = watching.draft("mail@own.example")
    snapshot = await watching.until(draft, Shown.NEEDS_YOU)
    shown = [step async for step in watching.engine.try_out(draft)]
    certificates = [step.result.certificate for step in shown if hasattr(step, "result") and step.result.failure]
    assert certificates[0] is not None
    await watching.engine.pin_certificate(snapshot.id, Half.RECEIVING, certificates[0].sha256)
    await watching.until(draft, Shown.CONNECTED)


async def test_providers_look_like_themselves_even_after_a_change(watching: Watching) -> None:
    draft = watching.draft("outreach@fable.example")
    assert draft.mailbox.provider == "fastmail"
    await watching.engine.update(draft.mailbox)
    snapshot = await watching.until(draft, Shown.CONNECTED)
    assert snapshot.mailbox.provider == "fastmail"


@pytest.mark.long
@pytest.mark.timeout(180)
async def test_what_goes_down_comes_back(watching: Watching) -> None:
    """By itself: the desk's own retry finds it, seconds (WEATHER_PLAN's first wait) after it was called down."""
    draft = watching.draft("hello@own.example")
    await watching.until(draft, Shown.CONNECTED)
    snapshot = await watching.until(draft, Shown.RECONNECTING, seconds=45)
    assert snapshot.standing.diagnosis is not None
    assert snapshot.standing.diagnosis.cause.value == "network_unreachable"
    await watching.until(draft, Shown.CONNECTED, seconds=90)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_servers_that_hang_are_given_up_and_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = tmp_path / "hanging"
    hanging.write_text("#!/bin/sh\nexec sleep 60\n")
    hanging.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(hanging))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(rehearsing, "_STARTING_SECONDS", 0.5)
    monkeypatch.setattr(house, "_CLOSING_SECONDS", 5)
    with pytest.raises(wiring.NoServers, match=r"0\.5 s"):
        async with wiring.rehearsal_house():
            raise AssertionError("it can't have begun")
    assert names_in(tmp_path) == [hanging.name]
    assert [each for each in psutil.Process().children() if "sleep" in each.name()] == []


def test_two_at_once_and_each_clears_up_after_itself(tmp_path: Path) -> None:
    with demo(tmp_path) as one, demo(tmp_path) as two:
        one.until("CONNECTED")
        two.until("CONNECTED")
        assert len(one.homes()) == 2
        children = [one.servers, two.servers]
        for playing in (one, two):
            playing.process.terminate()
            assert playing.process.wait(10) == 0
            assert "Traceback" not in playing.said()
        assert one.homes() == []
        assert not any(child.is_running() for child in children)


def test_killed_it_leaves_a_folder_at_most_and_the_next_one_clears_it(tmp_path: Path) -> None:
    with demo(tmp_path) as killed:
        killed.until("CONNECTED")
        child = killed.servers
        ports = [each.laddr.port for each in child.net_connections("tcp") if each.status == psutil.CONN_LISTEN]
        assert len(ports) >= 2 * 12
        killed.process.kill()
        killed.process.wait()
        child.wait(2)
        assert not child.is_running()
        for port in ports:
            socket.create_server(("127.0.0.1", port)).close()
        (left,) = killed.homes()
        assert secrets_in(left) == []
    with demo(tmp_path) as following:
        following.until("CONNECTED")
        assert left not in following.homes()
        following.process.terminate()
        assert following.process.wait(10) == 0
        assert following.homes() == []


def secrets_in(folder: Path) -> list[str]:
    """The files that hold a password in clear: rehearsed too, a vault is a vault."""
    words = {role.kept_password.encode() for role in FLEET.values()}
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if any(word in path.read_bytes() for word in words)]


def test_a_rehearsal_touches_no_home_of_the_person(tmp_path: Path) -> None:
    with demo(tmp_path) as playing:
        playing.until("CONNECTED")
        playing.process.terminate()
        playing.process.wait(10)
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith("said-")] == []
