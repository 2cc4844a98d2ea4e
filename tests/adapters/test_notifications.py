"""Announcements on a real desktop: what the daemon is handed, what gives way, what is clicked, and who fails how."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from mailbox_desk.adapters.notification_bus import Daemon, Signal, notify_arguments, understood
from mailbox_desk.adapters.notifications import Notifications
from mailbox_desk.model.cause import Severity
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.notice import Announcement, Choice, Clicked, Picture
from mailbox_desk.model.verdict import Shown
from tests.servers.display import Display
from tests.servers.notification_daemon import NotificationDaemon
from tests.servers.secret_service import SecretService

PICTURE = Picture(2, bytes(16))
BUTTONS = ((Choice.RECONNECT, "Reconnect"), (Choice.SHOW, "Show"))
EVERYTHING = Daemon("dunst", frozenset({"actions", "body", "body-markup", "persistence"}))


def announcement(*incidents: str, is_over: bool = False, title: str = "title", body: str = "body") -> Announcement:
    ids = tuple(MailboxId(each) for each in incidents)
    return Announcement(
        frozenset(incidents), ids, title, body, Shown.NEEDS_YOU, Severity.LOSS, BUTTONS, is_over=is_over
    )


class Tray:
    """Takes the balloons, or can't."""

    def __init__(self, *, able: bool = True) -> None:
        self.able = able
        self.shown: list[str] = []

    def __call__(self, told: Announcement) -> bool:
        if self.able:
            self.shown.append(told.title)
        return self.able


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretService]:
    """A session bus and a screen; the desk's own process is on it too."""
    with SecretService() as made, Display() as display:
        made.env["DISPLAY"] = display.name
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", made.env["DBUS_SESSION_BUS_ADDRESS"])
        yield made


@pytest.fixture
def daemon(bus: SecretService, tmp_path: Path) -> Iterator[NotificationDaemon]:
    with NotificationDaemon("dunst", bus.env, tmp_path) as started:
        yield started


@asynccontextmanager
async def running(tray: Tray) -> AsyncIterator[Notifications]:
    made = Notifications(tray, lambda _: PICTURE)
    task = asyncio.create_task(made.run())
    try:
        yield made
    finally:
        start = time.monotonic()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert time.monotonic() - start < 1, "it ends at once, whatever the daemon does"


async def until(holds: object, *, seconds: float = 15.0) -> None:
    assert callable(holds)
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110  what another process does has no event here
            await asyncio.sleep(0.02)


def standing(notifications: Notifications) -> dict[int, frozenset[str]]:
    return {number: each.incidents for number, each in notifications._standing.items()}


# -- what the daemon is handed


def test_markup_is_not_injected_and_the_picture_goes_along() -> None:
    told = announcement("i", title="<b>&", body="a <a href='x'>b</a> & c")
    _, replaces, _, title, body, actions, hints, timeout = notify_arguments(told, PICTURE, EVERYTHING, 7)
    assert (replaces, title, timeout) == (7, "<b>&", -1)
    assert body == "a &lt;a href='x'&gt;b&lt;/a&gt; &amp; c"
    assert actions == ["default", "<b>&", "reconnect", "Reconnect", "show", "Show"]
    assert hints["urgency"] == ("y", 2)
    assert hints["desktop-entry"] == ("s", "mailbox-desk")
    assert hints["image-data"][1] == (2, 2, 8, True, 8, 4, bytes(16))


def test_a_daemon_gets_what_it_can_do() -> None:
    plain = notify_arguments(announcement("i", body="a & b"), PICTURE, Daemon("x", frozenset({"body"})), 0)
    assert (plain[4], plain[5]) == ("a & b", [])
    assert notify_arguments(announcement("i"), PICTURE, Daemon("x", frozenset()), 0)[4] == ""
    xfce = Daemon("Xfce Notify Daemon", frozenset({"actions", "body"}))
    assert notify_arguments(announcement("i"), PICTURE, xfce, 0)[5] == ["reconnect", "Reconnect", "default", "Show"]


@pytest.mark.parametrize(
    ("member", "body", "signal"),
    [
        ("ActionInvoked", (3, "show"), Signal("ActionInvoked", 3, "show")),
        ("ActivationToken", (3, "abc"), Signal("ActivationToken", 3, "abc")),
        ("NotificationClosed", (3, 2), Signal("NotificationClosed", 3, "2")),
        ("NameOwnerChanged", ("org.freedesktop.Notifications", ":1.1", ""), Signal("NameOwnerChanged", 0)),
        ("NameOwnerChanged", ("org.example", ":1.1", ""), None),
        ("ActionInvoked", ("3", 4), None),
        ("NameAcquired", (":1.5",), None),
    ],
)
def test_signals_are_understood(member: str, body: tuple[object, ...], signal: Signal | None) -> None:
    message = SimpleNamespace(header=SimpleNamespace(fields={3: member}), body=body)
    assert understood(message) == signal


# -- with a real daemon


async def test_a_later_notice_of_the_same_incident_takes_the_place_of_the_first(daemon: NotificationDaemon) -> None:
    async with running(Tray()) as notifications:
        notifications.show(announcement("a"))
        await until(lambda: standing(notifications))
        (number,) = standing(notifications)
        notifications.show(announcement("a", "b", "c"))
        await until(lambda: standing(notifications) == {number: frozenset("abc")})
        notifications.show(announcement("b", is_over=True, title="b is back"))
        await until(lambda: frozenset("ac") in standing(notifications).values())
        assert len(standing(notifications)) == 2, "those that are not back stay"
        notifications.show(announcement("a", "c", is_over=True, title="two are back"))
        await until(
            lambda: standing(notifications).get(number) == frozenset("ac") and number in standing(notifications)
        )
        notifications.take_away(frozenset("abc"))
        await until(lambda: not standing(notifications))


async def test_what_was_closed_by_the_person_is_forgotten(daemon: NotificationDaemon, bus: SecretService) -> None:
    async with running(Tray()) as notifications:
        notifications.show(announcement("a"))
        await until(lambda: standing(notifications))
        (number,) = standing(notifications)
        close = f"new_method_call(a, 'CloseNotification', 'u', ({number},))"
        bus.run(
            "from jeepney import *; from jeepney.io.blocking import open_dbus_connection as o;"
            "a = DBusAddress('/org/freedesktop/Notifications', 'org.freedesktop.Notifications',"
            f" 'org.freedesktop.Notifications'); o('SESSION').send_and_get_reply({close})"
        )
        await until(lambda: not standing(notifications))


async def test_a_daemon_that_is_started_anew_is_used_again(daemon: NotificationDaemon) -> None:
    tray = Tray()
    async with running(tray) as notifications:
        notifications.show(announcement("a"))
        await until(lambda: standing(notifications))
        daemon.stop()
        await until(lambda: not standing(notifications))
        notifications.show(announcement("b", title="by the tray"))
        await until(lambda: tray.shown == ["by the tray"])
        daemon.start()
        notifications.show(announcement("c"))
        await until(lambda: standing(notifications))
        assert tray.shown == ["by the tray"]


async def test_a_daemon_that_hangs_is_given_up(daemon: NotificationDaemon, caplog: pytest.LogCaptureFixture) -> None:
    tray = Tray()
    async with running(tray) as notifications:
        daemon.hang()
        notifications.show(announcement("a"))
        await until(lambda: tray.shown == ["title"])
    assert "no notification daemon answers" in caplog.text


async def test_it_ends_while_a_daemon_hangs(daemon: NotificationDaemon) -> None:
    async with running(Tray()) as notifications:
        daemon.hang()
        notifications.show(announcement("a"))
        await asyncio.sleep(0.3)


async def test_with_nothing_at_all_the_log_says_so_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    async with running(Tray(able=False)) as notifications:
        for each in "abc":
            notifications.show(announcement(each))
        notifications.take_away(frozenset("a"))
        await until(lambda: notifications._orders.empty())
        monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
        notifications.show(announcement("d"))
        await until(lambda: notifications._orders.empty())
    assert caplog.text.count("nothing on this desktop shows notices") == 1


async def test_a_click_comes_with_its_mailboxes_and_its_token() -> None:
    notifications = Notifications(Tray(), lambda _: PICTURE)
    notifications._standing[5] = announcement("a", "b")
    for signal in (
        Signal("ActionInvoked", 4, "show"),
        Signal("ActivationToken", 5, "token"),
        Signal("ActionInvoked", 5, "no such button"),
        Signal("ActivationToken", 5, "token"),
        Signal("ActionInvoked", 5, "default"),
    ):
        notifications._take_in(signal)
    async with asyncio.timeout(1):
        clicked = await notifications.clicked()
    assert clicked == Clicked(Choice.OPEN, (MailboxId("a"), MailboxId("b")), "token")
