"""What the candidate asks for, by command, button or plain wish."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from core import policy, wishes
from core.effects import ConsiderAnswer, Effect, Send
from core.engine import afterwards
from core.engine.answers import TAKEN_BACK, note_of, notes, put, retracted, settling, without
from core.engine.course import ask_next, assess, close, end, finish, rating_awaited
from core.engine.steps import (
    AT_WORK,
    GIVEN,
    Step,
    UnexpectedEvent,
    consider,
    is_clear,
    is_complete,
    noted,
    open_turn,
    unconsidered,
    with_turn,
    without_notes,
)
from core.events import Command, CommandGiven
from core.model import Interview, Outcome, Phase, Turn, Utterance
from core.model import UtteranceKind as Kind
from core.persona import persona
from core.wording import afterwards as after
from core.wording import interview as say
from core.wording import voice

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.messages import Choice, Outbound

_ADDRESSED = re.compile(r"#([0-9a-z]+) ?")
"""What a button's argument begins with: the interview it belongs to."""
_HEARD_IN_IT = re.compile(r"\d+ \d+")
"""A place in a voice note whose interview is not named yet; in the report of a past one it is."""


def command_given(interview: Interview, event: CommandGiven) -> Step:
    """Commands win over everything else; a button of an earlier turn or interview changes nothing."""
    address = _ADDRESSED.match(event.argument)
    if address:
        event = replace(event, argument=event.argument[address.end() :])
    elsewhere = address and address[1] != interview.address
    if elsewhere or (event.turn is not None and event.turn != len(interview.turns) - 1):
        raise UnexpectedEvent(event, interview.phase, stale=True)
    phases, act = _COMMANDS[event.command]
    if interview.phase not in phases:
        raise UnexpectedEvent(event, interview.phase)
    return act(interview, event)


def addressed(interview: Interview, message: Outbound) -> Outbound:
    """The message with its buttons naming their interview: in a newer one their turns and numbers mean others."""
    address = interview.address
    choices = tuple(_of(interview, address, choice) for choice in message.choices)
    default = _of(interview, address, message.default) if message.default else None
    return replace(message, choices=choices, default=default)


def _of(interview: Interview, address: str, choice: Choice) -> Choice:
    if choice.command == "transcript" and not choice.argument:
        return replace(choice, argument=str(interview.id))
    if choice.command == "hear" and _HEARD_IN_IT.fullmatch(choice.argument):
        return replace(choice, argument=f"{interview.id} {choice.argument}")
    if choice.command not in _COMMANDS:
        return choice
    return replace(choice, argument=f"#{address} {choice.argument}".strip())


def shown_again(interview: Interview) -> tuple[Effect, ...]:
    """What the candidate looks at or is to answer, once more."""
    turn = interview.turns[-1]
    if interview.phase is Phase.OBJECTING:
        return afterwards.ask_reason_again(interview)
    if interview.phase is Phase.REPORTING:
        return (Send(after.rating(interview) if rating_awaited(interview) else say.report_to_come()),)
    if interview.phase is not Phase.REVIEWING:
        return (Send(say.current(interview)),)
    if turn.assessment is None:
        return (Send(say.feedback_to_come()),)
    more = (Send(after.stronger(interview, len(interview.turns) - 1)),) if turn.stronger else ()
    return (Send(say.feedback(interview)), *more)


def _skip(interview: Interview, event: CommandGiven) -> Step:
    """Leave the question; what was answered so far counts."""
    interview, words = _without_unclear(interview)
    outcome = Outcome.ANSWERED if interview.turns[-1].answers else Outcome.SKIPPED
    interview, effects = close(interview, outcome, event.at)
    return interview, (*words, *effects)


def _without_unclear(interview: Interview) -> tuple[Interview, tuple[Send, ...]]:
    """The interview going on without the voice notes that are not clear, which the candidate is told."""
    turn = interview.turns[-1]
    is_unclear = turn.count(Kind.VOICE_NOTE) > 0 or (turn.outcome is None and not is_clear(turn))
    return without_notes(interview), (Send(voice.not_taken()),) if is_unclear else ()


def _hint(interview: Interview, event: CommandGiven) -> Step:
    said = Utterance(Kind.HINT, interview.turns[-1].question.hint, event.at)
    return noted(interview, said), (Send(say.hint(interview)),)


def _repeat(interview: Interview, event: CommandGiven) -> Step:  # noqa: ARG001 - all commands have one signature
    return interview, shown_again(interview)


def _clarify(interview: Interview, event: CommandGiven) -> Step:
    """Say the question in other words, as often as policy allows."""
    turn = interview.turns[-1]
    if turn.count(Kind.CLARIFICATION) >= policy.MAX_CLARIFICATIONS:
        return interview, (Send(say.clarified_enough()),)
    said = Utterance(Kind.CLARIFICATION, say.clarified(turn), event.at)
    return noted(interview, said), (Send(say.clarification(said.text)),)


def _wait(interview: Interview, event: CommandGiven) -> Step:  # noqa: ARG001
    return interview, (Send(say.take_your_time()),)


def _pause(interview: Interview, event: CommandGiven) -> Step:  # noqa: ARG001
    paused = replace(interview, phase=Phase.PAUSED)
    return paused, (Send(say.paused(paused)),)


def _resume(interview: Interview, event: CommandGiven) -> Step:  # noqa: ARG001
    """Go on where the interview stood, which follows from its last turn; what was heard can still be taken back."""
    if interview.phase in {Phase.OBJECTING, Phase.REPORTING}:
        return interview, shown_again(interview)
    turn = interview.turns[-1]
    if turn.outcome is not None:
        phase, effects = Phase.REVIEWING, shown_again(replace(interview, phase=Phase.REVIEWING))
    elif is_complete(turn) and interview.phase is Phase.PAUSED and any(said.spoken for said in turn.latest_answer):
        phase, effects = Phase.ASKING, settling(replace(interview, phase=Phase.ASKING))
    elif is_complete(turn):
        phase, effects = Phase.CONSIDERING, (ConsiderAnswer(len(interview.turns) - 1, turn.revision),)
    else:
        phase, effects = Phase.ASKING, (*shown_again(replace(interview, phase=Phase.ASKING)), *_to_confirm(turn))
    resumed = replace(interview, phase=phase)
    return resumed, (Send(say.resumed(resumed)), *effects)


def _to_confirm(turn: Turn) -> tuple[Send, ...]:
    """The voice notes of an answer that wait for being confirmed, once more."""
    return tuple(Send(voice.doubtful(said.text, note_of(said))) for _, said in notes(turn, Kind.DOUBTFUL))


def _status(interview: Interview, event: CommandGiven) -> Step:  # noqa: ARG001
    return interview, (Send(say.status(interview)),)


def _stop(interview: Interview, event: CommandGiven) -> Step:  # noqa: ARG001
    """End now; the report covers what was answered, and what is assessed of it where the questions are over."""
    if interview.phase is Phase.OBJECTING:
        return afterwards.withdraw(interview)
    interview, words = _without_unclear(interview)
    if interview.report is not None:
        interview, effects = afterwards.leave_attempt(interview, counts=True)
        return interview, (*words, *effects)
    return finish(interview) if interview.phase is Phase.REPORTING else _end_early(interview, words)


def _end_early(interview: Interview, words: tuple[Send, ...]) -> Step:
    """End before the last question, after some words about voice notes; with nothing answered there is no report."""
    turn = interview.turns[-1]
    effects: tuple[Effect, ...] = words
    if turn.outcome is None:
        outcome = Outcome.ANSWERED if turn.answers else Outcome.UNFINISHED
        interview = with_turn(interview, replace(turn, outcome=outcome))
        effects = (*words, *assess(interview))
    if not any(one.outcome in GIVEN for one in interview.turns):
        return replace(interview, phase=Phase.DROPPED), (Send(say.nothing_to_report(unheard=bool(words))),)
    interview, more = end(replace(interview, self_rating=0))
    return interview, (*effects, *more)


def _drop(interview: Interview, event: CommandGiven) -> Step:  # noqa: ARG001
    """End without a report; one that is there already is kept."""
    if interview.phase is Phase.OBJECTING:
        return afterwards.withdraw(interview)
    interview = without_notes(interview)
    if interview.report is not None:
        return afterwards.leave_attempt(interview, counts=False)
    return replace(interview, phase=Phase.DROPPED), (Send(say.dropped(interview)),)


def _retry(interview: Interview, event: CommandGiven) -> Step:
    """The same question once more, as a turn of its own; after the report any question."""
    if interview.phase is Phase.FINISHED:
        return afterwards.try_again(interview, event)
    if event.argument not in {"", str(interview.number)}:
        raise UnexpectedEvent(event, interview.phase)
    again = open_turn(interview, interview.turns[-1].question, event.at)
    return again, (Send(say.question(again, persona(again))),)


def _next(interview: Interview, event: CommandGiven) -> Step:
    interview, words = _without_unclear(interview)
    interview, effects = ask_next(interview, event.at)
    return interview, (*words, *effects)


def _done(interview: Interview, event: CommandGiven) -> Step:
    """The candidate says that the answer is complete, so there is no need to wait."""
    turn = interview.turns[-1]
    if not is_clear(turn):
        waiting = next((note_of(said) for _, said in notes(turn, Kind.VOICE_NOTE)), "")
        return interview, (Send(voice.still_listening(waiting) if waiting else voice.confirm_first()),)
    if not unconsidered(turn):
        raise UnexpectedEvent(event, interview.phase)
    return consider(interview)


def _use(interview: Interview, event: CommandGiven) -> Step:
    """What was heard in a voice note is right: the answer is complete, unless another note of it is unclear."""
    place = _noted(interview, event, Kind.DOUBTFUL, Kind.ANSWER)
    said = interview.turns[-1].utterances[place]
    if said not in interview.turns[-1].latest_answer:
        return interview, (Send(voice.used_before()),)
    words: tuple[Effect, ...] = ()
    if said.kind is Kind.DOUBTFUL:
        if command := wishes.wish(said.text):
            return command_given(without(interview, place), CommandGiven(command, event.at))
        interview, words = put(interview, place, replace(said, kind=Kind.ANSWER))
    turn = interview.turns[-1]
    if turn.utterances[place].kind is Kind.TOO_LONG:
        return interview, words
    if interview.phase is Phase.PAUSED:
        return interview, (Send(voice.used_in_pause()),)
    if interview.phase is Phase.CONSIDERING or not is_clear(turn):
        listening, doubtful = turn.count(Kind.VOICE_NOTE) > 0, turn.count(Kind.DOUBTFUL) > 0
        return interview, (Send(voice.used(listening=listening, doubtful=doubtful)),)
    return consider(interview)


def _record_again(interview: Interview, event: CommandGiven) -> Step:
    """What was heard in a voice note is taken back, and nothing settles until something else is said.

    What the interviewer has asked since stays asked. A note that is still listened to is left out, and the rest of the
    answer goes on.
    """
    place = _noted(interview, event, *TAKEN_BACK)
    said = interview.turns[-1].utterances[place]
    interview = without(interview, place)
    if said.kind is Kind.VOICE_NOTE:
        return interview, (Send(voice.left_out()), *settling(interview))
    return noted(interview, retracted(said)), (Send(voice.record_again()),)


def _noted(interview: Interview, event: CommandGiven, *kinds: Kind) -> int:
    """The place of a voice note of some kinds that a command is about, of the latest one where none is named.

    Raises UnexpectedEvent.
    """
    found = notes(interview.turns[-1], *kinds)
    places = [place for place, said in found if event.argument in {"", note_of(said)}]
    if not places:
        raise UnexpectedEvent(event, interview.phase, stale=True)
    return places[-1]


_HERE = frozenset({Phase.ASKING})
_OVER = frozenset({Phase.FINISHED})
_TALKING = AT_WORK | {Phase.REVIEWING}
_STANDING = _TALKING | {Phase.PAUSED}
_AT_THE_END = frozenset({Phase.OBJECTING, Phase.REPORTING})
_OPEN = _STANDING | _AT_THE_END

_COMMANDS: dict[str, tuple[frozenset[Phase], Callable[[Interview, CommandGiven], Step]]] = {
    Command.SKIP: (AT_WORK, _skip),
    Command.HINT: (_HERE, _hint),
    Command.REPEAT: (_TALKING | _AT_THE_END, _repeat),
    Command.CLARIFY: (_HERE, _clarify),
    Command.WAIT: (_HERE, _wait),
    Command.PAUSE: (_TALKING, _pause),
    Command.RESUME: (_AT_THE_END | {Phase.ASKING, Phase.REVIEWING, Phase.PAUSED}, _resume),
    Command.STATUS: (_STANDING | {Phase.REPORTING}, _status),
    Command.STOP: (_OPEN, _stop),
    Command.DROP: (_OPEN, _drop),
    Command.RETRY: (_OVER | {Phase.REVIEWING}, _retry),
    Command.NEXT: (frozenset({Phase.REVIEWING}), _next),
    Command.DONE: (_HERE, _done),
    Command.USE: (AT_WORK | {Phase.PAUSED}, _use),
    Command.RECORD_AGAIN: (_STANDING | {Phase.OBJECTING}, _record_again),
    Command.RATE: (frozenset({Phase.REPORTING}), afterwards.rate),
    Command.DISAGREE: (_OVER, afterwards.disagree),
    Command.STRONGER: (_OVER, afterwards.stronger),
}
AFTERWARDS = frozenset({Command.RATE, Command.RETRY, Command.DISAGREE, Command.STRONGER})
"""What a candidate can say to an interview that is over; all else is about no interview then."""
