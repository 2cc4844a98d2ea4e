"""The provider files that ship, one by one, and files broken on purpose."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from mailbox_desk.adapters.provider_file import provider_from
from mailbox_desk.adapters.resources import load_providers
from mailbox_desk.diagnosis.provider import BadProvider, Provider, Server, family_of, provider_by_mx, provider_of
from mailbox_desk.model.mailbox import AuthKind, Security
from mailbox_desk.paths import resources_dir
from mailbox_desk.wording.catalogue import Catalogue

FOLDER = resources_dir() / "providers"
PROVIDERS = load_providers()
BY_ID = {provider.id: provider for provider in PROVIDERS}
IN_FULL = (
    *("google", "microsoft", "outlook_com", "yahoo", "aol", "zoho", "icloud", "fastmail"),
    *("gmx", "webde", "yandex", "protonbridge", "godaddy", "ionos"),
)
WORDS = Catalogue.load([], strict=True)
SOURCE = {"url": "https://example.org/help", "read": date(2026, 11, 24), "quote": "imap.example.org, port 993"}
SERVER = {"host": "imap.example.org", "port": 993, "security": "tls", "source": "help"}


def whole(**change: object) -> dict[str, Any]:
    """A file with a little of everything, and what a test puts in its place; None takes a key out."""
    file: dict[str, object] = {
        "id": "a",
        "name": "A",
        "sources": {"help": SOURCE},
        "domains": [{"names": ["example.org"], "source": "help"}],
        "receiving": SERVER,
        "auth": {"kinds": ["oauth", "app_password"], "hint": "app_password", "source": "help"},
        "pages": {"app_password": {"url": "https://example.org/app", "source": "help"}},
        "limits": {"messages_per_day": [{"value": 500, "plan": "free", "source": "help"}]},
        "tokens": {"refresh_unused_days": {"value": 90, "source": "help"}},
        "quirks": [{"id": "unblock_page", "source": "help"}],
    }
    return {key: value for key, value in (file | change).items() if value is not None}


def test_a_file_becomes_a_provider() -> None:
    provider = provider_from(whole(), "a.toml")
    assert (provider.id, provider.family, provider.domains) == ("a", "a", ("example.org",))
    assert provider.receiving == Server("imap.example.org", 993, Security.TLS)
    assert provider.auth_kinds == (AuthKind.OAUTH, AuthKind.APP_PASSWORD)
    assert provider.hint == "provider.hint.app_password"
    assert provider.app_password_page == "https://example.org/app"
    assert provider.limits.messages_per_day == 500
    assert provider.tokens.refresh_unused_days == 90
    assert provider.quirks == ("provider.quirk.unblock_page",)
    assert {key for key, _ in provider.proof} == {
        *("domains", "receiving", "auth", "pages.app_password", "limits.messages_per_day"),
        *("tokens.refresh_unused_days", "quirks"),
    }
    source = provider.source_of("limits.messages_per_day")
    assert source is not None
    assert (source.url, source.read) == ("https://example.org/help", date(2026, 11, 24))


def test_who_has_no_imap_says_so() -> None:
    provider = provider_from({"id": "a", "name": "A", "sources": {"x": SOURCE}, "no_imap": {"source": "x"}}, "a.toml")
    assert not provider.has_imap
    assert provider.hint == "provider.hint.no_imap"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"colour": "red"}, "unknown field `colour`"),
        ({"id": "b"}, "id: 'b' is not the name of the file"),
        ({"name": None}, "missing required field `name`"),
        ({"large": "yes"}, r"Expected `bool`, got `str` - at `\$\.large`"),
        ({"sources": {"help": SOURCE | {"url": "http://example.org/"}}}, r"sources\.help: .* at `\$\.url`"),
        ({"sources": {"help": SOURCE | {"read": "2026-11-24"}}}, r"sources\.help: Expected `date`, got `str`"),
        ({"sources": {"help": SOURCE | {"read": date(2019, 1, 1)}}}, r"sources\.help\.read: 2019-01-01 is before"),
        ({"sources": {"help": SOURCE | {"quote": "word " * 15 + "more"}}}, r"sources\.help\.quote: more than 15 words"),
        ({"sources": {"help": SOURCE | {"quote": " "}}}, r"sources\.help: .* at `\$\.quote`"),
        ({"sources": {"help": {"url": SOURCE["url"]}}}, r"sources\.help: .*missing required field `read`"),
        ({"sources": {"help": SOURCE, "idle": SOURCE}}, r"sources\.idle: nothing names it"),
        ({"sources": {}}, r"\.source: no \[sources\.help\]"),
        ({"receiving": SERVER | {"source": "rumour"}}, r"receiving\.source: no \[sources\.rumour\]"),
        ({"receiving": {k: v for k, v in SERVER.items() if k != "source"}}, r"missing .*`source` - at `\$\.receiving`"),
        ({"receiving": SERVER | {"host": "imap_.example..org"}}, r"at `\$\.receiving\.host`"),
        ({"receiving": SERVER | {"host": "IMAP.example.org"}}, r"at `\$\.receiving\.host`"),
        ({"receiving": SERVER | {"port": 70000}}, r"at `\$\.receiving\.port`"),
        ({"receiving": SERVER | {"security": "none"}}, r"at `\$\.receiving\.security`"),
        ({"receiving": SERVER | {"user": "ann"}}, r"unknown field `user` - at `\$\.receiving`"),
        ({"domains": [{"names": ["example"], "source": "help"}]}, r"at `\$\.domains\[0\]\.names\[0\]`"),
        ({"domains": [{"names": [], "source": "help"}]}, r"at `\$\.domains\[0\]\.names`"),
        ({"domains": [{"names": ["a.example", "a.example"], "source": "help"}]}, "domains: a.example stands twice"),
        ({"auth": {"kinds": ["magic"], "source": "help"}}, r"at `\$\.auth\.kinds\[0\]`"),
        ({"limits": {"messages_per_day": [{"value": 0, "source": "help"}]}}, r"limits\.messages_per_day: .*value"),
        ({"limits": {"moons_per_day": [{"value": 1, "source": "help"}]}}, "moons_per_day"),
        ({"tokens": {"refresh_unused_days": {"value": 90}}}, r"at `\$\.tokens\.refresh_unused_days`"),
        ({"pages": {"help": {"url": "ftp://example.org/", "source": "help"}}}, r"at `\$\.pages\.help\.url`"),
    ],
)
def test_a_bad_file_is_refused_by_name_and_key(change: dict[str, object], reason: str) -> None:
    with pytest.raises(BadProvider, match=f"^provider a.toml: .*(?:{reason})"):
        provider_from(whole(**change), "a.toml")


def test_one_broken_file_of_all_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "providers"
    shutil.copytree(FOLDER, folder)
    broken = folder / "google.toml"
    broken.write_text(broken.read_text("utf-8").replace("port = 993", "port = 993993", 1), "utf-8")
    with pytest.raises(BadProvider, match=r"provider google\.toml: .*\$\.receiving\.port"):
        load_providers(folder)


def test_a_new_provider_is_a_new_file(tmp_path: Path) -> None:
    (tmp_path / "northwind.toml").write_text(
        "id = 'northwind'\nname = 'Northwind'\n[[domains]]\nnames = ['northwind.example']\nsource = 'help'\n"
        "[sources.help]\nurl = 'https://northwind.example/help'\nread = 2026-11-24\nquote = 'our mail'\n",
        "utf-8",
    )
    assert provider_of("ann@northwind.example", (), load_providers(tmp_path)) == "northwind"


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.id)
def test_every_file_is_sane(provider: Provider) -> None:
    today = datetime.now(UTC).date()
    assert all(source.read <= today for _, source in provider.proof)
    assert provider.family == provider.id or provider.family in BY_ID
    assert provider.interval_seconds == (1800 if provider.large else 300)
    assert (provider.receiving is None) == (provider.sending is None)
    for server in servers_of(provider):
        if not server.host.startswith("127."):
            assert family_of(provider_of("", [server.host], PROVIDERS), PROVIDERS) == provider.family, server.host
    for name in provider.mx:
        assert provider_by_mx([f"mx.{name}"], PROVIDERS) == provider.id, name
    for domain in provider.domains:
        assert provider_of(f"ann@{domain}", (), PROVIDERS) == provider.id, domain


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.id)
def test_what_files_name_has_words(provider: Provider) -> None:
    for key in (provider.hint, *provider.quirks):
        assert not key or len(WORDS.text(key, name=provider.name)) <= 110


def test_no_words_are_left_over() -> None:
    catalogue = (resources_dir() / "locale/en/LC_MESSAGES/desk.po").read_text("utf-8")
    said = {line.split('"')[1] for line in catalogue.splitlines() if line.startswith('msgid "provider.')}
    assert said == {key for each in PROVIDERS for key in (each.hint, *each.quirks) if key}


def test_ids_that_cases_and_stores_name_are_still_there() -> None:
    named = "google microsoft yahoo aol zoho icloud fastmail gmx webde mailru yandex qq 163 protonbridge godaddy ionos"
    named += " namecheap ovh hostinger rackspace amazon_workmail maildotcom generic"
    assert set(named.split()) <= BY_ID.keys()


@pytest.mark.parametrize("provider_id", IN_FULL)
def test_the_great_ones_are_told_in_full(provider_id: str) -> None:
    provider = BY_ID[provider_id]
    assert provider.receiving
    assert provider.domains or provider_id == "godaddy"  # sells domains, has none of its own
    assert provider.mx
    assert provider.auth_kinds
    assert provider.help_page
    assert provider.hint
    takes_app_passwords = AuthKind.APP_PASSWORD in provider.auth_kinds
    assert bool(provider.app_password_page) == takes_app_passwords


def test_there_are_many_more() -> None:
    more = [
        each
        for each in PROVIDERS
        if each.id not in IN_FULL and each.receiving and each.auth_kinds and each.mx and (each.domains or each.hosts)
    ]
    assert len(more) >= 28
    assert len(PROVIDERS) > 100


def test_who_has_no_imap_is_known() -> None:
    assert {each.id for each in PROVIDERS if not each.has_imap} == {"hey", "tuta"}


def test_no_name_belongs_to_two() -> None:
    for key in ("domains", "hosts", "mx"):
        flat = [name for each in PROVIDERS for name in getattr(each, key)]
        assert sorted(set(flat)) == sorted(flat)


def servers_of(provider: Provider) -> Iterator[Server]:
    yield from (server for server in (provider.receiving, provider.sending) if server is not None)
    for region in provider.regions:
        yield from (region.receiving, region.sending)
