"""How a candidate communicates: a running signal over several answers, with hysteresis, never a keyword."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core import text
from core.model import Interview, Outcome, Persona, Speaker, Turn, Utterance, UtteranceKind
from core.recent import kept

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFUSED_BELOW_WORDS = 30
EFFICIENT_UP_TO_WORDS = 60
CHATTY_ABOVE_WORDS = 200
CHATTY_WHATEVER_WORDS = 350
"""An answer this long is chatty even when it is complete; a complete one of 200 words is just a good answer."""
_LOOKED_AT_CHARACTERS = 20_000
"""Of one answer: what comes after so much could change nothing, and there may be millions."""
WINDOW = 3
"""A persona begins when two of this many answers show it, and ends when the last two show something else."""

_HEDGE = re.compile(
    r"\b(?:i guess|i suppose|maybe|perhaps|not sure|i am not certain|don['’]?t know|do not know|no idea|i think so|"
    r"kind of|sort of|probably|possibly|unsure|hard to say|not really sure|idk|dunno|no clue)\b",
    re.IGNORECASE,
)
_MIN_HEDGES = 2
_BESIDE = frozenset(
    {
        UtteranceKind.WISH,
        UtteranceKind.VOICE_NOTE,
        UtteranceKind.DOUBTFUL,
        UtteranceKind.RETRACTED,
        UtteranceKind.REASON_ASKED,
        UtteranceKind.OBJECTION,
    }
)
"""What is said beside the answers, not known yet, or taken back."""


def persona(interview: Interview) -> Persona:
    """The persona that the candidate's completed answers so far add up to."""
    current = Persona.STANDARD
    shown: list[Persona] = []
    for turn in interview.turns:
        for signal in _signals(turn):
            shown.append(signal)
            if signal is not Persona.STANDARD and shown[-WINDOW:].count(signal) > 1:
                current = signal
            elif current not in shown[-2:]:
                current = Persona.STANDARD
    return current


def _signals(turn: Turn) -> Iterator[Persona]:
    """What each completed answer of a turn shows, in order."""
    said: list[Utterance] = []
    for utterance in turn.utterances:
        if utterance.kind in _BESIDE:
            continue
        if utterance.speaker is Speaker.CANDIDATE:
            said.append(utterance)
        elif utterance.kind is UtteranceKind.CLARIFICATION:
            yield Persona.CONFUSED
        elif said and utterance.kind is not UtteranceKind.HINT:
            yield _signal(said, complete=False)
            said = []
    if said and turn.outcome is not None:
        yield _signal(said, complete=turn.outcome is Outcome.ANSWERED)


def _signal(said: list[Utterance], *, complete: bool) -> Persona:
    """What one answer shows; `complete` when nothing more was asked after it."""
    answer = "\n".join(utterance.text for utterance in said)[:_LOOKED_AT_CHARACTERS]
    words, hedges = _counted(answer)
    kind = said[-1].kind
    if kind is UtteranceKind.OFF_TOPIC or (kind is UtteranceKind.NON_ANSWER and not hedges):
        return Persona.EDGE_CASE
    if words < CONFUSED_BELOW_WORDS and (hedges >= _MIN_HEDGES or kind is UtteranceKind.NON_ANSWER):
        return Persona.CONFUSED
    if words > CHATTY_WHATEVER_WORDS or (words > CHATTY_ABOVE_WORDS and not complete):
        return Persona.CHATTY
    if words <= EFFICIENT_UP_TO_WORDS and complete:
        return Persona.EFFICIENT
    return Persona.STANDARD


@kept(256)  # all answers of an interview are looked at again with each new one
def _counted(answer: str) -> tuple[int, int]:
    """How many words and how many hedges an answer has."""
    return len(text.words(answer)), len(_HEDGE.findall(answer))
