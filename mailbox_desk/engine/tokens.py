"""Keeps grants good: renews access tokens ahead of time, and uses in time what would die of disuse.

One request at a time a mailbox. What a server gives anew lies in the vault before it is used. Whether a refusal means
that a person is needed is not decided here: the check that follows carries it to the judge.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Final

from mailbox_desk.diagnosis.provider import TokenLifetimes
from mailbox_desk.engine.backoff import retry_wait
from mailbox_desk.engine.calm import calm
from mailbox_desk.engine.chores import say_fault
from mailbox_desk.engine.grant_plan import Attention, Why, life_of, next_use
from mailbox_desk.engine.known_grant import Around, KnownGrant, Witness
from mailbox_desk.engine.oauth_apps import OAuthApps
from mailbox_desk.engine.pace import Pace
from mailbox_desk.engine.ports import Tokens, Vault
from mailbox_desk.engine.token_answers import is_verdict, token_answer
from mailbox_desk.model.cause import RetryPlan
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.credential import OAuthToken
from mailbox_desk.model.diagnosis import TokenAnswer
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.oauth import GrantLife, NoSuchApp, OAuthApp, OAuthAppId, TokenFailed
from mailbox_desk.model.vault_state import SecretMissing, SecretUnreadable, VaultClosed, VaultFailed
from mailbox_desk.model.verdict import Half

_WEATHER: Final = RetryPlan("token", (30.0, 60.0, 120.0, 300.0, 600.0))
_log = logging.getLogger(__name__)

ENOUGH: Final = 60.0
"""Seconds that an access token must still live to begin a check with it."""
_AT_FIRST: Final = 120.0  # seconds over which the grants of a start, or of a long sleep, are spread
_LOOK_AGAIN: Final = 60.0  # seconds until a renewal that could not be asked for now is thought of again
_LONGEST_REST: Final = 60.0  # of a whole endpoint, where it asked one mailbox to wait
_GRACE: Final = 0.25  # seconds that an answer under way may still take when the desk ends


class TokenKeeper:
    """One for all mailboxes. `fresh` and `renewed` raise TokenFailed, VaultClosed, SecretMissing, SecretUnreadable."""

    def __init__(self, around: Around, vault: Vault, tokens: Tokens, apps: OAuthApps, pace: Pace) -> None:
        self._around, self._clock, self._dice = around, around.clock, around.dice
        self._vault, self._tokens, self._apps, self._pace = vault, tokens, apps, pace
        self._known: dict[MailboxId, KnownGrant] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def fresh(self, mailbox_id: MailboxId) -> OAuthToken:
        """A grant whose access token lives long enough for a check; it is renewed before where it does not. Where it
        can't be renewed now (weather), one that still lives serves."""
        known = self._of(mailbox_id)
        grant = await self._stored(mailbox_id, known)
        self._note(mailbox_id, known, grant)
        left = grant.expires_at - self._clock.now()
        if left >= ENOUGH and not known.is_dead:
            return grant
        try:
            return await self._renew(mailbox_id, known, urgent=True)
        except TokenFailed as failed:
            if not is_verdict(failed.failure) and grant.expires_at > self._clock.now():
                return grant
            raise

    async def renewed(self, mailbox_id: MailboxId, refused: OAuthToken) -> OAuthToken:
        """Another grant than the one whose access token a mail server refused."""
        known = self._of(mailbox_id)
        grant = await self._stored(mailbox_id, known)
        if grant.access_token != refused.access_token:
            return grant
        return await self._renew(mailbox_id, known, urgent=True)

    def know(self, mailbox_id: MailboxId) -> None:
        """A mailbox with a grant is watched: look after the grant even while nobody looks at the mailbox."""
        self._again(mailbox_id, self._of(mailbox_id), self._dice() * _AT_FIRST)

    def witness(self, mailbox_id: MailboxId) -> Witness:
        """What is known of the grant now; nothing where the mailbox has none."""
        known, now = self._known.get(mailbox_id), self._clock.now()
        if known is None:
            return Witness()
        age, unused = (max(0.0, now - at) if at else None for at in (known.granted_at, known.used_at))
        return Witness(known.answer, age, unused)

    def life(self, mailbox_id: MailboxId) -> GrantLife | None:
        known = self._known.get(mailbox_id)
        return known.life if known is not None else None

    async def forget(self, mailbox_id: MailboxId) -> None:
        """The grant is replaced or removed: what is under way for it ends, and nothing of it is written any more."""
        known = self._known.pop(mailbox_id, None)
        if known is None:
            return
        if known.due is not None:
            known.due.cancel()
        if known.flight is not None and known.is_flying:
            _break_off(known)
            await asyncio.wait({known.flight})

    async def app_changed(self, app: OAuthAppId) -> tuple[MailboxId, ...]:
        """The mailboxes whose grants, given to this app, are refused. What was asked by its old facts no longer
        counts."""
        found = tuple(
            mailbox_id
            for mailbox_id, known in self._known.items()
            if known.app == app and (known.is_dead or self._around.attention(mailbox_id) is Attention.RESTING)
        )
        for mailbox_id in found:
            await self.forget(mailbox_id)
            self.know(mailbox_id)
        return found

    async def stop(self) -> None:
        """An answer under way may still come and be kept; what then hangs is given up."""
        flights = {known.flight for known in self._known.values() if known.flight is not None and known.is_flying}
        for known in self._known.values():
            if known.ask is None:
                _break_off(known)
        if flights:
            await asyncio.wait(flights, timeout=_GRACE)
        for known in self._known.values():
            _break_off(known)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*flights, *self._tasks, return_exceptions=True)

    # -- one renewal

    async def _renew(self, mailbox_id: MailboxId, known: KnownGrant, *, urgent: bool) -> OAuthToken:
        if not known.is_flying:
            wait = known.held_until - self._clock.monotonic()
            if known.failed is not None and known.by_server and wait > 0:
                raise TokenFailed(known.failed.failure, wait)
            known.ask = None
            known.flight = asyncio.ensure_future(self._fly(mailbox_id, known, urgent=urgent))
            known.flight.add_done_callback(_take_note)
        elif urgent:
            self._pace.hasten(mailbox_id)
        flight = known.flight
        assert flight is not None
        try:
            return await asyncio.shield(flight)  # who waits may go; the answer must not be lost
        except asyncio.CancelledError:
            if flight.cancelled():
                raise TokenFailed(_cut_off()) from None
            raise

    async def _fly(self, mailbox_id: MailboxId, known: KnownGrant, *, urgent: bool) -> OAuthToken:
        grant = await self._stored(mailbox_id, known)
        app = await self._app(grant)
        await calm(self._clock, self._around.wakefulness, self._around.lookout)
        await self._pace.turn(app.service.token_url, mailbox_id, urgent=urgent)
        await calm(self._clock, self._around.wakefulness, self._around.lookout)
        try:
            whole = await self._ask(mailbox_id, known, app, grant)
        except TokenFailed as failed:
            self._failed(mailbox_id, known, app, failed)
            raise
        known.unsaved = (grant, whole)
        kept = await self._save(mailbox_id, known)
        if kept is None:
            raise TokenFailed(_cut_off())
        known.is_dead, known.tries, known.failed = False, 0, None
        known.answer = TokenAnswer.GRANTED
        self._note(mailbox_id, known, kept)
        return kept

    async def _ask(self, mailbox_id: MailboxId, known: KnownGrant, app: OAuthApp, grant: OAuthToken) -> OAuthToken:
        """The newest refresh token first; the one before only where that is refused: its answer may have been lost."""
        try:
            return self._whole(await self._answer(known, app, grant), grant)
        except TokenFailed as failed:
            former = grant.former_refresh_token
            if former is None or token_answer(failed.failure) is not TokenAnswer.GRANT_REFUSED:
                raise
            known.ask = None
            await self._pace.turn(app.service.token_url, mailbox_id, urgent=True)
            again = replace(grant, refresh_token=former, former_refresh_token=None)
            try:
                whole = self._whole(await self._answer(known, app, again), again)
            except TokenFailed as also:
                if not is_verdict(also.failure):
                    raise
                known.unsaved = (grant, replace(grant, former_refresh_token=None))
                await self._save(mailbox_id, known)  # it is tried once
                raise failed from also
            _log.info("%s: the former refresh token was taken where the newest was not", mailbox_id)
            return whole

    async def _answer(self, known: KnownGrant, app: OAuthApp, grant: OAuthToken) -> OAuthToken:
        """In a task of its own: to give up the asking must not lose an answer that has come."""
        known.ask = asyncio.ensure_future(self._tokens.refresh(app, grant))
        try:
            return await known.ask
        except asyncio.CancelledError:
            if known.ask.cancelled():
                raise TokenFailed(_cut_off()) from None
            raise

    def _whole(self, answer: OAuthToken, used: OAuthToken) -> OAuthToken:
        refresh_token = answer.refresh_token or used.refresh_token
        former = used.refresh_token if refresh_token != used.refresh_token else None
        return OAuthToken(
            refresh_token=refresh_token,
            access_token=answer.access_token,
            expires_at=answer.expires_at,
            app=used.app,
            granted_at=used.granted_at,
            refreshed_at=self._clock.now(),
            scope=answer.scope or used.scope,
            former_refresh_token=former,
        )

    async def _save(self, mailbox_id: MailboxId, known: KnownGrant) -> OAuthToken | None:
        """Into the vault before anybody uses it. None: the grant was replaced meanwhile, and the answer is nobody's.
        Raises TokenFailed where the vault can't take it now; it is held until it can."""
        assert known.unsaved is not None
        before, whole = known.unsaved
        try:
            if self._known.get(mailbox_id) is not known or await self._vault.read(mailbox_id) != before:
                known.unsaved = None
                return None
            await self._vault.write(mailbox_id, whole)
        except SecretMissing:
            known.unsaved = None
            return None
        except (VaultClosed, VaultFailed, SecretUnreadable) as error:
            _log.warning("%s: a renewed grant can't be kept now: %s", mailbox_id, error)
            self._again(mailbox_id, known, _LOOK_AGAIN)
            raise TokenFailed(_failure(FailureKind.INTERNAL, str(error))) from error
        known.unsaved = None
        return whole

    def _failed(self, mailbox_id: MailboxId, known: KnownGrant, app: OAuthApp, failed: TokenFailed) -> None:
        failure = failed.failure
        known.answer = token_answer(failure) or known.answer
        if is_verdict(failure):
            known.is_dead, known.failed = True, None
            _log.info("%s: the token endpoint refuses the grant", mailbox_id)
            return
        if Mark.SHUT in failure.marks:
            return
        known.tries += 1
        wait = failed.retry_after
        if wait is None:
            wait = retry_wait(_WEATHER, known.tries, self._dice) or _LOOK_AGAIN
        else:
            self._pace.hold(app.service.token_url, min(wait, _LONGEST_REST))
        known.failed, known.by_server = failed, failed.retry_after is not None
        known.held_until = self._clock.monotonic() + wait
        self._again(mailbox_id, known, wait * (1 + self._dice() / 5))

    async def _app(self, grant: OAuthToken) -> OAuthApp:
        try:
            return await self._apps.get(OAuthAppId(grant.app))
        except NoSuchApp:
            raise TokenFailed(_failure(FailureKind.UNSUPPORTED, "", Mark.OAUTH_APP_MISSING)) from None

    # -- what is stored, and when it is used next

    async def _stored(self, mailbox_id: MailboxId, known: KnownGrant) -> OAuthToken:
        if known.unsaved is not None and (kept := await self._save(mailbox_id, known)) is not None:
            return kept
        credential = await self._vault.read(mailbox_id)
        if not isinstance(credential, OAuthToken):
            raise TokenFailed(_cut_off())
        return credential

    def _of(self, mailbox_id: MailboxId) -> KnownGrant:
        return self._known.setdefault(mailbox_id, KnownGrant())

    def _note(self, mailbox_id: MailboxId, known: KnownGrant, grant: OAuthToken) -> None:
        """Remember what is no secret, and plan the next use."""
        known.app = grant.app
        app = self._apps.known(OAuthAppId(grant.app))
        lifetimes = self._around.lifetimes(app.service.provider) if app is not None else TokenLifetimes()
        known.granted_at, known.used_at = grant.granted_at, grant.refreshed_at or grant.granted_at
        life = life_of(grant, lifetimes, in_testing=app is not None and app.in_testing)
        known.life = None if life is None else replace(life, app=grant.app)
        basis = (grant.expires_at, grant.refreshed_at, self._around.attention(mailbox_id))
        if (basis == known.basis and known.due is not None) or known.is_dead or app is None:
            return
        known.use = next_use(grant, lifetimes, basis[2], self._dice)
        known.basis = basis
        if known.due is not None:
            known.due.cancel()
            known.due = None
        if known.use is not None:
            wait = max(known.use.at - self._clock.now(), self._dice() * _AT_FIRST)
            self._again(mailbox_id, known, wait)

    def _again(self, mailbox_id: MailboxId, known: KnownGrant, wait: float) -> None:
        if known.due is not None:
            known.due.cancel()
        known.due = self._around.agenda.after(wait, lambda: self._come_due(mailbox_id, known))

    def _come_due(self, mailbox_id: MailboxId, known: KnownGrant) -> None:
        known.due = None
        if self._known.get(mailbox_id) is not known or known.is_flying or known.is_dead:
            return
        if self._around.lookout.is_blind:
            self._again(mailbox_id, known, _LOOK_AGAIN * (1 + self._dice()))
            return
        task = asyncio.ensure_future(self._use(mailbox_id, known))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda ended: say_fault(ended, f"the grant of {mailbox_id}"))

    async def _use(self, mailbox_id: MailboxId, known: KnownGrant) -> None:
        """The use that was planned, where nothing has changed since; else another plan."""
        try:
            planned, was = known.basis, known.use
            grant = await self._stored(mailbox_id, known)
            if planned != (grant.expires_at, grant.refreshed_at, self._around.attention(mailbox_id)) or was is None:
                self._note(mailbox_id, known, grant)
                return
            if was.why is Why.DISUSE:
                days = (self._clock.now() - known.used_at) / 86_400
                _log.info("%s: its grant, unused for %d days, is used so that it lives on", mailbox_id, days)
            await self._renew(mailbox_id, known, urgent=False)
        except TokenFailed:
            if known.is_dead:
                self._around.found_dead(mailbox_id)
            elif known.due is None and self._known.get(mailbox_id) is known:
                self._again(mailbox_id, known, _LOOK_AGAIN * (1 + self._dice()))
        except VaultClosed:
            self._again(mailbox_id, known, _LOOK_AGAIN * (1 + self._dice()))
        except (SecretMissing, SecretUnreadable) as error:
            _log.debug("%s: no grant to look after: %s", mailbox_id, type(error).__name__)


def _break_off(known: KnownGrant) -> None:
    """End a renewal: before it is asked for, entirely; once asked for, only the waiting for its answer."""
    if known.ask is not None:
        known.ask.cancel()
    elif known.flight is not None:
        known.flight.cancel()


def _take_note(flight: asyncio.Task[OAuthToken]) -> None:
    """Whoever waited has heard the fault; nobody may be waiting any more."""
    if not flight.cancelled():
        flight.exception()


def _failure(kind: FailureKind, text: str, *marks: Mark) -> Failure:
    return Failure(Half.RECEIVING, Step.TOKEN, kind, text, marks=frozenset(marks))


def _cut_off() -> Failure:
    return _failure(FailureKind.CLOSED, "", Mark.SHUT)
