"""Files to import, in a folder of their own, and the real part that reads them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from mailbox_desk.adapters.mailbox_files import NOBODY_SERVED, MailboxFiles
from mailbox_desk.model.import_plan import MailboxFile

HEADER = (
    "Email,First Name,IMAP Password,IMAP Host,IMAP Port,SMTP Password,SMTP Host,SMTP Port,IMAP Username,Daily Limit"
)
SECRET = "hidden-horse"


def row(user: str, *, host: str = "example.org", port: str = "993") -> str:
    return f"{user}@example.org,Ann,{SECRET},imap.{host},{port},{SECRET},smtp.{host},587,,30"


def write_rows(path: Path, *rows: str) -> Path:
    path.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    return path


class GatedFiles(MailboxFiles):
    """Reads only once the gate is open: a file on a slow drive."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.read: list[tuple[Path, bool, bool]] = []

    async def read_import(
        self,
        path: Path,
        *,
        exactly: bool = False,
        allow_plain: bool = False,
        served: Mapping[str, str] = NOBODY_SERVED,
    ) -> MailboxFile:
        self.read.append((path, exactly, allow_plain))
        await self.gate.wait()
        return await super().read_import(path, exactly=exactly, allow_plain=allow_plain, served=served)
