"""Reads and writes the files of mailboxes that a person names, on a thread of its own: a file may lie anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from mailbox_desk.adapters.csv_writing import BOM, as_csv, mailboxes_as_csv, write_whole
from mailbox_desk.adapters.formula_guard import guarded
from mailbox_desk.adapters.mailbox_csv import Reading, read_mailbox_csv
from mailbox_desk.adapters.resources import load_providers
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.diagnosis.provider import GENERIC, provider_of
from mailbox_desk.model.admin_connection import BadKey, KeyFault, domain_of
from mailbox_desk.model.client_secret import BadClientSecret, Fault
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.import_plan import (
    CsvProblem,
    CsvReason,
    ExportFailed,
    ImportPlan,
    Layout,
    MailboxFile,
    planned,
)
from mailbox_desk.model.mailbox import Endpoint, Mailbox

_PATIENCE: Final = 60.0
_MOST_BYTES: Final = 65_536  # of a client_secret.json, which has some hundreds
_LARGEST_KEY: Final = 100_000
NOBODY_SERVED: Final[Mapping[str, str]] = MappingProxyType({})


class MailboxFiles:
    """Given up by its asker, a reading's answer is dropped; a writing goes on to its end."""

    def __init__(self) -> None:
        self._lane = Lane("files", 1, spares=4)

    async def read_import(
        self,
        path: Path,
        *,
        exactly: bool = False,
        allow_plain: bool = False,
        served: Mapping[str, str] = NOBODY_SERVED,
    ) -> MailboxFile:
        """The file, or its trouble. `exactly`: passwords as they stand in the file; `allow_plain`: the person's yes
        to connections without encryption; `served`: the domains of admin connections, and the provider of each."""
        reading = Reading(exactly=exactly, allow_plain=allow_plain, served=frozenset(served))
        try:
            return await self._lane.run(lambda: read_with_providers(path, reading, served), limit=_PATIENCE)
        except TimeoutError:
            return MailboxFile(trouble=CsvProblem(0, CsvReason.TOO_SLOW, path.name))

    async def read_key(self, path: Path) -> Secret:
        """The text of a key file that a person chose. Raises BadKey."""
        try:
            return await self._lane.run(lambda: read_key_file(path), limit=_PATIENCE)
        except TimeoutError as error:
            raise BadKey(KeyFault.FILE_UNREADABLE) from error

    async def plan(self, file: MailboxFile, known: Iterable[Mailbox], *, new_passwords: bool) -> ImportPlan:
        """What importing the file would do: thousands of rows take longer than a window may stand still."""
        there = tuple(known)
        return await self._lane.run(lambda: planned(file, there, new_passwords=new_passwords))

    async def read_client_secret(self, path: Path) -> str:
        """The text of a small file that describes an OAuth app. Raises BadClientSecret."""
        try:
            return await self._lane.run(lambda: small_text(path), limit=_PATIENCE)
        except TimeoutError:
            raise BadClientSecret(Fault.UNREADABLE) from None

    async def write_export(self, path: Path, text: str, *, replace: bool = False) -> None:
        """All of it or nothing. Raises ExportFileThere or ExportFailed."""
        try:
            await self._lane.run(lambda: write_whole(path, text, replace=replace), limit=_PATIENCE)
        except TimeoutError as error:
            raise ExportFailed(path.name) from error

    async def as_csv(self, mailboxes: tuple[Mailbox, ...], layout: Layout) -> str:
        """Without secrets. Of layouts, those of EXPORT_LAYOUTS."""
        return await self._lane.run(lambda: mailboxes_as_csv(mailboxes, layout))

    async def list_as_csv(self, headings: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
        """Any table as text, for a person to read in a spreadsheet program."""
        lines = [dict(zip(headings, map(guarded, row), strict=True)) for row in rows]
        return await self._lane.run(lambda: BOM + as_csv(headings, lines))

    def close(self) -> None:
        self._lane.close()


def small_text(path: Path) -> str:
    """What a file holds, where it is small and text. Blocks. Raises BadClientSecret."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise BadClientSecret(Fault.UNREADABLE) from error
    if len(data) > _MOST_BYTES:
        raise BadClientSecret(Fault.NOT_A_CLIENT)
    return data.decode("utf-8-sig", "replace")


def read_key_file(path: Path) -> Secret:
    """Blocks. Raises BadKey."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_KEY + 1)
        if len(content) > _LARGEST_KEY:
            raise BadKey(KeyFault.FILE_TOO_LARGE)
        return Secret(content.decode("utf-8-sig"))
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name, or no text
        raise BadKey(KeyFault.FILE_UNREADABLE) from error


def read_with_providers(path: Path, reading: Reading, served: Mapping[str, str] = NOBODY_SERVED) -> MailboxFile:
    """The file; what its rows don't say is filled in from the provider files. Blocks."""
    providers = load_providers()
    known = {provider.id: provider for provider in providers}
    nobody: tuple[Endpoint | None, Endpoint | None] = (None, None)

    def whose(address: str, hosts: Sequence[str]) -> str:
        told = provider_of(address, hosts, providers)
        return served.get(domain_of(address), told) if told == GENERIC and not hosts else told

    def servers(address: str, hosts: Sequence[str]) -> tuple[Endpoint | None, Endpoint | None]:
        provider = known.get(whose(address, hosts))
        return provider.endpoints(address) if provider is not None else nobody

    return read_mailbox_csv(path, replace(reading, provider_of=whose, servers_of=servers))
