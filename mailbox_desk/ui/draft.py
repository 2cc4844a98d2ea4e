"""From what was typed to a draft: pure values and the list of what is still missing. No Qt here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from mailbox_desk.model.check import FailureKind
from mailbox_desk.model.errand import HalfTried
from mailbox_desk.model.mailbox import Endpoint, Mailbox, Security, is_loopback
from mailbox_desk.model.snapshot import HalfStanding, Snapshot, Standing
from mailbox_desk.model.verdict import Half, Verdict


@dataclass(frozen=True, slots=True)
class ServerFields:
    """The fields of one half as typed."""

    host: str = ""
    port: int = 0
    security: Security = Security.TLS
    username: str = ""
    plain_allowed: bool = False
    pinned_sha256: str | None = None

    @property
    def asks_for_plain(self) -> bool:
        """No encryption, over a network: needs an explicit yes."""
        return self.security is Security.NONE and not is_loopback(self.host.strip())

    def endpoint(self, address: str) -> Endpoint:
        return Endpoint(
            host=self.host.strip(),
            port=self.port,
            security=self.security,
            username=self.username.strip() or address,
            plain_allowed=self.plain_allowed and self.asks_for_plain,
            pinned_sha256=self.pinned_sha256,
        )


@dataclass(frozen=True, slots=True)
class Form:
    """All that the person typed but the passwords, of which only their being there counts."""

    address: str
    receiving: ServerFields | None
    sending: ServerFields | None
    has_password: bool = True
    wants_sending_password: bool = False
    has_sending_password: bool = False


def problems(form: Form, known: Collection[str] = ()) -> tuple[str, ...]:
    """The keys of what still has to be mended, the first first; empty where the form can be tried out."""
    found = []
    address = form.address.strip()
    name, _, domain = address.rpartition("@")
    if not name or not domain or any(each.isspace() for each in address):
        found.append("ui.problem.address")
    elif address.casefold() in {each.casefold() for each in known}:
        found.append("ui.problem.known")
    if not form.has_password:
        found.append("ui.problem.password")
    found += _server_problems(Half.RECEIVING, form.receiving)
    found += _server_problems(Half.SENDING, form.sending)
    if form.sending is not None and form.wants_sending_password and not form.has_sending_password:
        found.append("ui.problem.sending_password")
    if form.receiving is None and form.sending is None:
        found.append("ui.problem.no_half")
    return tuple(found)


def _server_problems(half: Half, fields: ServerFields | None) -> list[str]:
    if fields is None:
        return []
    host = fields.host.strip()
    if not host or any(each.isspace() or each in "/@" for each in host):
        return [f"ui.problem.host.{half.value}"]
    if not 0 < fields.port < 65536:
        return [f"ui.problem.port.{half.value}"]
    return [f"ui.problem.plain.{half.value}"] if fields.asks_for_plain and not fields.plain_allowed else []


def filled_in(mailbox: Mailbox, form: Form) -> Mailbox:
    """The mailbox with the form's address and servers."""
    address = form.address.strip()
    return replace(
        mailbox,
        address=address,
        receiving=form.receiving.endpoint(address) if form.receiving else None,
        sending=form.sending.endpoint(address) if form.sending else None,
    )


def pinned(mailbox: Mailbox, half: Half, sha256: str) -> Mailbox:
    """The mailbox with one half's certificate accepted."""
    endpoint = mailbox.endpoint(half)
    if endpoint is None:
        return mailbox
    changed = replace(endpoint, pinned_sha256=sha256.lower())
    return replace(mailbox, receiving=changed) if half is Half.RECEIVING else replace(mailbox, sending=changed)


def as_snapshot(mailbox: Mailbox, tried: HalfTried, now: float) -> Snapshot:
    """A half that was tried out, as if the mailbox stood so: the words for it are those of the list."""
    standing = HalfStanding(
        verdict=Verdict.CONNECTED if tried.result.is_ok else Verdict.NEEDS_YOU,
        since=now,
        diagnosis=tried.diagnosis,
        last=tried.result,
    )
    off = HalfStanding()
    receives = tried.result.half is Half.RECEIVING
    halves = (standing, off) if receives else (off, standing)
    return Snapshot(mailbox, Standing(mailbox.id, *halves, since=now), version=0)


def wants_certificate_review(tried: HalfTried) -> bool:
    """The server was not trusted, and it showed a certificate that a person may accept."""
    failure = tried.result.failure
    return failure is not None and failure.kind is FailureKind.UNTRUSTED and failure.certificate is not None
