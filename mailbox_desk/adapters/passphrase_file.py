"""The passphrase of a vault from a file, for machines without a keyring or a person."""

from __future__ import annotations

from pathlib import Path

from mailbox_desk.model.credential import Secret


class NoPassphrase(Exception):
    """The file can't be read, or its first line is empty: the text says which, in the system's words or as "empty"."""


def read_passphrase(file: str) -> Secret:
    """The first line of the file, its line end removed. Raises NoPassphrase."""
    try:
        text = Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NoPassphrase(getattr(error, "strerror", None) or type(error).__name__) from error
    line = text.split("\n", 1)[0].rstrip("\r")
    if not line:
        raise NoPassphrase("empty")
    return Secret(line)
