"""Which act the window offers for a mailbox as it stands now: the one bright button. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from mailbox_desk.model.cause import CAUSES, Action
from mailbox_desk.model.verdict import Shown, VeilReason

if TYPE_CHECKING:  # not loaded before the first paint
    from mailbox_desk.model.snapshot import Snapshot


class Offer(StrEnum):
    """What the bright button begins. Its words are `ui.offer.<value>`."""

    NOTHING = "nothing"
    RECONNECT = "reconnect"
    CHECK_NOW = "check_now"
    UNLOCK = "unlock"
    CERTIFICATE = "certificate"
    SERVERS = "servers"
    RESUME = "resume"


_BY_ACTION: Mapping[Action, Offer] = MappingProxyType(
    {
        Action.NOTHING: Offer.NOTHING,
        Action.WAIT: Offer.CHECK_NOW,
        Action.ENTER_PASSWORD: Offer.RECONNECT,
        Action.ENTER_APP_PASSWORD: Offer.RECONNECT,
        Action.SIGN_IN_AGAIN: Offer.RECONNECT,
        Action.OPEN_PROVIDER: Offer.RECONNECT,
        Action.ASK_ADMIN: Offer.CHECK_NOW,
        Action.ASK_PROVIDER: Offer.CHECK_NOW,
        Action.FREE_STORAGE: Offer.CHECK_NOW,
        Action.FIX_SERVERS: Offer.SERVERS,
        Action.REVIEW_CERTIFICATE: Offer.CERTIFICATE,
        Action.CHECK_NETWORK: Offer.CHECK_NOW,
        Action.RESUME: Offer.RESUME,
        Action.UNLOCK: Offer.UNLOCK,
        Action.READ_SERVER_LINE: Offer.CHECK_NOW,
    }
)


def offer_of(snapshot: Snapshot) -> Offer:
    """The one act for this mailbox; a certificate is offered for review only where one was shown."""
    reasons = {veil.reason for veil in snapshot.standing.veils}
    match snapshot.shown:
        case Shown.PAUSED:
            return Offer.RESUME
        case Shown.BLIND:
            return Offer.UNLOCK if VeilReason.VAULT_LOCKED in reasons else Offer.CHECK_NOW
        case Shown.CONNECTED | Shown.CHECKING | Shown.SUSPECT:
            return Offer.NOTHING
        case Shown.RECONNECTING | Shown.NEEDS_YOU:
            return _by_cause(snapshot)


def _by_cause(snapshot: Snapshot) -> Offer:
    diagnosis = snapshot.standing.diagnosis
    if diagnosis is None:
        return Offer.CHECK_NOW
    offer = _BY_ACTION[CAUSES[diagnosis.cause].action]
    last = snapshot.standing.half(snapshot.standing.worst).last
    shown_certificate = last is not None and last.failure is not None and last.failure.certificate is not None
    if offer is Offer.CERTIFICATE and not shown_certificate:
        return Offer.SERVERS
    return offer
