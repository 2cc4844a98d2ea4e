"""What a mailbox needs to come back, by its cause and by whose move it is: the one thing to ask for. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from mailbox_desk.model.cause import CAUSES, Action, Actor, Cause
from mailbox_desk.model.check import Certificate
from mailbox_desk.model.diagnosis import Diagnosis
from mailbox_desk.model.mailbox import AuthKind
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Half, Shown


class Need(StrEnum):
    """The one thing that brings it back: something to enter here, something to do elsewhere, or time."""

    PASSWORD = "password"
    APP_PASSWORD = "app_password"
    SERVERS = "servers"
    CERTIFICATE = "certificate"
    SIGN_IN = "sign_in"
    PROVIDER_PAGE = "provider_page"
    ASK_ADMIN = "ask_admin"
    ASK_PROVIDER = "ask_provider"
    LOOK = "look"
    WAIT = "wait"


_BY_ACTION: Mapping[Action, Need] = MappingProxyType(
    {
        Action.NOTHING: Need.WAIT,
        Action.WAIT: Need.WAIT,
        Action.ENTER_PASSWORD: Need.PASSWORD,
        Action.ENTER_APP_PASSWORD: Need.APP_PASSWORD,
        Action.SIGN_IN_AGAIN: Need.SIGN_IN,
        Action.OPEN_PROVIDER: Need.PROVIDER_PAGE,
        Action.ASK_ADMIN: Need.ASK_ADMIN,
        Action.ASK_PROVIDER: Need.ASK_PROVIDER,
        Action.FREE_STORAGE: Need.PROVIDER_PAGE,
        Action.FIX_SERVERS: Need.SERVERS,
        Action.REVIEW_CERTIFICATE: Need.CERTIFICATE,
        Action.CHECK_NETWORK: Need.WAIT,
        Action.RESUME: Need.WAIT,
        Action.UNLOCK: Need.WAIT,
        Action.READ_SERVER_LINE: Need.LOOK,
    }
)
_ONE_S_OWN: Final = frozenset({Need.CERTIFICATE, Need.SERVERS})  # set up here, whoever runs the server


def need_of(snapshot: Snapshot) -> Need:
    """What to ask for. A mailbox that works, or was never judged, can only get another password; one that signs in at
    its provider is never asked for a password, but for a sign-in."""
    diagnosis = snapshot.standing.diagnosis
    if snapshot.shown in (Shown.PAUSED, Shown.BLIND):
        return Need.WAIT
    need = _by_actor(_by_cause(diagnosis, snapshot), diagnosis) if diagnosis is not None else Need.PASSWORD
    is_oauth = snapshot.mailbox.auth is AuthKind.OAUTH
    return Need.SIGN_IN if is_oauth and need in (Need.PASSWORD, Need.APP_PASSWORD) else need


def shown_certificate(snapshot: Snapshot) -> tuple[Half, Certificate] | None:
    """The certificate that the worse half's last check stumbled over."""
    half = snapshot.standing.worst
    last = snapshot.standing.half(half).last
    if last is None or last.failure is None or last.failure.certificate is None:
        return None
    return half, last.failure.certificate


def _by_cause(diagnosis: Diagnosis, snapshot: Snapshot) -> Need:
    if diagnosis.cause is Cause.PASSWORD_EXPIRED:
        return Need.PASSWORD
    need = _BY_ACTION[CAUSES[diagnosis.cause].action]
    if need is Need.CERTIFICATE and shown_certificate(snapshot) is None:
        return Need.ASK_ADMIN if diagnosis.who is Actor.ADMIN else Need.SERVERS
    return need


def _by_actor(need: Need, diagnosis: Diagnosis) -> Need:
    if need in _ONE_S_OWN:
        return need
    match diagnosis.who:
        case Actor.ADMIN:
            return Need.ASK_ADMIN
        case Actor.PROVIDER:
            return need if need is Need.WAIT else Need.ASK_PROVIDER
        case Actor.ADMIN_OR_PROVIDER:
            return Need.ASK_PROVIDER
        case Actor.DESK | Actor.NOBODY:
            return Need.WAIT
        case Actor.YOU:
            return Need.PROVIDER_PAGE if need in (Need.ASK_ADMIN, Need.ASK_PROVIDER, Need.WAIT) else need


def other_needs(
    shown: Need, planned: Need, *, has_app_passwords: bool, signs_in: bool = False, takes_passwords: bool = True
) -> tuple[Need, ...]:
    """What a person may change instead, while `shown` is asked for: the diagnosis may be wrong. `signs_in`: the desk
    can sign in at the provider; `takes_passwords`: a plain password may do there."""
    if not takes_passwords:
        apps = [Need.APP_PASSWORD] if has_app_passwords else []
        return tuple(need for need in dict.fromkeys([planned, Need.SIGN_IN, *apps, Need.SERVERS]) if need is not shown)
    passwords = [Need.PASSWORD, *([Need.APP_PASSWORD] if has_app_passwords or planned is Need.SIGN_IN else [])]
    wanted = dict.fromkeys([planned, *([Need.SIGN_IN] if signs_in else []), *passwords, Need.SERVERS])
    return tuple(need for need in wanted if need is not shown)
