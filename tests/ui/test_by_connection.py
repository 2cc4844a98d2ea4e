from __future__ import annotations

from mailbox_desk.model.admin_connection import ADMIN_ACCESS, ConnectionView
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.verdict import Half, Verdict
from mailbox_desk.ui.by_connection import access_without_secret, is_of_connection
from tests.ui.fleet_engine import GOOGLE, FleetEngine
from tests.ui.samples import snapshot


def test_an_address_of_a_served_domain_needs_nothing() -> None:
    engine = FleetEngine()
    assert access_without_secret(engine.face, "a@northwind.example") is None
    engine.views = [ConnectionView(GOOGLE, 0, 0, is_resting=False)]
    assert access_without_secret(engine.face, "a@Northwind.example") is ADMIN_ACCESS
    assert access_without_secret(engine.face, "a@other.example") is None


def test_a_mailbox_down_by_its_connection() -> None:
    marks = frozenset({Mark.ADMIN_CONNECTION})
    failure = Failure(Half.RECEIVING, Step.TOKEN, FailureKind.REFUSED, "unauthorized_client", marks=marks)
    down = snapshot("a", Verdict.NEEDS_YOU, Cause.OAUTH_APP_BLOCKED, failure=failure)
    assert is_of_connection(down)
    assert not is_of_connection(snapshot("b", Verdict.CONNECTED))
