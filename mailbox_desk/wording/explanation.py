"""A bare text explained: the parts that a window shows one by one, and all of it as a text to pass on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mailbox_desk.diagnosis.redact import blotted
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.diagnosis import Diagnosis
from mailbox_desk.wording.voice import Wording

_MOST_QUOTED: Final = 4_000
_CUT: Final = "\n[…]\n"


@dataclass(frozen=True, slots=True)
class Explanation:
    """`whose` says the certainty too; `others` is "" where nothing else comes into question."""

    cause: Cause
    meaning: str
    whose: str
    todo: str
    reasons: tuple[str, ...]
    others: str


def explanation_of(diagnosis: Diagnosis, words: Wording) -> Explanation:
    """The diagnosis of a pasted text, in words."""
    return Explanation(
        cause=diagnosis.cause,
        meaning=words.meaning(diagnosis),
        whose=words.whose(diagnosis),
        todo=words.advice(diagnosis),
        reasons=tuple(words.reasons(diagnosis)),
        others=words.could_also_be(diagnosis),
    )


def to_pass_on(explanation: Explanation, pasted: str, words: Wording) -> str:
    """The explanation and the text it is about, secrets blotted out and the middle of a long text left out."""
    todo = words.text("help.paste.copy.todo", todo=explanation.todo)
    told = [explanation.meaning, explanation.whose, todo, *explanation.reasons, explanation.others]
    quoted = words.text("help.paste.copy.pasted", text=_shortened(blotted(pasted.strip())))
    return "\n".join([*filter(None, told), "", quoted])


def _shortened(text: str) -> str:
    half = _MOST_QUOTED // 2
    return text if len(text) <= _MOST_QUOTED else f"{text[:half]}{_CUT}{text[-half:]}"
