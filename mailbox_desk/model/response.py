"""A server's bare answer, without a check around it: what `explain` is asked about."""

from __future__ import annotations

from dataclasses import dataclass

from mailbox_desk.model.check import Stage


@dataclass(frozen=True, slots=True)
class Response:
    """`raw` verbatim; `stage` None is guessed from the text; `auth` is a word of model.mailbox.AuthKind."""

    raw: str
    provider: str = "generic"
    stage: Stage | None = None
    auth: str = "unknown"
