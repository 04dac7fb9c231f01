from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.database.connection import connect
from core.ports import Store
from core.roles import Role
from tests.contracts.fake_store import FakeStore
from tests.contracts.sample import ROLE


@pytest.fixture
def roles() -> dict[str, Role]:
    return {ROLE.id: ROLE}


_SERVERS = [pytest.param(name, marks=pytest.mark.unmeasured) for name in ("postgresql", "jobs")]


@pytest.fixture(params=["fake", "sqlite", *_SERVERS])
async def store(request: pytest.FixtureRequest, roles: dict[str, Role]) -> AsyncIterator[Store]:
    if request.param == "fake":
        yield FakeStore(roles)
        return
    url = "sqlite://:memory:" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    async with connect(url, roles, (lambda _: 0.0) if request.param == "jobs" else None) as store:
        yield store
