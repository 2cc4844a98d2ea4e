"""A lookout that sees an open network, for parts that only ask it."""

from __future__ import annotations

from mailbox_desk.engine.lookout import Lookout, Means
from mailbox_desk.engine.ports import Clock
from mailbox_desk.engine.quiet_network import QuietNetwork
from mailbox_desk.model.check import Limits
from mailbox_desk.model.network import NetworkSettings
from tests.engine.fakes import ScriptedServers


def quiet_lookout(clock: Clock) -> Lookout:
    means = Means(clock, ScriptedServers(), QuietNetwork(), Limits(), NetworkSettings())
    return Lookout(means, blinded=lambda _: None, sighted=lambda _: None)
