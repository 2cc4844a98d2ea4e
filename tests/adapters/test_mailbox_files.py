from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbox_desk.adapters.mailbox_files import MailboxFiles
from mailbox_desk.model.admin_connection import BadKey, KeyFault, is_admin_access
from mailbox_desk.model.import_plan import CsvMailbox, CsvProblem, CsvReason, ExportFailed, Layout
from mailbox_desk.model.mailbox import AuthKind
from mailbox_desk.model.verdict import Half


@pytest.fixture
def files() -> Iterator[MailboxFiles]:
    made = MailboxFiles()
    yield made
    made.close()


async def test_servers_come_from_the_provider_files(files: MailboxFiles, tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("email,app password,smtp\na@gmail.com,abcd efgh ijkl mnop,\nb@own.example,pw,smtp.gmail.com\n")
    gmail, own = (await files.read_import(path)).rows
    assert isinstance(gmail, CsvMailbox)
    assert gmail.mailbox.receiving is not None
    assert gmail.mailbox.receiving.host == "imap.gmail.com"
    assert (gmail.mailbox.provider, gmail.filled) == ("google", (Half.RECEIVING, Half.SENDING))
    assert gmail.credential.secret(Half.RECEIVING).reveal() == "abcdefghijklmnop"
    assert isinstance(own, CsvMailbox), "its own domain, but a server that tells the provider"
    assert own.mailbox.receiving is not None
    assert own.mailbox.receiving.host == "imap.gmail.com"


async def test_a_missing_file_is_its_trouble(files: MailboxFiles, tmp_path: Path) -> None:
    told = await files.read_import(tmp_path / "none.csv")
    assert told.trouble is not None
    assert told.trouble.reason_key is CsvReason.NOT_READABLE


async def test_five_thousand_rows_are_read_and_planned_soon(files: MailboxFiles, tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    rows = (f"u{n}@d{n % 40}.example,pw,imap.d{n % 40}.example,smtp.d{n % 40}.example\n" for n in range(5000))
    path.write_text("email,password,imap host,smtp host\n" + "".join(rows))
    began = time.monotonic()
    file = await files.read_import(path)
    plan = await files.plan(file, (), new_passwords=False)
    text = await files.as_csv(tuple(draft.mailbox for draft in plan.drafts), Layout.OURS)
    assert time.monotonic() - began < 10
    assert len(plan.drafts) == 5000
    assert text.count("\n") == 5001


async def test_a_table_for_a_spreadsheet_runs_nothing(files: MailboxFiles) -> None:
    text = await files.list_as_csv(("Line", "Mailbox"), (("2", "=cmd@example.org"),))
    assert text == "\ufeffLine,Mailbox\r\n2,'=cmd@example.org\r\n"


async def test_writing_fails_with_our_own_error(files: MailboxFiles, tmp_path: Path) -> None:
    with pytest.raises(ExportFailed):
        await files.write_export(tmp_path / "no" / "x.csv", "text")


async def test_addresses_of_a_served_domain_need_no_password(files: MailboxFiles, tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("address,password\na@served.example,\nb@served.example,pw\nc@other.example,\n")
    served, own, other = (await files.read_import(path, served={"served.example": "google"})).rows
    assert isinstance(served, CsvMailbox)
    assert is_admin_access(served.credential)
    assert served.mailbox.receiving is not None
    assert (served.mailbox.receiving.host, served.mailbox.auth) == ("imap.gmail.com", AuthKind.OAUTH)
    assert isinstance(own, CsvMailbox)
    assert own.credential.secret(Half.RECEIVING).reveal() == "pw"
    assert isinstance(other, CsvProblem)


async def test_a_key_file_is_read_whole_or_refused(files: MailboxFiles, tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.write_text("\ufeff{}")
    assert (await files.read_key(path)).reveal() == "{}"
    for content, fault in ((b"x" * 200_000, KeyFault.FILE_TOO_LARGE), (b"\xff\xfe\x00", KeyFault.FILE_UNREADABLE)):
        path.write_bytes(content)
        with pytest.raises(BadKey) as bad:
            await files.read_key(path)
        assert bad.value.fault is fault
    with pytest.raises(BadKey):
        await files.read_key(tmp_path / "gone")
