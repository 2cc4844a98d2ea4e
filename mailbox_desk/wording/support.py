"""What a person sends to an admin or to a provider's support: the request by cause, and what was seen, tidy and
complete. Pure. It holds no secret, no note of the person's own and no other mailbox's address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from mailbox_desk.model.cause import Actor
from mailbox_desk.model.check import Certificate, HalfResult, StepRecord
from mailbox_desk.model.mailbox import Endpoint, Mailbox
from mailbox_desk.model.snapshot import HalfStanding, Snapshot
from mailbox_desk.model.verdict import Half
from mailbox_desk.wording.voice import Wording, shown_line

_ADDRESS: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
# RFC 2142: names of an office, not of a person's mailbox
_OFFICES: Final = frozenset({"postmaster", "abuse", "support", "help", "helpdesk", "admin", "noc", "security", "info"})


def support_text(words: Wording, snapshot: Snapshot, provider: str, now: float) -> str:
    """What was tried, when (UTC), and what the server answered. `provider` is the provider's name, "" for none."""
    paragraphs = [_summary(words, snapshot, provider, now)]
    paragraphs += [_half(words, snapshot, half) for half in snapshot.mailbox.halves]
    text = "\n\n".join("\n".join(lines) for lines in paragraphs if lines)
    return without_others(text, snapshot.mailbox) + "\n"


def letter(words: Wording, snapshot: Snapshot, provider: str, now: float) -> str:
    """The same with a request before it, by cause, for whoever must act."""
    opening = words.text(f"support.opening.{_trouble(snapshot)}", address=snapshot.mailbox.address)
    parts = (opening, request(words, snapshot), words.text("support.closing"), words.text("support.details"))
    return "\n\n".join(parts) + "\n\n" + support_text(words, snapshot, provider, now)


def request(words: Wording, snapshot: Snapshot) -> str:
    """What is asked of the admin or the provider, in the provider's own words for it where they are known."""
    diagnosis, half = snapshot.standing.diagnosis, snapshot.standing.worst
    actor = diagnosis.who if diagnosis and diagnosis.who in (Actor.ADMIN, Actor.PROVIDER) else Actor.PROVIDER
    keys = [f"ask.{actor.value}"]
    if diagnosis is not None:
        cause = f"ask.{actor.value}.{diagnosis.cause.value}"
        keys = [
            f"{cause}.{snapshot.mailbox.provider}.{half.value}",
            f"{cause}.{snapshot.mailbox.provider}",
            cause,
            *keys,
        ]
    key = next((each for each in keys if words.has(each)), keys[-1])
    endpoint = snapshot.mailbox.endpoint(half)
    return words.text(key, protocol=words.text(f"protocol.{half.value}"), host=endpoint.host if endpoint else "")


def without_others(text: str, mailbox: Mailbox) -> str:
    """The text without mail addresses that are neither this mailbox's nor those of an office."""
    own = {mailbox.address.casefold()}
    own |= {end.username.casefold() for half in mailbox.halves if (end := mailbox.endpoint(half)) is not None}

    def kept(found: re.Match[str]) -> str:
        address = found[0]
        is_office = address.partition("@")[0].casefold() in _OFFICES
        return address if is_office or address.casefold() in own else "[…]"

    return _ADDRESS.sub(kept, text)


def utc(seconds: float) -> str:
    """Seconds since 1970 UTC as "2026-11-24 09:41:03 UTC"."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _summary(words: Wording, snapshot: Snapshot, provider: str, now: float) -> list[str]:
    standing, mailbox = snapshot.standing, snapshot.mailbox
    view = standing.half(standing.worst)
    lines = [words.text("support.mailbox", address=mailbox.address)]
    if provider:
        lines.append(words.text("support.provider", provider=provider))
    lines.append(words.text("support.problem", headline=words.headline(snapshot)))
    if view.diagnosis is not None:
        certainty = words.text(f"certainty.{view.diagnosis.certainty.value}")
        lines.append(words.text("support.cause", phrase=words.cause_phrase(snapshot), certainty=certainty))
    if view.failing_since is not None:
        time = words.duration(now - view.failing_since)
        lines.append(words.text("support.since", at=utc(view.failing_since), time=time))
    lines += [words.text("support.works", half=_named(words, half)) for half in _working(snapshot)]
    return lines


def _half(words: Wording, snapshot: Snapshot, half: Half) -> list[str]:
    """One half in full: server, user name, when, how far it came, what was answered."""
    endpoint, view = snapshot.mailbox.endpoint(half), snapshot.standing.half(half)
    assert endpoint is not None
    lines = [_named(words, half), _indented(_server(words, endpoint, view.last))]
    lines.append(_indented(words.text("support.user", name=endpoint.username)))
    if view.last is None or view.checked_at is None:
        return [*lines, _indented(words.text("support.not_tried"))]
    lines.append(_indented(words.text("support.tried", at=utc(view.checked_at))))
    if view.worked_at is not None and not view.last.is_ok:
        lines.append(_indented(words.text("support.worked", at=utc(view.worked_at))))
    lines += [_indented(line) for line in _answer(words, view)]
    if view.last.steps:
        lines.append(_indented(words.text("support.steps")))
        lines += [_indented(_indented(_step(words, step))) for step in view.last.steps]
    return lines


def _answer(words: Wording, view: HalfStanding) -> Iterator[str]:
    assert view.last is not None
    failure = view.last.failure
    if failure is None:
        yield words.text("support.passed")
        return
    yield words.text("support.stopped", step=words.step_name(failure.step))
    if failure.text:
        yield words.text("support.answer", line=shown_line(failure.text))
    certificate = failure.certificate or view.last.certificate
    if certificate is not None:
        yield _certificate(words, certificate)


def _server(words: Wording, endpoint: Endpoint, last: HalfResult | None) -> str:
    security = last.security if last is not None and last.security is not None else endpoint.security
    how = words.text(f"ui.security.{security.value}")
    return words.text("support.server", host=endpoint.host, port=endpoint.port, security=how)


def _step(words: Wording, step: StepRecord) -> str:
    key = "support.step" if step.passed else "support.step_failed"
    return words.text(key, step=words.step_name(step.step), count=f"{step.milliseconds:.0f}")


def _certificate(words: Wording, certificate: Certificate) -> str:
    unknown = words.text("ui.certificate.unknown")
    until = utc(certificate.not_after) if certificate.not_after is not None else unknown
    subject, issuer = certificate.subject or unknown, certificate.issuer or unknown
    return words.text("support.certificate", subject=subject, issuer=issuer, until=until)


def _working(snapshot: Snapshot) -> list[Half]:
    views = {half: snapshot.standing.half(half) for half in snapshot.mailbox.halves}
    return [half for half, view in views.items() if view.last is not None and view.last.is_ok]


def _trouble(snapshot: Snapshot) -> str:
    failing = [half for half in snapshot.mailbox.halves if snapshot.standing.half(half).failing_since is not None]
    return failing[0].value if len(failing) == 1 else "both"


def _named(words: Wording, half: Half) -> str:
    name, protocol = words.text(f"ui.half.{half.value}"), words.text(f"protocol.{half.value}")
    return words.text("support.half", half=name, protocol=protocol)


def _indented(line: str) -> str:
    return f"  {line}"
