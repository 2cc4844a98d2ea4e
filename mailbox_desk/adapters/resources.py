"""Reads the files that ship with the program and hands them on as values: rules and providers.

Nothing is decided here, and nothing of the user's is read.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mailbox_desk.adapters.provider_file import provider_from
from mailbox_desk.diagnosis.provider import Provider
from mailbox_desk.diagnosis.rules import RuleSet, rules_from
from mailbox_desk.paths import resources_dir


class BadResource(Exception):
    """A file that ships with the program can't be read; its name is in the text, the reason is the cause."""


def load_rules(folder: Path | None = None) -> RuleSet:
    """The rules of resources/rules: files by name, rules in their order. A rule without a date has its file's.
    Raises BadResource or BadRule."""
    tables = _tables(folder or resources_dir() / "rules")
    return rules_from({"date": table.get("date")} | rule for _, table in tables for rule in table.get("rule", ()))


def load_providers(folder: Path | None = None) -> tuple[Provider, ...]:
    """The providers of resources/providers, by file name. Raises BadResource or BadProvider."""
    return tuple(provider_from(table, name) for name, table in _tables(folder or resources_dir() / "providers"))


def _tables(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(file name, what it holds), by name."""
    for file in sorted(folder.glob("*.toml")):
        try:
            yield file.name, tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadResource(f"{file.name} can't be read: {error}") from error
