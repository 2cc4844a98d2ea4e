"""What a person is told of, outside the window: a notice of the engine, its words, and what was clicked on it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from mailbox_desk.model.admin_connection import AdminConnection
from mailbox_desk.model.cause import Cause, Severity
from mailbox_desk.model.incident import Incident
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Shown, Verdict


class NoticeKind(StrEnum):
    """TROUBLE is of one mailbox, GROUP of several, SHARED of what many have together; WITHDRAWN says nothing, it takes
    away what was shown; KEY_ENDS is of an admin connection whose key ends soon."""

    TROUBLE = "trouble"
    GROUP = "group"
    SHARED = "shared"
    BACK = "back"
    WITHDRAWN = "withdrawn"
    KEY_ENDS = "key_ends"


@dataclass(frozen=True, slots=True)
class Notice:
    """One telling, of one incident or of many. `incidents` is never empty but for KEY_ENDS; `replaces` are the ids of
    others that were told of and have become part of these. `key_ends`: that connection, `served` its mailboxes."""

    kind: NoticeKind
    incidents: tuple[Incident, ...]
    replaces: frozenset[str] = frozenset()
    key_ends: AdminConnection | None = None
    served: tuple[MailboxId, ...] = ()

    @property
    def mailboxes(self) -> tuple[MailboxId, ...]:
        """Each once, in the order of the incidents: of one that is over those that it is over for."""
        if self.key_ends is not None:
            return self.served
        open_or_over = (each.members if each.is_open else each.back for each in self.incidents)
        return tuple(dict.fromkeys(mailbox for some in open_or_over for mailbox in some))

    @property
    def cause(self) -> Cause:
        """The commonest cause, of equals the one met first."""
        if self.key_ends is not None:
            return Cause.OAUTH_APP_BLOCKED
        return Counter(each.cause for each in self.incidents).most_common(1)[0][0]

    @property
    def verdict(self) -> Verdict:
        """The gravest verdict."""
        if self.key_ends is not None:
            return Verdict.CONNECTED
        return max((each.verdict for each in self.incidents), key=lambda verdict: verdict.gravity)


class Choice(StrEnum):
    """What can be clicked on a notice: itself, or one of its buttons."""

    OPEN = "default"
    RECONNECT = "reconnect"
    SHOW = "show"


@dataclass(frozen=True, slots=True)
class Announcement:
    """A notice in words. `title` and `body` are plain text; `buttons` are shown where the desktop has any.
    `incidents` are the ids that it is about: a later announcement of one of them takes its place."""

    incidents: frozenset[str]
    mailboxes: tuple[MailboxId, ...]
    title: str
    body: str
    shown: Shown
    severity: Severity
    buttons: tuple[tuple[Choice, str], ...] = ()
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Clicked:
    """What a person clicked. `token` lets our window come to the front (xdg-activation or startup-notification)."""

    choice: Choice
    mailboxes: tuple[MailboxId, ...]
    token: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A square picture, `edge` pixels wide: red, green, blue, alpha, a byte each, row by row without gaps."""

    edge: int
    rgba: bytes
