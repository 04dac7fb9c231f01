"""Runs the program so that it looks for jobs and platforms, and takes workers for dead, sooner than `python -m bot`."""

from __future__ import annotations

from adapters.database import working
from bot import reach
from bot.cli import main

if __name__ == "__main__":
    working.POLLING_S = 0.2
    working.HEARTBEAT_S, working.STALLED_S, working.TAKEN_UP_S = 0.5, 4.0, 0.5
    reach.LOOK_S = reach.LOOK_AGAIN_S = 0.2
    main()
