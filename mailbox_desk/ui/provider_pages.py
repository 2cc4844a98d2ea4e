"""Which page of the provider helps with which cause. Pure; opening it is for the one who clicks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from mailbox_desk.model.cause import Cause


class Page(StrEnum):
    """A page of the provider; the words of its link are `pane.link.<value>`."""

    APP_PASSWORD = "app_password"
    PERHAPS_APP_PASSWORD = "perhaps_app_password"
    ACCOUNT = "account"
    STATUS = "status"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class ProviderPages:
    """Addresses as the provider file names them, "" where it names none."""

    name: str
    app_password: str = ""
    account: str = ""
    status: str = ""
    help: str = ""

    def address(self, page: Page) -> str:
        match page:
            case Page.APP_PASSWORD | Page.PERHAPS_APP_PASSWORD:
                return self.app_password
            case Page.ACCOUNT:
                return self.account
            case Page.STATUS:
                return self.status
            case Page.HELP:
                return self.help


@dataclass(frozen=True, slots=True)
class Link:
    """One page to offer, and whose it is."""

    page: Page
    url: str
    provider: str


_BY_CAUSE: Mapping[Cause, tuple[Page, ...]] = MappingProxyType(
    {
        Cause.CREDENTIALS_REJECTED: (Page.PERHAPS_APP_PASSWORD,),
        Cause.APP_PASSWORD_REQUIRED: (Page.APP_PASSWORD, Page.ACCOUNT),
        Cause.BASIC_AUTH_DISABLED: (Page.APP_PASSWORD, Page.HELP),
        Cause.MFA_REQUIRED: (Page.APP_PASSWORD, Page.ACCOUNT),
        Cause.TOKEN_EXPIRED: (Page.APP_PASSWORD, Page.ACCOUNT),
        Cause.TOKEN_REVOKED: (Page.APP_PASSWORD, Page.ACCOUNT),
        Cause.PASSWORD_EXPIRED: (Page.ACCOUNT,),
        Cause.SUSPICIOUS_ACTIVITY: (Page.ACCOUNT,),
        Cause.ACCOUNT_SUSPENDED: (Page.ACCOUNT,),
        Cause.OVER_QUOTA: (Page.ACCOUNT,),
        Cause.PROTOCOL_DISABLED: (Page.HELP, Page.ACCOUNT),
        Cause.WRONG_SERVER_SETTINGS: (Page.HELP,),
        Cause.TOO_MANY_LOGINS: (Page.HELP,),
        Cause.PROVIDER_OUTAGE: (Page.STATUS,),
        Cause.MAINTENANCE: (Page.STATUS,),
        Cause.SERVER_BUSY: (Page.STATUS,),
        Cause.NETWORK_UNREACHABLE: (Page.STATUS,),
    }
)


def link_for(cause: Cause | None, pages: ProviderPages | None) -> Link | None:
    """The first page that helps with this cause and that the provider file names."""
    if cause is None or pages is None:
        return None
    return next((found for page in _BY_CAUSE.get(cause, ()) if (found := link_to(page, pages))), None)


def link_to(page: Page, pages: ProviderPages) -> Link | None:
    """This page, where there is one."""
    url = pages.address(page)
    return Link(page, url, pages.name) if url else None
