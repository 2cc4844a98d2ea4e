"""Reads the help that ships with the program: resources/help/index.toml and a Markdown file for each page.

Nothing is decided here: which page stands for what is said in the index.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from mailbox_desk.adapters.resources import BadResource
from mailbox_desk.model.cause import Action, Cause
from mailbox_desk.model.help_page import HelpLibrary, HelpPage
from mailbox_desk.paths import resources_dir

_ENGLISH: Final = "en"
_INNER_LINK: Final = re.compile(r"\[([^\]]+)\]\(\w+\.md\)")


def load_help(language: str = _ENGLISH, *, folder: Path | None = None) -> HelpLibrary:
    """All pages in their order; a page that this language does not have is in English. Raises BadResource."""
    place = folder or resources_dir() / "help"
    index = place / "index.toml"
    try:
        rows = tomllib.loads(_read(index))["page"]
        return HelpLibrary(tuple(_page(row, place, language) for row in rows))
    except (KeyError, TypeError, ValueError) as error:
        raise BadResource(f"{index.name} can't be understood: {error!r}") from error


def help_page(cause: Cause, language: str = _ENGLISH) -> str:
    """The page of a cause as Markdown to be shown by itself: links to other pages are left as their names.
    Raises BadResource."""
    return _INNER_LINK.sub(r"*\1*", _text_of(cause.value, resources_dir() / "help", language))


def _page(row: dict[str, Any], place: Path, language: str) -> HelpPage:
    text = _text_of(row["id"], place, language)
    return HelpPage(
        id=row["id"],
        section=row["section"],
        title=text.partition("\n")[0].removeprefix("# ").strip(),
        markdown=text,
        causes=frozenset(Cause(each) for each in row.get("causes", ())),
        actions=frozenset(Action(each) for each in row.get("actions", ())),
        keywords=tuple(row.get("keywords", ())),
    )


def _text_of(page_id: str, place: Path, language: str) -> str:
    wanted = [place / each / f"{page_id}.md" for each in (language, language.partition("_")[0], _ENGLISH)]
    return _read(next((each for each in wanted if each.is_file()), wanted[-1]))


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise BadResource(f"{file.name} can't be read") from error
