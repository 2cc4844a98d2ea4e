"""One check of one mailbox under way: reads the secret, takes a place at each host, and posts what was seen.

It decides nothing but to stop at the first refusal.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from mailbox_desk.engine.budget import HostHeldBack
from mailbox_desk.engine.desk import Desk
from mailbox_desk.model.check import Failure, FailureKind, HalfResult, Outcome, Step, full_is_failed
from mailbox_desk.model.credential import Credential, auth_of
from mailbox_desk.model.errand import Errand
from mailbox_desk.model.mailbox import Endpoint, Mailbox
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.vault_state import SecretMissing, SecretUnreadable, VaultClosed
from mailbox_desk.model.verdict import Half

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HalfChecked:
    """One half was checked. `shared`: the other half uses the same secret and user name."""

    attempt: int
    result: HalfResult
    shared: bool


@dataclass(frozen=True, slots=True)
class SittingEnded:
    """The check is over. `held`: halves that the login limits held back, each with its end (seconds since 1970 UTC)."""

    attempt: int
    seconds: float
    taken: tuple[Half, ...] = ()
    not_tried: tuple[Half, ...] = ()
    held: tuple[tuple[Half, float], ...] = ()


Post = Callable[[HalfChecked | SittingEnded], None]


async def sit(desk: Desk, mailbox: Mailbox, halves: tuple[Half, ...], attempt: int, post: Post) -> None:
    """Check `halves` in turn; post each as it ends, and the end of all."""
    began = desk.clock.monotonic()
    taken: list[Half] = []
    held: list[tuple[Half, float]] = []
    try:
        credential = await desk.vault.read(mailbox.id)
        shared = uses_one_secret(mailbox, credential)
        for half in halves:
            endpoint = mailbox.endpoint(half)
            if endpoint is None:
                continue
            try:
                result = await _check(desk, mailbox, half, endpoint, credential)
            except HostHeldBack as back:
                held.append((half, back.until))
                continue
            taken.append(half)
            post(HalfChecked(attempt, result, shared))
            if result.failure is not None and result.failure.is_refused_secret:
                break
    except VaultClosed as closed:
        desk.vault_closed(closed.state)
    except (SecretMissing, SecretUnreadable) as missing:
        mark = Mark.SECRET_MISSING if isinstance(missing, SecretMissing) else Mark.SECRET_UNREADABLE
        post(HalfChecked(attempt, _without_secret(halves[0], mark), shared=True))
        taken.append(halves[0])
    not_tried = tuple(half for half in mailbox.halves if half not in taken)
    post(SittingEnded(attempt, desk.clock.monotonic() - began, tuple(taken), not_tried, tuple(held)))


def uses_one_secret(mailbox: Mailbox, credential: Credential) -> bool:
    """Both halves sign in with the same user name and the same secret."""
    receiving, sending = mailbox.receiving, mailbox.sending
    return bool(receiving and sending and credential.is_shared and receiving.username == sending.username)


async def _check(desk: Desk, mailbox: Mailbox, half: Half, endpoint: Endpoint, credential: Credential) -> HalfResult:
    errand = Errand(
        half=half,
        endpoint=endpoint,
        address=mailbox.address,
        secret=credential.secret(half),
        limits=desk.settings.limits,
        envelope=desk.settings.envelope,
        auth=auth_of(credential, mailbox.auth),
    )
    async with desk.budget.lease(endpoint.host, unlimited=endpoint.is_loopback) as lease:
        result = full_is_failed(await desk.checker.check(errand))
        lease.refused = result.failure is not None and result.failure.is_refused_secret
    await desk.lookout.noted(endpoint, result)
    return result


def _without_secret(half: Half, mark: Mark) -> HalfResult:
    failure = Failure(half, Step.SIGN_IN, FailureKind.INTERNAL, text="", marks=frozenset({mark}))
    return HalfResult(half, Outcome.FAILED, failure=failure)
