from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence

import pytest

from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.errand import Draft
from mailbox_desk.model.import_plan import (
    CsvMailbox,
    CsvProblem,
    CsvReason,
    ImportPlan,
    Kept,
    Layout,
    MailboxFile,
    RowVerdict,
    planned,
)
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.vault_state import VaultClosed, VaultFailed, VaultState
from mailbox_desk.wording import Wording
from mailbox_desk.wording.import_report import notes_on, told_import, told_plan

WORDS = Wording.load(["en"], strict=True)


def mailbox(name: str) -> Mailbox:
    return Mailbox(MailboxId(name), f"{name}@example.org", Endpoint("h.example", 993, Security.TLS, name), None)


def plan() -> ImportPlan:
    rows = [CsvMailbox(line, mailbox(name), Password(Secret("pw"))) for line, name in ((2, "ann"), (4, "bob"))]
    bad = CsvProblem(3, CsvReason.NO_ADDRESS, "Email")
    return planned(MailboxFile((rows[0], bad, rows[1])), [])


async def answers(
    plan: ImportPlan, *portions: Sequence[Kept], as_json: bool = False, stop: bool = False
) -> list[dict[str, object]]:
    async def add_all(drafts: Sequence[Draft]) -> AsyncIterator[tuple[Kept, ...]]:
        for portion in portions:
            yield tuple(portion)

    told = told_import(plan, WORDS, add_all, as_json=as_json, stopped=lambda: stop)
    return [answer async for answer in told]


ANN, BOB = Kept(MailboxId("ann")), Kept(MailboxId("bob"))


async def test_each_row_is_told_in_the_order_of_the_file() -> None:
    told = await answers(plan(), [ANN], [BOB])
    assert [each.get("line") for each in told] == [
        "Line 2, ann@example.org: added",
        "Line 3: the address is missing",
        "Line 4, bob@example.org: added",
        "2 were added · 1 was not taken",
        None,
    ]
    assert told[-1] == {"exit": 1}


async def test_what_could_not_be_saved_or_was_not_come_to_is_said() -> None:
    told = await answers(plan(), [Kept(MailboxId("ann"), VaultFailed("full"))], [BOB], stop=True)
    lines = [str(each.get("line")) for each in told]
    assert lines[0] == "Line 2, ann@example.org: not saved: the vault could not be written"
    assert lines[2] == "Line 4, bob@example.org: not added: it was stopped before"
    assert told[-1] == {"exit": 2}


async def test_a_script_reads_each_row_and_the_sum() -> None:
    told = [json.loads(str(each["line"])) for each in await answers(plan(), [ANN, BOB], as_json=True) if "line" in each]
    assert [(each["line"], each["address"], each["verdict"], each["reason"], each["taken"]) for each in told[:3]] == [
        (2, "ann@example.org", "new", None, True),
        (3, None, "bad", "no_address", False),
        (4, "bob@example.org", "new", None, True),
    ]
    assert told[3] == {"summary": {"new": 2, "new_password": 0, "here": 0, "bad": 1, "not_taken": 1}, "dry_run": False}


async def test_a_closed_vault_is_said_once() -> None:
    async def closed(drafts: Sequence[Draft]) -> AsyncIterator[tuple[Kept, ...]]:
        if drafts:
            raise VaultClosed(VaultState.LOCKED)
        yield ()

    told = [each async for each in told_import(plan(), WORDS, closed, as_json=False, stopped=lambda: False)]
    assert told == [{"warning": WORDS.text("import.vault.locked")}, {"exit": 2}]


def test_a_plan_is_told_as_what_would_be() -> None:
    told = list(told_plan(plan(), WORDS, as_json=False))
    assert told[0] == {"line": "Line 2, ann@example.org: will be added"}
    assert told[-2:] == [{"line": "2 will be added · 1 can’t be taken"}, {"exit": 1}]
    empty = list(told_plan(ImportPlan(()), WORDS, as_json=False))
    assert empty == [{"line": WORDS.text("import.sum.empty")}, {"exit": 2}]


def test_all_here_already_is_a_success() -> None:
    here = planned(MailboxFile((CsvMailbox(2, mailbox("ann"), Password(Secret("pw"))),)), [mailbox("ann")])
    assert list(told_plan(here, WORDS, as_json=False))[-1] == {"exit": 0}


def test_many_ignored_columns_are_named_in_part() -> None:
    names = tuple(f"column {number} {'x' * 90}" for number in range(20))
    recognised, ignored = notes_on(MailboxFile(layout=Layout.INSTANTLY, ignored=names), WORDS)
    assert recognised == "Columns of Instantly; UTF-8, with commas."
    assert "8 more" in ignored
    assert len(ignored) < 600


@pytest.mark.parametrize(
    "key",
    [
        *(f"import.layout.{each.value}" for each in Layout),
        *(f"import.verdict.{each.value}" for each in RowVerdict if each is not RowVerdict.BAD),
        *(f"import.vault.{each.value}" for each in VaultState),
        *(f"import.chip.{when}.{each.value}" for each in RowVerdict for when in ("planned", "done")),
        *(f"import.encoding.{each}" for each in ("utf_8", "utf_16", "windows_1252")),
        *(f"import.separator.{each}" for each in ("comma", "semicolon", "tab")),
        *(f"import.trouble.{each}" for each in ("not_readable", "too_large", "too_slow", "no_header")),
        *(
            f"import.reason.{each.value}"
            for each in CsvReason
            if each.value not in ("not_readable", "too_large", "too_slow", "no_header")
        ),
        *(f"csv.{each.value}" for each in CsvReason if each is not CsvReason.TOO_SLOW),
    ],
)
def test_every_enum_has_words(key: str) -> None:
    assert WORDS.text(key, detail="", line=1)
