"""Whom TLS trusts: the system's authorities plus SSL_CERT_FILE and SSL_CERT_DIR, loaded once and shared by all checks.

Loading takes 10 to 25 ms of CPU, so never per check. Windows and macOS keep their trust outside OpenSSL: truststore
asks the system there.
"""

from __future__ import annotations

import ssl
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import certifi

if sys.platform in ("win32", "darwin"):
    import truststore

# Where distributions keep their bundle; the list of Go's crypto/x509 (root_linux.go), read 2026-11.
_USUAL_BUNDLES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


@dataclass(frozen=True, slots=True)
class Trust:
    """`verifying` for all real work. `looking` verifies nothing: it is for a pinned certificate, compared before a
    byte is sent, and for a look at an untrusted one. `sources`: what was loaded; `problems`: what could not be."""

    verifying: ssl.SSLContext
    looking: ssl.SSLContext
    sources: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def load_trust(environ: Mapping[str, str], *, also: str = "") -> Trust:
    """Read the system's trust and what the environment adds to it. `also`: one more authority (PEM)."""
    context = _system_context()
    loader = _Loader(context)
    if sys.platform not in ("win32", "darwin"):
        _load_system(loader)
    added_file, added_dir = environ.get("SSL_CERT_FILE"), environ.get("SSL_CERT_DIR")
    if added_file:
        loader.add_file(added_file)
    for folder in (added_dir or "").split(":"):
        if folder:
            loader.add_folder(folder)
    if also:
        context.load_verify_locations(cadata=also)
    return Trust(context, _looking_context(), tuple(loader.sources), tuple(loader.problems))


def _system_context() -> ssl.SSLContext:
    context: ssl.SSLContext
    if sys.platform in ("win32", "darwin"):
        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # a server's own certificate may be the one trusted
    return context


def _looking_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _load_system(loader: _Loader) -> None:
    """OpenSSL's own places (not its environment variables: they would replace these), else the usual bundles,
    else certifi's."""
    paths = ssl.get_default_verify_paths()
    loader.add_first_file(_existing([paths.openssl_cafile, *_USUAL_BUNDLES]))
    if Path(paths.openssl_capath).is_dir() and any(Path(paths.openssl_capath).iterdir()):
        loader.add_folder(paths.openssl_capath)
    if not loader.sources:
        loader.add_file(certifi.where())


def _existing(names: Iterable[str]) -> list[str]:
    return [name for name in names if name and Path(name).is_file()]


class _Loader:
    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self.sources: list[str] = []
        self.problems: list[str] = []

    def add_first_file(self, names: Iterable[str]) -> None:
        for name in names:
            if self.add_file(name):
                return

    def add_file(self, name: str) -> bool:
        return self._add(name, lambda: self._context.load_verify_locations(cafile=name))

    def add_folder(self, name: str) -> bool:
        return self._add(name, lambda: self._context.load_verify_locations(capath=name))

    def _add(self, name: str, load: Callable[[], None]) -> bool:
        try:
            load()
        except (OSError, ssl.SSLError) as error:
            self.problems.append(f"{name}: {error}")
            return False
        self.sources.append(name)
        return True
