"""A person signs in anew: the adapter's steps as they come, and at their end the question who it was.

It saves nothing. A grant comes out of here only where it is known, or proved by the mail server, to be the mailbox's.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from mailbox_desk.engine.desk import Desk
from mailbox_desk.engine.ports import Tokens
from mailbox_desk.engine.try_out import try_out
from mailbox_desk.model.credential import OAuthToken
from mailbox_desk.model.errand import Draft, HalfTried
from mailbox_desk.model.mailbox import AuthKind, Mailbox
from mailbox_desk.model.oauth import Granted, IdentityUnproven, OAuthApp, SigningInStep, WrongAccount

SIGN_IN_LIMIT: Final = 600.0
"""Seconds that a person has in the browser."""

_ONE_DOMAIN: Final = {"googlemail.com": "gmail.com"}
_DOTS_ARE_NOTHING: Final = frozenset({"gmail.com"})  # https://support.google.com/mail/answer/7436150


async def sign_in(
    desk: Desk, tokens: Tokens, app: OAuthApp, mailbox: Mailbox, *, device: bool
) -> AsyncGenerator[SigningInStep, None]:
    """Closing the iterator ends it at once. Where the provider does not say who signed in, a first sign-in at the mail
    server proves it: its try-out steps come in between. A mailbox without servers can't be proved so: then Granted
    comes with the address "" and the try-out before it is added has to."""
    address = mailbox.address
    steps = tokens.sign_in_by_device(app, address) if device else tokens.sign_in(app, address, SIGN_IN_LIMIT)
    granted: Granted | None = None
    async with aclosing(steps):
        async for step in steps:
            if isinstance(step, Granted):
                granted = step
                break
            yield step
    if granted is None:
        return
    grant = _of_app(granted.token, app, desk.clock.now())
    if granted.address:
        is_right = is_same_account(granted.address, mailbox)
        yield Granted(grant, granted.address) if is_right else WrongAccount(address, granted.address)
        return
    if not mailbox.halves:
        yield Granted(grant, "")
        return
    async with aclosing(_proved(desk, mailbox, grant)) as proof:
        async for proved in proof:
            yield proved


async def _proved(desk: Desk, mailbox: Mailbox, grant: OAuthToken) -> AsyncGenerator[SigningInStep, None]:
    """One half that takes the grant for this mailbox's user name is proof enough."""
    tried: HalfTried | None = None
    async with aclosing(try_out(desk, Draft(replace(mailbox, auth=AuthKind.OAUTH), grant))) as steps:
        async for step in steps:
            yield step
            if isinstance(step, HalfTried):
                tried = step
                if step.result.is_ok:
                    break
    if tried is not None and tried.result.is_ok:
        yield Granted(grant, mailbox.address)
    else:
        yield IdentityUnproven(tried.result.failure if tried is not None else None)


def is_same_account(signed_in: str, mailbox: Mailbox) -> bool:
    """Whether the provider's word names this mailbox: its address, or the user name that it signs in with (the account
    behind an alias or a shared mailbox)."""
    names = {mailbox.address, *(end.username for half in mailbox.halves if (end := mailbox.endpoint(half)) is not None)}
    return _folded(signed_in) in {_folded(name) for name in names if name}


def _folded(address: str) -> str:
    """Case-blind, as every provider of these is; and Gmail's own ways of writing one address."""
    local, at, domain = address.strip().casefold().rpartition("@")
    domain = _ONE_DOMAIN.get(domain, domain)
    if at and domain in _DOTS_ARE_NOTHING:
        local = local.partition("+")[0].replace(".", "")
    return f"{local}{at}{domain}"


def _of_app(token: OAuthToken, app: OAuthApp, now: float) -> OAuthToken:
    return replace(
        token,
        app=app.id,
        granted_at=token.granted_at or now,
        refreshed_at=token.refreshed_at or now,
        former_refresh_token=None,
    )
