"""What the candidate says."""

from __future__ import annotations

from dataclasses import replace

from core import text, wishes
from core.effects import Send
from core.engine.afterwards import object_to
from core.engine.answers import correct, note_of, notes, take, taken_with
from core.engine.commands import command_given
from core.engine.steps import AT_WORK, Step, UnexpectedEvent, open_turn
from core.events import Command, CommandGiven, MessageEdited, MessageReceived
from core.model import OPEN_PHASES, Interview, Phase, Utterance
from core.model import UtteranceKind as Kind
from core.speech import Spoken
from core.wording import interview as say


def message_received(interview: Interview, event: MessageReceived) -> Step:
    """A wish is done at once; anything else is part of the answer, or the reason that was asked for."""
    if interview.phase not in OPEN_PHASES:
        raise UnexpectedEvent(event, interview.phase)
    if _is_written_elsewhere(interview, event):
        raise UnexpectedEvent(event, interview.phase, stale=True)
    command = wish(event.text, interview.phase)
    if command is not None:
        return command_given(interview, CommandGiven(command, event.at))
    if interview.phase is Phase.OBJECTING:
        return object_to(interview, event)
    if interview.phase not in AT_WORK | {Phase.REVIEWING}:
        raise UnexpectedEvent(event, interview.phase)
    if not text.has_words(event.text):
        return interview, (Send(say.no_words()),)
    if event.replies_to and taken_with(interview, event.replies_to):
        raise UnexpectedEvent(event, interview.phase, stale=True)
    if interview.phase is Phase.REVIEWING:
        interview = open_turn(interview, interview.turns[-1].question, event.at)
    if event.replies_to and (corrected := _corrected(interview, event)):
        return corrected
    return take(interview, Utterance(Kind.ANSWER, event.text, event.at, event.message_id))


def _corrected(interview: Interview, event: MessageReceived) -> Step | None:
    """What was written in reply to a voice note takes the place of its words, None where no such note is known.

    Only how it was spoken stays.
    """
    for place, said in notes(interview.turns[-1]):
        if note_of(said) == event.replies_to:
            spoken = said.spoken or Spoken(event.replies_to, 0.0, (), ())
            written = Utterance(Kind.ANSWER, event.text, event.at, event.message_id, spoken=spoken)
            return correct(interview, place, written)
    return None


def _is_written_elsewhere(interview: Interview, event: MessageReceived) -> bool:
    """Whether it was written into a form of an earlier question or interview."""
    elsewhere = event.address.removeprefix("#") not in {"", interview.address}
    return elsewhere or event.turn not in {None, len(interview.turns) - 1}


def wish(said: str, phase: Phase) -> Command | None:
    """What a message asks for. "I did not understand the question" is a wish during an answer, and a reason after."""
    command = wishes.wish(said, reviewing=phase is Phase.REVIEWING, objecting=phase is Phase.OBJECTING)
    return None if phase is Phase.OBJECTING and command is Command.CLARIFY else command


def message_edited(interview: Interview, event: MessageEdited) -> Step:
    """An edit counts until the answer has been taken; words put to a voice note correct what is heard in it.

    Those count, and can be edited, until the candidate has said something more.
    """
    turn = interview.turns[-1]
    unclear = notes(turn, Kind.VOICE_NOTE, Kind.DOUBTFUL)
    if any(note_of(said) == event.message_id for _, said in unclear):
        written = MessageReceived(event.text, event.message_id, event.at, replies_to=event.message_id)
        return message_received(interview, written)
    typed = (said for said in turn.latest_answer if said.kind in {Kind.ANSWER, Kind.TOO_LONG})
    editable = (*(said for _, said in notes(turn)), *typed)
    before = next((said for said in editable if said.message_id == event.message_id), None)
    if interview.phase not in AT_WORK or before is None or not text.has_words(event.text):
        raise UnexpectedEvent(event, interview.phase)
    said = replace(before, kind=Kind.ANSWER, text=event.text)
    return correct(interview, turn.utterances.index(before), said)
