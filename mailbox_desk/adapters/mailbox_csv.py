"""Reads a CSV of mailboxes and passwords, in the desk's own columns or another program's. A bad row is told and never
stops the others; no problem's text holds a secret.

Of our own columns (csv_formats.COLUMNS) only `address` is required.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from uuid import UUID, uuid5

from mailbox_desk.adapters.csv_formats import Header, header_of
from mailbox_desk.adapters.csv_reading import SEPARATORS, read_sheet
from mailbox_desk.adapters.formula_guard import unguarded
from mailbox_desk.model.admin_connection import ADMIN_ACCESS, domain_of
from mailbox_desk.model.credential import Credential, Password, Secret, auth_of
from mailbox_desk.model.import_plan import CsvMailbox, CsvProblem, CsvReason, CsvRow, MailboxFile
from mailbox_desk.model.mailbox import SECURITY_BY_PORT, Endpoint, Mailbox, MailboxId, Security, security_for_port
from mailbox_desk.model.typed_password import LONGEST_PASSWORD, as_meant
from mailbox_desk.model.verdict import Half

LARGEST_BYTES: Final = 50_000_000
MOST_ROWS: Final = 20_000
_IDS: Final = UUID("8f2d6f2c-6f0e-5b0e-9d0e-6d61696c6278")
_LONGEST_CELL: Final = 255
_LONGEST: Final = {"note": 4000, "tags": 1000, "password": LONGEST_PASSWORD} | {
    f"{protocol}_password": LONGEST_PASSWORD for protocol in ("imap", "smtp")
}
_FREE_TEXT: Final = frozenset({"name", "first_name", "last_name", "tags", "note"})

# RFC 8314: implicit TLS where nothing is said; a named security brings the usual port of its own.
_IMAP_PORTS: Final = {Security.TLS: 993, Security.STARTTLS: 143, Security.NONE: 143}
_SMTP_PORTS: Final = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}

# "true" and "false" as mailing programs write them: TLS from the first byte, or STARTTLS later.
_SECURITIES: Final = {
    **dict.fromkeys(("tls", "ssl", "ssl/tls", "true", "yes", "1", "on"), Security.TLS),
    **dict.fromkeys(("starttls", "false", "no", "0", "off"), Security.STARTTLS),
    "auto": Security.AUTO,
    "none": Security.NONE,
}

ProviderOf = Callable[[str, Sequence[str]], str]
"""(address, hosts) -> provider id."""
ServersOf = Callable[[str, Sequence[str]], tuple[Endpoint | None, Endpoint | None]]
"""(address, hosts) -> where its provider says that it receives and sends; None where nobody knows."""


def _generic(address: str, hosts: Sequence[str]) -> str:
    return "generic"


def _nowhere(address: str, hosts: Sequence[str]) -> tuple[Endpoint | None, Endpoint | None]:
    return None, None


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read. `exactly`: passwords as they stand, else as they are meant (typed_password.as_meant).
    `allow_plain`: the person's yes to connections without encryption where the file asks for them. `served`: domains
    whose addresses need no password, since an admin connection signs them in."""

    exactly: bool = True
    allow_plain: bool = False
    provider_of: ProviderOf = _generic
    servers_of: ServersOf = _nowhere
    served: frozenset[str] = frozenset()


class _BadRow(Exception):
    def __init__(self, reason: CsvReason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def read_mailbox_csv(path: Path, reading: Reading | None = None) -> MailboxFile:
    """The whole file. One that can't be read is a trouble at line 0."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or type(error).__name__
        return MailboxFile(trouble=CsvProblem(0, CsvReason.NOT_READABLE, reason))
    if len(content) > LARGEST_BYTES:
        return MailboxFile(trouble=CsvProblem(0, CsvReason.TOO_LARGE, f"{LARGEST_BYTES // 1_000_000} MB"))
    return parse_mailbox_csv(content, reading)


def parse_mailbox_csv(content: bytes, reading: Reading | None = None) -> MailboxFile:
    """What the bytes hold; encodings and separators as csv_reading.read_sheet has them."""
    sheet = read_sheet(content)
    header = header_of(sheet.header)
    file = MailboxFile(encoding=sheet.encoding, separator=SEPARATORS[sheet.separator])
    if header is None:
        return replace(file, trouble=CsvProblem(1, CsvReason.NO_HEADER, "address"))
    rows = tuple(_judged_rows(sheet.rows(), header, reading or Reading()))
    return replace(file, rows=rows, layout=header.layout, ignored=header.ignored)


def mailbox_id_for(address: str) -> MailboxId:
    """The same address has the same id in every run."""
    return MailboxId(str(uuid5(_IDS, address.strip().lower())))


class _Row:
    """The cells of one row by our names."""

    def __init__(self, header: Header, cells: Sequence[str]) -> None:
        self.header = header
        self._cells = cells

    def raw(self, column: str) -> str:
        """As it stands; of several columns for one thing the first that says something."""
        places = self.header.places.get(column, ())
        cells = (self._cells[place] for place in places if place < len(self._cells))
        return next((cell for cell in cells if cell.strip()), "")

    def cell(self, column: str) -> str:
        """Without blanks around it, and in free text without what was put there against formulas. Raises _BadRow."""
        cell = self.raw(column).strip()
        self.measured(column, cell)
        return unguarded(cell) if column in _FREE_TEXT and self.header.is_ours else cell

    def measured(self, column: str, cell: str) -> None:
        """Raises _BadRow where the cell is longer than such a thing can be."""
        if len(cell) > _LONGEST.get(column, _LONGEST_CELL):
            raise _BadRow(CsvReason.TOO_LONG, self.called(column))

    def called(self, column: str) -> str:
        """The file's own name for the column."""
        return self.header.names.get(column, column)


def _judged_rows(
    rows: Iterator[tuple[int, list[str] | csv.Error]], header: Header, reading: Reading
) -> Iterator[CsvRow]:
    seen: set[str] = set()
    for count, (line_number, cells) in enumerate(rows):
        if count >= MOST_ROWS:
            yield CsvProblem(line_number, CsvReason.TOO_MANY_ROWS, f"{MOST_ROWS:,}")
            return
        yield _judged(line_number, cells, header, seen, reading)


def _judged(
    line: int, cells: list[str] | csv.Error, header: Header, seen: set[str], reading: Reading
) -> CsvMailbox | CsvProblem:
    if isinstance(cells, csv.Error):
        return CsvProblem(line, CsvReason.BROKEN_ROW, str(cells))
    if any(cell.strip() for cell in cells[header.width :]):
        return CsvProblem(line, CsvReason.BROKEN_ROW, f"{len(cells)} > {header.width}")
    row, address = _Row(header, cells), ""
    try:
        address = _address(row)
        if address.lower() in seen:
            raise _BadRow(CsvReason.DUPLICATE_ADDRESS, address)
        mailbox, filled = _mailbox(row, address, reading)
        credential = _credential(row, address, reading)
    except _BadRow as bad:
        return CsvProblem(line, bad.reason, bad.detail, address)
    seen.add(address.lower())
    return CsvMailbox(line, replace(mailbox, auth=auth_of(credential, mailbox.auth)), credential, filled)


def _address(row: _Row) -> str:
    address = row.cell("address")
    if not address:
        raise _BadRow(CsvReason.NO_ADDRESS, row.called("address"))
    local, at, domain = address.rpartition("@")
    is_whole = local and at and domain and "@" not in local
    if not is_whole or any(mark.isspace() or not mark.isprintable() for mark in address):
        raise _BadRow(CsvReason.BAD_ADDRESS, row.called("address"))
    return address


def _mailbox(row: _Row, address: str, reading: Reading) -> tuple[Mailbox, tuple[Half, ...]]:
    receiving = _endpoint(row, "imap", address, _IMAP_PORTS, reading)
    sending = _endpoint(row, "smtp", address, _SMTP_PORTS, reading)
    given = receiving, sending
    if _wants_more(row, receiving, sending):
        receiving, sending = _filled_in(row, address, receiving, sending, reading)
    hosts = [end.host for end in (receiving, sending) if end is not None]
    if not hosts:
        raise _BadRow(CsvReason.NO_SERVER, row.called("imap_host"))
    mailbox = Mailbox(
        id=mailbox_id_for(address),
        address=address,
        receiving=receiving,
        sending=sending,
        name=_line(row.cell("name") or f"{row.cell('first_name')} {row.cell('last_name')}"),
        provider=reading.provider_of(address, hosts),
        tags=tuple(_line(tag) for tag in row.cell("tags").replace(",", ";").split(";") if tag.strip()),
        note=row.cell("note"),
    )
    filled = [half for half, was in zip(Half, given, strict=True) if was is None and mailbox.endpoint(half)]
    return mailbox, tuple(filled)


def _wants_more(row: _Row, receiving: Endpoint | None, sending: Endpoint | None) -> bool:
    """In our own file a half without a server is off, as long as the other has one; other programs have no such
    thing, so there a server is missing."""
    return (receiving is None and sending is None) if row.header.is_ours else (receiving is None or sending is None)


def _filled_in(
    row: _Row, address: str, receiving: Endpoint | None, sending: Endpoint | None, reading: Reading
) -> tuple[Endpoint | None, Endpoint | None]:
    """The provider's own word where the file is silent; sending only where the file speaks of sending at all."""
    hosts = [end.host for end in (receiving, sending) if end is not None]
    known = reading.servers_of(address, hosts)
    sends = not row.header.is_ours or "smtp_host" in row.header.places
    if receiving is None and known[0] is not None:
        receiving = replace(known[0], username=_username(row, "imap") or known[0].username)
    if sending is None and known[1] is not None and sends:
        sending = replace(known[1], username=_username(row, "smtp") or known[1].username)
    return receiving, sending


def _endpoint(
    row: _Row, protocol: str, address: str, ports: Mapping[Security, int], reading: Reading
) -> Endpoint | None:
    host, said_port = _host_and_port(row.cell(f"{protocol}_host"))
    if not host:
        return None
    if any(mark.isspace() or mark in "/@\\" or not mark.isprintable() for mark in host):
        raise _BadRow(CsvReason.BAD_HOST, row.called(f"{protocol}_host"))
    security = _security(row, f"{protocol}_security")
    port = _port(row, f"{protocol}_port", said_port)
    if port is None:
        port = ports.get(security or Security.TLS, ports[Security.TLS])
    if not row.header.is_ours:  # their words for it differ from program to program; a well-known port does not
        security = SECURITY_BY_PORT.get(port, security)
    security = security or security_for_port(port)
    username = _username(row, protocol) or address
    endpoint = Endpoint(host, port, security, username, reading.allow_plain and security is Security.NONE)
    if endpoint.sends_in_clear:
        raise _BadRow(CsvReason.PLAIN_NOT_ALLOWED, row.called(f"{protocol}_security"))
    return endpoint


def _host_and_port(cell: str) -> tuple[str, str]:
    host, colon, port = cell.rpartition(":")
    return (host, port) if colon and ":" not in host and port.isdigit() else (cell, "")


def _security(row: _Row, column: str) -> Security | None:
    text = row.cell(column).lower()
    if text and text not in _SECURITIES:
        raise _BadRow(CsvReason.BAD_SECURITY, row.called(column))
    return _SECURITIES.get(text)


def _port(row: _Row, column: str, otherwise: str) -> int | None:
    text = row.cell(column) or otherwise
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65536):
        raise _BadRow(CsvReason.BAD_PORT, row.called(column))
    return int(text)


def _username(row: _Row, protocol: str) -> str:
    """In our own file `username` serves both; elsewhere a name for one half serves the other where that has none."""
    columns = [f"{protocol}_username", "username"]
    if not row.header.is_ours:
        columns.append("smtp_username" if protocol == "imap" else "imap_username")
    for column in columns:
        name = row.cell(column)
        if any(not mark.isprintable() for mark in name):
            raise _BadRow(CsvReason.BAD_USERNAME, row.called(column))
        if name:
            return name
    return ""


def _credential(row: _Row, address: str, reading: Reading) -> Credential:
    """Without an own password for sending the two halves share one. In our own file a password for sending is for
    sending alone where there is a server for receiving."""
    common = _password(row, "password", reading)
    receiving = _password(row, "imap_password", reading) or common
    sending = _password(row, "smtp_password", reading) or common
    is_for_both = not row.header.is_ours or not row.cell("imap_host")
    if not receiving and is_for_both:
        receiving = sending
    if not receiving and domain_of(address) in reading.served:
        return ADMIN_ACCESS
    if not receiving:
        missing = "password" if "password" in row.header.places or row.header.is_ours else "imap_password"
        raise _BadRow(CsvReason.NO_PASSWORD, row.called(missing))
    return Password(Secret(receiving), Secret(sending) if sending and sending != receiving else None)


def _password(row: _Row, column: str, reading: Reading) -> str:
    """As it stands, blanks at its end too (one at its beginning needs quotes), or as it is meant."""
    cell = row.raw(column)
    row.measured(column, cell)
    return as_meant(cell, exactly=reading.exactly)


def _line(text: str) -> str:
    return "".join(mark for mark in " ".join(text.split()) if mark.isprintable())
