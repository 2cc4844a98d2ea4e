"""The throw-away authority: strict clients accept what it signed, and nobody accepts the rest."""

from __future__ import annotations

import asyncio
import ssl

import pytest

from mailbox_desk.demo.certificates import Certificates
from mailbox_desk.demo.fleet import Part, Role, Shown
from mailbox_desk.model.verdict import Half
from tests.demo.playing import staged


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize(
    ("shown", "complaint"), [(Shown.TRUSTED, ""), (Shown.OWN, "unable to get local issuer"), (Shown.EXPIRED, "expired")]
)
async def test_who_is_trusted(host: str, shown: Shown, complaint: str) -> None:
    async with staged(Role("a@b.example", receiving=Part(certificate=shown))) as stage:
        await stage.opened()
        port = stage.port("a@b.example", Half.RECEIVING)
        if complaint:
            with pytest.raises(ssl.SSLCertVerificationError, match=complaint):
                await asyncio.open_connection(host, port, ssl=stage.trusting())
            return
        reader, writer = await asyncio.open_connection(host, port, ssl=stage.trusting())
        assert (await reader.readline()).startswith(b"* OK")
        writer.close()


def test_each_rehearsal_has_an_authority_of_its_own() -> None:
    assert Certificates().authority != Certificates().authority
