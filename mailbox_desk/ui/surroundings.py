"""What every dialog is handed: the look, the words, the engine and the bridge to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from mailbox_desk.engine.engine import Engine
from mailbox_desk.ui.bridge import Bridge
from mailbox_desk.ui.extras import Extras
from mailbox_desk.ui.provider_pages import ProviderPages
from mailbox_desk.ui.style import Theme
from mailbox_desk.wording import Wording


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`now` gives seconds since 1970 UTC. `browse` opens a sign-in page in the person's browser."""

    theme: Theme
    words: Wording
    engine: Engine
    bridge: Bridge
    now: Callable[[], float]
    extras: Extras = field(default_factory=Extras)
    browse: Callable[[QUrl], object] = QDesktopServices.openUrl

    def provider_pages(self, provider_id: str) -> ProviderPages:
        """The provider's own pages that a person may be sent to."""
        provider = self.engine.provider(provider_id)
        if provider is None:
            return ProviderPages(provider_id)
        return ProviderPages(
            name=provider.name,
            app_password=provider.app_password_page,
            account=provider.account_page,
            status=provider.status_page,
            help=provider.help_page,
        )

    def provider_name(self, provider_id: str) -> str:
        """The provider in words; its id where nothing better is known."""
        provider = self.engine.provider(provider_id)
        return provider.name if provider is not None else provider_id
