"""One sitting at the terminal: what each line that is typed or piped in stands for."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeGuard
from uuid import uuid4

from adapters.terminal.pipe import MAX_LINE_BYTES, PipedLines
from adapters.terminal.screen import Screen
from adapters.terminal.wording import WELCOME, choose_first, no_number
from core.desk import SO_FAR
from core.events import Command
from core.messages import Choice, CommandSent, Inbound, TextSent, VoiceSent
from core.model import Conversation, Interview, Phase
from core.ports import Store
from core.requests import BadRequestError, besides_role, start_request
from core.roles import Role
from core.runner import Runner
from core.speech import VoiceNote
from core.wishes import wish
from core.wording.pieces import count, notice

EXIT_OK, EXIT_FAILED = 0, 1
_ENDING = frozenset({Command.STOP, Command.DROP})
_LEAVING = frozenset({"/exit", "/quit", "exit", "quit"})
_COMMAND = re.compile(r"/([a-z_]{1,40})(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
"""A command with its argument; "/etc/hosts was wrong" is none."""
_GOING_ON = frozenset({Command.NEXT, Command.RATE, Command.USE})
"""What is chosen by default at the end of an input, which has nobody left to choose."""
_START, _CARD = "interview", "setup"
_BEGINNING = frozenset({_START, _CARD})
"""What leads to an interview: at once, or by the card on which the rest is chosen."""


class Sitting:
    """One candidate at the terminal; `request` is what the command line asked for, as an argument of `interview`."""

    def __init__(  # noqa: PLR0913, PLR0917 - all that a sitting is about
        self,
        runner: Runner,
        store: Store,
        screen: Screen,
        conversation: Conversation,
        roles: Mapping[str, Role],
        request: str,
    ) -> None:
        self._runner = runner
        self._store = store
        self._screen = screen
        self._conversation = conversation
        self._roles = roles
        self._wanted = request

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
        return await self._end_of_input(count(unused, "line") if unused else "")

    async def spoken(self, files: Sequence[Path]) -> int:
        """One sound file is one answer, and each is answered before the next is listened to."""
        await self._start()
        unused = 0
        for file in files:
            if self._screen.closed or not await self._awaits_answer():
                unused += 1
                continue
            _tell(f"Listening to {file.name}.")
            note = VoiceNote(str(file.resolve()), size=file.stat().st_size)
            await self._finish_sending(VoiceSent(self._conversation, uuid4().hex, note))
        await self._go_on_by_default()
        return await self._end_of_input(count(unused, "file") if unused else "")

    async def _awaits_answer(self, wanted: Command | None = None) -> bool:
        """Go on by default until an answer is waited for, and say whether that is so; `wanted` is left to be done."""
        while (default := self._screen.default) and not self._screen.offers(wanted):
            self._tell_unchosen(default)
            await self._press_at_once(default)
        return await self._open()

    async def _end_of_input(self, unused: str) -> int:
        """Leave an interview after what was given beforehand, and say how much of that was `unused`."""
        if self._screen.closed:
            _tell("The output was closed, so this ends here. Everything is saved; the same command goes on.")
            return EXIT_FAILED
        await self._leave(so_far=True)
        if unused:
            _tell(f"No interview was running any more for the rest of the input: {unused} left unused.")
        return EXIT_OK

    async def typed(self) -> int:
        """Messages are typed at a prompt; several in a row are one answer."""
        from adapters.terminal.prompt import Prompt  # noqa: PLC0415 - piped input does not need it

        keyboard = Prompt(partial(self._runner.typing, self._conversation), lambda: self._screen.hint)
        self._screen.hint_changed = keyboard.redraw
        _tell(WELCOME)
        await self._start()
        while not self._screen.closed and _goes_on(line := await keyboard.read()):
            await self._take_typed(line.strip())
        await self._leave(so_far=False)
        return EXIT_OK

    async def _start(self) -> None:
        """Go through what an earlier end left pending, then begin or offer to go on, unless that has asked already."""
        await self._runner.resume(self._conversation)
        await self._runner.idle(self._conversation)
        if not (self._screen.asks and await self._is_wanted()):
            await self._finish_sending(self._command("interview", self._wanted))

    async def _is_wanted(self) -> bool:
        """Whether the interview that goes on is all that the command line asks for."""
        interview = await self._interview()
        if interview is None or interview.phase is not Phase.ASKING:
            return False
        its_own = {interview.role.id, interview.mode, interview.seniority, str(len(interview.plan))}
        return {*self._wanted.lower().split()} <= its_own

    async def _take_piped(self, line: str) -> bool:
        """Take a line: at a menu a choice, else an answer; False when there was nothing to answer."""
        choice = self._screen.chosen(line.strip())
        if choice and self._screen.must_choose:
            await self._press_at_once(choice)
            return True
        if not _COMMAND.fullmatch(line.strip()) and not await self._awaits_answer(wish(line, reviewing=True)):
            return False
        await self._say(line)
        await self._runner.idle(self._conversation)
        return True

    async def _press_at_once(self, choice: Choice) -> None:
        """Make a choice for lines that were written before: a job that is chosen begins, and no card is shown."""
        await self._press(replace(choice, command=_START) if choice.command == _CARD else choice)

    def _tell_unchosen(self, default: Choice) -> None:
        """Say what is not as clear as it may seem: for which job an interview begins, or what was heard in a file."""
        if default.command == Command.USE:
            _tell("That was not heard clearly; it is taken as it is.")
        role = self._roles.get(_job(default)) if default.command in _BEGINNING else None
        if role and len(self._jobs()) > 1:
            _tell(f"No job was chosen, so this is for {role.title}.")

    def _jobs(self) -> set[str]:
        """The ids of the jobs that are offered."""
        offered = self._screen.offer.choices if self._screen.offer else ()
        return {_job(choice) for choice in offered if choice.command in _BEGINNING} - {""}

    async def _take_typed(self, line: str) -> None:
        """Take a line: a choice, a command or text."""
        default = self._screen.default if self._screen.must_choose else None
        choice = self._screen.chosen(line) or (None if line else default)
        is_command = bool(_COMMAND.fullmatch(line))
        if choice:
            await self._press(choice)
        elif line and not is_command and (default or not await self._open()):
            await self._take_unawaited(line, default)
        elif line:
            await self._say(line)
        else:
            await self._receive(self._command("done"))

    async def _take_unawaited(self, line: str, default: Choice | None) -> None:
        """Take text while no answer is waited for, as before a choice that must be made.

        Where an open interview would go on, text is its answer; else it may be the beginning of a name.
        """
        answers = default is not None and default.command == Command.RESUME
        choice = None if answers else self._screen.begun(line)
        if choice:
            await self._press(choice)
        elif self._screen.lacks(line):
            await self._tell_to_choose(default, no_number(line))
        elif default is None:
            await self._say(line)
        elif self._screen.offers(wish(line)):
            self._screen.settle()
            await self._say(line)
        elif answers:
            await self._press(default)
            await self._take_typed(line)
        else:
            await self._take_request(line, default)

    async def _take_request(self, line: str, default: Choice) -> None:
        """Take what is typed at a menu of jobs or a card for a request, such as “coach 3 senior”."""
        try:
            asked = self._request(line, default)
        except BadRequestError as problem:
            told = str(problem) if _is_options(line) or len(self._jobs()) > 1 else ""
            await self._tell_to_choose(default, told)
        else:
            await self._press(Choice(line, _CARD, asked))

    def _request(self, line: str, default: Choice) -> str:
        """What a line asks for, beside what was chosen before it. Raises BadRequestError where that cannot be had."""
        jobs = self._jobs()
        if not jobs:
            raise BadRequestError
        names_job = start_request(line, self._roles) is not None
        kept = besides_role(default.argument) if default.command == _CARD else ""
        asked = f"{kept if names_job or len(jobs) > 1 else default.argument} {line}"
        start_request(asked, self._roles)
        return asked

    async def _tell_to_choose(self, default: Choice | None, problem: str) -> None:
        """Say what is wrong with a line, and what must be chosen first."""
        first = choose_first(default.label) if default else ""
        await self._screen.send(self._conversation, notice(f"{problem} {first}".strip()), uuid4().hex)

    async def _say(self, line: str) -> None:
        """Send a line: a command with its argument, or text."""
        command = _COMMAND.fullmatch(line.strip())
        if command is None:
            await self._receive(TextSent(self._conversation, uuid4().hex, line.strip()))
            return
        name, argument = command[1].lower(), command[2] or ""
        if name in _ENDING:
            self._screen.settle()
        await self._receive(self._command(name, argument.strip()))

    async def _press(self, choice: Choice) -> None:
        """Make a choice. Ending an open interview that stood in the way of the one asked for begins that one.

        A page to read leaves the choices beside it as they are.
        """
        in_the_way = choice.command in _ENDING and self._screen.offers(Command.RESUME)
        if not choice.stays or choice.command == _CARD:
            self._screen.settle()
        await self._finish_sending(self._command(choice.command, choice.argument, choice.turn))
        if in_the_way:
            await self._finish_sending(self._command("interview", self._wanted))

    async def _go_on_by_default(self) -> None:
        """Go on from the last feedback or the question before the scores, which have nobody left to answer them."""
        while (default := self._screen.default) and default.command in _GOING_ON:
            self._tell_unchosen(default)
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
        still_open = await self._open()
        self._screen.asks = self._screen.asks and still_open
        self._screen.hint_changed()

    def _command(self, name: str, argument: str = "", turn: int | None = None) -> CommandSent:
        if name == _START:
            self._wanted = argument
        return CommandSent(self._conversation, uuid4().hex, name, argument, turn)


def _job(choice: Choice) -> str:
    """The id of the job that a choice is about, which its argument begins with."""
    return choice.argument.partition(" ")[0]


def _is_options(line: str) -> bool:
    """Whether every word is a mode, a length or a level."""
    return all(map(besides_role, line.split()))


def _goes_on(line: str | None) -> TypeGuard[str]:
    """Whether a line was read that is no wish to leave."""
    return line is not None and line.strip().lower() not in _LEAVING


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201 - a word beside the interview
