from datetime import date

import pytest

from mailbox_desk.adapters.resources import load_providers
from mailbox_desk.diagnosis.provider import BadProvider, Provider, provider_from, provider_of
from mailbox_desk.model.mailbox import Security

PROVIDERS = load_providers()
BY_ID = {provider.id: provider for provider in PROVIDERS}


@pytest.mark.parametrize(
    ("address", "hosts", "provider"),
    [
        ("ann@gmail.com", [], "google"),
        ("ann@northwind.example", ["imap.gmail.com"], "google"),
        ("ann@northwind.example", ["outlook.office365.com", "smtp.office365.com"], "microsoft"),
        ("ann@northwind.example", ["IMAP.GMX.NET."], "gmx"),
        ("ann@gmail.com", ["imap.northwind.example"], "google"),
        ("ann@verizon.net", [], "aol"),
        ("ann@northwind.example", ["imap.exmail.qq.com"], "qq"),
        ("ann@northwind.example", ["imap.126.com"], "163"),
        ("ann@northwind.example", ["mail.northwind.example"], "generic"),
        ("ann@notgmail.com", [], "generic"),
        ("ann@northwind.example", ["imap.evilgmail.com"], "generic"),
        ("ann@web.de", ["imap.web.de"], "webde"),
        ("ann@Yahoo.CO.UK", [], "yahoo"),
        ("not an address", [], "generic"),
        ("", [""], "generic"),
    ],
)
def test_who_runs_it(address: str, hosts: list[str], provider: str) -> None:
    assert provider_of(address, hosts, PROVIDERS) == provider


def test_the_longest_suffix_wins() -> None:
    a = Provider("a", "A", "x", date(2026, 1, 1), hosts=("example.org",))
    b = Provider("b", "B", "x", date(2026, 1, 1), hosts=("mail.example.org",))
    assert provider_of("", ["imap.mail.example.org"], (a, b)) == "b"
    assert provider_of("", ["imap.mail.example.org"], (b, a)) == "b"


def test_large_providers_are_checked_every_half_hour_others_every_five_minutes() -> None:
    for provider in PROVIDERS:
        assert provider.interval_seconds == (1800 if provider.large else 300), provider.id
    assert BY_ID["google"].large
    assert not BY_ID["generic"].large


def test_no_domain_or_host_belongs_to_two() -> None:
    for names in ([each.domains for each in PROVIDERS], [each.hosts for each in PROVIDERS]):
        flat = [name for row in names for name in row]
        assert sorted(set(flat)) == sorted(flat)


def test_servers_are_found_under_their_own_suffix() -> None:
    for provider in PROVIDERS:
        for server in (provider.receiving, provider.sending):
            if server is not None and not server.host.startswith("127."):
                assert provider_of("", [server.host], PROVIDERS) == provider.id


def test_servers_of_an_address() -> None:
    receiving, sending = BY_ID["microsoft"].endpoints("ann@outlook.com")
    assert receiving is not None
    assert sending is not None
    assert (receiving.host, receiving.port, receiving.security) == ("outlook.office365.com", 993, Security.TLS)
    assert (sending.port, sending.security, sending.username) == (587, Security.STARTTLS, "ann@outlook.com")
    assert BY_ID["generic"].endpoints("ann@example.org") == (None, None)


GOOD: dict[str, object] = {"id": "a", "name": "A", "source": "x", "date": date(2026, 1, 1)}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"colour": "red"}, "provider a: unknown key colour"),
        ({"name": ""}, "provider a: lacks name"),
        ({"large": "yes"}, "provider a: large"),
        ({"interval_seconds": 0}, "provider a: interval_seconds"),
        ({"interval_seconds": True}, "provider a: interval_seconds"),
        ({"refusals_per_10_minutes": 0.5}, "provider a: refusals_per_10_minutes"),
        ({"domains": ["x", 3]}, "provider a: domains"),
        ({"date": "2026-01-01"}, "provider a: date"),
        ({"receiving": {"host": "x"}}, "provider a: .* is no server"),
        ({"receiving": {"host": "x", "port": 993, "security": "magic"}}, "provider a: .* is no server"),
        ({"receiving": {"host": "x", "port": 993, "user": "y"}}, "provider a: .* is no server"),
    ],
)
def test_a_bad_provider_is_refused_by_name(change: dict[str, object], reason: str) -> None:
    with pytest.raises(BadProvider, match=reason):
        provider_from(GOOD | change)


def test_the_port_decides_where_no_security_is_named() -> None:
    provider = provider_from(GOOD | {"receiving": {"host": "x", "port": 143}})
    assert provider.receiving is not None
    assert provider.receiving.security is Security.STARTTLS
