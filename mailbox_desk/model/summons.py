"""What a start of the program asks of the window, its own or that of the desk which is open already. Checked values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Summons:
    """Addresses as a person typed them, "" for none. `token` lets our window come to the front (xdg-activation or
    startup-notification)."""

    add: str = ""
    show: str = ""
    reconnect: str = ""
    token: str = ""

    def arguments(self) -> dict[str, str]:
        """As they go through the door."""
        return asdict(self)


def summons_from(arguments: Mapping[str, object]) -> Summons:
    """What came through the door; what is no short, printable text is left out."""
    wanted = {each.name: arguments.get(each.name) for each in fields(Summons)}
    return Summons(**{name: text.strip() for name, text in wanted.items() if _is_sound(text) and isinstance(text, str)})


def _is_sound(text: object) -> bool:
    return isinstance(text, str) and len(text) <= _LONGEST and text.isprintable()
