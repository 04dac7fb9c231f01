"""Voice notes: they hold their place in the answer until it is known what was said in them.

While feedback is looked at, or a reason is asked for, they hold none: their words count when they are known, as words
count that are typed then.
"""

from __future__ import annotations

from dataclasses import replace

from core import policy, text
from core.effects import Send, TranscribeNote
from core.engine.afterwards import object_to
from core.engine.answers import note_of, put, settling, take, without
from core.engine.commands import command_given
from core.engine.messages import wish
from core.engine.steps import AT_WORK, Step, UnexpectedEvent, open_turn
from core.events import Command, CommandGiven, MessageReceived, NoteReceived, NoteRefused, NoteTranscribed
from core.model import Interview, Phase, Turn, Utterance
from core.model import UtteranceKind as Kind
from core.speech import Spoken
from core.wording import pages, voice

_NO_PLACE = frozenset({Phase.REVIEWING, Phase.OBJECTING})
"""Where a note waits outside the turns."""
_GRAVE = frozenset({Command.SKIP, Command.STOP})
"""What is done only when it was clearly heard: it cannot be taken back."""


def note_received(interview: Interview, event: NoteReceived) -> Step:
    """A note is listened to; in an answer it keeps its place among the other messages."""
    listen = TranscribeNote(len(interview.turns) - 1, event.message_id, event.note)
    if interview.phase in _NO_PLACE:
        return interview, (listen,)
    if interview.phase not in AT_WORK:
        raise UnexpectedEvent(event, interview.phase)
    interview, effects = take(interview, Utterance(Kind.VOICE_NOTE, "", event.at, event.message_id))
    return interview, (*effects, listen)


def note_transcribed(interview: Interview, event: NoteTranscribed) -> Step:
    """What was heard counts as it would had it been typed, unless it is not clear."""
    if not is_awaited(interview, event.turn, event.message_id):
        raise UnexpectedEvent(event, interview.phase, stale=True)
    said = text.clean(event.transcription.text)
    if not text.has_words(said):
        return _leave_out(interview, event, Send(voice.nothing_heard()))
    clear = event.transcription.confidence >= policy.CLEARLY_HEARD
    command = wish(said, _said_in(interview))
    if command is not None and (clear or command not in _GRAVE):
        return _grant(interview, event, command)
    if interview.phase is Phase.OBJECTING:
        return _reason(interview, event, said, clear=clear)
    return _keep(interview, event, said, clear=clear)


def note_refused(interview: Interview, event: NoteRefused) -> Step:
    """A note cannot be used, and the candidate is told why; the rest of the answer counts."""
    if not is_awaited(interview, event.turn, event.message_id):
        raise UnexpectedEvent(event, interview.phase, stale=True)
    return _leave_out(interview, event, Send(voice.refused(event.problem)))


def is_awaited(interview: Interview, index: int, message_id: str) -> bool:
    """Whether what is heard in a note would still count; `index` is that of the last turn when the note came."""
    if not 0 <= index < len(interview.turns):
        return False
    last, turn = interview.turns[-1], interview.turns[index]
    if any(message_id in {note_of(said), said.message_id} for said in turn.utterances):
        open_here = turn is last and last.outcome is None and interview.phase in AT_WORK | {Phase.PAUSED}
        return open_here and _place(last, message_id) is not None
    if interview.phase in _NO_PLACE or (interview.phase is Phase.PAUSED and last.outcome is not None):
        return turn is last
    return interview.phase in AT_WORK | {Phase.PAUSED} and _is_tried_again(interview, index)


def _said_in(interview: Interview) -> Phase:
    """The phase in which words mean what they were said to mean, also where the candidate has paused since."""
    is_looked_at = interview.phase is Phase.PAUSED and interview.turns[-1].outcome is not None
    return Phase.REVIEWING if is_looked_at else interview.phase


def _is_tried_again(interview: Interview, index: int) -> bool:
    """Whether a turn that was over is being tried again: what was said when it was looked at belongs to that."""
    again = interview.turns[index + 1 :]
    return len(again) == 1 and again[0].question.id == interview.turns[index].question.id


def _place(turn: Turn, message_id: str) -> int | None:
    """The place that a note holds in its turn, None where it holds none."""
    held = (place for place, said in enumerate(turn.utterances) if said.kind is Kind.VOICE_NOTE)
    return next((place for place in held if turn.utterances[place].message_id == message_id), None)


def _leave_out(interview: Interview, event: NoteTranscribed | NoteRefused, *words: Send) -> Step:
    """The note is no part of the answer, the rest of which goes on."""
    place = _place(interview.turns[-1], event.message_id)
    if place is None:
        return interview, words
    interview = without(interview, place)
    return interview, (*words, *settling(interview))


def _grant(interview: Interview, event: NoteTranscribed, command: Command) -> Step:
    """Do what was asked for by voice, but nothing for who has paused since; the rest of the answer goes on."""
    interview, rest = _leave_out(interview, event)
    if interview.phase is Phase.PAUSED:
        return interview, ()
    try:
        after, effects = command_given(interview, CommandGiven(command, event.at))
    except UnexpectedEvent as unfit:
        return interview, (Send(pages.unfit(unfit.phase, command)), *rest)
    unchanged = after.phase is interview.phase and len(after.turns) == len(interview.turns)
    return after, (*effects, *rest) if unchanged else effects


def _reason(interview: Interview, event: NoteTranscribed, said: str, *, clear: bool) -> Step:
    """The reason to disagree, which can be given once and so is taken only when it was clearly heard."""
    if not clear:
        return interview, (Send(voice.doubtful_reason(said, event.message_id)),)
    interview, effects = object_to(interview, MessageReceived(said, event.message_id, event.at))
    return interview, (Send(voice.heard_reason(said, event.message_id)), *effects)


def _keep(interview: Interview, event: NoteTranscribed, words: str, *, clear: bool) -> Step:
    """What was heard takes the place of the note, or is another attempt at what is looked at; the candidate sees it."""
    heard = event.transcription
    show = voice.heard if clear else voice.doubtful
    shown = Send(show(words, event.message_id, missing_s=heard.missing_s))
    spoken = Spoken(event.message_id, heard.seconds, heard.words, heard.spans, event.kept)
    kind = Kind.ANSWER if clear else Kind.DOUBTFUL
    place = _place(interview.turns[-1], event.message_id)
    if place is not None:
        said = replace(interview.turns[-1].utterances[place], kind=kind, text=words, spoken=spoken)
        return put(interview, place, said, shown)
    if interview.turns[-1].outcome is not None:
        again = open_turn(interview, interview.turns[-1].question, event.at)
        interview = replace(again, phase=Phase.PAUSED) if interview.phase is Phase.PAUSED else again
    said = Utterance(kind, words, event.at, event.message_id, spoken=spoken)
    return put(interview, len(interview.turns[-1].utterances), said, shown)
