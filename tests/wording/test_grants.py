from __future__ import annotations

from dataclasses import replace

import pytest

from mailbox_desk.model.oauth import GrantLife
from mailbox_desk.model.verdict import Verdict
from mailbox_desk.wording import Wording
from mailbox_desk.wording.grants import grant_sentence
from tests.ui.samples import NOW, snapshot

WORDS = Wording.load(["en"], strict=True)
DAY = 86_400.0
BEGAN = NOW - 12 * DAY


@pytest.mark.parametrize(
    ("life", "verdict", "said"),
    [
        (None, Verdict.CONNECTED, ""),
        (GrantLife(BEGAN), Verdict.CONNECTED, "Signed in 12 days ago."),
        (GrantLife(BEGAN, NOW + 80 * DAY), Verdict.CONNECTED, "left unused, it would end on"),
        (GrantLife(BEGAN, NOW + 80 * DAY), Verdict.NEEDS_YOU, "Signed in 12 days ago."),
        (GrantLife(NOW - DAY / 2, NOW + 6 * DAY, by_disuse=False), Verdict.CONNECTED, "ends on"),
        (GrantLife(BEGAN, NOW - 5 * DAY, by_disuse=False), Verdict.NEEDS_YOU, "ended on"),
    ],
)
def test_how_long_it_lasts(life: GrantLife | None, verdict: Verdict, said: str) -> None:
    sentence = grant_sentence(WORDS, replace(snapshot("a", verdict), grant=life), NOW)
    assert said in sentence
    assert sentence.count(".") <= 2
    if said.endswith("ago.") or not said:
        assert sentence == said
