"""Somebody else answers for a mail server: a sign-in page, or a certificate that is really wrong."""

from __future__ import annotations

import asyncio

from mailbox_desk.engine.lookout import Lookout, Means
from mailbox_desk.model.check import Failure, FailureKind, HalfResult, Limits, Outcome, Step
from mailbox_desk.model.errand import Errand
from mailbox_desk.model.mailbox import Endpoint, Security
from mailbox_desk.model.network import NetworkSettings, PublicSight, Sight
from mailbox_desk.model.verdict import Half, VeilReason
from tests.engine.fakes import HOUR, JumpingClock, Lab, ScriptedServers
from tests.engine.networks import PAGE, ScriptedNetwork, fleet


def foreign(errand: Errand) -> Failure:
    return Failure(errand.half, Step.TLS, FailureKind.UNTRUSTED, "tls_failure")


async def test_a_foreign_certificate_behind_a_portal_downs_nobody() -> None:
    network = ScriptedNetwork()
    lab = Lab(network=network)
    users = fleet(lab, 12)
    await lab.start()
    await lab.clock.pass_by(HOUR)
    assert network.looks == 0, "nobody outside is asked while all is well"
    for user in users:
        lab.servers.set(user, foreign)
    network.sight = PublicSight(Sight.PORTAL, PAGE)
    await lab.clock.pass_by(HOUR)
    assert {lab.shown(user) for user in users} == {"BLIND"}
    assert {each.shown.value for each in lab.seen} <= {"CHECKING", "CONNECTED", "BLIND"}, "not even suspected"
    assert all(lab.snapshot(user).standing.receiving.failing_since is None for user in users)
    for user in users:
        lab.servers.set(user, lambda _: None)
    network.sight = PublicSight(Sight.OPEN)
    await lab.clock.pass_by(10)
    assert {lab.shown(user) for user in users} == {"CONNECTED"}


async def test_a_certificate_that_is_really_wrong_is_told() -> None:
    network = ScriptedNetwork()
    lab = Lab(network=network)
    fleet(lab, 12)
    lab.servers.set("u000", foreign)
    await lab.start()
    await lab.clock.pass_by(HOUR)
    assert (lab.shown("u000"), lab.cause("u000")) == ("NEEDS_YOU", "tls_failure")
    assert lab.shown("u001") == "CONNECTED"
    assert 0 < network.looks < 10


async def test_loopback_is_no_witness_and_blinds_nobody() -> None:
    told: list[VeilReason] = []
    network = ScriptedNetwork(sight=PublicSight(Sight.NOTHING))
    means = Means(JumpingClock(), ScriptedServers(network_is_cut=True), network, Limits(), NetworkSettings())
    lookout = Lookout(means, blinded=told.append, sighted=told.append)
    for host in ("127.0.0.1", "localhost", "127.0.0.9"):
        endpoint = Endpoint(host, 993, Security.TLS, "u")
        failure = Failure(Half.RECEIVING, Step.CONNECT, FailureKind.UNREACHABLE, "refused")
        await lookout.noted(endpoint, HalfResult(Half.RECEIVING, Outcome.FAILED, failure=failure))
    assert (told, network.looks, lookout.is_blind) == ([], 0, False)
    lookout.stop()
    await asyncio.sleep(0)
