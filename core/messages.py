"""What comes in from a candidate and what goes out to one, the same on every platform."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.model import Conversation, Report  # noqa: TC001 - needed at run time where values are read back from JSON


@dataclass(frozen=True, slots=True)
class TextSent:
    """A candidate sent text. `inbound_id` is the platform's own id, by which a repeated delivery is recognised."""

    conversation: Conversation
    inbound_id: str
    text: str


@dataclass(frozen=True, slots=True)
class TextEdited:
    """A candidate changed the text of an earlier message, whose `inbound_id` is `message_id`."""

    conversation: Conversation
    inbound_id: str
    message_id: str
    text: str


@dataclass(frozen=True, slots=True)
class CommandSent:
    """A candidate gave a command ("skip", without slash) or pressed a choice, which is the same.

    `turn` is the index of the turn a pressed choice belongs to, None for a typed command.
    """

    conversation: Conversation
    inbound_id: str
    command: str
    argument: str = ""
    turn: int | None = None


Inbound = TextSent | TextEdited | CommandSent


class OutboundKind(StrEnum):
    """What a message to the candidate is for."""

    QUESTION = "question"
    FOLLOW_UP = "follow_up"
    NOTICE = "notice"
    FEEDBACK = "feedback"
    STRONGER = "stronger"
    REPORT = "report"
    MENU = "menu"
    ROLES = "roles"
    HISTORY = "history"
    HELP = "help"
    STATUS = "status"


class BlockStyle(StrEnum):
    """How a piece of a message is shown; each platform has its own way of showing it."""

    HEADING = "heading"
    TEXT = "text"
    QUOTE = "quote"
    ITEM = "item"
    SCORE = "score"
    SMALL = "small"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a message: plain text, never markup.

    `level` (1.0 to 5.0) is drawn as a bar where style is `score`. `calm` is the text for a candidate who wants no
    numbers: None when it is the same, "" when the piece is left out.
    """

    style: BlockStyle
    text: str
    level: float | None = None
    calm: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: pressing it gives `command` with `argument` (and the turn it belongs to)."""

    label: str
    command: str
    argument: str = ""
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to a candidate.

    `default` is the choice that a candidate makes who simply goes on (piped input takes it); `report` holds the figures
    of a report message for platforms that draw it themselves.
    """

    kind: OutboundKind
    blocks: tuple[Block, ...]
    choices: tuple[Choice, ...] = ()
    default: Choice | None = None
    report: Report | None = None

    @property
    def text(self) -> str:
        """The blocks as plain text, a line each."""
        return "\n".join(block.text for block in self.blocks)
