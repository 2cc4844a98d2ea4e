import time
from datetime import date

import pytest

from mailbox_desk.adapters.resources import load_providers
from mailbox_desk.diagnosis.provider import (
    Limit,
    LimitKind,
    Limits,
    Provider,
    Source,
    family_of,
    provider_by_mx,
    provider_of,
)
from mailbox_desk.model.mailbox import Security

PROVIDERS = load_providers()
BY_ID = {provider.id: provider for provider in PROVIDERS}


@pytest.mark.parametrize(
    ("address", "hosts", "provider"),
    [
        ("ann@gmail.com", [], "google"),
        ("ann@northwind.example", ["imap.gmail.com"], "google"),
        ("ann@northwind.example", ["outlook.office365.com", "smtp.office365.com"], "microsoft"),
        ("ann@outlook.com", ["outlook.office365.com", "smtp-mail.outlook.com"], "outlook_com"),
        ("ann@outlook.com", [], "outlook_com"),
        ("ann@northwind.example", ["imap-mail.outlook.com"], "outlook_com"),
        ("ann@northwind.example", ["IMAP.GMX.NET."], "gmx"),
        ("ann@gmail.com", ["imap.northwind.example"], "google"),
        ("ann@gmail.com", ["imap.gmx.net"], "gmx"),
        ("ann@verizon.net", [], "aol"),
        ("ann@northwind.example", ["imap.exmail.qq.com"], "qq"),
        ("ann@northwind.example", ["imap.126.com"], "163"),
        ("ann@northwind.example", ["mail.northwind.example"], "generic"),
        ("ann@notgmail.com", [], "generic"),
        ("ann@northwind.example", ["imap.evilgmail.com"], "generic"),
        ("ann@web.de", ["imap.web.de"], "webde"),
        ("ann@Yahoo.CO.UK", [], "yahoo"),
        ("ann@pec.it", ["imaps.pec.aruba.it"], "aruba_pec"),
        ("not an address", [], "generic"),
        ("", [""], "generic"),
    ],
)
def test_who_runs_it(address: str, hosts: list[str], provider: str) -> None:
    assert provider_of(address, hosts, PROVIDERS) == provider


@pytest.mark.parametrize(
    ("hosts", "provider"),
    [
        (["aspmx.l.google.com", "alt1.aspmx.l.google.com"], "google"),
        (["SMTP.GOOGLE.COM."], "google"),
        (["northwind-example.mail.protection.outlook.com"], "microsoft"),
        (["outlook-com.olc.protection.outlook.com"], "outlook_com"),
        (["mx.zoho.eu", "mx2.zoho.eu"], "zoho_eu"),
        (["in1-smtp.messagingengine.com"], "fastmail"),
        (["mx00.ionos.co.uk"], "ionos"),
        (["mta7.am0.yahoodns.net"], "yahoo"),
        (["mx-aol.mail.gm0.yahoodns.net"], "aol"),
        (["mx1.titan.email"], "titan"),
        (["smtp.secureserver.net"], "godaddy"),
        (["mx.filter.example", "mx1.privateemail.com"], "namecheap"),
        (["mx1.migadu.example", "evilgoogle.com"], None),
        ([], None),
    ],
)
def test_who_takes_mail_for_a_domain(hosts: list[str], provider: str | None) -> None:
    assert provider_by_mx(hosts, PROVIDERS) == provider


def test_the_most_preferred_mail_exchanger_decides_not_the_longest_name() -> None:
    assert provider_by_mx(["smtp.google.com", "northwind.mail.protection.outlook.com"], PROVIDERS) == "google"


def test_the_longest_suffix_wins() -> None:
    a = Provider("a", "A", hosts=("example.org",))
    b = Provider("b", "B", hosts=("mail.example.org",))
    assert provider_of("", ["imap.mail.example.org"], (a, b)) == "b"
    assert provider_of("", ["imap.mail.example.org"], (b, a)) == "b"


def test_kin_that_share_a_server_are_told_apart_by_the_address_and_strangers_by_the_server() -> None:
    work = Provider("work", "Work", family="kin", hosts=("mail.example.org",))
    home = Provider("home", "Home", family="kin", domains=("home.example",))
    other = Provider("other", "Other", family="other", domains=("other.example",))
    assert provider_of("ann@home.example", ["mail.example.org"], (work, home, other)) == "home"
    assert provider_of("ann@other.example", ["mail.example.org"], (work, home, other)) == "work"


def test_rules_call_the_provider_by_its_family() -> None:
    assert family_of("outlook_com", PROVIDERS) == "microsoft"
    assert family_of("zoho_eu", PROVIDERS) == "zoho"
    assert family_of("google", PROVIDERS) == "google"
    assert family_of("nobody", PROVIDERS) == "nobody"


def test_servers_of_an_address() -> None:
    receiving, sending = BY_ID["outlook_com"].endpoints("ann@outlook.com")
    assert receiving is not None
    assert sending is not None
    assert (receiving.host, receiving.port, receiving.security) == ("outlook.office365.com", 993, Security.TLS)
    assert (sending.host, sending.port, sending.security) == ("smtp-mail.outlook.com", 587, Security.STARTTLS)
    assert sending.username == "ann@outlook.com"
    assert BY_ID["generic"].endpoints("ann@example.org") == (None, None)
    assert BY_ID["hey"].endpoints("ann@hey.com") == (None, None)


@pytest.mark.parametrize(
    ("provider", "address", "mx", "host"),
    [
        ("zoho_eu", "ann@zohomail.eu", [], "imap.zoho.eu"),
        ("zoho_eu", "ann@northwind.example", ["mx.zoho.eu"], "imap.zoho.eu"),
        ("zoho", "ann@zoho.com", ["mx.zoho.com"], "imap.zoho.com"),
        ("zoho", "ann@northwind.example", ["mx.zoho.com"], "imappro.zoho.com"),
        ("zoho_in", "ann@northwind.example", ["mx.zoho.in"], "imappro.zoho.in"),
        ("zoho_in", "ann@zoho.in", ["mx.zoho.in"], "imap.zoho.in"),
        ("zoho", "ann@northwind.example", [], "imap.zoho.com"),
        ("gmx", "ann@gmx.com", [], "imap.gmx.com"),
        ("gmx", "ann@gmx.de", [], "imap.gmx.net"),
        ("ionos", "ann@northwind.example", ["mx00.ionos.de."], "imap.ionos.de"),
        ("163", "ann@126.com", [], "imap.126.com"),
    ],
)
def test_regions_have_servers_of_their_own(provider: str, address: str, mx: list[str], host: str) -> None:
    receiving, _ = BY_ID[provider].endpoints(address, mx)
    assert receiving is not None
    assert receiving.host == host


@pytest.mark.parametrize(
    ("provider", "address", "receiving", "sending"),
    [
        ("icloud", "ann@icloud.com", "ann", "ann@icloud.com"),
        ("icloud", "ann@northwind.example", "ann@northwind.example", "ann@northwind.example"),
        ("wp", "ann@wp.pl", "ann", "ann"),
        ("google", "ann@gmail.com", "ann@gmail.com", "ann@gmail.com"),
    ],
)
def test_some_servers_want_the_part_before_the_at(provider: str, address: str, receiving: str, sending: str) -> None:
    there, away = BY_ID[provider].endpoints(address)
    assert there is not None
    assert away is not None
    assert (there.username, away.username) == (receiving, sending)


def test_an_absurd_name_is_nobodys_and_costs_little() -> None:
    began = time.process_time()
    assert provider_of("ann@" + "a." * 100_000 + "example", ["." * 10_000, "-", "\0"], PROVIDERS) == "generic"
    assert provider_by_mx([".", "", "a..com"], PROVIDERS) is None
    assert time.process_time() - began < 0.5


def test_where_plans_differ_the_least_is_safe() -> None:
    kind = LimitKind.MESSAGES_PER_DAY
    limits = Limits((Limit(kind, 2000, "paid"), Limit(kind, 500, "free"), Limit(LimitKind.CONNECTIONS, 15)))
    assert (limits.messages_per_day, limits.connections, limits.refusals_per_10_minutes) == (500, 15, None)
    assert Provider("a", "A").refusals_per_10_minutes is None


def test_limits_and_lifetimes_as_read() -> None:
    google, microsoft = BY_ID["google"], BY_ID["microsoft"]
    assert (google.limits.connections, google.limits.messages_per_day) == (15, 500)
    assert (google.tokens.refresh_testing_days, google.tokens.refresh_unused_days) == (7, 180)
    assert microsoft.limits.least(LimitKind.SENDING_CONNECTIONS) == 3
    assert microsoft.tokens.refresh_unused_days == 90
    assert BY_ID["fastmail"].limits.logins_per_10_minutes == 500


def test_a_value_knows_where_it_was_read() -> None:
    source = Source("https://example.org/", date(2026, 11, 24), "fifteen at once")
    provider = Provider("a", "A", proof=(("limits.connections", source),))
    assert provider.source_of("limits.connections") is source
    assert provider.source_of("pages.help") is None
