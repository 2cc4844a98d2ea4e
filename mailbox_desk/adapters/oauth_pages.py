"""The last page of a sign-in, in the browser: plain, friendly, by itself. No script, no outside reference, no code.

The words come from outside; each is escaped. Looks and frame: resources/browser/sign_in.html.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from html import escape
from string import Template
from typing import Final

from mailbox_desk.model.check import FailureKind
from mailbox_desk.model.oauth import Granted, SignInFailed
from mailbox_desk.paths import resources_dir

Words = Callable[..., str]
"""The sentence of a key, with its {names} filled in."""

_PASSING: Final = frozenset({FailureKind.TEMPORARY, FailureKind.UNREACHABLE, FailureKind.TIMED_OUT, FailureKind.CLOSED})
_DECLINED: Final = frozenset({"access_denied", "authorization_declined", "consent_declined"})


class Ending(StrEnum):
    """How a sign-in ended, as the browser is told; the keys of its words are browser.ENDING.title and .text."""

    GRANTED = "granted"
    OTHER_ACCOUNT = "other_account"
    DECLINED = "declined"
    LATER = "later"
    FAILED = "failed"
    STRANGER = "stranger"


def load_frame() -> Template:
    """Reads a file: for worker threads."""
    return Template((resources_dir() / "browser" / "sign_in.html").read_text(encoding="utf-8"))


def page(frame: Template, words: Words, ending: Ending, *, wanted: str = "", signed_in: str = "") -> str:
    """The page of an ending. `wanted`: the mailbox; `signed_in`: the account of the browser."""
    said = {part: words(f"browser.{ending}.{part}", wanted=wanted, signed_in=signed_in) for part in ("title", "text")}
    said |= {"close": words("browser.close"), "language": words("browser.language")}
    return frame.substitute({name: escape(text) for name, text in said.items()}, ending=ending.value)


def ending_of(step: Granted | SignInFailed, wanted: str) -> Ending:
    """How the last step of a sign-in is told in the browser. An account of another name is told as such; whether it
    will do is not decided here: a shared mailbox is signed in to as somebody else."""
    if isinstance(step, Granted):
        is_other = step.address and wanted and step.address.casefold() != wanted.casefold()
        return Ending.OTHER_ACCOUNT if is_other else Ending.GRANTED
    failure = step.failure
    if failure.code in _DECLINED:
        return Ending.DECLINED
    return Ending.LATER if failure.kind in _PASSING else Ending.FAILED
