"""The reading part of the help: one page, its links to others, back and forward. It loads nothing from disk or web."""

from __future__ import annotations

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices, QTextDocument
from PySide6.QtWidgets import QTextBrowser

from mailbox_desk.model.help_page import HelpLibrary
from mailbox_desk.ui.help_text import dress
from mailbox_desk.ui.style import Theme

_SUFFIX = ".md"


class HelpBrowser(QTextBrowser):
    """`page_shown` carries the id of the page that is shown now."""

    page_shown = Signal(str)

    def __init__(self, library: HelpLibrary, theme: Theme) -> None:
        super().__init__()
        self._library, self._theme = library, theme
        self.setOpenLinks(False)
        self.anchorClicked.connect(self._follow)
        self.sourceChanged.connect(self._shown)
        theme.changed.connect(self._dress_anew)

    @property
    def page_id(self) -> str:
        """Which page is shown; "" before the first one."""
        return _page_id(self.source())

    def open_page(self, page_id: str) -> None:
        """Show this page; one that is not there, or is shown already, changes nothing."""
        if page_id != self.page_id and self._library.page(page_id) is not None:
            self.setSource(QUrl(f"{page_id}{_SUFFIX}"), QTextDocument.ResourceType.MarkdownResource)

    def loadResource(self, kind: int, url: QUrl | str) -> str:  # noqa: N802  Qt's name
        """Qt asks for a page, or for a picture that a page names: there are none, and no file is opened for it."""
        page = self._library.page(_page_id(QUrl(url)))
        return page.markdown if page is not None else ""

    def _follow(self, url: QUrl) -> None:
        """Another page is opened here, an address outside in the web browser; only where a person clicked it."""
        if url.isRelative():
            self.open_page(_page_id(url))
        elif url.scheme() == "https":
            QDesktopServices.openUrl(url)

    def _shown(self, url: QUrl) -> None:
        dress(self.document(), self._theme)
        self.page_shown.emit(_page_id(url))  # `source()` is still the page before

    def _dress_anew(self) -> None:
        """Colours lie in the text itself."""
        place = self.verticalScrollBar().value()
        self.reload()
        self.verticalScrollBar().setValue(place)


def _page_id(url: QUrl) -> str:
    return url.path().removesuffix(_SUFFIX)
