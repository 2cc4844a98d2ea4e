"""Trying out a draft before it is saved: the same checks, told step by step. It stores nothing but refusals counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import replace

from mailbox_desk.engine.budget import HostHeldBack
from mailbox_desk.engine.desk import Desk
from mailbox_desk.engine.evidence import evidence
from mailbox_desk.engine.sitting import uses_one_secret
from mailbox_desk.model.admin_connection import is_admin_access
from mailbox_desk.model.check import HalfResult, Outcome, StepRecord, full_is_failed
from mailbox_desk.model.credential import OAuthToken, auth_of
from mailbox_desk.model.diagnosis import Diagnosis
from mailbox_desk.model.errand import Draft, Errand, HalfTried, HeldBack, StepTaken, TryOutEnded, TryOutStep
from mailbox_desk.model.history import Record, Refusal
from mailbox_desk.model.mailbox import Endpoint, Mailbox, Security
from mailbox_desk.model.oauth import TokenFailed
from mailbox_desk.model.verdict import Half


async def try_out(desk: Desk, draft: Draft) -> AsyncGenerator[TryOutStep, None]:
    """The steps of the try-out as they happen, TryOutEnded last. Closing the iterator ends the check under way."""
    if is_admin_access(draft.credential) and not draft.credential.secret(Half.RECEIVING):
        try:
            draft = replace(draft, credential=await desk.fleets.fresh(draft.mailbox))
        except TokenFailed as failed:
            for step in no_token(desk, draft.mailbox, failed):
                yield step
            return
    mailbox, passed = draft.mailbox, True
    shared = uses_one_secret(mailbox, draft.credential)
    accepted = False
    for half in draft.mailbox.halves:
        endpoint = draft.mailbox.endpoint(half)
        assert endpoint is not None
        result: HalfResult | None = None
        async for told in _try_half(desk, draft, half, endpoint, accepted=shared and accepted):
            yield told
            if isinstance(told, HalfTried):
                result = told.result
        passed = passed and result is not None and result.is_ok
        if result is None:
            continue
        mailbox = _as_found(mailbox, half, result)
        accepted = accepted or result.is_ok
        if result.failure is not None and result.failure.is_refused_secret:
            break
    yield TryOutEnded(passed, mailbox)


async def try_servers(desk: Desk, mailbox: Mailbox) -> AsyncIterator[TryOutStep]:
    """The same with the secret that is kept: other servers or another certificate are tried, the secret stays. A grant
    is made fresh first. Raises VaultClosed, SecretMissing or SecretUnreadable before anything is tried."""
    credential = await desk.vault.read(mailbox.id)
    if isinstance(credential, OAuthToken):
        try:
            if is_admin_access(credential):
                credential = await desk.fleets.fresh(mailbox)
            else:
                credential = await desk.tokens.fresh(mailbox.id)
        except TokenFailed as failed:
            for step in no_token(desk, mailbox, failed):
                yield step
            return
    draft = Draft(mailbox, credential)
    async with aclosing(try_out(desk, draft)) as steps:
        async for step in steps:
            yield step


def no_token(desk: Desk, mailbox: Mailbox, failed: TokenFailed) -> tuple[TryOutStep, ...]:
    """Nothing to try with: the token endpoint's answer is the result."""
    half = mailbox.halves[0]
    failure = replace(failed.failure, half=half)
    result = HalfResult(half, Outcome.FAILED, failure=failure)
    return HalfTried(result, desk.judge(failure, evidence(desk, mailbox, half))), TryOutEnded(
        passed=False, mailbox=mailbox
    )


async def _try_half(
    desk: Desk, draft: Draft, half: Half, endpoint: Endpoint, *, accepted: bool
) -> AsyncIterator[TryOutStep]:
    steps: asyncio.Queue[StepRecord | None] = asyncio.Queue()
    check = asyncio.ensure_future(_leased_check(desk, draft, half, endpoint, steps))
    check.add_done_callback(lambda _: steps.put_nowait(None))
    try:
        while (record := await steps.get()) is not None:
            yield StepTaken(half, record)
        try:
            result = await check
        except HostHeldBack as back:
            yield HeldBack(half, back.until)
            return
        diagnosis = _diagnosis(desk, draft, result, accepted=accepted)
        yield HalfTried(result, diagnosis, desk.budget.refusals(endpoint.host), desk.budget.limit(endpoint.host))
    finally:
        if not check.done():
            check.cancel()
            with suppress(asyncio.CancelledError):
                await check


async def _leased_check(
    desk: Desk, draft: Draft, half: Half, endpoint: Endpoint, steps: asyncio.Queue[StepRecord | None]
) -> HalfResult:
    errand = Errand(
        half=half,
        endpoint=endpoint,
        address=draft.mailbox.address,
        secret=draft.credential.secret(half),
        limits=desk.settings.limits,
        envelope=desk.settings.envelope,
        fetch_certificate=True,
        auth=auth_of(draft.credential, draft.mailbox.auth),
    )
    async with desk.budget.lease(endpoint.host, unlimited=endpoint.is_loopback) as lease:
        result = full_is_failed(await desk.checker.check(errand, steps.put_nowait))
        lease.refused = result.failure is not None and result.failure.is_refused_secret
    if lease.refused:
        refusal = Refusal(desk.clock.now(), endpoint.host.lower(), draft.mailbox.id)
        await desk.archive.record(Record(refusals=(refusal,)))
    return result


def _diagnosis(desk: Desk, draft: Draft, result: HalfResult, *, accepted: bool) -> Diagnosis | None:
    if result.failure is None:
        return None
    own = evidence(desk, draft.mailbox, result.half)
    context = replace(
        own,
        auth=auth_of(draft.credential, draft.mailbox.auth).value,
        refusals=int(result.failure.is_refused_secret),
        same_secret_accepted=accepted,
        capabilities=result.capabilities,
    )
    return desk.judge(result.failure, context)


def _as_found(mailbox: Mailbox, half: Half, result: HalfResult) -> Mailbox:
    """What AUTO came to is kept, so that the next check need not guess."""
    endpoint = mailbox.endpoint(half)
    if endpoint is None or not result.is_ok or result.security is None or endpoint.security is not Security.AUTO:
        return mailbox
    found = replace(endpoint, security=result.security)
    return replace(mailbox, receiving=found) if half is Half.RECEIVING else replace(mailbox, sending=found)
