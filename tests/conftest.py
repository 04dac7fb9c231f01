from __future__ import annotations

import asyncio
from collections.abc import Generator
from pathlib import Path

import pytest
from coverage import Coverage
from hypothesis import HealthCheck, settings

from tests.postgres import empty_postgres_url, migrated_postgres_url, postgres_server, postgres_url
from tests.rounds import FULL, rounds

__all__ = ["empty_postgres_url", "migrated_postgres_url", "postgres_server", "postgres_url"]  # fixtures for all tests

# A busy machine fails no test. The full run looks at ten times as many examples of what holds for all of them.
settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=rounds(30, 300)
)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as the first start leaves it: to be copied, which is a hundred times faster than to make one."""
    from adapters.database.connection import migrate  # noqa: PLC0415 - few tests need it, and it takes a second

    path = tmp_path_factory.mktemp("migrated") / "data" / "interviews.sqlite3"
    asyncio.run(migrate(f"sqlite://{path}"))
    return path


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests marked `full` to the run that takes its time."""
    left = [] if FULL else [item for item in items if item.get_closest_marker("full")]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("full")]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Leave tests out of the coverage, with their fixtures, that go through what others cover line by line."""
    stopped = []
    while item.get_closest_marker("unmeasured") and (measuring := Coverage.current()):  # in a worker there are two
        measuring.stop()
        stopped.append(measuring)
    try:
        return (yield)
    finally:
        for measuring in reversed(stopped):
            measuring.start()
