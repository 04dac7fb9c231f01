"""Shows messages: drawn for people, or one JSON line each for programs."""

from __future__ import annotations

import asyncio
import logging
import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from time import monotonic

from pydantic import TypeAdapter
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from adapters.terminal import wording
from adapters.terminal.sounds import SpeechFiles, sound_of
from core.events import Command
from core.messages import Block, BlockStyle, Choice, Outbound, OutboundKind
from core.model import Conversation
from core.ports import DeliveryError
from core.speech import Speech, VoiceNote

_ADAPTER = TypeAdapter(Outbound)
_TEXT = TypeAdapter(str)
_ASKING = frozenset({OutboundKind.QUESTION, OutboundKind.FOLLOW_UP, OutboundKind.REPORT})
_OFFERING = frozenset({OutboundKind.MENU, OutboundKind.FEEDBACK, OutboundKind.STRONGER, OutboundKind.REPORT})
_AFTERWARDS = frozenset({Command.RETRY, Command.NEXT, Command.DISAGREE})
_YES_OR_NO = frozenset({"yes", "no"})
_WORKING_S = 5.0
"""How long a sign that something is worked on holds; it is given anew before that."""
_CHOSEN = "✓ "
"""What the label of a choice begins with that is made already."""
_NUMBER_SAID = re.compile(r"([1-9][0-9]*)(?: · |$)")
"""The number that a label says: a length, or that of an interview in the history."""
_SHORTEST = 3
"""Fewer letters are not taken for the beginning of a name."""
_STYLES = {
    BlockStyle.HEADING: "bold",
    BlockStyle.TEXT: "",
    BlockStyle.QUOTE: "italic cyan",
    BlockStyle.ITEM: "",
    BlockStyle.SCORE: "",
    BlockStyle.SMALL: "dim",
}
_log = logging.getLogger(__name__)
_LEADS = {BlockStyle.QUOTE: "  | ", BlockStyle.ITEM: "  - "}


class Screen(ABC):
    """What both screens know: the choices that wait for a decision, and whether anybody still reads.

    `asks` says whether a question waits for its answer. `hint_changed` is called whenever the hint may say something
    else than before.
    """

    def __init__(self, speeches: SpeechFiles | None = None) -> None:
        """Speech is written into `speeches`; without it there is none."""
        self._speeches = speeches
        self.offer: Outbound | None = None
        self.asks = False
        self.closed = False
        self.hint_changed: Callable[[], None] = _nobody_looks
        self._listed: Outbound | None = None
        self._working_until = 0.0

    async def send(
        self,
        conversation: Conversation,  # noqa: ARG002 - the port's
        message: Outbound,
        key: str,  # noqa: ARG002
        speech: Speech | None = None,
    ) -> None:
        """Show a message. Raises DeliveryError when the output was closed."""
        written = await self._written(speech)
        try:
            self._show(message, written)
            sys.stdout.flush()
        except (OSError, SystemExit) as error:  # Rich would end the process when nobody reads any more
            self.closed = True
            raise DeliveryError("The output was closed.") from error
        self._working_until = 0.0
        self._take_in(message)
        self.hint_changed()

    async def _written(self, speech: Speech | None) -> str:
        """The file that speech was written into, "" for none: without it the text is still there."""
        if speech is None or self._speeches is None:
            return ""
        try:
            return await self._speeches.write(speech)
        except OSError as error:
            _log.warning("A reply could not be written as sound: %s.", error.strerror)
            return ""

    def _take_in(self, message: Outbound) -> None:
        """Keep what a message asks or offers; a question ends what was offered before."""
        if _asks(message):
            self.settle()
            self.asks = True
            return
        if message.default or (message.kind in _OFFERING and message.choices):
            self.offer, self.asks = message, self.asks and not _closes(message)
        elif message.kind in _OFFERING:
            self.settle()
        if message.choices:
            self._listed = message

    def settle(self) -> None:
        """Offer nothing any more: a choice was made, or what it was about is over."""
        self.offer = self._listed = None

    async def fetch(self, conversation: Conversation, note: VoiceNote) -> bytes:  # noqa: ARG002 - the port's
        return await sound_of(note)

    async def working(self, conversation: Conversation, *, speaking: bool = False) -> None:  # noqa: ARG002
        """Let the hint say so for a while, or until the next message."""
        self._working_until = monotonic() + _WORKING_S
        self.hint_changed()
        asyncio.get_running_loop().call_later(_WORKING_S, self.hint_changed)

    @property
    def hint(self) -> str:
        """What can be done now, in a line to stand below a prompt."""
        if monotonic() < self._working_until:
            return wording.THINKING
        if self.offer and self.default and self.must_choose:
            return _enter(self.offer, self.default)
        return wording.ANSWERING if self.asks else wording.BETWEEN

    def chosen(self, typed: str) -> Choice | None:
        """The choice that a typed line stands for: its number, its label, or the id of the job that it is about.

        A number belongs to the newest message that listed any; what must be decided first can still be named.
        """
        numbered = _numbered(self._listed) if self._listed else {}
        named = (choice for choice, names in self._named() if typed.casefold() in names)
        return numbered.get(typed) or next(named, None)

    def begun(self, typed: str) -> Choice | None:
        """The only choice with a name that begins with a typed line of three letters or more."""
        found = [choice for choice, names in self._named() if any(name.startswith(typed.casefold()) for name in names)]
        return found[0] if len(found) == 1 and len(typed) >= _SHORTEST and not typed.isdecimal() else None

    def lacks(self, typed: str) -> bool:
        """Whether a line is a number that the newest list has not. On a card it may be a length not shown there."""
        listed = self._listed
        return listed is not None and not _is_card(listed) and typed.isdecimal() and typed not in _numbered(listed)

    def _named(self) -> Iterator[tuple[Choice, set[str]]]:
        """The choices that can be named, each with its names."""
        deciding = self.offer if self.must_choose and self.offer is not self._listed else None
        for offer in filter(None, (self._listed, deciding)):
            yield from ((choice, set(_names(offer, choice))) for choice in offer.choices)

    def offers(self, command: str | None) -> bool:
        """Whether a command is one of the choices that wait for a decision."""
        return self.offer is not None and any(choice.command == command for choice in self.offer.choices)

    @property
    def default(self) -> Choice | None:
        """The choice of somebody who simply goes on."""
        return self.offer.default if self.offer else None

    @property
    def must_choose(self) -> bool:
        """Whether nothing else can go on before a choice is made."""
        return self.offer is not None and self.offer.kind is OutboundKind.MENU and self.offer.default is not None

    @abstractmethod
    def _show(self, message: Outbound, spoken_into: str) -> None: ...


class JsonScreen(Screen):
    """One JSON object a line: the message's text, the file it was spoken into, and all that it consists of."""

    def _show(self, message: Outbound, spoken_into: str) -> None:
        fields = _ADAPTER.dump_json(message).decode()
        text = _TEXT.dump_json(message.text).decode()
        speech = f'"speech":{_TEXT.dump_json(spoken_into).decode()},' if spoken_into else ""
        sys.stdout.write(f'{{"text":{text},{speech}{fields[1:]}\n')


class RichScreen(Screen):
    """Messages for people. Where the output is no terminal, lines are left as long as they are."""

    def __init__(self, speeches: SpeechFiles | None = None) -> None:
        super().__init__(speeches)
        self._console = Console(markup=False, highlight=False, emoji=False)

    def _show(self, message: Outbound, spoken_into: str) -> None:
        with self._console.capture() as drawn:
            if message.blocks:
                self._print("")
            waiting = [] if _asks(message) else [*_marked(message)]
            for block in message.blocks:
                place = next((i for i, (_, choice) in enumerate(waiting) if _describes(block, choice)), None)
                if place is None:
                    self._draw(block, asks=message.kind in _ASKING)
                else:
                    self._list(waiting[:place])
                    choice = waiting[place][1]
                    self._hang(f"  {waiting[place][0] or _said(choice)}  ", _beside_number(block, choice), "")
                    waiting = waiting[place + 1 :]
            self._list(waiting)
            if _is_card(message):
                self._draw(Block(BlockStyle.SMALL, wording.TYPE_IT), asks=False)
            if spoken_into or message.excerpt:
                where = wording.spoken_into(spoken_into) if spoken_into else wording.NO_FOLDER
                self._draw(Block(BlockStyle.SMALL, where), asks=False)
        sys.stdout.write(drawn.get())
        if message.document:
            sys.stdout.write(f"\n{message.document.text.rstrip()}\n")

    def _list(self, choices: Sequence[tuple[str, Choice]]) -> None:
        """Choices behind their numbers: those of a row beside each other, each of the others in a line."""
        places = enumerate(choices)
        for _, row in groupby(places, lambda one: (one[1][1].row, one[1][1].row is None and one[0])):
            shown = " ".join(f"  {f'{number}  ' if number else ''}{choice.label}" for _, (number, choice) in row)
            self._print(Text(shown, style="bold"))

    def _draw(self, block: Block, *, asks: bool) -> None:
        """A block in its style: a lead and a hanging indent for quotes and items, a bar for a level."""
        style = "bold" if asks and block.style is BlockStyle.TEXT else _STYLES[block.style]
        if block.bar:
            self._print(Text.assemble((block.bar, "green"), f" {block.text}"))
        else:
            self._hang(_LEADS.get(block.style, ""), block.text, style)

    def _hang(self, lead: str, text: str, style: str) -> None:
        """A text behind its lead; on a terminal its further lines stand under the first."""
        if lead and self._console.is_terminal:
            row = Table.grid()
            row.add_row(Text(lead, style=style), Text(text, style=style))
            self._print(row)
        else:
            self._print(Text("\n".join(lead + line for line in text.split("\n")), style=style))

    def _print(self, drawn: RenderableType) -> None:
        self._console.print(drawn, soft_wrap=not self._console.is_terminal)


def _nobody_looks() -> None:
    """Nothing is shown below a prompt."""


def _asks(message: Outbound) -> bool:
    """Whether a message asks a question, or leads back to it: its choices are those of a question, and not listed."""
    asking = message.kind in {OutboundKind.QUESTION, OutboundKind.FOLLOW_UP}
    return asking or any(choice.command == Command.HINT for choice in message.choices)


def _closes(message: Outbound) -> bool:
    """Whether no answer is waited for any more: there is something to decide, or all was said about a question."""
    return message.default is not None or any(choice.command in _AFTERWARDS for choice in message.choices)


def _enter(offer: Outbound, default: Choice) -> str:
    """What an empty line does, and what else can be typed."""
    if default.command == Command.RESUME:
        return wording.enter_goes_on(default.label)
    return wording.enter_begins(default.label) if _is_card(offer) else wording.enter_takes(default.label)


def _describes(block: Block, choice: Choice) -> bool:
    """Whether an item tells about a choice: it begins with its label and the id of its job, or with its number."""
    job, number = choice.argument.partition(" ")[0], _said(choice)
    beginnings = ([f"{choice.label} ({job})"] if job else []) + ([f"{number} · "] if number else [])
    return block.style is BlockStyle.ITEM and block.text.startswith(tuple(beginnings))


def _beside_number(block: Block, choice: Choice) -> str:
    """What an item says, without the number that is shown before it."""
    return block.text.removeprefix(f"{_said(choice)} · ")


def _said(choice: Choice) -> str:
    """The number that a label says itself, "" for none."""
    said = _NUMBER_SAID.match(_plain(choice))
    return said[1] if said else ""


def _is_card(message: Outbound) -> bool:
    """Whether choices that say numbers are there to be decided, as the lengths on a card."""
    return message.default is not None and any(map(_said, message.choices))


def _marked(message: Outbound) -> Iterator[tuple[str, Choice]]:
    """The choices with the numbers before them. Where labels say numbers there are none: “5” never means another."""
    speaking = any(map(_said, message.choices))
    return (("" if speaking else str(place), choice) for place, choice in enumerate(message.choices, 1))


def _numbered(message: Outbound) -> dict[str, Choice]:
    """The choices that have a number, by that."""
    marked = ((mark or _said(choice), choice) for mark, choice in _marked(message))
    return {number: choice for number, choice in marked if number}


def _plain(choice: Choice) -> str:
    return choice.label.removeprefix(_CHOSEN)


def _names(offer: Outbound, choice: Choice) -> Iterator[str]:
    """By what a choice can be called: its label, the id of a job where that is shown beside it, and yes or no."""
    yield choice.label.casefold()
    yield _plain(choice).casefold()
    if choice.argument in _YES_OR_NO:
        yield choice.argument
    if any(_describes(block, choice) for block in offer.blocks):
        yield choice.argument.partition(" ")[0].casefold()
