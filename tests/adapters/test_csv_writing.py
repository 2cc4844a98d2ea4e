from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbox_desk.adapters.csv_formats import COLUMNS
from mailbox_desk.adapters.csv_writing import as_csv, mailboxes_as_csv, write_whole
from mailbox_desk.adapters.mailbox_csv import Reading, mailbox_id_for, parse_mailbox_csv
from mailbox_desk.model.import_plan import EXPORT_LAYOUTS, CsvMailbox, ExportFailed, ExportFileThere, Layout
from mailbox_desk.model.mailbox import Endpoint, Mailbox, Security

HOSTS = st.sampled_from(["mail.example.org", "127.0.0.1", "imap.example.com"])
NAMES = st.text(alphabet="=+-@'aä, \";", max_size=8).map(str.strip)


@st.composite
def endpoints(draw: st.DrawFn) -> Endpoint:
    security = draw(st.sampled_from([Security.TLS, Security.STARTTLS, Security.AUTO]))
    return Endpoint(draw(HOSTS), draw(st.integers(1, 65535)), security, draw(st.sampled_from(["ann", "a@b.example"])))


@st.composite
def mailboxes(draw: st.DrawFn) -> Mailbox:
    address = f"u{draw(st.integers(0, 99))}@example.org"
    receiving, sending = draw(st.none() | endpoints()), draw(endpoints())
    tags = draw(st.lists(st.sampled_from(["eu", "=sum", "a b"]), max_size=2))
    return Mailbox(
        mailbox_id_for(address),
        address,
        receiving,
        draw(st.sampled_from([None, sending])) if receiving else sending,
        name=" ".join(draw(NAMES).split()),
        tags=tuple(tags),
        note=draw(st.text(alphabet="=+-@'ab\n", max_size=9).map(str.strip)),
    )


def with_passwords(text: str) -> str:
    """What a person does with an export: fill the passwords in."""
    rows = list(csv.DictReader(io.StringIO(text)))
    return as_csv(COLUMNS, [row | {"password": "pw"} for row in rows])


@settings(max_examples=300, deadline=None)
@given(st.lists(mailboxes(), max_size=4, unique_by=lambda each: each.address))
def test_our_own_export_brings_back_the_same_mailboxes(boxes: list[Mailbox]) -> None:
    told = parse_mailbox_csv(with_passwords(mailboxes_as_csv(boxes, Layout.OURS)).encode())
    assert [row.mailbox for row in told.rows if isinstance(row, CsvMailbox)] == boxes
    assert len(told.rows) == len(boxes)


BOX = Mailbox(
    mailbox_id_for("ann@example.org"),
    "ann@example.org",
    Endpoint("imap.example.org", 993, Security.TLS, "ann"),
    Endpoint("smtp.example.org", 587, Security.STARTTLS, "out"),
    name="=Ann van Lee",
)


@pytest.mark.parametrize("layout", [Layout.INSTANTLY, Layout.SMARTLEAD])
def test_other_programs_layouts_are_recognised_again(layout: Layout) -> None:
    text = mailboxes_as_csv([BOX], layout)
    assert text.startswith("\ufeff")
    told = parse_mailbox_csv(text.encode())
    assert (told.layout, told.ignored == ()) == (layout, layout is Layout.INSTANTLY)
    header, row = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    cells = dict(zip(header, row, strict=True))
    assert [cells[name] for name in header if "assword" in name] == ["", ""]
    filled = ",".join("pw" if "assword" in name else cells[name] for name in header)
    (again,) = parse_mailbox_csv(f"{','.join(header)}\n{filled}".encode(), Reading()).rows
    assert isinstance(again, CsvMailbox)
    assert (again.mailbox.receiving, again.mailbox.sending) == (BOX.receiving, BOX.sending)


@pytest.mark.parametrize("layout", EXPORT_LAYOUTS)
def test_what_a_spreadsheet_would_run_is_guarded_in_free_text_alone(layout: Layout) -> None:
    text = mailboxes_as_csv([BOX], layout)
    assert "'=Ann" in text
    assert "'ann@example.org" not in text


def test_a_file_that_is_there_stays_unless_it_may_go(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_whole(path, "old", replace=False)
    with pytest.raises(ExportFileThere):
        write_whole(path, "new", replace=False)
    assert path.read_text() == "old"
    write_whole(path, "new", replace=True)
    assert path.read_text() == "new"
    assert [each.name for each in tmp_path.iterdir()] == ["out.csv"]


def test_a_link_leads_to_the_file_that_is_written(tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old")
    link.symlink_to(real)
    write_whole(link, "new", replace=True)
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_what_can_not_be_written_is_our_own_error_and_leaves_nothing(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "no" / "folder.csv", Path("no\0name")):
        with pytest.raises(ExportFailed) as failed:
            write_whole(path, "text", replace=True)
        assert str(failed.value)
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_breaks_off_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")

    def full(handle: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportFailed, match="No space"):
        write_whole(path, "new", replace=True)
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["out.csv"]
