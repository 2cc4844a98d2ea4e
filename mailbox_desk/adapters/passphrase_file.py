"""The passphrase of a vault from a file, for machines without a keyring or a person."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from mailbox_desk.model.credential import Secret

CREDENTIAL: Final = "mailbox-desk-passphrase"


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


def passphrase_credential(environment: Mapping[str, str]) -> str | None:
    """The file that a service manager hands us the passphrase in, None where it hands none. Source: "Credentials" in
    systemd.exec(5), https://systemd.io/CREDENTIALS/."""
    folder = environment.get("CREDENTIALS_DIRECTORY")
    file = Path(folder, CREDENTIAL) if folder else None
    return str(file) if file is not None and file.is_file() else None
