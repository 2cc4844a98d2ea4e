"""A file of mailboxes as it was read, and what importing it would do, row by row. Pure; a secret stays a Secret."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from mailbox_desk.model.credential import Credential
from mailbox_desk.model.errand import Draft
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.verdict import Half


class Layout(StrEnum):
    """Whose columns a file has. The values are what `--format` takes."""

    OURS = "ours"
    INSTANTLY = "instantly"
    SMARTLEAD = "smartlead"
    CEYMAIL = "ceymail"
    BRANDJET = "brandjet"
    EMAILBISON = "emailbison"
    LEMLIST = "lemlist"
    WINNR = "winnr"
    GENERIC = "generic"


EXPORT_LAYOUTS = (Layout.OURS, Layout.INSTANTLY, Layout.SMARTLEAD)


class CsvReason(StrEnum):
    """Why a row, or the whole file, can't be used. The words are in the catalogues."""

    NOT_READABLE = "not_readable"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    NO_HEADER = "no_header"
    TOO_MANY_ROWS = "too_many_rows"
    BROKEN_ROW = "broken_row"
    TOO_LONG = "too_long"
    NO_ADDRESS = "no_address"
    BAD_ADDRESS = "bad_address"
    DUPLICATE_ADDRESS = "duplicate_address"
    BAD_USERNAME = "bad_username"
    NO_PASSWORD = "no_password"
    NO_SERVER = "no_server"
    BAD_HOST = "bad_host"
    BAD_PORT = "bad_port"
    BAD_SECURITY = "bad_security"
    PLAIN_NOT_ALLOWED = "plain_not_allowed"


@dataclass(frozen=True, slots=True)
class CsvMailbox:
    """A row that makes a mailbox, signed in by an admin connection where it has no password.
    `line_number` counts the file's lines from 1; the servers of the halves in `filled`
    are not from the file but the provider's own."""

    line_number: int
    mailbox: Mailbox
    credential: Credential
    filled: tuple[Half, ...] = ()


@dataclass(frozen=True, slots=True)
class CsvProblem:
    """A row that makes none. `detail` names the column at fault, not what stands there: in a row that has slipped by
    a column that may be a password. `address` is known only where the row reads well up to there."""

    line_number: int
    reason_key: CsvReason
    detail: str = ""
    address: str = ""


CsvRow = CsvMailbox | CsvProblem


@dataclass(frozen=True, slots=True)
class MailboxFile:
    """A whole file. `trouble` is why nothing of it could be read; `ignored` are the headings of columns that the desk
    has no use for; `encoding` and `separator` are keys of words."""

    rows: tuple[CsvRow, ...] = ()
    layout: Layout = Layout.GENERIC
    encoding: str = "utf_8"
    separator: str = "comma"
    ignored: tuple[str, ...] = ()
    trouble: CsvProblem | None = None


class RowVerdict(StrEnum):
    """What importing does with a row."""

    NEW = "new"
    NEW_PASSWORD = "new_password"
    HERE = "here"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """`draft` is what is kept where the row is taken; `mailbox` what the row says, if it says one."""

    line_number: int
    address: str
    verdict: RowVerdict
    mailbox: Mailbox | None = None
    draft: Draft | None = None
    problem: CsvProblem | None = None
    filled: tuple[Half, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Every row with its verdict, in the order of the file. Nothing is stored by making it."""

    rows: tuple[PlannedRow, ...]

    @property
    def counts(self) -> Mapping[RowVerdict, int]:
        """Rows by verdict; each verdict is there."""
        counted = Counter(row.verdict for row in self.rows)
        return {verdict: counted[verdict] for verdict in RowVerdict}

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """What is to be kept, in the order of the file."""
        return tuple(row.draft for row in self.rows if row.draft is not None)

    @property
    def wants_plain(self) -> bool:
        """A row asks for a connection without encryption."""
        return any(row.problem and row.problem.reason_key is CsvReason.PLAIN_NOT_ALLOWED for row in self.rows)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of one draft. None: it is kept, and the mailbox is watched."""

    mailbox_id: MailboxId
    error: Exception | None = None


class ExportFailed(Exception):
    """The file could not be written; what was there before is still there. The cause is kept."""


class ExportFileThere(ExportFailed):
    """There is a file of that name already, and nobody said that it may go."""


def planned(file: MailboxFile, known: Iterable[Mailbox], *, new_passwords: bool = False) -> ImportPlan:
    """What importing this file would do on a desk that has the mailboxes `known`. A mailbox that is there already
    stays as it is; with `new_passwords` it takes the file's password, and nothing else of the row."""
    here = {mailbox.address.casefold(): mailbox for mailbox in known}
    rows = (_planned(row, here, new_passwords) for row in file.rows)
    return ImportPlan(tuple(rows))


def _planned(row: CsvRow, here: Mapping[str, Mailbox], new_passwords: bool) -> PlannedRow:
    line = row.line_number
    if isinstance(row, CsvProblem):
        own = here.get(row.address.casefold())
        if own is not None and row.reason_key is CsvReason.NO_PASSWORD:  # an export of this very desk
            return PlannedRow(line, own.address, RowVerdict.HERE, own)
        return PlannedRow(line, row.address, RowVerdict.BAD, problem=row)
    mailbox = row.mailbox
    own = here.get(mailbox.address.casefold())
    if own is None:
        draft = Draft(mailbox, row.credential)
        return PlannedRow(line, mailbox.address, RowVerdict.NEW, mailbox, draft, filled=row.filled)
    if new_passwords:
        return PlannedRow(line, own.address, RowVerdict.NEW_PASSWORD, own, Draft(own, row.credential))
    return PlannedRow(line, own.address, RowVerdict.HERE, own)
