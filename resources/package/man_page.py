"""The manual page, made from what `--help` says, so that the two cannot part. Pure; standard library only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Template

_ENTRY = re.compile(r"^ {2,4}(\S.*?)(?: {2,}(.*))?$")
_METAVAR = re.compile(r"\b([A-Z]{2,})\b")
_SECTION = re.compile(r"^(\S.*):$")


@dataclass(frozen=True, slots=True)
class Help:
    """What argparse wrote: the words after "usage:", the sentence below it, and each section's (word, meaning)."""

    usage: str
    description: str
    sections: Mapping[str, Sequence[tuple[str, str]]]

    @property
    def options(self) -> Sequence[tuple[str, str]]:
        """Without --help, which every page has and none needs."""
        return [entry for entry in self.sections.get("options", ()) if "--help" not in entry[0]]

    @property
    def commands(self) -> Sequence[tuple[str, str]]:
        return [entry for entry in self.sections.get("positional arguments", ()) if entry[1]]


def read_help(text: str) -> Help:
    """Raises ValueError where this is no help text, or one wrapped at less than its longest line."""
    paragraphs = text.strip().split("\n\n")
    if not paragraphs[0].startswith("usage: ") or "\n" in paragraphs[0]:
        raise ValueError(f"no help in one line a sentence: {paragraphs[0]!r}")
    sections: dict[str, list[tuple[str, str]]] = {}
    described = []
    for paragraph in paragraphs[1:]:
        first, *rest = paragraph.splitlines()
        if named := _SECTION.match(first):
            sections[named[1]] = _entries(rest)
        else:
            described.append(paragraph)
    return Help(paragraphs[0].removeprefix("usage: "), "\n".join(described), sections)


def _entries(lines: Sequence[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for line in lines:
        entry = _ENTRY.match(line)
        if entry:
            found.append((entry[1], entry[2] or ""))
        elif found:  # the meaning of a word too long for its column
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}".strip())
    return found


def man_page(template: str, program: str, commands: Mapping[str, str], *, version: str, day: str) -> str:
    """`program`: what `--help` says; `commands`: what `COMMAND --help` says; `day`: YYYY-MM-DD."""
    main, each = read_help(program), {name: read_help(text) for name, text in commands.items()}
    meanings = dict(main.commands)
    known = {word for word, _ in main.options}
    rooms = [_command(meanings[name], told, known) for name, told in each.items()]
    usages = [main.usage, *(told.usage for told in each.values())]
    return Template(template).substitute(
        version=_plain(version),
        day=day,
        synopsis="\n.br\n".join(_usage(usage) for usage in usages),
        description=_plain(main.description),
        options="\n".join(_option(*entry) for entry in main.options),
        commands="\n".join(rooms),
    )


def _command(meaning: str, told: Help, known: set[str]) -> str:
    """A sub-heading, its meaning, and those of its options that the whole program does not have."""
    name = told.usage.split()[1]
    own = [_option(*entry) for entry in told.options if entry[0] not in known]
    return "\n".join([f".SS {_plain(name)}", f"{_sentence(meaning)}", *own])


def _usage(text: str) -> str:
    name, _, rest = text.replace(" [-h]", "").partition(" ")
    return f"\\fB{_plain(name)}\\fR {_metavars(rest)}"


def _option(word: str, meaning: str) -> str:
    return f".TP\n\\fB{_metavars(word, back='B')}\\fR\n{_sentence(meaning)}"


def _metavars(text: str, back: str = "R") -> str:
    return _METAVAR.sub(rf"\\fI\1\\f{back}", _plain(text))


def _sentence(text: str) -> str:
    plain = _plain(text)
    return plain[:1].upper() + plain[1:] + ("" if plain.endswith(".") else ".")


def _plain(text: str) -> str:
    """Nothing in it is an order to troff."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("~", "\\(ti")
    return re.sub(r"^(?=[.'])", r"\\&", escaped, flags=re.MULTILINE)
