from __future__ import annotations

from pathlib import Path

import pytest

from tests.process.home import Home

MEASURED = {"test_terminal", "test_model"}
"""Being measured for coverage doubles the time of a process; what the others run is measured elsewhere."""


@pytest.fixture
def home(tmp_path: Path, request: pytest.FixtureRequest) -> Home:
    return Home(tmp_path, measured=request.path.stem in MEASURED)


@pytest.fixture
def plain_home(tmp_path: Path) -> Home:
    """A home whose processes are not measured."""
    return Home(tmp_path, measured=False)
