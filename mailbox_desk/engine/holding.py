"""Who is held back although he is due, until when and by what. It decides nothing of a mailbox itself.

Only the desk's own schedule is held back: a person's Check now on one mailbox never is, nor is a second opinion.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from mailbox_desk.diagnosis.provider import GENERIC
from mailbox_desk.engine.desk import Desk
from mailbox_desk.engine.refusals import with_half
from mailbox_desk.engine.trial import trial_of
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.snapshot import Held, Opinion, Snapshot, Standing
from mailbox_desk.model.trial import Role
from mailbox_desk.model.verdict import Half, Verdict

_AFTER_THE_PROBE: Final = (10.0, 70.0)
"""Seconds after the probe's try over which the others look again, so that a host that is back sees no rush."""


@dataclass(frozen=True, slots=True)
class Hold:
    """`until`: seconds since 1970 UTC. `tries`: so often the host was tried in vain for this one by others."""

    until: float
    by: Held
    tries: int = 0


def sifted(
    desk: Desk, mailbox: Mailbox, standing: Standing, halves: tuple[Half, ...]
) -> tuple[tuple[Half, ...], Standing, Hold | None]:
    """Of the halves that are due those that may be tried; the standing, in which the others are due later; the hold."""
    free, last = [], None
    if any(standing.half(half).opinion is not Opinion.NONE for half in Half):
        return halves, standing, None
    for half in halves:
        hold = _hold(desk, mailbox, standing, half)
        if hold is None:
            free.append(half)
            continue
        view = standing.half(half)
        standing = with_half(standing, half, replace(view, due=hold.until, tries=max(view.tries, hold.tries)))
        last = hold if last is None or hold.until > last.until else last
    return tuple(free), standing, last


def due_later(standing: Standing, held: tuple[tuple[Half, float], ...]) -> Standing:
    """The standing with these halves due when the login limits let them in. Where a second opinion was to be had there,
    it is the doubted half that is due: it would ask again at once, and for ever."""
    for half, until in held:
        asks = half.other if standing.half(half.other).opinion is Opinion.AT_OTHER else half
        view = standing.half(asks)
        standing = with_half(standing, asks, replace(view, due=max(until, view.due or 0.0)))
    return standing


def hold_on_trial(standing: Standing) -> Hold | None:
    """What the pane says of who waits for the probe of a host that refuses good secrets."""
    found = trial_of(standing)
    return Hold(found[1].until, Held.GOOD_SECRETS) if found is not None and found[1].role is Role.WAITS else None


def throttled_by(mailbox: Mailbox, half: Half) -> str:
    """Whose throttling counts for this half: its provider's, else its host's."""
    endpoint = mailbox.endpoint(half)
    return mailbox.provider if mailbox.provider != GENERIC or endpoint is None else endpoint.host.lower()


def is_free(snapshot: Snapshot | None) -> bool:
    """The desk can try this mailbox by itself now."""
    return snapshot is not None and not snapshot.standing.veils


def _hold(desk: Desk, mailbox: Mailbox, standing: Standing, half: Half) -> Hold | None:
    return (
        _by_good_secrets(desk, mailbox, standing, half)
        or _by_breaker(desk, mailbox, standing, half)
        or _by_throttle(desk, mailbox, standing, half)
    )


def _by_good_secrets(desk: Desk, mailbox: Mailbox, standing: Standing, half: Half) -> Hold | None:
    until = desk.good_secrets.held_until(mailbox, half) if standing.half(half).trial is None else None
    return None if until is None else Hold(_after_the_probe(desk, until), Held.GOOD_SECRETS)


def _by_breaker(desk: Desk, mailbox: Mailbox, standing: Standing, half: Half) -> Hold | None:
    """Retries wait; who was well when he was seen last is looked at, for only his own check can say that he is down."""
    endpoint = mailbox.endpoint(half)
    if endpoint is None or standing.half(half).verdict is not Verdict.RECONNECTING:
        return None
    probe = desk.breakers.probe(half, endpoint.host)
    if probe is None or probe == mailbox.id:
        return None
    due = _probe_due(desk, probe, half)
    if due is None:
        desk.breakers.take_over(half, endpoint.host, mailbox.id)
        return None
    if desk.breakers.is_spent(half, endpoint.host) and due > desk.clock.now():
        desk.breakers.take_over(half, endpoint.host, mailbox.id)
        return Hold(due, Held.BREAKER, tries=_tries(desk, probe, half))
    return Hold(_after_the_probe(desk, due), Held.BREAKER)


def _probe_due(desk: Desk, probe: MailboxId, half: Half) -> float | None:
    """When the probe is tried next; None where it can't be."""
    snapshot = desk.board.get(probe)
    if snapshot is None or not is_free(snapshot):
        return None
    view = snapshot.standing.half(half)
    if view.verdict not in (Verdict.SUSPECT, Verdict.RECONNECTING):
        return None
    return desk.clock.now() if snapshot.checking_now else view.due


def _tries(desk: Desk, probe: MailboxId, half: Half) -> int:
    snapshot = desk.board.get(probe)
    return 0 if snapshot is None else snapshot.standing.half(half).tries


def _after_the_probe(desk: Desk, due: float) -> float:
    shortest, longest = _AFTER_THE_PROBE
    return max(due, desk.clock.now()) + shortest + (longest - shortest) * desk.dice()


def _by_throttle(desk: Desk, mailbox: Mailbox, standing: Standing, half: Half) -> Hold | None:
    view = standing.half(half)
    factor = desk.throttle.factor(throttled_by(mailbox, half), desk.clock.monotonic())
    if factor <= 1.0 or view.checked_at is None or view.verdict is Verdict.SUSPECT or view.trial is not None:
        return None
    earliest = view.checked_at + desk.interval_of(mailbox) * factor
    return Hold(earliest, Held.THROTTLE) if earliest > desk.clock.now() + 1.0 else None
