"""Shows messages: drawn for people, or one JSON line each for programs."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod

from pydantic import TypeAdapter
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from core.messages import Block, BlockStyle, Choice, Outbound, OutboundKind
from core.model import Conversation
from core.ports import DeliveryError

_ADAPTER = TypeAdapter(Outbound)
_ASKING = frozenset({OutboundKind.QUESTION, OutboundKind.FOLLOW_UP, OutboundKind.REPORT})
_OFFERING = frozenset({OutboundKind.MENU, OutboundKind.FEEDBACK, OutboundKind.STRONGER, OutboundKind.REPORT})
_BAR_LENGTH = 5
_STYLES = {
    BlockStyle.HEADING: "bold",
    BlockStyle.TEXT: "",
    BlockStyle.QUOTE: "italic cyan",
    BlockStyle.ITEM: "",
    BlockStyle.SCORE: "",
    BlockStyle.SMALL: "dim",
}
_LEADS = {BlockStyle.QUOTE: "  | ", BlockStyle.ITEM: "  - "}


class Screen(ABC):
    """What both screens know: the choices that wait for a decision, and whether anybody still reads."""

    def __init__(self) -> None:
        self.offer: Outbound | None = None
        self.closed = False

    async def send(self, conversation: Conversation, message: Outbound, key: str) -> None:  # noqa: ARG002 - the port's
        """Show a message. Raises DeliveryError when the output was closed."""
        try:
            self._show(message)
            sys.stdout.flush()
        except (OSError, SystemExit) as error:  # Rich would end the process when nobody reads any more
            self.closed = True
            raise DeliveryError("The output was closed.") from error
        if message.default or (message.kind in _OFFERING and message.choices):
            self.offer = message
        elif message.kind in _ASKING | _OFFERING:
            self.offer = None

    async def working(self, conversation: Conversation) -> None:  # noqa: B027 - a terminal shows that nothing came yet
        pass

    def chosen(self, typed: str) -> Choice | None:
        """The choice of a menu that a typed number stands for, or the name or id that it is shown with."""
        for number, choice in enumerate(self.offer.choices if self.offer else (), 1):
            names = {str(number), choice.label.casefold()}
            if choice.command == "interview":  # a job is shown with its id; other arguments are not for people
                names.add(choice.argument.partition(" ")[0])
            if typed and typed.casefold() in names:
                return choice
        return None

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
    def _show(self, message: Outbound) -> None: ...


class JsonScreen(Screen):
    """One JSON object a line: the message's kind, text, blocks, choices, default and report."""

    def _show(self, message: Outbound) -> None:
        fields = _ADAPTER.dump_json(message).decode()
        text = TypeAdapter(str).dump_json(message.text).decode()
        sys.stdout.write(f'{{"text":{text},{fields[1:]}\n')


class RichScreen(Screen):
    """Messages for people. Where the output is no terminal, lines are left as long as they are."""

    def __init__(self) -> None:
        super().__init__()
        self._console = Console(markup=False, highlight=False, emoji=False)

    def _show(self, message: Outbound) -> None:
        with self._console.capture() as drawn:
            self._print("")
            choices = message.choices if message.kind in _OFFERING else ()
            items = sum(block.style is BlockStyle.ITEM for block in message.blocks)
            named = message.kind is OutboundKind.MENU and items == len(choices)  # each choice has its own item
            numbers = iter(range(1, items + 1)) if named else None
            for block in message.blocks:
                if numbers and block.style is BlockStyle.ITEM:
                    self._hang(f"  {next(numbers)}  ", block.text, "")
                else:
                    self._draw(block, asks=message.kind in _ASKING)
            for number, choice in enumerate(() if numbers else choices, 1):
                self._print(Text(f"  {number}  {choice.label}", style="bold"))
        sys.stdout.write(drawn.get())

    def _draw(self, block: Block, *, asks: bool) -> None:
        """A block in its style: a lead and a hanging indent for quotes and items, a bar for a level."""
        style = "bold" if asks and block.style is BlockStyle.TEXT else _STYLES[block.style]
        if block.level is not None:
            full = int(block.level + 0.5)
            self._print(Text.assemble(("■" * full + "□" * (_BAR_LENGTH - full), "green"), f" {block.text}"))
        else:
            self._hang(_LEADS.get(block.style, ""), block.text, style)

    def _hang(self, lead: str, text: str, style: str) -> None:
        """A text behind its lead; on a terminal its further lines stand under the first."""
        if lead and self._console.is_terminal:
            row = Table.grid()
            row.add_row(Text(lead, style=style), Text(text, style=style))
            self._print(row)
        else:
            self._print(Text(lead + text, style=style))

    def _print(self, drawn: RenderableType) -> None:
        self._console.print(drawn, soft_wrap=not self._console.is_terminal)
