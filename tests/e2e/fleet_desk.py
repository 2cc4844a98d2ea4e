"""A desk whose Google and Microsoft have their token endpoint on this computer, and mailboxes at a Dovecot that asks
there about tokens. The program is a copy of ours that differs in those two addresses, which may have a port, and knows
north.example for Google's and south.example for Microsoft's."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import trustme

from tests.e2e.screen import Person
from tests.servers.admin_tokens import AdminTokenServer
from tests.servers.dovecot import Dovecot, DovecotUser
from tests.servers.dovecot_conf import OAUTH2

_HERE: Final = Path(__file__).parent
_ROOT: Final = _HERE.parents[1]
_TOKEN_OF: Final = {
    "google": "https://oauth2.googleapis.com/token",
    "microsoft": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
}

_DOMAIN_OF: Final = {"google": ("googlemail.com", "north.example"), "microsoft": ("office365.com", "south.example")}
"""One domain of the provider gives way to one of the test."""
_NO_PORT: Final = r"https://[a-z0-9.-]+\.[a-z]+(/"


def mail_password(address: str) -> str:
    return f"mail password of {address}"


@dataclass(frozen=True, slots=True)
class FleetLab:
    """`program`: where the copy lies."""

    tokens: AdminTokenServer
    mail: Dovecot
    program: Path

    def give_program(self, person: Person) -> None:
        """What this person starts is the copy."""
        person.env |= {"PYTHONPATH": str(self.program), "PYTHONSAFEPATH": "1"}

    def fill_home(self, person: Person, root: Path, addresses: Sequence[str]) -> Path:
        """Mailboxes that sign in by passwords of their own."""
        wish = {
            "home": str(root),
            "imap": self.mail.imaps_port,
            "smtp": self.mail.submission_port,
            "passwords": {each: mail_password(each) for each in addresses},
        }
        env = person.env | {"SSL_CERT_FILE": str(self.mail.ca_file), "LANG": "C.UTF-8"}
        done = subprocess.run(
            [sys.executable, str(_HERE / "fleet_home.py")],
            input=json.dumps(wish), env=env, text=True, capture_output=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return root


@contextmanager
def fleet_lab(ca: trustme.CA, folder: Path, at_google: Sequence[str], at_microsoft: str) -> Iterator[FleetLab]:
    """Everybody has a password too. A token of Microsoft's is told to be for that one mailbox."""
    users = [DovecotUser(each, mail_password(each)) for each in (*at_google, at_microsoft)]
    mail = Dovecot(users, ca=ca, top_conf=OAUTH2)
    with AdminTokenServer(ca, users=frozenset(at_google), speaks_for=at_microsoft) as tokens:
        asking = tokens.introspection() + f"tls_ca_cert_file = {mail.ca_file}\n"
        (mail.root / "oauth2.conf.ext").write_text(asking)
        with mail:
            yield FleetLab(tokens, mail, _copied(folder, tokens))


def _copied(folder: Path, tokens: AdminTokenServer) -> Path:
    for part in ("mailbox_desk", "resources"):
        shutil.copytree(_ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    providers = folder / "resources" / "providers"
    for provider, (last, domain) in _DOMAIN_OF.items():
        _replace(providers / f"{provider}.toml", f", '{last}']\nsource = 'ispdb'", f", '{domain}']\nsource = 'ispdb'")
    for service in (tokens.google, tokens.microsoft):
        file = providers / f"{service.provider}.toml"
        _replace(file, f"'{_TOKEN_OF[service.provider]}'", f"'{service.token_url}'")
    _replace(folder / "mailbox_desk" / "adapters" / "provider_oauth.py", _NO_PORT, r"https://[a-z0-9.-]+(:[0-9]+)?(/")
    return folder


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1, file
    file.write_text(text.replace(old, new))
