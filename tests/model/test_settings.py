"""Settings read from plain pairs; what makes no sense is named and left."""

from __future__ import annotations

from mailbox_desk.model.discovery import DiscoverySettings
from mailbox_desk.model.network import KNOWN, SALT, NetworkSettings, NewNetwork
from mailbox_desk.model.settings import Settings, WhoIdles, settings_from


def test_defaults_are_those_of_the_plan() -> None:
    settings, odd = settings_from({})
    assert settings == Settings()
    assert odd == ()
    limits = settings.limits
    assert (limits.resolve, limits.connect, limits.tls, limits.greeting, limits.sign_in, limits.total) == (
        5,
        10,
        10,
        15,
        30,
        60,
    )
    assert (settings.threads, settings.connections_per_host, settings.refusals_per_host) == (32, 4, 8)


def test_pairs_are_taken() -> None:
    settings, odd = settings_from(
        {
            "limits.connect": "2.5",
            "threads": "8",
            "second_opinion": "9-4",
            "interval": "60",
            "envelope": "off",
            "limits.warp": "1",
            "connections_per_host": "many",
            "first_round_spacing": "-1",
            "colour": "blue",
        }
    )
    assert settings.limits.connect == 2.5
    assert (settings.threads, settings.interval, settings.envelope) == (8, 60.0, False)
    assert settings.second_opinion == (4.0, 9.0)
    assert odd == ("limits.warp", "connections_per_host", "first_round_spacing", "colour")


def test_one_number_is_both_bounds() -> None:
    assert settings_from({"second_opinion": "3"})[0].second_opinion == (3.0, 3.0)


def test_where_servers_are_looked_for_can_be_set() -> None:
    pairs = {"discovery.nameserver": " 192.0.2.1:53 ", "discovery.https_port": "8443", "discovery.warp": "1"}
    settings, odd = settings_from(pairs)
    assert settings.discovery == DiscoverySettings("192.0.2.1:53", https_port=8443)
    assert odd == ("discovery.warp",)


def test_who_idles_can_be_set() -> None:
    settings, odd = settings_from({"idle_lines": "Important", "sign_in_every": "3600"})
    assert (settings.idle_lines, settings.sign_in_every, odd) == (WhoIdles.IMPORTANT, 3600.0, ())
    assert settings_from({"idle_lines": "some"}) == (Settings(), ("idle_lines",))


def test_how_the_network_is_judged_can_be_set_and_what_is_remembered_is_no_setting() -> None:
    pairs = {"network.public_points": "off", "network.portal_probes": "No", "network.new_network": "check"}
    settings, odd = settings_from({**pairs, SALT: "x", KNOWN: "a b", "network.loopback_counts": "on"})
    assert settings.network == NetworkSettings(
        public_points=False, portal_probes=False, new_network=NewNetwork.CHECK, loopback_counts=False
    )
    assert odd == ("network.loopback_counts",)
    assert settings_from({"network.new_network": "perhaps"})[1] == ("network.new_network",)
