"""The rule that protects accounts, for one mailbox: how often a refused secret may still be sent. Pure.

Refused twice in a row, a secret rests until a person acts. While both halves use one secret they are counted
together; once the other half took that secret, the refusing half is counted alone.
"""

from __future__ import annotations

from dataclasses import replace

from mailbox_desk.model.snapshot import HalfStanding, Opinion, Standing
from mailbox_desk.model.verdict import Half

REFUSALS_BEFORE_REST = 2


def with_half(standing: Standing, half: Half, view: HalfStanding) -> Standing:
    """The standing with one half replaced."""
    if standing.half(half) is view:
        return standing
    return replace(standing, receiving=view) if half is Half.RECEIVING else replace(standing, sending=view)


def refusals_in_a_row(standing: Standing, half: Half, *, shared: bool) -> int:
    """How often the secret that `half` uses was refused since it was last accepted or replaced."""
    own, other = standing.half(half), standing.half(half.other)
    if not shared or own.alone:
        return own.refusals
    return own.refusals + (0 if other.alone or other.verdict is None else other.refusals)


def settle_rest(standing: Standing, *, shared: bool) -> Standing:
    """Mark each half whose secret rests: it is due no more, and awaits no opinion."""
    for half in Half:
        own = standing.half(half)
        rests = own.verdict is not None and refusals_in_a_row(standing, half, shared=shared) >= REFUSALS_BEFORE_REST
        if rests:
            own = replace(own, resting=True, due=None, opinion=Opinion.NONE)
        elif own.resting:
            own = replace(own, resting=False)
        standing = with_half(standing, half, own)
    return standing


def opinion_place(standing: Standing, half: Half, *, shared: bool) -> Opinion:
    """Where the second opinion on a refusal at `half` is asked: at the other protocol if it uses the same secret
    and has not been refused itself, else here."""
    other = standing.half(half.other)
    usable = shared and other.verdict is not None and not other.resting and other.refusals == 0
    return Opinion.AT_OTHER if usable else Opinion.HERE


def secret_fresh(standing: Standing, now: float) -> Standing:
    """The standing after a person gave a new secret or new servers: nothing refused, nothing rests, due at once."""
    for half in Half:
        own = standing.half(half)
        if own.verdict is not None:
            standing = with_half(standing, half, _fresh(own, now))
    return standing


def _fresh(view: HalfStanding, now: float) -> HalfStanding:
    return replace(
        view,
        refusals=0,
        alone=False,
        resting=False,
        opinion=Opinion.NONE,
        tries=0,
        due=now,
        worked_at=None,
        well_since=None,
        trial=None,
    )
