"""Mailboxes as a CSV without secrets, in the desk's own columns or another program's; and a text put whole into a
file. A password column is there where the layout has one, and empty."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final
from uuid import uuid4

from mailbox_desk.adapters.csv_formats import COLUMNS, INSTANTLY_COLUMNS, SMARTLEAD_COLUMNS
from mailbox_desk.adapters.formula_guard import guarded
from mailbox_desk.model.import_plan import ExportFailed, ExportFileThere, Layout
from mailbox_desk.model.mailbox import Endpoint, Mailbox

BOM: Final = "\ufeff"  # without it spreadsheet programs take UTF-8 for the system's old code page
Columns = Mapping[str, object]


def mailboxes_as_csv(mailboxes: Iterable[Mailbox], layout: Layout) -> str:
    """The whole text, lines ended as RFC 4180 has it. What the desk accepted by hand (a certificate, a connection
    without encryption) is no part of it: that is to be accepted anew. Raises KeyError for a layout not written."""
    columns, row_of, start = _WRITERS[layout]
    return start + as_csv(columns, (row_of(mailbox) for mailbox in mailboxes))


def as_csv(columns: Sequence[str], rows: Iterable[Columns]) -> str:
    """Rows below their headings; what a row does not have stays empty."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write_whole(path: Path, text: str, *, replace: bool) -> None:
    """All of it or nothing: written beside the file, then put in its place. Raises ExportFileThere where there is a
    file and it may not be replaced, or ExportFailed."""
    try:
        _write_whole(path.resolve(), text.encode("utf-8", "backslashreplace"), replace)
    except FileExistsError as error:
        raise ExportFileThere(path.name) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise ExportFailed(getattr(error, "strerror", None) or type(error).__name__) from error


def _write_whole(path: Path, content: bytes, replace: bool) -> None:
    if path.is_dir():
        raise IsADirectoryError(21, os.strerror(21))
    if not replace and path.exists():
        raise FileExistsError(path.name)
    draft = path.with_name(f".{uuid4().hex}.new")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _ours(mailbox: Mailbox) -> Columns:
    receiving, sending = mailbox.receiving, mailbox.sending
    first = receiving or sending
    username = first.username if first else ""
    own = sending.username if sending and sending.username != username else ""
    return {
        "address": mailbox.address,
        "name": guarded(mailbox.name),
        "username": username,
        "smtp_username": own,
        **_server("imap", receiving, with_security=True),
        **_server("smtp", sending, with_security=True),
        "tags": guarded("; ".join(mailbox.tags)),
        "note": guarded(mailbox.note),
    }


def _server(protocol: str, endpoint: Endpoint | None, *, with_security: bool = False) -> Columns:
    if endpoint is None:
        return {}
    told: Columns = {f"{protocol}_host": endpoint.host, f"{protocol}_port": endpoint.port}
    return {**told, f"{protocol}_security": endpoint.security.value} if with_security else told


def _instantly(mailbox: Mailbox) -> Columns:
    first, _, last = mailbox.name.partition(" ")
    return {
        "Email": mailbox.address,
        "First Name": guarded(first),
        "Last Name": guarded(last),
        **_instantly_server("IMAP", mailbox.receiving),
        **_instantly_server("SMTP", mailbox.sending),
    }


def _instantly_server(protocol: str, endpoint: Endpoint | None) -> Columns:
    if endpoint is None:
        return {}
    return {
        f"{protocol} Username": endpoint.username,
        f"{protocol} Host": endpoint.host,
        f"{protocol} Port": endpoint.port,
    }


def _smartlead(mailbox: Mailbox) -> Columns:
    """`user_name` is for sending; the one for receiving stands apart only where it is another."""
    receiving, sending = mailbox.receiving, mailbox.sending
    main = sending or receiving
    username = main.username if main else mailbox.address
    return {
        "from_name": guarded(mailbox.name),
        "from_email": mailbox.address,
        "user_name": username,
        **_server("smtp", sending),
        **_server("imap", receiving),
        "imap_user_name": receiving.username if receiving and receiving.username != username else "",
    }


_WRITERS: Final[Mapping[Layout, tuple[Sequence[str], Callable[[Mailbox], Columns], str]]] = {
    Layout.OURS: (COLUMNS, _ours, ""),
    Layout.INSTANTLY: (INSTANTLY_COLUMNS, _instantly, BOM),
    Layout.SMARTLEAD: (SMARTLEAD_COLUMNS, _smartlead, BOM),
}
