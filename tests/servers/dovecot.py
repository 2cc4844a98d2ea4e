"""A real Dovecot 2.3 as a child process: IMAP, submission and LMTP on loopback, in a temporary folder, no root needed.

Submission hands its mail to a small relay that brings it back over LMTP, so what a user sends himself lands in his
INBOX. Needs the Debian packages dovecot-imapd, dovecot-lmtpd and dovecot-submissiond (2.3: Dovecot 2.4 speaks
another configuration language).
"""

from __future__ import annotations

import base64
import grp
import os
import pwd
import shutil
import signal
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Final

import trustme

from tests.servers.dovecot_conf import conf_text
from tests.servers.ports import free_ports, wait_until_listening
from tests.servers.processes import stop
from tests.servers.relay import Relay

_NOBODY: Final = 65534


@dataclass(frozen=True, slots=True)
class DovecotUser:
    """`extra`: fields of a passwd-file, e.g. "userdb_quota_rule=*:storage=2K" or "nologin reason=Suspended"."""

    name: str
    password: str = "pw-of-dovecot-user"
    extra: str = ""


_HIBERNATE: Final = """
imap_hibernate_timeout = 2 secs
imap_idle_notify_interval = 29 mins
service imap {
  unix_listener imap-master {
    user = dovecot
  }
}
service imap-hibernate {
  client_limit = 20000
  vsz_limit = 4G
  unix_listener imap-hibernate {
    mode = 0666
  }
}
"""


def _with_own_id(user: DovecotUser, place: int) -> DovecotUser:
    return replace(user, extra=f"{user.extra} userdb_uid={20000 + place} userdb_gid={_NOBODY}".strip())


class Dovecot:
    """A context manager; or `start()` and `stop()`. A stopped one can be started again on the same ports.

    `failure_delay`: how long a refusal takes (Dovecot never takes less than 0.5 s). `penalty`: Dovecot's own brake
    on an address that fails often. `top_conf`: further lines for the top of the configuration, $ROOT in them standing
    for the folder of this Dovecot. `hibernate`: idle connections cost it no process each (needs root: each user gets
    an id of his own, since the kernel counts watched folders by id). `address`: where it listens, any of 127.0.0.0/8;
    one of its own makes it a host of its own. `known_as`: further names in its certificate.
    """

    def __init__(
        self,
        users: Sequence[DovecotUser],
        *,
        ca: trustme.CA | None = None,
        failure_delay: str = "0 secs",
        penalty: bool = False,
        connections_per_user: int = 50,
        top_conf: str = "",
        hibernate: bool = False,
        address: str = "127.0.0.1",
        known_as: Sequence[str] = (),
    ) -> None:
        self._users = {user.name: _with_own_id(user, place) for place, user in enumerate(users)} if hibernate else {}
        self._users = self._users or {user.name: user for user in users}
        self._own_ids = hibernate
        self._address = address
        self._names = ("localhost", "127.0.0.1", address, *known_as)
        self.host = "localhost" if address == "127.0.0.1" else address
        self.root = Path(tempfile.mkdtemp(prefix="dc-", dir="/tmp"))  # short: the path of a unix socket is <= 107
        self.imap_port, self.imaps_port, self.submission_port, self.submissions_port, self.lmtp_port, relay_port = (
            free_ports(6)
        )
        self.ca = ca or trustme.CA()
        self.relay = Relay(relay_port, self.lmtp_port)
        self._process: subprocess.Popen[bytes] | None = None
        self._users_stamp = int(time.time())
        conf = f"{_HIBERNATE if hibernate else ''}{top_conf}"
        self._write_files(relay_port, failure_delay, penalty, connections_per_user, conf)

    @property
    def ca_file(self) -> Path:
        """The test CA's certificate (PEM): what SSL_CERT_FILE has to name."""
        return self.root / "ca.pem"

    @property
    def users(self) -> tuple[DovecotUser, ...]:
        return tuple(self._users.values())

    def set_password(self, name: str, password: str) -> None:
        """Change a password. It is in force on return."""
        self.set_user(replace(self._users[name], password=password))

    def set_user(self, user: DovecotUser) -> None:
        """Add or change a user. It is in force on return: Dovecot looks at the file at most once in a clock second."""
        self._users[user.name] = user
        self._write_users()
        time.sleep(1.02 - time.time() % 1)

    def deliver(self, recipient: str, text: str = "Subject: hello\r\n\r\nhello\r\n") -> None:
        """Put a message into a user's INBOX by LMTP."""
        with smtplib.LMTP("127.0.0.1", self.lmtp_port) as lmtp:
            lmtp.sendmail("someone@example.org", [recipient], text)

    def log(self) -> str:
        path = self.root / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def refusals(self, name: str) -> int:
        """How many refused sign-ins of this user Dovecot has logged."""
        return sum("Password mismatch" in line and f"({name}," in line for line in self.log().splitlines())

    def doveadm(self, *words: str) -> str:
        """Run doveadm on this Dovecot and return what it prints."""
        command = ["/usr/bin/doveadm", "-c", str(self.root / "dovecot.conf"), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def kick(self, *names: str) -> None:
        """Drop all connections of these users (`*` in a name stands for anything), with a BYE; no matter if there are
        none. Of those that hibernate all are dropped: they share a process."""
        for name in names:
            command = ["/usr/bin/doveadm", "-c", str(self.root / "dovecot.conf"), "kick", name]
            subprocess.run(command, capture_output=True, check=False)

    def processes(self) -> str:
        """All processes that Dovecot has running, a line each: number and command."""
        assert self._process is not None
        command = ["ps", "--no-headers", "-o", "pid,args", "-g", str(self._process.pid)]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    def kill(self, service: str) -> None:
        """Kill the processes of a service ("imap-login") as a crash would: their connections end without a word."""
        for line in self.processes().splitlines():
            number, command = line.split(None, 1)
            if command.split()[0] == f"dovecot/{service}":
                os.kill(int(number), signal.SIGKILL)

    def connections(self, name: str) -> int:
        """How many IMAP connections of this user Dovecot has open."""
        who = self.doveadm("who", "-1", name).splitlines()[1:]
        return sum("imap" in line.split() for line in who)

    def start(self) -> None:
        self.relay.start()
        with (self.root / "stdout").open("ab") as out:
            self._process = subprocess.Popen(
                ["/usr/sbin/dovecot", "-F", "-c", str(self.root / "dovecot.conf")],
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            wait_until_listening(self.imap_port, seconds=10, address=self._address)
        except TimeoutError as error:
            self.stop()
            raise RuntimeError((self.root / "stdout").read_text() + self.log()) from error

    def stop(self) -> None:
        """End the servers; the folder with the mail stays until the context ends."""
        if self._process is not None:
            stop(self._process)
            self._process = None
            self.relay.stop()

    def __enter__(self) -> Dovecot:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def _write_files(
        self, relay_port: int, failure_delay: str, penalty: bool, connections_per_user: int, top_conf: str
    ) -> None:
        self.root.chmod(0o755)
        for name in ("mail", "state"):
            (self.root / name).mkdir()
        certificate = self.ca.issue_cert(*dict.fromkeys(self._names))
        certificate.private_key_pem.write_to_path(str(self.root / "server.key"))
        (self.root / "server.pem").write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
        self.ca.cert_pem.write_to_path(str(self.ca_file))
        self._write_users()
        as_root = os.getuid() == 0
        me = pwd.getpwuid(os.getuid())
        if as_root:
            os.chown(self.root / "mail", _NOBODY, _NOBODY)
            if self._own_ids:
                (self.root / "mail").chmod(0o1777)
        text = conf_text(
            root=self.root,
            user="dovecot" if as_root else me.pw_name,
            group="dovecot" if as_root else grp.getgrgid(me.pw_gid).gr_name,
            login_user="dovenull" if as_root else me.pw_name,
            mail_uid=_NOBODY if as_root else me.pw_uid,
            mail_gid=_NOBODY if as_root else me.pw_gid,
            imap_port=self.imap_port,
            imaps_port=self.imaps_port,
            submission_port=self.submission_port,
            submissions_port=self.submissions_port,
            lmtp_port=self.lmtp_port,
            relay_port=relay_port,
            failure_delay=failure_delay,
            penalty_mode="0600" if penalty else "0",
            connections_per_user=connections_per_user,
            address=self._address,
            top_conf=top_conf.replace("$ROOT", str(self.root)),
        )
        (self.root / "dovecot.conf").write_text(text)

    def _write_users(self) -> None:
        """Each version gets a time stamp of its own: Dovecot compares whole seconds and the size."""
        lines = [
            f"{user.name}:{{PLAIN.b64}}{base64.b64encode(user.password.encode()).decode()}::::::{user.extra}\n"
            for user in self._users.values()
        ]
        fresh = self.root / "users.new"
        fresh.write_text("".join(lines))
        self._users_stamp += 1
        os.utime(fresh, (self._users_stamp, self._users_stamp))
        fresh.replace(self.root / "users")
