"""The desk falls with living tokens in its hands; what it leaves behind, in its home and beside it, has none."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from mailbox_desk.paths import Home
from tests.e2e.falling_desk import FALL
from tests.e2e.oauth_desk import OAuthLab, oauth_lab
from tests.e2e.real_grants import real_grants
from tests.e2e.secrecy import files_under, found_in
from tests.servers.secret_service import SecretService

ANNA = "anna@north.example"
HERE = Path(__file__).parent


@pytest.fixture
def lab(ca: trustme.CA, tmp_path: Path) -> Iterator[OAuthLab]:
    with oauth_lab(ca, tmp_path / "online", [ANNA]) as made:
        yield made


@pytest.fixture
def keyring() -> Iterator[SecretService]:
    with SecretService() as service:
        service.start()
        yield service


def started(where: str, lab: OAuthLab, keyring: SecretService, folder: Path) -> subprocess.Popen[bytes]:
    """In a folder of its own, and free to leave an image of its memory there."""
    (folder / "cwd").mkdir()
    command = [sys.executable, str(HERE / "falling_desk.py"), where, "watch", "--home", str(folder / "home")]
    env = keyring.env | {"SSL_CERT_FILE": str(lab.mail.ca_file), "LANG": "C.UTF-8"}
    with (folder / "said").open("wb") as said:
        child = subprocess.Popen(command, cwd=folder / "cwd", env=env, stdout=said, stderr=said)
    most = resource.prlimit(child.pid, resource.RLIMIT_CORE)[1]
    resource.prlimit(child.pid, resource.RLIMIT_CORE, (most, most))
    return child


def until_fallen(child: subprocess.Popen[bytes], home: Home) -> None:
    end = time.monotonic() + 40
    while child.poll() is None and not any(FALL.encode() in content for _, content in files_under(home.root)):
        assert time.monotonic() < end, "it does not fall"
        time.sleep(0.1)


@pytest.mark.parametrize("where", ["check", "renewal", "signal"])
async def test_what_a_fall_leaves_behind_holds_no_token(
    lab: OAuthLab, keyring: SecretService, tmp_path: Path, where: str
) -> None:
    grants = await real_grants(lab, [ANNA])
    home = Home(lab.fill_home(keyring, tmp_path / "home", [ANNA], grants=grants))
    child = started(where, lab, keyring, tmp_path)
    try:
        until_fallen(child, home)
        if where == "signal":
            assert child.wait() == -signal.SIGSEGV
        else:
            child.terminate()
            child.wait(20)
    finally:
        child.kill()
        child.wait()
    assert ("Traceback" in home.log.read_text()) is (where == "renewal")
    left = [*files_under(tmp_path / "home"), *files_under(tmp_path / "cwd"), ("said", (tmp_path / "said").read_bytes())]
    told = [each for each in lab.provider.issued() if each.kind not in ("state", "nonce")]
    assert any(each.kind == "access_token" for each in told)
    assert found_in(left, {each.value: each.account for each in told}) == []
