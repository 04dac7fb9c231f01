"""Serves every chat platform that has a token, in one process over one runner and one store."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from adapters.roles import RoleFiles
from adapters.shards import Shards
from adapters.tasks import is_asked_to_end
from bot.assembly import NOT_SHARED, Assembly, assembled, is_shared, queues_of, tell_unusable
from bot.ending import EXIT_FAILED, EXIT_OK, STOP_TAKING_S, asked_to_end, at_most
from bot.logs import tell
from bot.loop import run
from bot.platforms import Opened, UnusableError
from bot.reach import Served, checks_of
from bot.settings import Settings
from bot.watching import UnusablePortError, watch_of
from bot.work import keep_working

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
"""Pauses before a platform that failed is started again: each twice the one before."""
_log = logging.getLogger(__name__)


def serve(settings: Settings, files: RoleFiles, *, works: bool = True, part: Shards | None = None) -> int:
    """Serve until a signal, or until no platform can be used. Returns the exit status.

    Without `works` what is received is left to workers; `part` is the part of Discord that is received, None for all.
    """
    leaves_some = not works or (part is not None and not part.are_all)
    if leaves_some and not is_shared(settings):
        tell(NOT_SHARED, logging.ERROR)
        return EXIT_FAILED
    return run(_serve(settings, files, queues_of(settings) if works else [], part))


async def _serve(settings: Settings, files: RoleFiles, queues: Sequence[str], part: Shards | None) -> int:
    stopped, watch = asked_to_end(), watch_of(settings)
    async with assembled(settings, files, watch, queues, part) as assembly:
        try:
            async with watch.answering(settings, checks_of(settings, [*map(Served, assembly.opened)])):
                assembly.note_start(settings, f"serving {_names(assembly)}")
                return await _serve_all(settings, assembly, stopped)
        except UnusablePortError as error:
            tell(str(error), logging.ERROR)
            return EXIT_FAILED


async def _serve_all(settings: Settings, assembly: Assembly, stopped: asyncio.Event) -> int:
    """Serve until it is stopped, or until no platform is left, or nobody works any more, which is a failure."""
    if not assembly.opened:
        return EXIT_FAILED
    tell(f"Serving {_names(assembly)}. Ctrl-C stops.")
    if assembly.queues:
        tell(f"Working on {', '.join(assembly.queues)}.")
    elif assembly.store.jobs is not None:
        tell("Receiving only: a worker has to do the rest.")
    await assembly.runner.resume_all()
    serving = [asyncio.create_task(_keep_serving(one)) for one in assembly.opened]
    working = [asyncio.create_task(keep_working(settings, assembly))] if assembly.queues else []
    none_left = asyncio.ensure_future(asyncio.wait(serving))
    looking = [asyncio.create_task(Served(one).keep_looking()) for one in assembly.opened]
    stopping = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait([none_left, stopping, *working], return_when=asyncio.FIRST_COMPLETED)
        return EXIT_OK if stopped.is_set() else EXIT_FAILED
    finally:
        for task in (none_left, stopping, *looking, *serving, *working):
            task.cancel()
        await at_most(STOP_TAKING_S, [*serving, *working])


def _names(assembly: Assembly) -> str:
    return " and ".join(one.name for one in assembly.opened)


async def _keep_serving(opened: Opened) -> None:
    """Serve a platform, and again whenever that fails, until it says that it cannot be used."""
    loop, pause = asyncio.get_running_loop(), FIRST_PAUSE_S
    while True:
        begun = loop.time()
        try:
            await opened.run()
        except UnusableError as error:
            tell_unusable(opened.name, error)
            return
        except asyncio.CancelledError as error:
            if is_asked_to_end():
                raise
            reason = type(error).__name__  # something within the platform was cancelled, and it with that
        except Exception as error:  # noqa: BLE001 - whatever it is, the other platform goes on, and this one again
            reason = type(error).__name__  # its words may hold a candidate's
        else:
            reason = "no error"
        pause = FIRST_PAUSE_S if loop.time() - begun > LONGEST_PAUSE_S else pause
        _log.error("%s ended with %s; starting it again in %g s.", opened.name, reason, pause)
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)
