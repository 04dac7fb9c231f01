"""The interview in a terminal, typed or piped in."""

from __future__ import annotations

import asyncio
import getpass
import re
import signal
import sys
from dataclasses import dataclass
from functools import partial
from typing import TypeGuard
from uuid import uuid4

from adapters.database.connection import connect
from adapters.roles import RoleFiles
from adapters.terminal.pipe import MAX_LINE_BYTES, PipedLines
from adapters.terminal.screen import JsonScreen, RichScreen, Screen
from bot.settings import InterviewerChoice, Settings
from bot.wiring import SystemClock, interviewer_of
from core.desk import SO_FAR
from core.events import Command
from core.messages import Choice, CommandSent, Inbound, TextSent
from core.model import Conversation, Interview, Phase
from core.ports import Store
from core.runner import REPORT_WAIT_S, Runner
from core.text import clean
from core.wishes import wish
from core.wording.pieces import count, notice

PLATFORM = "terminal"
_ENDING = frozenset({Command.STOP, Command.DROP})
_LEAVING = frozenset({"/exit", "/quit", "exit", "quit"})
_COMMAND = re.compile(r"/([a-z_]{1,40})(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
"""A command with its argument; "/etc/hosts was wrong" is none."""
_GOING_ON = frozenset({Command.NEXT, Command.RATE})
"""What is chosen by default at the end of an input, which has nobody left to choose."""
PIPED_REPORT_WAIT_S = 3600
"""Nobody waits for the report of a piped interview, so it may be complete rather than quick."""
EXIT_OK, EXIT_FAILED, EXIT_INTERRUPTED = 0, 1, 130


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """What the command line asked for; `request` is the argument of the command `interview`."""

    request: str = ""
    name: str = ""
    as_json: bool = False


def chat(settings: Settings, files: RoleFiles, options: ChatOptions) -> int:
    """Run a terminal interview to its end, the end of the input or a signal. Returns the exit status."""
    try:
        return asyncio.run(_chat(settings, files, options))
    except KeyboardInterrupt:
        _tell("Stopped. Everything up to here is saved; the same command goes on.")
        return EXIT_INTERRUPTED
    except asyncio.CancelledError:
        _tell("Stopped. Everything up to here is saved; the same command goes on.")
        return EXIT_OK


async def _chat(settings: Settings, files: RoleFiles, options: ChatOptions) -> int:
    task = asyncio.current_task()
    if task:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    piped = not sys.stdin.isatty()
    if settings.elsewhere and settings.interviewer is not InterviewerChoice.RULES:
        _tell(f"OLLAMA_BASE_URL names another machine: what you say goes to {settings.elsewhere}, too.")
    conversation = Conversation(PLATFORM, PLATFORM, clean(options.name).strip().lower() or _user())
    screen = JsonScreen() if options.as_json else RichScreen()
    async with interviewer_of(settings) as interviewer, connect(settings.database, files.roles) as store:
        runner = Runner(
            store=store,
            interviewer=interviewer,
            platforms={PLATFORM: screen},
            roles=files.roles,
            clock=SystemClock(),
            quiet_gap_s=0 if piped else settings.quiet_gap_seconds,
            report_wait_s=PIPED_REPORT_WAIT_S if piped else REPORT_WAIT_S,
        )
        try:
            session = _Session(runner, store, screen, conversation, options)
            return await (session.piped() if piped else session.typed())
        finally:
            await runner.close()


class _Session:
    """One sitting at the terminal."""

    def __init__(
        self, runner: Runner, store: Store, screen: Screen, conversation: Conversation, options: ChatOptions
    ) -> None:
        self._runner = runner
        self._store = store
        self._screen = screen
        self._conversation = conversation
        self._options = options

    async def piped(self) -> int:
        """One line is one message, and each is answered before the next is read."""
        # Never closed: that would wait for the thread that is reading, and so for a line or the end of the input.
        keyboard = PipedLines(open(sys.stdin.fileno(), "rb", closefd=False))  # noqa: ASYNC230, SIM115
        await self._start()
        unused = 0
        while not self._screen.closed and _goes_on(line := await keyboard.read()):
            unused += not await self._take_piped(line)
        await self._go_on_by_default()
        if keyboard.shortened:
            _tell(f"Of {count(keyboard.shortened, 'line')} only the first {MAX_LINE_BYTES:,} bytes were read.")
        if self._screen.closed:
            _tell("The output was closed, so this ends here. Everything is saved; the same command goes on.")
            return EXIT_FAILED
        await self._leave(so_far=True)
        if unused:
            _tell(f"No interview was running any more for the rest of the input: {count(unused, 'line')} left unused.")
        return EXIT_OK

    async def typed(self) -> int:
        """Messages are typed at a prompt; several in a row are one answer."""
        from adapters.terminal.prompt import Prompt  # noqa: PLC0415 - piped input does not need it

        keyboard = Prompt(partial(self._runner.typing, self._conversation))
        _tell("Enter sends; an empty line says that this was all. Ctrl-D leaves and keeps everything; /help helps.")
        await self._start()
        while not self._screen.closed and _goes_on(line := await keyboard.read()):
            await self._take_typed(line.strip())
        await self._leave(so_far=False)
        return EXIT_OK

    async def _start(self) -> None:
        """Go through what an earlier end left pending, then begin or offer to go on."""
        await self._runner.resume(self._conversation)
        await self._runner.idle(self._conversation)
        await self._finish_sending(self._command("interview", self._options.request))

    async def _take_piped(self, line: str) -> bool:
        """Take a line: at a menu a choice, else an answer; False when there was nothing to answer."""
        choice = self._screen.chosen(line.strip())
        if choice and self._screen.must_choose:
            await self._press(choice)
            return True
        if not _COMMAND.fullmatch(line.strip()):
            wanted = wish(line, reviewing=True)
            while (default := self._screen.default) and not self._screen.offers(wanted):
                if default.command == "interview":
                    _tell(f"No job was chosen, so this is for {default.label}.")
                await self._press(default)
            if not await self._open():
                return False
        await self._say(line)
        await self._runner.idle(self._conversation)
        return True

    async def _take_typed(self, line: str) -> None:
        """Take a line: a choice, a command or text. Before a menu that must be answered first, text is no answer."""
        choice = self._screen.chosen(line) or (None if line else self._rating_default)
        if choice:
            await self._press(choice)
        elif self._screen.must_choose and not _COMMAND.fullmatch(line) and not self._screen.offers(wish(line)):
            more = ", or press Enter for the report" if self._rating_default else "; /help shows the commands"
            asked = notice(f"Please type the number of your choice first{more}.")
            await self._screen.send(self._conversation, asked, uuid4().hex)
        elif line:
            await self._say(line)
        else:
            await self._receive(self._command("done"))

    @property
    def _rating_default(self) -> Choice | None:
        """What an empty line means when the candidate is asked for a rating: none, and on to the scores."""
        default = self._screen.default
        return default if default and default.command == Command.RATE else None

    async def _say(self, line: str) -> None:
        """Send a line: a command with its argument, or text."""
        command = _COMMAND.fullmatch(line.strip())
        if command is None:
            await self._receive(TextSent(self._conversation, uuid4().hex, line.strip()))
            return
        name, argument = command[1].lower(), command[2] or ""
        if name in _ENDING:
            self._screen.offer = None
        await self._receive(self._command(name, argument.strip()))

    async def _press(self, choice: Choice) -> None:
        """Make a choice. Ending an open interview that stood in the way of the one asked for begins that one."""
        in_the_way = choice.command in _ENDING and self._screen.offers(Command.RESUME)
        self._screen.offer = None
        await self._finish_sending(self._command(choice.command, choice.argument, choice.turn))
        if in_the_way:
            await self._finish_sending(self._command("interview", self._options.request))

    async def _go_on_by_default(self) -> None:
        """Go on from the last feedback or the question before the scores, which have nobody left to answer them."""
        while (default := self._screen.default) and default.command in _GOING_ON:
            await self._press(default)
        interview = await self._interview()
        if interview and interview.phase is Phase.REPORTING and interview.self_rating is None:
            await self._finish_sending(self._command(Command.RATE))  # it was asked by a process that ended meanwhile

    async def _leave(self, *, so_far: bool) -> None:
        """Say what happens to an interview that is still open."""
        if not await self._open():
            return
        if so_far:
            await self._finish_sending(self._command("report", SO_FAR))
        _tell("Your interview is saved where it stands. The same command goes on with it.")

    async def _open(self) -> bool:
        interview = await self._interview()
        return interview is not None and interview.is_open

    async def _interview(self) -> Interview | None:
        """The newest interview, open or over."""
        return await self._store.current_interview(await self._store.candidate(self._conversation))

    async def _finish_sending(self, inbound: Inbound) -> None:
        await self._receive(inbound)
        await self._runner.idle(self._conversation)

    async def _receive(self, inbound: Inbound) -> None:
        await self._runner.receive(inbound)

    def _command(self, name: str, argument: str = "", turn: int | None = None) -> CommandSent:
        return CommandSent(self._conversation, uuid4().hex, name, argument, turn)


def _goes_on(line: str | None) -> TypeGuard[str]:
    """Whether a line was read that is no wish to leave."""
    return line is not None and line.strip().lower() not in _LEAVING


def _user() -> str:
    """The name of the person at this machine, by which their history is found again."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "candidate"


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201 - a word beside the interview
