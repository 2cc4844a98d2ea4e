"""What an answer of one sort turned out to be where it was not what it said: the causes that are taken for each other.

A rule names what its words mean. Where it leaves room for more, its kin follow as unlikely ones, so that a person who
has ruled out the first knows where to look next. Pure; decides nothing about the first place. Source: own count over
the recorded answers of tests/cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mailbox_desk.diagnosis.facts import Facts
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Stage
from mailbox_desk.model.diagnosis import RankedCause
from mailbox_desk.model.mailbox import AuthKind

PASSWORD_CAUSES: Final = frozenset({Cause.CREDENTIALS_REJECTED, Cause.PASSWORD_EXPIRED, Cause.APP_PASSWORD_REQUIRED})
"""What can't be wrong where no password is used."""
TOKEN_CAUSES: Final = frozenset({Cause.TOKEN_EXPIRED, Cause.TOKEN_REVOKED, Cause.OAUTH_APP_BLOCKED})
"""What can't be wrong where no token is used."""

MOST: Final = 3
UNLIKELY: Final = 0.12
SURE: Final = 0.95  # nothing else comes into question: a code with one meaning, the desk's own knowledge

_NEARER: Final = {
    Cause.MAINTENANCE: Cause.PROVIDER_OUTAGE,
    Cause.SERVER_BUSY: Cause.PROVIDER_OUTAGE,
    Cause.LOCAL_NETWORK: Cause.NETWORK_UNREACHABLE,
    Cause.CAPTIVE_PORTAL: Cause.NETWORK_UNREACHABLE,
}

Kin = Mapping[Cause, tuple[Cause, ...]]

_EVERYWHERE: Final[Kin] = {
    # A slip is as often in the user name's form or the host as in the password: threads end with "the whole address".
    Cause.CREDENTIALS_REJECTED: (Cause.APP_PASSWORD_REQUIRED, Cause.WRONG_SERVER_SETTINGS, Cause.ACCOUNT_MISSING),
    Cause.PASSWORD_EXPIRED: (Cause.CREDENTIALS_REJECTED, Cause.ACCOUNT_SUSPENDED, Cause.MFA_REQUIRED),
    Cause.APP_PASSWORD_REQUIRED: (Cause.CREDENTIALS_REJECTED, Cause.BASIC_AUTH_DISABLED, Cause.PROTOCOL_DISABLED),
    Cause.BASIC_AUTH_DISABLED: (Cause.PROTOCOL_DISABLED, Cause.APP_PASSWORD_REQUIRED, Cause.OAUTH_APP_BLOCKED),
    Cause.PROTOCOL_DISABLED: (Cause.BASIC_AUTH_DISABLED, Cause.CREDENTIALS_REJECTED, Cause.OAUTH_APP_BLOCKED),
    Cause.TOKEN_EXPIRED: (Cause.TOKEN_REVOKED, Cause.OAUTH_APP_BLOCKED),
    Cause.TOKEN_REVOKED: (Cause.TOKEN_EXPIRED, Cause.OAUTH_APP_BLOCKED),
    Cause.OAUTH_APP_BLOCKED: (Cause.TOKEN_REVOKED, Cause.TOKEN_EXPIRED, Cause.MFA_REQUIRED),
    Cause.MFA_REQUIRED: (Cause.OAUTH_APP_BLOCKED, Cause.TOKEN_EXPIRED, Cause.APP_PASSWORD_REQUIRED),
    Cause.SUSPICIOUS_ACTIVITY: (Cause.ACCOUNT_SUSPENDED, Cause.TOO_MANY_LOGINS, Cause.CREDENTIALS_REJECTED),
    Cause.TOO_MANY_LOGINS: (Cause.PROVIDER_OUTAGE, Cause.SUSPICIOUS_ACTIVITY),
    Cause.SENDING_LIMIT: (Cause.SUSPICIOUS_ACTIVITY, Cause.TOO_MANY_LOGINS),
    Cause.OVER_QUOTA: (Cause.PROVIDER_OUTAGE, Cause.ACCOUNT_SUSPENDED),
    Cause.ACCOUNT_SUSPENDED: (Cause.SUSPICIOUS_ACTIVITY, Cause.ACCOUNT_MISSING),
    Cause.ACCOUNT_MISSING: (Cause.ACCOUNT_SUSPENDED, Cause.CREDENTIALS_REJECTED, Cause.PROTOCOL_DISABLED),
    Cause.PROVIDER_OUTAGE: (Cause.NETWORK_UNREACHABLE, Cause.TOO_MANY_LOGINS),
    Cause.NETWORK_UNREACHABLE: (Cause.PROVIDER_OUTAGE, Cause.WRONG_SERVER_SETTINGS),
    Cause.TLS_FAILURE: (Cause.WRONG_SERVER_SETTINGS, Cause.NETWORK_UNREACHABLE),
    Cause.WRONG_SERVER_SETTINGS: (Cause.CREDENTIALS_REJECTED, Cause.PROTOCOL_DISABLED, Cause.TLS_FAILURE),
    Cause.UNKNOWN: (Cause.PROVIDER_OUTAGE, Cause.ACCOUNT_MISSING),
}
_SENDING: Final[Kin] = {
    Cause.TOO_MANY_LOGINS: (Cause.SENDING_LIMIT, Cause.PROVIDER_OUTAGE),
    # Experts let "the server is busy" pass for a limit more often than "too many sign-ins": 6 to 4 of 50.
    Cause.SENDING_LIMIT: (Cause.SUSPICIOUS_ACTIVITY, Cause.PROVIDER_OUTAGE, Cause.TOO_MANY_LOGINS),
    Cause.SUSPICIOUS_ACTIVITY: (Cause.SENDING_LIMIT, Cause.ACCOUNT_SUSPENDED),
    Cause.ACCOUNT_SUSPENDED: (Cause.SUSPICIOUS_ACTIVITY, Cause.SENDING_LIMIT),
    Cause.OVER_QUOTA: (Cause.SENDING_LIMIT, Cause.PROVIDER_OUTAGE),
    Cause.ACCOUNT_MISSING: (Cause.ACCOUNT_SUSPENDED, Cause.WRONG_SERVER_SETTINGS),
    Cause.PROVIDER_OUTAGE: (Cause.SENDING_LIMIT, Cause.NETWORK_UNREACHABLE),
    Cause.NETWORK_UNREACHABLE: (Cause.PROVIDER_OUTAGE, Cause.ACCOUNT_MISSING),
    Cause.WRONG_SERVER_SETTINGS: (Cause.SUSPICIOUS_ACTIVITY, Cause.CREDENTIALS_REJECTED, Cause.PROVIDER_OUTAGE),
    Cause.UNKNOWN: (Cause.SUSPICIOUS_ACTIVITY, Cause.SENDING_LIMIT, Cause.WRONG_SERVER_SETTINGS),
}
_SIGNING_IN: Final[Kin] = {
    # What the server will not take by this way, it mostly takes by another one, or for nobody.
    Cause.WRONG_SERVER_SETTINGS: (Cause.PROTOCOL_DISABLED, Cause.CREDENTIALS_REJECTED, Cause.BASIC_AUTH_DISABLED),
}
_CONNECTING: Final[Kin] = {
    Cause.NETWORK_UNREACHABLE: (Cause.WRONG_SERVER_SETTINGS, Cause.PROVIDER_OUTAGE),
    Cause.WRONG_SERVER_SETTINGS: (Cause.NETWORK_UNREACHABLE, Cause.TLS_FAILURE),
    Cause.PROVIDER_OUTAGE: (Cause.NETWORK_UNREACHABLE, Cause.WRONG_SERVER_SETTINGS),
}
_IN_TLS: Final[Kin] = {
    Cause.NETWORK_UNREACHABLE: (Cause.TLS_FAILURE, Cause.WRONG_SERVER_SETTINGS),
    Cause.WRONG_SERVER_SETTINGS: (Cause.TLS_FAILURE, Cause.NETWORK_UNREACHABLE),
}
_BY_STAGE: Final[Mapping[Stage, Kin]] = {
    Stage.IMAP_AUTH: _SIGNING_IN,
    Stage.SMTP_AUTH: _SIGNING_IN,
    Stage.SMTP_SEND: _SENDING,
    Stage.SMTP_CONNECT: _SENDING,
    Stage.DNS: _CONNECTING,
    Stage.TCP: _CONNECTING,
    Stage.TLS: _IN_TLS,
}


def with_kin(causes: tuple[RankedCause, ...], facts: Facts) -> tuple[RankedCause, ...]:
    """The causes, at most one name for each, and behind them their kin, until there are MOST."""
    told = _each_once(causes)
    if told[0].confidence >= SURE:
        return told
    known = {nearest(each.cause) for each in told}
    new = [cause for cause in _kin_of(told[0].cause, facts) if cause not in known]
    unlikely = min(UNLIKELY, told[-1].confidence)
    return (*told, *(RankedCause(cause, unlikely) for cause in new[: MOST - len(told)]))


def nearest(cause: Cause) -> Cause:
    """The cause that this one says from nearer by; else itself."""
    return _NEARER.get(cause, cause)


def _each_once(causes: tuple[RankedCause, ...]) -> tuple[RankedCause, ...]:
    named: dict[Cause, RankedCause] = {}
    for each in causes:
        named.setdefault(nearest(each.cause), each)
    return tuple(named.values())


def _kin_of(cause: Cause, facts: Facts) -> tuple[Cause, ...]:
    first = nearest(cause)
    here = _BY_STAGE.get(facts.stage, {}).get(first, ())
    no_use_for = PASSWORD_CAUSES if facts.auth == AuthKind.OAUTH else _tokens_of(facts)
    return tuple(each for each in dict.fromkeys((*here, *_EVERYWHERE.get(first, ()))) if each not in no_use_for)


def _tokens_of(facts: Facts) -> frozenset[Cause]:
    return TOKEN_CAUSES if facts.auth in (AuthKind.PASSWORD, AuthKind.APP_PASSWORD) else frozenset()
