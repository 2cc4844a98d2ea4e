"""What the pane says of one mailbox, as one frozen value: two equal stories need no painting. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import HalfResult
from mailbox_desk.model.mailbox import AuthKind
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.look import LOOKS, StatusLook
from mailbox_desk.ui.offers import Offer, offer_of, quiet_offers
from mailbox_desk.ui.provider_pages import Link, ProviderPages, link_for
from mailbox_desk.wording import Wording
from mailbox_desk.wording.grants import grant_sentence
from mailbox_desk.wording.report import cause_of
from mailbox_desk.wording.voice import veil_of

_GOES_ON = frozenset({Shown.RECONNECTING, Shown.SUSPECT, Shown.CHECKING})
_DOWN = frozenset({Shown.RECONNECTING, Shown.NEEDS_YOU})


@dataclass(frozen=True, slots=True)
class CheckedHalf:
    """The last check of one half, and when it was, in words."""

    result: HalfResult
    when: str


@dataclass(frozen=True, slots=True)
class Story:
    """From top to bottom. "" and () are not shown; `helped` is the cause that the help page is about."""

    where: str
    headline: str
    look: StatusLook
    badge: str = ""
    down_for: str = ""
    because: tuple[str, ...] = ()
    ruled_out: str = ""
    server: str = ""
    whose_words: str = ""
    todo: str = ""
    link: Link | None = None
    bright: Offer = Offer.NOTHING
    quiet: tuple[Offer, ...] = ()
    checking_now: bool = False
    meanwhile: str = ""
    signed_in: str = ""
    others: tuple[str, ...] = ()
    steps: tuple[CheckedHalf, ...] = ()
    helped: Cause | None = None


def story_of(
    snapshot: Snapshot,
    words: Wording,
    now: float,
    provider: str,
    pages: ProviderPages | None = None,
    together: tuple[str, ...] = (),
) -> Story:
    """The story of a mailbox at `now` (seconds since 1970 UTC); `provider` is the provider's name, `together` what it
    has with others, in sentences."""
    diagnosis = snapshot.standing.diagnosis if has_trouble(snapshot) else None
    return Story(
        where=joined(snapshot.mailbox.address, provider),
        headline=words.headline(snapshot),
        look=LOOKS[snapshot.shown],
        badge=words.whose_move(snapshot) if has_trouble(snapshot) else "",
        down_for=_down_for(snapshot, words, now),
        because=(*_note(snapshot, words), *together, *words.because(snapshot)),
        ruled_out=words.ruled_out(snapshot),
        server=words.server_line(snapshot),
        whose_words=words.whose_words(snapshot),
        todo=words.next_step(snapshot, now),
        link=link_for(cause_of(snapshot), _without_passwords(pages, snapshot)),
        bright=offer_of(snapshot),
        quiet=quiet_offers(snapshot),
        checking_now=snapshot.checking_now,
        meanwhile=_meanwhile(snapshot, words, now),
        signed_in=grant_sentence(words, snapshot, now),
        others=tuple(words.others(diagnosis)) if diagnosis else (),
        steps=_steps(snapshot, words, now),
        helped=cause_of(snapshot),
    )


def has_trouble(snapshot: Snapshot) -> bool:
    return snapshot.standing.diagnosis is not None or snapshot.shown in (Shown.PAUSED, Shown.BLIND)


def joined(address: str, provider: str) -> str:
    return f"{address} · {provider}" if provider else address


def _without_passwords(pages: ProviderPages | None, snapshot: Snapshot) -> ProviderPages | None:
    """Who signs in at the provider is not sent to where app passwords are made."""
    signs_in = snapshot.mailbox.auth is AuthKind.OAUTH
    return replace(pages, app_password="") if pages is not None and signs_in else pages


def _down_for(snapshot: Snapshot, words: Wording, now: float) -> str:
    standing = snapshot.standing
    since = standing.half(standing.worst).failing_since
    if snapshot.shown not in _DOWN or since is None:
        return ""
    return words.text("pane.down_for", time=words.duration(now - since))


def _is_told_already(snapshot: Snapshot) -> bool:
    """While the desk goes on by itself, what to do is to wait for it: the next try is told there."""
    views = (snapshot.standing.receiving, snapshot.standing.sending)
    is_free = snapshot.held_until is None and not any(view.resting for view in views)
    return snapshot.shown in _GOES_ON and is_free


def _meanwhile(snapshot: Snapshot, words: Wording, now: float) -> str:
    """What the desk does by itself, and what went wrong in it."""
    next_try = "" if _is_told_already(snapshot) else words.next_try(snapshot, now)
    return "\n".join(filter(None, (next_try, *(words.warning(each) for each in snapshot.warnings))))


def _note(snapshot: Snapshot, words: Wording) -> list[str]:
    veil = veil_of(snapshot)
    return [words.text("pane.note", note=veil.note)] if veil is not None and veil.note else []


def _steps(snapshot: Snapshot, words: Wording, now: float) -> tuple[CheckedHalf, ...]:
    views = (snapshot.standing.receiving, snapshot.standing.sending)
    return tuple(
        CheckedHalf(view.last, words.clock(view.checked_at, now) if view.checked_at is not None else "")
        for view in views
        if view.last is not None
    )
