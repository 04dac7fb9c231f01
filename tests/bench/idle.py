"""What idle interviews cost in memory."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path

from core.interviewers.rules import RulesInterviewer
from tests.bench.goals import Measured, goal
from tests.bench.room import room_of
from tests.bench.rounds import Scale

_WARM = 300
_AT_ONCE = 20


async def memory(scale: Scale, folder: Path) -> list[Measured]:
    """What the process grows by for each open, idle interview, after what every process grows by at first."""
    count = scale.of(1_000, 10_000)
    async with room_of(RulesInterviewer(), folder, open_interviews=_WARM + count) as bot:

        async def begin(number: int) -> None:
            candidate = bot.candidate(f"idle-{number}")
            await candidate.start()
            await candidate.idle()

        async def begin_all(numbers: range) -> int:
            for start in numbers[::_AT_ONCE]:
                scale.tick("memory")
                await asyncio.gather(*map(begin, range(start, min(start + _AT_ONCE, numbers.stop))))
            gc.collect()
            return rss_bytes()

        before = await begin_all(range(_WARM))
        after = await begin_all(range(_WARM, _WARM + count))
    each = (after - before) / count / 1000
    note = f"{count:,} interviews" + ("" if scale.full else "; with --full 10,000")
    return [Measured(goal("memory"), (each,), f"{after / 1e6:.1f} MB", f"{before / 1e6:.1f} MB", note)]


def rss_bytes(process: str = "self") -> int:
    """What a process has in memory."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return 1024 * int(line.split()[1])
