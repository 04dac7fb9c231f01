"""A process whose models do not come to an end: it ends all the same, and with the status that it should."""

from __future__ import annotations

import subprocess
import sys

import pytest

PATIENCE_S = 10.0
PROGRAM = """
import asyncio, atexit, sys, threading
import bot.cli, bot.commands
from adapters.threads import Threads

async def work():
    workers, came = Threads(1, "stuck"), threading.Event()
    def stick():
        came.set()
        threading.Event().wait()
    stuck = workers.submit(stick)
    await asyncio.to_thread(came.wait)
    await workers.close()
    await asyncio.wait([stuck])

def run():
    asyncio.run(work())
    print("closed")
    {ends}

atexit.register(print, "taken apart")
bot.commands.run_command_line = run
bot.cli.main()
"""


@pytest.mark.parametrize(("ends", "status"), [("sys.exit()", 0), ("sys.exit(3)", 3), ("raise KeyboardInterrupt", 130)])
def test_a_process_ends_while_a_model_is_stuck(ends: str, status: int) -> None:
    command = [sys.executable, "-c", PROGRAM.format(ends=ends)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (status, "closed\n", "")
