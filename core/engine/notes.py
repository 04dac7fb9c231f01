"""Voice notes: each holds its place until it is known what was said in it, or nobody waits for that any more.

The place is the whole truth: a note is awaited exactly as long as it stands in the last turn as a `VOICE_NOTE`. While
feedback is looked at, or a reason is asked for, that turn is over; what opens another attempt takes it along.
"""

from __future__ import annotations

from dataclasses import replace

from core import policy, text
from core.effects import Send, TranscribeNote
from core.engine.afterwards import object_to
from core.engine.answers import changed, note_of, notes, put, retracted, settling, without
from core.engine.commands import command_given
from core.engine.messages import wish
from core.engine.steps import AT_WORK, Step, UnexpectedEvent, open_turn, with_turn
from core.events import Command, CommandGiven, MessageReceived, NoteReceived, NoteRefused, NoteTranscribed
from core.model import Interview, Phase, Turn, Utterance
from core.model import UtteranceKind as Kind
from core.speech import Spoken
from core.wording import pages, voice

_TAKES_NOTES = AT_WORK | {Phase.REVIEWING, Phase.OBJECTING}
_GRAVE = frozenset({Command.SKIP, Command.STOP, Command.DROP, Command.NEXT, Command.DONE})
"""What is done only when it was clearly heard: it cannot be taken back."""


def note_received(interview: Interview, event: NoteReceived) -> Step:
    """A note is listened to, and keeps its place among the other messages. Of a reason one is heard at a time."""
    if interview.phase not in _TAKES_NOTES:
        raise UnexpectedEvent(event, interview.phase)
    turn = interview.turns[-1]
    waiting = next((note_of(said) for _, said in notes(turn, Kind.VOICE_NOTE)), "")
    if interview.phase is Phase.OBJECTING and waiting:
        return interview, (Send(voice.one_reason(waiting)),)
    said = Utterance(Kind.VOICE_NOTE, "", event.at, event.message_id)
    listen = TranscribeNote(event.message_id, event.note)
    return changed(interview, (*turn.utterances, said)), (listen,)


def note_transcribed(interview: Interview, event: NoteTranscribed) -> Step:
    """What was heard counts as it would had it been typed, unless it is not clear."""
    if not is_awaited(interview, event.message_id):
        raise UnexpectedEvent(event, interview.phase, stale=True)
    said = text.clean(event.transcription.text)
    if not text.has_words(said):
        return _leave_out(interview, event, Send(voice.nothing_heard()))
    clear = policy.is_clearly_heard(event.transcription)
    command = wish(said, _said_in(interview))
    if command is not None and (clear or command not in _GRAVE):
        return _grant(interview, event, command, said)
    if command is not None and _said_in(interview) is Phase.REVIEWING:
        return _ask_wish(interview, event, command, said)
    if interview.phase is Phase.OBJECTING:
        return _reason(interview, event, said, clear=clear)
    return _keep(interview, event, said, clear=clear)


def note_refused(interview: Interview, event: NoteRefused) -> Step:
    """A note cannot be used, and the candidate is told why; the rest of the answer counts."""
    if not is_awaited(interview, event.message_id):
        raise UnexpectedEvent(event, interview.phase, stale=True)
    return _leave_out(interview, event, Send(voice.refused(event.problem, event.longest_s)))


def is_awaited(interview: Interview, message_id: str) -> bool:
    """Whether what is heard in a note would still count: it has its place."""
    waiting = (said for said in interview.turns[-1].utterances if said.kind is Kind.VOICE_NOTE)
    return interview.is_open and any(said.message_id == message_id for said in waiting)


def _said_in(interview: Interview) -> Phase:
    """The phase in which words mean what they were said to mean, also where the candidate has paused since."""
    is_looked_at = interview.phase is Phase.PAUSED and interview.turns[-1].outcome is not None
    return Phase.REVIEWING if is_looked_at else interview.phase


def _place(turn: Turn, message_id: str) -> int:
    """The place that a note holds in its turn."""
    held = (place for place, said in enumerate(turn.utterances) if said.kind is Kind.VOICE_NOTE)
    return next(place for place in held if turn.utterances[place].message_id == message_id)


def _leave_out(interview: Interview, event: NoteTranscribed | NoteRefused, *words: Send) -> Step:
    """The note is no part of the answer, the rest of which goes on."""
    interview = without(interview, _place(interview.turns[-1], event.message_id))
    return interview, (*words, *settling(interview))


def _grant(interview: Interview, event: NoteTranscribed, command: Command, said: str) -> Step:
    """Do what was asked for by voice, but nothing for who has paused since; the rest of the answer goes on."""
    interview, rest = _leave_out(interview, event)
    if interview.phase is Phase.PAUSED:
        return interview, (Send(voice.heard_in_pause(said, event.message_id)),)
    shown = Send(voice.heard_only(said, event.message_id))
    try:
        after, effects = command_given(interview, CommandGiven(command, event.at))
    except UnexpectedEvent as unfit:
        return interview, (shown, Send(pages.unfit(unfit.phase, command)), *rest)
    unchanged = after.phase is interview.phase and len(after.turns) == len(interview.turns)
    return after, (shown, *effects, *(rest if unchanged else ()))


def _ask_wish(interview: Interview, event: NoteTranscribed, command: Command, said: str) -> Step:
    """Ask whether that was said, where it would lead on from the feedback for good: no attempt is begun by it."""
    if interview.phase is Phase.PAUSED:
        return _leave_out(interview, event, Send(voice.heard_in_pause(said, event.message_id)))
    last = len(interview.turns) - 1
    return _leave_out(interview, event, Send(voice.doubtful_wish(said, event.message_id, command, last)))


def _reason(interview: Interview, event: NoteTranscribed, said: str, *, clear: bool) -> Step:
    """The reason to disagree, which can be given once and so is taken only when it was clearly heard."""
    if not clear:
        return _leave_out(interview, event, Send(voice.doubtful_reason(said, event.message_id)))
    interview, _ = _leave_out(interview, event)
    interview, effects = object_to(interview, MessageReceived(said, event.message_id, event.at))
    return interview, (Send(voice.heard_only(said, event.message_id)), *effects)


def _keep(interview: Interview, event: NoteTranscribed, words: str, *, clear: bool) -> Step:
    """What was heard takes the place of the note, or begins another attempt at what is looked at; it is shown."""
    begins = interview.turns[-1].outcome is not None
    if begins:
        again = open_turn(interview, interview.turns[-1].question, event.at)
        interview = replace(again, phase=Phase.PAUSED) if interview.phase is Phase.PAUSED else again
    place = _place(interview.turns[-1], event.message_id)
    note, heard = interview.turns[-1].utterances[place], event.transcription
    spoken = Spoken(event.message_id, heard.seconds, heard.words, heard.spans, event.kept)
    said = replace(note, kind=Kind.ANSWER, text=words, spoken=spoken)
    if not clear:
        said = replace(said, kind=Kind.DOUBTFUL, at=event.at)
    show = voice.heard if clear else voice.doubtful
    shown = Send(
        show(words, event.message_id, missing_s=heard.missing_s, another_try=interview.number if begins else 0)
    )
    return put(_said_anew(interview, place), place, said, shown)


def _said_anew(interview: Interview, place: int) -> Interview:
    """The interview with that taken back which was doubtful already when the note in a place was sent.

    A doubtful one has the time at which it was heard, a note that at which it was sent. What became doubtful only
    after a note was sent is another part of the answer.
    """
    turn = interview.turns[-1]
    before, sent_at = turn.utterances[:place], turn.utterances[place].at
    kept = (retracted(one) if one.kind is Kind.DOUBTFUL and one.at < sent_at else one for one in before)
    return with_turn(interview, replace(turn, utterances=(*kept, *turn.utterances[place:])))
