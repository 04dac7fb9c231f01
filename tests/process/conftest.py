from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.process.home import Home

MEASURED = {"test_terminal"}
"""Being measured for coverage doubles the time of a process; what the others run is measured elsewhere."""


@pytest.fixture
def home(tmp_path: Path, request: pytest.FixtureRequest, migrated: Path) -> Home:
    """The home of a user who has started the program before, so that the next start has nothing to migrate."""
    home = Home(tmp_path, measured=request.path.stem in MEASURED)
    home.database.parent.mkdir(mode=0o700)
    shutil.copy(migrated, home.database)
    return home


@pytest.fixture
def plain_home(tmp_path: Path) -> Home:
    """A home where the program was never started."""
    return Home(tmp_path)
