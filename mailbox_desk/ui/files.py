"""What the import and export dialogs need of the world: files read and written elsewhere than on Qt's thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from mailbox_desk.model.credential import Secret
from mailbox_desk.model.import_plan import ImportPlan, Layout, MailboxFile
from mailbox_desk.model.mailbox import Mailbox


class Files(Protocol):
    """Fitted by wiring's MailboxFiles, which a House has as `files`. Each method answers an `await`."""

    async def read_import(
        self, path: Path, *, exactly: bool = False, allow_plain: bool = False, served: Mapping[str, str] = ...
    ) -> MailboxFile: ...

    async def read_key(self, path: Path) -> Secret: ...

    async def plan(self, file: MailboxFile, known: Iterable[Mailbox], *, new_passwords: bool) -> ImportPlan: ...

    async def as_csv(self, mailboxes: tuple[Mailbox, ...], layout: Layout) -> str: ...

    async def list_as_csv(self, headings: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str: ...

    async def read_client_secret(self, path: Path) -> str: ...

    async def write_export(self, path: Path, text: str, *, replace: bool = False) -> None: ...
