"""A desk filled by a person from a file: five mailboxes at a real server, one with a password that it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from mailbox_desk.adapters.database import Database
from mailbox_desk.paths import Home
from mailbox_desk.wording import Wording
from tests.e2e.screen import Person, Seen
from tests.servers.dovecot import Dovecot, DovecotUser

WORDS: Final = Wording.load(["en"], strict=True)
REFUSED: Final = "anna@north.example"
FINE: Final = ("ben@north.example", "cleo@south.example", "dora@south.example", "emil@west.example")
QUICK: Final = {
    "second_opinion": "0.5-0.8",
    "first_round_spacing": "0.01",
    "discovery.nameserver": "127.0.0.1:9",
    "closing_explained": "on",
}
_HEADER: Final = "address,name,password,imap_host,imap_port,imap_security,tags"


def password(address: str) -> str:
    return f"right for {address}"


def users() -> list[DovecotUser]:
    return [DovecotUser(address, password(address)) for address in (REFUSED, *FINE)]


async def quick_home(root: Path) -> Path:
    """An empty desk in which a second opinion comes within seconds."""
    database = Database(Home(root))
    await database.open()
    for name, value in QUICK.items():
        await database.save_setting(name, value)
    await database.close()
    return root


def write_list(file: Path, server: Dovecot) -> Path:
    """Five good rows, a duplicate, one without a password and one without an address."""

    def row(address: str, secret: str, tags: str = "") -> str:
        return f"{address},,{secret},localhost,{server.imaps_port},tls,{tags}"

    good = [row(REFUSED, "no longer right"), *(row(each, password(each), "team") for each in FINE)]
    bad = [row(FINE[0], "another one"), row("nobody@west.example", ""), row("not an address", "a secret")]
    file.write_text("\n".join([_HEADER, *good, *bad]) + "\n", encoding="utf-8")
    return file


def import_list(person: Person, file: Path, not_taken: Path | None = None) -> None:
    """From the button to the mailboxes in the list, their first check done; `not_taken`: where to save the list of
    rows that could not be taken."""
    count = 1 + len(FINE)
    person.clicks(WORDS.text("ui.header.import"))
    person.sees(WORDS.text("import.columns_wanted"))
    person.types(str(file))
    person.presses("Return")
    person.sees(WORDS.plural("import.sum.planned.new", count))
    person.sees(WORDS.text("import.reason.duplicate_address"))
    person.clicks(WORDS.text("import.chip.planned.bad"), role="check box")
    person.sees_no(WORDS.text("import.verdict.new"), role="table cell")
    person.clicks(WORDS.plural("import.go", count))
    person.sees(WORDS.plural("import.now_checked", count))
    if not_taken is not None:
        person.clicks(WORDS.text("import.save_list"))
        person.sees(WORDS.text("import.save_title"))
        person.types(str(not_taken))
        person.presses("Return")
        person.sees(WORDS.text("import.list_saved", file=not_taken.name))
        person.clicks(WORDS.text("ui.close"))
    else:
        person.presses("Return")
    person.sees_no(WORDS.text("import.file_holds_passwords"))
    until_status(person, REFUSED, "Needs you")
    for address in FINE:
        until_status(person, address, "Connected")


def cells(person: Person, address: str) -> list[Seen]:
    """The cells of this mailbox's line from left to right; none where it is not on the screen."""
    seen = [each for each in person.look() if each.role == "table cell"]
    own = next((each for each in seen if address in each.words), None)
    line = [each for each in seen if own is not None and abs(each.centre[1] - own.centre[1]) < 8]
    return sorted(line, key=lambda each: each.box[0])


def until_status(person: Person, address: str, status: str, seconds: float = 30) -> None:
    person._until(
        lambda: any(status in each.words for each in cells(person, address)[:1]),
        f"{address} is not {status!r}",
        seconds=seconds,
    )


def listed(person: Person) -> list[str]:
    """The addresses in the list from top to bottom."""
    lines = [each for each in person.look() if each.role == "table cell" and "@" in each.words]
    return [each.words.split(",")[0] for each in sorted(lines, key=lambda each: each.box[1])]


def until_listed(person: Person, *addresses: str) -> None:
    """Wait until exactly these are shown, in this order."""
    person._until(lambda: listed(person) == list(addresses), f"these are not what is shown: {addresses}")


def choose(person: Person, address: str) -> None:
    """Click its line, and wait until the pane tells of it."""
    person.clicks(address, role="table cell")
    person._until(
        lambda: any(each.words.startswith(f"{address} · ") for each in person.look()), f"{address} is not in the pane"
    )
