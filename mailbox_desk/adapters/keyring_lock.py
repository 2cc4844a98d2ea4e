"""Asks whether the system's keyring is locked, in ways that never make it prompt. Blocking: call it on a worker."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Mapping
from contextlib import closing

from keyring.backend import KeyringBackend
from keyring.backends import SecretService, kwallet, macOS

if sys.platform == "linux":
    import secretstorage
    from jeepney import DBusAddress, new_method_call  # type: ignore[import-untyped]  # jeepney ships no types
    from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]  # likewise
    from secretstorage.exceptions import ItemNotFoundException

_SECURITY_FRAMEWORK = "/System/Library/Frameworks/Security.framework/Security"
_UNLOCKED = 1  # kSecUnlockStateStatus, SecKeychain.h


def is_locked(backend: KeyringBackend, entry: Mapping[str, str]) -> bool:
    """Reading or making `entry` would have the system prompt. Raises whatever the bus raises."""
    match backend:
        case SecretService.Keyring():
            return _secret_service_is_locked(entry)
        case kwallet.DBusKeyring():
            return _kwallet_is_locked(backend)
        case macOS.Keyring():
            return _keychain_is_locked()
        case _:
            return False  # Windows opens its store at log-on


if sys.platform == "linux":

    def _secret_service_is_locked(entry: Mapping[str, str]) -> bool:
        """The specification's `Locked` properties of the default collection and of our item in it."""
        with closing(secretstorage.dbus_init()) as connection:
            try:
                collection = secretstorage.Collection(connection)
            except ItemNotFoundException:
                return True  # there is none yet, and to make one the system prompts for its password
            if collection.is_locked():
                return True
            return any(item.is_locked() for item in collection.search_items(dict(entry)))

    def _kwallet_is_locked(backend: kwallet.DBusKeyring) -> bool:
        address = DBusAddress(backend.object_path, backend.bus_name, "org.kde.KWallet")
        with closing(open_dbus_connection("SESSION")) as connection:
            name = connection.send_and_get_reply(new_method_call(address, "networkWallet")).body[0]
            return not connection.send_and_get_reply(new_method_call(address, "isOpen", "s", (name,))).body[0]

else:

    def _secret_service_is_locked(entry: Mapping[str, str]) -> bool:
        return True

    def _kwallet_is_locked(backend: kwallet.DBusKeyring) -> bool:
        return True


def _keychain_is_locked() -> bool:
    status = ctypes.c_uint32()
    failed = ctypes.CDLL(_SECURITY_FRAMEWORK).SecKeychainGetStatus(None, ctypes.byref(status))
    return bool(failed) or not status.value & _UNLOCKED
