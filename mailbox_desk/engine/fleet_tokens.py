"""Gets access tokens by admin connections: one for all mailboxes of Microsoft's, one for each of Google's.

A connection that is refused rests as one: its key is tried twice, whoever asks, and then left alone until a person
acts. Tokens are held in memory alone; what a mailbox has in the vault is that a connection signs it in.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from mailbox_desk.engine.backoff import retry_wait
from mailbox_desk.engine.calm import calm
from mailbox_desk.engine.connections import Connections
from mailbox_desk.engine.fleet_answers import is_of_one_mailbox
from mailbox_desk.engine.fleet_ends import warns
from mailbox_desk.engine.lookout import Lookout
from mailbox_desk.engine.pace import Pace
from mailbox_desk.engine.token_answers import is_verdict
from mailbox_desk.engine.wakefulness import Wakefulness
from mailbox_desk.engine.world import World
from mailbox_desk.model.admin_connection import AdminConnection, ConnectionId, account_of
from mailbox_desk.model.cause import RetryPlan
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.credential import OAuthToken, Secret
from mailbox_desk.model.history import ArchiveFailed
from mailbox_desk.model.incident import Circle, Place
from mailbox_desk.model.mailbox import Mailbox, MailboxId
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.oauth import OAuthService, TokenFailed
from mailbox_desk.model.vault_state import SecretMissing, SecretUnreadable
from mailbox_desk.model.verdict import Half

_log = logging.getLogger(__name__)
ENOUGH: Final = 60.0
"""Seconds that an access token must still live to begin a check with it."""
KEY_ENDS: Final = "key_ends"
"""The warning of a mailbox whose connection's key ends soon."""
_LEAD: Final = (300.0, 900.0)
"""Seconds before its end in which a token is renewed while the old one serves; the dice spread a fleet over them."""
_WEATHER: Final = RetryPlan("fleet", (30.0, 60.0, 120.0, 300.0, 600.0))
_RESTS: Final = (Mark.ADMIN_CONNECTION, Mark.CONNECTION_RESTS)
_SECOND_OPINION: Final = 120.0
"""Seconds after a first refusal in which nobody asks again; the answer is the one that is known."""


@dataclass(slots=True)
class _Known:
    """One connection, as far as it is no secret. `refused`: its latest refusal, `refusals` in a row. `held_until`:
    seconds of the clock that never goes back. `served`: whom it signs in, and by which account. `gate`: until a token
    came (`is_proved`) one request at a time, so that a bad key is refused once and not by all who wait."""

    tokens: dict[str, OAuthToken] = field(default_factory=dict, repr=False)
    flights: dict[str, asyncio.Task[OAuthToken]] = field(default_factory=dict)
    served: dict[MailboxId, str] = field(default_factory=dict)
    refused: TokenFailed | None = None
    refusals: int = 0
    failed: TokenFailed | None = None
    tries: int = 0
    held_until: float = 0.0
    gate: asyncio.Lock = field(default_factory=asyncio.Lock)
    is_proved: bool = False


class FleetTokens:
    """`fresh` and `renewed` raise TokenFailed or VaultClosed."""

    def __init__(
        self, world: World, connections: Connections, pace: Pace, lookout: Lookout, wakefulness: Wakefulness
    ) -> None:
        self.connections: Final = connections
        self._tokens, self._clock, self._dice = world.admin_tokens, world.clock, world.dice
        self._services: Mapping[str, OAuthService] = {each.provider: each for each in world.services}
        self._pace, self._lookout, self._wakefulness = pace, lookout, wakefulness
        self._known: dict[ConnectionId, _Known] = {}
        self._one_try: set[MailboxId] = set()  # a person asks for each of them

    async def fresh(self, mailbox: Mailbox) -> OAuthToken:
        """A token that lives long enough for a check. Where none can be got now (weather), one that still lives serves;
        where the connection was refused, its refusal is the answer."""
        connection = self._serving(mailbox)
        known, account = self._of(connection.id), _name(connection, mailbox)
        known.served[mailbox.id] = account
        token, now = known.tokens.get(account), self._clock.now()
        if token is not None and token.expires_at - now >= ENOUGH:
            lead = _LEAD[0] + (_LEAD[1] - _LEAD[0]) * self._dice()
            if token.expires_at - now < lead and self._may_ask(connection, known, mailbox.id) is None:
                self._begin(connection, known, account, urgent=False)
            self._one_try.discard(mailbox.id)
            return token
        try:
            return await self._got(connection, known, account, mailbox.id)
        except TokenFailed as failed:
            if token is not None and not is_verdict(failed.failure) and token.expires_at > self._clock.now():
                return token
            raise

    async def renewed(self, mailbox: Mailbox, refused: OAuthToken) -> OAuthToken:
        """Another token than one that a mail server refused."""
        connection = self._serving(mailbox)
        known, account = self._of(connection.id), _name(connection, mailbox)
        token = known.tokens.get(account)
        if token is not None and token.access_token != refused.access_token:
            return token
        return await self._got(connection, known, account, mailbox.id)

    async def tried(self, connection: AdminConnection, key: Secret, account: str) -> OAuthToken:
        """A person tries a connection that may not be saved. Nothing is remembered but that it was good."""
        token = await self._tokens.admin_token(connection, self._service(connection), key, account)
        known = self._known.get(connection.id)
        if known is not None and known.refused is not None and await self._is_kept_key(connection, key):
            await self.begin_anew(connection.id)
        return token

    def know(self, connection: AdminConnection, mailboxes: Iterable[Mailbox]) -> None:
        """It signs in these, as the vault has it; they need not have been looked at in this run."""
        self._of(connection.id).served.update({each.id: _name(connection, each) for each in mailboxes})

    def place_of(self, mailbox: Mailbox) -> Place | None:
        """The connection of its domain, as incidents call it; None where there is none."""
        connection = self.connections.serving(mailbox)
        return None if connection is None else _place(connection)

    def is_refused(self, connection_id: ConnectionId) -> bool:
        """What was heard of it last is a final no, in this run or before."""
        kept = (each.is_resting for each in self.connections.all if each.connection.id == connection_id)
        return any(kept) or self._of(connection_id).refused is not None

    def size(self, place: Place) -> int:
        """How many mailboxes the connection of this place signs in, as far as is known."""
        return sum(len(self._of(each.id).served) for each in self._at(place))

    def without_token(self, place: Place) -> tuple[MailboxId, ...]:
        """Those of its mailboxes that have no token which lives: they are down, looked at or not."""
        now = self._clock.now()
        return tuple(
            mailbox_id
            for known in (self._of(each.id) for each in self._at(place))
            for mailbox_id, account in known.served.items()
            if (token := known.tokens.get(account)) is None or token.expires_at - now < ENOUGH
        )

    def warnings(self, mailbox: Mailbox) -> tuple[str, ...]:
        """What the mailbox's line says of the connection that signs it in."""
        connection = self.connections.serving(mailbox)
        is_served = connection is not None and mailbox.id in self._of(connection.id).served
        return (KEY_ENDS,) if is_served and connection is not None and warns(connection, self._clock.now()) else ()

    def forget(self, mailbox_id: MailboxId) -> None:
        """The mailbox is no more, or signs in by itself."""
        self._one_try.discard(mailbox_id)
        for known in self._known.values():
            known.served.pop(mailbox_id, None)

    def let_through(self, mailbox_ids: tuple[MailboxId, ...]) -> None:
        """A person asks for this one mailbox: its connection is tried once, even where it rests."""
        if len(mailbox_ids) == 1 and self.connections.all:
            self._one_try.add(mailbox_ids[0])

    async def begin_anew(self, connection_id: ConnectionId) -> None:
        """It is changed, or was seen to work: what was refused before no longer counts. Raises ArchiveFailed."""
        old = self._known.pop(connection_id, None)
        if old is not None:
            for flight in old.flights.values():
                flight.cancel()
            self._of(connection_id).served.update(old.served)
        await self.connections.rest(connection_id, resting=False)

    async def stop(self) -> None:
        flights = [flight for known in self._known.values() for flight in known.flights.values()]
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)

    # -- one token

    async def _got(self, connection: AdminConnection, known: _Known, account: str, mailbox_id: MailboxId) -> OAuthToken:
        known_answer = self._may_ask(connection, known, mailbox_id)
        if known_answer is not None:
            raise known_answer
        self._one_try.discard(mailbox_id)
        flight = self._begin(connection, known, account, urgent=True)
        try:
            return await asyncio.shield(flight)
        except asyncio.CancelledError:
            if flight.cancelled():
                raise TokenFailed(_failure(FailureKind.CLOSED, Mark.SHUT)) from None
            raise

    def _may_ask(self, connection: AdminConnection, known: _Known, mailbox_id: MailboxId) -> TokenFailed | None:
        """None, or what is known without asking."""
        is_resting = self.connections.kept(connection.id).is_resting
        if mailbox_id in self._one_try:
            return None
        if is_resting:
            return known.refused or TokenFailed(_failure(FailureKind.REFUSED, *_RESTS))
        waits = known.held_until > self._clock.monotonic()
        return (known.refused or known.failed) if waits else None

    def _begin(
        self, connection: AdminConnection, known: _Known, account: str, *, urgent: bool
    ) -> asyncio.Task[OAuthToken]:
        flight = known.flights.get(account)
        if flight is None or flight.done():
            flight = asyncio.ensure_future(self._fly(connection, known, account, urgent=urgent))
            known.flights[account] = flight
            flight.add_done_callback(lambda ended: _take_note(known, account, ended))
        elif urgent:
            self._pace.hasten(_turn(connection, account))
        return flight

    async def _fly(self, connection: AdminConnection, known: _Known, account: str, *, urgent: bool) -> OAuthToken:
        async with known.gate:
            if not known.is_proved:
                return await self._asked(connection, known, account, urgent=urgent)
        return await self._asked(connection, known, account, urgent=urgent)

    async def _asked(self, connection: AdminConnection, known: _Known, account: str, *, urgent: bool) -> OAuthToken:
        await calm(self._clock, self._wakefulness, self._lookout)
        service = self._service(connection)
        await self._pace.turn(service.token_url, _turn(connection, account), urgent=urgent)
        await calm(self._clock, self._wakefulness, self._lookout)
        if known.held_until > self._clock.monotonic() and (answer := known.refused or known.failed) is not None:
            raise answer  # it was refused while this one stood in line
        key = await self._key(connection)
        try:
            token = await self._tokens.admin_token(connection, service, key, account)
        except TokenFailed as failed:
            raise await self._failed(connection, known, failed) from failed
        known.tokens[account], known.is_proved = token, True
        known.refused, known.refusals, known.failed, known.tries, known.held_until = None, 0, None, 0, 0.0
        await self._rest(connection, resting=False)
        return token

    async def _key(self, connection: AdminConnection) -> Secret:
        """A key that is gone or damaged is the connection's trouble, not that of a mailbox's own secret."""
        try:
            return await self.connections.key(connection.id)
        except (SecretMissing, SecretUnreadable) as missing:
            raise TokenFailed(_failure(FailureKind.UNSUPPORTED, Mark.ADMIN_CONNECTION)) from missing

    async def _failed(self, connection: AdminConnection, known: _Known, failed: TokenFailed) -> TokenFailed:
        """What those who wait are told."""
        failure, now = failed.failure, self._clock.monotonic()
        if is_verdict(failure) and is_of_one_mailbox(failure):
            return failed  # the mailbox's own rule counts it
        if is_verdict(failure):
            if known.refusals or self.connections.kept(connection.id).is_resting:
                failed = TokenFailed(replace(failure, marks=failure.marks.union(_RESTS)), failed.retry_after)
            known.is_proved = False
            known.refused, known.refusals, known.failed = failed, known.refusals + 1, None
            known.held_until = now + _SECOND_OPINION
            _log.info("admin connection %s: its key is refused", connection.id)
            if known.refusals >= 2:
                await self._rest(connection, resting=True)
            return failed
        known.tries += 1
        wait = failed.retry_after
        if wait is None:
            wait = retry_wait(_WEATHER, known.tries, self._dice) or _WEATHER.waits[-1]
        else:
            self._pace.hold(self._service(connection).token_url, min(wait, 60.0))
        known.failed, known.held_until = failed, now + wait
        return failed

    async def _rest(self, connection: AdminConnection, *, resting: bool) -> None:
        try:
            await self.connections.rest(connection.id, resting=resting)
        except ArchiveFailed as failed:
            _log.warning("admin connection %s: how it stands can't be kept now: %s", connection.id, failed)

    async def _is_kept_key(self, connection: AdminConnection, key: Secret) -> bool:
        kept = {each.connection.id: each.connection for each in self.connections.all}
        return kept.get(connection.id) == connection and await self.connections.key(connection.id) == key

    def _serving(self, mailbox: Mailbox) -> AdminConnection:
        connection = self.connections.serving(mailbox)
        if connection is None:
            raise TokenFailed(_failure(FailureKind.UNSUPPORTED, Mark.ADMIN_CONNECTION_MISSING))
        return connection

    def _at(self, place: Place) -> list[AdminConnection]:
        return [each.connection for each in self.connections.all if _place(each.connection) == place]

    def _of(self, connection_id: ConnectionId) -> _Known:
        return self._known.setdefault(connection_id, _Known())

    def _service(self, connection: AdminConnection) -> OAuthService:
        service = self._services.get(connection.kind.provider)
        if service is None:
            raise TokenFailed(_failure(FailureKind.UNSUPPORTED, Mark.ADMIN_CONNECTION_MISSING))
        return service


def _name(connection: AdminConnection, mailbox: Mailbox) -> str:
    """Whom a token is for; "" where one serves all."""
    return account_of(mailbox).lower() if connection.kind.is_per_mailbox else ""


def _place(connection: AdminConnection) -> Place:
    return Place(Circle.CONNECTION, next(iter(connection.domains), ""))


def _turn(connection: AdminConnection, account: str) -> str:
    return f"{connection.id} {account}"


def _take_note(known: _Known, account: str, flight: asyncio.Task[OAuthToken]) -> None:
    """Whoever waited has heard the fault; nobody may be waiting any more."""
    if known.flights.get(account) is flight:
        del known.flights[account]
    if not flight.cancelled():
        flight.exception()


def _failure(kind: FailureKind, *marks: Mark) -> Failure:
    return Failure(Half.RECEIVING, Step.TOKEN, kind, "", marks=frozenset(marks))
