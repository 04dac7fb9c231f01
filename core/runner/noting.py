"""Lines for the log about how an interview goes on: ids, names and times, and never a word that was said."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from core.progress import progress

if TYPE_CHECKING:
    from datetime import datetime

    from core.model import Interview, Turn
    from core.ports import Change, Clock

_log = logging.getLogger(__name__)


def note(change: Change, after: Interview | None, clock: Clock) -> None:
    """Write down what a change that was saved did to its interview, now `after`; None where none is concerned."""
    if after is None or not _log.isEnabledFor(logging.INFO):
        return
    done, now = progress(change.before, after), clock.now()
    if done.begun:
        wanted = after.role.id, after.mode.value, after.seniority.value, len(after.plan)
        _log.info("Interview %d began: %s, %s, %s, questions: %d.", after.id, *wanted)
    for turn in done.closed:
        told = "Interview %d: question %d (%s) was closed as %s after %.0f s; considered by %s."
        _log.info(told, after.id, _number(after, turn), turn.question.id, turn.outcome, _seconds(turn, now), _by(turn))
    if done.ended:
        seconds = (now - after.started_at).total_seconds()
        _log.info("Interview %d ended as %s after %.0f s.", after.id, after.phase.value, seconds)


def _number(interview: Interview, turn: Turn) -> int:
    return interview.plan.index(turn.question) + 1


def _seconds(turn: Turn, now: datetime) -> float:
    """How long ago its question was asked."""
    return (now - turn.utterances[0].at).total_seconds() if turn.utterances else 0.0


def _by(turn: Turn) -> str:
    return turn.interviewer or "nobody"
