"""Decides how far a language model is believed about a message: it may not talk a real answer away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.interviewers.sentence import Holds
from core.model import AnswerKind, UtteranceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.interviewers.account import Account
    from core.interviewers.sentence import Sentence
    from core.model import Turn

LONGEST_WISH = 30
"""Words; what is longer says something besides."""
_MAY = r"\b(?:can|could|would|will|may|might|shall|should|let)(?:['’]s)?\b[^.!?]{0,40}"


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# Words with which somebody turns to the interviewer; without them a model has invented the wish.
_WISHES: Mapping[AnswerKind, re.Pattern[str]] = {
    AnswerKind.CLARIFY: _any(
        r"\byou mean\b[^.!]*\?|\bmean(?:t|ing)? (?:by|with)\b[^.!]*\?|\bwhat (?:do|did|does|are) (?:you|it"
        r"|that|this)\b",
        r"\b(?:the|your|this|that) question\b[^.!]*\?|\bis (?:it|this|that) about\b[^.!]*\?|\bare you"
        r" (?:asking|after)\b",
        r"\b(?:should|shall|may|can|could|do) i (?:talk|take|pick|choose|use|answer|tell|say)\b[^.!]*\?",
        r"\b(?:not|n['’]t) (?:really |quite |sure i |fully )*(?:understand|follow|get)(?:\s*[?.!]*$"
        r"|\s(?:it|this|that)\W*$"
        r"|[^.!]{0,12}\b(?:you|your|question)\b)",
        _MAY + r"\b(?:clarify|rephrase|explain|specify|simplify)\b",
        r"\bnot (?:quite |really )?(?:sure|clear) (?:to me )?what\b[^.!]{0,20}\b(?:you|question|asked|mean)\w*\b",
    ),
    AnswerKind.REPEAT: _any(
        _MAY + r"\b(?:repeat|again|once more|one more time|hear|say|read)\b[^.!]*\?",
        r"\bplease (?:repeat|say|read|ask)\b|\bwhat was (?:the|your|that) question\b|\b(?:repeat|say)"
        r" (?:it|that)\b.*please",
        r"\b(?:not|n['’]t) (?:quite |really )?(?:hear|catch|get) (?:you|that|it|the question|your)\b",
        r"\bi (?:lost|missed|forgot) (?:you|the question|your question|what you)\b",
    ),
    AnswerKind.HINT: _any(
        _MAY + r"\b(?:hint|clue|tip|help|example|pointer|nudge)\b",
        r"\b(?:need|want|like|use|have|get|for) (?:a |an |some |any )?(?:\w+ )?(?:hint|clue|tip|pointer"
        r"|nudge|help)\b[^.!]*"
        r"(?:please|\?)",
        r"\bi(?:['’]m| am) (?:\w+ ){0,3}stuck\b|\bhelp me\b[^.!]*(?:please|\?)|\bwhere (?:do|should|shall)"
        r" i (?:start|begin)\b",
        r"\bwhat (?:kind|sort) of \w+ (?:are|do|would|should)\b[^.!]*\?",
    ),
    AnswerKind.SKIP: _any(
        _MAY + r"\b(?:skip|pass|leave|move on|go on|come back|drop)\b[^.!]{0,40}(?:\?|\b(?:one|question)\b)",
        r"\bskip (?:this|that|the) (?:one|question)\b|\b(?:next|another|different) (?:question"
        r"|one)\b[^.!]{0,15}(?:please|\?)",
        r"\b(?:rather|prefer) not (?:to )?(?:talk|say|speak|answer|discuss|go into)\b",
        r"\bca(?:nnot|n not|n['’]?t) answer (?:this|that|it)\b",
    ),
}
# Share of the telling words that belong to the question; stories about something else stay below 0.1.
_FAR = 0.1
_LEAST_NEAR = 2


def believed(kind: AnswerKind, message: Account, turn: Turn) -> AnswerKind:
    """The kind of the latest message that a model may be believed; what is not believed is an answer.

    A wish is believed once a turn, of a short message with words of that wish and with nothing told beside them; that
    somebody has no answer, where nothing is told at all; “off topic”, once, of a first message that has nothing to do
    with the question. A wish to stop never is: it ends the interview, and plain ones are told before.
    """
    if kind is AnswerKind.OFF_TOPIC:
        is_first = len(turn.answers) == sum(one.kind is UtteranceKind.ANSWER for one in turn.latest_answer)
        redirected = turn.count(UtteranceKind.REDIRECT) or not is_first
        return AnswerKind.ANSWER if redirected or _has_to_do(message) else kind
    if kind is AnswerKind.NON_ANSWER:
        return AnswerKind.ANSWER if any(map(_tells, message.reading.sentences)) else kind
    if kind in _WISHES:
        return kind if _is_wish(_WISHES[kind], message) and not _wished(_WISHES[kind], turn) else AnswerKind.ANSWER
    return AnswerKind.ANSWER


def plausible(whole: Account, covered: Iterable[str]) -> tuple[str, ...]:
    """Those points that the answers can have made: a cue of theirs was said, or two words that have to do with them.

    A model that obeys an order, or agrees to everything, calls points covered of which nobody said a word. Of the
    graded answers this keeps 97 in 100 points of the strong ones, and 36 of the weak ones.
    """
    said = [
        (stem, keys)
        for one in whole.reading.sentences
        for stem, keys in zip(one.stems, one.keys, strict=True)
        if stem in one.telling
    ]
    hinted = {one.point.id for one in whole.points if one.weight}
    near = {words.point.id: words.near for words in whole.words.points}

    def is_near(point: str) -> bool:
        wanted = near[point] - whole.words.asked
        return len({stem for stem, keys in said if not keys.isdisjoint(wanted)}) >= _LEAST_NEAR

    return tuple(point for point in covered if point in hinted or is_near(point))


def _is_wish(cue: re.Pattern[str], message: Account) -> bool:
    """Whether a message is short, has a wish in it, and tells nothing beside it."""
    said = message.reading.sentences
    beside = [one for one in said if not cue.search(one.text)]
    short = message.said <= LONGEST_WISH and not message.reading.has(Holds.ORDER)
    return short and not message.figures and len(beside) < len(said) and not any(map(_tells, beside))


def _wished(cue: re.Pattern[str], turn: Turn) -> bool:
    return any(one.kind is UtteranceKind.WISH and cue.search(one.text) for one in turn.utterances)


def _tells(said: Sentence) -> bool:
    """Whether a sentence says anything of its own, however little."""
    if said.holds is Holds.NO_ANSWER:
        return said.deed and len(said.telling) > 1
    if said.holds in {Holds.GIBBERISH, Holds.ECHO}:
        return False
    return bool(said.telling or said.figures or said.actions.own or said.actions.team)


def _has_to_do(message: Account) -> bool:
    """Whether a message has anything to do with the question; an order beside it makes nothing off topic."""
    near = len(message.near) > _FAR * len(message.telling)
    return bool(message.covered) or near or message.reading.has(Holds.ORDER)
