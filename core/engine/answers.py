"""What the candidate says gets its place in the answer, which settles once nothing in it is unclear."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core import policy, text
from core.effects import Effect, Send, SettleAnswer
from core.engine.steps import Step, is_complete, with_turn
from core.model import ASKING_KINDS, Interview, Phase, Turn, Utterance
from core.model import UtteranceKind as Kind
from core.speech import Spoken
from core.wording import interview as say

if TYPE_CHECKING:
    from collections.abc import Iterator

TAKEN_BACK = frozenset({Kind.VOICE_NOTE, Kind.DOUBTFUL, Kind.ANSWER, Kind.NON_ANSWER, Kind.OFF_TOPIC, Kind.WISH})
"""What can be taken back of what was said in a voice note."""
_CHANGEABLE = TAKEN_BACK | {Kind.TOO_LONG}


def take(interview: Interview, said: Utterance) -> Step:
    """Add something to the current answer; what was heard doubtfully before is taken back, as it was said anew."""
    turn = interview.turns[-1]
    after, effects = put(interview, len(turn.utterances), said)
    if not turn.count(Kind.DOUBTFUL) or after.turns[-1].utterances[-1].kind is Kind.TOO_LONG:
        return after, effects
    kept = tuple(retracted(one) if one.kind is Kind.DOUBTFUL else one for one in turn.utterances)
    return put(with_turn(interview, replace(turn, utterances=kept)), len(kept), said)


def correct(interview: Interview, place: int, said: Utterance) -> Step:
    """Put other words in a place. That is something said: nothing is waited for that was taken back before."""
    turn = interview.turns[-1]
    later = turn.utterances[place + 1 :]
    taken_back = tuple(one for one in later if one.kind is Kind.RETRACTED)
    others = tuple(one for one in later if one.kind is not Kind.RETRACTED)
    moved = (*turn.utterances[:place], *taken_back, turn.utterances[place], *others)
    interview = with_turn(interview, replace(turn, utterances=moved))
    return put(interview, place + len(taken_back), said, Send(say.edited()))


def put(interview: Interview, place: int, said: Utterance, *words: Send) -> Step:
    """Put what was said in its place and wait on, or only keep it when the answer gets too long by it."""
    turn = interview.turns[-1]
    before, after = turn.utterances[:place], turn.utterances[place + 1 :]
    answer = replace(turn, utterances=(*before, said, *after)).answer_text
    length = len(text.words(answer))
    if length > policy.MAX_ANSWER_WORDS or len(answer) > policy.MAX_ANSWER_CHARACTERS:
        words = (Send(say.too_long(length, len(answer), cut=len(said.text) > policy.MAX_KEPT_CHARACTERS)),)
        said = replace(said, kind=Kind.TOO_LONG, text=said.text[: policy.MAX_KEPT_CHARACTERS])
    interview = changed(interview, (*before, said, *after))
    return interview, (*words, *settling(interview))


def changed(interview: Interview, utterances: tuple[Utterance, ...]) -> Interview:
    """The interview with what was said last changed, so that whatever waits for it as it was comes too late."""
    turn = interview.turns[-1]
    phase = Phase.ASKING if interview.phase is Phase.CONSIDERING else interview.phase
    turn = replace(turn, utterances=utterances, revision=turn.revision + 1)
    return with_turn(replace(interview, phase=phase), turn)


def without(interview: Interview, place: int) -> Interview:
    """The interview without something that turned out to be no part of the answer."""
    utterances = interview.turns[-1].utterances
    return changed(interview, (*utterances[:place], *utterances[place + 1 :]))


def settling(interview: Interview) -> tuple[Effect, ...]:
    """The quiet gap after the current answer, where there is one with nothing unclear in it."""
    turn = interview.turns[-1]
    if interview.phase is not Phase.ASKING or not is_complete(turn):
        return ()
    return (SettleAnswer(len(interview.turns) - 1, turn.revision),)


def retracted(said: Utterance) -> Utterance:
    """Something that the candidate has taken back: nothing is left of it but that it was there, and whose note it was.

    Its words are gone, and so is that its sound is kept.
    """
    return replace(said, kind=Kind.RETRACTED, text="", spoken=said.spoken and Spoken(said.spoken.note, 0.0, (), ()))


def note_of(said: Utterance) -> str:
    """The id of the voice note that something was said in, "" for what was written, which has words."""
    if said.spoken is not None:
        return said.spoken.note
    return "" if said.text else said.message_id


def notes(turn: Turn, *kinds: Kind) -> Iterator[tuple[int, Utterance]]:
    """The voice notes that can still be changed (of some `kinds` only), with their places.

    They are the `changeable` ones, and those that are still listened to, also where the turn is over.
    """
    latest = changeable(turn)
    for place, said in enumerate(turn.utterances):
        stands = said in latest or said.kind is Kind.VOICE_NOTE
        if stands and note_of(said) and said.kind in (kinds or _CHANGEABLE):
            yield place, said


def changeable(turn: Turn) -> tuple[Utterance, ...]:
    """The latest answer in which voice notes can be corrected or taken back, while the turn is open.

    What the interviewer has asked since does not end that; the candidate's next words do.
    """
    latest = turn.latest_answer
    if turn.outcome is not None:
        return ()
    if any(said.kind is not Kind.RETRACTED for said in latest):
        return latest
    asked = max(place for place, said in enumerate(turn.utterances) if said.kind in ASKING_KINDS)
    return (*replace(turn, utterances=turn.utterances[:asked]).latest_answer, *latest)


def taken_with(interview: Interview, message_id: str) -> Turn | None:
    """The turn with a voice note, or its correction, in an answer that nothing can be changed of any more."""
    latest = changeable(interview.turns[-1])
    for turn in interview.turns:
        heard = (said for said in turn.utterances if note_of(said) and said.kind is not Kind.VOICE_NOTE)
        if any(message_id in {note_of(said), said.message_id} and said not in latest for said in heard):
            return turn
    return None
