"""A token endpoint that plays a provider: it rotates, detects reuse, is busy, hangs, refuses. And a keeper amid it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field, replace

from mailbox_desk.diagnosis.provider import TokenLifetimes
from mailbox_desk.engine.agenda import Agenda
from mailbox_desk.engine.grant_plan import Attention
from mailbox_desk.engine.known_grant import Around
from mailbox_desk.engine.lookout import Lookout
from mailbox_desk.engine.oauth_apps import Ground, OAuthApps
from mailbox_desk.engine.pace import Pace
from mailbox_desk.engine.tokens import TokenKeeper
from mailbox_desk.engine.wakefulness import Wakefulness
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.credential import OAuthToken, Secret
from mailbox_desk.model.mailbox import AuthKind, Mailbox, MailboxId
from mailbox_desk.model.oauth import OAuthApp, OAuthAppId, OAuthService, SignInStep, TokenFailed
from mailbox_desk.model.verdict import Half
from tests.engine.fakes import DAY, JumpingClock, Lab, MemoryVault, Shelf
from tests.engine.quiet_lookout import quiet_lookout

SERVICE = OAuthService(
    "acme",
    "https://id.acme.example/authorize",
    "https://id.acme.example/token",
    ("mail",),
    revoke_url="https://id.acme.example/revoke",
)
APP = OAuthApp(OAuthAppId("app"), SERVICE, "client")


def token_failure(kind: FailureKind, text: str = "", code: str = "") -> Failure:
    return Failure(Half.RECEIVING, Step.TOKEN, kind, text, code)


def refused(error: str = "invalid_grant") -> TokenFailed:
    return TokenFailed(token_failure(FailureKind.REFUSED, f'{{"error": "{error}"}}'))


def busy(retry_after: float | None = None) -> TokenFailed:
    return TokenFailed(token_failure(FailureKind.TEMPORARY, "HTTP 429 Too Many Requests"), retry_after)


@dataclass
class Acme:
    """Fits Tokens. A refresh token is "account/number"; only the newest is good where it rotates, but for `grace`
    older ones. `faults` are raised first, one a request; `hangs` lets a request wait until it is set."""

    clock: JumpingClock
    rotates: bool = True
    grace: int = 0
    life: float = 3600.0
    faults: list[TokenFailed] = field(default_factory=list)
    newest: Counter[str] = field(default_factory=Counter)
    asked: list[tuple[float, str]] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    hangs: asyncio.Event | None = None
    hangs_after_answer: asyncio.Event | None = None
    at_once: Counter[str] = field(default_factory=Counter)
    most_at_once: int = 0
    steps: tuple[SignInStep, ...] = ()
    sign_ins: list[tuple[str, str]] = field(default_factory=list)

    def grant(self, account: str, *, expires_in: float | None = None, app: str = "app") -> OAuthToken:
        """A person signs in."""
        now = self.clock.now()
        expires_at = now + (self.life if expires_in is None else expires_in)
        self.newest[account] += 1
        number = self.newest[account]
        access = Secret(f"first access of {account} {number}")
        refresh = Secret(f"{account}/{number}")
        return OAuthToken(refresh, access, expires_at, app, granted_at=now, refreshed_at=expires_at - self.life)

    def asks(self, account: str) -> list[float]:
        return [at for at, refresh_token in self.asked if refresh_token.split("/")[0] == account]

    async def refresh(self, app: OAuthApp, grant: OAuthToken) -> OAuthToken:
        refresh_token = grant.refresh_token.reveal()
        account, _, number = refresh_token.partition("/")
        self.asked.append((self.clock.monotonic(), refresh_token))
        self.at_once[account] += 1
        self.most_at_once = max(self.most_at_once, self.at_once[account])
        try:
            if self.hangs is not None:
                await self.hangs.wait()
            await asyncio.sleep(0)
            if self.faults:
                raise self.faults.pop(0)
            if int(number) < self.newest[account] - self.grace:
                raise refused()
            if self.rotates:
                self.newest[account] += 1
            new = f"{account}/{self.newest[account]}"
            if self.hangs_after_answer is not None:
                await self.hangs_after_answer.wait()
        finally:
            self.at_once[account] -= 1
        access = f"access {account} {len(self.asked)}"
        self.given.append(access)
        return replace(
            grant, refresh_token=Secret(new), access_token=Secret(access), expires_at=self.clock.now() + self.life
        )

    async def revoke(self, app: OAuthApp, grant: OAuthToken) -> None:
        if self.hangs is not None:
            await self.hangs.wait()
        if self.faults:
            raise self.faults.pop(0)
        self.revoked.append(grant.refresh_token.reveal())

    async def sign_in(self, app: OAuthApp, address: str, limit: float) -> AsyncGenerator[SignInStep, None]:
        self.sign_ins.append(("browser", address))
        for step in self.steps:
            yield step

    async def sign_in_by_device(self, app: OAuthApp, address: str) -> AsyncGenerator[SignInStep, None]:
        self.sign_ins.append(("device", address))
        for step in self.steps:
            yield step


@dataclass
class Bench:
    """A keeper amid its surroundings; `restart` is what the death of the process leaves: the vault alone."""

    lifetimes: TokenLifetimes = field(default_factory=TokenLifetimes)
    vault: MemoryVault = field(default_factory=MemoryVault)
    clock: JumpingClock = field(default_factory=JumpingClock)
    per_minute: int = 240
    dice: Callable[[], float] = lambda: 0.5
    attention: dict[MailboxId, Attention] = field(default_factory=dict)
    dead: list[MailboxId] = field(default_factory=list)
    in_testing: bool = False
    acme: Acme = field(init=False)
    keeper: TokenKeeper = field(init=False)
    lookout: Lookout = field(init=False)
    _agenda: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.acme = Acme(self.clock)
        self.restart()

    def restart(self) -> None:
        if self._agenda is not None:
            self._agenda.cancel()
        wakefulness = Wakefulness(self.clock)
        agenda = Agenda(self.clock, wakefulness.look)
        self.lookout = quiet_lookout(self.clock)
        around = Around(
            self.clock,
            agenda,
            lambda: self.dice(),
            self.lookout,
            wakefulness,
            lambda _: self.lifetimes,
            lambda mailbox_id: self.attention.get(mailbox_id, Attention.WATCHED),
            self.dead.append,
        )
        ground = Ground({"acme": SERVICE}, (replace(APP, in_testing=self.in_testing),))
        apps = OAuthApps(self.vault, Shelf(), ground, "")
        self.keeper = TokenKeeper(
            around, self.vault, self.acme, apps, Pace(self.clock, agenda, lambda _: self.per_minute)
        )
        self._agenda = asyncio.ensure_future(agenda.run())

    def put(self, account: str, **how: float) -> MailboxId:
        """A mailbox whose person has signed in."""
        mailbox_id = MailboxId(account)
        self.vault.secrets[mailbox_id] = self.acme.grant(account, expires_in=how.get("expires_in"))
        return mailbox_id

    def kept(self, mailbox_id: MailboxId) -> OAuthToken:
        credential = self.vault.secrets[mailbox_id]
        assert isinstance(credential, OAuthToken)
        return credential

    async def close(self) -> None:
        await self.keeper.stop()
        if self._agenda is not None:
            self._agenda.cancel()
            await asyncio.gather(self._agenda, return_exceptions=True)


def by_token(lab: Lab, acme: Acme, user: str, **how: float) -> Mailbox:
    """A mailbox on the lab's shelf whose person has signed in by OAuth."""
    mailbox = replace(lab.mailbox(user), auth=AuthKind.OAUTH)
    lab.shelf.mailboxes[mailbox.id] = mailbox
    lab.vault.secrets[mailbox.id] = acme.grant(user, expires_in=how.get("expires_in"))
    return mailbox


__all__ = ["APP", "DAY", "SERVICE", "Acme", "Bench", "busy", "by_token", "refused", "token_failure"]
