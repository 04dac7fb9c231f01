"""What a message means: the event it is, what it changes, and what is said where it does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from core import engine, text
from core.events import Command, CommandGiven, Event, MessageEdited, MessageReceived, NoteReceived
from core.messages import CommandSent, Inbound, Outbound, TextEdited, TextSent, VoiceSent
from core.model import Interview, Phase
from core.ports import Change
from core.wording import pages

if TYPE_CHECKING:
    from datetime import datetime

    from core.desk.answer import Answer
    from core.effects import Send
    from core.engine import UnexpectedEvent

COMMANDS = frozenset(Command)
"""What is asked of an interview; all else is for the desk."""


def event(inbound: Inbound, at: datetime) -> Event:
    """The event that a message is to an interview."""
    match inbound:
        case TextSent():
            said = text.clean(inbound.text)
            return MessageReceived(said, inbound.inbound_id, at, inbound.turn, inbound.address, inbound.replies_to)
        case VoiceSent():
            return NoteReceived(inbound.note, inbound.inbound_id, at)
        case TextEdited():
            return MessageEdited(text.clean(inbound.text), inbound.message_id, at)
        case CommandSent():
            return CommandGiven(Command(inbound.command), at, inbound.turn, inbound.argument.strip())
        case never:
            assert_never(never)


def change(
    candidate: int, inbound: Inbound, before: Interview | None, answer: Answer, opening: tuple[Send, ...]
) -> Change:
    """What a message changes; `opening` is said before the answer to it."""
    return Change(
        candidate,
        inbound.conversation,
        before,
        answer.interview,
        (*opening, *answer.effects),
        inbound.inbound_id,
        preferences=answer.preferences,
        code=answer.code,
        joins=answer.joins,
        leaves=answer.leaves,
    )


def is_about(interview: Interview, inbound: Inbound) -> bool:
    """Whether a message can be about an interview: about one that is over only some commands are."""
    if interview.phase is Phase.FINISHED:
        return isinstance(inbound, CommandSent) and inbound.command in engine.AFTERWARDS
    return interview.is_open


def unfit(unexpected: UnexpectedEvent) -> Outbound:
    """What the candidate is told whose message did not fit."""
    event = unexpected.event
    if isinstance(event, MessageEdited):
        return pages.too_late_to_edit()
    if isinstance(event, MessageReceived) and unexpected.stale:
        return pages.too_late_to_edit() if event.replies_to else pages.written_elsewhere()
    command = event.command if isinstance(event, CommandGiven) else None
    return pages.unfit(unexpected.phase, command, stale=unexpected.stale)
