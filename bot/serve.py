"""Serves every chat platform that has a token, in one process over one runner and one store."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Collection, Coroutine, Sequence
from typing import Any

from adapters.database.connection import connect
from adapters.roles import RoleFiles
from bot.platforms import Link, Opened, UnusableError, with_token
from bot.settings import InterviewerChoice, Settings
from bot.voice import missing_parts, voice_of
from bot.wiring import SystemClock, interviewer_of
from core.ports import Platform
from core.runner import Runner

EXIT_OK, EXIT_FAILED = 0, 1
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
"""Pauses before a platform that failed is started again: each twice the one before."""
STOP_TAKING_S, SAVE_S, CLOSE_S = 3.0, 5.0, 1.0
"""How long each part of ending may take: less than the 10 s after which a process that was asked to end is killed."""
_log = logging.getLogger(__name__)


def serve(settings: Settings, files: RoleFiles) -> int:
    """Serve until a signal, or until no platform can be used. Returns the exit status."""
    return asyncio.run(_serve(settings, files))


async def _serve(settings: Settings, files: RoleFiles) -> int:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    if settings.elsewhere and settings.interviewer is not InterviewerChoice.RULES:
        _tell(f"OLLAMA_BASE_URL names another machine: what candidates say goes to {settings.elsewhere}, too.")
    async with (
        interviewer_of(settings) as interviewer,
        voice_of(settings, files.roles.values()) as voice,
        connect(settings.database, files.roles) as store,
    ):
        for unused in missing_parts(settings):
            _tell(f"Voice: {unused}")
        platforms: dict[str, Platform] = {}
        runner = Runner(
            store=store,
            interviewer=interviewer,
            platforms=platforms,
            roles=files.roles,
            clock=SystemClock(),
            quiet_gap_s=settings.quiet_gap_seconds,
            messages_per_minute=settings.messages_per_minute,
            open_interviews=settings.max_open_interviews,
            transcriber=voice.transcriber,
            synthesizer=voice.synthesizer,
            recordings=voice.recordings,
        )
        link = Link(
            runner.receive,
            runner.typing,
            store.last_seen,
            tuple(files.roles.values()),
            listens=voice.transcriber is not None,
        )
        opened = _open(settings, link)
        platforms.update((one.name.lower(), one.platform) for one in opened)
        try:
            return await _serve_all(runner, opened, stopped)
        finally:
            await _at_most(SAVE_S, [runner.close()])
            await _at_most(CLOSE_S, [one.platform.close() for one in opened])


def _open(settings: Settings, link: Link) -> list[Opened]:
    """The platforms that have a token; the owner is told of each that cannot be used."""
    opened = []
    for name, opening in with_token(settings).items():
        try:
            opened.append(opening(link))
        except UnusableError as error:
            _tell_unusable(name, error)
    return opened


async def _serve_all(runner: Runner, opened: Sequence[Opened], stopped: asyncio.Event) -> int:
    """Serve until it is stopped, or until no platform is left, which is a failure."""
    if not opened:
        return EXIT_FAILED
    _tell(f"Serving {' and '.join(one.name for one in opened)}. Ctrl-C stops.")
    await runner.resume_all()
    serving = [asyncio.create_task(_keep_serving(one)) for one in opened]
    none_left = asyncio.ensure_future(asyncio.wait(serving))
    stopping = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait([none_left, stopping], return_when=asyncio.FIRST_COMPLETED)
        return EXIT_OK if stopped.is_set() else EXIT_FAILED
    finally:
        for task in (none_left, stopping, *serving):
            task.cancel()
        await _at_most(STOP_TAKING_S, serving)


async def _keep_serving(opened: Opened) -> None:
    """Serve a platform, and again whenever that fails, until it says that it cannot be used."""
    loop, pause = asyncio.get_running_loop(), FIRST_PAUSE_S
    while True:
        begun = loop.time()
        try:
            await opened.run()
        except UnusableError as error:
            _tell_unusable(opened.name, error)
            return
        except asyncio.CancelledError as error:
            if _is_asked_to_end():
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


def _is_asked_to_end() -> bool:
    """Whether whoever started this task has cancelled it."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _at_most(seconds: float, work: Collection[Coroutine[Any, Any, None] | asyncio.Task[None]]) -> None:
    """Wait for work that may fail or hang: it never keeps the process from ending."""
    tasks = [asyncio.ensure_future(one) for one in work]
    if not tasks:
        return
    done, late = await asyncio.wait(tasks, timeout=seconds)
    for task in late:
        task.cancel()
    failed = [task.exception() for task in done if not task.cancelled()]
    for error in filter(None, failed):
        _log.warning("Ending failed with %s.", type(error).__name__)
    if late:
        _log.warning("Ending took longer than %g s and was cut short; the next start goes on from there.", seconds)


def _tell_unusable(name: str, error: UnusableError) -> None:
    _tell(f"{name} is not served: {error}")


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201 - a word to the owner
