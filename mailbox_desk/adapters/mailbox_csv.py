"""Reads the desk's CSV of mailboxes and passwords. A bad row is told and never stops the others; no problem's text
holds a secret.

Columns (only `address` is required): address, name, username, password, imap_host, imap_port, imap_security,
smtp_host, smtp_port, smtp_username, smtp_password, smtp_security, tags, note.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final
from uuid import UUID, uuid5

from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security, security_for_port

COLUMNS: Final = (
    "address",
    "name",
    "username",
    "password",
    "imap_host",
    "imap_port",
    "imap_security",
    "smtp_host",
    "smtp_port",
    "smtp_username",
    "smtp_password",
    "smtp_security",
    "tags",
    "note",
)
_DELIMITERS: Final = ",;\t"
_IDS: Final = UUID("8f2d6f2c-6f0e-5b0e-9d0e-6d61696c6278")
_LARGEST_BYTES: Final = 64 << 20
_LONGEST_ROW_LINES: Final = 50

# RFC 8314: implicit TLS where nothing is said; a named security brings the usual port of its own.
_IMAP_PORTS: Final = {Security.TLS: 993, Security.STARTTLS: 143, Security.NONE: 143}
_SMTP_PORTS: Final = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}

ProviderOf = Callable[[str, str], str]
"""(address, host) -> provider id."""
ReceivesAt = Callable[[str], Endpoint | None]
"""address -> where its provider says that it receives; None where nobody knows."""


class CsvReason(StrEnum):
    """Why a row, or the whole file, can't be used. The words are in the catalogues."""

    NOT_READABLE = "not_readable"
    NO_HEADER = "no_header"
    BROKEN_ROW = "broken_row"
    NO_ADDRESS = "no_address"
    BAD_ADDRESS = "bad_address"
    DUPLICATE_ADDRESS = "duplicate_address"
    NO_PASSWORD = "no_password"
    NO_SERVER = "no_server"
    BAD_HOST = "bad_host"
    BAD_PORT = "bad_port"
    BAD_SECURITY = "bad_security"
    PLAIN_NOT_ALLOWED = "plain_not_allowed"


@dataclass(frozen=True, slots=True)
class CsvMailbox:
    """A row that makes a mailbox. `line_number` counts the file's lines from 1."""

    line_number: int
    mailbox: Mailbox
    credential: Password


@dataclass(frozen=True, slots=True)
class CsvProblem:
    """A row that makes none. `detail` names the column at fault, not what stands there: in a row that has slipped by
    a column that may be a password."""

    line_number: int
    reason_key: CsvReason
    detail: str = ""


class _BadRow(Exception):
    def __init__(self, reason: CsvReason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def read_mailbox_csv(
    path: Path,
    *,
    allow_plain: bool = False,
    provider_of: ProviderOf | None = None,
    receives_at: ReceivesAt | None = None,
) -> Iterator[CsvMailbox | CsvProblem]:
    """Each row of the file, as it is met. A file that can't be read is one problem at line 0."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_BYTES + 1)
    except OSError as error:
        yield CsvProblem(0, CsvReason.NOT_READABLE, error.strerror or type(error).__name__)
        return
    if len(content) > _LARGEST_BYTES:
        yield CsvProblem(0, CsvReason.NOT_READABLE, f"> {_LARGEST_BYTES} bytes")
        return
    yield from parse_mailbox_csv(content, allow_plain=allow_plain, provider_of=provider_of, receives_at=receives_at)


def parse_mailbox_csv(
    content: bytes,
    *,
    allow_plain: bool = False,
    provider_of: ProviderOf | None = None,
    receives_at: ReceivesAt | None = None,
) -> Iterator[CsvMailbox | CsvProblem]:
    """UTF-8 (with or without BOM), UTF-16 with BOM, else Latin-1; commas, semicolons or tabs."""
    lines = io.StringIO(_decoded(content), newline=None).readlines()
    first_line = next((line for line in lines if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first_line.count)
    rows = _each_row(lines, delimiter)
    _, header = next(rows, (1, []))
    names = [] if isinstance(header, csv.Error) else [_column(name) for name in header]
    if "address" not in names:
        yield CsvProblem(1, CsvReason.NO_HEADER, "address")
        return
    seen: set[str] = set()
    reading = _Reading(allow_plain, provider_of or _generic, receives_at or _nowhere)
    for line_number, row in rows:
        yield _judged(row, line_number, names, seen, reading)


@dataclass(frozen=True, slots=True)
class _Reading:
    allow_plain: bool
    provider_of: ProviderOf
    receives_at: ReceivesAt


def _generic(address: str, host: str) -> str:
    return "generic"


def _nowhere(address: str) -> Endpoint | None:
    return None


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _column(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _each_row(lines: list[str], delimiter: str) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Rows that hold anything, each with the number of its first line. A row that csv can't read is its error, and
    reading goes on at the next line: a quote left open must not swallow the rows below it."""
    at = 0
    while at < len(lines):
        reader = csv.reader(
            lines[at : at + _LONGEST_ROW_LINES], delimiter=delimiter, skipinitialspace=True, strict=True
        )
        row: list[str] | csv.Error
        try:
            row = next(reader)
            used = reader.line_num
        except csv.Error as error:
            row, used = error, 1
        if isinstance(row, csv.Error) or any(cell.strip() for cell in row):
            yield at + 1, row
        at += used


def _judged(
    row: list[str] | csv.Error, line: int, names: list[str], seen: set[str], reading: _Reading
) -> CsvMailbox | CsvProblem:
    if isinstance(row, csv.Error):
        return CsvProblem(line, CsvReason.BROKEN_ROW, str(row))
    if len(row) > len(names) and any(cell.strip() for cell in row[len(names) :]):
        return CsvProblem(line, CsvReason.BROKEN_ROW, f"{len(row)} > {len(names)}")
    cells = dict(zip(names, row, strict=False))
    try:
        mailbox = _mailbox(cells, reading)
        credential = _credential(cells)
        key = mailbox.address.lower()
        if key in seen:
            raise _BadRow(CsvReason.DUPLICATE_ADDRESS, mailbox.address)
        seen.add(key)
        return CsvMailbox(line, mailbox, credential)
    except _BadRow as bad:
        return CsvProblem(line, bad.reason, bad.detail)


def _mailbox(cells: Mapping[str, str], reading: _Reading) -> Mailbox:
    address = _cell(cells, "address")
    if not address:
        raise _BadRow(CsvReason.NO_ADDRESS, "address")
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or any(mark.isspace() or not mark.isprintable() for mark in address):
        raise _BadRow(CsvReason.BAD_ADDRESS, "address")
    username = _cell(cells, "username") or address
    receiving = _endpoint(cells, "imap", username, _IMAP_PORTS, reading)
    sending = _endpoint(cells, "smtp", _cell(cells, "smtp_username") or username, _SMTP_PORTS, reading)
    if receiving is None and sending is None:  # only the address is required: the provider's own word serves
        known = reading.receives_at(address)
        receiving = replace(known, username=username) if known is not None else None
    host = next((end.host for end in (receiving, sending) if end is not None), None)
    if host is None:
        raise _BadRow(CsvReason.NO_SERVER, "imap_host")
    return Mailbox(
        id=mailbox_id_for(address),
        address=address,
        receiving=receiving,
        sending=sending,
        name=_cell(cells, "name"),
        provider=reading.provider_of(address, host),
        tags=tuple(tag.strip() for tag in _cell(cells, "tags").replace(",", ";").split(";") if tag.strip()),
        note=_cell(cells, "note"),
    )


def mailbox_id_for(address: str) -> MailboxId:
    """The same address has the same id in every run."""
    return MailboxId(str(uuid5(_IDS, address.strip().lower())))


def _endpoint(
    cells: Mapping[str, str], protocol: str, username: str, ports: Mapping[Security, int], reading: _Reading
) -> Endpoint | None:
    host = _cell(cells, f"{protocol}_host")
    if not host:
        return None
    if any(mark.isspace() or mark in "/@\\" or not mark.isprintable() for mark in host):
        raise _BadRow(CsvReason.BAD_HOST, f"{protocol}_host")
    security = _security(cells, f"{protocol}_security")
    port = _port(cells, f"{protocol}_port")
    if port is None:
        port = ports[security or Security.TLS]
    security = security or security_for_port(port)
    endpoint = Endpoint(host, port, security, username, reading.allow_plain and security is Security.NONE)
    if endpoint.sends_in_clear:
        raise _BadRow(CsvReason.PLAIN_NOT_ALLOWED, f"{protocol}_security")
    return endpoint


def _security(cells: Mapping[str, str], column: str) -> Security | None:
    match _cell(cells, column).lower():
        case "":
            return None
        case "tls" | "ssl" | "ssl/tls":
            return Security.TLS
        case "starttls":
            return Security.STARTTLS
        case "none":
            return Security.NONE
        case _:
            raise _BadRow(CsvReason.BAD_SECURITY, column)


def _port(cells: Mapping[str, str], column: str) -> int | None:
    text = _cell(cells, column)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65536):
        raise _BadRow(CsvReason.BAD_PORT, column)
    return int(text)


def _credential(cells: Mapping[str, str]) -> Password:
    """Taken as they stand, blanks at the end too (one at the beginning needs quotes). Without an own password for
    sending the two halves share one."""
    password, sending = cells.get("password", ""), cells.get("smtp_password", "")
    has_imap = bool(_cell(cells, "imap_host"))
    if not password and (has_imap or not sending):
        raise _BadRow(CsvReason.NO_PASSWORD, "password")
    if not password:
        return Password(Secret(sending))
    return Password(Secret(password), Secret(sending) if sending and sending != password else None)


def _cell(cells: Mapping[str, str], name: str) -> str:
    return cells.get(name, "").strip()
