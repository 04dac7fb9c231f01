"""A copy of the database that is stopped in the middle."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.process.home import ANSWERS, Home

STOPPED = (130, b"Stopped; nothing was copied.\n")
AT_ONCE_S = 5.0
"""Before the pauses between the rows would be over."""


@pytest.fixture
def talked(home: Home) -> Home:
    """A home with so many rows that copying takes a while."""
    home.chat("--role", "sales_associate", "--questions", "2", lines=ANSWERS)
    return home


def stopped(home: Home, pause_s: str, *signals: signal.Signals) -> tuple[tuple[int, bytes], float]:
    """How a copy ends, its status and what it says, that gets signals after its first row; how many seconds after."""
    ends = ("--from", f"sqlite://{home.database}", "--to", f"sqlite://{home.path / 'new.sqlite3'}")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.process.dawdling", pause_s, "copy-database", *ends],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=home.path,
        env=home.environment(),
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"written\n"
        begun = monotonic()
        for one in signals:
            process.send_signal(one)
            sleep(0.5)  # nothing outside shows that one has been heard
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()
    return (process.returncode, err), monotonic() - begun


def rows(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return sum(connection.execute("SELECT (SELECT COUNT(*) FROM account) + (SELECT COUNT(*) FROM turn)").fetchone())


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_copy_that_is_stopped_ends_at_once_and_says_so(talked: Home, by: signal.Signals) -> None:
    ended, seconds = stopped(talked, "0.3", by)
    assert ended == STOPPED
    assert seconds < AT_ONCE_S
    assert rows(talked.path / "new.sqlite3") == 0
    assert rows(talked.database) > 2


def test_a_second_ctrl_c_ends_one_that_hangs(talked: Home) -> None:
    ended, seconds = stopped(talked, "60", signal.SIGINT, signal.SIGINT)
    assert ended == STOPPED
    assert seconds < AT_ONCE_S
    assert rows(talked.path / "new.sqlite3") == 0
