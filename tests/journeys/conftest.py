from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path, migrated: Path) -> Path:
    """A folder with a database that is up to date."""
    shutil.copy(migrated, tmp_path)
    return tmp_path
