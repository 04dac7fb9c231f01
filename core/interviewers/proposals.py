"""Checks what a language model proposes: a follow-up that may be asked, and a kind of message that may be believed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.interviewers.lexicon import row
from core.interviewers.orders import is_order
from core.interviewers.repeats import asks_again, is_reworded
from core.interviewers.sentence import Holds
from core.model import AnswerKind, Speaker, UtteranceKind
from core.text import clean, has_words, sentences, stem, stems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.interviewers.account import Account
    from core.model import Turn

LONGEST_FOLLOW_UP = 300
"""Characters; what is longer is no follow-up but a lecture."""
LONGEST_WISH = 30
"""Words; what is longer says something besides."""
_CODE = re.compile(r"[{}\[\]<>|\\`*_=]|(?<!\w)#|https?:|www\.", re.IGNORECASE)
_ASKS = re.compile(
    r"\?|(?:^|[.,:;!]\s+)(?:please |and |now |so |then )*"
    r"(?:tell|describe|explain|give|name|walk|talk|take|say|share|show|go)\b",
    re.IGNORECASE,
)
_GRADES = re.compile(
    r"\b(?:levels?|score[sd]?|grade[sd]?|ratings?)\s*(?:of\s*)?[:=]?\s*(?:[1-5]|one|two|three|four|five)\b"
    r"|\b[1-5]\s*(?:/|out of)\s*(?:5|10|five|ten)\b|\b(?:full|top) marks\b|\b(?:rubrics?|system (?:message|prompt)s?"
    r"|language model|instructions? (?:i|you) (?:was|were|have|had)|as an ai|(?:this|the) candidate)\b",
    re.IGNORECASE,
)
# Words of grading and of the machine; they may be used where the candidate, or the question, used them.
_SHOP_TALK = frozenset(
    stem(word)
    for word in row("""
    level score grade grading rating criterion criteria assessment evaluation prompt json schema
    """)
)
_GOOD = (
    r"(?:great|excellent|good|nice|perfect|fantastic|impressive|wonderful|amazing|outstanding|brilliant|awesome|superb"
    r"|terrific|exemplary|lovely|interesting|remarkable|splendid)"
)
_PRAISE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # It begins with praise, and that is a sentence, stands before a comma, or is about what was said.
        r"^\W*(?:(?:that|this|it|what)(?:['’]s| is| was| sounds?| seems?)?\s+)?"
        r"(?:an? |such |really |very |quite |so |truly |all )*"
        + _GOOD
        + r"\b(?:[^?]*[.!]|[^?]{0,40}[,!;:–—-]|\s+(?:answer|job|work|point|start|example))",
        r"\bwell done\b|\bcongratulations\b|\bbravo\b|\bkudos\b|\b(?:good|great|nice|excellent) (?:job|work|answer)\b",
        r"\bi(?:['’]m| am) (?:very |really |so |truly )?impressed\b",
        r"\bi (?:really |very much )?(?:love|like|liked|loved|enjoyed|appreciate|admire) (?:how|that|the|your)\b",
        r"\byou(?:['’]ve| have)? (?:did|done|are doing|handled|answered) (?:\w+ ){0,3}(?:well|great|perfectly)\b",
        r"\byour answer (?:is|was) (?:very |really |already |so )*" + _GOOD + r"\b",
    )
)
_LEAVES = re.compile(
    r"\b(?:skip|pass|next|move on|go on|another|different|leave (?:it|this|that)|come back|later|rather not|prefer not"
    r"|can(?:no|['’]?)t answer)\b",
    re.IGNORECASE,
)
# Share of the telling words that belong to the question; stories about something else stay below 0.1.
_FAR = 0.1
_WISHES = frozenset({AnswerKind.CLARIFY, AnswerKind.REPEAT, AnswerKind.HINT, AnswerKind.SKIP})
_ANSWERS = frozenset({UtteranceKind.QUESTION, UtteranceKind.FOLLOW_UP})


def worth_asking(proposed: str, turn: Turn) -> str:
    """A proposed follow-up in one line, or "" when it is none: repeated, praising, about grading, or no question."""
    text = " ".join(clean(proposed).split()).strip("\"'“”‘’ ")
    if not has_words(text) or len(text) > LONGEST_FOLLOW_UP or not _ASKS.search(text):
        return ""
    refused = _CODE.search(text) or _praises(text) or _is_about_grading(text, turn) or is_repeated(text, turn)
    return "" if refused else text


def is_repeated(text: str, turn: Turn) -> bool:
    """Whether a follow-up asks again what the interviewer asked or said in this turn."""
    if asks_again(text, turn.question.text):
        return True
    said = (one for one in turn.utterances if one.speaker is Speaker.INTERVIEWER)
    return any((asks_again if one.kind in _ANSWERS else is_reworded)(text, one.text) for one in said)


def believed(kind: AnswerKind, message: Account) -> AnswerKind:
    """The kind of the latest message that a model may be believed.

    A wish or no answer is believed only of a short message that is no real answer, and “off topic” only of one that has
    nothing to do with the question. A wish to stop never is: it ends the interview, and plain ones are told before.
    """
    if kind is AnswerKind.OFF_TOPIC:
        return AnswerKind.ANSWER if _has_to_do(message) else kind
    if kind is AnswerKind.NON_ANSWER or kind in _WISHES:
        leaving = kind is not AnswerKind.SKIP or _LEAVES.search(_text(message))
        return kind if leaving and not _is_real(message) else AnswerKind.ANSWER
    return AnswerKind.ANSWER


def _is_real(message: Account) -> bool:
    """Whether a message answers something, or is more than a wish."""
    if message.said > LONGEST_WISH or message.reading.has(Holds.ORDER):
        return True
    return bool(message.covered or message.figures or len(message.reading.substance) > 1)


def _has_to_do(message: Account) -> bool:
    """Whether a message has anything to do with the question; an order beside it makes nothing off topic."""
    near = len(message.near) > _FAR * len(message.telling)
    return bool(message.covered) or near or message.reading.has(Holds.ORDER)


def _text(message: Account) -> str:
    return " ".join(one.text for one in message.reading.sentences)


def _praises(text: str) -> bool:
    return any(pattern.search(one) for one in sentences(text) for pattern in _PRAISE)


def _is_about_grading(text: str, turn: Turn) -> bool:
    if _GRADES.search(text) or any(is_order(one) for one in sentences(text)):
        return True
    shop_talk = _SHOP_TALK.intersection(stems(text))
    return bool(shop_talk) and not shop_talk <= frozenset(one for said in _heard(turn) for one in stems(said))


def _heard(turn: Turn) -> Iterator[str]:
    yield turn.question.text
    yield from (point.text for point in turn.question.points)
    yield from (one.text for one in turn.utterances if one.speaker is Speaker.CANDIDATE)
