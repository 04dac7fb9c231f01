"""What comes back from effects, and which effects nobody waits for any more."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from core import policy
from core.effects import (
    AssessAnswer,
    AwaitReport,
    ConsiderAnswer,
    Effect,
    Send,
    SettleAnswer,
    StrengthenAnswer,
    TranscribeNote,
)
from core.engine.commands import command_given
from core.engine.course import back, changed, close, finish, rating_awaited, report_is_ready
from core.engine.notes import is_awaited
from core.engine.steps import (
    AFTER_REPORT,
    Step,
    UnexpectedEvent,
    answered_turn,
    consider,
    current_turn,
    is_complete,
    speak,
    with_turn,
)
from core.events import (
    AnswerAssessed,
    AnswerConsidered,
    AnswerSettled,
    AnswerStrengthened,
    Command,
    CommandGiven,
    ReportDue,
)
from core.model import AnswerKind, Consideration, Interview, Phase, Utterance
from core.model import UtteranceKind as Kind
from core.policy import Move
from core.speech import VoiceNote
from core.wording import afterwards as after
from core.wording import interview as say

_WISHES = {
    AnswerKind.CLARIFY: Command.CLARIFY,
    AnswerKind.REPEAT: Command.REPEAT,
    AnswerKind.HINT: Command.HINT,
    AnswerKind.SKIP: Command.SKIP,
    AnswerKind.STOP: Command.STOP,
}
_RULES = "rules"
_NO_ANSWER = {AnswerKind.NON_ANSWER: Kind.NON_ANSWER, AnswerKind.OFF_TOPIC: Kind.OFF_TOPIC}


def answer_settled(interview: Interview, event: AnswerSettled) -> Step:
    """The quiet gap is over: the answer is complete."""
    turn = current_turn(interview, event)
    if interview.phase is not Phase.ASKING or event.revision != turn.revision or not is_complete(turn):
        raise UnexpectedEvent(event, interview.phase, stale=True)
    return consider(interview)


def answer_considered(interview: Interview, event: AnswerConsidered) -> Step:
    """The interviewer proposes, policy decides; where the rules begin to stand in for a model, that is said first."""
    turn = current_turn(interview, event)
    if interview.phase is not Phase.CONSIDERING or event.revision != turn.revision:
        raise UnexpectedEvent(event, interview.phase, stale=True)
    made = event.consideration
    word = (Send(say.stand_in()),) if made.stand_in and not _stood_in_before(interview) else ()
    if made.stand_in or made.made_by != _RULES or not turn.interviewer:
        interview = with_turn(interview, replace(turn, interviewer=made.made_by, stand_in=made.stand_in))
    interview, effects = _follow(interview, event)
    return interview, (*word, *effects)


def _follow(interview: Interview, event: AnswerConsidered) -> Step:
    """What follows from a consideration."""
    kind = event.consideration.kind
    if kind is not AnswerKind.ANSWER:
        interview = _reclassified(interview, _NO_ANSWER.get(kind, Kind.WISH))
    asking = replace(interview, phase=Phase.ASKING)
    question = interview.turns[-1].question
    if kind in _WISHES:
        return command_given(asking, CommandGiven(_WISHES[kind], event.at))
    match policy.decide(interview, event.consideration):
        case Move.FOLLOW_UP:
            return speak(asking, _follow_up(event.consideration, event), say.follow_up)
        case Move.REDIRECT:
            return speak(asking, Utterance(Kind.REDIRECT, question.text, event.at), say.redirect)
        case Move.ENCOURAGE:
            return speak(asking, Utterance(Kind.ENCOURAGEMENT, question.hint, event.at), say.encouragement)
        case Move.MOVE_ON:
            return close(interview, policy.outcome(interview.turns[-1]), event.at)
        case never:
            assert_never(never)


def _follow_up(made: Consideration, event: AnswerConsidered) -> Utterance:
    return Utterance(Kind.FOLLOW_UP, made.follow_up, event.at, point=made.point, made_by=made.worded_by)


def _stood_in_before(interview: Interview) -> bool:
    """Whether the rules stood in for a model when one was needed last: a plain “I don't know” needs none."""
    needed = (turn for turn in reversed(interview.turns) if turn.stand_in or turn.interviewer not in {"", _RULES})
    return next((turn.stand_in for turn in needed), False)


def _reclassified(interview: Interview, kind: Kind) -> Interview:
    """The latest answer marked as what it turned out to be, so that it does not count as an answer."""
    turn = interview.turns[-1]
    latest = [said for said in turn.latest_answer if said.kind is Kind.ANSWER]
    marked = tuple(replace(said, kind=kind) if said in latest else said for said in turn.utterances)
    return with_turn(interview, replace(turn, utterances=marked))


def answer_assessed(interview: Interview, event: AnswerAssessed) -> Step:
    """Keep the assessment whatever the phase; show what comes of it where the candidate waits for it."""
    turn = answered_turn(interview, event)
    if turn.assessment is not None:
        raise UnexpectedEvent(event, interview.phase, stale=True)
    interview = with_turn(interview, replace(turn, assessment=event.assessment), event.turn)
    last = event.turn == len(interview.turns) - 1
    if interview.phase in AFTER_REPORT:
        return back(interview, *changed(interview, event.turn), phase=interview.phase)
    if interview.phase is Phase.REPORTING and (last or interview.report is None):
        ready = report_is_ready(interview) and not rating_awaited(interview)
        return finish(interview) if ready else (interview, ())
    if interview.phase in {Phase.REVIEWING, Phase.PAUSED} and last:
        shown = (Send(say.feedback(interview)),) if interview.phase is Phase.REVIEWING else ()
        return interview, (*shown, StrengthenAnswer(event.turn))
    return interview, changed(interview, event.turn) if interview.report is not None else ()


def answer_strengthened(interview: Interview, event: AnswerStrengthened) -> Step:
    """Show the stronger version while its question is still looked at, and after the report; keep it in any case."""
    turn = answered_turn(interview, event)
    if turn.stronger is not None:
        raise UnexpectedEvent(event, interview.phase, stale=True)
    interview = with_turn(interview, replace(turn, stronger=event.stronger), event.turn)
    reviewed = interview.phase is Phase.REVIEWING and event.turn == len(interview.turns) - 1
    shown = reviewed or interview.report is not None
    return interview, (Send(after.stronger(interview, event.turn)),) if shown else ()


def report_due(interview: Interview, event: ReportDue) -> Step:
    """The report is made of what there is, after one more wait for the self-rating of somebody who was asked for it.

    A first report in which nothing would be assessed is nothing to read, so it is waited for once more, too.
    """
    if interview.phase is not Phase.REPORTING:
        raise UnexpectedEvent(event, interview.phase, stale=True)
    if event.last:
        return finish(interview)
    if rating_awaited(interview):
        return interview, (AwaitReport(last=True),)
    if interview.report is None and not any(turn.assessment for turn in interview.turns):
        return interview, (Send(say.report_takes_longer()), AwaitReport(last=True))
    return finish(interview)


def overtaken(interview: Interview, effect: Effect) -> bool:
    """Whether the result of an effect would change nothing any more, so that it need not be waited for."""
    match effect:
        case ConsiderAnswer():
            now = len(interview.turns) - 1, interview.turns[-1].revision
            return interview.phase is not Phase.CONSIDERING or (effect.turn, effect.revision) != now
        case TranscribeNote():
            return not is_awaited(interview, effect.message_id)
        case AssessAnswer():
            return interview.phase is Phase.DROPPED or interview.turns[effect.turn].assessment is not None
        case StrengthenAnswer():
            return interview.phase is Phase.DROPPED or interview.turns[effect.turn].stronger is not None
        case AwaitReport():
            return interview.phase is not Phase.REPORTING
        case Send() | SettleAnswer():
            return False
        case never:
            assert_never(never)


def let_go(before: Interview, after: Interview) -> int:
    """Of how many effects the results would have changed something `before`, and would not any more."""
    return len(_wanted(before) - _wanted(after))


def _wanted(interview: Interview) -> set[Effect]:
    """The effects whose results would change something, whether they are under way or not."""
    turns, last = range(len(interview.turns)), interview.turns[-1]
    notes = (said.message_id for said in last.utterances if said.kind is Kind.VOICE_NOTE)
    possible: tuple[Effect, ...] = (
        *map(AssessAnswer, turns),
        *map(StrengthenAnswer, turns),
        *(TranscribeNote(note, VoiceNote("")) for note in notes),
        ConsiderAnswer(turns[-1], last.revision),
        AwaitReport(),
    )
    return {effect for effect in possible if not overtaken(interview, effect)}
