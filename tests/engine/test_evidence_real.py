"""The evidence end to end: the whole desk of the command line, and a real Dovecot."""

from __future__ import annotations

import pytest
import trustme

from mailbox_desk import wiring
from mailbox_desk.engine.engine import Engine
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.import_plan import CsvMailbox
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.told import Told
from mailbox_desk.model.verdict import Shown
from tests.servers.dovecot import Dovecot, DovecotUser

ANN, BOB = DovecotUser("ann@example.org"), DovecotUser("bob@example.org")
# Who stands in the file of a service may not use that service; all others are asked for further down.
CLOSED_BY_SERVICE = "passdb {\n driver = passwd-file\n deny = yes\n args = username_format=%u $ROOT/closed.%s\n}\n"


async def one_round(engine: Engine) -> dict[str, Snapshot]:
    return {snapshot.mailbox.address: snapshot async for snapshot in engine.round()}


async def test_receiving_is_refused_while_sending_takes_the_secret(
    ca: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dovecot says the same word for word as for a wrong password; what else is known tells them apart."""
    with Dovecot([ANN, BOB], ca=ca, top_conf=CLOSED_BY_SERVICE) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.ca_file))
        rows = [
            CsvMailbox(
                number,
                Mailbox(
                    MailboxId(user.name),
                    user.name,
                    Endpoint(server.host, server.imaps_port, Security.TLS, user.name),
                    Endpoint(server.host, server.submissions_port, Security.TLS, user.name),
                ),
                Password(Secret(user.password)),
            )
            for number, user in enumerate((ANN, BOB))
        ]
        async with wiring.csv_house(rows) as house:
            await house.engine.start(first_round=False)
            first = await one_round(house.engine)
            assert {snapshot.shown for snapshot in first.values()} == {Shown.CONNECTED}, first
            (server.root / "closed.imap").write_text(f"{ANN.name}:\n")
            server.set_password(BOB.name, "another")
            then = await one_round(house.engine)
        closed, changed = then[ANN.name].standing, then[BOB.name].standing
    assert closed.receiving.diagnosis is not None
    assert closed.receiving.diagnosis.cause.value == "protocol_disabled"
    assert Told.OTHER_HALF_ACCEPTS in {fact.name for fact in closed.receiving.diagnosis.facts}
    assert closed.sending.diagnosis is None
    assert changed.receiving.diagnosis is not None
    assert changed.receiving.diagnosis.cause.value == "credentials_rejected"
    words = [each.receiving.last.failure.text for each in (closed, changed) if each.receiving.last.failure]  # type: ignore[union-attr]
    assert len(words) == 2
    assert words[0] == words[1]
    offered = closed.receiving.last
    assert offered is not None
    assert {"AUTH=PLAIN", "AUTH=LOGIN"} <= offered.capabilities
