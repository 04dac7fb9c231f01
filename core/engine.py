"""Every transition of an interview, and nowhere else. Pure: `step(interview, event) -> (interview, effects)`.

`README.md` in this folder holds the same table in words; a test compares the two.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from core import assessment, policy, report, text, wishes
from core.effects import AssessAnswer, ConsiderAnswer, Effect, Send, SettleAnswer, StrengthenAnswer
from core.events import (
    AnswerAssessed,
    AnswerConsidered,
    AnswerSettled,
    AnswerStrengthened,
    Command,
    CommandGiven,
    Event,
    MessageEdited,
    MessageReceived,
)
from core.model import AnswerKind, Conversation, Interview, Mode, Outcome, Phase, StartRequest, Turn, Utterance
from core.model import UtteranceKind as Kind
from core.persona import persona
from core.policy import Move
from core.wording import interview as say
from core.wording import pages

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from core.messages import Outbound
    from core.model import Question

Step = tuple[Interview, tuple[Effect, ...]]


class UnexpectedEvent(Exception):  # noqa: N818 - the field's word; it is no failure
    """An event does not fit the interview, which is unchanged. `stale` when it belongs to a turn that has passed."""

    def __init__(self, event: Event, phase: Phase, *, stale: bool = False) -> None:
        super().__init__(f"{type(event).__name__} does not fit {phase}")
        self.event = event
        self.phase = phase
        self.stale = stale


def begin(
    request: StartRequest, candidate: int, conversation: Conversation, asked: Sequence[str], at: datetime
) -> Step:
    """A new interview with its first question. `asked` are question ids of this candidate's earlier interviews."""
    plan = policy.plan(request.role, request.seniority, request.questions, asked)
    interview = Interview(
        candidate, conversation, request.role, request.mode, request.seniority, plan, Phase.ASKING, at
    )
    started, effects = _ask_next(interview, at)
    return started, (Send(say.welcome(started)), *effects)


def step(interview: Interview, event: Event) -> Step:  # noqa: PLR0911 - one for each kind of event
    """The interview after an event, and what is to be done. Raises UnexpectedEvent when the event does not fit."""
    match event:
        case MessageReceived():
            return _message_received(interview, event)
        case MessageEdited():
            return _message_edited(interview, event)
        case CommandGiven():
            return _command_given(interview, event)
        case AnswerSettled():
            return _answer_settled(interview, event)
        case AnswerConsidered():
            return _answer_considered(interview, event)
        case AnswerAssessed():
            return _answer_assessed(interview, event)
        case AnswerStrengthened():
            return _answer_strengthened(interview, event)
        case never:
            assert_never(never)


# What the candidate says


def _message_received(interview: Interview, event: MessageReceived) -> Step:
    """A wish is done at once; anything else is part of the answer."""
    command = wishes.wish(event.text, reviewing=interview.phase is Phase.REVIEWING)
    if command is not None:
        return _command_given(interview, CommandGiven(command, event.at))
    if interview.phase not in {Phase.ASKING, Phase.CONSIDERING, Phase.REVIEWING}:
        raise UnexpectedEvent(event, interview.phase)
    if not text.has_words(event.text):
        return interview, (Send(say.no_words()),)
    if interview.phase is Phase.REVIEWING:
        interview = _open_turn(interview, interview.turns[-1].question, event.at)
    return _take(interview, event)


def _take(interview: Interview, event: MessageReceived) -> Step:
    """Add a message to the current answer."""
    said = Utterance(Kind.ANSWER, event.text, event.at, event.message_id)
    return _put(interview, len(interview.turns[-1].utterances), said)


def _message_edited(interview: Interview, event: MessageEdited) -> Step:
    """An edit counts until the answer has been taken."""
    turn = interview.turns[-1]
    editable = (said for said in turn.latest_answer if said.kind in {Kind.ANSWER, Kind.TOO_LONG})
    before = next((said for said in editable if said.message_id == event.message_id), None)
    if interview.phase not in _AT_WORK or before is None or not text.has_words(event.text):
        raise UnexpectedEvent(event, interview.phase)
    said = replace(before, kind=Kind.ANSWER, text=event.text)
    return _put(interview, turn.utterances.index(before), said, Send(say.edited()))


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
    interview = _with_turn(replace(interview, phase=Phase.ASKING), turn)
    return interview, (*word, _settle(interview)) if _unconsidered(turn) else word


# What the candidate asks for


def _command_given(interview: Interview, event: CommandGiven) -> Step:
    """Commands win over everything else; a button of an earlier turn changes nothing."""
    if event.turn is not None and event.turn != len(interview.turns) - 1:
        raise UnexpectedEvent(event, interview.phase, stale=True)
    phases, act = _COMMANDS[event.command]
    if interview.phase not in phases:
        raise UnexpectedEvent(event, interview.phase)
    return act(interview, event)


def _skip(interview: Interview, event: CommandGiven) -> Step:
    """Leave the question; what was answered so far counts."""
    return _close(interview, Outcome.ANSWERED if interview.turns[-1].answers else Outcome.SKIPPED, event.at)


def _hint(interview: Interview, event: CommandGiven) -> Step:
    said = Utterance(Kind.HINT, interview.turns[-1].question.hint, event.at)
    return _noted(interview, said), (Send(say.hint(interview)),)


def _repeat(interview: Interview, event: CommandGiven) -> Step:  # noqa: ARG001 - all commands have one signature
    return interview, _shown_again(interview)


def _clarify(interview: Interview, event: CommandGiven) -> Step:
    """Say the question in other words, as often as policy allows."""
    turn = interview.turns[-1]
    if turn.count(Kind.CLARIFICATION) >= policy.MAX_CLARIFICATIONS:
        return interview, (Send(say.clarified_enough()),)
    said = Utterance(Kind.CLARIFICATION, say.clarified(turn), event.at)
    return _noted(interview, said), (Send(say.clarification(said.text)),)


def _wait(interview: Interview, event: CommandGiven) -> Step:  # noqa: ARG001
    return interview, (Send(say.take_your_time()),)


def _pause(interview: Interview, event: CommandGiven) -> Step:  # noqa: ARG001
    paused = replace(interview, phase=Phase.PAUSED)
    return paused, (Send(say.paused(paused)),)


def _resume(interview: Interview, event: CommandGiven) -> Step:  # noqa: ARG001
    """Go on where the interview stood, which follows from its last turn."""
    turn = interview.turns[-1]
    if turn.outcome is not None:
        phase, effects = Phase.REVIEWING, _shown_again(replace(interview, phase=Phase.REVIEWING))
    elif _unconsidered(turn):
        phase, effects = Phase.CONSIDERING, (ConsiderAnswer(len(interview.turns) - 1, turn.revision),)
    else:
        phase, effects = Phase.ASKING, _shown_again(replace(interview, phase=Phase.ASKING))
    resumed = replace(interview, phase=phase)
    return resumed, (Send(say.resumed(resumed)), *effects)


def _status(interview: Interview, event: CommandGiven) -> Step:  # noqa: ARG001
    return interview, (Send(say.status(interview)),)


def _stop(interview: Interview, event: CommandGiven) -> Step:  # noqa: ARG001
    """End now; the report covers what was answered, and what is assessed of it where the questions are over."""
    if interview.phase is Phase.REPORTING:
        return _finish(interview)
    turn = interview.turns[-1]
    effects: tuple[Effect, ...] = ()
    if turn.outcome is None:
        interview = _with_turn(
            interview, replace(turn, outcome=Outcome.ANSWERED if turn.answers else Outcome.UNFINISHED)
        )
        effects = _assess(interview)
    if not any(one.outcome in {Outcome.ANSWERED, Outcome.NOT_ANSWERED} for one in interview.turns):
        return replace(interview, phase=Phase.DROPPED), (Send(say.nothing_to_report()),)
    return _end(interview, effects)


def _drop(interview: Interview, event: CommandGiven) -> Step:  # noqa: ARG001
    return replace(interview, phase=Phase.DROPPED), (Send(say.dropped(interview)),)


def _retry(interview: Interview, event: CommandGiven) -> Step:
    """The same question once more, as a turn of its own."""
    again = _open_turn(interview, interview.turns[-1].question, event.at)
    return again, (Send(say.question(again, persona(again))),)


def _next(interview: Interview, event: CommandGiven) -> Step:
    return _ask_next(interview, event.at)


def _done(interview: Interview, event: CommandGiven) -> Step:
    """The candidate says that the answer is complete, so there is no need to wait."""
    if not _unconsidered(interview.turns[-1]):
        raise UnexpectedEvent(event, interview.phase)
    return _consider(interview)


_HERE = frozenset({Phase.ASKING})
_AT_WORK = frozenset({Phase.ASKING, Phase.CONSIDERING})
_TALKING = frozenset({Phase.ASKING, Phase.CONSIDERING, Phase.REVIEWING})
_STANDING = frozenset({Phase.ASKING, Phase.CONSIDERING, Phase.REVIEWING, Phase.PAUSED})

_COMMANDS: dict[Command, tuple[frozenset[Phase], Callable[[Interview, CommandGiven], Step]]] = {
    Command.SKIP: (_AT_WORK, _skip),
    Command.HINT: (_HERE, _hint),
    Command.REPEAT: (_TALKING, _repeat),
    Command.CLARIFY: (_HERE, _clarify),
    Command.WAIT: (_HERE, _wait),
    Command.PAUSE: (_TALKING, _pause),
    Command.RESUME: (frozenset({Phase.ASKING, Phase.REVIEWING, Phase.PAUSED}), _resume),
    Command.STATUS: (_STANDING | {Phase.REPORTING}, _status),
    Command.STOP: (_STANDING | {Phase.REPORTING}, _stop),
    Command.DROP: (_STANDING | {Phase.REPORTING}, _drop),
    Command.RETRY: (frozenset({Phase.REVIEWING}), _retry),
    Command.NEXT: (frozenset({Phase.REVIEWING}), _next),
    Command.DONE: (_HERE, _done),
}


# What comes back from effects


def _answer_settled(interview: Interview, event: AnswerSettled) -> Step:
    """The quiet gap is over: the answer is complete."""
    turn = _current_turn(interview, event)
    if interview.phase is not Phase.ASKING or event.revision != turn.revision or not _unconsidered(turn):
        raise UnexpectedEvent(event, interview.phase, stale=True)
    return _consider(interview)


def _answer_considered(interview: Interview, event: AnswerConsidered) -> Step:
    """The interviewer proposes, policy decides."""
    turn = _current_turn(interview, event)
    if interview.phase is not Phase.CONSIDERING or event.revision != turn.revision:
        raise UnexpectedEvent(event, interview.phase, stale=True)
    kind = event.consideration.kind
    if kind is not AnswerKind.ANSWER:
        interview = _reclassified(interview, _NO_ANSWER.get(kind, Kind.WISH))
    asking = replace(interview, phase=Phase.ASKING)
    if kind in _WISHES:
        return _command_given(asking, CommandGiven(_WISHES[kind], event.at))
    match policy.decide(interview, event.consideration):
        case Move.FOLLOW_UP:
            said = Utterance(Kind.FOLLOW_UP, event.consideration.follow_up, event.at, point=event.consideration.point)
            return _speak(asking, said, say.follow_up)
        case Move.REDIRECT:
            return _speak(asking, Utterance(Kind.REDIRECT, turn.question.text, event.at), say.redirect)
        case Move.ENCOURAGE:
            return _speak(asking, Utterance(Kind.ENCOURAGEMENT, turn.question.hint, event.at), say.encouragement)
        case Move.MOVE_ON:
            return _close(interview, policy.outcome(interview.turns[-1]), event.at)
        case never:
            assert_never(never)


_WISHES = {
    AnswerKind.CLARIFY: Command.CLARIFY,
    AnswerKind.REPEAT: Command.REPEAT,
    AnswerKind.HINT: Command.HINT,
    AnswerKind.SKIP: Command.SKIP,
    AnswerKind.STOP: Command.STOP,
}
_NO_ANSWER = {AnswerKind.NON_ANSWER: Kind.NON_ANSWER, AnswerKind.OFF_TOPIC: Kind.OFF_TOPIC}


def _answer_assessed(interview: Interview, event: AnswerAssessed) -> Step:
    """Keep the assessment whatever the phase; show it where the candidate waits for it, or will after a pause."""
    turn = _answered_turn(interview, event)
    if turn.assessment is not None:
        raise UnexpectedEvent(event, interview.phase, stale=True)
    turns = list(interview.turns)
    turns[event.turn] = replace(turn, assessment=event.assessment)
    interview = replace(interview, turns=tuple(turns))
    if interview.phase is Phase.REPORTING:
        return _report_when_ready(interview)
    if interview.phase not in {Phase.REVIEWING, Phase.PAUSED} or event.turn != len(turns) - 1:
        return interview, ()
    shown = (Send(say.feedback(interview)),) if interview.phase is Phase.REVIEWING else ()
    return interview, (*shown, StrengthenAnswer(event.turn))


def _answer_strengthened(interview: Interview, event: AnswerStrengthened) -> Step:
    """Show the stronger version while its question is still looked at; keep it in any case."""
    turns = list(interview.turns)
    turns[event.turn] = replace(_answered_turn(interview, event), stronger=event.text)
    shown = interview.phase is Phase.REVIEWING and event.turn == len(turns) - 1
    interview = replace(interview, turns=tuple(turns))
    return interview, (Send(say.stronger(interview)),) if shown else ()


# The small steps that the above are made of


def _with_turn(interview: Interview, turn: Turn) -> Interview:
    """The interview with its last turn replaced."""
    return replace(interview, turns=(*interview.turns[:-1], turn))


def _noted(interview: Interview, said: Utterance) -> Interview:
    """The interview with something more said in its current turn."""
    turn = interview.turns[-1]
    return _with_turn(interview, replace(turn, utterances=(*turn.utterances, said)))


def _speak(interview: Interview, said: Utterance, word: Callable[..., Outbound]) -> Step:
    """Say something that the candidate is to answer, in the way that suits them."""
    interview = _noted(interview, said)
    return interview, (Send(word(interview, persona(interview))),)


def _unconsidered(turn: Turn) -> bool:
    """Whether the candidate has answered since the interviewer last spoke."""
    return any(said.kind is Kind.ANSWER for said in turn.latest_answer)


def _current_turn(interview: Interview, event: AnswerSettled | AnswerConsidered) -> Turn:
    """The turn an event belongs to, which must be the last one and open."""
    turn = interview.turns[-1]
    if event.turn != len(interview.turns) - 1 or turn.outcome is not None:
        raise UnexpectedEvent(event, interview.phase, stale=True)
    return turn


def _answered_turn(interview: Interview, event: AnswerAssessed | AnswerStrengthened) -> Turn:
    """The turn an event belongs to, which must have been answered, in an interview that is not over."""
    turn = interview.turns[event.turn] if 0 <= event.turn < len(interview.turns) else None
    if turn is None or turn.outcome is not Outcome.ANSWERED or not interview.is_open:
        raise UnexpectedEvent(event, interview.phase, stale=True)
    return turn


def _settle(interview: Interview) -> SettleAnswer:
    return SettleAnswer(len(interview.turns) - 1, interview.turns[-1].revision)


def _consider(interview: Interview) -> Step:
    effect = ConsiderAnswer(len(interview.turns) - 1, interview.turns[-1].revision)
    return replace(interview, phase=Phase.CONSIDERING), (effect,)


def _reclassified(interview: Interview, kind: Kind) -> Interview:
    """The latest answer marked as what it turned out to be, so that it does not count as an answer."""
    turn = interview.turns[-1]
    latest = [said for said in turn.latest_answer if said.kind is Kind.ANSWER]
    marked = tuple(replace(said, kind=kind) if said in latest else said for said in turn.utterances)
    return _with_turn(interview, replace(turn, utterances=marked))


def _open_turn(interview: Interview, question: Question, at: datetime) -> Interview:
    """The interview with a new turn on a question, which is a further attempt when it was asked before."""
    attempt = 1 + sum(turn.question.id == question.id for turn in interview.turns)
    turn = Turn(question, attempt, utterances=(Utterance(Kind.QUESTION, question.text, at),))
    return replace(interview, phase=Phase.ASKING, turns=(*interview.turns, turn))


def _ask_next(interview: Interview, at: datetime) -> Step:
    """Ask the next question of the plan, or make the report."""
    question = policy.next_question(interview)
    if question is None:
        return _end(interview)
    interview = _open_turn(interview, question, at)
    return interview, (Send(say.question(interview, persona(interview))),)


def _close(interview: Interview, outcome: Outcome, at: datetime) -> Step:
    """Close the current turn, have it assessed, and go on: to the feedback in coach mode, else to the next question."""
    interview = _with_turn(interview, replace(interview.turns[-1], outcome=outcome))
    effects = _assess(interview)
    if outcome is Outcome.NOT_ANSWERED:
        interview = _with_turn(interview, _at_the_lowest(interview.turns[-1]))
    if interview.mode is Mode.COACH and outcome is not Outcome.SKIPPED:
        interview = replace(interview, phase=Phase.REVIEWING)
        shown = (Send(say.feedback(interview)),) if outcome is Outcome.NOT_ANSWERED else ()
        return interview, (*effects, *shown)
    interview, more = _ask_next(interview, at)
    return interview, (*effects, *more)


def _at_the_lowest(turn: Turn) -> Turn:
    """The turn of somebody who had no answer, or only one to something else: decided here, no interviewer is asked."""
    reason = "off_topic" if turn.count(Kind.OFF_TOPIC) else "non_answer"
    missed = tuple(point.id for point in turn.question.points)
    return replace(turn, assessment=assessment.lowest(reason, missed))


def _assess(interview: Interview) -> tuple[Effect, ...]:
    """The assessment of the last turn, where there is an answer to assess."""
    return (AssessAnswer(len(interview.turns) - 1),) if interview.turns[-1].outcome is Outcome.ANSWERED else ()


def _end(interview: Interview, effects: tuple[Effect, ...] = ()) -> Step:
    """The questions are over: the report follows, at once or with a word that it will."""
    interview, more = _report_when_ready(replace(interview, phase=Phase.REPORTING))
    return interview, (*effects, *(more or (Send(say.report_to_come()),)))


def _report_when_ready(interview: Interview) -> Step:
    """Finish with the report once every answer is assessed."""
    if any(turn.outcome is Outcome.ANSWERED and turn.assessment is None for turn in interview.turns):
        return interview, ()
    return _finish(interview)


def _finish(interview: Interview) -> Step:
    """The report of what is assessed, and the end."""
    made = report.build(interview)
    return replace(interview, phase=Phase.FINISHED, report=made), (Send(pages.report(made)),)


def _shown_again(interview: Interview) -> tuple[Effect, ...]:
    """What the candidate has before them, once more."""
    turn = interview.turns[-1]
    if interview.phase is not Phase.REVIEWING:
        return (Send(say.current(interview)),)
    feedback = Send(say.feedback(interview) if turn.assessment else say.feedback_to_come())
    return (feedback, Send(say.stronger(interview))) if turn.stronger else (feedback,)
