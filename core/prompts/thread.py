"""What was said, as the JSON of a prompt, made to fit into a model's context."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.model import ASKING_KINDS, Speaker, UtteranceKind
from core.prompts import Fitted, tokens
from core.text import clean, word_spans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from core.model import Turn, Utterance
    from core.prompts import Prompt

LEFT_OUT = "[the beginning was left out: {words} words] "
REST_LEFT_OUT = " [the rest was left out: {words} words]"
LONGEST_OBJECTION = 120
"""Words of what a candidate says against an assessment: enough for a reason, and little beside an answer."""
_ANSWER_KINDS = frozenset({UtteranceKind.FOLLOW_UP, UtteranceKind.ANSWER})
NOT_SAID = frozenset({UtteranceKind.VOICE_NOTE, UtteranceKind.DOUBTFUL, UtteranceKind.RETRACTED})
"""What may not be what the candidate says: not heard yet, heard doubtfully, or taken back."""
# An answer that was too long was not taken, and an objection is about an assessment.
_NOT_SHOWN = NOT_SAID | {UtteranceKind.TOO_LONG, UtteranceKind.REASON_ASKED, UtteranceKind.OBJECTION}
# What tokenisers may take for a mark of their own, such as <|eot_id|> or [/INST], even in the middle of a message.
_MARK = re.compile(r"<|\[(?=/?[A-Z_]+\])")


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said, as a model is shown it."""

    speaker: Speaker
    text: str


def as_json(fields: Mapping[str, object]) -> str:
    """The fields as JSON in which no text reads as a mark of a tokeniser; the value of the JSON is the same."""
    return _MARK.sub(lambda mark: f"\\u{ord(mark[0][0]):04x}", json.dumps(fields, ensure_ascii=False))


def everything(turn: Turn) -> tuple[Said, ...]:
    """All that was said after the question, oldest first; the messages of the latest answer are one and stand last."""
    kept = [one for one in turn.utterances if one.kind not in _NOT_SHOWN]
    since = next((place for place in range(len(kept), 0, -1) if kept[place - 1].kind in ASKING_KINDS), 0)
    latest = [one for one in kept[since:] if one.kind is UtteranceKind.ANSWER]
    before = [*kept[:since], *(one for one in kept[since:] if one.kind is not UtteranceKind.ANSWER)]
    said = tuple(_said(one) for one in before if one.kind is not UtteranceKind.QUESTION)
    return (*said, Said(Speaker.CANDIDATE, "\n".join(clean(one.text) for one in latest)))


def answers(turn: Turn) -> tuple[Said, ...]:
    """The answers of a turn and the follow-ups that they belong to, oldest first."""
    return tuple(_said(one) for one in turn.utterances if one.kind in _ANSWER_KINDS)


def objection(turn: Turn) -> str:
    """What the candidate said against their assessment; "" when they agreed with it."""
    return "\n".join(clean(one.text) for one in turn.utterances if one.kind is UtteranceKind.OBJECTION)


def beginning(text: str, most_words: int = LONGEST_OBJECTION) -> str:
    """The first words of a text; a mark at the end tells how many are left out."""
    ends = [end for _, end in word_spans(text)]
    if len(ends) <= most_words:
        return text
    return text[: ends[most_words - 1]] + REST_LEFT_OUT.format(words=len(ends) - most_words)


def listed(said: Iterable[Said]) -> list[dict[str, str]]:
    """Things said as they stand in the JSON of a prompt."""
    return [{"speaker": one.speaker.value, "text": one.text} for one in said]


def fitted(said: Sequence[Said], room_tokens: int, build: Callable[[Sequence[Said]], Prompt]) -> Fitted:
    """The prompt with as much of what was said as fits, newest first; what was left out is marked in it.

    A prompt that does not fit with nothing said in it is returned all the same: who sends it has to measure it.
    """
    whole = build(said)
    if whole.room_tokens <= room_tokens:
        return Fitted(whole)
    mark = _cost(Said(Speaker.INTERVIEWER, LEFT_OUT.format(words=sum(map(_words, said)))))
    left = room_tokens - build(()).room_tokens - mark
    kept: list[Said] = []
    for place in range(len(said) - 1, -1, -1):
        cost = _cost(said[place])
        if cost > left:
            kept.insert(0, _end_of(said[place], sum(map(_words, said[:place])), left + mark))
            break
        kept.insert(0, said[place])
        left -= cost
    return Fitted(build(kept), shortened=bool(said))


def _end_of(one: Said, words_before: int, left: int) -> Said:
    """As much of the end of something said as fits, after a mark that tells how many words are missing before it."""
    starts = [start for start, _ in word_spans(one.text)]

    def fits(first: int) -> bool:
        return _cost(_from(one, starts, first, words_before)) <= left

    return _from(one, starts, bisect_left(range(len(starts)), True, key=fits), words_before)  # noqa: FBT003 - sought


def _from(one: Said, starts: Sequence[int], first: int, words_before: int) -> Said:
    rest = one.text[starts[first] :] if first < len(starts) else ""
    return replace(one, text=(LEFT_OUT.format(words=words_before + first) + rest).strip())


def _cost(one: Said) -> int:
    return tokens(as_json({"": listed([one])}))


def _words(one: Said) -> int:
    return sum(1 for _ in word_spans(one.text))


def _said(one: Utterance) -> Said:
    return Said(one.speaker, clean(one.text))
