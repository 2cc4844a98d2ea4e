"""New passwords for many mailboxes from a pasted text: "address, password" a line. Pure; it keeps nothing.

The text is a secret as a whole: it must not reach a log, an exception or the clipboard.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from mailbox_desk.model.credential import Secret

_DIVIDERS: Final = "\t;,"
_ADDRESS_HEADINGS: Final = frozenset({"address", "email", "e-mail", "mail", "username", "user", "login", "account"})
_PASSWORD_HEADINGS: Final = frozenset({"password", "pass", "imap_password", "new password", "app password", "secret"})


@dataclass(frozen=True, slots=True)
class Pasted:
    """`passwords` by address in small letters; the last of two counts. `unknown`: addresses that nobody waits for;
    `odd`: numbers of lines (from 1) that hold no address and password."""

    passwords: dict[str, Secret]
    unknown: tuple[str, ...] = ()
    odd: tuple[int, ...] = ()


def read_pasted(text: str, wanted: Collection[str]) -> Pasted:
    """What the text has for the `wanted` addresses."""
    known = {address.casefold() for address in wanted}
    passwords: dict[str, Secret] = {}
    unknown: dict[str, None] = {}
    odd: list[int] = []
    columns: tuple[int, int] | None = None
    for number, line in enumerate(text.replace("\ufeff", "").splitlines(), start=1):
        if not line.strip():
            continue
        fields = _fields(line)
        headings = _columns(fields) if columns is None and not passwords and not unknown else None
        if headings is not None:
            columns = headings
            continue
        address, password = _of_columns(fields, columns) if columns is not None else _of_line(line)
        if "@" not in address or not password:
            odd.append(number)
        elif address.casefold() in known:
            passwords[address.casefold()] = Secret(password)
        else:
            unknown[address] = None
    return Pasted(passwords, tuple(unknown), tuple(odd))


def _fields(line: str) -> list[str]:
    """The parts of a line, quotes taken off where a table quoted them."""
    divider = next((each for each in _DIVIDERS if each in line), " ")
    if '"' in line:
        return [field.strip() for field in next(csv.reader(io.StringIO(line), delimiter=divider), [])]
    return [field.strip() for field in line.split(divider)]


def _columns(fields: list[str]) -> tuple[int, int] | None:
    """Where a heading says address and password are, None where this is no heading."""
    names = [field.casefold().strip('"') for field in fields]
    address = next((place for place, name in enumerate(names) if name in _ADDRESS_HEADINGS), None)
    password = next((place for place, name in enumerate(names) if name in _PASSWORD_HEADINGS), None)
    return (address, password) if address is not None and password is not None else None


def _of_columns(fields: list[str], columns: tuple[int, int]) -> tuple[str, str]:
    address, password = columns
    return (fields[address], fields[password]) if max(columns) < len(fields) else ("", "")


def _of_line(line: str) -> tuple[str, str]:
    """Without a heading all behind the first divider is the password: it may hold one itself."""
    text = line.strip()
    if text.startswith('"') or text.endswith('"'):
        return _of_columns(_fields(text), (0, 1))
    divider = next((each for each in text if each in f"{_DIVIDERS} "), ",")
    address, _, password = text.partition(divider)
    return address.strip(), password.strip()
