"""Signing in by OAuth: the adapter with threads of its own, ended with the rest of the house."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack

from mailbox_desk.adapters.oauth import OAuthTokens
from mailbox_desk.adapters.trust import Trust
from mailbox_desk.adapters.workers import Lane
from mailbox_desk.engine.ports import Tokens

_LANE = 8
"""Grants that are renewed at the same time; most of it is waiting."""


def open_tokens(stack: AsyncExitStack, names: Lane, trust: Callable[[], Trust], words: Callable[..., str]) -> Tokens:
    """`names`: the threads for name look-ups; `words`: the sentence of a key, for the last page in the browser."""
    lane = Lane("oauth", _LANE)
    stack.callback(lane.close)
    return OAuthTokens(lane, names, trust, words)
