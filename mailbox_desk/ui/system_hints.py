"""What the system tells Qt of the network, as hints for the engine: Windows' Network List Manager, macOS' reachability.

Where it is Linux the system's bus tells them, and this is not loaded. It decides nothing, and needs the thread of the
QApplication.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtNetwork import QNetworkInformation

from mailbox_desk.model.network import FactKind

_LINKS: Final = {"Online": FactKind.ONLINE, "Disconnected": FactKind.OFFLINE}
"""QNetworkInformation.Reachability by name; what is between (Local, Site) says nothing of the internet."""


def qt_information() -> QNetworkInformation | None:
    """Qt's view of the network; None where Qt has no backend for this system."""
    return QNetworkInformation.instance() if QNetworkInformation.loadDefaultBackend() else None


class SystemHints:
    """Fits Hints. `load` gives a QNetworkInformation, or None."""

    def __init__(self, load: Callable[[], Any] = qt_information) -> None:
        self._load = load

    def listen(self, hear: Callable[[FactKind], None]) -> Callable[[], None]:
        information = self._load()
        if information is None:
            return _deaf
        signals = (
            information.reachabilityChanged,
            information.isBehindCaptivePortalChanged,
            information.transportMediumChanged,  # from cable to Wi-Fi: often another network
        )

        def tell(*_: object) -> None:
            hear(link_of(information))

        for signal in signals:
            signal.connect(tell)
        tell()

        def deafen() -> None:
            for signal in signals:
                signal.disconnect(tell)

        return deafen


def link_of(information: Any) -> FactKind:
    """How the link is."""
    if information.isBehindCaptivePortal():
        return FactKind.PORTAL
    return _LINKS.get(information.reachability().name, FactKind.UNKNOWN)


def _deaf() -> None:
    """Nothing was listened to."""
