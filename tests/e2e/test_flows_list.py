"""The list by mouse and keys alone: imported from a file, narrowed, searched, sorted, its columns and the window's
shape kept between starts, many selected, menus, written to a file."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.e2e.flow_desk import (
    FINE,
    REFUSED,
    WORDS,
    choose,
    import_list,
    password,
    quick_home,
    until_listed,
    users,
    write_list,
)
from tests.e2e.screen import Person, Seen
from tests.e2e.test_window import desk, ended
from tests.servers.dovecot import Dovecot
from tests.servers.secret_service import SecretService

EVERYBODY = (REFUSED, *FINE)
HEADER = "table column header"


@pytest.fixture
def server(ca: trustme.CA) -> Iterator[Dovecot]:
    with Dovecot(users(), ca=ca) as made:
        yield made


@pytest.fixture
def person() -> Iterator[Person]:
    with SecretService() as keyring:
        keyring.start()
        with Person(keyring.env) as made:
            yield made


async def test_a_list_is_imported_looked_through_and_stays_as_it_was_put(
    person: Person, server: Dovecot, tmp_path: Path
) -> None:
    home, log = await quick_home(tmp_path / "home"), tmp_path / "log"
    with desk(person, home, server, log) as process:
        person.sees(WORDS.text("ui.empty.title"))
        import_list(person, write_list(tmp_path / "list.csv", server), not_taken=tmp_path / "not_taken.csv")
        narrow(person)
        search(person)
        sort(person)
        select_many(person, server)
        use_menus(person)
        export(person, tmp_path / "export.csv")
        shape = arrange(person)
        person.presses("ctrl+q")
        code, seconds = ended(process)
        assert (code, seconds < 2) == (0, True), (code, seconds, log.read_text())
    assert "another one" not in (tmp_path / "not_taken.csv").read_text()

    with desk(person, home, server, log) as process:
        person.sees("Connected", role="table cell")
        assert headings(person) == shape[1]
        person._until(lambda: frame(person) == shape[0], f"the window is {frame(person)}, not {shape[0]}")
        until_listed(person, *sorted(EVERYBODY, reverse=True))
        put_columns_back(person)
        person.presses("ctrl+q")
        assert ended(process)[0] == 0
    assert "Traceback" not in log.read_text()


def narrow(person: Person) -> None:
    """By chip: pressed, pressed again, and by its key."""
    chip = WORDS.text("ui.chip.spoken", status="Needs you", count=1)
    person.clicks(chip, role="check box")
    until_listed(person, REFUSED)
    person.clicks(chip, role="check box")
    until_listed(person, *EVERYBODY)
    person.presses("alt+2")
    until_listed(person, REFUSED)
    person.presses("alt+1")
    until_listed(person, *EVERYBODY)


def search(person: Person) -> None:
    """By keys; a search that finds nothing says so and leads back."""
    person.presses("ctrl+f")
    for words, found in (
        ("status:needs", [REFUSED]),
        ("tag:team north", [FINE[0]]),
        ("cause:credentials", [REFUSED]),
        ("south", [FINE[1], FINE[2]]),
    ):
        person.presses("ctrl+a")
        person.types(words)
        until_listed(person, *found)
    person.presses("Down")  # into the list: what is chosen there is not lost by another search
    person.presses("Home")
    person.presses("ctrl+f")
    person.types("nobody at all")
    person.sees(WORDS.text("ui.no_match.title"))
    person.clicks(WORDS.text("ui.no_match.show_all"))
    until_listed(person, *EVERYBODY)


def sort(person: Person) -> None:
    """By a click on a heading, and another for the other way round."""
    mailbox = WORDS.text("ui.column.mailbox")
    person.clicks(mailbox, role=HEADER)
    until_listed(person, *sorted(EVERYBODY))
    time.sleep(0.6)  # two clicks, not a double one
    person.clicks(mailbox, role=HEADER)
    until_listed(person, *sorted(EVERYBODY, reverse=True))


def select_many(person: Person, server: Dovecot) -> None:
    """From one line to another with shift; what is done then is done to all of them."""
    choose(person, FINE[2])
    person.clicks(FINE[0], role="table cell", holding="shift")
    person.presses("ctrl+p")
    person.sees(WORDS.plural("pause.title", 3, address=FINE[2]))
    person.presses("Escape")
    before = logins(server)
    person.presses("F5")
    wanted = before | {each: before[each] + 1 for each in FINE[:3]}
    person._until(lambda: logins(server) == wanted, f"wanted are {wanted}")
    person.presses("ctrl+c", "ctrl+f", "ctrl+v")
    pasted = person.sees(WORDS.text("ui.search.name"), role="text")
    assert [each for each in EVERYBODY if each in pasted.text] == [*FINE[:3]]
    person.presses("Escape", "Escape")
    until_listed(person, *sorted(EVERYBODY, reverse=True))


def logins(server: Dovecot) -> dict[str, int]:
    """How often each has signed in."""
    told = server.log()
    return {each: told.count(f"Login: user=<{each}>") for each in EVERYBODY}


def use_menus(person: Person) -> None:
    """The menu of a line, by the mouse and by the key of the keyboard; and that of the window."""
    copy, edit = WORDS.text("ui.action.copy_address"), WORDS.text("ui.action.edit")
    choose(person, FINE[3])
    person.opens_menu(lambda: person.clicks(FINE[3], role="table cell", button=3))
    person.picks(copy)
    person.presses("ctrl+f", "ctrl+v")
    until_listed(person, FINE[3])
    person.presses("Escape", "Escape")
    choose(person, REFUSED)
    person.opens_menu(lambda: person.presses("Menu"))
    while not person.sees(edit, role="menu item").focused:
        person.presses("Down")
    person.presses("Return")
    person.sees(WORDS.text("ui.edit.title", address=REFUSED))
    person.presses("Escape")
    person.sees_no(WORDS.text("ui.edit.title", address=REFUSED))


def export(person: Person, file: Path) -> None:
    """All of them, though one is selected, from the window's menu."""
    person.opens_menu(lambda: person.clicks(WORDS.text("ui.header.menu")))
    person.picks(WORDS.text("ui.action.export"))
    person.sees(WORDS.text("export.intro"))
    person.types(str(file))
    person.clicks(WORDS.plural("export.selected", 1), role="combo box")
    person.presses("Home", "Return")
    person.sees(WORDS.plural("export.all", len(EVERYBODY)), role="combo box")
    person.clicks(WORDS.text("export.go"))
    person.clicks(WORDS.text("ui.close"))
    with file.open(newline="", encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    assert sorted(row["address"] for row in rows) == sorted(EVERYBODY)
    assert not any(password(each) in file.read_text() for each in EVERYBODY)


def arrange(person: Person) -> tuple[tuple[int, ...], list[str]]:
    """Hide a column by the menu of the headings, move another by the mouse, make the window smaller; how it is then."""
    day, since, cause = (WORDS.text(f"ui.column.{each}") for each in ("day", "since", "cause"))
    person.opens_menu(lambda: person.clicks(since, role=HEADER, button=3))
    person.picks(day)
    person._until(lambda: day not in headings(person), "the column stays")
    x, y, width, height = person.sees(cause, role=HEADER).box
    person.drags(person.sees(since, role=HEADER).centre, (x + width // 6, y + height // 2))
    person._until(lambda: headings(person)[3:5] == [since, cause], "the column does not move")
    person._do("search", "--onlyvisible", "--name", f"^{WORDS.text('ui.title')}$", "windowsize", "1210", "760")
    person._until(lambda: frame(person)[2:] == (1210, 760), "the window keeps its size")
    return frame(person), headings(person)


def put_columns_back(person: Person) -> None:
    """As at first, by the menu of the headings: their order and the sorting too."""
    since, cause = (WORDS.text(f"ui.column.{each}") for each in ("since", "cause"))
    person.opens_menu(lambda: person.clicks(since, role=HEADER, button=3))
    person.picks(WORDS.text("ui.columns.reset"))
    person._until(lambda: headings(person).index(cause) < headings(person).index(since), "the columns stay")
    until_listed(person, *EVERYBODY)


def headings(person: Person) -> list[str]:
    """From left to right. Of a column that was hidden Qt goes on telling, without a width."""
    seen: list[Seen] = [each for each in person.look() if each.role == HEADER and each.box[2] > 0]
    return [each.name for each in sorted(seen, key=lambda each: each.box[0])]


def frame(person: Person) -> tuple[int, ...]:
    return next((each.box for each in person.look() if each.role == "frame"), (0, 0, 0, 0))
