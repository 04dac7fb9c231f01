"""The interview in a terminal, typed or piped in."""

from __future__ import annotations

import asyncio
import getpass
import signal
import sys

from adapters.database.connection import connect
from adapters.roles import RoleFiles
from adapters.terminal.screen import JsonScreen, RichScreen
from adapters.terminal.sounds import SpeechFiles
from bot.options import ChatOptions
from bot.settings import InterviewerChoice, Settings
from bot.sitting import Sitting
from bot.voice import voice_of
from bot.wiring import SystemClock, interviewer_of
from core.model import Conversation
from core.runner import Runner
from core.runner.forgetting import said_forgotten
from core.runner.waits import REPORT_WAIT_S
from core.speech import ReplyStyle
from core.text import clean

PLATFORM = "terminal"
PIPED_REPORT_WAIT_S = 3600
"""Nobody waits for the report of a piped interview, so it may be complete rather than quick."""
MESSAGES_PER_MINUTE = 1_000_000
"""Lines of a file come as fast as they are answered, and nobody at a terminal is to be slowed down."""
EXIT_OK, EXIT_INTERRUPTED = 0, 130


def chat(settings: Settings, files: RoleFiles, options: ChatOptions) -> int:
    """Run a terminal interview to its end, the end of the input or a signal. Returns the exit status."""
    try:
        return asyncio.run(_chat(settings, files, options))
    except KeyboardInterrupt:
        _tell(_stopped(options))
        return EXIT_INTERRUPTED
    except asyncio.CancelledError:
        _tell(_stopped(options))
        return EXIT_OK


def _stopped(options: ChatOptions) -> str:
    onward = "go on with the sound files that are left" if options.voice_in else "the same command goes on"
    return f"Stopped. Everything up to here is saved; {onward}."


async def _chat(settings: Settings, files: RoleFiles, options: ChatOptions) -> int:
    task = asyncio.current_task()
    if task:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    piped = bool(options.voice_in) or not sys.stdin.isatty()
    if settings.elsewhere and settings.interviewer is not InterviewerChoice.RULES:
        _tell(f"OLLAMA_BASE_URL names another machine: what you say goes to {settings.elsewhere}, too.")
    conversation = Conversation(PLATFORM, PLATFORM, clean(options.name).strip().lower() or _user())
    speeches = SpeechFiles(options.voice_out) if options.voice_out else None
    screen = JsonScreen(speeches) if options.as_json else RichScreen(speeches)
    async with (
        interviewer_of(settings) as interviewer,
        voice_of(settings, files.roles.values(), speaks=speeches is not None) as voice,
        connect(settings.database, files.roles) as store,
        said_forgotten(SystemClock()),
    ):
        runner = Runner(
            store=store,
            interviewer=interviewer,
            platforms={PLATFORM: screen},
            roles=files.roles,
            clock=SystemClock(),
            quiet_gap_s=0 if piped else settings.quiet_gap_seconds,
            report_wait_s=PIPED_REPORT_WAIT_S if piped else REPORT_WAIT_S,
            messages_per_minute=MESSAGES_PER_MINUTE,
            transcriber=voice.transcriber,
            synthesizer=voice.synthesizer,
            recordings=voice.recordings,
            reply=ReplyStyle.VOICE if speeches else None,
        )
        try:
            sitting = Sitting(runner, store, screen, conversation, files.roles, options.request)
            if options.voice_in:
                return await sitting.spoken(options.voice_in)
            return await (sitting.piped() if piped else sitting.typed())
        finally:
            await runner.close()


def _user() -> str:
    """The name of the person at this machine, by which their history is found again."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "candidate"


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201 - a word beside the interview
