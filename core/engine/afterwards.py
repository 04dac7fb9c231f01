"""What the candidate can still ask for when the questions are over: rate, try again, disagree, a stronger version."""

from __future__ import annotations

from dataclasses import replace

from core import policy, report, text
from core.effects import AssessAnswer, Effect, Send, StrengthenAnswer
from core.engine.course import assess, back, end, finish, rating_awaited, report_is_ready
from core.engine.steps import (
    GIVEN,
    Step,
    UnexpectedEvent,
    is_pending,
    noted,
    open_turn,
    with_turn,
    without_notes,
)
from core.events import Command, CommandGiven, MessageReceived
from core.model import Interview, Outcome, Phase, Turn, Utterance
from core.model import UtteranceKind as Kind
from core.persona import persona
from core.wording import afterwards as after
from core.wording import interview as say
from core.wording import voice

_RATINGS = {"": 0, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5}
_MOST_DIGITS = 4


def rate(interview: Interview, event: CommandGiven) -> Step:
    """The candidate's own rating, or that they do not want to give one; then the report, as soon as it can be made."""
    rating = _RATINGS.get(event.argument)
    if rating is None or not rating_awaited(interview):
        raise UnexpectedEvent(event, interview.phase)
    interview = replace(interview, self_rating=rating)
    return finish(interview) if report_is_ready(interview) else (interview, (Send(after.rated()),))


def try_again(interview: Interview, event: CommandGiven) -> Step:
    """Another attempt at a question after the report, the weakest where none is named."""
    index = _latest(interview, event.argument or _weakest(interview))
    if index is None:
        return interview, (Send(after.which_question(interview, Command.RETRY)),)
    if is_pending(interview.turns[index]):
        return interview, (Send(after.still_assessing(interview, index)),)
    again = open_turn(interview, interview.turns[index].question, event.at)
    return again, (Send(say.question(again, persona(again))),)


def disagree(interview: Interview, event: CommandGiven) -> Step:
    """Ask what was wrong about an assessment, once for each answer."""
    index = _latest(interview, event.argument or _only_one_to_dispute(interview))
    if index is not None and is_pending(interview.turns[index]):
        return interview, (Send(after.still_assessing(interview, index)),)
    if index is not None and interview.turns[index].disputed is not None:
        return interview, (Send(after.disputed_already()),)
    if index is None or not _can_be_disputed(interview.turns[index]):
        return interview, (Send(after.which_question(interview, Command.DISAGREE)),)
    asked = after.ask_reason(interview, index)
    objecting = noted(interview, Utterance(Kind.REASON_ASKED, asked.text, event.at), index)
    return replace(objecting, phase=Phase.OBJECTING), (Send(asked),)


def ask_reason_again(interview: Interview) -> tuple[Send, ...]:
    """The question for the reason once more."""
    return (Send(after.ask_reason(interview, _objected(interview))),)


def object_to(interview: Interview, event: MessageReceived) -> Step:
    """The reason is taken, and the answer is assessed once more with it; the assessment before is kept.

    Of a voice note that is still listened to nothing is taken then: there is one reason.
    """
    if not text.has_words(event.text):
        return interview, ask_reason_again(interview)
    if len(text.words(event.text)) > policy.MAX_REASON_WORDS or len(event.text) > policy.MAX_REASON_CHARACTERS:
        return interview, (Send(after.reason_too_long()),)
    index = _objected(interview)
    waits = interview.turns[-1].count(Kind.VOICE_NOTE) > 0
    left = (Send(voice.reason_was_written()),) if waits else ()
    said = Utterance(Kind.OBJECTION, event.text, event.at, event.message_id)
    interview = noted(without_notes(interview), said, index)
    turn = interview.turns[index]
    again = replace(turn, revision=turn.revision + 1, disputed=turn.assessment, assessment=None)
    return back(with_turn(interview, again, index), *left, Send(after.looking_again()), AssessAnswer(index))


def withdraw(interview: Interview) -> Step:
    """The candidate does not object after all, so the question for the reason is taken back."""
    index = _objected(interview)
    interview = without_notes(interview)
    turn = interview.turns[index]
    left = tuple(said for said in turn.utterances if said.kind is not Kind.REASON_ASKED)
    interview = with_turn(interview, replace(turn, utterances=left), index)
    return back(interview, Send(after.left_as_it_was()))


def stronger(interview: Interview, event: CommandGiven) -> Step:
    """A stronger version of an answer, of the weakest where none is named."""
    index = _latest(interview, event.argument or _weakest(interview))
    if index is None or interview.turns[index].outcome is not Outcome.ANSWERED:
        return interview, (Send(after.which_question(interview, Command.STRONGER)),)
    if interview.turns[index].stronger is not None:
        return interview, (Send(after.stronger(interview, index)),)
    return interview, (Send(after.strengthening()), StrengthenAnswer(index))


def leave_attempt(interview: Interview, *, counts: bool) -> Step:
    """End an attempt that was made after the report; with `counts` what was answered so far is still assessed."""
    turn = interview.turns[-1]
    effects: tuple[Effect, ...] = ()
    if turn.outcome is None:
        outcome = Outcome.ANSWERED if counts and turn.answers else Outcome.UNFINISHED
        interview = with_turn(interview, replace(turn, outcome=outcome))
        effects = assess(interview)
    if not is_pending(interview.turns[-1]):
        return end(interview)
    return back(interview, *effects, Send(after.retry_to_come()))


def _latest(interview: Interview, number: str) -> int | None:
    """The index of the latest attempt at the question of a number that was answered, or found to have no answer."""
    attempts = [
        index
        for index, turn in enumerate(interview.turns)
        if turn.outcome in GIVEN and str(interview.plan.index(turn.question) + 1) == number
    ]
    return attempts[-1] if attempts else None


def _weakest(interview: Interview) -> str:
    """The number of the weakest question, "" where none is assessed."""
    number = report.weakest(report.build(interview))
    return "" if number is None else str(number)


def _only_one_to_dispute(interview: Interview) -> str:
    """The number of the question whose assessment can be disputed, "" where there are several or none."""
    numbers = [str(number) for number in range(1, len(interview.plan) + 1)]
    latest = ((number, _latest(interview, number)) for number in numbers)
    possible = [number for number, index in latest if index is not None and _can_be_disputed(interview.turns[index])]
    return possible[0] if len(possible) == 1 else ""


def _can_be_disputed(turn: Turn) -> bool:
    return turn.outcome is Outcome.ANSWERED and turn.assessment is not None and turn.disputed is None


def _objected(interview: Interview) -> int:
    """The index of the turn whose assessment is being objected to: its last words ask for the reason."""
    return next(index for index, turn in enumerate(interview.turns) if _last_words(turn) is Kind.REASON_ASKED)


def _last_words(turn: Turn) -> Kind:
    """What was said last, beside voice notes in which nothing has been heard yet."""
    return next(said.kind for said in reversed(turn.utterances) if said.kind is not Kind.VOICE_NOTE)
