"""What is said of a secret that rests: how often it was refused, and when, as far as that is kept. Pure."""

from __future__ import annotations

from typing import Final

from mailbox_desk.model.mailbox import AuthKind
from mailbox_desk.model.snapshot import HalfStanding, Snapshot
from mailbox_desk.wording.catalogue import Catalogue
from mailbox_desk.wording.times import clock

_OF_A_PASSWORD: Final = ("meanwhile.resting", "pane.resting")


def resting_sentence(words: Catalogue, snapshot: Snapshot, now: float) -> str:
    """Why the desk sends this secret no more; "" where none rests. `now` is seconds since 1970 UTC."""
    views = (snapshot.standing.receiving, snapshot.standing.sending)
    resting = [view for view in views if view.verdict is not None and view.resting]
    if not resting:
        return ""
    count = max(2, *(view.refusals for view in resting))
    moments = refused_at(snapshot)
    is_grant = snapshot.mailbox.auth is AuthKind.OAUTH  # there is no password to speak of
    in_brief, in_full = ("meanwhile.resting_grant", "resting_grant") if is_grant else _OF_A_PASSWORD
    if not moments:
        return words.plural(in_brief, count)
    if len(moments) == count == 2:
        first, last = (clock(words, moment, now) for moment in moments)
        return words.text(f"{in_full}.twice", first=first, last=last)
    return words.text(f"{in_full}.often", count=count, last=clock(words, moments[-1], now))


def refused_at(snapshot: Snapshot) -> tuple[float, ...]:
    """The moments at which the present secret was refused, as far as they are known (seconds since 1970 UTC)."""
    views = (snapshot.standing.receiving, snapshot.standing.sending)
    return tuple(sorted({moment for view in views for moment in _refused_here(view)}))


def _refused_here(view: HalfStanding) -> list[float]:
    failure = view.last.failure if view.last else None
    if view.verdict is None or view.refusals == 0 or failure is None or not failure.is_refused_secret:
        return []
    moments = [view.checked_at]
    if view.refusals == view.tries >= 2:  # nothing but refusals: the first failed check was one
        moments.append(view.failing_since)
    return [moment for moment in moments if moment is not None]
