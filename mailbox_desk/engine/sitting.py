"""One check of one mailbox under way: reads the secret, takes a place at each host, and posts what was seen.

It decides nothing but to stop at the first refusal.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from mailbox_desk.engine.budget import HostHeldBack
from mailbox_desk.engine.desk import Desk
from mailbox_desk.model.admin_connection import is_admin_access
from mailbox_desk.model.check import Failure, FailureKind, HalfResult, Outcome, Step, StepRecord, full_is_failed
from mailbox_desk.model.credential import Credential, OAuthToken, Secret, auth_of
from mailbox_desk.model.errand import Errand
from mailbox_desk.model.mailbox import Endpoint, Mailbox
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.oauth import TokenFailed
from mailbox_desk.model.vault_state import SecretMissing, SecretUnreadable, VaultClosed
from mailbox_desk.model.verdict import Half

_log = logging.getLogger(__name__)

QUITE_NEW: Final = 60.0
"""Seconds after a renewal in which a refusal is one of the grant itself, and not of an access token that has aged."""
_UNREACHED: Final = frozenset({FailureKind.UNREACHABLE, FailureKind.TIMED_OUT})


@dataclass(frozen=True, slots=True)
class HalfChecked:
    """One half was checked. `shared`: the other half uses the same secret and user name. `mark`: what tells the secret
    from others while the program runs."""

    attempt: int
    result: HalfResult
    shared: bool
    mark: bytes | None = None


@dataclass(frozen=True, slots=True)
class SittingEnded:
    """The check is over. `held`: halves that the login limits held back, each with its end (seconds since 1970 UTC)."""

    attempt: int
    seconds: float
    taken: tuple[Half, ...] = ()
    not_tried: tuple[Half, ...] = ()
    held: tuple[tuple[Half, float], ...] = ()


@dataclass(frozen=True, slots=True)
class LineProved:
    """The idle line answered: receiving works, without a sign-in."""

    attempt: int


Post = Callable[[HalfChecked | SittingEnded | LineProved], None]


async def sit(desk: Desk, mailbox: Mailbox, halves: tuple[Half, ...], attempt: int, by_line: bool, post: Post) -> None:
    """Check `halves` in turn; post each as it ends, and the end of all. `by_line`: a kept idle line that answers will
    do for receiving."""
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
            if half is Half.RECEIVING and by_line and await desk.lines.prove(mailbox.id):
                taken.append(half)
                post(LineProved(attempt))
                continue
            try:
                result = await _tried(desk, mailbox, half, endpoint, credential)
            except HostHeldBack as back:
                held.append((half, back.until))
                continue
            taken.append(half)
            post(HalfChecked(attempt, result, shared, _mark(desk, credential, half)))
            if result.failure is not None and (result.failure.is_refused_secret or result.failure.step is Step.TOKEN):
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


def lasting_secret(credential: Credential, half: Half) -> Secret:
    """What stays the same from one sign-in to the next: the password, or the grant behind the tokens."""
    return credential.refresh_token if isinstance(credential, OAuthToken) else credential.secret(half)


def _mark(desk: Desk, credential: Credential, half: Half) -> bytes | None:
    """A mailbox that an admin connection signs in has no secret that could be told from others."""
    return None if is_admin_access(credential) else desk.good_secrets.mark(lasting_secret(credential, half))


async def _tried(desk: Desk, mailbox: Mailbox, half: Half, endpoint: Endpoint, credential: Credential) -> HalfResult:
    """A grant is made fresh first. An access token that is refused though it is not quite new counts for nothing: the
    token endpoint, the best witness, is asked once, and what it gives is tried once."""
    if not isinstance(credential, OAuthToken):
        return await _check(desk, mailbox, half, endpoint, credential)
    if is_admin_access(credential):
        return await _by_connection(desk, mailbox, half, endpoint)
    try:
        grant = await desk.tokens.fresh(mailbox.id)
        is_new = desk.clock.now() - grant.refreshed_at <= QUITE_NEW
        result = await _check(desk, mailbox, half, endpoint, grant, counts=is_new)
        if is_new or result.failure is None or not result.failure.is_refused_sign_in:
            return result
        grant = await desk.tokens.renewed(mailbox.id, grant)
        return await _check(desk, mailbox, half, endpoint, grant)
    except TokenFailed as failed:
        return await _without_token(desk, half, endpoint, failed)


async def _by_connection(desk: Desk, mailbox: Mailbox, half: Half, endpoint: Endpoint) -> HalfResult:
    """The same with a token of its admin connection; what the mail server then refuses is marked as such."""
    try:
        token = await desk.fleets.fresh(mailbox)
        is_new = desk.clock.now() - token.refreshed_at <= QUITE_NEW
        result = await _check(desk, mailbox, half, endpoint, token, counts=is_new)
        if not is_new and result.failure is not None and result.failure.is_refused_sign_in:
            token = await desk.fleets.renewed(mailbox, token)
            result = await _check(desk, mailbox, half, endpoint, token)
    except TokenFailed as failed:
        return await _without_token(desk, half, endpoint, failed)
    if result.failure is None or not result.failure.is_refused_sign_in:
        return result
    marks = result.failure.marks | {Mark.APP_ONLY_ACCESS}
    return replace(result, failure=replace(result.failure, marks=marks))


async def _without_token(desk: Desk, half: Half, endpoint: Endpoint, failed: TokenFailed) -> HalfResult:
    """Where the token endpoint was not reached at all, it may be our own network: the mail server is a witness."""
    if failed.failure.kind in _UNREACHED and not await desk.checker.reach(endpoint, desk.settings.limits):
        unreached = Failure(half, Step.CONNECT, FailureKind.UNREACHABLE, failed.failure.text)
        result = HalfResult(half, Outcome.FAILED, failure=unreached)
        await desk.lookout.noted(endpoint, result)
        return result
    step = StepRecord(Step.TOKEN, 0.0, passed=False, note=failed.failure.text)
    return HalfResult(half, Outcome.FAILED, steps=(step,), failure=replace(failed.failure, half=half))


async def _check(
    desk: Desk, mailbox: Mailbox, half: Half, endpoint: Endpoint, credential: Credential, *, counts: bool = True
) -> HalfResult:
    """`counts`: a refusal says something of the secret."""
    errand = Errand(
        half=half,
        endpoint=endpoint,
        address=mailbox.address,
        secret=credential.secret(half),
        limits=desk.settings.limits,
        envelope=desk.settings.envelope,
        keep=desk.lines.keeping(mailbox) if half is Half.RECEIVING else None,
        auth=auth_of(credential, mailbox.auth),
    )
    async with desk.budget.lease(endpoint.host, unlimited=endpoint.is_loopback) as lease:
        with desk.overseer.at_check(mailbox.id):
            result = full_is_failed(await desk.checker.check(errand))
        desk.overseer.times.note(half, result.seconds)
        lease.refused = counts and result.failure is not None and result.failure.is_refused_secret
    await desk.lookout.noted(endpoint, result)
    return result


def _without_secret(half: Half, mark: Mark) -> HalfResult:
    failure = Failure(half, Step.SIGN_IN, FailureKind.INTERNAL, text="", marks=frozenset({mark}))
    return HalfResult(half, Outcome.FAILED, failure=failure)
