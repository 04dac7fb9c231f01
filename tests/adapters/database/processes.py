"""Python in a process of its own, as another start of the program would be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PRELUDE = """
import asyncio, os, pathlib, signal, sqlite3, sys
from dataclasses import replace
from adapters.database import config
from adapters.database.connection import connect, migrate
from core.ports import StoreError
from tests.contracts.sample import CONVERSATION, ROLES
"""


def start_python(script: str, *folders: Path) -> subprocess.Popen[str]:
    """Start a script; `folders` are where it may import from besides the project."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, *folders)))}
    command = [sys.executable, "-W", "error", "-c", PRELUDE + script]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def run_python(script: str, *folders: Path) -> tuple[int, str]:
    """Run a script to its end; its exit code and what it printed."""
    process = start_python(script, *folders)
    output, _ = process.communicate(timeout=40)
    return process.returncode, output
