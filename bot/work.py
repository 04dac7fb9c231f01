"""Works on what other processes of the bot have received; nothing is received here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from adapters.database.placing import SPEECH
from adapters.roles import RoleFiles
from bot.assembly import NOT_SHARED, Assembly, assembled, at_once, is_shared, queues_of
from bot.ending import EXIT_FAILED, EXIT_OK, STOP_TAKING_S, asked_to_end, at_most
from bot.logs import tell
from bot.loop import run
from bot.reach import Reach, checks_of
from bot.settings import Settings
from bot.voice import missing_all
from bot.watching import UnusablePortError, watch_of

NO_PLATFORM = "No chat platform can be used, so nothing can be sent: set the same tokens as where messages come in."
_log = logging.getLogger(__name__)


def work(settings: Settings, files: RoleFiles, queues: str = "") -> int:
    """Work on some queues, all when "", until a signal. Returns the exit status. Raises BadRequestError."""
    named = queues_of(settings, queues)
    if not is_shared(settings):
        tell(NOT_SHARED, logging.ERROR)
        return EXIT_FAILED
    if queues and SPEECH in named and (lacking := missing_all(settings)):
        tell(f"Voice: {lacking}", logging.ERROR)
        return EXIT_FAILED
    return run(_work(settings, files, named))


async def keep_working(settings: Settings, assembly: Assembly) -> None:
    """Work on the queues of a process until cancelled, and then hand back what is not finished.

    Where it ends by itself there is something wrong, and the process has to end, too.
    """
    from adapters.database.working import JobWorker  # noqa: PLC0415 - what SQLite does not need

    jobs = assembly.store.jobs
    if jobs is None:
        return
    runner = assembly.runner
    delivers = {one.name.lower(): runner.deliver for one in assembly.opened}
    worker = JobWorker(jobs, assembly.store, runner.perform, delivers)
    try:
        await worker.work(at_once(settings, assembly.queues))
    except Exception as error:  # noqa: BLE001 - whatever it is, its words may hold a candidate's
        _log.error("The work ended with %s, so nothing is done any more: start this program again.", _first(error))


def _first(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return type(error).__name__


async def _work(settings: Settings, files: RoleFiles, queues: Sequence[str]) -> int:
    stopped, watch = asked_to_end(), watch_of(settings)
    async with assembled(settings, files, watch, queues) as assembly:
        if not assembly.opened:
            tell(NO_PLATFORM, logging.ERROR)
            return EXIT_FAILED
        reaches = [Reach(one) for one in assembly.opened]
        try:
            async with watch.answering(settings, checks_of(settings, reaches)):
                named = ", ".join(queues)
                assembly.note_start(settings, f"working on {named}")
                tell(f"Working on {named}. Ctrl-C stops.")
                return await _work_until(stopped, settings, assembly, reaches)
        except UnusablePortError as error:
            tell(str(error), logging.ERROR)
            return EXIT_FAILED


async def _work_until(stopped: asyncio.Event, settings: Settings, assembly: Assembly, reaches: Sequence[Reach]) -> int:
    """Work until it is stopped, or until that ends by itself, which is a failure."""
    looking = [asyncio.create_task(one.keep_looking()) for one in reaches]
    working = asyncio.create_task(keep_working(settings, assembly))
    stopping = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
        return EXIT_OK if stopped.is_set() else EXIT_FAILED
    finally:
        for task in (stopping, *looking, working):
            task.cancel()
        await at_most(STOP_TAKING_S, [*looking, working])
