"""A process of its own that drives the vault on the bus it is given, as told on its standard input.

One JSON list a line: a verb and its arguments; one JSON answer a line.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from mailbox_desk.adapters.keyring_key import KeyringKeys, KeyringLimits
from mailbox_desk.adapters.vault import SealedVault
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.vault_state import WrongPassphrase
from mailbox_desk.paths import Home


async def act(vault: SealedVault, verb: str, *words: str) -> Any:
    match verb:
        case "open":
            given = dict(word.split("=", 1) for word in words)
            passphrase = Secret(given["passphrase"]) if "passphrase" in given else None
            began = time.monotonic()
            state = await vault.open(prompt="prompt" in given, passphrase=passphrase)
            return [state.value, vault.keyring.value if vault.keyring else None, time.monotonic() - began]
        case "write":
            await vault.write(MailboxId(words[0]), Password(Secret(words[1])))
        case "read":
            credential = await vault.read(MailboxId(words[0]))
            assert isinstance(credential, Password)
            return credential.receiving.reveal()
        case "delete":
            await vault.delete(MailboxId(words[0]))
        case "move":
            return await vault.move_to_keyring()
        case "start_over":
            return (await vault.start_over()).name
        case "state":
            return [vault.state.value, repr(vault.trouble)]
        case _:
            raise ValueError(verb)
    return None


async def main() -> None:
    limits = KeyringLimits(call=2.0, prompt=3.0)
    vault = SealedVault(Home(Path(sys.argv[1])), KeyringKeys(limits))
    while line := await asyncio.to_thread(sys.stdin.readline):
        try:
            answer = {"ok": await act(vault, *json.loads(line))}
        except WrongPassphrase:
            answer = {"error": "WrongPassphrase"}
        except Exception as error:  # noqa: BLE001  the parent judges it
            answer = {"error": type(error).__name__}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    await vault.close()


if __name__ == "__main__":
    asyncio.run(main())
