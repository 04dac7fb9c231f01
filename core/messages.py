"""What comes in from a candidate and what goes out to one, the same on every platform."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.model import Conversation, Report  # noqa: TC001 - needed at run time where values are read back from JSON
from core.speech import Excerpt, VoiceNote  # noqa: TC001


@dataclass(frozen=True, slots=True)
class TextSent:
    """A candidate sent text. `inbound_id` is the platform's own id, by which a repeated delivery is recognised.

    Where it was written into a form, `turn` is the index of the turn that the form belongs to and `address` that of its
    interview, as the argument of a choice begins with. `replies_to` is the inbound id of the voice note that it replies
    to, be it the note itself or what was heard in it; "" for none.
    """

    conversation: Conversation
    inbound_id: str
    text: str
    turn: int | None = None
    address: str = ""
    replies_to: str = ""


@dataclass(frozen=True, slots=True)
class VoiceSent:
    """A candidate sent a voice note, a video note or a sound file; words that came with it are another message."""

    conversation: Conversation
    inbound_id: str
    note: VoiceNote


@dataclass(frozen=True, slots=True)
class TextEdited:
    """A candidate changed the text of an earlier message, whose `inbound_id` is `message_id`.

    Where that is `uncertain` the text may be as it always was, and nothing is said of an edit that does not fit.
    """

    conversation: Conversation
    inbound_id: str
    message_id: str
    text: str
    uncertain: bool = False


@dataclass(frozen=True, slots=True)
class CommandSent:
    """A candidate gave a command ("skip", without slash) or pressed a choice, which is the same.

    `turn` is the index of the turn a pressed choice belongs to, None for a typed command; `pressed_in` is the id that
    the platform gave the message with that choice, "" for a typed command.
    """

    conversation: Conversation
    inbound_id: str
    command: str
    argument: str = ""
    turn: int | None = None
    pressed_in: str = ""

    @property
    def turns_page(self) -> bool:
        """Whether the answer takes the place of the message that it was pressed in, as when leafing through a book."""
        return bool(self.pressed_in) and turns_page(self.command, self.argument)


Inbound = TextSent | VoiceSent | TextEdited | CommandSent

_BAR_LENGTH = 5
_LEAFING = frozenset({"history", "settings"})
_DECIDING_NOTHING = frozenset(
    {
        "hear",
        "help",
        "hint",
        "history",
        "how",
        "repeat",
        "report",
        "roles",
        "settings",
        "status",
        "stronger",
        "transcript",
    }
)
_ABOUT_NOTE = frozenset({"use", "again"})
_AFTER_REPORT = frozenset({"retry", "disagree"})
"""What a report offers can be chosen one after the other."""


def turns_page(command: str, argument: str) -> bool:
    """Whether a choice leads from a page to its neighbour; history and settings without argument are opened anew."""
    return command == "setup" or (command in _LEAFING and bool(argument))


class OutboundKind(StrEnum):
    """What a message to the candidate is for."""

    QUESTION = "question"
    FOLLOW_UP = "follow_up"
    NOTICE = "notice"
    FEEDBACK = "feedback"
    HEARD = "heard"
    STRONGER = "stronger"
    REPORT = "report"
    MENU = "menu"
    ROLES = "roles"
    HISTORY = "history"
    HELP = "help"
    STATUS = "status"
    TRANSCRIPT = "transcript"


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

    @property
    def bar(self) -> str:
        """The level as a bar of five, "" without one."""
        if self.level is None:
            return ""
        full = min(max(int(self.level + 0.5), 0), _BAR_LENGTH)
        return "■" * full + "□" * (_BAR_LENGTH - full)


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: pressing it gives `command` with `argument` (and the turn it belongs to).

    Choices with the same `row` stand beside each other with no others, five at most; those without one where there is
    room. Rows follow each other as their choices do.
    """

    label: str
    command: str
    argument: str = ""
    turn: int | None = None
    row: int | None = None

    @property
    def note(self) -> str:
        """The id of the voice note that it is about, which stands behind the interview's address; "" for none."""
        return self.argument.rpartition(" ")[2] if self.command in _ABOUT_NOTE else ""

    def outlasts(self, pressed: Choice) -> bool:
        """Whether it can still be pressed when another one beside it was, although those do not stay.

        What is used can be recorded again.
        """
        return (pressed.command, self.command) == ("use", "again")

    @property
    def stays(self) -> bool:
        """Whether it and those beside it can be pressed again after it was."""
        after_report = self.command in _AFTER_REPORT and self.turn is None
        return after_report or self.command in _DECIDING_NOTHING or turns_page(self.command, self.argument)


@dataclass(frozen=True, slots=True)
class Document:
    """A text too long for a message; platforms that can give it as a file of that name, in UTF-8."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to a candidate.

    `default` is the choice that a candidate makes who simply goes on (piped input takes it); `report` holds the figures
    of a report message for platforms that draw it themselves. `replaces` is the platform's id of an earlier message
    whose place this one takes, where that is still possible; "" for none. `document` comes with the message.
    `spoken` is what is to be said aloud with it, "" for nothing; `excerpt` a piece of the candidate's own voice note
    that is to be played with it. Where there are no blocks the sound is all of it, and without its sound it is nothing.
    `answers` is the inbound id of the candidate's message that it is shown as a reply to, "" for none.
    """

    kind: OutboundKind
    blocks: tuple[Block, ...]
    choices: tuple[Choice, ...] = ()
    default: Choice | None = None
    report: Report | None = None
    replaces: str = ""
    document: Document | None = None
    spoken: str = ""
    excerpt: Excerpt | None = None
    answers: str = ""

    @property
    def text(self) -> str:
        """The blocks as plain text, a line each."""
        return "\n".join(block.text for block in self.blocks)
