"""A fact of a diagnosis as a sentence. Facts are named in diagnosis/facts.py; their sentences are "fact.<name>"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbox_desk.model.told import Told
from mailbox_desk.wording.catalogue import Catalogue
from mailbox_desk.wording.times import clock, duration

if TYPE_CHECKING:  # not loaded before the window's first paint
    from mailbox_desk.model.diagnosis import Fact

_MOMENTS = frozenset({Told.WORKED_UNTIL, Told.GRANT_WORKED_UNTIL, Told.CERTIFICATE_ENDED})
_COUNTS = frozenset(
    {
        Told.REFUSED_TIMES,
        Told.NEIGHBOURS_PASS,
        Told.NEIGHBOURS_FAIL,
        Told.NEIGHBOURS_REFUSED,
        Told.DOMAIN_FAILS,
        Told.PROVIDER_FAILS,
    }
)
_NAMES = {name.value: name for name in Told}


def reason(words: Catalogue, fact: Fact, now: float | None) -> str:
    """The sentence for a fact; "" for one that this version does not know (a store may hold older ones)."""
    return _said(words, "fact", fact, now)


def named(words: Catalogue, fact: Fact, now: float | None) -> str:
    """What a fact rules out, in a few words; "" as above."""
    return _said(words, "ruled_out", fact, now)


def _said(words: Catalogue, prefix: str, fact: Fact, now: float | None) -> str:
    name = _NAMES.get(fact.name)
    if name is None:
        return ""
    key = f"{prefix}.{name.value}"
    match fact.value:
        case str() as half:
            return words.text(key, half=words.text(f"half.{half}"))
        case bool():
            return words.text(key)
        case number if name in _MOMENTS:
            return words.text(key, clock=clock(words, number, now))
        case number if name in _COUNTS:
            return words.plural(key, round(number))
        case number:
            return words.text(key, time=duration(words, number))
