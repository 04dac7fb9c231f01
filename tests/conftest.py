from __future__ import annotations

from collections.abc import Generator

import pytest
from coverage import Coverage
from hypothesis import HealthCheck, settings

# A busy machine fails no test.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


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
