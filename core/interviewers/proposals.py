"""Checks what a language model proposes: a follow-up that may be asked, and a finding that may be shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.interviewers.blanks import NAME, NUMBER, blanked
from core.interviewers.lexicon import FUNCTION
from core.interviewers.remarks import is_unfit, speaks_of_candidate
from core.interviewers.repeats import asks_again, is_reworded
from core.model import Speaker, UtteranceKind
from core.prompts.thread import NOT_SAID
from core.text import clean, has_words, sentences, stems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.model import Turn

LONGEST_FOLLOW_UP = 300
"""Characters; what is longer is no follow-up but a lecture."""
_ASKS = re.compile(
    r"\?|(?:^|[.,:;!]\s+)(?:please |and |now |so |then )*"
    r"(?:tell|describe|explain|give|name|walk|talk|take|say|share|show|go)\b",
    re.IGNORECASE,
)
# What may stand beside a question: that something is missing, or what the candidate said, in their own words.
_OPEN = re.compile(
    r"^\W*(?:but )?(?:(?:(?:the|that|this|your) (?:answer|part|story|result|reason|end|step|point)|that|this|it)"
    r" (?:is|was|seems|sounds|remains|stays) (?:still |yet |a bit |a little )*"
    r"(?:incomplete|missing|open|unclear|not (?:yet |quite )*(?:complete|clear|there))"
    r"|(?:one|a) (?:thing|point|part|step) (?:is|seems) (?:still )?(?:missing|open|unclear)"
    r"|i (?:still )?do(?: not|n['’]t) (?:yet |quite )*(?:see|know|understand|follow)\b[^.!?]{0,40})\W*$",
    re.IGNORECASE,
)
_RETELLS = re.compile(
    r"^\W*(?:so |and |earlier,? |before,? )?you (?:say|said|tell|told|mention|mentioned|describe|described|name|named"
    r"|wrote|talked)\b",
    re.IGNORECASE,
)
_OWN_WORDS = 0.6
_TITLE = re.compile(r"^(\W*)([^\W\d_])(?=[a-z'’]*(?:[\s,:;.!?]|$))")
_ANSWERS = frozenset({UtteranceKind.QUESTION, UtteranceKind.FOLLOW_UP})


def worth_asking(proposed: str, turn: Turn) -> str:
    """A proposed follow-up in one line, or "" when it is none.

    None is what is no question, repeats one, praises or judges, speaks of grading, asks for private things, or holds a
    figure, a name or a quote that neither the candidate nor the question has named.
    """
    text = " ".join(clean(proposed).split()).strip("\"'“”‘’ ")
    if not has_words(text) or len(text) > LONGEST_FOLLOW_UP or not _ASKS.search(text):
        return ""
    heard = _heard(turn)
    refused = is_unfit(text, heard) or speaks_of_candidate(text) or is_repeated(text, turn)
    if refused or not all(_may_stand(one, heard) for one in sentences(text)):
        return ""
    return text


def worth_showing(proposed: str, turn: Turn) -> str:
    """What may be shown of a sentence about an answer, with blanks for figures and names that nobody named.

    Sentences that praise or judge the person, speak of levels, or quote what was never said are left out; "" for none.
    """
    heard = _heard(turn)
    shown = (_blanked(one, heard) for one in sentences(clean(proposed)) if not is_unfit(one, heard))
    return " ".join(one for one in shown if has_words(one.replace(NUMBER, "").replace(NAME, "")))


def is_repeated(text: str, turn: Turn) -> bool:
    """Whether a follow-up asks again what the interviewer asked or said in this turn."""
    if asks_again(text, turn.question.text):
        return True
    said = (one for one in turn.utterances if one.speaker is Speaker.INTERVIEWER)
    return any((asks_again if one.kind in _ANSWERS else is_reworded)(text, one.text) for one in said)


def _may_stand(sentence: str, heard: Sequence[str]) -> bool:
    """Whether a sentence names nothing new, and asks, says that something is missing, or says again what was said."""
    if _blanked(sentence, heard) != sentence:
        return False
    if _ASKS.search(sentence) or _OPEN.search(sentence):
        return True
    content = frozenset(stems(sentence)) - FUNCTION
    own = content.intersection(one for said in heard for one in stems(said))
    return _RETELLS.search(sentence) is not None and len(own) >= _OWN_WORDS * len(content)


def _blanked(sentence: str, heard: Sequence[str]) -> str:
    """The sentence with blanks for what nobody named; its first word is no name for its capital letter alone."""
    small = _TITLE.sub(lambda match: match[1] + match[2].lower(), sentence)
    left = blanked(small, *heard)
    return _TITLE.sub(lambda match: match[1] + match[2].upper(), left) if small != sentence else left


def _heard(turn: Turn) -> list[str]:
    """What was asked for and what the candidate said."""
    points = (point.text for point in turn.question.points)
    own = (one for one in turn.utterances if one.speaker is Speaker.CANDIDATE)
    said = (one.text for one in own if one.kind not in NOT_SAID)
    return [turn.question.text, *points, *said]
