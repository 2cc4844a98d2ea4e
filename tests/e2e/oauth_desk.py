"""A desk at a real OpenID provider and a Dovecot that asks it about tokens, with a person's browser by script."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import trustme

from tests.e2e.screen import Person
from tests.servers.dovecot import Dovecot, DovecotUser
from tests.servers.dovecot_conf import OAUTH2
from tests.servers.oidc import OpenIdProvider

_HERE = Path(__file__).parent


def web_password(address: str) -> str:
    return f"web password of {address}"


def mail_password(address: str) -> str:
    return f"mail password of {address}"


class Session(Protocol):
    """Whose bus and keyring a home is filled for."""

    env: dict[str, str]


@dataclass(frozen=True, slots=True)
class OAuthLab:
    """`folder`: what the person's browser reads and writes."""

    provider: OpenIdProvider
    mail: Dovecot
    folder: Path
    users: Sequence[str]

    def persona(self, *, login: str = "", declines: bool = False, stays_away: bool = False) -> None:
        """How the person behaves in the browser from now on."""
        told = {"login": login, "declines": declines, "stays_away": stays_away}
        passwords = {each: web_password(each) for each in self.users}
        (self.folder / "persona.json").write_text(json.dumps(told | {"passwords": passwords}))

    def links(self) -> list[str]:
        file = self.folder / "links"
        return file.read_text().splitlines() if file.exists() else []

    def give_browser(self, person: Person) -> None:
        """`xdg-open` of this session is the scripted browser."""
        programs = self.folder / "bin"
        programs.mkdir(exist_ok=True)
        opener = programs / "xdg-open"
        script = (
            f'exec "{sys.executable}" "{_HERE / "person_online.py"}" "{self.folder}" "$1" 2>>"{self.folder}/trouble"'
        )
        opener.write_text(f"#!/bin/sh\n{script}\n")
        opener.chmod(0o755)
        person.env["PATH"] = f"{programs}:{person.env.get('PATH', '/usr/bin:/bin')}"

    def fill_home(
        self,
        session: Session,
        root: Path,
        signing_in: Sequence[str] = (),
        passwords: Sequence[str] = (),
        *,
        app: bool = True,
        grants: Mapping[str, str] = MappingProxyType({}),
        settings: Mapping[str, str] = MappingProxyType({}),
        **app_of: str,
    ) -> Path:
        """`grants`: address -> a refresh token that works, else the grants have died; `app_of`: the client."""
        wish = {
            "home": str(root),
            "issuer": self.provider.issuer,
            "imap": self.mail.imaps_port,
            "smtp": self.mail.submission_port,
            "signing_in": list(signing_in),
            "passwords": list(passwords),
            "app": app_of if app else None,
            "grants": dict(grants),
            "settings": dict(settings),
        }
        env = session.env | {"SSL_CERT_FILE": str(self.mail.ca_file), "LANG": "C.UTF-8"}
        command = [sys.executable, str(_HERE / "oauth_home.py")]
        done = subprocess.run(
            command, input=json.dumps(wish), env=env, text=True, capture_output=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return root


@contextmanager
def oauth_lab(ca: trustme.CA, folder: Path, users: Sequence[str], **options: Any) -> Iterator[OAuthLab]:
    """Every user can sign in on the web and, by another password, at the mail server. `options`: the provider's."""
    folder.mkdir(parents=True, exist_ok=True)
    ca.cert_pem.write_to_path(str(folder / "ca.pem"))
    mail = Dovecot([DovecotUser(each, mail_password(each)) for each in users], ca=ca, top_conf=OAUTH2)
    with OpenIdProvider({each: web_password(each) for each in users}, ca, **options) as provider:
        asking = provider.introspection() + f"tls_ca_cert_file = {mail.ca_file}\n"
        (mail.root / "oauth2.conf.ext").write_text(asking)
        with mail:
            lab = OAuthLab(provider, mail, folder, tuple(users))
            lab.persona()
            yield lab
