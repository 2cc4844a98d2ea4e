from __future__ import annotations

from dataclasses import replace

import msgspec

from mailbox_desk.adapters.rows import to_json
from mailbox_desk.model.snapshot import Standing
from mailbox_desk.model.verdict import Veil, VeilReason
from tests.adapters.makings import standing


def test_a_pause_stored_by_an_older_desk_is_read_without_a_note() -> None:
    old = to_json(standing(7)).replace(b',"note":""', b"")
    assert b"note" not in old
    assert msgspec.json.decode(old, type=Standing) == standing(7)


def test_the_note_at_a_pause_is_kept() -> None:
    noted = replace(standing(7), veils=frozenset({Veil(VeilReason.BY_PERSON, None, "warming up")}))
    assert msgspec.json.decode(to_json(noted), type=Standing) == noted


def test_what_an_older_desk_did_not_know_is_not_known() -> None:
    whole = standing(1, refused=True)
    old = msgspec.to_builtins(msgspec.json.decode(to_json(whole)))
    del old["secret_since"]
    for half in ("receiving", "sending"):
        del old[half]["last"]["capabilities"]
    read = msgspec.json.decode(msgspec.json.encode(old), type=Standing)
    assert whole.receiving.last is not None
    silent = replace(whole.receiving, last=replace(whole.receiving.last, capabilities=frozenset()))
    assert read == replace(whole, secret_since=None, receiving=silent)
