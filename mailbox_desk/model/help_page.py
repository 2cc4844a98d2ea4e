"""The help as values: pages, and which one stands for a cause or an action. No file is read here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailbox_desk.model.cause import Action, Cause


@dataclass(frozen=True, slots=True)
class HelpPage:
    """`markdown` is the whole page, its first line the title; `section` is a key of the catalogues; `keywords` are
    further words to find it by. A link to another page is its id with ".md"."""

    id: str
    section: str
    title: str
    markdown: str
    causes: frozenset[Cause] = frozenset()
    actions: frozenset[Action] = frozenset()
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HelpLibrary:
    """All pages, in the order in which they are listed."""

    pages: tuple[HelpPage, ...] = ()

    def __iter__(self) -> Iterator[HelpPage]:
        return iter(self.pages)

    def page(self, page_id: str) -> HelpPage | None:
        return next((page for page in self.pages if page.id == page_id), None)

    def of_cause(self, cause: Cause) -> HelpPage | None:
        return next((page for page in self.pages if cause in page.causes), None)

    def of_action(self, action: Action) -> HelpPage | None:
        return next((page for page in self.pages if action in page.actions), None)
