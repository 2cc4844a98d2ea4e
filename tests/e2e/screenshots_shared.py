"""Pictures of what many mailboxes have together: `python tests/e2e/screenshots_shared.py FOLDER [LOOK@SCALE ...]`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtWidgets import QPushButton

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.incident import Circle, Incident, IncidentKind, Place
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Half, Verdict
from tests.e2e import album
from tests.ui.samples import NOW, snapshot

_BYE = Failure(Half.RECEIVING, Step.GREETING, FailureKind.TEMPORARY, "* BYE [UNAVAILABLE] Temporary System Error")


def shared(count: int, circle: Circle, name: str, verdict: Verdict, cause: Cause) -> Incident:
    ids = tuple(MailboxId(f"{name}{number:02}") for number in range(count))
    place = Place(circle, name)
    return Incident(name, ids, cause, verdict, NOW - 1500, NOW, NOW, kind=IncidentKind.SHARED, place=place, of=count)


def members(incident: Incident, provider: str) -> list[Snapshot]:
    made = (
        snapshot(
            each, incident.verdict, incident.cause, failure=_BYE, address=f"{each}@fable.example", provider=provider
        )
        for each in incident.mailboxes
    )
    return [replace(each, part_of=incident.id) for each in made]


class SharedAlbum(album.Album):
    async def take(self) -> None:
        google = shared(38, Circle.PROVIDER, "google", Verdict.RECONNECTING, Cause.PROVIDER_OUTAGE)
        ours = shared(5, Circle.DOMAIN, "northwind.example", Verdict.NEEDS_YOU, Cause.ACCOUNT_SUSPENDED)
        more = shared(4, Circle.HOST, "imap.harbor.example", Verdict.RECONNECTING, Cause.TOO_MANY_LOGINS)
        shaky = replace(snapshot("shaky", address="shaky@ledger.example"), unsteady_since=NOW - 4000)
        all_ours = [*album.desk_of_twelve(), shaky, *members(google, "google")]
        window, view, engine, _ = self.window(all_ours)
        engine.shared_incidents = (google,)
        view.hear(engine.board.snapshots())
        window.list.choose(MailboxId("google03"))
        await self.keep(window, "shared_one")
        next(each for each in window.findChildren(QPushButton) if each.text() == self.words.text("shared.show")).click()
        await self.keep(window, "shared_only")
        window.show_everything()
        engine.shared_incidents = (google, ours, more)
        view.hear([*members(ours, "google"), *members(more, "generic")])
        window.list.choose(MailboxId("shaky"))
        await self.keep(window, "shared_three")
        for width in (720, 480):
            window.resize(width, 800)
            await self.keep(window, f"shared_three_{width}")
        window.close()


if __name__ == "__main__":
    album.run(SharedAlbum, __file__, sys.argv[1:])
