"""The roles that the graded answers are about."""

from __future__ import annotations

import pytest

from adapters.roles import BUILT_IN, load_roles
from core.roles import Role


@pytest.fixture(scope="session")
def roles() -> dict[str, Role]:
    return load_roles([BUILT_IN]).roles
