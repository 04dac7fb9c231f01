"""Runs the program and kills it with SIGKILL right before or after the nth call of a method, or the nth report.

`python -m tests.process.dying before save 3 chat ...`
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from adapters.database.store import DatabaseStore
from adapters.terminal.screen import JsonScreen
from bot.cli import main
from core.interviewers.rules import RulesInterviewer

_OWNERS: dict[str, type] = {
    "save": DatabaseStore,
    "performed": DatabaseStore,
    "send": JsonScreen,
    "report": JsonScreen,
    "consider": RulesInterviewer,
    "assess": RulesInterviewer,
}


def _deadly(when: str, name: str, number: int) -> None:
    owner = _OWNERS[name]
    method_name = "send" if name == "report" else name
    true: Callable[..., Awaitable[Any]] = getattr(owner, method_name)
    calls = 0

    async def method(*arguments: object) -> Any:
        nonlocal calls
        if name == "report" and "report=Report(" not in repr(arguments):
            return await true(*arguments)
        calls += 1
        if calls == number and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = await true(*arguments)
        if calls == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, method_name, method)


if __name__ == "__main__":
    _deadly(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    del sys.argv[1:4]
    main()
