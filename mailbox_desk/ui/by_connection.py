"""Which mailboxes an admin connection signs in, as far as the window must know. Pure but for asking the engine."""

from __future__ import annotations

from typing import Final

from mailbox_desk.engine.engine import Engine
from mailbox_desk.model.admin_connection import ADMIN_ACCESS, domain_of
from mailbox_desk.model.credential import Credential
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.wording.voice import failure_of

_MARKS: Final = frozenset({Mark.ADMIN_CONNECTION, Mark.ADMIN_CONNECTION_MISSING, Mark.APP_ONLY_ACCESS})


def access_without_secret(engine: Engine, address: str) -> Credential | None:
    """What a new mailbox of this address signs in with where nothing is typed; None where a secret is needed."""
    return ADMIN_ACCESS if domain_of(address) in engine.served_domains else None


def is_of_connection(snapshot: Snapshot) -> bool:
    """It is down by its admin connection: no sign-in of a person would help."""
    failure = failure_of(snapshot)
    return failure is not None and not _MARKS.isdisjoint(failure.marks)
