"""Looks at an SQLite file from outside, standard library only, and touches nothing: neither it nor its WAL files.

Source: https://www.sqlite.org/fileformat2.html, section 1.3 (user version at byte 60, application id at 68).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100


class NotAStore(Exception):
    """The file is no SQLite file, or its head is cut off."""


@dataclass(frozen=True, slots=True)
class StoreHeader:
    """`version`: the migrations it has seen. `application_id`: whose file it is; 0 for one never finished."""

    version: int
    application_id: int


def read_header(path: Path) -> StoreHeader | None:
    """The header, None where there is no file or an empty one. Raises NotAStore or OSError.

    The version is right even after a crash, because migrations run with a rollback journal and never in the WAL.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEADER_BYTES)
    except FileNotFoundError:
        return None
    if not head:
        return None
    if len(head) < _HEADER_BYTES or not head.startswith(_MAGIC):
        raise NotAStore(f"{path.name} is not an SQLite file")
    return StoreHeader(int.from_bytes(head[60:64], "big"), int.from_bytes(head[68:72], "big"))


def has_open_wal(path: Path) -> bool:
    """Commits wait in the WAL: the last writer did not close, or one is at work. Raises OSError."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size > 0
    except FileNotFoundError:
        return False


def read_only_address(path: Path) -> str:
    """The SQLite URI that reads the file and makes no other beside it where that can be helped."""
    address = f"file:{quote(str(path.absolute()))}?mode=ro"
    return address if has_open_wal(path) else address + "&immutable=1"
