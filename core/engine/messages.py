"""What the candidate says."""

from __future__ import annotations

from dataclasses import replace

from core import policy, text, wishes
from core.effects import Send, SettleAnswer
from core.engine.afterwards import object_to
from core.engine.commands import command_given
from core.engine.steps import AT_WORK, Step, UnexpectedEvent, open_turn, unconsidered, with_turn
from core.events import Command, CommandGiven, MessageEdited, MessageReceived
from core.model import OPEN_PHASES, Interview, Phase, Utterance
from core.model import UtteranceKind as Kind
from core.wording import interview as say


def message_received(interview: Interview, event: MessageReceived) -> Step:
    """A wish is done at once; anything else is part of the answer, or the reason that was asked for."""
    if interview.phase not in OPEN_PHASES:
        raise UnexpectedEvent(event, interview.phase)
    if _is_written_elsewhere(interview, event):
        raise UnexpectedEvent(event, interview.phase, stale=True)
    command = _wish(event.text, interview.phase)
    if command is not None:
        return command_given(interview, CommandGiven(command, event.at))
    if interview.phase is Phase.OBJECTING:
        return object_to(interview, event)
    if interview.phase not in AT_WORK | {Phase.REVIEWING}:
        raise UnexpectedEvent(event, interview.phase)
    if not text.has_words(event.text):
        return interview, (Send(say.no_words()),)
    if interview.phase is Phase.REVIEWING:
        interview = open_turn(interview, interview.turns[-1].question, event.at)
    return _take(interview, event)


def _is_written_elsewhere(interview: Interview, event: MessageReceived) -> bool:
    """Whether it was written into a form of an earlier question or interview."""
    elsewhere = event.address.removeprefix("#") not in {"", interview.address}
    return elsewhere or event.turn not in {None, len(interview.turns) - 1}


def _wish(said: str, phase: Phase) -> Command | None:
    """What a message asks for. "I did not understand the question" is a wish during an answer, and a reason after."""
    command = wishes.wish(said, reviewing=phase is Phase.REVIEWING, objecting=phase is Phase.OBJECTING)
    return None if phase is Phase.OBJECTING and command is Command.CLARIFY else command


def message_edited(interview: Interview, event: MessageEdited) -> Step:
    """An edit counts until the answer has been taken."""
    turn = interview.turns[-1]
    editable = (said for said in turn.latest_answer if said.kind in {Kind.ANSWER, Kind.TOO_LONG})
    before = next((said for said in editable if said.message_id == event.message_id), None)
    if interview.phase not in AT_WORK or before is None or not text.has_words(event.text):
        raise UnexpectedEvent(event, interview.phase)
    said = replace(before, kind=Kind.ANSWER, text=event.text)
    return _put(interview, turn.utterances.index(before), said, Send(say.edited()))


def _take(interview: Interview, event: MessageReceived) -> Step:
    """Add a message to the current answer."""
    said = Utterance(Kind.ANSWER, event.text, event.at, event.message_id)
    return _put(interview, len(interview.turns[-1].utterances), said)


def _put(interview: Interview, place: int, said: Utterance, *word: Send) -> Step:
    """Put what was said in its place and wait on, or only keep it when the answer gets too long by it."""
    turn = interview.turns[-1]
    before, after = turn.utterances[:place], turn.utterances[place + 1 :]
    answer = replace(turn, utterances=(*before, said, *after)).answer_text
    length = len(text.words(answer))
    if length > policy.MAX_ANSWER_WORDS or len(answer) > policy.MAX_ANSWER_CHARACTERS:
        word = (Send(say.too_long(length, len(answer), cut=len(said.text) > policy.MAX_KEPT_CHARACTERS)),)
        said = replace(said, kind=Kind.TOO_LONG, text=said.text[: policy.MAX_KEPT_CHARACTERS])
    turn = replace(turn, utterances=(*before, said, *after), revision=turn.revision + 1)
    interview = with_turn(replace(interview, phase=Phase.ASKING), turn)
    if not unconsidered(turn):
        return interview, word
    return interview, (*word, SettleAnswer(len(interview.turns) - 1, turn.revision))
