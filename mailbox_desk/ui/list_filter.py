"""Which lines the list shows: the chip pressed and the words searched for. Pure; no Qt.

A search is words that must all be found; `status:`, `provider:`, `cause:`, `tag:` and `is:known` name where.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.rows import Row

if TYPE_CHECKING:
    from mailbox_desk.model.mailbox import MailboxId

_TERM: Final = re.compile(r'(?:(status|provider|cause|tag|is):)?(?:"([^"]*)"?|(\S+))', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a search in small letters; `place` "" means anywhere."""

    place: str
    word: str

    def fits(self, row: Row) -> bool:
        match self.place:
            case "status":
                return self.word in (row.status.casefold(), row.shown.value.casefold()) or self._begins_status(row)
            case "provider":
                return self.word in (row.provider_id.casefold(), row.provider.casefold()) or (
                    self.word in row.provider.casefold()
                )
            case "cause":
                return self.word in row.cause_id or self.word in row.cause.casefold()
            case "tag":
                return any(self.word == tag.casefold() for tag in row.tags)
            case "is":
                return self.word == "known" and row.acknowledged
            case _:
                return self.word in row.sought

    def _begins_status(self, row: Row) -> bool:
        return row.shown.value.casefold().replace("_", "").startswith(self.word.replace("_", "").replace(" ", ""))


@dataclass(frozen=True, slots=True)
class ListFilter:
    """`shown` None means every status, `only` None every mailbox."""

    shown: Shown | None = None
    terms: tuple[Term, ...] = field(default=())
    only: frozenset[MailboxId] | None = None

    @property
    def lets_all_through(self) -> bool:
        return self.shown is None and not self.terms and self.only is None

    def fits(self, row: Row) -> bool:
        if self.shown is not None and row.shown is not self.shown:
            return False
        if self.only is not None and row.id not in self.only:
            return False
        return all(term.fits(row) for term in self.terms)


def terms_of(typed: str) -> tuple[Term, ...]:
    """What was typed into the search field as terms. A place without a word yet (`status:`) asks nothing."""
    found = (Term((place or "").lower(), (quoted or plain).casefold()) for place, quoted, plain in _TERM.findall(typed))
    return tuple(term for term in found if term.word and not term.word.endswith(":"))


def fitting(rows: Iterable[Row], wanted: ListFilter) -> list[Row]:
    """The lines that the filter lets through, in the order they came."""
    return list(rows) if wanted.lets_all_through else [row for row in rows if wanted.fits(row)]
