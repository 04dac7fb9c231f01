"""Where interviews take place in the tests of the core."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.core.room import Hall, Room


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    hall = Hall()
    yield hall
    await hall.end()


@pytest.fixture(params=[Room, Hall])
async def either(request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    """One process alone, or one that receives and one that works."""
    found: Room = request.param()
    yield found
    await found.end()
