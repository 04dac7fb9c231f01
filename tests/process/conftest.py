from __future__ import annotations

from pathlib import Path

import pytest

from tests.process.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def plain_home(tmp_path: Path) -> Home:
    """A home whose processes are not measured."""
    return Home(tmp_path, measured=False)
