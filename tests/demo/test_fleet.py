"""The fleet file: what ships makes sense, and what makes none is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbox_desk.adapters.resources import load_providers
from mailbox_desk.demo.fleet import BadFleet, Part, Point, load_fleet
from mailbox_desk.model.cause import Cause

FLEET = load_fleet()


def test_every_cause_is_played_or_says_why_not() -> None:
    played = {role.cause for role in FLEET.mailbox if role.cause}
    assert played | FLEET.not_played.keys() == set(Cause)
    assert not played & FLEET.not_played.keys()
    assert all(len(why) > 20 for why in FLEET.not_played.values())


def test_the_first_are_about_a_dozen_and_hold_what_was_promised() -> None:
    first = [role for role in FLEET.mailbox if role.first]
    assert 12 <= len(first) <= 15
    assert sum(role.cause is None for role in first) >= 3
    promised = {"credentials_rejected", "over_quota", "too_many_logins", "account_suspended", "protocol_disabled"}
    promised |= {"app_password_required", "network_unreachable", "tls_failure", "maintenance", "protective_pause"}
    assert {role.cause.value for role in first if role.cause} == promised


def test_addresses_are_unique_and_of_reserved_domains() -> None:
    """RFC 2606: nobody's mailbox."""
    addresses = [role.address for role in FLEET.mailbox]
    assert len(addresses) == len(set(addresses))
    assert all(address == address.lower() and address.endswith(".example") for address in addresses)
    domains = {address.partition("@")[2] for address in addresses}
    assert {domain for named in FLEET.providers.values() for domain in named} <= domains


def test_providers_are_known() -> None:
    assert FLEET.providers.keys() <= {provider.id for provider in load_providers()}


def test_special_words_have_a_place_and_a_source() -> None:
    for role in FLEET.mailbox:
        assert bool(role.cause) == bool(role.source), role.address
        for part in (role.receiving, role.sending):
            assert bool(part.says) == (part.at not in (None, Point.CONNECT)), role.address


def test_two_names_of_this_computer_so_that_a_lost_network_is_told() -> None:
    assert {role.host for role in FLEET.mailbox if role.first} == {"localhost", "127.0.0.1"}


def test_a_part_holds_between_its_times() -> None:
    part = Part(at=Point.CONNECT, since=10, until=20)
    assert [part.holds(Point.CONNECT, seconds) for seconds in (9.9, 10, 19.9, 20)] == [False, True, True, False]
    assert not part.holds(Point.SIGN_IN, 15)
    assert Part(at=Point.MAIL, says="450 no").holds(Point.MAIL, 1e9)


@pytest.mark.parametrize(
    "text",
    [
        "mailbox = ",
        "[[mailbox]]\naddress = 'a@b.example'\ncolour = 'red'",
        "[[mailbox]]\naddress = 'a@b.example'\ncause = 'bad_luck'",
        "mailbox = []\nproviders = {}\nnot_played = {}\nmore = 1",
    ],
)
def test_a_file_that_makes_no_sense_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "odd.toml"
    file.write_text(text)
    with pytest.raises(BadFleet, match=r"odd\.toml"):
        load_fleet(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFleet, match=r"none\.toml"):
        load_fleet(tmp_path / "none.toml")
