"""A world for the engine in which time is ours: a clock that jumps, scripted servers, a store in memory."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from mailbox_desk.diagnosis.provider import Provider
from mailbox_desk.engine.digest import Judge
from mailbox_desk.engine.engine import Engine
from mailbox_desk.engine.lines import NoLines
from mailbox_desk.engine.no_tokens import NoTokens
from mailbox_desk.engine.ports import AdminTokens, IdleLines, Network, Tokens
from mailbox_desk.engine.quiet_network import QuietNetwork
from mailbox_desk.engine.world import World
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Failure, FailureKind, HalfResult, Limits, Outcome, Step, StepRecord
from mailbox_desk.model.credential import Credential, Password, Secret
from mailbox_desk.model.diagnosis import Context, Diagnosis, RankedCause
from mailbox_desk.model.discovery import Miss, NotFound, ServerOffer, Source
from mailbox_desk.model.errand import Errand, Keeping
from mailbox_desk.model.history import ArchiveFailed, Heartbeat, Record, Refusal, StatusChange, Stored, StoreTrouble
from mailbox_desk.model.incident import Incident
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.notice import Notice
from mailbox_desk.model.oauth import OAuthApp, OAuthAppId, OAuthService
from mailbox_desk.model.settings import Settings
from mailbox_desk.model.snapshot import Snapshot, Standing
from mailbox_desk.model.vault_state import SecretMissing, VaultClosed, VaultState
from mailbox_desk.model.verdict import Half
from tests.engine.jumping_clock import EPOCH as EPOCH
from tests.engine.jumping_clock import JumpingClock as JumpingClock

HOUR = 3600.0
DAY = 24 * HOUR
Script = Callable[[Errand], Failure | None]


def refuse(errand: Errand) -> Failure:
    return Failure(errand.half, Step.SIGN_IN, FailureKind.REFUSED, "credentials_rejected")


def unreachable(errand: Errand) -> Failure:
    return Failure(errand.half, Step.CONNECT, FailureKind.UNREACHABLE, "network_unreachable")


def busy(errand: Errand) -> Failure:
    return Failure(errand.half, Step.GREETING, FailureKind.TEMPORARY, "server_busy")


def full(errand: Errand) -> Failure:
    return Failure(errand.half, Step.QUOTA, FailureKind.REFUSED, "over_quota")


def accept(errand: Errand) -> None:
    return None


@dataclass
class ScriptedServers:
    """Fits Checker: each host answers by its script, all others accept. Remembers every sign-in."""

    scripts: dict[tuple[str, Half], Script] = field(default_factory=dict)
    visits: list[tuple[str, Half]] = field(default_factory=list)
    refused: Counter[tuple[str, Half]] = field(default_factory=Counter)
    reached: list[str] = field(default_factory=list)
    unreachable_hosts: set[str] = field(default_factory=set)
    network_is_cut: bool = False
    offers: frozenset[str] = frozenset()
    seconds: float = 0.0
    clock: JumpingClock | None = None
    keep: Callable[[Keeping], None] | None = None
    most_at_once: int = 0
    _at_once: int = 0

    def set(self, user: str, script: Script, *halves: Half) -> None:
        for half in halves or tuple(Half):
            self.scripts[user, half] = script

    async def check(self, errand: Errand, on_step: Callable[[StepRecord], None] | None = None) -> HalfResult:
        user = errand.endpoint.username
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            if self.clock is not None and self.seconds:
                await self.clock.sleep(self.seconds)
            else:
                await asyncio.sleep(0)
        finally:
            self._at_once -= 1
        self.visits.append((user, errand.half))
        script = self.scripts.get((user, errand.half), accept)
        if not self._is_there(errand.endpoint):
            script = unreachable
        failure = script(errand)
        if on_step is not None:
            on_step(StepRecord(Step.SIGN_IN, 1.0, passed=failure is None))
        if failure is None:
            if errand.keep is not None and self.keep is not None:
                self.keep(errand.keep)
            return HalfResult(errand.half, Outcome.OK, seconds=0.1, capabilities=self.offers)
        if failure.is_refused_secret:
            self.refused[user, errand.half] += 1
        return HalfResult(errand.half, Outcome.FAILED, failure=failure, seconds=0.1, capabilities=self.offers)

    async def reach(self, endpoint: Endpoint, limits: Limits) -> bool:
        self.reached.append(endpoint.host)
        return self._is_there(endpoint)

    def _is_there(self, endpoint: Endpoint) -> bool:
        return not self.network_is_cut and endpoint.host not in self.unreachable_hosts

    def shut(self) -> None:
        pass


class NothingThere:
    """Fits Finder, and finds nothing."""

    def domain_of(self, address: str) -> str:
        raise NotFound(Miss.BAD_DOMAIN)

    async def exchangers(self, domain: str) -> tuple[str, ...]:
        raise NotFound(Miss.NOTHING)

    async def services(self, domain: str) -> tuple[ServerOffer, ...]:
        raise NotFound(Miss.NOTHING)

    async def published(self, source: Source, domain: str, *, local: bool) -> tuple[ServerOffer, ...]:
        raise NotFound(Miss.NOTHING)

    async def vouch(self, host: str, *, local: bool) -> None:
        raise NotFound(Miss.NOTHING)

    async def knock(self, offer: ServerOffer, *, local: bool) -> None:
        raise NotFound(Miss.NOTHING)


@dataclass
class MemoryVault:
    secrets: dict[MailboxId, Credential] = field(default_factory=dict)
    state: VaultState = VaultState.OPEN
    prompts: int = 0
    opens_with_prompt: bool = True
    app_secrets: dict[OAuthAppId, Secret] = field(default_factory=dict)

    async def open(self, *, prompt: bool = False, passphrase: Secret | None = None) -> VaultState:
        if prompt:
            self.prompts += 1
            if self.opens_with_prompt:
                self.state = VaultState.OPEN
        return self.state

    async def read(self, mailbox_id: MailboxId) -> Credential:
        if self.state is not VaultState.OPEN:
            raise VaultClosed(self.state)
        if mailbox_id not in self.secrets:
            raise SecretMissing(mailbox_id)
        return self.secrets[mailbox_id]

    async def write(self, mailbox_id: MailboxId, credential: Credential) -> None:
        if self.state is not VaultState.OPEN:
            raise VaultClosed(self.state)
        self.secrets[mailbox_id] = credential

    async def delete(self, mailbox_id: MailboxId) -> None:
        self.secrets.pop(mailbox_id, None)

    async def read_app_secret(self, app: OAuthAppId) -> Secret | None:
        if self.state is not VaultState.OPEN:
            raise VaultClosed(self.state)
        return self.app_secrets.get(app)

    async def write_app_secret(self, app: OAuthAppId, secret: Secret) -> None:
        self.app_secrets[app] = secret

    async def delete_app_secret(self, app: OAuthAppId) -> None:
        self.app_secrets.pop(app, None)


@dataclass
class Shelf:
    """Fits Archive; outlives the engines of one test, as a disk would."""

    mailboxes: dict[MailboxId, Mailbox] = field(default_factory=dict)
    standings: dict[MailboxId, Standing] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    beats: list[Heartbeat] = field(default_factory=list)
    told: list[StatusChange] = field(default_factory=list)
    kept: dict[str, Incident] = field(default_factory=dict)
    written: list[Incident] = field(default_factory=list)
    full: bool = False
    tidied: int = 0
    settings: dict[str, str] = field(default_factory=dict)

    async def load(self) -> Stored:
        return Stored(
            tuple(self.mailboxes.values()),
            tuple(self.standings.values()),
            tuple(self.refusals),
            tuple(each for each in self.kept.values() if each.is_open),
            dict(self.settings),
        )

    async def save_mailbox(self, mailbox: Mailbox, standing: Standing) -> None:
        self.mailboxes[mailbox.id] = mailbox
        self.standings[mailbox.id] = standing

    async def delete_mailbox(self, mailbox_id: MailboxId) -> None:
        self.mailboxes.pop(mailbox_id, None)
        self.standings.pop(mailbox_id, None)

    async def record(self, record: Record) -> None:
        if self.full:
            raise ArchiveFailed("disk full", StoreTrouble.FULL)
        if record.standing is not None:
            self.standings[record.standing.mailbox_id] = record.standing
        if record.heartbeat is not None:
            self.beats.append(record.heartbeat)
        if record.change is not None:
            self.told.append(record.change)
        self.refusals.extend(record.refusals)
        self.kept.update({incident.id: incident for incident in record.incidents})
        self.written.extend(record.incidents)

    async def save_setting(self, name: str, value: str) -> None:
        if self.full:
            raise ArchiveFailed("disk full", StoreTrouble.FULL)
        self.settings[name] = value

    async def tidy(self, now: float) -> None:
        self.tidied += 1

    async def heartbeats(self, mailbox_id: MailboxId, since: float) -> Sequence[Heartbeat]:
        return [beat for beat in self.beats if beat.mailbox_id == mailbox_id and beat.at >= since]

    async def changes(self, mailbox_id: MailboxId, limit: int) -> Sequence[StatusChange]:
        return [change for change in self.told if change.mailbox_id == mailbox_id][:limit]

    async def changes_since(self, since: float) -> Sequence[StatusChange]:
        raise AssertionError("not used")

    async def incidents(self, mailbox_id: MailboxId | None, limit: int) -> Sequence[Incident]:
        return list(self.kept.values())[:limit]


def judge_by_text(failure: Failure, context: Context) -> Diagnosis:
    """The scripts put the cause's id where a server's words would be; as a judge would, they hear the other half."""
    cause = Cause(failure.text) if failure.text in {each.value for each in Cause} else Cause.UNKNOWN
    if cause is Cause.CREDENTIALS_REJECTED and context.same_secret_accepted:
        cause = Cause.PROTOCOL_DISABLED
    return Diagnosis((RankedCause(cause, 0.9),), rule="test")


@dataclass
class Lab:
    """One desk in a made-up world; `start` begins an engine, `restart` ends it and begins the next."""

    clock: JumpingClock = field(default_factory=JumpingClock)
    servers: ScriptedServers = field(default_factory=ScriptedServers)
    vault: MemoryVault = field(default_factory=MemoryVault)
    shelf: Shelf = field(default_factory=Shelf)
    settings: Settings = field(default_factory=Settings)
    notices: list[Notice] = field(default_factory=list)
    seen: list[Snapshot] = field(default_factory=list)
    lines: IdleLines = field(default_factory=NoLines)
    providers: tuple[Provider, ...] = ()
    dice: Callable[[], float] = lambda: 0.5
    judge: Judge = judge_by_text
    network: Network = field(default_factory=QuietNetwork)
    tokens: Tokens = field(default_factory=NoTokens)
    apps: tuple[OAuthApp, ...] = ()
    admin_tokens: AdminTokens = field(default_factory=NoTokens)
    admin_services: tuple[OAuthService, ...] = ()
    engine: Engine = field(init=False)

    def mailbox(
        self,
        user: str,
        *,
        sending: bool = True,
        host: str = "mail.example",
        secret: str = "pw",
        other: str | None = None,
        provider: str = "generic",
    ) -> Mailbox:
        """Put a mailbox on the shelf before the engine starts."""
        receiving = Endpoint(host, 993, Security.TLS, user)
        submission = Endpoint(f"smtp.{host}", 465, Security.TLS, user) if sending else None
        mailbox = Mailbox(MailboxId(user), f"{user}@example.com", receiving, submission, provider=provider)
        self.shelf.mailboxes[mailbox.id] = mailbox
        self.vault.secrets[mailbox.id] = Password(Secret(secret), Secret(other) if other else None)
        return mailbox

    async def start(self, *, first_round: bool = True) -> Engine:
        world = World(
            checker=self.servers,
            finder=NothingThere(),
            vault=self.vault,
            archive=self.shelf,
            clock=self.clock,
            notifier=lambda notice: self.notices.append(notice),
            dice=self.dice,
            judge=self.judge,
            explain=lambda response: Diagnosis((RankedCause(Cause.UNKNOWN, 0.1),), rule=f"of {response.provider}"),
            providers=self.providers,
            lines=self.lines,
            network=self.network,
            tokens=self.tokens,
            admin_tokens=self.admin_tokens,
            services=(*{app.service.provider: app.service for app in self.apps}.values(), *self.admin_services),
            built_in_apps=self.apps,
        )
        self.engine = Engine(world, self.settings, await self.shelf.load())
        self.engine.board.subscribe(lambda news: self.seen.append(news) if isinstance(news, Snapshot) else None)
        await self.engine.start(first_round=first_round)
        await self.clock.settle()
        return self.engine

    async def restart(self) -> Engine:
        await self.engine.stop()
        return await self.start()

    def snapshot(self, user: str) -> Snapshot:
        snapshot = self.engine.board.get(MailboxId(user))
        assert snapshot is not None
        return snapshot

    def shown(self, user: str) -> str:
        return self.snapshot(user).shown.value

    def cause(self, user: str) -> str | None:
        diagnosis = self.snapshot(user).standing.diagnosis
        return diagnosis.cause.value if diagnosis else None

    @property
    def incidents(self) -> list[Incident]:
        """Each opening, change and closing in order; that somebody was told is left out."""
        changes = [replace(each, told_at=None) for each in self.shelf.written]
        return [each for place, each in enumerate(changes) if place == 0 or each != changes[place - 1]]

    def told(self) -> list[tuple[str, int]]:
        """What a person was told: kind, and of how many mailboxes."""
        return [(notice.kind.value, len(notice.mailboxes)) for notice in self.notices]

    def history(self, user: str) -> list[str]:
        """What was shown, in order, repeats left out."""
        shown = [each.shown.value for each in self.seen if each.id == user]
        return [word for place, word in enumerate(shown) if place == 0 or shown[place - 1] != word]


def with_settings(**changes: object) -> Settings:
    return replace(Settings(), **changes)  # type: ignore[arg-type]  # names are checked by replace itself
