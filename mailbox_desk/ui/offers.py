"""Which act the window offers for a mailbox as it stands now: the one bright button. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from mailbox_desk.model.cause import CAUSES, Action
from mailbox_desk.model.verdict import Shown, VeilReason
from mailbox_desk.ui.reconnect_plan import Need, need_of

if TYPE_CHECKING:  # not loaded before the first paint
    from mailbox_desk.model.snapshot import Snapshot


class Offer(StrEnum):
    """What a button begins. Its words are `ui.offer.<value>`; SUPPORT is done by the pane itself."""

    NOTHING = "nothing"
    RECONNECT = "reconnect"
    CHECK_NOW = "check_now"
    UNLOCK = "unlock"
    CERTIFICATE = "certificate"
    SERVERS = "servers"
    RESUME = "resume"
    ASK_ADMIN = "ask_admin"
    ASK_PROVIDER = "ask_provider"
    PAUSE = "pause"
    SUPPORT = "support"


_BY_NEED: Mapping[Need, Offer] = MappingProxyType(
    {
        Need.PASSWORD: Offer.RECONNECT,
        Need.APP_PASSWORD: Offer.RECONNECT,
        Need.SIGN_IN: Offer.RECONNECT,
        Need.PROVIDER_PAGE: Offer.RECONNECT,
        Need.SERVERS: Offer.SERVERS,
        Need.CERTIFICATE: Offer.CERTIFICATE,
        Need.ASK_ADMIN: Offer.ASK_ADMIN,
        Need.ASK_PROVIDER: Offer.ASK_PROVIDER,
        Need.LOOK: Offer.CHECK_NOW,
        Need.WAIT: Offer.CHECK_NOW,
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


def quiet_offers(snapshot: Snapshot) -> tuple[Offer, ...]:
    """What else may be done, beside the bright button."""
    bright = offer_of(snapshot)
    is_paused, is_down = snapshot.shown is Shown.PAUSED, snapshot.shown in (Shown.RECONNECTING, Shown.NEEDS_YOU)
    wanted = {
        Offer.CHECK_NOW: not is_paused and bright is not Offer.UNLOCK,
        Offer.RECONNECT: is_down and bright is Offer.CHECK_NOW,
        Offer.PAUSE: not is_paused,
        Offer.SUPPORT: snapshot.standing.diagnosis is not None,
    }
    return tuple(offer for offer, is_wanted in wanted.items() if is_wanted and offer is not bright)


def _by_cause(snapshot: Snapshot) -> Offer:
    diagnosis = snapshot.standing.diagnosis
    if diagnosis is None:
        return Offer.CHECK_NOW
    if CAUSES[diagnosis.cause].action is Action.FREE_STORAGE:
        return Offer.CHECK_NOW  # made room elsewhere: looking again is all that is left to do here
    return _BY_NEED[need_of(snapshot)]
