"""Whom TLS trusts."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from mailbox_desk.adapters.trust import load_trust


def _subjects(context: ssl.SSLContext) -> set[str]:
    return {str(each["subject"]) for each in context.get_ca_certs()}


@pytest.fixture
def added(tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    trustme.CA(organization_name="Added for a test").cert_pem.write_to_path(str(path))
    return path


def test_ssl_cert_file_is_added_and_replaces_nothing(added: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = _subjects(load_trust({}).verifying)
    monkeypatch.setenv("SSL_CERT_FILE", str(added))  # OpenSSL itself would now trust this file alone
    both = _subjects(load_trust({"SSL_CERT_FILE": str(added)}).verifying)
    assert len(system) > 20
    assert system < both
    assert any("Added for a test" in subject for subject in both - system)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    trust = load_trust({"SSL_CERT_FILE": str(tmp_path / "none.pem")})
    assert len(trust.problems) == 1
    assert "none.pem" in trust.problems[0]
    assert trust.sources


def test_one_more_authority_is_added_for_this_desk_alone(added: Path) -> None:
    system = _subjects(load_trust({}).verifying)
    more = _subjects(load_trust({}, also=added.read_text()).verifying) - system
    assert [("Added for a test" in subject) for subject in more] == [True]
    assert _subjects(load_trust({}).verifying) == system


def test_certifi_is_the_last_resort(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nowhere = ssl.DefaultVerifyPaths("", "", "", str(tmp_path / "x"), "", str(tmp_path / "y"))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: nowhere)
    monkeypatch.setattr("mailbox_desk.adapters.trust._USUAL_BUNDLES", ())
    trust = load_trust({})
    assert [Path(source).name for source in trust.sources] == ["cacert.pem"]
    assert len(_subjects(trust.verifying)) > 20


def test_the_verifying_context_verifies() -> None:
    trust = load_trust({})
    assert trust.verifying.check_hostname
    assert trust.verifying.verify_mode is ssl.CERT_REQUIRED
    assert trust.looking.verify_mode is ssl.CERT_NONE
