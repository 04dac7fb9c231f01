from __future__ import annotations

from pathlib import Path

import pytest

from adapters.database import config
from tests.adapters.database.versions import Rows, Use, Version, fill, rows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "interviews.sqlite3"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite://{path}"


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    """Go on as another version of the program."""

    def use(version: Version) -> None:
        monkeypatch.syspath_prepend(version.folder)
        monkeypatch.setattr(config, "APPS", version.apps)

    return use


@pytest.fixture
async def content(url: str, path: Path) -> Rows:
    """What is in the database of this version."""
    await fill(url)
    return rows(path)
