from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from adapters.roles import BUILT_IN
from tests.process.home import ROOT


def test_a_wheel_holds_the_roles_where_the_program_looks_for_them(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as files:
        names = set(files.namelist())
    roles = {path.relative_to(ROOT).as_posix() for path in BUILT_IN.glob("*.toml")}
    assert roles
    assert roles <= names
    assert {"bot/cli.py", "adapters/roles.py", "migrations/0001_initial.py"} <= names
