from __future__ import annotations

import pytest

from mailbox_desk.adapters.resources import load_providers
from mailbox_desk.model.cause import Cause
from mailbox_desk.ui.provider_pages import Link, Page, ProviderPages, link_for, link_to
from mailbox_desk.ui.surroundings import Surroundings
from tests.ui.fakes import FakeEngine

PAGES = ProviderPages("Somebody", app_password="https://a/", account="https://b/", status="https://c/")


@pytest.mark.parametrize(
    ("cause", "page"),
    [
        (Cause.APP_PASSWORD_REQUIRED, Page.APP_PASSWORD),
        (Cause.CREDENTIALS_REJECTED, Page.PERHAPS_APP_PASSWORD),
        (Cause.SUSPICIOUS_ACTIVITY, Page.ACCOUNT),
        (Cause.PROVIDER_OUTAGE, Page.STATUS),
        (Cause.PROTOCOL_DISABLED, Page.ACCOUNT),  # it names no help page: the next best
    ],
)
def test_the_page_fits_the_cause(cause: Cause, page: Page) -> None:
    assert link_for(cause, PAGES) == Link(page, PAGES.address(page), "Somebody")


def test_no_page_no_link() -> None:
    assert link_for(Cause.TLS_FAILURE, PAGES) is None
    assert link_for(Cause.PROVIDER_OUTAGE, ProviderPages("Own server")) is None
    assert link_for(None, PAGES) is None
    assert link_for(Cause.PROVIDER_OUTAGE, None) is None
    assert link_to(Page.HELP, PAGES) is None


def test_pages_come_from_the_provider_file(around: Surroundings, engine: FakeEngine) -> None:
    engine.provider_files = {each.id: each for each in load_providers()}
    pages = around.provider_pages("google")
    assert pages.name == "Google"
    assert pages.app_password.startswith("https://")
    assert around.provider_pages("nobody") == ProviderPages("nobody")
