"""The gettext catalogues of one language, asked by key. Nothing is composed here."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from gettext import GNUTranslations, NullTranslations, translation
from pathlib import Path
from typing import Final

from mailbox_desk.paths import resources_dir

_log = logging.getLogger(__name__)

DOMAINS: Final = (
    *("desk", "ui", "cli", "adding", "help", "demo", "pane", "tray", "import"),
    *("queue", "service", "network", "shared", "browser", "sign_in", "fleets"),
)
_FALLBACK: Final = "en"
_VARIABLES: Final = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


class MissingWords(KeyError):
    """No catalogue has this key, or its sentence wants a value that was not given."""


class Catalogue:
    """Sentences by key, from every domain that is there. `strict` raises MissingWords where a key is missing;
    else the key itself is shown and the log says so."""

    def __init__(self, domains: Sequence[NullTranslations], *, strict: bool = False) -> None:
        self._domains = tuple(domains)
        self._strict = strict
        self._found: dict[str, str] = {}

    @classmethod
    def load(
        cls, languages: Sequence[str] | None = None, *, folder: Path | None = None, strict: bool = False
    ) -> Catalogue:
        """The catalogues of the first language that has them; None asks the environment. English comes last."""
        place = folder or resources_dir() / "locale"
        wanted = [*(languages if languages is not None else languages_of(os.environ)), _FALLBACK]
        found = [translation(domain, place, wanted, fallback=True) for domain in DOMAINS]
        return cls([each for each in found if isinstance(each, GNUTranslations)], strict=strict)

    def has(self, key: str) -> bool:
        # Python 3.11.2's gettext() does not see the entries that have plural forms
        return any(key != domain.gettext(key) or key != domain.ngettext(key, key, 1) for domain in self._domains)

    def text(self, key: str, **values: object) -> str:
        """The sentence of `key` with its {names} filled in."""
        found = self._found.get(key)
        if found is None:
            found = next((text for domain in self._domains if (text := domain.gettext(key)) != key), None)
            if found is None:
                return self._missing(key, "no words")
            self._found[key] = found
        return self._filled(key, found, values) if values or "{" in found else found

    def plural(self, key: str, count: int, **values: object) -> str:
        """The form of `key` for `count`; {count} is filled in besides the values."""
        forms = (domain.ngettext(key, key, count) for domain in self._domains)
        return self._filled(key, next((text for text in forms if text != key), None), {"count": count} | values)

    def _filled(self, key: str, text: str | None, values: Mapping[str, object]) -> str:
        if text is None:
            return self._missing(key, "no words")
        try:
            return text.format_map(values)
        except (KeyError, IndexError, ValueError) as error:
            return self._missing(key, f"can't be filled in: {error!r}")

    def _missing(self, key: str, reason: str) -> str:
        if self._strict:
            raise MissingWords(f"{key}: {reason}")
        _log.warning("words: %s: %s", key, reason)
        return key


def languages_of(environment: Mapping[str, str]) -> list[str]:
    """The languages a person asks for, as gettext reads them (gettext manual, section 2.3)."""
    chosen = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    return [language for language in chosen.split(":") if language]
