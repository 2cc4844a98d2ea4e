"""Is a mailbox down by the admin connection that signs it in? Then it is the connection's trouble, however few there
are: the key was refused, not a mailbox. Pure.

What a mail server refuses to such a token, what is said of one mailbox alone, and weather are no part of it.
"""

from __future__ import annotations

from typing import Final, Protocol

from mailbox_desk.engine.fleet_answers import is_of_one_mailbox
from mailbox_desk.model.check import Failure, FailureKind
from mailbox_desk.model.incident import Circle, Place
from mailbox_desk.model.mailbox import Mailbox
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.snapshot import Standing
from mailbox_desk.model.verdict import Half

_FINAL: Final = frozenset({FailureKind.REFUSED, FailureKind.UNSUPPORTED})
"""What the endpoint refused, and a key that can't be used at all."""


class Fleet(Protocol):
    """Who is signed in by which connection."""

    def place_of(self, mailbox: Mailbox) -> Place | None:
        """The connection of the mailbox's domain; None where there is none."""

    def size(self, place: Place) -> int:
        """How many mailboxes that connection signs in, as far as is known."""


class NoFleet:
    """No admin connections. Fits Fleet."""

    def place_of(self, mailbox: Mailbox) -> Place | None:
        del mailbox
        return None

    def size(self, place: Place) -> int:
        del place
        return 0


def is_of_connection(failure: Failure | None) -> bool:
    """A final no to the connection itself."""
    return (
        failure is not None
        and Mark.ADMIN_CONNECTION in failure.marks
        and failure.kind in _FINAL
        and not is_of_one_mailbox(failure)
    )


def is_down_by_connection(standing: Standing) -> bool:
    """What the mailbox shows is the trouble of its connection."""
    last = standing.half(standing.worst).last
    return standing.state.verdict.is_down and last is not None and is_of_connection(last.failure)


def is_dragged_along(standing: Standing) -> bool:
    """Each half that is down is so by the secret of the other alone, which may be back already."""
    views = [view for view in map(standing.half, Half) if view.verdict is not None and view.verdict.is_down]
    return bool(views) and all(view.last is None or view.last.is_ok for view in views)


def is_connections(place: Place | None) -> bool:
    """What these mailboxes share is an admin connection."""
    return place is not None and place.circle is Circle.CONNECTION
