"""What a message means: the event it is, what it changes, and what is said where it does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from core import engine, text
from core.effects import TranscribeNote
from core.events import Command, CommandGiven, Event, MessageEdited, MessageReceived, NoteReceived
from core.messages import CommandSent, Inbound, Outbound, TextEdited, TextSent, VoiceSent
from core.model import Interview, Outcome, Phase, Turn
from core.ports import Change
from core.wording import pages, voice

if TYPE_CHECKING:
    from datetime import datetime

    from core.desk.answer import Answer
    from core.effects import Effect, Send
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


def is_no_edit(inbound: Inbound, before: Interview | None, answer: Answer) -> bool:
    """Whether what came as an edit is none: it has the words that are there, or may be none at all and does not fit."""
    if not isinstance(inbound, TextEdited):
        return False
    stands = inbound.message_id, text.clean(inbound.text)
    said = (one for turn in (before.turns if before else ()) for one in turn.utterances)
    if any((one.message_id, one.text) == stands for one in said):
        return True
    return inbound.uncertain and (before is None or answer.interview == before)


def is_about(interview: Interview, inbound: Inbound) -> bool:
    """Whether a message can be about an interview: about one that is over only some commands are."""
    if interview.phase is Phase.FINISHED:
        return isinstance(inbound, CommandSent) and inbound.command in engine.AFTERWARDS
    return interview.is_open


def note_of(effect: Effect) -> list[str]:
    """The voice note that an effect is about, where there is one."""
    return [effect.message_id] if isinstance(effect, TranscribeNote) else []


def unfit(interview: Interview, unexpected: UnexpectedEvent) -> Outbound:
    """What the candidate is told whose message did not fit."""
    event = unexpected.event
    if turn := _taken(interview, event):
        return _too_late(interview, turn)
    if isinstance(event, MessageEdited):
        paused = interview.phase is Phase.PAUSED
        return pages.unfit(interview.phase, None) if paused else pages.too_late_to_edit()
    if isinstance(event, MessageReceived) and unexpected.stale:
        return pages.too_late_to_edit() if event.replies_to else pages.written_elsewhere()
    command = event.command if isinstance(event, CommandGiven) else None
    return pages.unfit(unexpected.phase, command, stale=unexpected.stale)


def _too_late(interview: Interview, turn: Turn) -> Outbound:
    """What is said of a voice note of a turn that nothing can be changed of any more."""
    if turn.outcome in {Outcome.SKIPPED, Outcome.UNFINISHED}:
        return voice.not_used()
    number = interview.plan.index(turn.question) + 1
    reviewing = interview.phase is Phase.REVIEWING and number == interview.number
    return voice.taken(number, reviewing=reviewing, reported=interview.report is not None)


def _taken(interview: Interview, event: Event) -> Turn | None:
    """The turn whose answer has been taken with a voice note that is to be changed, None where there is none."""
    match event:
        case MessageReceived():
            note = event.replies_to
        case MessageEdited():
            note = event.message_id
        case CommandGiven(Command.USE | Command.RECORD_AGAIN):
            note = event.argument
        case _:
            note = ""
    turn = engine.taken_with(interview, note) if note and interview.phase is not Phase.PAUSED else None
    if turn is None or (turn.outcome is None and not isinstance(event, CommandGiven)):
        return None  # an open one can still be added to
    return turn
