from __future__ import annotations

import asyncio
import shutil
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
def up_to_date(path: Path, migrated: Path) -> None:
    """The database of this version, in its place and with nothing in it."""
    shutil.copytree(migrated.parent, path.parent)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of this version with something in every table."""
    path = tmp_path_factory.mktemp("filled") / "data" / "interviews.sqlite3"
    asyncio.run(fill(f"sqlite://{path}"))
    return path


@pytest.fixture
def content(path: Path, filled: Path) -> Rows:
    """What is in the database of this version, which is in its place."""
    shutil.copytree(filled.parent, path.parent)
    return rows(path)
