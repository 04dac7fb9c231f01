"""Every transition of an interview, and nowhere else. Pure: `step(interview, event) -> (interview, effects)`.

`README.md` of core holds the same table in words; a test compares the two.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, assert_never

from core import policy
from core.effects import Send, reworded
from core.engine.answers import taken_with
from core.engine.commands import AFTERWARDS, addressed, command_given
from core.engine.course import ask_next
from core.engine.messages import message_edited, message_received
from core.engine.notes import note_received, note_refused, note_transcribed
from core.engine.results import (
    answer_assessed,
    answer_considered,
    answer_settled,
    answer_strengthened,
    let_go,
    overtaken,
    report_due,
)
from core.engine.steps import Step, UnexpectedEvent
from core.events import (
    AnswerAssessed,
    AnswerConsidered,
    AnswerSettled,
    AnswerStrengthened,
    CommandGiven,
    Event,
    MessageEdited,
    MessageReceived,
    NoteReceived,
    NoteRefused,
    NoteTranscribed,
    ReportDue,
)
from core.model import Conversation, Interview, Phase, StartRequest
from core.wording import interview as say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

__all__ = ["AFTERWARDS", "Step", "UnexpectedEvent", "addressed", "begin", "let_go", "overtaken", "step", "taken_with"]


def begin(  # noqa: PLR0913 - all that an interview begins with
    request: StartRequest,
    candidate: int,
    conversation: Conversation,
    asked: Sequence[str],
    at: datetime,
    *,
    usual_pace: float | None = None,
) -> Step:
    """A new interview with its first question.

    `asked` are question ids of this candidate's earlier interviews, and `usual_pace` is how fast they spoke in them.
    """
    plan = policy.plan(request.role, request.seniority, request.questions, asked)
    interview = Interview(
        candidate,
        conversation,
        request.role,
        request.mode,
        request.seniority,
        plan,
        Phase.ASKING,
        at,
        usual_pace=usual_pace,
    )
    started, effects = ask_next(interview, at)
    return started, reworded((Send(say.welcome(started)), *effects), partial(addressed, started))


def step(interview: Interview, event: Event) -> Step:
    """The interview after an event, and what is to be done. Raises UnexpectedEvent when the event does not fit."""
    after, effects = _step(interview, event)
    return after, reworded(effects, partial(addressed, after))


def _step(interview: Interview, event: Event) -> Step:  # noqa: C901, PLR0911 - one for each kind of event
    match event:
        case MessageReceived():
            return message_received(interview, event)
        case NoteReceived():
            return note_received(interview, event)
        case NoteTranscribed():
            return note_transcribed(interview, event)
        case NoteRefused():
            return note_refused(interview, event)
        case MessageEdited():
            return message_edited(interview, event)
        case CommandGiven():
            return command_given(interview, event)
        case AnswerSettled():
            return answer_settled(interview, event)
        case AnswerConsidered():
            return answer_considered(interview, event)
        case AnswerAssessed():
            return answer_assessed(interview, event)
        case AnswerStrengthened():
            return answer_strengthened(interview, event)
        case ReportDue():
            return report_due(interview, event)
        case never:
            assert_never(never)
