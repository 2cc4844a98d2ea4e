"""Finds help pages by words: in their titles, their keywords and their text. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from mailbox_desk.model.help_page import HelpLibrary, HelpPage

_IN_TITLE: Final = 8
_IN_KEYWORDS: Final = 5
_IN_TEXT: Final = 1
_MOST_WORDS: Final = 24
_WORD: Final = re.compile(r"[^\s\"'“”‘’()\[\]{}<>,;:!?]+")
_ADDRESS_OF_LINK: Final = re.compile(r"\]\([^)]*\)")
_NO_HELP: Final = frozenset(
    {"the", "and", "for", "you", "your", "not", "was", "are", "with", "that", "this", "from", "has", "have", "had"}
)


class HelpSearch:
    """Made once for a library; a search then takes well under a millisecond."""

    def __init__(self, library: HelpLibrary) -> None:
        self._library = library
        self._places = {page.id: _places(page) for page in library}

    def found(self, asked: str) -> tuple[HelpPage, ...]:
        """The pages that hold the most of the words asked for, the best first; nothing asked: all, in their order.

        Words of one letter and words that are everywhere count for nothing. Of a long question, such as a server's
        line, a quarter may be missing; a page that holds less than half of what was asked is no answer.
        """
        words = _words_of(asked)
        if not words:
            return self._library.pages if not asked.strip() else ()
        marks = {page.id: [_weight(word, self._places[page.id]) for word in words] for page in self._library}
        held = {page_id: sum(1 for mark in each if mark) for page_id, each in marks.items()}
        most = max(held.values(), default=0)
        if 2 * most < len(words):
            return ()
        best = [page for page in self._library if held[page.id] >= most - len(words) // 4]
        return tuple(sorted(best, key=lambda page: (-held[page.id], -sum(marks[page.id]))))


def _words_of(asked: str) -> Sequence[str]:
    words = [word.strip(".-").casefold() for word in _WORD.findall(asked)]
    return [word for word in dict.fromkeys(words) if len(word) > 1 and word not in _NO_HELP][:_MOST_WORDS]


def _places(page: HelpPage) -> tuple[tuple[str, int], ...]:
    """The page's texts, folded, with what a word found there weighs."""
    text = _ADDRESS_OF_LINK.sub("] ", page.markdown)
    texts = ((page.title, _IN_TITLE), (" | ".join(page.keywords), _IN_KEYWORDS), (text, _IN_TEXT))
    return tuple((f" {text.replace('’', chr(39)).casefold()} ", weight) for text, weight in texts)


def _weight(word: str, places: tuple[tuple[str, int], ...]) -> int:
    """How much a word says for a page; at the beginning of a word there it says twice as much as inside one."""
    return sum(
        weight * (2 if re.search(rf"\b{re.escape(word)}", text) else 1) for text, weight in places if word in text
    )
