"""A desk in a made-up world for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.engine.fakes import Lab


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    made = Lab()
    yield made
    if hasattr(made, "engine"):
        await made.engine.stop()
