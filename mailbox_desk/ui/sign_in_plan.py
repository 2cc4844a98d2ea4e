"""By which OAuth app a mailbox can sign in, and whether its provider would rather have that than a password. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from mailbox_desk.model.mailbox import AuthKind

if TYPE_CHECKING:
    from mailbox_desk.model.mailbox import Mailbox
    from mailbox_desk.model.oauth import OAuthService, RegisteredApp


class Provider(Protocol):
    """What of a provider's file counts here."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def family(self) -> str: ...

    @property
    def auth_kinds(self) -> tuple[AuthKind, ...]: ...

    @property
    def oauth(self) -> OAuthService | None: ...


def apps_for(
    provider_id: str, apps: Iterable[RegisteredApp], providers: Iterable[Provider]
) -> tuple[RegisteredApp, ...]:
    """The apps that may ask for a grant there: those of the provider itself, else of its family, where one host gives
    the tokens of both (Zoho's places do not share theirs); where no provider file knows an OAuth service, those that
    were registered by an issuer."""
    services = {each.id: (each.family or each.id, _host(each.oauth)) for each in providers if each.oauth is not None}
    known = tuple(apps)
    own = tuple(each for each in known if each.app.service.provider == provider_id)
    if own:
        return own
    if provider_id in services:
        kin = services[provider_id]
        return tuple(each for each in known if services.get(each.app.service.provider) == kin)
    return tuple(each for each in known if each.app.service.provider not in services)


def _host(service: OAuthService) -> str:
    return service.token_url.removeprefix("https://").partition("/")[0]


def does_oauth(provider: Provider | None) -> bool:
    """Its file knows where to sign in."""
    return provider is not None and provider.oauth is not None


def prefers_oauth(provider: Provider | None) -> bool:
    """Its file names signing in at the provider before any password."""
    return provider is not None and provider.oauth is not None and provider.auth_kinds[:1] == (AuthKind.OAUTH,)


def can_sign_out(mailbox: Mailbox, apps: Iterable[RegisteredApp], providers: Iterable[Provider]) -> bool:
    """It signs in at its provider, and one of the apps that it may have done so by knows how to give that back."""
    may_be = apps_for(mailbox.provider, apps, providers)
    return mailbox.auth is AuthKind.OAUTH and any(each.app.service.revoke_url for each in may_be)
